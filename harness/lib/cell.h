/* One case while it runs: its processes, its files, what was found out. Steps
 * work on it; the runner makes and clears it. */
#ifndef OV_LAB_CELL_H
#define OV_LAB_CELL_H

#include "lib/capture.h"
#include "lib/health.h"
#include "lib/link.h"
#include "lib/loop.h"
#include "lib/paths.h"
#include "lib/proc.h"
#include "lib/record.h"
#include "lib/scenario.h"
#include "lib/topology.h"
#include "lib/verdict.h"

#include <stdbool.h>

struct lab_cell
{
    /* Borrowed from the run. */
    struct lab_loop *loop;
    struct lab_record *record;
    const struct lab_paths *paths;
    const struct lab_topology *topology;
    const struct lab_case *item;
    unsigned bulk_seconds;
    unsigned patience_percent; /* of the normal deadlines */

    char slug[224];             /* name of this case's files */
    char log_dir[LAB_PATH_MAX]; /* absolute */
    char pcap[LAB_PATH_MAX];    /* "" until a capture runs */

    struct lab_proc server;
    struct lab_proc client;
    struct lab_proc traffic; /* iperf3's server */
    struct lab_proc helper;  /* what stands around the two ends, see lab_around */
    struct lab_proc manager;
    struct lab_proc event;
    struct lab_capture capture;
    bool capturing;
    bool captured;

    /* Where traffic goes: the bare link at first, the tunnel once it is up. */
    char target4[64];
    char target6[64];
    char source4[64]; /* the client's own address there */

    /* Of a point of an experiment; NULL in a suite's case. */
    json_t *measured;   /* values of each measurement by its name */
    json_t *negotiated; /* what both agreed on */
    json_t *link_report;
    struct lab_link link;
    uint64_t link_seed;

    enum lab_verdict verdict;
    bool host_may_cause; /* the failure could come from a disturbed host: a deadline, a lost packet */
    char reason[512];
    bool record_failed;
};

/* Notes a verdict. The first failure stays, unless a heavier one comes: ERROR
 * and FAIL over INCONCLUSIVE and UNSUPPORTED. */
void lab_cell_note(struct lab_cell *cell, enum lab_verdict verdict, bool host_may_cause, const char *fmt, ...)
    LAB_PRINTF(4, 5);

/* Records a check, and notes its verdict when it did not pass. fmt may be "". */
void lab_cell_check(struct lab_cell *cell, const char *name, enum lab_verdict verdict, bool host_may_cause,
                    const char *fmt, ...) LAB_PRINTF(5, 6);

/* Records a measurement. Takes both references; samples may be NULL. */
void lab_cell_measure(struct lab_cell *cell, const char *name, json_t *values, json_t *samples);

/* A deadline for a subject, scaled by the run's patience. */
uint64_t lab_cell_patience_ms(const struct lab_cell *cell, uint64_t normal_ms);

/* Path of a log file of this case; a name too long is cut. */
void lab_cell_log(const struct lab_cell *cell, const char *name, char path[static LAB_PATH_MAX]);

/* In how many lines of a log an extended regular expression matches. */
unsigned lab_log_count(const struct lab_cell *cell, const char *name, const char *pattern);

/* The last words of a log, for a reason: ": last line" or "". */
void lab_cell_last_words(const struct lab_cell *cell, const char *name, char *words, size_t size);

/* Writes the subject's configuration (key=value lines) for a role; its path goes
 * to path, its working directory is made. */
LAB_MUST_USE enum lab_err lab_cell_config(struct lab_cell *cell, const char *role,
                                          char path[static LAB_PATH_MAX], struct lab_why *why);

#endif
