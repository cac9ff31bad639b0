/* What the user sees: standard output, a terminal or not. Remembers that the
 * reader went away instead of dying of it. */
#ifndef OV_LAB_TERM_H
#define OV_LAB_TERM_H

#include "lib/err.h"

#include <stdbool.h>
#include <stddef.h>

enum lab_color
{
    LAB_PLAIN,
    LAB_BOLD,
    LAB_DIM,
    LAB_RED,
    LAB_GREEN,
    LAB_YELLOW,
};

struct lab_term
{
    int fd;
    bool tty;
    bool color;
    bool closed;  /* the reader went away */
    bool at_live; /* a live line stands on the screen */
    unsigned width;
};

/* Colour on a terminal, unless NO_COLOR is set or TERM is dumb. */
void lab_term_init(struct lab_term *term, int fd);

/* Text that stays. Takes a live line away first. */
void lab_term_print(struct lab_term *term, const char *fmt, ...) LAB_PRINTF(2, 3);

/* Replaces the live line (terminal only; else nothing). Cut to the width. */
void lab_term_live(struct lab_term *term, const char *text);

/* How much of text fits in a line of room columns, cut at a blank: the caller goes on behind it. At least one word. */
size_t lab_term_fit(const char *text, size_t room);

/* Escape sequence of a colour, "" where there is none. LAB_PLAIN ends any. */
const char *lab_term_color(const struct lab_term *term, enum lab_color color);

#endif
