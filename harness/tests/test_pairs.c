/* The rule over pairs: looks, margins, gates, and by simulation with fixed seeds how often it is wrong.
 * `make check-compare` runs the same with more trials (OV_TRIALS). */
#include "lib/pairs.h"
#include "lib/rng.h"
#include "tests/testing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double uniform(struct lab_rng *rng)
{
    return ((double)(lab_rng_next(rng) >> 11) + 0.5) / 9007199254740992.0;
}

static double normal(struct lab_rng *rng)
{
    return sqrt(-2.0 * log(uniform(rng))) * cos(6.283185307179586 * uniform(rng));
}

/* Noise of one difference with standard deviation 1. Heavy tails: one in ten is three times as wide. */
static double heavy(struct lab_rng *rng)
{
    double scale = uniform(rng) < 0.1 ? 3.0 : 1.0;
    return scale * normal(rng) / sqrt(0.9 + 0.1 * 9.0);
}

/* Neighbours resemble each other: lag-1 autocorrelation 0.3. */
static double drifting(struct lab_rng *rng)
{
    static const double rho = 0.3;
    double value = normal(rng);
    double kept;
    memcpy(&kept, &rng[1].state, sizeof kept);
    kept = rho * kept + sqrt(1.0 - rho * rho) * value;
    memcpy(&rng[1].state, &kept, sizeof kept);
    return kept;
}

struct tally
{
    unsigned counts[4];
    double pairs; /* mean number looked at */
};

/* One comparison as ovlab makes it: pairs until a look decides, an A/A pair after every fourth. */
static enum lab_ab compare_once(struct lab_rng *rng, double (*noise)(struct lab_rng *), double deviation,
                                double effect, double *pairs_used)
{
    struct lab_pairs pairs = {.count = 0};
    struct lab_pairs_verdict verdict = {.verdict = LAB_AB_UNDECIDED};
    while (pairs.count < LAB_PAIRS_MAX && verdict.verdict == LAB_AB_UNDECIDED)
    {
        pairs.difference[pairs.count++] = log1p(effect) + deviation * noise(rng);
        if (pairs.count % 4 == 0)
        {
            pairs.aa[pairs.aa_count++] = deviation * noise(rng);
        }
        if (lab_pairs_look(pairs.count) > 0.0)
        {
            lab_pairs_judge(&pairs, &lab_pairs_usual, &verdict);
        }
    }
    *pairs_used += (double)pairs.count;
    return verdict.verdict;
}

static struct tally simulate(double (*noise)(struct lab_rng *), double deviation, double effect,
                             unsigned trials, uint64_t seed)
{
    struct lab_rng rng[2] = {{seed}, {0}}; /* the second keeps a state of the noise */
    struct tally tally = {.pairs = 0.0};
    for (unsigned trial = 0; trial < trials; trial++)
    {
        tally.counts[compare_once(rng, noise, deviation, effect, &tally.pairs)]++;
    }
    tally.pairs /= trials;
    return tally;
}

static unsigned trials_wanted(void)
{
    const char *given = getenv("OV_TRIALS");
    unsigned long wanted = given != NULL ? strtoul(given, NULL, 10) : 0;
    return wanted >= 100 && wanted <= 100000 ? (unsigned)wanted : 250;
}

static const struct
{
    const char *name;
    double (*noise)(struct lab_rng *);
    double deviation;
    double effect;
    enum lab_ab wanted;
    double least; /* share that must find it; for LAB_AB_UNDECIDED: nothing is asked */
    double wrong; /* share that may say FASTER or SLOWER though it is not */
} rows[] = {
    /* no change: false alarms */
    {"A/A, sd 5 %", normal, 0.05, 0.0, LAB_AB_UNDECIDED, 0.0, 0.01},
    {"A/A, sd 5 %, heavy tails", heavy, 0.05, 0.0, LAB_AB_UNDECIDED, 0.0, 0.01},
    {"A/A, sd 9 %", normal, 0.09, 0.0, LAB_AB_UNDECIDED, 0.0, 0.01},
    {"A/A, sd 9 %, heavy tails", heavy, 0.09, 0.0, LAB_AB_UNDECIDED, 0.0, 0.01},
    {"A/A, sd 9 %, drifting", drifting, 0.09, 0.0, LAB_AB_UNDECIDED, 0.0, 0.02},
    {"A/A, sd 3 %: SAME", heavy, 0.03, 0.0, LAB_AB_SAME, 0.9, 0.01},
    /* a change: found in how many comparisons */
    {"-10 %, sd 9 %", normal, 0.09, -0.10, LAB_AB_SLOWER, 0.85, 0.0},
    {"-10 %, sd 9 %, heavy tails", heavy, 0.09, -0.10, LAB_AB_SLOWER, 0.90, 0.0},
    {"-10 %, sd 5 %, heavy tails", heavy, 0.05, -0.10, LAB_AB_SLOWER, 0.99, 0.0},
    {"-5 %, sd 5 %", normal, 0.05, -0.05, LAB_AB_SLOWER, 0.60, 0.0},
    {"-5 %, sd 5 %, heavy tails", heavy, 0.05, -0.05, LAB_AB_SLOWER, 0.70, 0.0},
    {"-5 %, sd 4 %, heavy tails", heavy, 0.04, -0.05, LAB_AB_SLOWER, 0.80, 0.0},
    {"+10 %, sd 5 %", heavy, 0.05, 0.10, LAB_AB_FASTER, 0.90, 0.0},
};

static void test_simulation(void **state)
{
    unsigned trials = trials_wanted();
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        struct tally tally = simulate(rows[i].noise, rows[i].deviation, rows[i].effect, trials, 1000 + i);
        unsigned wrong = (rows[i].effect >= 0.0 ? tally.counts[LAB_AB_SLOWER] : 0) +
                         (rows[i].effect <= 0.0 ? tally.counts[LAB_AB_FASTER] : 0);
        print_message("%-28s SLOWER %5.1f %%  FASTER %5.1f %%  SAME %5.1f %%  UNDECIDED %5.1f %%  "
                      "mean %.1f pairs\n",
                      rows[i].name, 100.0 * tally.counts[LAB_AB_SLOWER] / trials,
                      100.0 * tally.counts[LAB_AB_FASTER] / trials,
                      100.0 * tally.counts[LAB_AB_SAME] / trials,
                      100.0 * tally.counts[LAB_AB_UNDECIDED] / trials, tally.pairs);
        assert_true((double)wrong <= rows[i].wrong * trials);
        if (rows[i].wanted != LAB_AB_UNDECIDED)
        {
            assert_true((double)tally.counts[rows[i].wanted] >= rows[i].least * trials);
        }
    }
}

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
        cmocka_unit_test(test_between_looks), cmocka_unit_test(test_simulation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
