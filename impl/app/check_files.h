#ifndef OV_APP_CHECK_FILES_H
#define OV_APP_CHECK_FILES_H

#include "app/findings.h"
#include "options/config.h"

struct ov_program; /* app/program.h */

/* What only a look at the system tells: does the TLS library take these keys, who else may read them. */
void ov_check_start(struct ov_findings *findings, struct ov_program *program, const struct ov_config *config);
void ov_check_modes(struct ov_findings *findings, const struct ov_config *config);

#endif
