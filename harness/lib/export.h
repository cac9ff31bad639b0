/* A record in the formats that other programs read, made from its lines alone. `ovlab run` writes all of
 * them beside each record; `ovlab export` prints one. A program that writes records of its own (with
 * lib/record.h) gets them by lab_export_all. */
#ifndef OV_LAB_EXPORT_H
#define OV_LAB_EXPORT_H

#include "lib/err.h"
#include "lib/loaded.h"

#include <stddef.h>
#include <stdio.h>

enum lab_export
{
    LAB_EXPORT_JUNIT,       /* XML; a test suite for each scenario, a test case for each case */
    LAB_EXPORT_TAP,         /* TAP 13; a point for each case, its checks as a subtest */
    LAB_EXPORT_CSV,         /* RFC 4180, one row for each number measured */
    LAB_EXPORT_OPENMETRICS, /* gauges in base units, one a series */
    LAB_EXPORT_BIGGER,      /* JSON array of {name, unit, value, range, extra}: bigger is better */
    LAB_EXPORT_SMALLER,     /* the same: smaller is better */
    LAB_EXPORT_SUMMARY,     /* Markdown, for a job's page */
    LAB_EXPORT_COUNT,
};

struct lab_export_def
{
    const char *name; /* of --format */
    const char *file; /* beside the record */
    const char *what; /* for --help */
    void (*print)(const struct lab_loaded *loaded, FILE *out);
};

extern const struct lab_export_def lab_exports[LAB_EXPORT_COUNT];

/* Index of a format, LAB_EXPORT_COUNT for an unknown name. */
enum lab_export lab_export_find(const char *name);

/* Prints one format. LAB_ERR_SYSTEM when out does not take it all. */
LAB_MUST_USE enum lab_err lab_export_print(const struct lab_loaded *loaded, enum lab_export format, FILE *out,
                                           struct lab_why *why);

/* Reads the record in dir and writes all formats beside it, each all or nothing. */
LAB_MUST_USE enum lab_err lab_export_all(const char *dir, struct lab_why *why);

/* For the writers below: a number as text that reads back the same ("NaN" where it is none, as
 * OpenMetrics has it). */
#define LAB_NUMBER_TEXT 32
void lab_export_number(char text[static LAB_NUMBER_TEXT], double value);

/* export_*.c */
void lab_export_junit(const struct lab_loaded *loaded, FILE *out);
void lab_export_tap(const struct lab_loaded *loaded, FILE *out);
void lab_export_csv(const struct lab_loaded *loaded, FILE *out);
void lab_export_openmetrics(const struct lab_loaded *loaded, FILE *out);
void lab_export_bigger(const struct lab_loaded *loaded, FILE *out);
void lab_export_smaller(const struct lab_loaded *loaded, FILE *out);
void lab_export_summary(const struct lab_loaded *loaded, FILE *out);

#endif
