#ifndef OV_APP_TERMINAL_H
#define OV_APP_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

#include "base/err.h"

/* Questions to whoever sits at the terminal (/dev/tty, so that standard input
 * and output may be anything). One question at a time. */

#define OV_TERMINAL_LINE 512u

struct ov_terminal
{
    int fd; /* meaningful while open */
    bool open;
    bool silent;           /* echo is off */
    struct termios before; /* to be restored */
    char line[OV_TERMINAL_LINE];
    size_t len;
};

/* Is there one? */
bool ov_terminal_exists(void);

/* Show the question. OV_ERR_IO: there is no terminal. All-zero is a valid start. */
OV_MUST_USE enum ov_err ov_terminal_begin(struct ov_terminal *terminal, const char *question, bool echo);
/* What was typed, when the line is complete: to be called when fd is readable; never waits. OV_ERR_AGAIN: not
 * yet. OV_ERR_CLOSED: the terminal went away, or end of file. OV_ERR_LIMIT: too long. But for AGAIN the question is over. */
OV_MUST_USE enum ov_err ov_terminal_read(struct ov_terminal *terminal, char *out, size_t cap);
/* Wipe and restore; harmless if none is open. */
void ov_terminal_end(struct ov_terminal *terminal);

/* All three, waiting for the answer. */
OV_MUST_USE enum ov_err ov_terminal_ask(const char *question, bool echo, char *out, size_t cap);

#endif
