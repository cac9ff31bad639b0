#ifndef OV_APP_POOL_FILE_H
#define OV_APP_POOL_FILE_H

#include "base/log.h"
#include "base/time.h"
#include "hub/hub.h"
#include "options/config.h"

/* --ifconfig-pool-persist FILE [SECONDS]: opened once, while there are rights to; read then, and written anew at its
 * times and at the end. The format is that of 2.x. */
struct ov_pool_file
{
    int fd;       /* valid if is_open */
    bool is_open; /* all-zero is "no such file" */
    bool failed;  /* the log says so already */
    const struct ov_config *config;
    const struct ov_log *log;
    uint64_t next_ms;
};

/* What can't be opened or read is a warning: the tunnel is worth more. */
void ov_pool_file_open(struct ov_pool_file *file, const struct ov_config *config, const struct ov_log *log,
                       struct ov_hub *hub, struct ov_now now);
/* Writes it if it is due; returns when that will be again. */
uint64_t ov_pool_file_keep(struct ov_pool_file *file, const struct ov_hub *hub, struct ov_now now);
/* The last time. hub NULL: nothing is written. */
void ov_pool_file_close(struct ov_pool_file *file, const struct ov_hub *hub);

#endif
