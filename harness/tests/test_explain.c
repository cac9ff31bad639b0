/* Analysis of `ovlab explain` on figures whose effects are known. */
#include "lib/explain.h"
#include "lib/rng.h"
#include "tests/testing.h"

#define CLOSE 1e-9

static const unsigned run_counts[] = {0, 2, 4, 8, 8, 16, 16, 16, 16};

/* Each factor as often on as off, all columns of single factors orthogonal, and no single factor an alias of
 * another or, from resolution IV on, of any pair. */
static void test_designs(void **state)
{
    (void)state;
    for (unsigned k = 1; k <= LAB_EXPLAIN_FACTORS; k++)
    {
        struct lab_design design;
        struct lab_effects effects;
        double zeros[LAB_EXPLAIN_RUNS] = {0};
        lab_design_make(&design, k);
        assert_int_equal(design.runs, run_counts[k]);
        for (unsigned a = 0; a < k; a++)
        {
            unsigned on = 0;
            for (unsigned i = 0; i < design.runs; i++)
            {
                on += design.masks[i] >> a & 1;
            }
            assert_int_equal(on, design.runs / 2);
        }
        lab_design_effects(&design, zeros, 1, &effects);
        assert_true(effects.count >= k);
        for (unsigned a = 0; a < k; a++)
        {
            assert_int_equal(effects.list[a].word, 1u << a);
            assert_int_equal(effects.list[a].alias_count, 0);
        }
    }
}

/* Known effects of all factors and of one pair come out, through every fraction. */
static void test_known_effects(void **state)
{
    static const double sizes[LAB_EXPLAIN_FACTORS] = {-1.5, 0.0, -0.25, 0.5, -0.75, 0.125, -0.0625, 1.0};
    (void)state;
    for (unsigned k = 2; k <= LAB_EXPLAIN_FACTORS; k++)
    {
        struct lab_design design;
        struct lab_effects effects;
        double log_y[LAB_EXPLAIN_RUNS];
        lab_design_make(&design, k);
        for (unsigned i = 0; i < design.runs; i++)
        {
            unsigned mask = design.masks[i];
            log_y[i] = 6.0 + ((mask & 3) == 3 || (mask & 3) == 0 ? 0.2 : -0.2);
            for (unsigned a = 0; a < k; a++)
            {
                log_y[i] += mask >> a & 1 ? sizes[a] : 0.0;
            }
        }
        lab_design_effects(&design, log_y, 1, &effects);
        assert_true(effects.count > k);
        assert_int_equal(effects.degrees, 0);
        for (unsigned a = 0; a < k; a++)
        {
            assert_close(effects.list[a].log_ratio, sizes[a], CLOSE);
        }
        assert_int_equal(effects.list[k].word, 3);
        assert_close(effects.list[k].log_ratio, 0.4, CLOSE);
        log_y[1] = NAN;
        lab_design_effects(&design, log_y, 1, &effects);
        assert_int_equal(effects.count, 0);
    }
}

/* By hand: the median of the sizes is 2, s0 = 3; of those below 7.5 it is 1, PSE = 1.5; t(0.975, 2). */
static void test_lenth(void **state)
{
    static const double contrasts[] = {1.0, -1.0, 1.0, 2.0, -2.0, 20.0, 30.0};
    (void)state;
    assert_close(lab_lenth_margin(contrasts, 7), 1.5 * 1.0 * 4.302652729911275, 1e-6);
    assert_true(isnan(lab_lenth_margin(contrasts, 2)));
}

/* Two rounds of a 2^2 design, by hand. Rounds differ by 1, which is nobody's effect; of the rest, each of
 * the four runs is 0.1 off its mean: squares 2 * 4 * 0.01 = 0.08, over 3 degrees of freedom. The third
 * round has a hole. */
static void test_replicates(void **state)
{
    static const double log_y[] = {5.1, 3.9, 4.9, 4.1, 5.9, 5.1, 6.1, 4.9, 9.0, 9.0, NAN, 9.0};
    struct lab_design design;
    struct lab_effects effects;
    (void)state;
    lab_design_make(&design, 2);
    lab_design_effects(&design, log_y, 3, &effects);
    assert_int_equal(effects.count, 3);
    assert_int_equal(effects.rounds, 2);
    assert_int_equal(effects.degrees, 3);
    assert_close(effects.list[0].log_ratio, -1.0, CLOSE);
    assert_close(effects.list[1].log_ratio, 0.0, CLOSE);
    assert_close(effects.list[0].margin, 3.182446305284263 * sqrt(4.0 * 0.08 / 3.0 / 8.0), 1e-6);
    assert_int_equal(lab_effect_told(&effects.list[0]), LAB_TOLD_SLOWER);
    assert_int_equal(lab_effect_told(&effects.list[1]), LAB_TOLD_UNDECIDED);
}

