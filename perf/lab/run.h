/* The rounds of `make perf`. */
#ifndef OV_PERF_RUN_H
#define OV_PERF_RUN_H

#include "lib/place.h"
#include "lib/record.h"
#include "lib/term.h"
#include "perf/lab/arm.h"
#include "perf/lab/judge.h"

struct perf_run
{
    const struct perf_pace *pace;
    unsigned rounds;  /* 0: as the pace says */
    const char *only; /* comma list of arms, NULL: all of the pace */
    uint64_t seed;
    bool gate; /* a goal that is not met makes the exit status 1 */
    int argc;  /* recorded */
    char **argv;

    struct lab_paths paths;
    struct lab_place place;
    struct lab_subject subjects[LAB_SUBJECT_MAX];
    size_t subject_count;

    struct lab_loop loop;
    struct lab_term term;
    struct lab_record record;
    struct lab_topology topology;
    struct lab_topology crowd;
    struct perf_house house;
    json_t *env;
    struct perf_samples samples;
    uint64_t started_ms;
    size_t case_number; /* arms measured so far, over all rounds */
    unsigned failures[PERF_ARM_MAX];
    size_t verdicts[LAB_VERDICT_COUNT]; /* of the goals */
};

/* Measures everything; must be called through lab_place_run with options, paths and subjects
 * filled in. Returns the exit status. */
int perf_run_inside(void *run);

/* round.c: every arm once, in random order. */
LAB_MUST_USE enum lab_err perf_round(struct perf_run *run, size_t round, struct lab_why *why);

/* report.c: the tables on the terminal and in summary.txt, and the lines of the record they come from. */
LAB_MUST_USE enum lab_err perf_report(struct perf_run *run, struct lab_why *why);

#endif
