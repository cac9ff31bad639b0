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

static bool is_whole(const double *row, unsigned runs)
{
    for (unsigned i = 0; i < runs; i++)
    {
        if (isnan(row[i]))
        {
            return false;
        }
    }
    return true;
}

/* The mean of the complete rounds, by run, and their number. */
static unsigned mean_of_rounds(const double *log_y, unsigned rounds, unsigned runs, double *mean)
{
    unsigned whole = 0;
    memset(mean, 0, runs * sizeof *mean);
    for (unsigned round = 0; round < rounds; round++)
    {
        const double *row = log_y + (size_t)round * runs;
        if (!is_whole(row, runs))
        {
            continue;
        }
        whole++;
        for (unsigned i = 0; i < runs; i++)
        {
            mean[i] += (row[i] - mean[i]) / whole;
        }
    }
    return whole;
}

/* Squares of what neither the run nor the round explains, over the complete rounds. */
static double residual_squares(const double *log_y, unsigned rounds, unsigned runs, const double *mean)
{
    double squares = 0.0;
    for (unsigned round = 0; round < rounds; round++)
    {
        const double *row = log_y + (size_t)round * runs;
        double level = 0.0;
        if (!is_whole(row, runs))
        {
            continue;
        }
        for (unsigned i = 0; i < runs; i++)
        {
            level += (row[i] - mean[i]) / runs;
        }
        for (unsigned i = 0; i < runs; i++)
        {
            double rest = row[i] - mean[i] - level;
            squares += rest * rest;
        }
    }
    return squares;
}

void lab_design_effects(const struct lab_design *design, const double *log_y, unsigned rounds,
                        struct lab_effects *effects)
{
    double mean[LAB_EXPLAIN_RUNS];
    double contrasts[LAB_EXPLAIN_EFFECTS];
    size_t count = 0;
    *effects = (struct lab_effects){.rounds = mean_of_rounds(log_y, rounds, design->runs, mean)};
    for (unsigned a = 0; effects->rounds > 0 && a < design->factors; a++)
    {
        count = add_word(design, 1u << a, effects->list, count);
    }
    for (unsigned a = 0; effects->rounds > 0 && a < design->factors; a++)
    {
        for (unsigned b = a + 1; b < design->factors; b++)
        {
            count = add_word(design, 1u << a | 1u << b, effects->list, count);
        }
    }
    for (size_t i = 0; i < count; i++)
    {
        double sum = 0.0;
        for (unsigned run = 0; run < design->runs; run++)
        {
            sum += sign_of(design->masks[run], effects->list[i].word) * mean[run];
        }
        effects->list[i].log_ratio = contrasts[i] = 2.0 * sum / design->runs;
    }
    effects->count = count;
    effects->degrees = effects->rounds > 1 ? (effects->rounds - 1) * (design->runs - 1) : 0;
    double margin = lab_lenth_margin(contrasts, count);
    if (effects->degrees > 0)
    {
        double squares = residual_squares(log_y, rounds, design->runs, mean);
        margin = lab_stats_student(0.975, effects->degrees) *
                 sqrt(4.0 * squares / effects->degrees / (design->runs * effects->rounds));
    }
    for (size_t i = 0; i < count; i++)
    {
        effects->list[i].margin = margin;
    }
}
