#include "loop/process.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "loop/loop_private.h"

struct ov_process
{
    uv_process_t handle; /* first: libuv hands its address back */
    void (*done)(void *ctx, int status);
    void *ctx;
};

static void on_closed(uv_handle_t *handle)
{
    free(handle);
}

static void on_end(uv_process_t *handle, int64_t status, int signal)
{
    struct ov_process *process = (struct ov_process *)handle;
    void (*done)(void *ctx, int status) = process->done;
    void *ctx = process->ctx;
    uv_close((uv_handle_t *)handle, on_closed);
    if (done != NULL)
    {
        done(ctx, signal != 0 ? -1 : (int)status);
    }
}

enum ov_err ov_process_start(struct ov_loop *loop, const struct ov_process_spec *spec,
                             struct ov_process **out, const char **reason)
{
    *out = NULL;
    *reason = "out of memory";
    struct ov_process *process = calloc(1, sizeof *process);
    if (process == NULL)
    {
        return OV_ERR_NOMEM;
    }
    process->done = spec->done;
    process->ctx = spec->ctx;
    uv_stdio_container_t stdio[3] = {
        {.flags = UV_IGNORE},
        {.flags = UV_INHERIT_FD, .data.fd = 2},
        {.flags = UV_INHERIT_FD, .data.fd = 2},
    };
    /* libuv takes both lists as changeable and changes neither. */
    uv_process_options_t options = {
        .exit_cb = on_end,
        .file = spec->args[0],
        .args = (char **)(uintptr_t)spec->args,
        .env = (char **)(uintptr_t)spec->env,
        .stdio_count = 3,
        .stdio = stdio,
    };
    int error = uv_spawn(&loop->uv, &process->handle, &options);
    if (error != 0)
    {
        *reason = uv_strerror(error);
        uv_close((uv_handle_t *)&process->handle, on_closed);
        return OV_ERR_IO;
    }
    *out = process;
    return OV_OK;
}

void ov_process_forget(struct ov_process *process)
{
    if (process != NULL)
    {
        (void)uv_process_kill(&process->handle, SIGKILL);
        ov_process_release(process);
    }
}

/* The handle stays until the program has ended: whoever closes it earlier leaves a zombie, for which nobody waits. */
void ov_process_release(struct ov_process *process)
{
    if (process != NULL)
    {
        process->done = NULL;
    }
}

void ov_process_close(uv_handle_t *handle)
{
    uv_close(handle, on_closed);
}
