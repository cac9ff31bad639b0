/* What the programs under test say themselves: packets they refused, restarts, who is in their table, how
 * much they log, and what they agreed on. Where such words stand, each subject tells by features: `log-replay`,
 * `log-drops`, `log-restart`, `log-sessions`, `log-cipher` and `log-tls` print an extended regular expression;
 * `status-signal` the signal that makes it log its status.
 *
 * An expression without a group matches one line a packet (or restart); with one, the group is a count since
 * the start. That of `log-sessions` matches a line of the status for each session. */
#ifndef OV_LAB_EVIDENCE_H
#define OV_LAB_EVIDENCE_H

#include "lib/cell.h"

#include <stdint.h>

enum lab_fact
{
    LAB_FACT_REPLAYS,
    LAB_FACT_DROPS,
    LAB_FACT_RESTARTS,
    LAB_FACT_SESSIONS,
    LAB_FACTS
};

struct lab_said
{
    int64_t facts[LAB_FACTS]; /* -1: it does not say */
    int64_t lines;            /* of the whole log; -1: no program */
    int64_t lines_unasked;    /* before the status was asked for */
};

struct lab_evidence
{
    struct lab_said client;
    struct lab_said server;
};

/* Of what the logs hold by now. LAB_ERR_FORMAT: a subject's expression is none; LAB_ERR_INTERRUPTED. */
LAB_MUST_USE enum lab_err lab_evidence_read(struct lab_cell *cell, struct lab_evidence *evidence,
                                            struct lab_why *why);

/* Adds the differences, with the names of results/SCHEMA.md. */
void lab_evidence_add(const struct lab_evidence *before, const struct lab_evidence *after, json_t *values);

/* {"cipher":, "tls":} as far as the client's log says it. New reference. */
json_t *lab_evidence_negotiated(struct lab_cell *cell);

/* For tests: matches of an expression in a text; with a group the last group's number. -1: not an expression. */
int64_t lab_evidence_count(const char *text, const char *pattern);

#endif
