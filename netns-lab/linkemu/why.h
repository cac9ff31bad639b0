/* One sentence about what went wrong. */
#ifndef OV_LINKEMU_WHY_H
#define OV_LINKEMU_WHY_H

#include <stdbool.h>

struct emu_why
{
    char text[256];
};

/* Writes the sentence; emu_why_errno adds the text of errno. Both return false. */
bool emu_why_set(struct emu_why *why, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool emu_why_errno(struct emu_why *why, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
