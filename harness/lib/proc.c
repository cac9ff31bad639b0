#include "lib/proc.h"

#include "lib/clock.h"
#include "lib/file.h"
#include "lib/ns.h"
#include "lib/remote.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define KILL_WAIT_MS 2000
#define OUTPUT_MAX   (1024 * 1024)

/* What the child needs, all prepared before the fork: after it, only calls that
 * cannot allocate. */
struct launch
{
    char program[LAB_PATH_MAX];
    const char *const *argv;
    const char *remote_argv[LAB_REMOTE_ARGS];
    int netns_fd;
    int null_fd;
    int out_fd;
    int err_fd;
    int report_fd; /* closed by a successful exec; carries errno otherwise */
    pid_t parent;
};

static void reap(struct lab_proc *proc, int flags)
{
    if (proc->running && wait4(proc->pid, &proc->wait_status, flags, &proc->usage) == proc->pid)
    {
        proc->running = false;
        proc->ended_us = lab_now_us();
        uv_poll_stop(&proc->watch);
    }
}

static void on_exit_event(uv_poll_t *handle, int status, int events)
{
    (void)status;
    (void)events;
    reap(handle->data, WNOHANG);
}

static void child_fail(int report_fd)
{
    int code = errno;
    ssize_t ignored = write(report_fd, &code, sizeof code);
    (void)ignored;
    _exit(127);
}

static void child_run(const struct launch *launch)
{
    static const int reset[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD};
    sigset_t none;
    sigemptyset(&none);
    for (size_t i = 0; i < sizeof reset / sizeof reset[0]; i++)
    {
        signal(reset[i], SIG_DFL);
    }
    sigprocmask(SIG_SETMASK, &none, NULL);
    setsid();
    if (launch->netns_fd >= 0 && setns(launch->netns_fd, CLONE_NEWNET) != 0)
    {
        child_fail(launch->report_fd);
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != launch->parent)
    {
        _exit(127);
    }
    if (dup2(launch->null_fd, 0) < 0 || dup2(launch->out_fd, 1) < 0 || dup2(launch->err_fd, 2) < 0)
    {
        child_fail(launch->report_fd);
    }
    execv(launch->program, (char *const *)launch->argv);
    child_fail(launch->report_fd);
}

