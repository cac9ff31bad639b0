#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/sockaddr.h"
#include "net/tcp_private.h"

#define ACCEPTS 64u           /* a batch at most: those who are connected come first */
#define REST_MS UINT64_C(200) /* without file descriptors */

/* Batches are large where there is much to send, and where there is little it
 * must not wait for acknowledgements. What the kernel holds unsent only adds
 * delay: two batches keep it busy, and tcp_pace.c says when they are too much. */
void ov_tcp_socket_tune(const struct ov_tcp_settings *settings, int fd)
{
    int on = 1;
    int unsent = OV_TCP_UNSENT;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
    if (settings->sndbuf > 0)
    {
        (void)ov_sockbuf_set(fd, OV_SOCKBUF_SEND, settings->sndbuf);
    }
    if (settings->rcvbuf > 0)
    {
        (void)ov_sockbuf_set(fd, OV_SOCKBUF_RECEIVE, settings->rcvbuf);
    }
}

void ov_tcp_listener_watch(struct ov_tcp *t, bool on)
{
    struct epoll_event event = {.events = on ? EPOLLIN : 0, .data.ptr = NULL};
    t->listener_rests = !on;
    t->rests_until_ms = t->now.mono_ms + REST_MS;
    (void)epoll_ctl(t->epoll, EPOLL_CTL_MOD, t->listener, &event);
}

/* The oldest that has no session: honest clients have one within a round trip. */
static bool evict(struct ov_tcp *t)
{
    struct ov_tcp_conn *oldest = TAILQ_FIRST(&t->waiting);
    if (oldest == NULL)
    {
        return false;
    }
    ov_tcp_conn_lose(t, oldest, OV_ERR_LIMIT, "too many connections without a session");
    return true;
}

static bool out_of_files(int reason)
{
    return reason == EMFILE || reason == ENFILE || reason == ENOBUFS || reason == ENOMEM;
}

/* False: no more for now. */
static bool accept_one(struct ov_tcp *t)
{
    struct sockaddr_storage from;
    socklen_t len = sizeof from;
    struct ov_addr addr;
    int fd = accept4(t->listener, (struct sockaddr *)&from, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0 && out_of_files(errno))
    {
        if (!evict(t))
        {
            ov_tcp_listener_watch(t, false);
            return false;
        }
        return true;
    }
    if (fd < 0)
    {
        return errno == ECONNABORTED || errno == EINTR;
    }
    const bool crowded = t->unclaimed >= t->settings.max_unclaimed || t->count >= t->settings.max_connections;
    if ((crowded && !evict(t)) || !ov_addr_from_sockaddr((const struct sockaddr *)&from, len, &addr))
    {
        (void)close(fd);
        return true;
    }
    ov_tcp_socket_tune(&t->settings, fd);
    (void)ov_tcp_conn_new(t, fd, &addr, OV_TCP_OPEN);
    return true;
}

void ov_tcp_accept(struct ov_tcp *t)
{
    for (unsigned i = 0; i < ACCEPTS && accept_one(t); i++)
    {
    }
}
