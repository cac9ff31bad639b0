/* The emulator at work: two tun devices, a pipe each way, one thread. */
#ifndef OV_LINKEMU_ENGINE_H
#define OV_LINKEMU_ENGINE_H

#include "netns-lab/linkemu/devstat.h"
#include "netns-lab/linkemu/frame.h"
#include "netns-lab/linkemu/pipe.h"
#include "netns-lab/linkemu/steer.h"
#include "netns-lab/linkemu/tun.h"
#include "netns-lab/linkemu/why.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>

struct emu_engine
{
    struct emu_tun tuns[2]; /* 0 towards the client, 1 towards the server */
    struct emu_pipe pipes[2];
    struct emu_steer steer;
    struct emu_rebind rebind;
    struct emu_frames frames;
    struct emu_frame *scratch; /* where the next frame is read */
    int icmp_fds[2];
    int signal_fd;
    int control_fd; /* -1: none */
    FILE *report;   /* a JSON line on SIGUSR1 and at the end */
    FILE *log;      /* decisions; NULL: none */
    uint64_t coalesce_ns;
    uint64_t wakeups;
    uint64_t began_ns; /* of the account: start, or the last reset */
    struct rusage usage_began;
    struct emu_devstat devices_began;
    bool stopped;
    int failed_errno; /* a device went away */
};

/* pipes must be made; takes over log and report. */
bool emu_engine_open(struct emu_engine *engine, const char *client_if, const char *server_if,
                     struct emu_why *why);

/* Until TERM or INT. USR1 writes a report line, USR2 empties pipes and account; so
 * do commands of control_fd (control.h). False: a device is gone. */
bool emu_engine_run(struct emu_engine *engine, struct emu_why *why);

void emu_engine_close(struct emu_engine *engine);

uint64_t emu_now_ns(void);

#endif
