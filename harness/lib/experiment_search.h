/* A search instead of a matrix: for each subject and each combination of the other axes, the value of one
 * axis where an outcome changes. */
#ifndef OV_LAB_EXPERIMENT_SEARCH_H
#define OV_LAB_EXPERIMENT_SEARCH_H

#include "lib/experiment_plan.h"

/* Runs all searches of run->plan; each ends in a measurement `cliff`. */
LAB_MUST_USE enum lab_err lab_search_run(struct lab_run *run, struct lab_why *why);

/* How many searches, and how many points at most. */
LAB_MUST_USE enum lab_err lab_search_size(const struct lab_plan *plan, size_t *searches, size_t *points,
                                          struct lab_why *why);

#endif
