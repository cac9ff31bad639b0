/* Which factor explains what share of the gap between two ends A and B: a factor at a time (waterfall),
 * and a two-level factorial design for the interactions. Pure arithmetic over logarithms of figures;
 * masks have a bit for each factor, set where it is as in B. */
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
    double margin;    /* half of its 95 % interval; NaN: none can be had */
};

struct lab_effects
{
    struct lab_effect list[LAB_EXPLAIN_EFFECTS];
    size_t count;    /* 0: no round has all figures */
    unsigned rounds; /* complete ones, of which it is the mean */
    unsigned
        degrees; /* of freedom of the error between rounds; 0: a single round, intervals by Lenth's method */
};

/* log_y[round * design->runs + i] is of design->masks[i]; NaN: not measured. Rounds with a hole do not
 * count. Each contrast is a sum over all runs with equal weights, so all of them have one variance,
 * however unlike the noise of the runs is: that between rounds, pooled. */
void lab_design_effects(const struct lab_design *design, const double *log_y, unsigned rounds,
                        struct lab_effects *effects);

/* Half-width of Lenth's (1989) 95 % interval around each of the contrasts; NaN below three. */
double lab_lenth_margin(const double *contrasts, size_t count);

/* A step of the waterfall: from the first `step` factors as in B to one more. Intervals are Student's
 * over the rounds, of this step's own figures alone; NaN below two rounds. */
struct lab_step_share
{
    double log_ratio; /* mean over the rounds */
    struct lab_interval log_interval;
    double share;                       /* of the whole gap; NaN where that is not told from noise */
    struct lab_interval share_interval; /* Fieller's; NaN: there is none */
    double rounds[LAB_EXPLAIN_ROUNDS];
    unsigned round_count; /* that have both figures */
};

/* What can be said of a step, or of a factor over all settings of the others. */
enum lab_told
{
    LAB_TOLD_NOT_MEASURED,
    LAB_TOLD_NO_INTERVAL, /* one round: nobody knows the noise */
    LAB_TOLD_UNDECIDED,   /* the interval holds both directions */
    LAB_TOLD_SLOWER,
    LAB_TOLD_FASTER,
};

enum lab_told lab_step_told(const struct lab_step_share *step);
enum lab_told lab_effect_told(const struct lab_effect *effect);

/* log_y[round * (factors + 1) + step], NaN: not measured. steps[factors] is the whole gap. Shares come
 * from the rounds that have both ends. */
void lab_waterfall(const double *log_y, unsigned factors, unsigned rounds,
                   struct lab_step_share steps[static 1]);

#endif
