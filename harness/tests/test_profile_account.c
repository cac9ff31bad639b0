/* The account that the cost shim or the tun proxy leaves. */
#include "lib/profile_account.h"
#include "tests/testing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct
{
    const char *text;
    bool good;
} texts[] = {
    {"by=shim\ntun_reads=0\ntun_writes=7\n", true},
    {"by=tunproxy\nleft_out=tick_us\ntun_reads=1\ntun_writes=2\nmore=3\n", true},
    {"by=shim\nleft_out=\ntun_reads=1\ntun_writes=2\n", true},
    {"", false},
    {"by=shim\n", false},
    {"tun_reads=1\ntun_writes=2\n", false}, /* by whom? */
    {"by=shim\ntun_reads=1\n", false},
    {"by=shim\ntun_reads=1\ntun_writes=2", false}, /* not whole */
    {"by=shim\ntun_reads=1\ntun_writes=\n", false},
    {"by=shim\ntun_reads=-1\ntun_writes=2\n", false},
    {"by=shim\ntun_reads=1\ntun_writes=2\nnothing\n", false},
    {"by=shim\ntun_reads=1\ntun_writes=2\n=5\n", false},
    {"by=shim\ntun_reads=1\ntun_writes=2\na,b=5\n", false},
    {"by=somebody_whose_name_is_far_too_long\ntun_reads=1\ntun_writes=2\n", false},
    {"by=shim\ntun_reads=99999999999999999999\ntun_writes=2\n", false},
    {"by=shim\ntun_reads=1\ntun_writes=2\n\x1b[1m=3\n", false},
    {"by=shim\nleft_out=\x1b[1m\ntun_reads=1\ntun_writes=2\n", false},
};

static void test_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    {
        struct lab_profile_account account;
        bool good = lab_profile_account_parse(texts[i].text, strlen(texts[i].text), &account);
        assert_int_equal(good, texts[i].good);
        assert_int_equal(account.count > 0, good);
    }
}

static void test_values(void **state)
{
    static const char text[] =
        "by=tunproxy\nleft_out=tick_us,single_datagrams\ntun_reads=12\ntun_writes=345\n";
    struct lab_profile_account account;
    (void)state;
    assert_true(lab_profile_account_parse(text, sizeof text - 1, &account));
    assert_string_equal(account.by, "tunproxy");
    assert_string_equal(account.left_out, "tick_us,single_datagrams");
    assert_int_equal(lab_profile_account_count(&account, "tun_reads"), 12);
    assert_int_equal(lab_profile_account_count(&account, "tun_writes"), 345);
    assert_int_equal(lab_profile_account_count(&account, "stalls"), 0);
    assert_int_equal(account.count, 2);
}

static void append(char *text, size_t size, const char *more)
{
    size_t used = strlen(text);
    snprintf(text + used, size - used, "%s", more);
}

static void test_too_many(void **state)
{
    char text[4096] = "by=shim\ntun_reads=1\ntun_writes=2\n";
    struct lab_profile_account account;
    (void)state;
    for (unsigned i = 2; i < LAB_PROFILE_COUNTS; i++)
    {
        append(text, sizeof text, "x=1\n");
    }
    assert_true(lab_profile_account_parse(text, strlen(text), &account));
    append(text, sizeof text, "x=1\n");
    assert_false(lab_profile_account_parse(text, strlen(text), &account));
}

/* Each prefix, in memory of exactly its length: only one that ends with a line and has all that is needed is
 * read. */
static void test_truncation(void **state)
{
    static const char text[] = "by=tunproxy\nleft_out=tick_us\ntun_reads=12\ntun_writes=345\nbusy_us=6\n";
    static const char needed[] = "by=tunproxy\nleft_out=tick_us\ntun_reads=12\ntun_writes=345\n";
    (void)state;
    for (size_t len = 0; len < sizeof text; len++)
    {
        struct lab_profile_account account;
        char *exact = malloc(len > 0 ? len : 1);
        assert_non_null(exact);
        memcpy(exact, text, len);
        bool whole = len >= sizeof needed - 1 && text[len - 1] == '\n';
        assert_int_equal(lab_profile_account_parse(exact, len, &account), whole);
        free(exact);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_too_many),
        cmocka_unit_test(test_truncation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
