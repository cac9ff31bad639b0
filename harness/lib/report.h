/* The table a person reads, made from the lines of a record alone: while a run
 * writes them, or later from the file. */
#ifndef OV_LAB_REPORT_H
#define OV_LAB_REPORT_H

#include "lib/scenario.h"
#include "lib/term.h"
#include "lib/verdict.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* One check, or several taken together. */
enum lab_mark
{
    LAB_MARK_NONE,
    LAB_MARK_OK,
    LAB_MARK_BAD,
    LAB_MARK_UNSURE,
};

struct lab_row
{
    char id[192];
    char client[64];
    char server[64];
    char reason[512];
    char logs[256];
    bool finished; /* its case line is there */
    enum lab_verdict verdict;
    double seconds;
    double connect_ms; /* NaN: not measured */
    double rtt_ms;
    double loss_percent;
    double up_mbps;
    double down_mbps;
    enum lab_mark ping6;
    enum lab_mark ending; /* clean shutdown of both */
    enum lab_mark wire;   /* conformance of the capture */
};

struct lab_report
{
    char run_id[128];
    char suite[32];
    char seed[32];
    char end_reason[512];
    bool ended;
    bool conformance;
    int exit_status;
    double seconds;
    size_t case_count; /* planned */
    size_t row_count;
    size_t counts[LAB_VERDICT_COUNT];
    struct lab_row rows[LAB_CASE_MAX];
};

/* Takes in a valid line; signature fits lab_record's on_line. */
void lab_report_add(void *report, const json_t *line);

/* The row of a case, NULL when no line of it came. */
const struct lab_row *lab_report_row(const struct lab_report *report, const char *case_id);

/* One line about a finished case, for the time while others still run. */
void lab_report_print_row(const struct lab_row *row, struct lab_term *term);

/* Table, what went wrong, and the sum. dir is printed as the record's place. */
void lab_report_print(const struct lab_report *report, struct lab_term *term, const char *dir);

/* Three significant digits: "0.213", "21.3", "2130"; "-" when it is not a number. */
void lab_report_number(char *dst, size_t size, double value);

#endif
