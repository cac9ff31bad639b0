#ifndef OV_LOOP_PROCESS_H
#define OV_LOOP_PROCESS_H

#include "base/err.h"

struct ov_loop; /* loop/loop.h */

/* A program that runs beside us: nobody waits for it, its end is told. Its
 * output goes to our standard error, its input is empty. */
struct ov_process;

struct ov_process_spec
{
    const char *const *args; /* program first; ended by NULL */
    const char *const *env;  /* NAME=value; ended by NULL; the whole environment */
    /* status is the exit status, or -1 if a signal ended it. The process is forgotten afterwards. */
    void (*done)(void *ctx, int status);
    void *ctx;
};

/* OV_ERR_IO: it can't be started; *reason says why. OV_ERR_NOMEM. */
OV_MUST_USE enum ov_err ov_process_start(struct ov_loop *loop, const struct ov_process_spec *spec,
                                         struct ov_process **out, const char **reason);
/* Kill it and don't tell. To be done before the loop is freed. NULL is fine. */
void ov_process_forget(struct ov_process *process);
/* Let it run on and don't tell; otherwise the same. */
void ov_process_release(struct ov_process *process);

#endif
