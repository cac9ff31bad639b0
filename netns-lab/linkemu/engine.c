#include "netns-lab/linkemu/engine.h"

#include "netns-lab/linkemu/control.h"
#include "netns-lab/linkemu/decisions.h"
#include "netns-lab/linkemu/icmp.h"
#include "netns-lab/linkemu/report.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define READ_BUDGET    64u     /* frames of one direction before the other has its turn */
#define SMALL_FRAME    16384u  /* one that waits is copied into as much memory as it needs */
#define COALESCE_NS    150000u /* sleep that lets packets gather; */
#define NICE           (-10)
#define COALESCE_SHARE 50u /* never more than this part of the delay */

uint64_t emu_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void begin_account(struct emu_engine *engine)
{
    const char *const devices[] = {engine->tuns[0].name, engine->tuns[1].name, engine->steer.interface[0],
                                   engine->steer.interface[1]};
    engine->began_ns = emu_now_ns();
    engine->wakeups = 0;
    getrusage(RUSAGE_SELF, &engine->usage_began);
    emu_devstat_read(&engine->devices_began, devices, sizeof devices / sizeof devices[0]);
}

static bool open_signals(struct emu_engine *engine, struct emu_why *why)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_BLOCK, &set, NULL);
    engine->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return engine->signal_fd >= 0 || emu_why_errno(why, "signalfd");
}

static void note_up(void *arg, const struct emu_decision *decision)
{
    char line[EMU_DECISION_LEN];
    fwrite(line, 1, emu_decision_write(line, 0, decision), arg);
}

static void note_down(void *arg, const struct emu_decision *decision)
{
    char line[EMU_DECISION_LEN];
    fwrite(line, 1, emu_decision_write(line, 1, decision), arg);
}

static void tell_too_big(void *arg, const struct emu_packet *packet, uint32_t mtu)
{
    emu_icmp_send(((struct emu_engine *)arg)->icmp_fds, packet, mtu);
}

static void connect_pipes(struct emu_engine *engine)
{
    uint64_t shortest = UINT64_MAX;
    for (unsigned i = 0; i < 2; i++)
    {
        struct emu_pipe *pipe = &engine->pipes[i];
        pipe->too_big = tell_too_big;
        pipe->too_big_arg = engine;
        pipe->rebind = &engine->rebind;
        if (engine->log != NULL)
        {
            pipe->decider.note = i == 0 ? note_up : note_down;
            pipe->decider.note_arg = engine->log;
        }
        shortest = pipe->spec.delay_ns < shortest ? pipe->spec.delay_ns : shortest;
    }
    shortest /= COALESCE_SHARE;
    engine->coalesce_ns = shortest < COALESCE_NS ? shortest : COALESCE_NS;
}

bool emu_engine_open(struct emu_engine *engine, const char *client_if, const char *server_if,
                     struct emu_why *why)
{
    engine->tuns[0].fd = engine->tuns[1].fd = engine->signal_fd = -1;
    engine->icmp_fds[0] = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
    engine->icmp_fds[1] = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMPV6);
    engine->scratch = emu_frame_new(&engine->frames, EMU_FRAME_ROOM);
    if (engine->icmp_fds[0] < 0 || engine->icmp_fds[1] < 0 || engine->scratch == NULL)
    {
        return emu_why_errno(why, "raw sockets");
    }
    if (!open_signals(engine, why) || !emu_tun_open(&engine->tuns[0], "emu-client", why) ||
        !emu_tun_open(&engine->tuns[1], "emu-server", why))
    {
        return false;
    }
    engine->steer =
        (struct emu_steer){{client_if, server_if}, {engine->tuns[0].index, engine->tuns[1].index}};
    connect_pipes(engine);
    prctl(PR_SET_TIMERSLACK, 1ul, 0ul, 0ul, 0ul);
    if (!emu_pipe_instant(&engine->pipes[0]) || !emu_pipe_instant(&engine->pipes[1]))
    {
        /* Who has to be on time goes first; who only passes on must not push the ends aside. Without the
         * right to it, lateness is seen in the account. */
        (void)setpriority(PRIO_PROCESS, 0, NICE);
    }
    begin_account(engine);
    return emu_steer_on(&engine->steer, why);
}

