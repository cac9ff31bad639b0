/* The cliff finder on functions whose cliff is known; the account of numbered packets; foreseen limits;
 * counters of tc; evidence in logs. */
#include "lib/bisect.h"
#include "lib/counters.h"
#include "lib/evidence.h"
#include "lib/limits.h"
#include "lib/sequence.h"
#include "tests/testing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fake
{
    long cliff;    /* from here on it is true */
    bool flickers; /* at the cliff it says something else when asked again */
    unsigned at_cliff;
    unsigned asked;
    unsigned fails_at; /* 0: never */
};

static enum lab_err ask(void *arg, long value, bool *outcome, struct lab_why *why)
{
    struct fake *fake = arg;
    fake->asked++;
    if (fake->asked == fake->fails_at)
    {
        return lab_why_set(why, LAB_ERR_ABSENT, "no outcome");
    }
    *outcome = value >= fake->cliff;
    fake->at_cliff += value == fake->cliff;
    if (fake->flickers && value == fake->cliff && fake->at_cliff > 1)
    {
        *outcome = false;
    }
    return LAB_OK;
}

static void test_cliffs(void **state)
{
    static const struct
    {
        long low, high, cliff, good, bad;
    } rows[] = {
        {1, 2048, 64, 63, 64}, {1, 2048, 2, 1, 2},          {1, 2048, 2048, 2047, 2048},
        {0, 1, 1, 0, 1},       {1, 2048, 1024, 1023, 1024}, {0, 100, 50, 49, 50},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        struct fake fake = {.cliff = rows[i].cliff};
        struct lab_cliff cliff;
        struct lab_why why;
        assert_int_equal(lab_bisect(rows[i].low, rows[i].high, ask, &fake, &cliff, &why), LAB_OK);
        assert_true(cliff.found && cliff.confirmed && !cliff.before);
        assert_int_equal(cliff.good, rows[i].good);
        assert_int_equal(cliff.bad, rows[i].bad);
        assert_int_equal(cliff.tried, fake.asked);
        assert_true(fake.asked <= lab_bisect_steps(rows[i].low, rows[i].high));
    }
}

static void test_no_cliff(void **state)
{
    struct fake never = {.cliff = 5000};
    struct fake shy = {.cliff = 64, .fails_at = 3};
    struct fake flickering = {.cliff = 64, .flickers = true};
    struct fake wide = {.cliff = 300000};
    struct lab_cliff cliff;
    struct lab_why why;
    (void)state;
    assert_int_equal(lab_bisect(1, 2048, ask, &never, &cliff, &why), LAB_OK);
    assert_false(cliff.found);
    assert_int_equal(never.asked, 2);
    assert_int_equal(lab_bisect(1, 2048, ask, &shy, &cliff, &why), LAB_ERR_ABSENT);
    assert_string_equal(why.text, "no outcome");
    assert_int_equal(lab_bisect(1, 2048, ask, &flickering, &cliff, &why), LAB_OK);
    assert_true(cliff.found && !cliff.confirmed);
    assert_int_equal(lab_bisect(9, 9, ask, &never, &cliff, &why), LAB_ERR_USAGE);
    /* Large values: within 2 %. */
    assert_int_equal(lab_bisect(8192, 16777216, ask, &wide, &cliff, &why), LAB_OK);
    assert_true(cliff.good < 300000 && cliff.bad >= 300000 && cliff.bad - cliff.good <= cliff.good / 50);
    assert_true(wide.asked <= 20);
}

static void test_account(void **state)
{
    static const uint64_t numbers[] = {0, 1, 4, 2, 3, 4, 10, 5, 11, 11};
    struct lab_sequence_account *account = calloc(1, sizeof *account);
    (void)state;
    assert_non_null(account);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
    {
        lab_sequence_take(account, numbers[i], (uint32_t)i);
    }
    lab_sequence_take(account, LAB_SEQUENCE_PACKETS, 0); /* not ours */
    assert_int_equal(account->arrived, 10);
    assert_int_equal(account->received, 8);
    assert_int_equal(account->duplicated, 2);
    assert_int_equal(account->late, 3); /* 2 and 3 after 4, 5 after 10 */
    assert_int_equal(account->late_max, 5);
    assert_int_equal(account->late_histogram[0], 1); /* 3 came one late */
    assert_int_equal(account->late_histogram[1], 1); /* 2 came two late */
    assert_int_equal(account->late_histogram[2], 1);
    assert_int_equal(account->next, 12);
    free(account);
}

static void test_quantities(void **state)
{
    static const struct
    {
        const char *words;
        const char *key;
        double want;
    } rows[] = {
        {"delay=20ms loss=1%", "delay", 0.02},
        {"delay=20ms loss=1%", "loss", 0.01},
        {"rate=100mbit", "rate", 1e8},
        {"reorder-every=100 reorder-places=64", "reorder-places", 64},
        {"delay=1s", "delay", 1.0},
        {"delay=5", "delay", 5.0},
        {"reorder-time=1%,5ms", "reorder-time", 0.01},
        {"", "delay", -1.0},
        {"xdelay=1ms", "delay", -1.0},
        {"delay=1parsec", "delay", -1.0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        assert_close(lab_link_quantity(rows[i].words, rows[i].key, -1.0), rows[i].want, 1e-9);
    }
}

static void test_queues(void **state)
{
    (void)state;
    assert_int_equal(lab_counters_qdiscs("[{\"kind\":\"a\",\"drops\":3},{\"kind\":\"b\",\"drops\":4},{}]"),
                     7);
    assert_int_equal(lab_counters_qdiscs("not JSON"), 0);
}

static void test_evidence(void **state)
{
    static const char log[] =
        "a\nbad packet ID 1\nx\nbad packet ID 2\nstatus (7 replayed)\nstatus (9 replayed)\n";
    (void)state;
    assert_int_equal(lab_evidence_count(log, "bad packet ID"), 2);
    assert_int_equal(lab_evidence_count(log, "\\(([0-9]+) replayed\\)"), 9);
    assert_int_equal(lab_evidence_count(log, "x*"), 6); /* a line once, even when nothing of it is matched */
    assert_int_equal(lab_evidence_count("", "a"), 0);
    assert_int_equal(lab_evidence_count(log, "("), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cliffs),     cmocka_unit_test(test_no_cliff), cmocka_unit_test(test_account),
        cmocka_unit_test(test_quantities), cmocka_unit_test(test_queues),   cmocka_unit_test(test_evidence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