static void test_waterfall(void **state)
{
    static const double log_y[] = {6.0, 5.0, 5.5, 2.0, 6.5, 5.5, 5.5, 2.5, 6.0, 4.8, 5.0, 2.0};
    struct lab_step_share steps[4];
    (void)state;
    lab_waterfall(log_y, 3, 3, steps);
    assert_close(steps[0].log_ratio, -3.2 / 3.0, CLOSE);
    assert_close(steps[0].share, 3.2 / 12.0, CLOSE);
    assert_close(steps[0].share + steps[1].share + steps[2].share, 1.0, CLOSE);
    /* Of -1, -1 and -1.2 the deviation is 0.2 / sqrt(3); t(0.975, 2) = 4.3027. The gap is -4 each time. */
    assert_close(steps[0].log_interval.low, -3.2 / 3.0 - 4.302652729911275 * 0.2 / 3.0, 1e-6);
    assert_close(steps[0].log_interval.high, -3.2 / 3.0 + 4.302652729911275 * 0.2 / 3.0, 1e-6);
    assert_close(steps[0].share_interval.high, -steps[0].log_interval.low / 4.0, 1e-6);
    assert_int_equal(lab_step_told(&steps[0]), LAB_TOLD_SLOWER);
    /* 0.5, 0 and 0.2 hold both directions. */
    assert_int_equal(lab_step_told(&steps[1]), LAB_TOLD_UNDECIDED);
    assert_int_equal(steps[2].round_count, 3);
    assert_close(steps[3].log_ratio, -4.0, CLOSE);
    assert_close(steps[3].share, 1.0, CLOSE);
    assert_close(steps[3].share_interval.low, 1.0, 1e-6);
}

/* Holes, a single round, and a gap that may be none: nothing is claimed. */
static void test_waterfall_undecided(void **state)
{
    static const double missing[] = {6.0, 5.0, NAN, 2.0};
    static const double no_gap[] = {6.0, 5.0, 5.0, 6.1, 6.0, 5.0, 5.0, 5.9};
    struct lab_step_share steps[4];
    (void)state;
    lab_waterfall(missing, 3, 1, steps);
    assert_close(steps[0].log_ratio, -1.0, CLOSE);
    assert_close(steps[0].share, 0.25, CLOSE);
    assert_int_equal(lab_step_told(&steps[0]), LAB_TOLD_NO_INTERVAL);
    assert_int_equal(lab_step_told(&steps[1]), LAB_TOLD_NOT_MEASURED);
    assert_true(isnan(steps[1].log_ratio) && isnan(steps[1].share));
    lab_waterfall(no_gap, 3, 2, steps);
    assert_int_equal(lab_step_told(&steps[3]), LAB_TOLD_UNDECIDED);
    assert_int_equal(lab_step_told(&steps[0]), LAB_TOLD_SLOWER);
    assert_true(isnan(steps[0].share) && isnan(steps[0].share_interval.low));
}

/* Nearly normal, of variance 1. */
static double noise(struct lab_rng *rng)
{
    double sum = 0.0;
    for (unsigned n = 0; n < 12; n++)
    {
        sum += (double)(lab_rng_next(rng) >> 11) / 9007199254740992.0;
    }
    return sum - 6.0;
}

/* Noise alone, of runs that are not equally noisy, in rounds that drift: of 2,000 steps and of as many
 * effects about one in twenty seems to be one. */
static void test_false_alarms(void **state)
{
    struct lab_rng rng = {4711};
    struct lab_design design;
    unsigned steps_told = 0;
    unsigned effects_told = 0;
    (void)state;
    lab_design_make(&design, 4);
    for (unsigned trial = 0; trial < 500; trial++)
    {
        double runs[3 * 8];
        double levels[3 * 5];
        struct lab_step_share steps[5];
        struct lab_effects effects;
        for (size_t i = 0; i < 3 * 8; i++)
        {
            runs[i] = noise(&rng) * (i % 8 < 4 ? 0.1 : 0.3) + (double)(i / 8);
        }
        for (size_t i = 0; i < 3 * 5; i++)
        {
            levels[i] = noise(&rng) * (i % 5 < 2 ? 0.1 : 0.3) + (double)(i / 5);
        }
        lab_design_effects(&design, runs, 3, &effects);
        lab_waterfall(levels, 4, 3, steps);
        for (unsigned i = 0; i < 4; i++)
        {
            steps_told += lab_step_told(&steps[i]) != LAB_TOLD_UNDECIDED;
            effects_told += lab_effect_told(&effects.list[i]) != LAB_TOLD_UNDECIDED;
        }
    }
    assert_in_range(steps_told, 60, 140);
    assert_in_range(effects_told, 60, 140);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_designs),      cmocka_unit_test(test_known_effects),
        cmocka_unit_test(test_lenth),        cmocka_unit_test(test_replicates),
        cmocka_unit_test(test_waterfall),    cmocka_unit_test(test_waterfall_undecided),
        cmocka_unit_test(test_false_alarms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
