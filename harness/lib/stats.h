/* Statistics over small samples. No function reorders the caller's array. */
#ifndef OV_LAB_STATS_H
#define OV_LAB_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lab_interval
{
    double low;
    double high;
};

/* Percentile 0..100 with linear interpolation between closest ranks. NaN for an
 * empty sample, a value that is not a number, or a percentile out of range. */
double lab_stats_percentile(const double *values, size_t count, double percent);

double lab_stats_median(const double *values, size_t count);
double lab_stats_mean(const double *values, size_t count);

/* Standard deviation of the sample (n - 1). NaN below two values. */
double lab_stats_deviation(const double *values, size_t count);

/* Percentile bootstrap of the median: draws resamples, level such as 0.95. The
 * same seed gives the same interval. False (interval NaN) for an empty sample,
 * no draws, or a level outside (0, 1). */
bool lab_stats_median_interval(const double *values, size_t count, size_t draws, double level, uint64_t seed,
                               struct lab_interval *interval);

#endif
