/* Rank statistics and resampling against values of R 4.2.2: wilcox.test(conf.int = TRUE, exact = TRUE), acf, qt
 * and p.adjust. The first two samples are those of R's own examples (depression scores and permeability,
 * Hollander and Wolfe 1973), and so are the p-values (Benjamini and Hochberg 1995, section 3.2). */
#include "lib/rng.h"
#include "lib/stats_boot.h"
#include "lib/stats_rank.h"
#include "tests/testing.h"

#define CLOSE        1e-9
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const double depression[] = {0.878 - 1.83, 0.647 - 0.50, 0.598 - 1.62, 2.05 - 2.48, 1.06 - 1.68,
                                    1.29 - 1.88,  1.06 - 1.55,  3.14 - 3.06,  1.29 - 1.30};
static const double term_birth[] = {0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
static const double early_birth[] = {1.15, 0.88, 0.90, 0.74, 1.21};
static const double six[] = {-0.031, 0.012, -0.054, -0.087, -0.102, -0.066};
static const double ten[] = {-0.031, 0.012, -0.054, -0.087, -0.102, -0.066, 0.004, -0.041, -0.0725, -0.0188};
static const double heavy[] = {0.3188, -0.0045, -0.0399, -0.0367, 0.0838,  0.0477,  -0.0198, 0.0218,
                               0.0146, -0.0378, 0.2314,  0.0568,  -0.0067, -0.0599, -0.0043, -0.0331,
                               0.1065, -0.0355, 0.024,   -0.0937, -0.0361, -0.0258, -0.0462, -0.0455};

static const struct
{
    const double *values;
    size_t count;
    double level;
    double point;
    double low;
    double high;
    double p;
} one[] = {
    {depression, 9, 0.90, -0.46, -0.726, -0.175, 0.0390625},
    {depression, 9, 0.95, -0.46, -0.786, -0.01, 0.0390625},
    {depression, 9, 0.99, -0.46, -0.987, 0.1135, 0.0390625},
    {six, 6, 0.95, -0.059, -0.102, 0.012, 0.0625},
    {ten, 10, 0.99, -0.04565, -0.087, -0.0034, 0.009765625},
    {heavy, 24, 0.95, -0.005225, -0.02795, 0.0333, 0.811535716056824},
    {heavy, 24, 0.97, -0.005225, -0.03125, 0.03585, 0.811535716056824},
    {heavy, 24, 0.995, -0.005225, -0.0361, 0.06525, 0.811535716056824},
};

static void test_one_sample(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(one); i++)
    {
        struct lab_estimate estimate;
        assert_true(lab_rank_one(one[i].values, one[i].count, one[i].level, &estimate));
        assert_close(estimate.point, one[i].point, CLOSE);
        assert_close(estimate.interval.low, one[i].low, CLOSE);
        assert_close(estimate.interval.high, one[i].high, CLOSE);
        assert_true(estimate.level >= one[i].level);
        assert_close(lab_rank_center(one[i].values, one[i].count), one[i].point, CLOSE);
        assert_close(lab_rank_p(one[i].values, one[i].count), one[i].p, CLOSE);
    }
}

static void test_two_samples(void **state)
{
    static const struct
    {
        double level, low, high;
    } rows[] = {{0.90, -0.72, 0.08}, {0.95, -0.76, 0.15}, {0.99, -1.01, 0.35}};
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
    {
        struct lab_estimate estimate;
        assert_true(lab_rank_two(term_birth, 10, early_birth, 5, rows[i].level, &estimate));
        assert_close(estimate.point, -0.305, CLOSE);
        assert_close(lab_rank_two_p(term_birth, 10, early_birth, 5), 0.254412254412254, CLOSE);
        assert_close(estimate.interval.low, rows[i].low, CLOSE);
        assert_close(estimate.interval.high, rows[i].high, CLOSE);
    }
}

/* No interval where so few values cannot reach the level, and none from what is no sample. */
static void test_no_interval(void **state)
{
    static const double broken[] = {1.0, NAN, 2.0, 3.0, 4.0, 5.0};
    struct lab_estimate estimate;
    (void)state;
    assert_false(lab_rank_one(heavy, 5, 0.95, &estimate));
    assert_true(isnan(estimate.interval.low) && isnan(estimate.level));
    assert_true(lab_rank_one(heavy, 6, 0.95, &estimate));
    assert_close(estimate.level, 1.0 - 2.0 / 64.0, CLOSE);
    assert_false(lab_rank_one(heavy, 6, 0.995, &estimate));
    assert_false(lab_rank_one(heavy, 0, 0.95, &estimate));
    assert_false(lab_rank_one(heavy, 24, 1.0, &estimate));
    assert_false(lab_rank_one(broken, 6, 0.95, &estimate));
    assert_true(isnan(lab_rank_center(broken, 6)));
    assert_false(lab_rank_two(heavy, 3, heavy, 3, 0.95, &estimate));
    assert_true(lab_rank_two(heavy, 4, heavy + 4, 4, 0.95, &estimate));
    assert_false(lab_rank_two(heavy, 4, heavy, 0, 0.95, &estimate));
    assert_close(lab_rank_p(NULL, 0), 1.0, 0.0);
}

static void test_superiority(void **state)
{
    static const double values[] = {-1.0, -2.0, 0.0, 3.0};
    (void)state;
    assert_close(lab_rank_superiority(values, 4), 0.375, CLOSE);
    assert_true(isnan(lab_rank_superiority(values, 0)));
}