/* Reads one frame and hands it to its pipe. False: there is none. */
static bool take_one(struct emu_engine *engine, unsigned direction, uint64_t *now_ns)
{
    struct emu_pipe *pipe = &engine->pipes[direction];
    struct emu_frame *frame = engine->scratch;
    if (!emu_tun_read(&engine->tuns[direction], frame))
    {
        engine->failed_errno = errno != EAGAIN && errno != EINTR ? errno : engine->failed_errno;
        return false;
    }
    *now_ns = emu_now_ns();
    if (emu_pipe_instant(pipe) || frame->len > SMALL_FRAME)
    {
        emu_pipe_take(pipe, frame, *now_ns);
        return true;
    }
    struct emu_frame *copy = emu_frame_copy(&engine->frames, frame);
    if (copy == NULL)
    {
        pipe->account.memory_drops++;
        return true;
    }
    emu_pipe_take(pipe, copy, *now_ns);
    emu_frame_drop(&engine->frames, copy);
    return true;
}

/* The scratch frame stays ours unless something waits for it. */
static bool renew_scratch(struct emu_engine *engine)
{
    if (engine->scratch->refs > 1)
    {
        emu_frame_drop(&engine->frames, engine->scratch);
        engine->scratch = emu_frame_new(&engine->frames, EMU_FRAME_ROOM);
    }
    return engine->scratch != NULL;
}

static unsigned send_due(struct emu_engine *engine, unsigned direction, uint64_t now_ns)
{
    return emu_pipe_send(&engine->pipes[direction], now_ns, emu_tun_write, &engine->tuns[1 - direction]);
}

/* Returns how many frames were read. */
static unsigned drain(struct emu_engine *engine, unsigned direction)
{
    unsigned count = 0;
    uint64_t now_ns;
    while (count < READ_BUDGET && engine->scratch != NULL && take_one(engine, direction, &now_ns))
    {
        count++;
        send_due(engine, direction, now_ns);
        if (!renew_scratch(engine))
        {
            engine->failed_errno = ENOMEM;
        }
    }
    return count;
}

static void begin_anew(struct emu_engine *engine)
{
    emu_pipe_reset(&engine->pipes[0]);
    emu_pipe_reset(&engine->pipes[1]);
    engine->rebind = (struct emu_rebind){0};
    begin_account(engine);
    if (engine->log != NULL)
    {
        fflush(engine->log);
        rewind(engine->log);
        engine->failed_errno = ftruncate(fileno(engine->log), 0) == 0 ? 0 : errno;
    }
    fprintf(engine->report, "{\"reset\":true}\n");
    fflush(engine->report);
}

static void handle_commands(struct emu_engine *engine)
{
    struct emu_command command;
    while (emu_control_next(engine->control_fd, &command))
    {
        if (command.verb == EMU_TELL_REPORT)
        {
            (void)emu_report_write(engine, false);
        }
        else if (command.verb == EMU_TELL_RESET)
        {
            begin_anew(engine);
        }
        else if (command.verb == EMU_TELL_REBIND)
        {
            emu_rebind_again(&engine->rebind, command.ports, command.addresses);
        }
        for (unsigned i = 0; command.verb == EMU_TELL_BLACKHOLE && i < 2; i++)
        {
            if (command.ways[i])
            {
                engine->pipes[i].blackhole_until_ns = emu_now_ns() + command.ns;
            }
        }
    }
}

