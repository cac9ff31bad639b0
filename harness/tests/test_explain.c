/* Analysis of `ovlab explain` on figures whose effects are known. */
#include "lib/explain.h"
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
        struct lab_effect effects[LAB_EXPLAIN_EFFECTS];
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
        size_t count = lab_design_effects(&design, zeros, effects);
        assert_true(count >= k);
        for (unsigned a = 0; a < k; a++)
        {
            assert_int_equal(effects[a].word, 1u << a);
            assert_int_equal(effects[a].alias_count, 0);
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
        struct lab_effect effects[LAB_EXPLAIN_EFFECTS];
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
        size_t count = lab_design_effects(&design, log_y, effects);
        assert_true(count > k);
        for (unsigned a = 0; a < k; a++)
        {
            assert_close(effects[a].log_ratio, sizes[a], CLOSE);
        }
        assert_int_equal(effects[k].word, 3);
        assert_close(effects[k].log_ratio, 0.4, CLOSE);
        log_y[1] = NAN;
        assert_int_equal(lab_design_effects(&design, log_y, effects), 0);
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

static void test_waterfall(void **state)
{
    static const double log_y[] = {6.0, 5.0, 5.5, 2.0, 6.5, 5.5, 5.5, 2.5, 6.0, 4.8, 5.0, 2.0};
    static const double gap_missing[] = {6.0, 5.0, NAN, 2.0};
    static const double no_gap[] = {6.0, 5.0, 5.0, 6.0};
    struct lab_step_share steps[3];
    (void)state;
    lab_waterfall(log_y, 3, 3, 1, steps);
    assert_close(steps[0].log_ratio, -3.2 / 3.0, CLOSE);
    assert_close(steps[0].share, 3.2 / 12.0, CLOSE);
    assert_close(steps[0].share + steps[1].share + steps[2].share, 1.0, CLOSE);
    assert_true(steps[0].log_interval.low >= -1.2 - CLOSE && steps[0].log_interval.high <= -1.0 + CLOSE);
    assert_true(steps[1].log_interval.low < 0.25 && steps[1].log_interval.high > 0.2);
    assert_int_equal(steps[2].round_count, 3);
    lab_waterfall(gap_missing, 3, 1, 1, steps);
    assert_close(steps[0].log_ratio, -1.0, CLOSE);
    assert_true(isnan(steps[0].log_interval.low));
    assert_int_equal(steps[1].round_count, 0);
    assert_true(isnan(steps[1].log_ratio) && isnan(steps[1].share));
    lab_waterfall(no_gap, 3, 1, 1, steps);
    assert_true(isnan(steps[0].share));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_designs),
        cmocka_unit_test(test_known_effects),
        cmocka_unit_test(test_lenth),
        cmocka_unit_test(test_waterfall),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
