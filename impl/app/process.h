#ifndef OV_APP_PROCESS_H
#define OV_APP_PROCESS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/log.h"
#include "options/config.h"

/* How the process lives: where its log goes, its terminal, priority, memory and root. OV_ERR_IO with a reason in
 * text. */

/* --log, --log-append, --syslog, --daemon, --suppress-timestamps. reread: a file emptied by an earlier run of this
 * process is not emptied again. */
OV_MUST_USE enum ov_err ov_process_open_log(const struct ov_process *process, uint32_t verb, bool reread,
                                            struct ov_log *log, char *text, size_t cap);

/* --nice, --mlock, then --daemon: the process that returns is another one, without terminal; the first one has
 * ended with status 0. *background tells that this has been done. */
OV_MUST_USE enum ov_err ov_process_settle(const struct ov_process *process, bool *background, char *text,
                                          size_t cap);

/* --chroot. */
OV_MUST_USE enum ov_err ov_process_lock_in(const struct ov_process *process, char *text, size_t cap);

#endif
