#ifndef OV_TESTS_LIB_PAIRLIFE_H
#define OV_TESTS_LIB_PAIRLIFE_H

#include "tests/lib/pairplan.h"

/* From the first packet to the last as planned: NULL, or what went wrong. */
const char *ov_plan_live(struct ov_pair *pair, const struct ov_plan *plan);

#endif
