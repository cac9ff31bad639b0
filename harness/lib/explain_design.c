#include "lib/explain.h"

#include "lib/stats_boot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The usual generators of the fractions (Box, Hunter and Hunter): each a further factor as the product of
 * basic ones, named by their bits. */
static const struct fraction
{
    unsigned basic;
    unsigned generated[4];
    const char *name;
    const char *resolution;
    const char *generators;
} fractions[LAB_EXPLAIN_FACTORS + 1] = {
    {0, {0}, "", "", ""},
    {1, {0}, "2^1", "full", ""},
    {2, {0}, "2^2", "full", ""},
    {3, {0}, "2^3", "full", ""},
    {3, {07}, "2^(4-1)", "IV", "D=ABC"},
    {4, {017}, "2^(5-1)", "V", "E=ABCD"},
    {4, {07, 016}, "2^(6-2)", "IV", "E=ABC F=BCD"},
    {4, {07, 016, 015}, "2^(7-3)", "IV", "E=ABC F=BCD G=ACD"},
    {4, {016, 015, 07, 013}, "2^(8-4)", "IV", "E=BCD F=ACD G=ABC H=ABD"},
};

/* +1 or -1: the product of the levels of the word's factors. */
static int sign_of(unsigned mask, unsigned word)
{
    return __builtin_popcount(word & ~mask) % 2 == 0 ? 1 : -1;
}

void lab_design_make(struct lab_design *design, unsigned factors)
{
    const struct fraction *fraction = &fractions[factors];
    *design = (struct lab_design){.factors = factors,
                                  .runs = 1u << fraction->basic,
                                  .name = fraction->name,
                                  .resolution = fraction->resolution,
                                  .generators = fraction->generators};
    for (unsigned run = 0; run < design->runs; run++)
    {
        design->masks[run] = run;
        for (unsigned i = fraction->basic; i < factors; i++)
        {
            bool high = sign_of(run, fraction->generated[i - fraction->basic]) > 0;
            design->masks[run] |= (unsigned)high << i;
        }
    }
}

/* Do two words have the same column, so that nobody can tell them apart? */
static bool are_aliases(const struct lab_design *design, unsigned a, unsigned b)
{
    for (unsigned i = 0; i < design->runs; i++)
    {
        if (sign_of(design->masks[i], a) != sign_of(design->masks[i], b))
        {
            return false;
        }
    }
    return true;
}

static size_t add_word(const struct lab_design *design, unsigned word, struct lab_effect *effects,
                       size_t count)
{
    for (size_t i = 0; i < count; i++)
    {
        if (are_aliases(design, effects[i].word, word))
        {
            effects[i].aliases[effects[i].alias_count++] = word;
            return count;
        }
    }
    effects[count] = (struct lab_effect){.word = word};
    return count + 1;
}

static int compare_numbers(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;
    return (left > right) - (left < right);
}

static double median_below(const double *sorted, size_t count, double limit)
{
    while (count > 0 && sorted[count - 1] >= limit)
    {
        count--;
    }
    return lab_stats_median(sorted, count);
}

double lab_lenth_margin(const double *contrasts, size_t count)
{
    double sizes[LAB_EXPLAIN_EFFECTS];
    if (count < 3 || count > LAB_EXPLAIN_EFFECTS)
    {
        return NAN;
    }
    for (size_t i = 0; i < count; i++)
    {
        sizes[i] = fabs(contrasts[i]);
    }
    qsort(sizes, count, sizeof sizes[0], compare_numbers);
    double first = 1.5 * lab_stats_median(sizes, count);
    double error = first > 0.0 ? 1.5 * median_below(sizes, count, 2.5 * first) : 0.0;
    return error * lab_stats_student(0.975, count / 3);
}

size_t lab_design_effects(const struct lab_design *design, const double *log_y,
                          struct lab_effect effects[static LAB_EXPLAIN_EFFECTS])
{
    size_t count = 0;
    double contrasts[LAB_EXPLAIN_EFFECTS];
    for (unsigned a = 0; a < design->factors; a++)
    {
        count = add_word(design, 1u << a, effects, count);
    }
    for (unsigned a = 0; a < design->factors; a++)
    {
        for (unsigned b = a + 1; b < design->factors; b++)
        {
            count = add_word(design, 1u << a | 1u << b, effects, count);
        }
    }
    for (size_t i = 0; i < count; i++)
    {
        double sum = 0.0;
        for (unsigned run = 0; run < design->runs; run++)
        {
            sum += sign_of(design->masks[run], effects[i].word) * log_y[run];
        }
        effects[i].log_ratio = contrasts[i] = 2.0 * sum / design->runs;
        if (isnan(sum))
        {
            return 0;
        }
    }
    for (size_t i = 0; i < count; i++)
    {
        effects[i].margin = lab_lenth_margin(contrasts, count);
    }
    return count;
}

static struct lab_interval interval_of(const double *values, unsigned count, uint64_t seed)
{
    struct lab_interval interval = {NAN, NAN};
    if (count >= 3)
    {
        (void)lab_stats_bootstrap(values, count, lab_stats_mean, 1, LAB_BOOT_DRAWS, 0.95, seed, &interval);
    }
    return interval;
}

void lab_waterfall(const double *log_y, unsigned factors, unsigned rounds, uint64_t seed,
                   struct lab_step_share *steps)
{
    for (unsigned step = 0; step < factors; step++)
    {
        struct lab_step_share *at = &steps[step];
        double shares[LAB_EXPLAIN_ROUNDS];
        unsigned share_count = 0;
        double gap = 0.0;
        double part = 0.0;
        *at = (struct lab_step_share){.log_ratio = NAN};
        for (unsigned round = 0; round < rounds && round < LAB_EXPLAIN_ROUNDS; round++)
        {
            const double *row = log_y + (size_t)round * (factors + 1);
            double change = row[step + 1] - row[step];
            double whole = row[factors] - row[0];
            if (!isnan(change))
            {
                at->rounds[at->round_count++] = change;
            }
            if (!isnan(change) && !isnan(whole))
            {
                gap += whole;
                part += change;
                shares[share_count++] = whole != 0.0 ? change / whole : NAN;
            }
        }
        at->log_ratio = lab_stats_mean(at->rounds, at->round_count);
        at->log_interval = interval_of(at->rounds, at->round_count, seed);
        at->share = gap != 0.0 ? part / gap : NAN;
        at->share_interval = interval_of(shares, share_count, seed);
    }
}
