#ifndef OV_OPTIONS_OPTIONS_H
#define OV_OPTIONS_OPTIONS_H

#include <stddef.h>

#include "base/err.h"
#include "options/config.h"
#include "options/diag.h"
#include "options/text.h"

/* From a command line, or from a text, to a checked struct ov_config. */

struct ov_options; /* owns the configuration, its strings and the diagnostics */

/* argv without the program's name: "--option arg arg ...", or a bare first argument that is a
 * configuration file. OV_OK: the configuration can be used (there may be warnings). OV_ERR_OPTION:
 * the diagnostics say why not. *out is set in both cases, and NULL with OV_ERR_NOMEM. */
OV_MUST_USE enum ov_err ov_options_from_args(size_t argc, const char *const *argv,
                                             const struct ov_loader *loader, struct ov_options **out);
/* The same for one configuration text that is called name. */
OV_MUST_USE enum ov_err ov_options_from_text(const char *name, const char *text, size_t len,
                                             const struct ov_loader *loader, struct ov_options **out);

/* NULL if there was an error. */
const struct ov_config *ov_options_config(const struct ov_options *options);
const struct ov_diags *ov_options_diags(const struct ov_options *options);
/* Wipes keys; NULL is fine. */
void ov_options_free(struct ov_options *options);

/* What was asked for, also where the configuration has errors. */
struct ov_asked
{
    enum ov_wish wish;
    const char *checked; /* --check-config: which file */
    bool json;
};
struct ov_asked ov_options_asked(const struct ov_options *options);

/* The text for --help, line by line without line ends. */
void ov_options_help(void (*line)(void *ctx, const char *text), void *ctx);
/* All about one option, with or without its "--". False: there is none of this name; the nearest one is said. */
bool ov_options_help_on(const char *name, void (*line)(void *ctx, const char *text), void *ctx);
/* The manual page, in the man macros of roff; version stands in its foot. */
void ov_options_man(const char *version, void (*line)(void *ctx, const char *text), void *ctx);

#endif
