#include "perf/lab/bulk.h"

#include "lib/clock.h"
#include "lib/ns.h"
#include "perf/lab/plan.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define CONNECT_MS 20000u
#define CHUNK      (128 * 1024) /* of one stream in its turn */

struct streams
{
    const struct perf_bulk *bulk;
    int listener;
    int near[PERF_CLIENT_MAX]; /* the clients' ends */
    int far[PERF_CLIENT_MAX];  /* the server's, in the clients' order; -1: not accepted yet */
    _Atomic uint64_t *octets;  /* received so far, shared with the receiving child */
};

struct opening
{
    const struct perf_bulk *bulk;
    bool listens;
    int fd;
    int error;
};

/* Called in the namespace where the socket shall live. */
static void open_here(void *arg)
{
    struct opening *opening = arg;
    int on = 1;
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons(opening->bulk->port)};
    opening->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (opening->fd < 0 || inet_pton(AF_INET, opening->bulk->target, &addr.sin_addr) != 1)
    {
        opening->error = opening->fd < 0 ? errno : EINVAL;
        return;
    }
    (void)setsockopt(opening->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    int status = 0;
    if (opening->listens)
    {
        status = bind(opening->fd, (struct sockaddr *)&addr, sizeof addr);
        status = status == 0 ? listen(opening->fd, PERF_CLIENT_MAX) : status;
    }
    else
    {
        status = connect(opening->fd, (struct sockaddr *)&addr, sizeof addr);
    }
    opening->error = status == 0 || errno == EINPROGRESS ? 0 : errno;
}

static bool open_one(const struct perf_bulk *bulk, const char *netns, bool listens, int *fd)
{
    struct lab_why why;
    struct opening opening = {.bulk = bulk, .listens = listens, .fd = -1};
    enum lab_err err = lab_ns_call(netns, open_here, &opening, &why);
    if (err != LAB_OK || opening.error != 0)
    {
        fprintf(stderr, "bulk: %s in %s: %s\n", listens ? "listening" : "connecting", netns,
                err != LAB_OK ? why.text : strerror(opening.error));
        return false;
    }
    *fd = opening.fd;
    return true;
}

/* Whose end was accepted? Its address is that of a client's socket: nobody translates here. */
static bool match(struct streams *streams, int fd, const struct sockaddr_in *peer)
{
    for (uint32_t i = 0; i < streams->bulk->clients; i++)
    {
        struct sockaddr_in own;
        socklen_t len = sizeof own;
        if (getsockname(streams->near[i], (struct sockaddr *)&own, &len) == 0 &&
            own.sin_addr.s_addr == peer->sin_addr.s_addr && own.sin_port == peer->sin_port)
        {
            streams->far[i] = fd;
            return true;
        }
    }
    return false;
}

static bool accept_all(struct streams *streams)
{
    uint64_t deadline_ms = lab_now_ms() + CONNECT_MS;
    uint32_t count = 0;
    while (count < streams->bulk->clients && lab_now_ms() < deadline_ms)
    {
        struct pollfd wait = {.fd = streams->listener, .events = POLLIN};
        struct sockaddr_in peer;
        socklen_t len = sizeof peer;
        (void)poll(&wait, 1, 100);
        int fd = accept4(streams->listener, (struct sockaddr *)&peer, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0)
        {
            count += match(streams, fd, &peer);
        }
    }
    if (count < streams->bulk->clients)
    {
        fprintf(stderr, "bulk: %u of %u clients reached the server within %u s\n", count,
                streams->bulk->clients, CONNECT_MS / 1000);
    }
    return count == streams->bulk->clients;
}

static int watch_all(const int *fds, uint32_t count, uint32_t events)
{
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    for (uint32_t i = 0; epoll >= 0 && i < count; i++)
    {
        struct epoll_event event = {.events = events, .data.u32 = i};
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, fds[i], &event) != 0)
        {
            return -1;
        }
    }
    return epoll;
}

