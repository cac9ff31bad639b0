/* Change points of a series: where its level moved, whatever its noise looks like.
 *
 * The method is "E-divisive means" (Matteson and James, A Nonparametric Approach for Multiple Change Point Analysis of
 * Multivariate Data, JASA 109, 2014), as continuous benchmarking uses it (Daly et al., ICPE 2020): the split that maximises
 * the energy distance of its two sides, tested by permutations, then again within the parts. */
#ifndef OV_LAB_CHANGE_H
#define OV_LAB_CHANGE_H

#include "lib/err.h"

#include <stddef.h>
#include <stdint.h>

struct lab_change_rule
{
    size_t segment;      /* shortest stretch without a change: 3 */
    double p;            /* significance: 0.001 */
    size_t permutations; /* 1999 */
    double magnitude;    /* smallest change that counts, as a log ratio: 0.02 */
    double superiority;  /* share of pairs across the split that may disagree: 0.25 */
    uint64_t seed;
};

extern const struct lab_change_rule lab_change_usual;

struct lab_change
{
    size_t at;     /* index of the first value after it */
    double before; /* median of the stretch before */
    double after;
    double p;
};

/* Fills changes (in order of place), at most max of them. LAB_ERR_SYSTEM: no memory. */
LAB_MUST_USE enum lab_err lab_change_find(const double *values, size_t count,
                                          const struct lab_change_rule *rule, struct lab_change *changes,
                                          size_t max, size_t *found, struct lab_why *why);

/* Smallest change that counts in this series: the rule's, or three median absolute deviations of its own
 * steps from value to value. */
double lab_change_threshold(const double *values, size_t count, const struct lab_change_rule *rule);

#endif
