#ifndef OV_LOOP_LOOP_PRIVATE_H
#define OV_LOOP_LOOP_PRIVATE_H

#include <uv.h>

#include "loop/loop.h"

/* Shared by the files of loop/ only. */

#define OV_LOOP_SIGNALS 5

struct ov_lookup;

/* A watched file. Its memory must outlive the close of its handle, so it is
 * allocated alone and freed by libuv's callback. */
struct ov_watcher
{
    uv_poll_t poll; /* first: libuv hands its address back */
    struct ov_loop *loop;
    enum ov_watch which;
    bool paused;
};

struct ov_loop
{
    uv_loop_t uv;
    struct ov_loop_user user;
    struct ov_watcher *watchers[OV_WATCH_COUNT];
    unsigned ready; /* collected during the poll phase */
    uv_check_t check;
    uv_timer_t timer;
    uint64_t deadline; /* mono_ms */
    bool stopped;      /* ov_loop_stop was called */
    uint64_t armed;    /* when the timer fires: at the deadline or before */
    uv_signal_t signals[OV_LOOP_SIGNALS];
    struct ov_lookup *lookup; /* the latest one, NULL: none runs */
    unsigned lookups_running; /* with those nobody waits for */
};

/* The handle of a program that nobody waits for, of a loop that ends. */
void ov_process_close(uv_handle_t *handle);

/* The answer of the latest lookup isn't wanted any more. */
void ov_loop_forget_lookup(struct ov_loop *loop);

#endif
