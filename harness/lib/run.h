/* A run: a suite over subjects, inside private namespaces, into one record. */
#ifndef OV_LAB_RUN_H
#define OV_LAB_RUN_H

#include "lib/cell.h"
#include "lib/findings.h"
#include "lib/loop.h"
#include "lib/paths.h"
#include "lib/place.h"
#include "lib/record.h"
#include "lib/report.h"
#include "lib/scenario.h"
#include "lib/shard.h"
#include "lib/subject.h"
#include "lib/term.h"
#include "lib/topology.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lab_plan;
#define LAB_JOBS_MAX 8

struct lab_options
{
    const struct lab_suite *suite;
    const char *only;          /* NULL: all cases */
    uint64_t seed;             /* decides the order */
    unsigned bulk_seconds;     /* length of a bulk transfer */
    unsigned patience_percent; /* scales the deadlines of subjects */
    bool conformance;
    struct lab_shard shard; /* index 0: all cases */
    json_t *plan;    /* array of all ids, those of the other shards too; NULL without shards. Borrowed */
    bool keep_going; /* also after an ERROR */
    size_t jobs;     /* cases at one time; more than one only where no figure counts */
    bool no_figures; /* only whether it works is asked: a disturbed host taints no case that passed */
    bool quiet_unsupported;
    void (*print)(const struct lab_report *report, struct lab_term *term,
                  const char *dir); /* NULL: the table */
    bool open_ended;                /* which cases run is decided as it goes: the record's plan is empty */
    int argc;                       /* recorded */
    char **argv;
};

struct lab_run
{
    struct lab_options options;
    struct lab_paths paths;
    struct lab_place place;
    struct lab_subject subjects[LAB_SUBJECT_MAX];
    size_t subject_count;
    /* With places: the same subjects as they are where the server runs; those above are the client's. */
    struct lab_subject at_server[LAB_SUBJECT_MAX];
    const char *places[2]; /* of client and server on other machines; NULL: here */
    struct lab_case cases[LAB_CASE_MAX];
    size_t case_count;

    /* NULL: every case once and the table of them. Otherwise drive runs cases as it sees fit, and conclude prints
     * what came of it, writes its lines if `write` says so, and returns the exit status of a complete run. */
    enum lab_err (*drive)(struct lab_run *run, void *arg, struct lab_why *why);
    int (*conclude)(struct lab_run *run, void *arg, struct lab_term *term, bool write);
    void *drive_arg;

    struct lab_loop loop;
    struct lab_term term;
    struct lab_record record;
    struct lab_report report;
    struct lab_topology topology;
    json_t *env;
    struct lab_plan *plan; /* of an experiment; NULL: a suite */
    struct lab_findings findings;

    /* Progress. */
    size_t current;   /* index of the case that runs */
    const char *step; /* name of its step */
    uint64_t case_started_us;
    double real_s; /* time of the finished cases, and what was estimated for them */
    double estimated_s;
};

/* Runs everything; must be called through lab_place_run with options, paths,
 * subjects and cases filled in. Returns the exit status
 * of the program: enum lab_exit, or 128 + signal when interrupted. */
int lab_run_inside(void *run);

/* run_places.c: does the run leave this machine? */
bool lab_run_has_places(const struct lab_run *run);

/* LAB_ERR_USAGE: both ends at the same place. */
LAB_MUST_USE enum lab_err lab_run_check_places(const struct lab_run *run, struct lab_why *why);

/* Once the subjects are listed: those of the server are asked at its place. */
void lab_run_split_subjects(struct lab_run *run);

/* The same program where the server runs. */
struct lab_subject *lab_run_server(struct lab_run *run, struct lab_subject *subject);

/* run_case.c: one case from an empty network to its record line. LAB_ERR_SYSTEM
 * when the record cannot be written, LAB_ERR_INTERRUPTED. */
LAB_MUST_USE enum lab_err lab_run_case(struct lab_run *run, size_t index, enum lab_verdict *verdict,
                                       struct lab_why *why);

/* experiment_case.c: the case that the runner knows, of a point that must stay where it is; its link gets what
 * its profile says of the link.
 * LAB_ERR_USAGE: a subject that is not there. */
struct lab_point;
LAB_MUST_USE enum lab_err lab_case_of_point(struct lab_run *run, struct lab_point *point,
                                            struct lab_case *item, struct lab_why *why);
/* run_parallel.c: all cases, options.jobs at a time. Errors as above, and LAB_ERR_EXITED when a
 * worker ended early. */
LAB_MUST_USE enum lab_err lab_run_parallel(struct lab_run *run, struct lab_why *why);

/* progress.c */
void lab_progress_case(struct lab_run *run, size_t index);
void lab_progress_step(struct lab_run *run, const char *step);
void lab_progress_done(struct lab_run *run);
void lab_progress_tick(void *run);

#endif
