#include "loop/loop_private.h"

#include <stdlib.h>

static void on_closed(uv_handle_t *handle)
{
    free(handle);
}

static void on_poll(uv_poll_t *handle, int status, int events)
{
    struct ov_watcher *watcher = (struct ov_watcher *)handle;
    (void)events;
    watcher->loop->ready |= OV_READY(watcher->which);
    if (status < 0)
    {
        /* libuv stops watching a file with an error. One that reading clears
         * is watched again; a device that is gone reports it again at once, so
         * its owner must act on the bit. */
        watcher->loop->ready |= OV_FAILED(watcher->which);
        (void)uv_poll_start(handle, UV_READABLE, on_poll);
    }
}

void ov_loop_unwatch(struct ov_loop *loop, enum ov_watch which)
{
    if (loop->watchers[which] != NULL)
    {
        uv_close((uv_handle_t *)loop->watchers[which], on_closed);
        loop->watchers[which] = NULL;
        loop->ready &= ~(OV_READY(which) | OV_FAILED(which));
    }
}

enum ov_err ov_loop_watch(struct ov_loop *loop, enum ov_watch which, int fd)
{
    ov_loop_unwatch(loop, which);
    struct ov_watcher *watcher = calloc(1, sizeof *watcher);
    if (watcher == NULL)
    {
        return OV_ERR_NOMEM;
    }
    watcher->loop = loop;
    watcher->which = which;
    if (uv_poll_init(&loop->uv, &watcher->poll, fd) != 0)
    {
        free(watcher);
        return OV_ERR_IO;
    }
    loop->watchers[which] = watcher;
    return uv_poll_start(&watcher->poll, UV_READABLE, on_poll) == 0 ? OV_OK : OV_ERR_IO;
}

void ov_loop_pause(struct ov_loop *loop, enum ov_watch which, bool on)
{
    struct ov_watcher *watcher = loop->watchers[which];
    if (watcher == NULL || watcher->paused == on)
    {
        return;
    }
    watcher->paused = on;
    if (on)
    {
        (void)uv_poll_stop(&watcher->poll);
        return;
    }
    (void)uv_poll_start(&watcher->poll, UV_READABLE, on_poll);
}

static void close_embedded(uv_handle_t *handle, void *arg)
{
    (void)arg;
    if (!uv_is_closing(handle) && uv_handle_get_type(handle) == UV_PROCESS)
    {
        ov_process_close(handle);
    }
    else if (!uv_is_closing(handle))
    {
        uv_close(handle, NULL);
    }
}

bool ov_loop_free(struct ov_loop *loop)
{
    if (loop == NULL)
    {
        return true;
    }
    for (int which = 0; which < OV_WATCH_COUNT; which++)
    {
        ov_loop_unwatch(loop, (enum ov_watch)which);
    }
    uv_walk(&loop->uv, close_embedded, NULL);
    ov_loop_forget_lookup(loop);
    /* One turn cancels a lookup that waits for a thread, one closes handles.
     * A lookup that a thread works on is given a moment: an address, or a name
     * of the hosts file, is done at once; a silent name server takes seconds. */
    (void)uv_run(&loop->uv, UV_RUN_NOWAIT);
    (void)uv_run(&loop->uv, UV_RUN_NOWAIT);
    for (int waits = 0; waits < 10 && loop->lookups_running > 0; waits++)
    {
        uv_sleep(10);
        (void)uv_run(&loop->uv, UV_RUN_NOWAIT);
    }
    if (loop->lookups_running > 0 || uv_loop_close(&loop->uv) != 0)
    {
        return false;
    }
    free(loop);
    return true;
}
