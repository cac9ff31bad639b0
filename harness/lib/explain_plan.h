/* The question `ovlab explain A B`: its two ends, the factors between them, and the points that answer it. */
#ifndef OV_LAB_EXPLAIN_PLAN_H
#define OV_LAB_EXPLAIN_PLAN_H

#include "lib/experiment_plan.h"
#include "lib/explain.h"
#include "lib/run.h"
#include "netns-lab/wincost/profile.h"

#define LAB_QUESTION_MASKS (LAB_EXPLAIN_FACTORS + 1 + LAB_EXPLAIN_RUNS)

struct lab_factor
{
    const char *name;
    const char *title;
    const char *advice;
    bool program; /* the other program instead of the other keys */
    enum wincost_factor keys;
};

/* A factor in which the ends differ, but which the program cannot be put under. */
struct lab_left_out
{
    struct lab_factor factor;
    char why[160];
};

/* All-zero before lab_question_make. Must not move afterwards: the plan points into it. */
struct lab_question
{
    const char *ends[2];    /* as the user named them */
    const char *subject[2]; /* at A and at B; the same unless programs are explained */
    struct wincost_profile profile[2];
    struct lab_factor factors[LAB_EXPLAIN_FACTORS];
    unsigned factor_count;
    struct lab_left_out left_out[LAB_EXPLAIN_FACTORS];
    unsigned left_out_count;
    char way[2][160];   /* how the subject at A and at B is put under a profile, in its own words */
    const char *cipher; /* that both have; NULL: what a tunnel has if nothing is said */
    const char *control;
    bool factorial; /* the design besides the waterfall */
    bool keep_disturbed;
    unsigned rounds;
    struct lab_design design;
    unsigned
        masks[LAB_QUESTION_MASKS]; /* first those of the waterfall in order, then the rest of the design */
    unsigned mask_count;
    char seconds[12];
    /* What the plan needs of a file. */
    struct lab_experiment experiment;
    struct lab_axis axes[LAB_EXPLAIN_FACTORS];
    struct lab_traffic traffic[2];
};

/* Finds out what both ends are: profiles (root/netns-lab/profiles) that subject runs under, or two subjects.
 * LAB_ERR_USAGE: neither, one of each, or nothing that differs. */
LAB_MUST_USE enum lab_err lab_question_make(struct lab_question *question, const struct lab_paths *paths,
                                            const char *a, const char *b, const char *subject,
                                            struct lab_why *why);

/* Asks the subjects (run->subjects) what they can be put under: other factors are left out, and both ends
 * get a cipher and a protection of the control channel that they share. LAB_ERR_USAGE: nothing is left. */
LAB_MUST_USE enum lab_err lab_question_reach(struct lab_question *question, struct lab_run *run,
                                             struct lab_loop *loop, struct lab_why *why);

/* Fills plan (whose seed and pki are set) and the run's cases: all points of a round in an order that the
 * seed decides. seconds is the length of a transfer. */
LAB_MUST_USE enum lab_err lab_question_plan(struct lab_question *question, struct lab_plan *plan,
                                            struct lab_run *run, unsigned seconds, struct lab_why *why);

/* explain_report.c: prints what came of it; with write, adds the line `explain` to the record. Returns
 * the exit status. Fits lab_run.conclude; arg is the question. */
int lab_question_conclude(struct lab_run *run, void *arg, struct lab_term *term, bool write);

#endif
