/* What a record says, in sentences: its verdict first, then the answer to the question it was made for. A page shows
 * them before any chart, the terminal at the end of a run. */
#ifndef OV_REPORT_GIST_H
#define OV_REPORT_GIST_H

#include "lib/err.h"
#include "lib/findings.h"
#include "lib/loaded.h"
#include "lib/term.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define LAB_GIST_MAX  12
#define LAB_GIST_TEXT 640 /* octets of a sentence; a longer one is cut */

struct lab_gist
{
    char lines[LAB_GIST_MAX][LAB_GIST_TEXT];
    size_t count; /* at least 1 */
};

/* From the record alone. */
void lab_gist_of(const struct lab_loaded *loaded, struct lab_gist *gist);

/* gist_print.c: a sentence a paragraph. */
void lab_gist_print(const struct lab_gist *gist, struct lab_term *term);
void lab_gist_html(const struct lab_gist *gist, FILE *out);

/* Adds a sentence; nothing where there is no room. */
void lab_gist_add(struct lab_gist *gist, const char *fmt, ...) LAB_PRINTF(2, 3);

/* "x 0.285 [0.21 to 0.36]". */
void lab_ratio_print(char *text, size_t size, double middle, double low, double high);

/* The median of repeats, given as logarithms, with Student's 95 % interval of their mean; one alone has none, and says
 * so. False without any. */
bool lab_ratio_of_logs(char *text, size_t size, const double *logs, size_t count);

/* "goodput_up" is "Goodput up": names of measurements as words. */
void lab_gist_words(char *dst, size_t size, const char *name);

/* Parts of a sentence, with semicolons between them. */
struct lab_gist_list
{
    char of[LAB_GIST_TEXT];
    size_t used;
    size_t parts;
};
void lab_gist_part(struct lab_gist_list *list, const char *part);

/* gist_effects.c: what the axis that an experiment turns does, as ratios to its first value. */
void lab_gist_effects(const struct lab_findings *findings, struct lab_gist *gist);

/* gist_experiment.c: what the points of an experiment say. */
void lab_gist_experiment(const struct lab_loaded *loaded, struct lab_gist *gist);

/* gist_ratio.c: what compares: `ovlab explain`, `ovlab compare`, goals of a benchmark, and subjects of a suite against
 * the reference. Each says nothing of other records. */
void lab_gist_explain(const struct lab_loaded *loaded, struct lab_gist *gist);
void lab_gist_compare(const struct lab_loaded *loaded, struct lab_gist *gist);
void lab_gist_goals(const struct lab_loaded *loaded, struct lab_gist *gist);
void lab_gist_reference(const struct lab_loaded *loaded, struct lab_gist *gist);

#endif
