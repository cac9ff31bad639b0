#ifndef OV_APP_SHOW_H
#define OV_APP_SHOW_H

#include "app/program.h"

/* Options that write something on standard output and end: --show-ciphers, --show-digests, --show-tls,
 * --show-groups, --show-gateway, --test-crypto. */

/* Is it one of these? */
bool ov_show_wanted(enum ov_wish wish);
/* False: it failed; the log says why. */
bool ov_show_run(struct ov_program *program, const struct ov_config *config, struct ov_log log);

#endif
