#include "app/log_stderr.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

size_t ov_log_format(char *out, size_t cap, time_t at, enum ov_level level, const char *text)
{
    struct tm parts;
    size_t len =
        at == 0 || localtime_r(&at, &parts) == NULL ? 0 : strftime(out, cap, "%Y-%m-%d %H:%M:%S ", &parts);
    const char *word = level == OV_LOG_WARN ? "WARNING: " : "";
    size_t left = cap - len - 1; /* the line end has its place */
    int added = snprintf(out + len, left, "%s%s", word, text);
    size_t end = len + (added < 0 ? 0 : (size_t)added < left ? (size_t)added : left - 1);
    for (size_t i = len; i < end; i++)
    {
        unsigned char c = (unsigned char)out[i];
        if (c < 0x20 || c == 0x7f)
        {
            out[i] = '?';
        }
    }
    out[end] = '\n';
    return end + 1;
}

static void write_at(time_t at, enum ov_level level, const char *text)
{
    char line[1200];
    size_t len = ov_log_format(line, sizeof line, at, level, text);
    /* Nobody is left to be told when the log itself can't be written. */
    ssize_t written = write(STDERR_FILENO, line, len);
    (void)written;
}

static void write_line(void *ctx, enum ov_level level, const char *text)
{
    (void)ctx;
    write_at(time(NULL), level, text);
}

static void write_bare(void *ctx, enum ov_level level, const char *text)
{
    (void)ctx;
    write_at(0, level, text);
}

/* --machine-readable-output: flags as 2.x has them, 10 fatal, 20 other errors, 40 warnings, else the level. */
static void write_machine(void *ctx, enum ov_level level, const char *text)
{
    char line[1280];
    char plain[1200];
    struct timespec at;
    const unsigned flags = level == OV_LOG_ERROR ? 0x20u : level == OV_LOG_WARN ? 0x40u : (unsigned)level;
    /* A warning is told by its flag, not by a word. */
    const size_t len = ov_log_format(plain, sizeof plain, 0, OV_LOG_INFO, text);
    (void)ctx;
    (void)clock_gettime(CLOCK_REALTIME, &at);
    const int all = snprintf(line, sizeof line, "%lld.%06ld %x %.*s", (long long)at.tv_sec, at.tv_nsec / 1000,
                             flags, (int)len, plain);
    ssize_t written = write(STDERR_FILENO, line, (size_t)all);
    (void)written;
}

static void write_syslog(void *ctx, enum ov_level level, const char *text)
{
    char line[1200];
    size_t len = ov_log_format(line, sizeof line, 0, level, text);
    const int priority = level == OV_LOG_ERROR  ? LOG_ERR
                         : level == OV_LOG_WARN ? LOG_WARNING
                         : level == OV_LOG_INFO ? LOG_NOTICE
                                                : LOG_DEBUG;
    (void)ctx;
    syslog(priority, "%.*s", (int)len - 1, line);
}

static struct ov_log log_to(void (*line)(void *ctx, enum ov_level level, const char *text), uint32_t verb)
{
    struct ov_log log = {.line = line, .max = verb > OV_LOG_PACKET ? OV_LOG_PACKET : (enum ov_level)verb};
    return log;
}

struct ov_log ov_log_stderr(uint32_t verb)
{
    return log_to(write_line, verb);
}

struct ov_log ov_log_stderr_bare(uint32_t verb)
{
    return log_to(write_bare, verb);
}

struct ov_log ov_log_stderr_machine(uint32_t verb)
{
    return log_to(write_machine, verb);
}

struct ov_log ov_log_syslog(uint32_t verb)
{
    return log_to(write_syslog, verb);
}
