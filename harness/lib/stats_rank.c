#include "lib/stats_rank.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Counts of a rank statistic are built up one rank, or one value, at a time as probabilities: 2^200 would not
 * fit into an integer, and a double keeps 15 digits of each share. */
static double *signed_rank_shares(size_t count)
{
    size_t top = count * (count + 1) / 2;
    double *share = calloc(top + 1, sizeof *share);
    if (share == NULL)
    {
        return NULL;
    }
    share[0] = 1.0;
    size_t reach = 0;
    for (size_t rank = 1; rank <= count; rank++)
    {
        reach += rank;
        for (size_t sum = reach + 1; sum-- > 0;)
        {
            share[sum] = 0.5 * (share[sum] + (sum >= rank ? share[sum - rank] : 0.0));
        }
    }
    return share;
}

/* P(U = u) of Mann-Whitney: with i left and j right values, the largest of all is a right one with
 * probability j / (i + j), and then counts i. Rows of i are rolled over. */
static double *mann_whitney_shares(size_t left, size_t right)
{
    size_t width = left * right + 1;
    double *rows = calloc((right + 1) * width, sizeof *rows);
    double *share = calloc(width, sizeof *share);
    for (size_t i = 0; rows != NULL && share != NULL && i <= left; i++)
    {
        for (size_t j = 0; j <= right; j++)
        {
            double *row = rows + j * width;
            double of_right = i + j > 0 ? (double)j / (double)(i + j) : 0.0;
            for (size_t u = width; u-- > 0;)
            {
                double without_left = i > 0 ? row[u] : 0.0;
                double without_right = j > 0 && u >= i ? rows[(j - 1) * width + u - i] : 0.0;
                row[u] = i + j == 0 ? (u == 0) : (1.0 - of_right) * without_left + of_right * without_right;
            }
        }
    }
    if (rows != NULL && share != NULL)
    {
        memcpy(share, rows + right * width, width * sizeof *share);
    }
    else
    {
        free(share);
        share = NULL;
    }
    free(rows);
    return share;
}

/* The smallest statistic that leaves at least tail below and at it, and what lies strictly below. */
static size_t lower_quantile(const double *share, size_t top, double tail, double *below)
{
    double sum = 0.0;
    size_t at = 0;
    while (at < top && sum + share[at] < tail * (1.0 - 1e-12))
    {
        sum += share[at++];
    }
    *below = sum;
    return at;
}

/* sorted holds what the statistic counts (averages or differences): the interval leaves as many of them out
 * on each side as the statistic may at most have. */
static bool interval_of(const double *sorted, size_t count, const double *share, double level,
                        struct lab_estimate *estimate)
{
    double below;
    estimate->point = count % 2 == 1 ? sorted[count / 2] : 0.5 * (sorted[count / 2 - 1] + sorted[count / 2]);
    size_t at = lower_quantile(share, count, (1.0 - level) / 2.0, &below);
    if (at == 0 || 2 * at > count)
    {
        return false;
    }
    estimate->interval = (struct lab_interval){sorted[at - 1], sorted[count - at]};
    estimate->level = 1.0 - 2.0 * below;
    return true;
}

static double *walsh_averages(const double *values, size_t count)
{
    double *averages =
        count > 0 && count <= LAB_RANK_MAX ? malloc(count * (count + 1) / 2 * sizeof *averages) : NULL;
    size_t at = 0;
    for (size_t i = 0; averages != NULL && i < count; i++)
    {
        for (size_t j = i; j < count; j++)
        {
            averages[at++] = 0.5 * (values[i] + values[j]);
        }
        if (isnan(values[i]))
        {
            free(averages);
            return NULL;
        }
    }
    if (averages != NULL)
    {
        qsort(averages, at, sizeof *averages, compare_doubles);
    }
    return averages;
}

static void forget(struct lab_estimate *estimate)
{
    *estimate = (struct lab_estimate){.point = NAN, .interval = {NAN, NAN}, .level = NAN};
}

double lab_rank_center(const double *values, size_t count)
{
    double *averages = walsh_averages(values, count);
    double center = averages != NULL ? lab_stats_median(averages, count * (count + 1) / 2) : NAN;
    free(averages);
    return center;
}

bool lab_rank_one(const double *values, size_t count, double level, struct lab_estimate *estimate)
{
    forget(estimate);
    if (!(level > 0.0 && level < 1.0))
    {
        return false;
    }
    double *averages = walsh_averages(values, count);
    double *share = averages != NULL ? signed_rank_shares(count) : NULL;
    bool there = share != NULL && interval_of(averages, count * (count + 1) / 2, share, level, estimate);
    free(averages);
    free(share);
    return there;
}

bool lab_rank_two(const double *left, size_t left_count, const double *right, size_t right_count,
                  double level, struct lab_estimate *estimate)
{
    forget(estimate);
    size_t count = left_count * right_count;
    if (!(level > 0.0 && level < 1.0) || count == 0 || left_count > LAB_RANK_MAX ||
        right_count > LAB_RANK_MAX)
    {
        return false;
    }
    double *differences = malloc(count * sizeof *differences);
    double *share = mann_whitney_shares(left_count, right_count);
    bool there = differences != NULL && share != NULL;
    for (size_t i = 0; there && i < count; i++)
    {
        differences[i] = right[i % right_count] - left[i / right_count];
        there = !isnan(differences[i]);
    }
    if (there)
    {
        qsort(differences, count, sizeof *differences, compare_doubles);
        there = interval_of(differences, count, share, level, estimate);
    }
    free(differences);
    free(share);
    return there;
}

double lab_rank_p(const double *values, size_t count)
{
    double *averages = walsh_averages(values, count);
    double *share = averages != NULL ? signed_rank_shares(count) : NULL;
    size_t top = count * (count + 1) / 2;
    double above = 0.0;
    double p = 0.0;
    if (share == NULL)
    {
        free(averages);
        return 1.0;
    }
    for (size_t i = 0; i < top; i++)
    {
        above += averages[i] > 0.0 ? 1.0 : averages[i] == 0.0 ? 0.5 : 0.0;
    }
    double least = above < (double)top - above ? above : (double)top - above;
    for (size_t sum = 0; (double)sum <= least; sum++)
    {
        p += share[sum];
    }
    free(averages);
    free(share);
    return 2.0 * p < 1.0 ? 2.0 * p : 1.0;
}

double lab_rank_two_p(const double *left, size_t left_count, const double *right, size_t right_count)
{
    size_t top = left_count * right_count;
    double above = 0.0;
    double p = 0.0;
    bool fit = top > 0 && left_count <= LAB_RANK_MAX && right_count <= LAB_RANK_MAX;
    double *share = fit ? mann_whitney_shares(left_count, right_count) : NULL;
    if (share == NULL)
    {
        return 1.0;
    }
    for (size_t i = 0; i < top; i++)
    {
        double difference = right[i % right_count] - left[i / right_count];
        above += difference > 0.0 ? 1.0 : difference == 0.0 ? 0.5 : 0.0;
    }
    double least = above < (double)top - above ? above : (double)top - above;
    for (size_t sum = 0; (double)sum <= least; sum++)
    {
        p += share[sum];
    }
    free(share);
    return 2.0 * p < 1.0 ? 2.0 * p : 1.0;
}

double lab_rank_superiority(const double *values, size_t count)
{
    double above = 0.0;
    for (size_t i = 0; i < count; i++)
    {
        above += values[i] > 0.0 ? 1.0 : values[i] == 0.0 ? 0.5 : 0.0;
    }
    return count > 0 ? above / (double)count : NAN;
}