static int open_output(const char *path, int null_fd, struct lab_why *why)
{
    if (path == NULL)
    {
        return null_fd;
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (fd < 0)
    {
        (void)lab_why_errno(why, "%s", path);
    }
    return fd;
}

static void launch_close(struct launch *launch)
{
    if (launch->err_fd >= 0 && launch->err_fd != launch->out_fd && launch->err_fd != launch->null_fd)
    {
        close(launch->err_fd);
    }
    if (launch->out_fd >= 0 && launch->out_fd != launch->null_fd)
    {
        close(launch->out_fd);
    }
    if (launch->null_fd >= 0)
    {
        close(launch->null_fd);
    }
    if (launch->netns_fd >= 0)
    {
        close(launch->netns_fd);
    }
}

static enum lab_err launch_prepare(struct launch *launch, const struct lab_proc_spec *spec,
                                   struct lab_why *why)
{
    *launch = (struct launch){.argv = spec->argv, .netns_fd = -1, .null_fd = -1, .out_fd = -1, .err_fd = -1};
    bool remote = lab_remote_is(spec->netns);
    if (remote)
    {
        enum lab_err err = lab_remote_argv(spec->netns, spec->argv, launch->remote_argv, why);
        if (err != LAB_OK)
        {
            return err;
        }
        launch->argv = launch->remote_argv;
    }
    const char *name = launch->argv[0];
    if (strchr(name, '/') != NULL)
    {
        snprintf(launch->program, sizeof launch->program, "%s", name);
    }
    else if (!lab_program_find(name, launch->program))
    {
        return lab_why_set(why, LAB_ERR_ABSENT, "program '%s' not found", name);
    }
    launch->null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (launch->null_fd < 0)
    {
        return lab_why_errno(why, "/dev/null");
    }
    if (spec->netns != NULL && !remote && (launch->netns_fd = lab_ns_open(spec->netns, why)) < 0)
    {
        return LAB_ERR_SYSTEM;
    }
    launch->out_fd = open_output(spec->out_path, launch->null_fd, why);
    launch->err_fd =
        spec->err_path == NULL ? launch->out_fd : open_output(spec->err_path, launch->null_fd, why);
    return launch->out_fd >= 0 && launch->err_fd >= 0 ? LAB_OK : LAB_ERR_SYSTEM;
}

/* Waits for the exec, which either closes the pipe or sends its errno. */
static int exec_errno(int report_fd)
{
    int code = 0;
    ssize_t got;
    do
    {
        got = read(report_fd, &code, sizeof code);
    } while (got < 0 && errno == EINTR);
    return got == (ssize_t)sizeof code ? code : 0;
}

static enum lab_err watch_start(struct lab_proc *proc, struct lab_why *why)
{
    proc->pidfd = (int)syscall(SYS_pidfd_open, proc->pid, 0);
    if (proc->pidfd < 0)
    {
        return lab_why_errno(why, "pidfd_open");
    }
    fcntl(proc->pidfd, F_SETFD, FD_CLOEXEC);
    int code = uv_poll_init(&proc->loop->uv, &proc->watch, proc->pidfd);
    if (code != 0)
    {
        close(proc->pidfd);
        return lab_why_set(why, LAB_ERR_SYSTEM, "watching a process: %s", uv_strerror(code));
    }
    proc->watch.data = proc;
    proc->handle_open = true;
    uv_poll_start(&proc->watch, UV_READABLE, on_exit_event);
    return LAB_OK;
}

enum lab_err lab_proc_spawn(struct lab_loop *loop, struct lab_proc *proc, const struct lab_proc_spec *spec,
                            struct lab_why *why)
{
    struct launch launch;
    int report[2];
    *proc = (struct lab_proc){.loop = loop, .pidfd = -1};
    enum lab_err err = launch_prepare(&launch, spec, why);
    if (err == LAB_OK && pipe2(report, O_CLOEXEC) != 0)
    {
        err = lab_why_errno(why, "pipe");
    }
    if (err != LAB_OK)
    {
        launch_close(&launch);
        return err;
    }
    launch.report_fd = report[1];
    launch.parent = getpid();
    proc->started_us = lab_now_us();
    proc->pid = fork();
    if (proc->pid == 0)
    {
        child_run(&launch);
    }
    close(report[1]);
    launch_close(&launch);
    int code = proc->pid < 0 ? errno : exec_errno(report[0]);
    close(report[0]);
    proc->running = proc->pid > 0;
    if (code == 0 && (err = watch_start(proc, why)) == LAB_OK)
    {
        return LAB_OK;
    }
    if (proc->pid > 0)
    {
        kill(proc->pid, SIGKILL);
        waitpid(proc->pid, NULL, 0);
    }
    *proc = (struct lab_proc){.pidfd = -1};
    if (code != 0)
    {
        errno = code;
        (void)lab_why_errno(why, "starting %s", spec->argv[0]);
        return code == ENOENT ? LAB_ERR_ABSENT : LAB_ERR_SYSTEM;
    }
    return err;
}

static bool has_ended(void *arg)
{
    return !((struct lab_proc *)arg)->running;
}

enum lab_err lab_proc_wait(struct lab_proc *proc, uint64_t timeout_ms)
{
    return proc->running ? lab_loop_until(proc->loop, has_ended, proc, 100, timeout_ms) : LAB_OK;
}

void lab_proc_signal(struct lab_proc *proc, int signal_number)
{
    if (proc->running)
    {
        kill(proc->pid, signal_number);
    }
}

static void on_close(uv_handle_t *handle)
{
    ((struct lab_proc *)handle->data)->handle_open = false;
}

void lab_proc_clear(struct lab_proc *proc)
{
    if (proc->pid <= 0)
    {
        return;
    }
    kill(-proc->pid, SIGKILL);
    if (proc->running)
    {
        bool was_cleaning = proc->loop->cleaning;
        proc->loop->cleaning = true;
        (void)!lab_proc_wait(proc, KILL_WAIT_MS);
        proc->loop->cleaning = was_cleaning;
        reap(proc, WNOHANG);
    }
    if (proc->handle_open)
    {
        uv_close((uv_handle_t *)&proc->watch, on_close);
        while (proc->handle_open)
        {
            lab_loop_turn(proc->loop);
        }
        close(proc->pidfd);
    }
    proc->pidfd = -1;
    proc->pid = 0;
}

bool lab_proc_exited_with(const struct lab_proc *proc, int status)
{
    return !proc->running && WIFEXITED(proc->wait_status) && WEXITSTATUS(proc->wait_status) == status;
}

void lab_proc_end_text(const struct lab_proc *proc, char *text, size_t size)
{
    if (proc->running)
    {
        snprintf(text, size, "still running");
    }
    else if (WIFSIGNALED(proc->wait_status))
    {
        const char *name = sigabbrev_np(WTERMSIG(proc->wait_status));
        snprintf(text, size, "killed by SIG%s", name != NULL ? name : "?");
    }
    else
    {
        snprintf(text, size, "exit status %d", WEXITSTATUS(proc->wait_status));
    }
}

double lab_proc_cpu_seconds(const struct lab_proc *proc)
{
    return (double)(proc->usage.ru_utime.tv_sec + proc->usage.ru_stime.tv_sec) +
           (double)(proc->usage.ru_utime.tv_usec + proc->usage.ru_stime.tv_usec) / 1e6;
}

enum lab_err lab_proc_run(struct lab_loop *loop, const struct lab_proc_spec *spec, uint64_t timeout_ms,
                          int *status, struct lab_why *why)
{
    struct lab_proc proc;
    *status = -1;
    enum lab_err err = lab_proc_spawn(loop, &proc, spec, why);
    if (err != LAB_OK)
    {
        return err;
    }
    err = lab_proc_wait(&proc, timeout_ms);
    if (err == LAB_OK)
    {
        *status =
            WIFEXITED(proc.wait_status) ? WEXITSTATUS(proc.wait_status) : 128 + WTERMSIG(proc.wait_status);
    }
    else if (err == LAB_ERR_TIMEOUT)
    {
        (void)lab_why_set(why, err, "%s did not end within %.1f s", spec->argv[0], (double)timeout_ms / 1e3);
    }
    else
    {
        (void)lab_why_set(why, err, "interrupted by %s", lab_loop_stop_name(loop));
    }
    lab_proc_clear(&proc);
    return err;
}

enum lab_err lab_proc_output(struct lab_loop *loop, const struct lab_proc_spec *spec, uint64_t timeout_ms,
                             int *status, char **text, struct lab_why *why)
{
    *text = NULL;
    int fd = memfd_create("output", MFD_CLOEXEC);
    if (fd < 0)
    {
        return lab_why_errno(why, "memfd_create");
    }
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)getpid(), fd);
    struct lab_proc_spec with_output = *spec;
    with_output.out_path = path;
    with_output.err_path = spec->err_path != NULL ? spec->err_path : "/dev/null";
    enum lab_err err = lab_proc_run(loop, &with_output, timeout_ms, status, why);
    size_t len;
    if (err == LAB_OK)
    {
        err = lab_file_read(path, OUTPUT_MAX, text, &len, why);
    }
    close(fd);
    return err;
}
