#include "netns-lab/linkemu/why.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool emu_why_set(struct emu_why *why, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vsnprintf(why->text, sizeof why->text, fmt, args);
    va_end(args);
    return false;
}

bool emu_why_errno(struct emu_why *why, const char *fmt, ...)
{
    int saved = errno;
    va_list args;
    va_start(args, fmt);
    vsnprintf(why->text, sizeof why->text, fmt, args);
    va_end(args);
    size_t len = strlen(why->text);
    snprintf(why->text + len, sizeof why->text - len, ": %s", strerror(saved));
    return false;
}
