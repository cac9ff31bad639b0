#include "lib/rng.h"
#include "lib/stats_boot.h"
#include "tests/testing.h"

#define CLOSE 1e-9

/* Values by hand; percentiles as "linear interpolation of closest ranks" gives them. */
static const struct
{
    size_t count;
    double values[8];
    double median;
    double p90;
    double mean;
    double deviation; /* NaN below two values */
} samples[] = {
    {1, {7.0}, 7.0, 7.0, 7.0, NAN},
    {2, {3.0, 1.0}, 2.0, 2.8, 2.0, 1.4142135623730951},
    {4, {4.0, 1.0, 3.0, 2.0}, 2.5, 3.7, 2.5, 1.2909944487358056},
    {5, {5.0, 5.0, 5.0, 5.0, 5.0}, 5.0, 5.0, 5.0, 0.0},
    {8, {2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0}, 4.5, 7.6, 5.0, 2.138089935299395},
};

static void test_known_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++)
    {
        const double *values = samples[i].values;
        size_t count = samples[i].count;
        assert_close(lab_stats_median(values, count), samples[i].median, CLOSE);
        assert_close(lab_stats_percentile(values, count, 90), samples[i].p90, CLOSE);
        assert_close(lab_stats_mean(values, count), samples[i].mean, CLOSE);
        if (isnan(samples[i].deviation))
        {
            assert_true(isnan(lab_stats_deviation(values, count)));
        }
        else
        {
            assert_close(lab_stats_deviation(values, count), samples[i].deviation, CLOSE);
        }
    }
}

static void test_ends_of_range(void **state)
{
    static const double values[] = {30.0, 10.0, 20.0};
    (void)state;
    assert_close(lab_stats_percentile(values, 3, 0), 10.0, CLOSE);
    assert_close(lab_stats_percentile(values, 3, 100), 30.0, CLOSE);
    assert_true(isnan(lab_stats_percentile(values, 3, -1)));
    assert_true(isnan(lab_stats_percentile(values, 3, 100.5)));
    assert_true(isnan(lab_stats_percentile(values, 3, NAN)));
    assert_true(isnan(lab_stats_median(values, 0)));
    assert_true(isnan(lab_stats_mean(values, 0)));
    assert_close(values[0], 30.0, 0.0); /* The caller's order stays. */
}

static void test_not_a_number(void **state)
{
    static const double values[] = {1.0, NAN, 3.0};
    (void)state;
    assert_true(isnan(lab_stats_median(values, 3)));
}

static void test_interval(void **state)
{
    struct lab_interval first;
    struct lab_interval again;
    struct lab_interval other;
    double values[40];
    (void)state;
    for (size_t i = 0; i < 40; i++)
    {
        values[i] = 100.0 + (double)(i * 7 % 40);
    }
    assert_true(lab_stats_bootstrap(values, 40, lab_stats_median, 1, 2000, 0.95, 1, &first));
    assert_true(lab_stats_bootstrap(values, 40, lab_stats_median, 1, 2000, 0.95, 1, &again));
    assert_true(lab_stats_bootstrap(values, 40, lab_stats_median, 1, 2000, 0.95, 2, &other));
    assert_close(first.low, again.low, 0.0);
    assert_close(first.high, again.high, 0.0);
    /* The median is 119.5; 40 values of an even spread leave about 9 to either side. */
    assert_true(first.low > 105.0 && first.low < 119.5);
    assert_true(first.high > 119.5 && first.high < 134.0);
    assert_close(first.low, other.low, 4.0);
}

static void test_interval_refusals(void **state)
{
    static const double values[] = {1.0, 2.0};
    struct lab_interval interval;
    (void)state;
    assert_false(lab_stats_bootstrap(values, 0, lab_stats_median, 1, 100, 0.95, 1, &interval));
    assert_true(isnan(interval.low));
    assert_false(lab_stats_bootstrap(values, 2, lab_stats_median, 1, 0, 0.95, 1, &interval));
    assert_false(lab_stats_bootstrap(values, 2, lab_stats_median, 1, 100, 1.0, 1, &interval));
    assert_false(lab_stats_bootstrap(values, 2, lab_stats_median, 1, 100, 0.0, 1, &interval));
    assert_true(lab_stats_bootstrap(values, 1, lab_stats_median, 1, 100, 0.95, 1, &interval));
    assert_close(interval.low, 1.0, 0.0);
    assert_close(interval.high, 1.0, 0.0);
}

/* First outputs of splitmix64 for seed 0, as its author publishes them. */
static void test_generator(void **state)
{
    struct lab_rng rng = {0};
    (void)state;
    assert_true(lab_rng_next(&rng) == 0xe220a8397b1dcdafu);
    assert_true(lab_rng_next(&rng) == 0x6e789e6aa1b965f4u);
    assert_true(lab_rng_below(&rng, 0) == 0);
    assert_true(lab_rng_below(&rng, 1) == 0);
    unsigned seen[6] = {0};
    for (unsigned i = 0; i < 6000; i++)
    {
        seen[lab_rng_below(&rng, 6)]++;
    }
    for (unsigned i = 0; i < 6; i++)
    {
        assert_in_range(seen[i], 850, 1150);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_values),      cmocka_unit_test(test_ends_of_range),
        cmocka_unit_test(test_not_a_number),      cmocka_unit_test(test_interval),
        cmocka_unit_test(test_interval_refusals), cmocka_unit_test(test_generator),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
