/* The interop matrix for people: a grid of client and server, what failed with the command that shows it
 * again, what waits for a subject of this project, and what other sides lack. */
#ifndef OV_LAB_MATRIX_REPORT_H
#define OV_LAB_MATRIX_REPORT_H

#include "lib/report.h"

/* Begins the reason of a case that is UNSUPPORTED for a lack on this project's own side. */
#define LAB_GAP_MARK "gap: "

void lab_matrix_print(const struct lab_report *report, struct lab_term *term, const char *dir);

#endif
