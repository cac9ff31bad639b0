#include "perf/lab/judge.h"

#include "lib/stats_boot.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define DRAWS      4000
#define LEVEL      0.95
#define FEW_ROUNDS 8 /* below it the bootstrap alone is too narrow */

void perf_samples_init(struct perf_samples *samples)
{
    memset(samples, 0, sizeof *samples);
    for (size_t arm = 0; arm < PERF_ARM_MAX; arm++)
    {
        for (size_t figure = 0; figure < PERF_FIGURE_COUNT; figure++)
        {
            for (size_t round = 0; round < PERF_ROUND_MAX; round++)
            {
                samples->value[arm][figure][round] = NAN;
            }
        }
    }
}

double perf_samples_median(const struct perf_samples *samples, size_t arm, enum perf_figure figure)
{
    double values[PERF_ROUND_MAX];
    size_t count = 0;
    for (size_t round = 0; round < samples->rounds; round++)
    {
        double value = samples->value[arm][figure][round];
        if (!isnan(value))
        {
            values[count++] = value;
        }
    }
    return lab_stats_median(values, count);
}

double perf_jain(const double *values, size_t count)
{
    double sum = 0.0;
    double squares = 0.0;
    for (size_t i = 0; i < count; i++)
    {
        sum += values[i];
        squares += values[i] * values[i];
    }
    return squares > 0.0 ? sum * sum / ((double)count * squares) : NAN;
}

/* Student's t for a two-sided 95 %, by degrees of freedom from 1. */
static double student(size_t freedom)
{
    static const double table[] = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365};
    size_t last = sizeof table / sizeof table[0];
    return table[(freedom < last ? freedom : last) - 1];
}

/* Percentile bootstrap of the median. Of few values it can't reach beyond the smallest and largest, which hold the
 * true median far less often than 95 %: then Student's interval of the logarithms is joined to it. */
static void find_interval(const double *values, size_t count, uint64_t seed, struct lab_interval *interval)
{
    double logs[PERF_ROUND_MAX];
    *interval = (struct lab_interval){NAN, NAN};
    if (count < 2 || !lab_stats_bootstrap(values, count, lab_stats_median, 1, DRAWS, LEVEL, seed, interval) ||
        count >= FEW_ROUNDS)
    {
        return;
    }
    for (size_t i = 0; i < count; i++)
    {
        logs[i] = log(values[i]);
    }
    double middle = lab_stats_mean(logs, count);
    double half = student(count - 1) * lab_stats_deviation(logs, count) / sqrt((double)count);
    interval->low = fmin(interval->low, exp(middle - half));
    interval->high = fmax(interval->high, exp(middle + half));
}

void perf_ratio_of(const struct perf_samples *samples, size_t arm, size_t against, enum perf_figure figure,
                   uint64_t seed, struct perf_ratio *ratio)
{
    double all[PERF_ROUND_MAX];
    *ratio = (struct perf_ratio){.median = NAN, .interval = {NAN, NAN}};
    for (size_t round = 0; round < samples->rounds; round++)
    {
        bool alone = against == PERF_NO_ARM;
        double one =
            samples->value[arm][figure][round] / (alone ? 1.0 : samples->value[against][figure][round]);
        if (!isfinite(one) || one <= 0.0)
        {
            continue;
        }
        all[ratio->all++] = one;
        if (!samples->disturbed[arm][round] && (alone || !samples->disturbed[against][round]))
        {
            ratio->ratio[ratio->count++] = one;
        }
    }
    ratio->from_disturbed = ratio->count < PERF_ROUNDS_DECIDE && ratio->all > ratio->count;
    const double *values = ratio->from_disturbed ? all : ratio->ratio;
    size_t count = ratio->from_disturbed ? ratio->all : ratio->count;
    ratio->median = lab_stats_median(values, count);
    find_interval(values, count, seed, &ratio->interval);
}

const char *perf_verdict_name(enum perf_verdict verdict)
{
    static const char *const names[] = {"MET", "NOT MET", "UNDECIDED", "UNSUPPORTED"};
    return names[verdict];
}

enum lab_verdict perf_verdict_lab(enum perf_verdict verdict)
{
    static const enum lab_verdict verdicts[] = {LAB_PASS, LAB_FAIL, LAB_INCONCLUSIVE, LAB_UNSUPPORTED};
    return verdicts[verdict];
}

enum perf_verdict perf_ratio_judge(const struct perf_ratio *ratio, double limit, bool at_most)
{
    if (ratio->count < PERF_ROUNDS_DECIDE || !isfinite(ratio->interval.low) ||
        !isfinite(ratio->interval.high))
    {
        return PERF_UNDECIDED;
    }
    double low = at_most ? -ratio->interval.high : ratio->interval.low;
    double high = at_most ? -ratio->interval.low : ratio->interval.high;
    double wanted = at_most ? -limit : limit;
    return low >= wanted ? PERF_MET : high < wanted ? PERF_NOT_MET : PERF_UNDECIDED;
}

enum perf_verdict perf_goal_judge(const struct perf_samples *samples, const struct perf_goal *goal,
                                  uint64_t seed, struct perf_ratio *ratio, char *text, size_t size)
{
    size_t arms[] = {perf_arm_find(goal->arm),
                     goal->against != NULL ? perf_arm_find(goal->against) : PERF_NO_ARM};
    size_t count = goal->against != NULL ? 2 : 1;
    text[0] = '\0';
    perf_ratio_of(samples, arms[0], arms[1], goal->figure, seed, ratio);
    for (size_t i = 0; i < count; i++)
    {
        if (!samples->planned[arms[i]])
        {
            snprintf(text, size, "%s is not in this run", perf_arms[arms[i]].id);
            return PERF_UNDECIDED;
        }
        if (samples->unsupported[arms[i]][0] != '\0')
        {
            snprintf(text, size, "%s", samples->unsupported[arms[i]]);
            return PERF_UNSUPPORTED;
        }
    }
    enum perf_verdict verdict = perf_ratio_judge(ratio, goal->limit, goal->at_most);
    if (verdict != PERF_UNDECIDED)
    {
        return verdict;
    }
    for (size_t i = 0; i < count; i++)
    {
        if (ratio->all == 0 && samples->failed[arms[i]][0] != '\0')
        {
            snprintf(text, size, "%s: %s", perf_arms[arms[i]].id, samples->failed[arms[i]]);
            return verdict;
        }
    }
    if (ratio->count < PERF_ROUNDS_DECIDE)
    {
        snprintf(text, size, "%zu of %zu rounds undisturbed, %u needed", ratio->count, ratio->all,
                 PERF_ROUNDS_DECIDE);
    }
    else
    {
        snprintf(text, size, "the goal lies in the interval");
    }
    return verdict;
}
