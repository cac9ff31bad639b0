/* Resampling, and what depends on the order of values. */
#ifndef OV_LAB_STATS_BOOT_H
#define OV_LAB_STATS_BOOT_H

#include "lib/stats.h"

#define LAB_BOOT_DRAWS          2000
#define LAB_BOOT_AUTOCORRELATED 0.2 /* lag-1 from which neighbours are resampled together */

/* Lag-1 autocorrelation; 0 below three values or without any spread. */
double lab_stats_autocorrelation(const double *values, size_t count);

/* A statistic of a sample, NaN where it has none. */
typedef double (*lab_statistic)(const double *values, size_t count);

/* Percentile bootstrap of any statistic with blocks of `block` neighbours (1: the ordinary one; the series is
 * closed to a ring, so that each value is drawn equally often). The same seed gives the same interval.
 * False (interval NaN) for an empty sample, no draws, a level outside (0, 1), or a block of 0. */
bool lab_stats_bootstrap(const double *values, size_t count, lab_statistic statistic, size_t block,
                         size_t draws, double level, uint64_t seed, struct lab_interval *interval);

/* Block length for a series: 1, or 3 (2 below 12 values) when neighbours resemble each other. */
size_t lab_stats_block(const double *values, size_t count);

/* Benjamini and Hochberg 1995: kept[i] says whether hypothesis i is rejected when the false discovery rate
 * shall be at most rate. */
void lab_stats_discoveries(const double *p, size_t count, double rate, bool *kept);

/* Quantile of Student's t with whole degrees of freedom (1 and more), probability in [0.5, 1); by bisection
 * of its distribution. */
double lab_stats_student(double probability, size_t degrees);

#endif
