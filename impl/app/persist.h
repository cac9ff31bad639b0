#ifndef OV_APP_PERSIST_H
#define OV_APP_PERSIST_H

#include <stdbool.h>

#include "base/log.h"
#include "options/config.h"

/* --mktun, --rmtun: make the device that config names, or remove it. False: the log says why. */
bool ov_persist_run(const struct ov_config *config, const struct ov_log *log);

#endif
