/* Estimates and exact intervals from ranks: no assumption about the shape of the noise.
 *
 * One sample: Hodges-Lehmann (the median of all Walsh averages) with the exact interval of Wilcoxon's
 * signed-rank statistic. Two samples: the median of all differences with the exact interval of
 * Mann-Whitney's. Both as R's wilcox.test(conf.int = TRUE, exact = TRUE) gives them. */
#ifndef OV_LAB_STATS_RANK_H
#define OV_LAB_STATS_RANK_H

#include "lib/stats.h"

#define LAB_RANK_MAX 200 /* values of a sample; more is refused */

struct lab_estimate
{
    double point;
    struct lab_interval interval; /* NaN where so few values can't reach the level */
    double level;                 /* really covered: at least what was asked; NaN without an interval */
};

/* Median of the averages of all pairs, each value with itself included. NaN: empty, too many, or a NaN. */
double lab_rank_center(const double *values, size_t count);

/* True when there is an interval. At 0.95 it takes six values, at 0.99 eight. */
bool lab_rank_one(const double *values, size_t count, double level, struct lab_estimate *estimate);

/* Location of right minus left. At 0.95 it takes four values each. */
bool lab_rank_two(const double *left, size_t left_count, const double *right, size_t right_count,
                  double level, struct lab_estimate *estimate);

/* Exact two-sided p of "the values lie around zero", by the signed-rank statistic; an average of exactly zero
 * counts half. 1 for an empty sample. */
double lab_rank_p(const double *values, size_t count);

/* The same for two samples, by Mann-Whitney's. */
double lab_rank_two_p(const double *left, size_t left_count, const double *right, size_t right_count);

/* Share of values above zero, zeros counting half: P(B > A) of paired log ratios. NaN when empty. */
double lab_rank_superiority(const double *values, size_t count);

#endif
