/* The plan of an experiment: which points, in which order, decided before anything is measured. The
 * points of one round (every point once) stand in an order that the seed decides; rounds follow each
 * other, so that a slow change of the host touches all points alike. */
#ifndef OV_LAB_EXPERIMENT_PLAN_H
#define OV_LAB_EXPERIMENT_PLAN_H

#include "lib/experiment_point.h"
#include "lib/run.h"

#define LAB_POINT_MAX LAB_CASE_MAX

struct lab_plan
{
    const struct lab_experiment *experiment;
    const char *pki;
    uint64_t seed;
    bool full;                               /* all values, not the quick selection */
    bool places;                             /* ends of it are other machines */
    unsigned repeats;                        /* decided: of the file, or of --repeats */
    const char *subjects;                    /* comma list of those wanted, NULL: those of the file */
    const char *only;                        /* of a search: words of those wanted, NULL: all */
    struct lab_point *points[LAB_POINT_MAX]; /* owned */
    size_t count;
    /* A search (experiment_search.c) instead of the matrix. */
    const struct lab_bisect *bisect;
};

/* Fills plan->points. The rest of plan is set by the caller. LAB_ERR_FORMAT and LAB_ERR_USAGE: a point
 * that cannot be, or too many. */
LAB_MUST_USE enum lab_err lab_plan_expand(struct lab_plan *plan, struct lab_why *why);

/* Puts the points into run->cases, those whose id fits `only`. LAB_ERR_USAGE: none is left, or a subject
 * that is not there. */
LAB_MUST_USE enum lab_err lab_plan_cases(struct lab_plan *plan, struct lab_run *run, struct lab_why *why);

/* The values of an axis that the plan takes. index past the axes: LAB_AXIS_MAX is the subject. */
void lab_plan_values(const struct lab_plan *plan, unsigned axis, char ***values, unsigned *count);

/* Adds one point to the plan (a search does while it runs). */
LAB_MUST_USE enum lab_err lab_plan_add(struct lab_plan *plan, const struct lab_place_in *place,
                                       struct lab_point **point, struct lab_why *why);

/* The subjects of the plan, into list; returns how many. */
size_t lab_plan_subjects(const struct lab_plan *plan, const char **list, size_t max);

/* start.experiment of the record. New reference. */
json_t *lab_plan_json(const struct lab_plan *plan);

/* One line a point with its estimated time, and the sum. */
void lab_plan_print(const struct lab_plan *plan, const struct lab_run *run);

/* Which limit should bind at how many of the points that run: said before. */
void lab_plan_print_limits(const struct lab_run *run, struct lab_term *term);

void lab_plan_clear(struct lab_plan *plan);

#endif
