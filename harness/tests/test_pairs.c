/* The rule over pairs: looks, margins, gates. How often it is wrong: test_calibration.c. */
#include "lib/pairs.h"
#include "tests/testing.h"

#include <string.h>

static void test_looks(void **state)
{
    (void)state;
    assert_close(lab_pairs_look(6), 0.005, 0.0);
    assert_close(lab_pairs_look(10), 0.01, 0.0);
    assert_close(lab_pairs_look(16), 0.02, 0.0);
    assert_close(lab_pairs_look(24), 0.03, 0.0);
    assert_close(lab_pairs_look(11), 0.0, 0.0);
    assert_int_equal(lab_pairs_last_look(5), 0);
    assert_int_equal(lab_pairs_last_look(15), 10);
    assert_int_equal(lab_pairs_last_look(24), 24);
}

static void test_power(void **state)
{
    (void)state;
    /* LAB facts 3.2: sd 9 % and guard 2 %: -10 % needs 16 pairs, -5 % 110; at sd 5 %: 5 and 34. */
    assert_close(lab_pairs_needed(0.09, -0.10, 0.02), 15.5, 0.1);
    assert_close(lab_pairs_needed(0.09, -0.05, 0.02), 110.25, 0.1);
    assert_close(lab_pairs_needed(0.05, -0.10, 0.02), 4.8, 0.1);
    assert_close(lab_pairs_needed(0.05, 0.05, 0.02), 34.0, 0.1);
    assert_true(isinf(lab_pairs_needed(0.05, 0.02, 0.02)));
    double smallest = lab_pairs_detectable(0.05, 24, 0.02);
    assert_close(lab_pairs_needed(0.05, smallest, 0.02), 24.0, 1e-9);
}

static void fill(struct lab_pairs *pairs, size_t count, double center, double spread)
{
    *pairs = (struct lab_pairs){.count = count};
    for (size_t i = 0; i < count; i++)
    {
        pairs->difference[i] = center + spread * ((double)(i * 7 % count) / (double)count - 0.5);
    }
}

static const struct
{
    const char *name;
    size_t count;
    double center;
    double spread;
    size_t spoilt;
    double aa; /* of two A/A pairs; 0: none */
    enum lab_ab verdict;
    const char *why;
} decisions[] = {
    {"five pairs decide nothing", 5, -1.0, 0.01, 0, 0.0, LAB_AB_UNDECIDED, "too few pairs yet"},
    {"nor do six at their level", 6, -1.0, 0.01, 0, 0.0, LAB_AB_UNDECIDED, "too few pairs yet"},
    {"ten find a half", 10, -0.7, 0.02, 0, 0.0, LAB_AB_SLOWER, ""},
    {"and a double", 10, 0.7, 0.02, 0, 0.0, LAB_AB_FASTER, ""},
    {"within the margin is the same", 10, 0.0, 0.02, 0, 0.0, LAB_AB_SAME, ""},
    {"lack of evidence is not", 10, 0.0, 0.4, 0, 0.0, LAB_AB_UNDECIDED, "the interval is too wide"},
    {"a change within the guard is none", 24, -0.015, 0.001, 0, 0.0, LAB_AB_SAME, ""},
    {"noisy A/A pairs raise the guard", 10, -0.08, 0.02, 0, 0.15, LAB_AB_UNDECIDED,
     "the interval is too wide"},
    {"too many are spoilt", 10, -0.7, 0.02, 4, 0.0, LAB_AB_UNDECIDED, "the host disturbed too many pairs"},
    {"a few may be", 10, -0.7, 0.02, 2, 0.0, LAB_AB_SLOWER, ""},
};

static void test_decisions(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof decisions / sizeof decisions[0]; i++)
    {
        struct lab_pairs pairs;
        struct lab_pairs_verdict verdict;
        fill(&pairs, decisions[i].count, decisions[i].center, decisions[i].spread);
        pairs.void_count = decisions[i].spoilt;
        pairs.aa_count = decisions[i].aa > 0.0 ? 2 : 0;
        pairs.aa[0] = decisions[i].aa;
        pairs.aa[1] = -decisions[i].aa;
        lab_pairs_judge(&pairs, &lab_pairs_usual, &verdict);
        if (verdict.verdict != decisions[i].verdict || strcmp(verdict.why, decisions[i].why) != 0)
        {
            fail_msg("%s: %s (%s)", decisions[i].name, lab_ab_name(verdict.verdict), verdict.why);
        }
    }
}

/* Two modes: most pairs agree weakly, too many disagree. */
static void test_two_modes(void **state)
{
    struct lab_pairs pairs = {.count = 24};
    struct lab_pairs_verdict verdict;
    (void)state;
    for (size_t i = 0; i < 24; i++)
    {
        pairs.difference[i] = i * 7 % 24 < 17 ? -0.4 - 0.001 * (double)i : 0.02;
    }
    lab_pairs_judge(&pairs, &lab_pairs_usual, &verdict);
    assert_int_equal(verdict.verdict, LAB_AB_UNDECIDED);
    assert_string_equal(verdict.why, "the pairs disagree with each other too often");
}

/* Between two looks nothing is decided anew, however clear the later pairs are. */
static void test_between_looks(void **state)
{
    struct lab_pairs pairs;
    struct lab_pairs_verdict verdict;
    (void)state;
    fill(&pairs, 10, 0.0, 0.4);
    for (pairs.count = 10; pairs.count < 15;)
    {
        pairs.difference[pairs.count++] = -3.0;
    }
    lab_pairs_judge(&pairs, &lab_pairs_usual, &verdict);
    assert_int_equal(verdict.verdict, LAB_AB_UNDECIDED);
    assert_close(verdict.look_level, 0.99, 1e-12);
    assert_true(verdict.shown.point < 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_looks),         cmocka_unit_test(test_power),
        cmocka_unit_test(test_decisions),     cmocka_unit_test(test_two_modes),
        cmocka_unit_test(test_between_looks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
