/* Child processes: each in its own process group, with a deadline, its output in
 * a file and its resource usage kept. Waited for through a pidfd, so no signal
 * handler is involved and no pid can be mistaken for another. */
#ifndef OV_LAB_PROC_H
#define OV_LAB_PROC_H

#include "lib/err.h"
#include "lib/loop.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

struct lab_proc_spec
{
    const char *const *argv; /* argv[0] is looked up in $PATH and the sbin directories */
    const char *netns;       /* NULL: where we are */
    const char *out_path;    /* standard output and error, appended; NULL discards them */
    const char *err_path;    /* standard error apart; NULL: with standard output */
};

/* All-zero means "never started". Must not move while started. */
struct lab_proc
{
    struct lab_loop *loop;
    pid_t pid;
    int pidfd;
    bool running;
    bool handle_open;
    int wait_status; /* valid once started and not running */
    struct rusage usage;
    uint64_t started_us;
    uint64_t ended_us;
    uv_poll_t watch;
};

/* LAB_ERR_ABSENT when the program is not there, LAB_ERR_SYSTEM. */
LAB_MUST_USE enum lab_err lab_proc_spawn(struct lab_loop *loop, struct lab_proc *proc,
                                         const struct lab_proc_spec *spec, struct lab_why *why);

/* LAB_OK once it ended; LAB_ERR_TIMEOUT, LAB_ERR_INTERRUPTED. */
LAB_MUST_USE enum lab_err lab_proc_wait(struct lab_proc *proc, uint64_t timeout_ms);

/* Sends a signal to the process alone. */
void lab_proc_signal(struct lab_proc *proc, int signal_number);

/* Kills the whole group, waits, and releases the handle. Safe at any time. */
void lab_proc_clear(struct lab_proc *proc);

/* True when it ended by itself with this status. */
bool lab_proc_exited_with(const struct lab_proc *proc, int status);

/* "exit status 1", "killed by SIGSEGV", "still running". */
void lab_proc_end_text(const struct lab_proc *proc, char *text, size_t size);

double lab_proc_cpu_seconds(const struct lab_proc *proc);

/* Spawns, waits, clears. *status is the exit status, or 128 + signal. */
LAB_MUST_USE enum lab_err lab_proc_run(struct lab_loop *loop, const struct lab_proc_spec *spec,
                                       uint64_t timeout_ms, int *status, struct lab_why *why);

/* Same, and returns what it wrote to standard output (caller frees), standard
 * error discarded. For tools whose answer is short: at most 1 MiB is read. */
LAB_MUST_USE enum lab_err lab_proc_output(struct lab_loop *loop, const struct lab_proc_spec *spec,
                                          uint64_t timeout_ms, int *status, char **text, struct lab_why *why);

#endif
