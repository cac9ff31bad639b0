/* Inside of the report only: numbers as text, and its smaller tables. */
#ifndef OV_PERF_REPORT_TEXT_H
#define OV_PERF_REPORT_TEXT_H

#include "perf/lab/run.h"

/* Three significant digits; "-" for what is not a number. */
void perf_number_text(char *dst, size_t size, double value);

/* "2.28 [1.79, 3.13]": median and interval. */
void perf_ratio_text(char *dst, size_t size, const struct perf_ratio *ratio);

/* Arms of PERF_SCOPE_CROWD. */
void perf_print_crowds(struct lab_term *term, const struct perf_run *run);

/* How much of the difference between programs is the CPU time they take for an octet. */
void perf_print_why(struct lab_term *term, const struct perf_run *run);

#endif
