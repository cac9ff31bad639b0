#include "lib/loop.h"

#include "lib/clock.h"

#include <poll.h>
#include <signal.h>
#include <string.h>

#define TICK_MS 200

static void on_signal(uv_signal_t *handle, int signal_number)
{
    struct lab_loop *loop = handle->data;
    if (loop->stop_signal == 0)
    {
        loop->stop_signal = signal_number;
    }
}

static void on_tick(uv_timer_t *timer)
{
    struct lab_loop *loop = timer->data;
    struct pollfd out = {.fd = loop->output_fd};
    if (loop->stop_signal == 0 && loop->output_fd >= 0 && poll(&out, 1, 0) > 0 &&
        (out.revents & (POLLERR | POLLHUP)) != 0)
    {
        loop->stop_signal = SIGPIPE;
    }
    if (loop->on_tick != NULL)
    {
        loop->on_tick(loop->tick_arg);
    }
}

static void on_poll(uv_timer_t *timer)
{
    (void)timer; /* Its only work is to wake the loop. */
}

enum lab_err lab_loop_init(struct lab_loop *loop, int output_fd, struct lab_why *why)
{
    static const int wanted[3] = {SIGINT, SIGTERM, SIGHUP};
    *loop = (struct lab_loop){.output_fd = output_fd};
    int code = uv_loop_init(&loop->uv);
    if (code != 0)
    {
        return lab_why_set(why, LAB_ERR_SYSTEM, "event loop: %s", uv_strerror(code));
    }
    for (size_t i = 0; code == 0 && i < 3; i++)
    {
        uv_signal_init(&loop->uv, &loop->signals[i]);
        loop->signals[i].data = loop;
        code = uv_signal_start(&loop->signals[i], on_signal, wanted[i]);
    }
    uv_timer_init(&loop->uv, &loop->tick);
    uv_timer_init(&loop->uv, &loop->poll);
    loop->tick.data = loop;
    uv_timer_start(&loop->tick, on_tick, TICK_MS, TICK_MS);
    signal(SIGPIPE, SIG_IGN);
    return code == 0 ? LAB_OK : lab_why_set(why, LAB_ERR_SYSTEM, "signals: %s", uv_strerror(code));
}

void lab_loop_clear(struct lab_loop *loop)
{
    for (size_t i = 0; i < 3; i++)
    {
        uv_close((uv_handle_t *)&loop->signals[i], NULL);
    }
    uv_close((uv_handle_t *)&loop->tick, NULL);
    uv_close((uv_handle_t *)&loop->poll, NULL);
    uv_run(&loop->uv, UV_RUN_DEFAULT);
    uv_loop_close(&loop->uv);
    if (loop->stop_signal != 0 && loop->stop_signal != SIGPIPE && !loop->cleaning)
    {
        raise(loop->stop_signal);
    }
}

enum lab_err lab_loop_until(struct lab_loop *loop, bool (*done)(void *arg), void *arg, unsigned poll_ms,
                            uint64_t timeout_ms)
{
    uint64_t deadline = lab_now_ms() + timeout_ms;
    enum lab_err err = LAB_OK;
    uv_update_time(&loop->uv);
    uv_timer_start(&loop->poll, on_poll, poll_ms, poll_ms);
    while (!done(arg))
    {
        if (loop->stop_signal != 0 && !loop->cleaning)
        {
            err = LAB_ERR_INTERRUPTED;
            break;
        }
        if (lab_now_ms() >= deadline)
        {
            err = LAB_ERR_TIMEOUT;
            break;
        }
        uv_run(&loop->uv, UV_RUN_ONCE);
    }
    uv_timer_stop(&loop->poll);
    return err;
}

void lab_loop_turn(struct lab_loop *loop)
{
    uv_run(&loop->uv, UV_RUN_NOWAIT);
}

const char *lab_loop_stop_name(const struct lab_loop *loop)
{
    switch (loop->stop_signal)
    {
    case 0:
        return "";
    case SIGPIPE:
        return "output closed";
    case SIGINT:
        return "SIGINT";
    case SIGTERM:
        return "SIGTERM";
    default:
        return "SIGHUP";
    }
}
