/* Values of command line options. A value that does not fit is LAB_ERR_USAGE with a
 * sentence that names the option. */
#ifndef OV_LAB_ARGS_H
#define OV_LAB_ARGS_H

#include "lib/err.h"
#include "lib/file.h"

#include <stdbool.h>
#include <stdint.h>

/* Decimal digits alone, at most limit; false for anything else. */
bool lab_arg_number(const char *text, uint64_t limit, uint64_t *value);

/* A number of the range [from, to]. */
LAB_MUST_USE enum lab_err lab_arg_range(const char *option, const char *text, unsigned from, unsigned to,
                                        unsigned *value, struct lab_why *why);

/* Any number. */
LAB_MUST_USE enum lab_err lab_arg_seed(const char *text, uint64_t *seed, struct lab_why *why);

/* A path of the user, absolute because a run may look from elsewhere. */
LAB_MUST_USE enum lab_err lab_arg_path(const char *given, char path[static LAB_PATH_MAX],
                                       struct lab_why *why);

#endif
