/* Texts whose figures come from records: {{...}} in a text is replaced by what a committed record says, so that a text
 * cannot say anything else.
 *
 *     {{RECORD}}                            its name, with date and commit
 *     {{RECORD | OF | WHEN}}                of an experiment: the median of an expression over the repeats of the one
 *                                           point for which WHEN holds, with the least and the most
 *     {{RECORD | OF | WHEN | AGAINST}}      the ratio of two points, repeat by repeat, with its interval
 *     {{RECORD | cliff WHEN}}               of a bisection: both sides of the edge
 *     {{RECORD | goal NAME}}                of a benchmark: the ratio whose name begins so
 *     {{RECORD | arms A B MEASUREMENT KEY}} of a benchmark: the ratio of arm A to arm B, round by round
 *     {{RECORD | gap SERIES}}               of `ovlab explain`: the ratio of both ends
 *     {{RECORD | step SERIES FACTOR}}       ... of one factor's step
 *     {{RECORD | share SERIES FACTOR}}      ... its share of the gap
 *
 * RECORD is the name of a baseline without date and commit (perf-full): the newest of them is read. Expressions are
 * those of experiment files (lib/expr.h). Only undisturbed points count. Intervals are Student's over the
 * logarithms, 95 %, where the record has none of its own. */
#ifndef OV_REPORT_FIGURES_H
#define OV_REPORT_FIGURES_H

#include "lib/err.h"
#include "lib/findings.h"
#include "lib/loaded.h"

#define LAB_FIGURE_TEXT 160

/* Fills all slots of text from the records in dir. *filled is the caller's to free, NULL on error. LAB_ERR_FORMAT names
 * the line of a slot that is wrong or that no record can fill. */
LAB_MUST_USE enum lab_err lab_figures_fill(const char *dir, const char *text, char **filled,
                                           struct lab_why *why);

/* figures_value.c: one slot of a record, its parts without blanks around them. */
struct lab_figure_slot
{
    char parts[4][LAB_FIGURE_TEXT];
    size_t count;
};
LAB_MUST_USE enum lab_err lab_figure(const struct lab_loaded *loaded, const struct lab_findings *findings,
                                     const struct lab_figure_slot *slot, char text[static LAB_FIGURE_TEXT],
                                     struct lab_why *why);

#endif
