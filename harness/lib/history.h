/* All records of some directories as series over time: each point is the median ratio to the pinned reference that ran
 * in the same job. A series begins anew where the machine or the reference's version changes (an epoch). */
#ifndef OV_LAB_HISTORY_H
#define OV_LAB_HISTORY_H

#include "lib/change.h"
#include "lib/err.h"
#include "lib/unit.h"

#include <stdbool.h>
#include <stddef.h>

struct lab_history_run
{
    char run_id[128];
    char started[32];
    char commit[64];
    char epoch[384];
    bool part; /* another record of these holds its lines too */
};

struct lab_history_point
{
    size_t run; /* index into runs */
    double log_ratio;
    double log_low; /* 95 % interval over the rounds of the run, Student's; NaN below three rounds */
    double log_high;
};

struct lab_history_series
{
    char name[320];
    enum lab_better better;
    struct lab_history_point *points; /* by time */
    size_t count;
};

struct lab_history
{
    struct lab_history_run *runs; /* by time */
    size_t run_count;
    struct lab_history_series *series; /* by name */
    size_t series_count;
    size_t unread; /* directories whose record could not be read */
    char unread_why[512];
};

/* Adds the record in dir, or those in the directories right below it; a record that is there already (by run id)
 * is not added twice. One that cannot be read is counted and passed over. LAB_ERR_ABSENT when dir is not
 * there, LAB_ERR_SYSTEM. */
LAB_MUST_USE enum lab_err lab_history_add(struct lab_history *history, const char *dir, struct lab_why *why);

/* Sorts by time, leaves out parts of merged records. Call once, after the last add. */
void lab_history_sort(struct lab_history *history);

void lab_history_clear(struct lab_history *history);

/* A stretch of a series within one epoch, with its changes. */
#define LAB_HISTORY_CHANGES 16
struct lab_history_stretch
{
    size_t from; /* points of the series */
    size_t to;   /* one past the last */
    double threshold;
    struct lab_change changes[LAB_HISTORY_CHANGES]; /* places count from `from` */
    size_t change_count;
};

/* The stretch that begins at point `from`, its values turned so that more is better. */
LAB_MUST_USE enum lab_err lab_history_stretch(const struct lab_history *history,
                                              const struct lab_history_series *series, size_t from,
                                              const struct lab_change_rule *rule,
                                              struct lab_history_stretch *stretch, struct lab_why *why);

#endif
