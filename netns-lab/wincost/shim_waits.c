/* Calls that wait for descriptors: with a coarse tick, a wait that runs out ends late. */
#include "netns-lab/wincost/shim.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <time.h>

#define PUBLIC __attribute__((visibility("default")))
#define MS_NS  1000000

/* A wait in milliseconds, rounded up to whole ones. */
static int ticked_ms(int timeout_ms)
{
    if (shim_meter.profile.tick_us == 0 || timeout_ms <= 0)
    {
        return timeout_ms;
    }
    int64_t asked_ns = (int64_t)timeout_ms * MS_NS;
    int64_t wait_ns = wincost_tick_wait(&shim_meter.profile, wincost_now_ns(), asked_ns);
    shim_count(WINCOST_TICKED, wait_ns > asked_ns);
    int64_t wait_ms = (wait_ns + MS_NS - 1) / MS_NS;
    return wait_ms < INT32_MAX ? (int)wait_ms : timeout_ms;
}

/* NULL stays; otherwise *room gets the longer wait. */
static const struct timespec *ticked_time(const struct timespec *timeout, struct timespec *room)
{
    if (timeout == NULL || shim_meter.profile.tick_us == 0 || timeout->tv_sec > 1000000)
    {
        return timeout;
    }
    int64_t asked_ns = (int64_t)timeout->tv_sec * 1000000000 + timeout->tv_nsec;
    int64_t wait_ns = wincost_tick_wait(&shim_meter.profile, wincost_now_ns(), asked_ns);
    shim_count(WINCOST_TICKED, wait_ns > asked_ns);
    *room = (struct timespec){wait_ns / 1000000000, wait_ns % 1000000000};
    return room;
}

PUBLIC int poll(struct pollfd *list, nfds_t count, int timeout_ms)
{
    SHIM_REAL(int (*)(struct pollfd *, nfds_t, int), "poll");
    return real(list, count, ticked_ms(timeout_ms));
}

int __poll_chk(struct pollfd *list, nfds_t count, int timeout_ms, size_t room);
PUBLIC int __poll_chk(struct pollfd *list, nfds_t count, int timeout_ms, size_t room)
{
    SHIM_REAL(int (*)(struct pollfd *, nfds_t, int, size_t), "__poll_chk");
    return real(list, count, ticked_ms(timeout_ms), room);
}

PUBLIC int ppoll(struct pollfd *list, nfds_t count, const struct timespec *timeout, const sigset_t *mask)
{
    SHIM_REAL(int (*)(struct pollfd *, nfds_t, const struct timespec *, const sigset_t *), "ppoll");
    struct timespec room;
    return real(list, count, ticked_time(timeout, &room), mask);
}

PUBLIC int epoll_wait(int fd, struct epoll_event *events, int count, int timeout_ms)
{
    SHIM_REAL(int (*)(int, struct epoll_event *, int, int), "epoll_wait");
    return real(fd, events, count, ticked_ms(timeout_ms));
}

PUBLIC int epoll_pwait(int fd, struct epoll_event *events, int count, int timeout_ms, const sigset_t *mask)
{
    SHIM_REAL(int (*)(int, struct epoll_event *, int, int, const sigset_t *), "epoll_pwait");
    return real(fd, events, count, ticked_ms(timeout_ms), mask);
}

PUBLIC int select(int count, fd_set *restrict in, fd_set *restrict out, fd_set *restrict odd,
                  struct timeval *restrict timeout)
{
    SHIM_REAL(int (*)(int, fd_set *, fd_set *, fd_set *, struct timeval *), "select");
    if (timeout == NULL || shim_meter.profile.tick_us == 0)
    {
        return real(count, in, out, odd, timeout);
    }
    struct timespec asked = {timeout->tv_sec, timeout->tv_usec * 1000};
    struct timespec room;
    const struct timespec *longer = ticked_time(&asked, &room);
    struct timeval wait = {longer->tv_sec, (longer->tv_nsec + 999) / 1000};
    return real(count, in, out, odd, &wait);
}
