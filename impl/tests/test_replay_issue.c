/* Issuing packet ids (wire-protocol.md 2.5, 6.4). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "replay/issue.h"
#include "tests/lib/octets.h"

static void test_ids_start_at_one_and_come_in_blocks(void **state)
{
    (void)state;
    struct ov_issue issue = {0};
    uint32_t first;
    static const struct
    {
        uint32_t count;
        uint32_t first;
    } rows[] = {{1, 1}, {1, 2}, {64, 3}, {1, 67}, {1000000, 68}, {1, 1000068}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    {
        ov_assert_err(ov_issue_take(&issue, rows[i].count, &first), OV_OK);
        assert_int_equal(first, rows[i].first);
    }
    ov_assert_err(ov_issue_take(&issue, 0, &first), OV_ERR_ARG);
    assert_int_equal(issue.last, 1000068);
}

static void test_end_of_the_counter(void **state)
{
    (void)state;
    /* last id given, block asked for, result, last afterwards [WP-DATA-042] */
    static const struct
    {
        uint32_t last;
        uint32_t count;
        enum ov_err err;
        uint32_t after;
        bool renegotiate;
    } rows[] = {
        {0xFEFFFFFE, 1, OV_OK, 0xFEFFFFFF, false}, {0xFEFFFFFF, 1, OV_OK, 0xFF000000, true},
        {0xFFFFFFFE, 1, OV_OK, 0xFFFFFFFF, true},  {0xFFFFFFFF, 1, OV_ERR_WRAP, 0xFFFFFFFF, true},
        {0xFFFFFFF0, 15, OV_OK, 0xFFFFFFFF, true}, {0xFFFFFFF0, 16, OV_ERR_WRAP, 0xFFFFFFF0, true},
        {1, 0xFFFFFFFF, OV_ERR_WRAP, 1, false},    {0, 0xFFFFFFFF, OV_OK, 0xFFFFFFFF, true},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    {
        struct ov_issue issue = {rows[i].last};
        uint32_t first = 0;
        assert_int_equal(ov_issue_left(&issue), UINT32_MAX - rows[i].last);
        ov_assert_err(ov_issue_take(&issue, rows[i].count, &first), rows[i].err);
        assert_int_equal(issue.last, rows[i].after);
        assert_int_equal(ov_issue_wants_renegotiation(&issue), rows[i].renegotiate);
        assert_int_equal(first, rows[i].err == OV_OK ? rows[i].last + 1 : 0);
    }
}

/* [WP-DATA-065] */
static void test_long_form_keeps_its_time_until_it_wraps(void **state)
{
    (void)state;
    struct ov_issue_long issue = {0};
    struct ov_wrap_id id;
    ov_assert_err(ov_issue_long_take(&issue, 1000, &id), OV_OK);
    assert_true(id.id == 1 && id.time == 1000);
    ov_assert_err(ov_issue_long_take(&issue, 2000, &id), OV_OK);
    assert_true(id.id == 2 && id.time == 1000);
    issue.last = UINT32_MAX - 1;
    ov_assert_err(ov_issue_long_take(&issue, 2000, &id), OV_OK);
    assert_true(id.id == UINT32_MAX && id.time == 1000);
    ov_assert_err(ov_issue_long_take(&issue, 1000, &id), OV_ERR_WRAP);
    ov_assert_err(ov_issue_long_take(&issue, 999, &id), OV_ERR_WRAP);
    ov_assert_err(ov_issue_long_take(&issue, 1001, &id), OV_OK);
    assert_true(id.id == 1 && id.time == 1001);
}

static void test_long_form_of_a_client_that_can_resend_its_key(void **state)
{
    (void)state;
    struct ov_issue_long issue = {.last = 0x0F000000};
    struct ov_wrap_id id;
    ov_assert_err(ov_issue_long_take(&issue, 5, &id), OV_OK);
    assert_true(id.id == 0x0F000001 && id.time == 5); /* [WP-TC2-021] */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ids_start_at_one_and_come_in_blocks),
        cmocka_unit_test(test_end_of_the_counter),
        cmocka_unit_test(test_long_form_keeps_its_time_until_it_wraps),
        cmocka_unit_test(test_long_form_of_a_client_that_can_resend_its_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