static void test_autocorrelation(void **state)
{
    static const double alternating[] = {1, -1, 1, -1, 1, -1, 1, -1};
    static const double drifting[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    (void)state;
    assert_close(lab_stats_autocorrelation(heavy, 24), -0.00198959005168581, CLOSE);
    assert_close(lab_stats_autocorrelation(ten, 10), 0.199506369762945, CLOSE);
    assert_close(lab_stats_autocorrelation(alternating, 8), -0.875, CLOSE);
    assert_close(lab_stats_autocorrelation(drifting, 2), 0.0, 0.0);
    assert_int_equal(lab_stats_block(heavy, 24), 1);
    assert_int_equal(lab_stats_block(ten, 10), 1);
    assert_int_equal(lab_stats_block(drifting, 8), 2);
    assert_int_equal(lab_stats_block(drifting, 12), 3);
}

static void test_bootstrap(void **state)
{
    struct lab_interval plain, again, blocks;
    double drifting[24];
    (void)state;
    for (size_t i = 0; i < 24; i++)
    {
        drifting[i] = (double)(i / 6);
    }
    assert_true(lab_stats_bootstrap(drifting, 24, lab_stats_mean, 1, 2000, 0.95, 5, &plain));
    assert_true(lab_stats_bootstrap(drifting, 24, lab_stats_mean, 1, 2000, 0.95, 5, &again));
    assert_true(lab_stats_bootstrap(drifting, 24, lab_stats_mean, 3, 2000, 0.95, 5, &blocks));
    assert_close(plain.low, again.low, 0.0);
    assert_close(plain.high, again.high, 0.0);
    /* Mean 1.5, standard deviation of the values 1.118: 1.5 -+ 1.96 * 0.228 when drawn one by one. */
    assert_close(plain.low, 1.5 - 1.96 * 0.228, 0.06);
    assert_close(plain.high, 1.5 + 1.96 * 0.228, 0.06);
    assert_true(blocks.high - blocks.low > 1.4 * (plain.high - plain.low));
    assert_false(lab_stats_bootstrap(drifting, 24, lab_stats_mean, 0, 2000, 0.95, 5, &plain));
    assert_false(lab_stats_bootstrap(drifting, 0, lab_stats_mean, 1, 2000, 0.95, 5, &plain));
    assert_true(isnan(plain.low));
}

static void test_discoveries(void **state)
{
    static const double p[] = {0.0201, 0.0001, 0.0278, 0.0004, 0.0019, 0.0095, 0.0298, 0.0344,
                               0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000};
    static const double few[] = {0.0201, 0.0001, 0.0019, 0.0004, 1.0, 0.0095};
    bool kept[COUNT(p)];
    (void)state;
    lab_stats_discoveries(p, COUNT(p), 0.05, kept);
    for (size_t i = 0; i < COUNT(p); i++)
    {
        assert_int_equal(kept[i], p[i] <= 0.0095);
    }
    lab_stats_discoveries(few, COUNT(few), 0.05, kept);
    for (size_t i = 0; i < COUNT(few); i++)
    {
        assert_int_equal(kept[i], few[i] < 1.0);
    }
    static const double none[] = {0.06, 0.9};
    lab_stats_discoveries(none, 2, 0.05, kept);
    assert_false(kept[0] || kept[1]);
}

static void test_student(void **state)
{
    static const struct
    {
        double probability;
        size_t degrees;
        double quantile;
    } rows[] = {{0.975, 1, 12.7062047361747}, {0.975, 2, 4.30265272974946},  {0.975, 3, 3.18244630528371},
                {0.975, 6, 2.44691185114497}, {0.975, 30, 2.04227245630124}, {0.95, 4, 2.13184678632665},
                {0.99, 7, 2.99795156686853}};
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
    {
        assert_close(lab_stats_student(rows[i].probability, rows[i].degrees), rows[i].quantile, 1e-8);
    }
    assert_true(isnan(lab_stats_student(0.975, 0)));
    assert_true(isnan(lab_stats_student(1.0, 3)));
}

/* The exact interval covers what it says, whatever the shape of the noise: 2000 samples of ten values that are
 * mostly near zero and sometimes far out. */
static void test_coverage(void **state)
{
    struct lab_rng rng = {11};
    unsigned covered = 0;
    (void)state;
    for (unsigned trial = 0; trial < 2000; trial++)
    {
        double values[10];
        struct lab_estimate estimate;
        for (size_t i = 0; i < 10; i++)
        {
            double uniform = ((double)(lab_rng_next(&rng) >> 11) + 0.5) / 9007199254740992.0;
            values[i] = tan(3.14159265358979 * (uniform - 0.5)); /* Cauchy: no mean, no variance */
        }
        assert_true(lab_rank_one(values, 10, 0.95, &estimate));
        covered += estimate.interval.low <= 0.0 && estimate.interval.high >= 0.0;
    }
    assert_in_range(covered, 1880, 1960); /* 0.951 is what ten values can say: 1903 +- 3 * 10 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_sample),  cmocka_unit_test(test_two_samples),
        cmocka_unit_test(test_no_interval), cmocka_unit_test(test_superiority),
        cmocka_unit_test(test_bootstrap),   cmocka_unit_test(test_autocorrelation),
        cmocka_unit_test(test_discoveries), cmocka_unit_test(test_student),
        cmocka_unit_test(test_coverage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
