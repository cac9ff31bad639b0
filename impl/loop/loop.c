#include "loop/loop_private.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>

static const int signal_numbers[OV_LOOP_SIGNALS] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2};

struct ov_now ov_loop_now(void)
{
    struct timespec wall = {0};
    (void)clock_gettime(CLOCK_REALTIME, &wall);
    struct ov_now now = {uv_hrtime() / 1000000u, (uint32_t)wall.tv_sec};
    return now;
}

static void on_signal(uv_signal_t *handle, int signum)
{
    struct ov_loop *loop = handle->data;
    loop->user.signal(loop->user.ctx, signum);
}

/* Runs right behind the poll phase, so that both directions that became ready
 * in one turn are served together. */
static void on_check(uv_check_t *handle)
{
    struct ov_loop *loop = handle->data;
    unsigned ready = loop->ready;
    if (ready != 0)
    {
        loop->ready = 0;
        loop->user.wake(loop->user.ctx, ready);
    }
}

static void arm(struct ov_loop *loop);

static void on_timer(uv_timer_t *handle)
{
    struct ov_loop *loop = handle->data;
    loop->armed = OV_NEVER;
    if (ov_loop_now().mono_ms < loop->deadline)
    {
        arm(loop); /* the deadline has moved, or libuv's clock is coarser than ours: not yet */
        return;
    }
    loop->deadline = OV_NEVER;
    loop->user.wake(loop->user.ctx, 0);
}

static void arm(struct ov_loop *loop)
{
    /* A timer that is due again at once would keep libuv from seeing that it is to stop. */
    if (loop->deadline == OV_NEVER || loop->stopped)
    {
        return;
    }
    loop->armed = loop->deadline;
    uint64_t now = ov_loop_now().mono_ms;
    uint64_t delay = loop->deadline > now ? loop->deadline - now : 0;
    uv_update_time(&loop->uv);
    (void)uv_timer_start(&loop->timer, on_timer, delay, 0);
}

void ov_loop_deadline(struct ov_loop *loop, uint64_t mono_ms)
{
    /* Under traffic the deadline moves with every millisecond. A timer that fires
     * early costs less than one that is set again each time. */
    loop->deadline = mono_ms;
    if (mono_ms < loop->armed)
    {
        arm(loop);
    }
}

static int start_signals(struct ov_loop *loop)
{
    int result = 0;
    for (size_t i = 0; i < OV_LOOP_SIGNALS && result == 0; i++)
    {
        result = uv_signal_init(&loop->uv, &loop->signals[i]);
        loop->signals[i].data = loop;
        if (result == 0)
        {
            result = uv_signal_start(&loop->signals[i], on_signal, signal_numbers[i]);
        }
    }
    return result;
}

enum ov_err ov_loop_new(const struct ov_loop_user *user, struct ov_loop **out)
{
    *out = NULL;
    struct ov_loop *loop = calloc(1, sizeof *loop);
    if (loop == NULL)
    {
        return OV_ERR_NOMEM;
    }
    if (uv_loop_init(&loop->uv) != 0)
    {
        free(loop);
        return OV_ERR_IO;
    }
    loop->user = *user;
    loop->deadline = OV_NEVER;
    loop->armed = OV_NEVER;
    (void)uv_timer_init(&loop->uv, &loop->timer); /* these four only fill memory */
    (void)uv_check_init(&loop->uv, &loop->check);
    loop->timer.data = loop;
    loop->check.data = loop;
    (void)uv_check_start(&loop->check, on_check);
    if (start_signals(loop) != 0)
    {
        (void)ov_loop_free(loop);
        return OV_ERR_IO;
    }
    *out = loop;
    return OV_OK;
}

static bool asks_for_end(int signum)
{
    return signum == SIGINT || signum == SIGTERM;
}

/* SIG_BLOCK or SIG_UNBLOCK, those that ask for an end or the others. */
static void set_signals(int how, bool end)
{
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < OV_LOOP_SIGNALS; i++)
    {
        if (asks_for_end(signal_numbers[i]) == end)
        {
            (void)sigaddset(&set, signal_numbers[i]);
        }
    }
    (void)pthread_sigmask(how, &set, NULL);
}

void ov_loop_hold_signals(void)
{
    set_signals(SIG_BLOCK, false);
    set_signals(SIG_UNBLOCK, true);
}

void ov_loop_run(struct ov_loop *loop)
{
    loop->stopped = false;
    set_signals(SIG_UNBLOCK, false);
    set_signals(SIG_UNBLOCK, true);
    arm(loop);
    (void)uv_run(&loop->uv, UV_RUN_DEFAULT);
}

void ov_loop_stop(struct ov_loop *loop)
{
    loop->stopped = true;
    /* libuv gives the signals their default back when a loop goes, and that is to end the process. */
    set_signals(SIG_BLOCK, false);
    set_signals(SIG_BLOCK, true);
    uv_stop(&loop->uv);
}
