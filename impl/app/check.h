#ifndef OV_APP_CHECK_H
#define OV_APP_CHECK_H

#include <stdbool.h>

#include "options/options.h"

struct ov_program; /* app/program.h */

/* --check-config: everything that is wrong or unwise with a configuration, on standard output, one finding a line
 * in the form compilers use ("FILE:LINE: error: ..."), or one JSON object. Keys and certificates are loaded by the
 * TLS library that would be used; nothing is bound, opened or changed. True: the configuration can be used. */
bool ov_check_run(struct ov_program *program, const struct ov_options *options);

#endif
