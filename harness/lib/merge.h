/* Several records of one plan become one: shards of a matrix, or suites that ran on several machines. */
#ifndef OV_LAB_MERGE_H
#define OV_LAB_MERGE_H

#include "lib/err.h"
#include "lib/loaded.h"
#include "lib/loop.h"

struct lab_merge
{
    struct lab_loaded *parts; /* loaded records */
    size_t count;
    char out[LAB_PATH_MAX]; /* directory, made here; must hold no record yet */
    int argc;               /* recorded */
    char **argv;
};

/* Do the parts fit together? LAB_ERR_FORMAT names what does not: parts of different suites, commits or settings;
 * different plans; a case that two parts have; a case that no part has run to its end (a hole). */
LAB_MUST_USE enum lab_err lab_merge_check(const struct lab_merge *merge, struct lab_why *why);

/* Checks, then writes the record with its env.json, summary.txt and exports, and copies logs and captures to
 * OUT/RUN_ID/. *status is the exit status of one run over all cases. */
LAB_MUST_USE enum lab_err lab_merge_write(const struct lab_merge *merge, struct lab_loop *loop, int *status,
                                          struct lab_why *why);

#endif
