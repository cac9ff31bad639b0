#ifndef OV_APP_LOG_STDERR_H
#define OV_APP_LOG_STDERR_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/log.h"

/* A log that writes to stderr, one write a line, so that lines of several
 * programs in one file don't mix. verb as --verb says. */
struct ov_log ov_log_stderr(uint32_t verb);
/* The same without times: somebody else, such as the system's journal, adds them. */
struct ov_log ov_log_stderr_bare(uint32_t verb);
/* "1763860000.123456 40 text": time in seconds, flags in hexadecimal digits, for programs that read it. */
struct ov_log ov_log_stderr_machine(uint32_t verb);
/* To syslog, as the program that openlog() named. */
struct ov_log ov_log_syslog(uint32_t verb);

/* "2026-11-22 15:30:00 text\n" in local time; OV_LOG_WARN has "WARNING: " in
 * front of the text, errors speak for themselves. Control characters become '?': what a peer says can't forge lines.
 * Returns the length, cut at cap, always with the line end. at 0: no time. cap is at least 64. */
size_t ov_log_format(char *out, size_t cap, time_t at, enum ov_level level, const char *text);

#endif
