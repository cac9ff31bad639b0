/* A row of small bars for a terminal: one character a value. */
#ifndef OV_LAB_SPARK_H
#define OV_LAB_SPARK_H

#include <stdbool.h>
#include <stddef.h>

/* True when the locale of the environment prints UTF-8. */
bool lab_spark_utf8(void);

/* From the lowest value to the highest, "" for none; values that are no numbers are blanks. Where more values come than
 * max, the last ones are shown. At most three octets a value in UTF-8, one of ".:-=+*%#" otherwise. */
void lab_spark(char *text, size_t size, const double *values, size_t count, size_t max, bool utf8);

#endif
