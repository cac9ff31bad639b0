/* A whole record in memory, grouped by case: what exports, history, merging and comparing read. */
#ifndef OV_LAB_LOADED_H
#define OV_LAB_LOADED_H

#include "lib/err.h"
#include "lib/file.h"
#include "lib/verdict.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* One case: planned, or met in the lines. */
struct lab_loaded_case
{
    const char *id;
    bool planned;         /* false: met in the lines only, such as a summary of rounds */
    const json_t *line;   /* its last line, NULL: it did not run to its end */
    json_t *checks;       /* array of its check lines, in order */
    json_t *measurements; /* array of its measurement lines, in order */
};

/* Owned by the caller; lab_loaded_clear frees it. Everything it points at lives until then. */
struct lab_loaded
{
    char dir[LAB_PATH_MAX];
    json_t *lines;       /* array: every line, in order */
    const json_t *start; /* never NULL once loaded */
    const json_t *end;   /* NULL: the run was killed, or still runs */
    json_t *env;         /* env.json; NULL when there is none */
    struct lab_loaded_case *cases;
    /* Planned ones first, in the order of the plan. Where a plan names what runs in rounds, the cases
     * are the rounds (N/ID). */
    size_t case_count;
};

/* Reads DIR/run.jsonl, validating each line, and DIR/env.json where it is there. LAB_ERR_FORMAT for a
 * line that is not valid, a first line that is no start, or an env.json that is no JSON object;
 * LAB_ERR_SYSTEM when the record cannot be read. Nothing to free then. */
LAB_MUST_USE enum lab_err lab_loaded_read(const char *dir, struct lab_loaded *loaded, struct lab_why *why);

void lab_loaded_clear(struct lab_loaded *loaded);

/* Text of a field, "" where there is none. */
const char *lab_loaded_text(const json_t *line, const char *key);

/* A number of a measurement's values; NaN: unknown. */
double lab_loaded_value(const json_t *measurement, const char *key);

/* Of its last line. Without one: LAB_ERROR for a planned case, the heaviest of its checks for another. */
enum lab_verdict lab_loaded_verdict(const struct lab_loaded_case *item);

/* Cases of each verdict; those that were planned and did not run count as LAB_ERROR. */
void lab_loaded_counts(const struct lab_loaded *loaded, size_t counts[static LAB_VERDICT_COUNT]);

#endif
