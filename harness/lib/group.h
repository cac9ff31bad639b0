/* Tools that run side by side: a transfer each way, pings meanwhile, and things that happen on the way. */
#ifndef OV_LAB_GROUP_H
#define OV_LAB_GROUP_H

#include "lib/err.h"
#include "lib/file.h"
#include "lib/loop.h"
#include "lib/proc.h"

#include <stdbool.h>
#include <stddef.h>

#define LAB_GROUP_MAX 16

struct lab_helper
{
    const char *const *argv;
    const char *netns;
    const char *log_name; /* in the group's folder; written anew */
    unsigned delay_ms;    /* after the first one */
    bool must_succeed;    /* exit status 0 is part of its answer */
    char *output;         /* result; freed by lab_group_clear */
    struct lab_proc proc;
    char log[LAB_PATH_MAX];
};

struct lab_group
{
    struct lab_loop *loop;
    const char *dir;
    bool (*alive)(const void *arg); /* what is measured still runs; NULL: nothing to ask */
    const void *arg;
    struct lab_helper *helpers; /* sorted by delay */
    size_t count;
    /* Inside. */
    size_t started;
    uint64_t began_ms;
    enum lab_err err;
    struct lab_why *why;
};

/* Starts each after its delay, waits until all ended, reads what they printed.
 * LAB_ERR_EXITED: what is measured ended meanwhile; LAB_ERR_SYSTEM: a helper that must succeed failed, or
 * the system; LAB_ERR_TIMEOUT, LAB_ERR_INTERRUPTED, LAB_ERR_ABSENT. */
LAB_MUST_USE enum lab_err lab_group_run(struct lab_group *group, uint64_t timeout_ms, struct lab_why *why);

void lab_group_clear(struct lab_group *group);

#endif
