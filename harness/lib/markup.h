/* Text inside XML or HTML: records are not trusted, and none of their texts may become markup. */
#ifndef OV_LAB_MARKUP_H
#define OV_LAB_MARKUP_H

#include <stddef.h>
#include <stdio.h>

/* For an element or a quoted attribute: & < > " ' become entities, what XML 1.0 does not allow becomes U+FFFD. */
void lab_markup_text(FILE *out, const char *text, size_t len);

#endif