static void handle_signals(struct emu_engine *engine)
{
    struct signalfd_siginfo info;
    while (read(engine->signal_fd, &info, sizeof info) == (ssize_t)sizeof info)
    {
        switch (info.ssi_signo)
        {
        case SIGUSR1:
            (void)emu_report_write(engine, false);
            break;
        case SIGUSR2:
            begin_anew(engine);
            break;
        default:
            engine->stopped = true;
            break;
        }
    }
}

static void sleep_until(uint64_t at_ns)
{
    struct timespec at = {(time_t)(at_ns / 1000000000u), (long)(at_ns % 1000000000u)};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
}

/* Waits for a frame, a signal, or the time of the next parcel. */
static void wait_for_work(struct emu_engine *engine, uint64_t now_ns, uint64_t next_ns)
{
    struct pollfd fds[4] = {{engine->tuns[0].fd, POLLIN, 0},
                            {engine->tuns[1].fd, POLLIN, 0},
                            {engine->signal_fd, POLLIN, 0},
                            {engine->control_fd, POLLIN, 0}};
    struct timespec wait = {0};
    if (next_ns != UINT64_MAX && next_ns > now_ns)
    {
        wait.tv_sec = (time_t)((next_ns - now_ns) / 1000000000u);
        wait.tv_nsec = (long)((next_ns - now_ns) % 1000000000u);
    }
    ppoll(fds, 4, next_ns == UINT64_MAX ? NULL : &wait, NULL);
    engine->wakeups++;
    if (fds[2].revents != 0)
    {
        handle_signals(engine);
    }
    if (fds[3].revents != 0)
    {
        handle_commands(engine);
    }
}

/* One round over both directions. Returns when there is something to do next. */
static uint64_t turn(struct emu_engine *engine, unsigned *taken)
{
    uint64_t next_ns = UINT64_MAX;
    *taken = drain(engine, 0) + drain(engine, 1);
    uint64_t now_ns = emu_now_ns();
    for (unsigned i = 0; i < 2; i++)
    {
        uint64_t at_ns = emu_pipe_next_ns(&engine->pipes[i], now_ns);
        if (at_ns <= now_ns)
        {
            send_due(engine, i, now_ns);
            at_ns = emu_pipe_next_ns(&engine->pipes[i], now_ns);
        }
        next_ns = at_ns < next_ns ? at_ns : next_ns;
    }
    return next_ns;
}

bool emu_engine_run(struct emu_engine *engine, struct emu_why *why)
{
    unsigned rounds = 0;
    while (!engine->stopped && engine->failed_errno == 0)
    {
        unsigned taken;
        uint64_t next_ns = turn(engine, &taken);
        uint64_t now_ns = emu_now_ns();
        if (taken == 0 || next_ns <= now_ns || ++rounds % READ_BUDGET == 0)
        {
            wait_for_work(engine, now_ns, taken > 0 ? now_ns : next_ns);
        }
        else if (engine->coalesce_ns > 0)
        {
            /* More will come where some has come: let it gather, but be on time. */
            uint64_t until_ns = now_ns + engine->coalesce_ns;
            sleep_until(until_ns < next_ns ? until_ns : next_ns);
            engine->wakeups++;
        }
    }
    errno = engine->failed_errno;
    return engine->failed_errno == 0 || emu_why_errno(why, "a device of the link failed");
}

void emu_engine_close(struct emu_engine *engine)
{
    if (engine->steer.interface[0] != NULL)
    {
        emu_steer_off(&engine->steer);
    }
    for (unsigned i = 0; i < 2; i++)
    {
        emu_pipe_clear(&engine->pipes[i]);
        emu_tun_close(&engine->tuns[i]);
        if (engine->icmp_fds[i] >= 0)
        {
            close(engine->icmp_fds[i]);
        }
    }
    if (engine->scratch != NULL)
    {
        emu_frame_drop(&engine->frames, engine->scratch);
    }
    emu_frames_clear(&engine->frames);
    if (engine->signal_fd >= 0)
    {
        close(engine->signal_fd);
    }
}
