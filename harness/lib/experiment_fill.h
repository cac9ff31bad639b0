/* Texts and conditions of an experiment's file, with the values of one point. */
#ifndef OV_LAB_EXPERIMENT_FILL_H
#define OV_LAB_EXPERIMENT_FILL_H

#include "lib/experiment_point.h"

/* The names that expressions may use; borrows point. */
struct lab_scope lab_point_scope(const struct lab_point *point);

/* Fills in a text; `otherwise` where it is NULL or becomes "default". LAB_ERR_FORMAT, _USAGE, _ABSENT as
 * lab_expr_fill. */
LAB_MUST_USE enum lab_err lab_point_fill(const struct lab_point *point, const char *text,
                                         const char *otherwise, char *dst, size_t size, struct lab_why *why);

/* Does the condition hold here? NULL: always. */
LAB_MUST_USE enum lab_err lab_point_meant(const struct lab_point *point, const char *when, bool *meant,
                                          struct lab_why *why);

/* experiment_traffic.c: fills point->traffic. */
LAB_MUST_USE enum lab_err lab_point_traffic(struct lab_point *point, struct lab_why *why);

#endif
