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

#endif
