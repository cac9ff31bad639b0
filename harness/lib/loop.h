/* The event loop of a run, used in straight lines: start something, then wait
 * until a condition holds. Every wait ends early when the run is interrupted, by
 * INT, TERM or HUP, or because the reader of our output went away. */
#ifndef OV_LAB_LOOP_H
#define OV_LAB_LOOP_H

#include "lib/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct lab_loop
{
    uv_loop_t uv;
    uv_signal_t signals[3];
    uv_timer_t tick; /* every 200 ms: progress, output check */
    uv_timer_t poll; /* drives polled conditions */
    int stop_signal; /* 0, or the signal that ended the run; SIGPIPE for lost output */
    bool cleaning;   /* set while tearing down: waits are no longer cut short */
    int output_fd;   /* watched for a reader that left; -1 for none */
    void (*on_tick)(void *arg);
    void *tick_arg;
};

/* Ignores SIGPIPE for the process. LAB_ERR_SYSTEM. */
LAB_MUST_USE enum lab_err lab_loop_init(struct lab_loop *loop, int output_fd, struct lab_why *why);

/* Frees it. A signal that came meanwhile takes effect now, unless the owner has
 * been cleaning up because of it. */
void lab_loop_clear(struct lab_loop *loop);

/* Waits until done(arg) is true, asking at once, after every event, and every
 * poll_ms. LAB_OK, LAB_ERR_TIMEOUT or LAB_ERR_INTERRUPTED. */
LAB_MUST_USE enum lab_err lab_loop_until(struct lab_loop *loop, bool (*done)(void *arg), void *arg,
                                         unsigned poll_ms, uint64_t timeout_ms);

/* Handles what is ready now, without waiting. */
void lab_loop_turn(struct lab_loop *loop);

/* Says how the run was interrupted: "SIGINT", "output closed". */
const char *lab_loop_stop_name(const struct lab_loop *loop);

#endif
