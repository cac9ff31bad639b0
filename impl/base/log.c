#include "base/log.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

void ov_logf(const struct ov_log *log, enum ov_level level, const char *format, ...)
{
    if (log == NULL || log->line == NULL || level > log->max)
    {
        return;
    }
    char text[1024];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (len >= 0)
    {
        log->line(log->ctx, level, text);
    }
}
