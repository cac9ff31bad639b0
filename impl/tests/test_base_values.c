/* Errors, addresses, log lines, secrets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/addr.h"
#include "base/err.h"
#include "base/log.h"
#include "base/time.h"
#include "base/wipe.h"

static void test_every_error_has_its_own_name(void **state)
{
    (void)state;
    for (int i = 0; i < OV_ERR_COUNT; i++)
    {
        const char *name = ov_err_name((enum ov_err)i);
        assert_non_null(name);
        for (int k = 0; k < i; k++)
        {
            assert_string_not_equal(name, ov_err_name((enum ov_err)k));
        }
    }
    assert_string_equal(ov_err_name(OV_ERR_COUNT), "unknown error");
    assert_string_equal(ov_err_name((enum ov_err) - 1), "unknown error");
}

static void test_address_text(void **state)
{
    (void)state;
    static const struct
    {
        struct ov_addr addr;
        const char *text;
    } rows[] = {
        {{0}, "none"},
        {{.family = 4, .port = 1194, .ip = {192, 0, 2, 1}}, "192.0.2.1:1194"},
        {{.family = 4, .port = 65535, .ip = {255, 255, 255, 255}}, "255.255.255.255:65535"},
        {{.family = 6, .port = 1, .ip = {0x20, 0x01, 0x0d, 0xb8, [15] = 1}}, "[2001:db8::1]:1"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    {
        char text[OV_ADDR_TEXT];
        assert_string_equal(ov_addr_text(&rows[i].addr, text), rows[i].text);
    }
}

static void test_addresses_differ_in_every_field_that_counts(void **state)
{
    (void)state;
    const struct ov_addr base = {.family = 6, .port = 1194, .ip = {0xfe, 0x80, [15] = 1}, .scope = 2};
    struct ov_addr other[4] = {base, base, base, base};
    other[0].port++;
    other[1].ip[15]++;
    other[2].scope++;
    other[3].family = 4;
    assert_true(ov_addr_equal(&base, &base));
    assert_int_equal(ov_addr_hash(&base, 1), ov_addr_hash(&base, 1));
    for (size_t i = 0; i < 4; i++)
    {
        assert_false(ov_addr_equal(&base, &other[i]));
    }
    assert_true(ov_addr_hash(&base, 1) != ov_addr_hash(&base, 2) ||
                ov_addr_hash(&other[0], 1) != ov_addr_hash(&other[0], 2));
}

struct log_copy
{
    char text[1100];
    int lines;
};

static void keep_line(void *ctx, enum ov_level level, const char *text)
{
    struct log_copy *copy = ctx;
    (void)level;
    copy->lines++;
    snprintf(copy->text, sizeof(copy->text), "%s", text);
}

static void test_log_lines_are_cut_and_filtered(void **state)
{
    (void)state;
    struct log_copy copy = {.lines = 0};
    struct ov_log log = {keep_line, &copy, OV_LOG_INFO};
    ov_logf(&log, OV_LOG_DETAIL, "not %s", "formatted");
    assert_int_equal(copy.lines, 0);
    ov_logf(&log, OV_LOG_INFO, "%d %s", 7, "seven");
    assert_int_equal(copy.lines, 1);
    assert_string_equal(copy.text, "7 seven");
    ov_logf(&log, OV_LOG_ERROR, "%2000d", 1);
    assert_int_equal(strlen(copy.text), 1023);
    struct ov_log silent = {0};
    ov_logf(&silent, OV_LOG_ERROR, "nobody listens");
    assert_int_equal(copy.lines, 2);
}

static void test_secrets_are_compared_whole_and_wiped(void **state)
{
    (void)state;
    uint8_t a[33];
    uint8_t b[33];
    memset(a, 0x5A, sizeof(a));
    memcpy(b, a, sizeof(a));
    assert_true(ov_equal_secret(a, b, sizeof(a)));
    assert_true(ov_equal_secret(a, b, 0));
    for (size_t i = 0; i < sizeof(a) * 8; i++)
    {
        b[i / 8] ^= (uint8_t)(1u << i % 8);
        assert_false(ov_equal_secret(a, b, sizeof(a)));
        b[i / 8] ^= (uint8_t)(1u << i % 8);
    }
    ov_wipe(a, sizeof(a));
    memset(b, 0, sizeof(b));
    assert_memory_equal(a, b, sizeof(a));
    ov_wipe(NULL, 0);
}

static void test_earlier_time(void **state)
{
    (void)state;
    assert_true(ov_time_earlier(OV_NEVER, 5) == 5);
    assert_true(ov_time_earlier(4, 5) == 4);
    assert_true(ov_time_earlier(OV_NEVER, OV_NEVER) == OV_NEVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_error_has_its_own_name),
        cmocka_unit_test(test_address_text),
        cmocka_unit_test(test_addresses_differ_in_every_field_that_counts),
        cmocka_unit_test(test_log_lines_are_cut_and_filtered),
        cmocka_unit_test(test_secrets_are_compared_whole_and_wiped),
        cmocka_unit_test(test_earlier_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
