/* The lines of a record, one function a kind: which fields a kind has is said here and in
 * the schema only. All return what lab_record_write does. */
#ifndef OV_LAB_LINES_H
#define OV_LAB_LINES_H

#include "lib/health.h"
#include "lib/loop.h"
#include "lib/place.h"
#include "lib/record.h"
#include "lib/shard.h"
#include "lib/verdict.h"

struct lab_line_start
{
    const struct lab_place *place;
    const char *suite;
    uint64_t seed;
    int argc;
    char **argv;
    json_t *cases; /* array of their ids; the reference is taken */
    bool conformance;
    unsigned bulk_seconds;
    struct lab_shard shard; /* index 0: none */
    json_t *plan;           /* ids of all shards; borrowed, NULL: none */
};

LAB_MUST_USE enum lab_err lab_line_start(struct lab_record *record, const struct lab_line_start *start,
                                         struct lab_why *why);

LAB_MUST_USE enum lab_err lab_line_check(struct lab_record *record, const char *case_id, const char *name,
                                         enum lab_verdict verdict, const char *reason, struct lab_why *why);

/* Takes both references; samples may be NULL. */
LAB_MUST_USE enum lab_err lab_line_measurement(struct lab_record *record, const char *case_id,
                                               const char *name, json_t *values, json_t *samples,
                                               struct lab_why *why);

struct lab_line_case
{
    const char *id;
    size_t number;
    const char *client; /* NULL: no subject */
    const char *server;
    enum lab_verdict verdict;
    const char *reason;
    const char *taint; /* "": none */
    double seconds;
    const struct lab_health *health;
    const char *logs;    /* relative to the record, as capture is */
    const char *capture; /* NULL: none */
};

LAB_MUST_USE enum lab_err lab_line_case(struct lab_record *record, const struct lab_line_case *item,
                                        struct lab_why *why);

/* How a run ended: by a signal, by the error err with the sentence said, or complete. */
struct lab_line_end
{
    const struct lab_loop *loop;
    enum lab_err err;
    const char *said;
    const size_t *counts;    /* LAB_VERDICT_COUNT */
    enum lab_exit by_counts; /* exit status of a run that was complete */
};

/* The exit status the program ends with: enum lab_exit, or 128 + signal. */
int lab_end_status(const struct lab_line_end *end);

LAB_MUST_USE enum lab_err lab_line_end(struct lab_record *record, const struct lab_line_end *end,
                                       struct lab_why *why);

#endif
