/* The record of a run: run.jsonl, one JSON object a line, written once. Every
 * line is checked against the schema before it is written, and written by a single
 * write(), so whatever ends the run, the file holds complete lines only.
 * results/SCHEMA.md describes the fields. */
#ifndef OV_LAB_RECORD_H
#define OV_LAB_RECORD_H

#include "lib/err.h"
#include "lib/file.h"

#include <jansson.h>
#include <stdint.h>

#define LAB_SCHEMA_VERSION 1
#define LAB_RECORD_NAME    "run.jsonl"

struct lab_record
{
    int fd;
    uint64_t started_us;
    char dir[LAB_PATH_MAX];
    void (*on_line)(void *arg, const json_t *line); /* told each line written; may be NULL */
    void *on_line_arg;
};

/* Creates DIR/run.jsonl; LAB_ERR_SYSTEM when it exists already. */
LAB_MUST_USE enum lab_err lab_record_open(struct lab_record *record, const char *dir, struct lab_why *why);

/* Adds "schema" and "t_s", validates, appends. Takes the reference to line, also
 * on failure. LAB_ERR_FORMAT names the field, LAB_ERR_SYSTEM. */
LAB_MUST_USE enum lab_err lab_record_write(struct lab_record *record, json_t *line, struct lab_why *why);

/* Validates a line of another record, and appends it as it is. */
LAB_MUST_USE enum lab_err lab_record_copy(struct lab_record *record, const json_t *line, struct lab_why *why);

/* Makes the file read-only and closes it. */
void lab_record_close(struct lab_record *record);

/* LAB_ERR_FORMAT names the kind and field that is missing or of a wrong type. */
LAB_MUST_USE enum lab_err lab_record_validate(const json_t *line, struct lab_why *why);

/* Reads DIR/run.jsonl and hands over each line. A line that is not valid ends it
 * with LAB_ERR_FORMAT and its number. */
LAB_MUST_USE enum lab_err lab_record_read(const char *dir, void (*on_line)(void *arg, const json_t *line),
                                          void *arg, struct lab_why *why);

/* A number for JSON: null where it is not finite. New reference. */
json_t *lab_json_number(double value);
json_t *lab_json_numbers(const double *values, size_t count);

#endif
