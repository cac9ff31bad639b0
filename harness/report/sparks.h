/* What a page draws, as far as a terminal can: each case's throughput by interval and its round-trip times in order of
 * size, as rows of bars. Prints nothing when no case has samples. */
#ifndef OV_REPORT_SPARKS_H
#define OV_REPORT_SPARKS_H

#include "lib/loaded.h"
#include "lib/term.h"

void lab_sparks_print(const struct lab_loaded *loaded, struct lab_term *term);

#endif
