/* HTML from texts of a record. Records are not trusted: every text goes through lab_html_text or
 * lab_html_json, so that none of them can become markup. */
#ifndef OV_REPORT_HTML_H
#define OV_REPORT_HTML_H

#include <jansson.h>
#include <stdio.h>

/* Text for an element or a quoted attribute: & < > " ' become entities, control characters U+FFFD. */
void lab_html_text(FILE *out, const char *text);

/* JSON for a script element: < > & become \uXXXX, so that no end tag or comment can be in it. */
void lab_html_json(FILE *out, const json_t *value);

/* A relative link for a quoted attribute: every octet save letters, digits and -_.~/ is percent-encoded. Text
 * that begins with a slash gets "./" before it, so that it stays below the page. */
void lab_html_link(FILE *out, const char *path);

/* A table cell with three significant digits, "-" for NaN. */
void lab_html_number(FILE *out, double value);

#endif
