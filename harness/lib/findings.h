/* What an experiment found, from the lines of a record alone: while a run writes them, or later from
 * the file. */
#ifndef OV_LAB_FINDINGS_H
#define OV_LAB_FINDINGS_H

#include "lib/expr.h"
#include "lib/term.h"
#include "lib/verdict.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct lab_finding
{
    json_t *line;     /* its case line, NULL while it runs; owned */
    json_t *measured; /* values by the name of the measurement; owned */
    char id[192];
    enum lab_verdict verdict;
};

struct lab_findings
{
    json_t *experiment; /* start.experiment; NULL: no experiment's record. Owned */
    struct lab_finding *list;
    size_t count;
    size_t room;
};

/* Takes in a valid line; signature fits lab_record's on_line. */
void lab_findings_add(void *findings, const json_t *line);

void lab_findings_clear(struct lab_findings *findings);

/* Names of one finding: values of its cell, subject, repeat, and TRAFFIC.metric. What was not measured is
 * unknown (NaN). */
struct lab_finding_scope
{
    const json_t *values;   /* case.cell.values */
    const json_t *measured; /* NULL: nothing */
    unsigned repeat;
};
bool lab_finding_find(const void *scope, const char *name, struct lab_operand *value);

/* An expression over a finding. LAB_ERR_FORMAT, LAB_ERR_ABSENT: as lab_expr_eval. */
LAB_MUST_USE enum lab_err lab_finding_eval(const struct lab_finding *finding, const char *expr,
                                           struct lab_operand *value, struct lab_why *why);

/* The same as a number; NaN when it is not known. */
double lab_finding_number(const struct lab_finding *finding, const char *expr);

/* Text of an axis' value in a cell, as short as the file has it: 8192 is 8k. */
void lab_finding_value(const struct lab_finding *finding, const char *key, char *dst, size_t size);

/* True for a finding whose numbers count: its case ran to its end, and was PASS or FAIL. */
bool lab_finding_counts(const struct lab_finding *finding);

/* The line while others still run. */
void lab_findings_print_one(const struct lab_findings *findings, const struct lab_finding *finding,
                            struct lab_term *term);

/* findings_print.c: everything a person wants to see. dir is printed as the record's place. */
void lab_findings_print(const struct lab_findings *findings, struct lab_term *term, const char *dir);

/* findings_grid.c */
void lab_findings_print_grids(const struct lab_findings *findings, struct lab_term *term);
void lab_findings_print_knees(const struct lab_findings *findings, struct lab_term *term);

/* An axis of start.experiment, NULL when it has none of that key. */
const json_t *lab_findings_axis(const struct lab_findings *findings, const char *key);

/* Where along an axis a share of the best is reached. */
struct lab_knee_found
{
    const char *value; /* of the axis, as the experiment has it */
    double there;      /* figure at that value */
    double best;
    double last; /* at the last value that was measured */
    bool worse;  /* the last value does not reach the share any more */
};

/* def: an entry of start.experiment.knees, axis: the one it goes along. False when nothing was measured. */
bool lab_findings_knee(const json_t *def, const json_t *axis, const struct lab_finding *const *group,
                       size_t count, struct lab_knee_found *knee);

/* findings_cliff.c: of a search */
void lab_findings_print_cliffs(const struct lab_findings *findings, struct lab_term *term);

/* findings_died.c: where packets died, by subject; and the heaviest cause at one point ("" for none), of which the
 * number of packets is returned. */
void lab_findings_print_died(const struct lab_findings *findings, struct lab_term *term);
double lab_finding_died(const struct lab_finding *finding, char *dst, size_t size);

/* findings_bound.c: which limit was foreseen, and which one did bind. */
void lab_findings_print_bound(const struct lab_findings *findings, struct lab_term *term);

/* "openvpn-2.6, rtt 20": a finding's cell without some axes, whose keys end with NULL. */
void lab_finding_title(const struct lab_findings *findings, const struct lab_finding *finding,
                       const char *const *without, char *dst, size_t size);

/* Groups: findings that share all axes' values save some. Keys of the axes left out end with NULL. Calls
 * each with a title ("subject openvpn-2.6, rtt 20") and the findings of the group. */
void lab_findings_each_group(const struct lab_findings *findings, const char *const *without,
                             void (*each)(void *arg, const char *title,
                                          const struct lab_finding *const *group, size_t count),
                             void *arg);

/* Median over the findings of a group that have this value of each axis named (NULL ends), NaN for none. */
struct lab_finding_at
{
    const char *key;
    const char *value; /* as start.experiment.axes has it */
};
double lab_findings_median(const struct lab_finding *const *group, size_t count,
                           const struct lab_finding_at *at, size_t at_count, const char *expr);

/* The same over TAINTED findings: no result, but to be seen where there is nothing else. */
double lab_findings_disturbed(const struct lab_finding *const *group, size_t count, const char *expr);

#endif
