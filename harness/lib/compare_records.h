/* Two records against each other: only ratios to the pinned reference travel from run to run. */
#ifndef OV_LAB_COMPARE_RECORDS_H
#define OV_LAB_COMPARE_RECORDS_H

#include "lib/err.h"
#include "lib/pairs.h"

/* Prints a table of the series that both have, and the verdict over all. A series with fewer than four rounds in
 * either record is UNDECIDED. LAB_ERR_FORMAT for records that cannot be read; LAB_ERR_ABSENT when they have nothing
 * in common, or another version of the reference. */
LAB_MUST_USE enum lab_err lab_compare_records(const char *dir_a, const char *dir_b,
                                              const struct lab_pairs_rule *rule, enum lab_ab *verdict,
                                              struct lab_why *why);

#endif
