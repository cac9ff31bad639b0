/* Interleaved A/B pairs of two arms until the interval decides or the time is up. A pair is some turns, each of them a
 * transfer of A and one of B, every one through a tunnel of its own: what differs between runs of one program is
 * mostly decided at its start, so several short transfers tell more than a long one. */
#ifndef OV_LAB_COMPARE_H
#define OV_LAB_COMPARE_H

#include "lib/arm.h"
#include "lib/pairs.h"
#include "lib/run.h"

#define LAB_COMPARE_SLOTS  38 /* pairs at most: 24, 6 A/A ones, and as many as may be spoilt */
#define LAB_COMPARE_TURNS  8  /* in a pair at most */
#define LAB_COMPARE_SERIES 4

enum lab_compare_series
{
    LAB_SERIES_UP, /* Mbit/s of payload, client to server */
    LAB_SERIES_DOWN,
    LAB_SERIES_BOTH, /* the sum of both ways at once */
    LAB_SERIES_CPU,  /* Mbit of payload for each CPU second of both ends */
};

/* One sample of one arm. */
struct lab_sample
{
    double figure[LAB_COMPARE_SERIES]; /* NaN: not measured */
    double cpu_s;
    double mbit; /* moved in both directions */
    bool spoilt; /* by the host */
    bool failed; /* the arm did not work */
};

struct lab_compare
{
    struct lab_arm arms[2];
    bool wanted[LAB_COMPARE_SERIES];
    bool keep_disturbed; /* pairs count although the host was disturbed */
    unsigned time_s;     /* no pair is begun that would end after it */
    unsigned pairs_max;  /* A/B pairs at most */
    unsigned turns;      /* of a pair, 1 to LAB_COMPARE_TURNS */
    struct lab_pairs_rule rule;
    struct lab_run *run;

    /* Every sample is the same case. */
    const char *features[2];
    struct lab_step steps[LAB_COMPARE_SERIES + 4];
    struct lab_scenario scenario;
    struct lab_case_def def;
    struct lab_suite suite;

    bool plays_b[2 * LAB_COMPARE_SLOTS * LAB_COMPARE_TURNS]; /* a case stands for B; in an A/A pair A does */
    struct lab_sample sample;                                /* the one that is being measured */
    struct lab_pairs pairs[LAB_COMPARE_SERIES];
    double level[LAB_COMPARE_SERIES][2][LAB_PAIRS_MAX]; /* figures of A and B, for the medians */
    struct lab_pairs_verdict verdict[LAB_COMPARE_SERIES];
    enum lab_ab overall;
    char failure[512]; /* why an arm did not work; "" otherwise */
    bool out_of_time;
};

/* compare_plan.c: plans the samples into run: cases, subjects, hooks. arms must be prepared, run's options
 * and paths set. */
void lab_compare_plan(struct lab_compare *compare, struct lab_run *run, unsigned seconds, const char *proto,
                      const char *cipher);

/* The series that a measurement of that name belongs to; false for none. */
bool lab_compare_series_of(const char *measurement, enum lab_compare_series *series);

/* The hooks of the run: all pairs, and what they told. */
LAB_MUST_USE enum lab_err lab_compare_drive(struct lab_run *run, void *arg, struct lab_why *why);
int lab_compare_conclude(struct lab_run *run, void *arg, struct lab_term *term, bool write);

/* Steady rate of bins of 0.25 s: the first third (a second at most) is dropped, then more while two neighbouring
 * half seconds differ by 10 % or more, half of the transfer at most. NaN for no bins. */
double lab_compare_steady(const double *bins, size_t count);

/* The verdict over all series: SLOWER if one is, UNDECIDED if one is, FASTER if one is, else SAME; a difference
 * counts when it survives Benjamini-Hochberg at 5 % over the series. */
enum lab_ab lab_compare_overall(struct lab_pairs_verdict *verdicts, const bool *wanted, size_t count);

/* Exit status of a verdict: 0, 3 for SLOWER, 5 for UNDECIDED. */
int lab_compare_status(enum lab_ab verdict);

/* compare_print.c: the table, and the lines of the record. */
void lab_compare_print(const struct lab_compare *compare, struct lab_term *term);
LAB_MUST_USE enum lab_err lab_compare_write(const struct lab_compare *compare, struct lab_why *why);

#endif
