#ifndef OV_APP_STATUS_FILE_H
#define OV_APP_STATUS_FILE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/log.h"
#include "base/time.h"
#include "options/config.h"

/* --status FILE [SECONDS]: opened once, while there are rights to, and written anew at its times. Each
 * time is one write over the whole. */

struct ov_status_file
{
    int fd;           /* valid if is_open */
    bool is_open;     /* all-zero is "no such file" */
    bool failed;      /* the log says so already */
    const char *path; /* borrowed */
    uint64_t every_ms;
    uint64_t next_ms; /* mono: when it is due */
};

/* Opens it if the configuration names one. What can't be opened is a warning: the tunnel is worth more. */
void ov_status_file_open(struct ov_status_file *status, const struct ov_config *config,
                         const struct ov_log *log, struct ov_now now);
void ov_status_file_close(struct ov_status_file *status);

/* When it is due; OV_NEVER without a file. */
uint64_t ov_status_file_deadline(const struct ov_status_file *status);

/* Write what `text` says. A failure is logged once. */
void ov_status_file_write(struct ov_status_file *status, void (*text)(void *ctx, FILE *file), void *ctx,
                          const struct ov_log *log, struct ov_now now);

#endif
