#ifndef OV_APP_PIDFILE_H
#define OV_APP_PIDFILE_H

#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

/* Write pid and a line end to path, replacing what is there. OV_ERR_IO with a reason in text. */
OV_MUST_USE enum ov_err ov_pidfile_write(const char *path, pid_t pid, char *text, size_t cap);

#endif
