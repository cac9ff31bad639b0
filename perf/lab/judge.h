/* From samples to ratios, and from ratios to verdicts. */
#ifndef OV_PERF_JUDGE_H
#define OV_PERF_JUDGE_H

#include "lib/stats.h"
#include "lib/verdict.h"
#include "perf/lab/plan.h"

/* Everything a run found. */
struct perf_samples
{
    size_t rounds;                                                 /* begun */
    double value[PERF_ARM_MAX][PERF_FIGURE_COUNT][PERF_ROUND_MAX]; /* NaN: none */
    bool disturbed[PERF_ARM_MAX][PERF_ROUND_MAX];                  /* by the host, so no evidence */
    char unsupported[PERF_ARM_MAX][320]; /* why an arm could not be measured at all; "" otherwise */
    char failed[PERF_ARM_MAX][320];      /* why it gave nothing in its last failing round */
    bool planned[PERF_ARM_MAX];          /* false: not part of this pace or choice */
};

void perf_samples_init(struct perf_samples *samples);

/* Median over the rounds, disturbed ones included; NaN: none. */
double perf_samples_median(const struct perf_samples *samples, size_t arm, enum perf_figure figure);

/* Jain's index of fairness: (sum x)^2 / (n sum x^2), 1 when all have the same, 1/n when one has it all. NaN: none,
 * or nobody has anything. */
double perf_jain(const double *values, size_t count);

/* Index that stands for "none": a ratio to it is the figure itself. */
#define PERF_NO_ARM SIZE_MAX

/* Ratio of two arms, from the ratios within rounds. */
struct perf_ratio
{
    size_t count; /* rounds in which both were measured undisturbed */
    size_t all;   /* the same, disturbed ones included */
    double ratio[PERF_ROUND_MAX];
    double median;                /* of the undisturbed ones, of all if there are none; NaN: none at all */
    struct lab_interval interval; /* 95 %, of the same rounds; NaN below two */
    bool from_disturbed;          /* median and interval come from disturbed rounds too */
};

void perf_ratio_of(const struct perf_samples *samples, size_t arm, size_t against, enum perf_figure figure,
                   uint64_t seed, struct perf_ratio *ratio);

enum perf_verdict
{
    PERF_MET,
    PERF_NOT_MET,
    PERF_UNDECIDED,
    PERF_UNSUPPORTED
};

const char *perf_verdict_name(enum perf_verdict verdict);
enum lab_verdict perf_verdict_lab(enum perf_verdict verdict);

/* Fewest undisturbed rounds that decide anything. */
#define PERF_ROUNDS_DECIDE 3u

/* Looks at nothing but the interval: MET when all of it is on the goal's side, NOT MET when none of it is. */
enum perf_verdict perf_ratio_judge(const struct perf_ratio *ratio, double limit, bool at_most);

/* The same for a goal of the plan; text (size octets) says why where it is not MET or NOT MET. */
enum perf_verdict perf_goal_judge(const struct perf_samples *samples, const struct perf_goal *goal,
                                  uint64_t seed, struct perf_ratio *ratio, char *text, size_t size);

#endif
