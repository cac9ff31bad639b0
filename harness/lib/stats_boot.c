#include "lib/stats_boot.h"

#include "lib/rng.h"

#include <math.h>
#include <stdlib.h>

double lab_stats_autocorrelation(const double *values, size_t count)
{
    double mean = lab_stats_mean(values, count);
    double squares = 0.0;
    double products = 0.0;
    for (size_t i = 0; i < count; i++)
    {
        squares += (values[i] - mean) * (values[i] - mean);
        products += i > 0 ? (values[i] - mean) * (values[i - 1] - mean) : 0.0;
    }
    return count >= 3 && squares > 0.0 ? products / squares : 0.0;
}

size_t lab_stats_block(const double *values, size_t count)
{
    if (!(lab_stats_autocorrelation(values, count) > LAB_BOOT_AUTOCORRELATED))
    {
        return 1;
    }
    return count < 12 ? 2 : 3;
}

static void draw_blocks(const double *values, size_t count, size_t block, struct lab_rng *rng,
                        double *resample)
{
    for (size_t filled = 0; filled < count;)
    {
        size_t from = (size_t)lab_rng_below(rng, count);
        for (size_t i = 0; i < block && filled < count; i++)
        {
            resample[filled++] = values[(from + i) % count];
        }
    }
}

bool lab_stats_bootstrap(const double *values, size_t count, lab_statistic statistic, size_t block,
                         size_t draws, double level, uint64_t seed, struct lab_interval *interval)
{
    *interval = (struct lab_interval){NAN, NAN};
    if (count == 0 || draws == 0 || block == 0 || !(level > 0.0 && level < 1.0))
    {
        return false;
    }
    double *resample = malloc(count * sizeof *resample);
    double *drawn = malloc(draws * sizeof *drawn);
    struct lab_rng rng = {seed};
    for (size_t draw = 0; resample != NULL && drawn != NULL && draw < draws; draw++)
    {
        draw_blocks(values, count, block, &rng, resample);
        drawn[draw] = statistic(resample, count);
    }
    if (resample != NULL && drawn != NULL)
    {
        double tail = (1.0 - level) / 2.0 * 100.0;
        interval->low = lab_stats_percentile(drawn, draws, tail);
        interval->high = lab_stats_percentile(drawn, draws, 100.0 - tail);
    }
    free(resample);
    free(drawn);
    return !isnan(interval->low) && !isnan(interval->high);
}

void lab_stats_discoveries(const double *p, size_t count, double rate, bool *kept)
{
    double limit = -1.0;
    /* The largest p that stands at or below its place's share of the rate; all up to it are kept. */
    for (size_t i = 0; i < count; i++)
    {
        size_t place = 0;
        for (size_t other = 0; other < count; other++)
        {
            place += p[other] <= p[i];
        }
        if (p[i] <= rate * (double)place / (double)count && p[i] > limit)
        {
            limit = p[i];
        }
    }
    for (size_t i = 0; i < count; i++)
    {
        kept[i] = p[i] <= limit;
    }
}

/* P(T <= t) for t >= 0 and whole degrees: the finite sums for odd and even ones (Abramowitz and Stegun
 * 26.7.3 and 26.7.4). */
static double student_below(double t, size_t degrees)
{
    double angle = atan(t / sqrt((double)degrees));
    double cosine2 = cos(angle) * cos(angle);
    double term = degrees % 2 == 1 ? cos(angle) : 1.0;
    double sum = 0.0;
    for (size_t k = degrees % 2 == 1 ? 3 : 2; k <= degrees; k += 2)
    {
        sum += term;
        term *= cosine2 * (double)(k - 1) / (double)k;
    }
    /* The last term belongs to k = degrees - 2 (odd: cos, cos^3 2/3, ..). */
    double both = degrees % 2 == 1 ? 2.0 / acos(-1.0) * (angle + sin(angle) * sum) : sin(angle) * sum;
    return 0.5 + 0.5 * both;
}

double lab_stats_student(double probability, size_t degrees)
{
    double low = 0.0;
    double high = 1e6;
    if (!(probability >= 0.5 && probability < 1.0) || degrees == 0)
    {
        return NAN;
    }
    for (unsigned i = 0; i < 200; i++)
    {
        double middle = 0.5 * (low + high);
        if (student_below(middle, degrees) < probability)
        {
            low = middle;
        }
        else
        {
            high = middle;
        }
    }
    return 0.5 * (low + high);
}
