#ifndef OV_APP_GENKEY_H
#define OV_APP_GENKEY_H

#include <stdbool.h>

#include "app/program.h"
#include "base/time.h"

/* --genkey: make the key that config asks for and write it to its file, which must not exist yet; only the
 * owner can read it. False: the log says why, and there is no file. */
bool ov_genkey_run(struct ov_program *program, const struct ov_config *config, struct ov_log log,
                   struct ov_now now);

#endif
