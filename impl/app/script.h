#ifndef OV_APP_SCRIPT_H
#define OV_APP_SCRIPT_H

#include <stdbool.h>

#include "app/environment.h"
#include "base/log.h"
#include "loop/loop.h"
#include "loop/process.h"
#include "options/config.h"

/* A program that the configuration names is called, while packets flow on. */

/* Of the command and behind it; more are left out. */
#define OV_SCRIPT_ARGS 24u

struct ov_script
{
    const char *type; /* script_type, and the option's name in the log */
    const struct ov_command *command;
    const char *const *more;             /* arguments behind the command's own; ended by NULL */
    struct ov_environment *env;          /* script_type is set in it */
    void (*done)(void *ctx, int status); /* as in loop/process.h; NULL: nobody waits */
    void *ctx;
};

/* False: it doesn't run, because of --script-security or as the system says; so does the log. */
bool ov_script_start(struct ov_loop *loop, const struct ov_config *config, const struct ov_log *log,
                     const struct ov_script *script, struct ov_process **out);

#endif
