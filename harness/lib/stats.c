#include "lib/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

static double percentile_sorted(const double *sorted, size_t count, double percent)
{
    double rank = percent / 100.0 * (double)(count - 1);
    size_t below = (size_t)rank;
    if (below + 1 >= count)
    {
        return sorted[count - 1];
    }
    return sorted[below] + (rank - (double)below) * (sorted[below + 1] - sorted[below]);
}

static double *sorted_copy(const double *values, size_t count)
{
    double *copy = count > 0 ? malloc(count * sizeof *copy) : NULL;
    if (copy == NULL)
    {
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
    {
        if (isnan(values[i]))
        {
            free(copy);
            return NULL;
        }
        copy[i] = values[i];
    }
    qsort(copy, count, sizeof *copy, compare_doubles);
    return copy;
}

double lab_stats_percentile(const double *values, size_t count, double percent)
{
    if (!(percent >= 0.0 && percent <= 100.0))
    {
        return NAN;
    }
    double *copy = sorted_copy(values, count);
    if (copy == NULL)
    {
        return NAN;
    }
    double result = percentile_sorted(copy, count, percent);
    free(copy);
    return result;
}

double lab_stats_median(const double *values, size_t count)
{
    return lab_stats_percentile(values, count, 50.0);
}

double lab_stats_mean(const double *values, size_t count)
{
    double sum = 0.0;
    for (size_t i = 0; i < count; i++)
    {
        sum += values[i];
    }
    return count > 0 ? sum / (double)count : NAN;
}

double lab_stats_deviation(const double *values, size_t count)
{
    if (count < 2)
    {
        return NAN;
    }
    double mean = lab_stats_mean(values, count);
    double squares = 0.0;
    for (size_t i = 0; i < count; i++)
    {
        squares += (values[i] - mean) * (values[i] - mean);
    }
    return sqrt(squares / (double)(count - 1));
}
