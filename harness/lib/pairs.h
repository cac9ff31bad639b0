/* The verdict over interleaved A/B pairs of one series.
 *
 * A difference is d = ln(B / A) of a figure of which more is better, so d > 0: B is better. Verdicts come at
 * four planned looks only, each with an interval of its own level, so that looking several times does not
 * raise the rate of false alarms. Evidence that decides nothing is UNDECIDED, never SAME: SAME needs the
 * whole interval inside the margin of equivalence. */
#ifndef OV_LAB_PAIRS_H
#define OV_LAB_PAIRS_H

#include "lib/stats_rank.h"

#include <stdint.h>

#define LAB_PAIRS_MAX 24 /* the last look */
#define LAB_PAIRS_AA  6  /* A/A pairs beside them: one pair in five */

enum lab_ab
{
    LAB_AB_SAME,
    LAB_AB_FASTER, /* B does better than A */
    LAB_AB_SLOWER,
    LAB_AB_UNDECIDED,
};

const char *lab_ab_name(enum lab_ab verdict);

struct lab_pairs_rule
{
    double guard;    /* a smaller change is no alarm: 0.02 */
    double same;     /* within it two are the same: 0.05 */
    uint64_t seed;   /* of the bootstrap */
    double void_max; /* share of pairs the host may spoil: 0.2 */
};

extern const struct lab_pairs_rule lab_pairs_usual;

struct lab_pairs
{
    double difference[LAB_PAIRS_MAX];
    size_t count;
    double aa[LAB_PAIRS_AA]; /* differences of A to itself */
    size_t aa_count;
    size_t void_count; /* pairs, A/A ones included, that the host spoilt */
};

struct lab_pairs_verdict
{
    enum lab_ab verdict;
    const char *why;               /* what stands in the way of a decision; "" for a decision */
    struct lab_estimate shown;     /* point and 95 % interval of all pairs, as log ratios */
    struct lab_interval looked;    /* the interval of the last look passed; NaN before the first */
    double look_level;             /* 0.995 at 6 pairs .. 0.97 at 24 */
    double p;                      /* two-sided, of no difference */
    double superiority;            /* P(B > A) over pairs */
    double deviation;              /* of the differences */
    double autocorrelation;        /* lag 1 */
    size_t block;                  /* of the bootstrap: 1 unless neighbours resemble each other */
    struct lab_interval bootstrap; /* 95 %, of the median */
    double noise_floor;            /* half-width that as many A/A pairs would show; NaN without A/A pairs */
    double guard;                  /* as used: at least half the noise floor */
    double same;
    double detectable; /* smallest relative change seen in four of five such comparisons */
};

/* Significance level of a look at this many pairs, 0 where none is planned. */
double lab_pairs_look(size_t count);

/* Pairs of the last planned look at or below count; 0 before the first. */
size_t lab_pairs_last_look(size_t count);

/* Judges at the last look that count has passed, from the pairs up to it; what is shown comes from all. */
void lab_pairs_judge(const struct lab_pairs *pairs, const struct lab_pairs_rule *rule,
                     struct lab_pairs_verdict *verdict);

/* Half-width of a 95 % interval of the mean of `count` differences whose noise is that of the A/A pairs; their
 * true mean is known to be zero. NaN without A/A pairs. */
double lab_pairs_noise_floor(const double *aa, size_t aa_count, size_t count);

/* Pairs for 80 % power against a relative effect such as -0.05; infinite when it is within the guard. */
double lab_pairs_needed(double deviation, double effect, double guard);

/* Smallest relative change that `count` pairs find with 80 % power. */
double lab_pairs_detectable(double deviation, size_t count, double guard);

#endif
