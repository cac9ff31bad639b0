/* Where the record of a run is, and the way into the run: the record's directory is made
 * first, the private namespaces then, and in the end all of it is its caller's. */
#ifndef OV_LAB_PLACE_H
#define OV_LAB_PLACE_H

#include "lib/err.h"
#include "lib/file.h"
#include "lib/paths.h"

struct lab_place
{
    char run_id[128];       /* DATE-HOST-COMMIT, with a counter when two runs start in one second */
    char commit[64];        /* of the tree that is measured */
    char dir[LAB_PATH_MAX]; /* RESULTS/RUN_ID */
};

/* Fills place, makes its directory and runs inside(arg) in private namespaces (lab_ns_run).
 * *status is what inside returned. On failure nothing ran, the directory is gone and *status
 * stays as it was: LAB_ERR_ABSENT when there are no such namespaces to be had here, LAB_ERR_SYSTEM
 * and LAB_ERR_USAGE when there is no place for the record. */
LAB_MUST_USE enum lab_err lab_place_run(struct lab_place *place, const struct lab_paths *paths,
                                        int (*inside)(void *arg), void *arg, int *status,
                                        struct lab_why *why);

/* Makes DIR/NAME in the record. */
LAB_MUST_USE enum lab_err lab_place_dir(const struct lab_place *place, const char *name, struct lab_why *why);

#endif
