/* Decisions as text, one a line: "up 17 loss", "down 40 corrupt 1234". Written by --log, read by --replay;
 * a file may as well be written by hand to lose exactly these packets. "#" begins a comment line. */
#ifndef OV_LINKEMU_DECISIONS_H
#define OV_LINKEMU_DECISIONS_H

#include "netns-lab/linkemu/decide.h"

#include <stdbool.h>
#include <stddef.h>

#define EMU_DECISION_LEN 64u /* the longest line, with its newline and NUL */

struct emu_decisions
{
    struct emu_decision *items;
    size_t count;
};

/* Writes the line of a decision; direction 0 is up. Returns its length. */
size_t emu_decision_write(char line[static EMU_DECISION_LEN], unsigned direction,
                          const struct emu_decision *decision);

/* Reads all lines of both directions, sorted by index. False with a sentence that names the line; the
 * lists are empty then. Otherwise the caller frees items of both. */
bool emu_decisions_read(const char *text, size_t len, struct emu_decisions lists[static 2],
                        char why[static EMU_SPEC_WHY_LEN]);

#endif
