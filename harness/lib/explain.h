/* Which factor explains what share of the gap between two ends A and B: a factor at a time (waterfall), and a
 * two-level factorial design for the interactions. Pure arithmetic over logarithms of figures; masks have a bit
 * for each factor, set where it is as in B. */
#ifndef OV_LAB_EXPLAIN_H
#define OV_LAB_EXPLAIN_H

#include "lib/stats.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LAB_EXPLAIN_FACTORS 8
#define LAB_EXPLAIN_RUNS    16
#define LAB_EXPLAIN_ROUNDS  32
#define LAB_EXPLAIN_EFFECTS (LAB_EXPLAIN_FACTORS + LAB_EXPLAIN_FACTORS * (LAB_EXPLAIN_FACTORS - 1) / 2)

/* A two-level design: full up to three factors, else the fraction of 8 or 16 runs. */
struct lab_design
{
    unsigned factors;
    unsigned runs;
    unsigned masks[LAB_EXPLAIN_RUNS];
    const char *name;       /* "2^(6-2)" */
    const char *resolution; /* "full", "IV", "V" */
    const char *generators; /* "E=ABC F=BCD"; "" for none */
};

/* factors from 1 to LAB_EXPLAIN_FACTORS. */
void lab_design_make(struct lab_design *design, unsigned factors);

/* One effect, or several that the design cannot tell apart. */
struct lab_effect
{
    unsigned word; /* the factors of the first of its names: one bit, or two for an interaction */
    unsigned aliases[LAB_EXPLAIN_EFFECTS];
    unsigned alias_count;
    double log_ratio; /* ln of figure with over figure without */
    double margin;    /* half of its 95 % interval (Lenth 1989); NaN: too few effects */
};

/* log_y[i] is of design->masks[i]. Returns how many effects, 0 where a figure is missing (NaN). */
size_t lab_design_effects(const struct lab_design *design, const double *log_y,
                          struct lab_effect effects[static LAB_EXPLAIN_EFFECTS]);

/* Half-width of Lenth's 95 % interval around each of the contrasts; NaN below three. */
double lab_lenth_margin(const double *contrasts, size_t count);

/* A step of the waterfall: from the first `step` factors as in B to one more. */
struct lab_step_share
{
    double log_ratio;                 /* mean over the rounds */
    struct lab_interval log_interval; /* bootstrap over the rounds; NaN below three */
    double share;                     /* of the whole gap; NaN where that is nothing */
    struct lab_interval share_interval;
    double rounds[LAB_EXPLAIN_ROUNDS];
    unsigned round_count; /* that have both figures */
};

/* log_y[round * (factors + 1) + step], NaN: not measured. The whole gap counts in complete rounds only. */
void lab_waterfall(const double *log_y, unsigned factors, unsigned rounds, uint64_t seed,
                   struct lab_step_share *steps);

#endif
