#include "lib/change.h"

#include "lib/rng.h"
#include "lib/stats.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

const struct lab_change_rule lab_change_usual = {
    .segment = 3, .p = 0.001, .permutations = 1999, .magnitude = 0.02, .superiority = 0.25, .seed = 1};

/* The energy statistic of the best split of values, and where it is (0: too short). Sums of absolute differences
 * within and across are kept up as the split moves, so the whole costs count^2. */
static double best_split(const double *values, size_t count, size_t segment, size_t *at)
{
    double within_left = 0.0, across = 0.0, within_right = 0.0, best = -1.0;
    *at = 0;
    for (size_t i = 0; i < count; i++)
    {
        for (size_t j = i + 1; j < count; j++)
        {
            within_right += fabs(values[i] - values[j]);
        }
    }
    for (size_t split = 1; split < count; split++)
    {
        double moved = values[split - 1];
        double to_left = 0.0, to_right = 0.0;
        for (size_t i = 0; i < count; i++)
        {
            *(i < split ? &to_left : &to_right) += fabs(values[i] - moved);
        }
        within_left += to_left;
        within_right -= to_right;
        across += to_right - to_left;
        double left = (double)split;
        double right = (double)(count - split);
        if (split < segment || count - split < segment)
        {
            continue;
        }
        double energy = 2.0 * across / (left * right) - 2.0 * within_left / (left * (left - 1.0)) -
                        2.0 * within_right / (right * (right - 1.0));
        double statistic = left * right / (left + right) * energy;
        if (statistic > best)
        {
            best = statistic;
            *at = split;
        }
    }
    return best;
}

/* The best split over all stretches that the changes so far leave. */
static double best_of_all(const double *values, size_t count, const size_t *bounds, size_t bound_count,
                          size_t segment, size_t *at)
{
    double best = -1.0;
    *at = 0;
    for (size_t i = 0; i <= bound_count; i++)
    {
        size_t from = i == 0 ? 0 : bounds[i - 1];
        size_t to = i == bound_count ? count : bounds[i];
        size_t split;
        double statistic = best_split(values + from, to - from, segment, &split);
        if (split > 0 && statistic > best)
        {
            best = statistic;
            *at = from + split;
        }
    }
    return best;
}

/* How often does a random order within the stretches do as well? */
static double permutation_p(const double *values, size_t count, const size_t *bounds, size_t bound_count,
                            const struct lab_change_rule *rule, double statistic, double *copy)
{
    struct lab_rng rng = {rule->seed};
    size_t as_good = 1;
    size_t at;
    for (size_t draw = 0; draw < rule->permutations; draw++)
    {
        memcpy(copy, values, count * sizeof *copy);
        for (size_t i = 0; i <= bound_count; i++)
        {
            size_t from = i == 0 ? 0 : bounds[i - 1];
            size_t to = i == bound_count ? count : bounds[i];
            lab_rng_shuffle(&rng, copy + from, to - from, sizeof *copy);
        }
        as_good +=
            best_of_all(copy, count, bounds, bound_count, rule->segment, &at) >= statistic * (1.0 - 1e-12);
        if ((double)as_good > rule->p * (double)(rule->permutations + 1))
        {
            return 1.0; /* It will not become significant any more. */
        }
    }
    return (double)as_good / (double)(rule->permutations + 1);
}

double lab_change_threshold(const double *values, size_t count, const struct lab_change_rule *rule)
{
    double *steps = count > 1 ? malloc(count * sizeof *steps) : NULL;
    if (steps == NULL)
    {
        return rule->magnitude;
    }
    for (size_t i = 1; i < count; i++)
    {
        steps[i - 1] = values[i] - values[i - 1];
    }
    double middle = lab_stats_median(steps, count - 1);
    for (size_t i = 0; i + 1 < count; i++)
    {
        steps[i] = fabs(steps[i] - middle);
    }
    double spread = 3.0 * lab_stats_median(steps, count - 1);
    free(steps);
    return spread > rule->magnitude ? spread : rule->magnitude;
}

static bool is_large(const double *values, size_t from, size_t at, size_t to, double threshold,
                     const struct lab_change_rule *rule, struct lab_change *change)
{
    double above = 0.0;
    change->at = at;
    change->before = lab_stats_median(values + from, at - from);
    change->after = lab_stats_median(values + at, to - at);
    for (size_t i = from; i < at; i++)
    {
        for (size_t j = at; j < to; j++)
        {
            above += values[j] > values[i] ? 1.0 : values[j] == values[i] ? 0.5 : 0.0;
        }
    }
    above /= (double)((at - from) * (to - at));
    return fabs(change->after - change->before) >= threshold &&
           (above <= rule->superiority || above >= 1.0 - rule->superiority);
}

static int compare_places(const void *left, const void *right)
{
    size_t a = *(const size_t *)left;
    size_t b = *(const size_t *)right;
    return (a > b) - (a < b);
}

/* Splits until the best one is not significant; bounds has room for count. */
static size_t split_all(const double *values, size_t count, const struct lab_change_rule *rule,
                        size_t *bounds, double *p, double *copy)
{
    size_t bound_count = 0;
    while (bound_count + 1 < count)
    {
        size_t at;
        double statistic = best_of_all(values, count, bounds, bound_count, rule->segment, &at);
        double chance =
            at > 0 ? permutation_p(values, count, bounds, bound_count, rule, statistic, copy) : 1.0;
        if (chance > rule->p)
        {
            break;
        }
        p[at] = chance;
        bounds[bound_count++] = at;
        qsort(bounds, bound_count, sizeof *bounds, compare_places);
    }
    return bound_count;
}

enum lab_err lab_change_find(const double *values, size_t count, const struct lab_change_rule *rule,
                             struct lab_change *changes, size_t max, size_t *found, struct lab_why *why)
{
    size_t *bounds = calloc(count + 1, sizeof *bounds);
    double *p = calloc(count + 1, sizeof *p);
    double *copy = calloc(count + 1, sizeof *copy);
    enum lab_err err =
        bounds != NULL && p != NULL && copy != NULL ? LAB_OK : lab_why_errno(why, "change points");
    *found = 0;
    if (err == LAB_OK)
    {
        size_t bound_count = split_all(values, count, rule, bounds, p, copy);
        double threshold = lab_change_threshold(values, count, rule);
        for (size_t i = 0; i < bound_count && *found < max; i++)
        {
            size_t from = i == 0 ? 0 : bounds[i - 1];
            size_t to = i + 1 == bound_count ? count : bounds[i + 1];
            struct lab_change *change = &changes[*found];
            *change = (struct lab_change){.p = p[bounds[i]]};
            *found += is_large(values, from, bounds[i], to, threshold, rule, change);
        }
    }
    free(bounds);
    free(p);
    free(copy);
    return err;
}
