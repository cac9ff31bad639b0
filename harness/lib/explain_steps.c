#include "lib/explain.h"

#include "lib/stats_boot.h"

#include <math.h>

/* Means, variances and the covariance of two columns of the same rounds. */
struct moments
{
    unsigned count;
    double mean[2];
    double square[2]; /* sums of squares around the mean */
    double product;
};

static void add_pair(struct moments *moments, double first, double second)
{
    double off[2] = {first - moments->mean[0], second - moments->mean[1]};
    moments->count++;
    moments->mean[0] += off[0] / moments->count;
    moments->mean[1] += off[1] / moments->count;
    moments->square[0] += off[0] * (first - moments->mean[0]);
    moments->square[1] += off[1] * (second - moments->mean[1]);
    moments->product += off[0] * (second - moments->mean[1]);
}

static const struct lab_interval no_interval = {NAN, NAN};

static struct lab_interval student(const double *values, unsigned count)
{
    struct moments moments = {.count = 0};
    for (unsigned i = 0; i < count; i++)
    {
        add_pair(&moments, values[i], 0.0);
    }
    if (count < 2)
    {
        return no_interval;
    }
    double margin =
        lab_stats_student(0.975, count - 1) * sqrt(moments.square[0] / (count - 1) / (double)count);
    return (struct lab_interval){moments.mean[0] - margin, moments.mean[0] + margin};
}

/* Of the ratio of two means (part over whole), Fieller 1954: all ratios r for which part - r whole may be
 * nothing. There is none where the whole itself may be nothing. */
static struct lab_interval fieller(const struct moments *moments)
{
    if (moments->count < 2)
    {
        return no_interval;
    }
    double t = lab_stats_student(0.975, moments->count - 1);
    double scale = t * t / (moments->count * (moments->count - 1.0));
    double part = moments->mean[0];
    double whole = moments->mean[1];
    double a = whole * whole - scale * moments->square[1];
    double b = part * whole - scale * moments->product;
    double c = part * part - scale * moments->square[0];
    double root = b * b - a * c;
    if (a <= 0.0)
    {
        return no_interval;
    }
    root = root > 0.0 ? sqrt(root) : 0.0; /* below zero by rounding only */
    return (struct lab_interval){(b - root) / a, (b + root) / a};
}

static enum lab_told told(double low, double high)
{
    return high < 0.0 ? LAB_TOLD_SLOWER : low > 0.0 ? LAB_TOLD_FASTER : LAB_TOLD_UNDECIDED;
}

enum lab_told lab_step_told(const struct lab_step_share *step)
{
    if (step->round_count == 0)
    {
        return LAB_TOLD_NOT_MEASURED;
    }
    return isnan(step->log_interval.low) ? LAB_TOLD_NO_INTERVAL
                                         : told(step->log_interval.low, step->log_interval.high);
}

enum lab_told lab_effect_told(const struct lab_effect *effect)
{
    return isnan(effect->margin)
               ? LAB_TOLD_NO_INTERVAL
               : told(effect->log_ratio - effect->margin, effect->log_ratio + effect->margin);
}

static void measure_step(const double *log_y, unsigned wide, unsigned rounds, unsigned from, unsigned to,
                         struct lab_step_share *step)
{
    struct moments moments = {.count = 0};
    *step = (struct lab_step_share){.share = NAN, .share_interval = no_interval};
    for (unsigned round = 0; round < rounds && round < LAB_EXPLAIN_ROUNDS; round++)
    {
        const double *row = log_y + (size_t)round * wide;
        double change = row[to] - row[from];
        double whole = row[wide - 1] - row[0];
        if (!isnan(change))
        {
            step->rounds[step->round_count++] = change;
        }
        if (!isnan(change) && !isnan(whole))
        {
            add_pair(&moments, change, whole);
        }
    }
    step->log_ratio = step->round_count > 0 ? lab_stats_mean(step->rounds, step->round_count) : NAN;
    step->log_interval = student(step->rounds, step->round_count);
    if (moments.count > 0 && moments.mean[1] != 0.0)
    {
        step->share = moments.mean[0] / moments.mean[1];
        step->share_interval = fieller(&moments);
    }
}

void lab_waterfall(const double *log_y, unsigned factors, unsigned rounds,
                   struct lab_step_share steps[static 1])
{
    struct lab_step_share *whole = &steps[factors];
    measure_step(log_y, factors + 1, rounds, 0, factors, whole);
    bool gap = lab_step_told(whole) != LAB_TOLD_UNDECIDED;
    for (unsigned step = 0; step < factors; step++)
    {
        measure_step(log_y, factors + 1, rounds, step, step + 1, &steps[step]);
        if (!gap)
        {
            /* A part of what may be nothing. */
            steps[step].share = NAN;
            steps[step].share_interval = no_interval;
        }
    }
}