/* Runs until it is killed. A stream that fails is no longer watched: what it lacks shows in the figures. */
static void move(struct streams *streams, const int *fds, bool sends)
{
    static uint8_t chunk[CHUNK];
    int epoll = watch_all(fds, streams->bulk->clients, sends ? EPOLLOUT : EPOLLIN);
    while (epoll >= 0)
    {
        struct epoll_event ready[PERF_CLIENT_MAX];
        int count = epoll_wait(epoll, ready, PERF_CLIENT_MAX, -1);
        for (int i = 0; i < count; i++)
        {
            uint32_t at = ready[i].data.u32;
            ssize_t len = sends ? send(fds[at], chunk, CHUNK, MSG_NOSIGNAL) : recv(fds[at], chunk, CHUNK, 0);
            if (len > 0 && !sends)
            {
                atomic_fetch_add_explicit(&streams->octets[at], (uint64_t)len, memory_order_relaxed);
            }
            if (len == 0 || (len < 0 && errno != EAGAIN && errno != EINTR))
            {
                (void)epoll_ctl(epoll, EPOLL_CTL_DEL, fds[at], NULL);
            }
        }
    }
    _exit(1);
}

static pid_t start_child(struct streams *streams, const int *fds, bool sends)
{
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0)
    {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() == parent)
        {
            move(streams, fds, sends);
        }
        _exit(1);
    }
    return pid;
}

static void sleep_ms(uint32_t ms)
{
    uint64_t until_ms = lab_now_ms() + ms;
    for (uint64_t now_ms = lab_now_ms(); now_ms < until_ms; now_ms = lab_now_ms())
    {
        (void)poll(NULL, 0, (int)(until_ms - now_ms));
    }
}

static void print_result(const struct perf_bulk *bulk, const uint64_t *before, const uint64_t *after,
                         double seconds)
{
    double sum = 0.0;
    for (uint32_t i = 0; i < bulk->clients; i++)
    {
        sum += (double)(after[i] - before[i]) * 8e-6 / seconds;
    }
    printf("{\"clients\": %u, \"seconds\": %.4f, \"sum_mbps\": %.6g, \"client_mbps\": [", bulk->clients,
           seconds, sum);
    for (uint32_t i = 0; i < bulk->clients; i++)
    {
        printf("%s%.6g", i > 0 ? ", " : "", (double)(after[i] - before[i]) * 8e-6 / seconds);
    }
    printf("]}\n");
}

static void take_counts(const struct streams *streams, uint64_t *counts)
{
    for (uint32_t i = 0; i < streams->bulk->clients; i++)
    {
        counts[i] = atomic_load_explicit(&streams->octets[i], memory_order_relaxed);
    }
}

static int measure(struct streams *streams)
{
    const struct perf_bulk *bulk = streams->bulk;
    uint64_t before[PERF_CLIENT_MAX];
    uint64_t after[PERF_CLIENT_MAX];
    pid_t receiver = start_child(streams, bulk->down ? streams->near : streams->far, false);
    pid_t sender = receiver > 0 ? start_child(streams, bulk->down ? streams->far : streams->near, true) : -1;
    if (sender < 0)
    {
        perror("bulk: fork");
        return 1; /* a receiver dies with its parent */
    }
    sleep_ms(bulk->warm_up_ms);
    uint64_t began_us = lab_now_us();
    take_counts(streams, before);
    sleep_ms(bulk->steady_ms);
    take_counts(streams, after);
    double seconds = (double)(lab_now_us() - began_us) / 1e6;
    kill(sender, SIGKILL);
    kill(receiver, SIGKILL);
    int status = 0;
    while (wait(&status) > 0)
    {
    }
    print_result(bulk, before, after, seconds);
    return 0;
}

int perf_bulk_main(const struct perf_bulk *bulk)
{
    struct streams streams = {.bulk = bulk};
    void *memory = mmap(NULL, PERF_CLIENT_MAX * sizeof *streams.octets, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
    {
        perror("bulk: mmap");
        return 1;
    }
    streams.octets = memory;
    bool open = open_one(bulk, bulk->server_ns, true, &streams.listener);
    for (uint32_t i = 0; open && i < bulk->clients; i++)
    {
        open = open_one(bulk, bulk->client_ns[i], false, &streams.near[i]);
        streams.far[i] = -1;
    }
    return open && accept_all(&streams) ? measure(&streams) : 1;
}
