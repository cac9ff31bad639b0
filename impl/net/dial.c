#include "net/dial.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/sockaddr.h"
#include "net/tcp_private.h"

#define PEEK 4096u /* looked at in one call */

struct ov_dial
{
    int epoll; /* watches the socket, is watched by the program */
    int fd;    /* -1: none */
    bool connected;
    struct ov_tcp_settings settings;
    struct ov_addr address;
    size_t out_at;
    char text[OV_LINK_TEXT]; /* why there is no connection; "": see proxy.reason */
    struct ov_proxy proxy;
};

int ov_dial_fd(const struct ov_dial *dial)
{
    return dial->epoll;
}

const char *ov_dial_reason(const struct ov_dial *dial)
{
    return dial->text[0] != '\0' ? dial->text : dial->proxy.reason;
}

bool ov_dial_wants_login(const struct ov_dial *dial)
{
    return dial->proxy.wants_login;
}

const struct ov_addr *ov_dial_relay(const struct ov_dial *dial)
{
    return &dial->proxy.relay;
}

static void hang_up(struct ov_dial *dial)
{
    if (dial->fd >= 0)
    {
        (void)close(dial->fd); /* ends the watch too */
        dial->fd = -1;
    }
}

void ov_dial_close(struct ov_dial *dial)
{
    if (dial != NULL)
    {
        hang_up(dial);
        if (dial->epoll >= 0)
        {
            (void)close(dial->epoll);
        }
        ov_proxy_clear(&dial->proxy);
        free(dial);
    }
}

static enum ov_dial_state fail(struct ov_dial *dial, const char *what, int reason)
{
    (void)snprintf(dial->text, sizeof dial->text, "%s: %s", what, strerror(reason));
    hang_up(dial);
    return OV_DIAL_FAILED;
}

/* Watch for what is waited for: room to send, or something to read. */
static bool watch(struct ov_dial *dial, int verb)
{
    const bool sends = !dial->connected || dial->out_at < dial->proxy.out_len;
    struct epoll_event event = {.events = sends ? EPOLLOUT : EPOLLIN};
    return epoll_ctl(dial->epoll, verb, dial->fd, &event) == 0;
}

static enum ov_err start(struct ov_dial *dial, char *text)
{
    struct sockaddr_storage sa;
    const int family = dial->settings.family == 6 ? AF_INET6 : AF_INET;
    const socklen_t len = ov_sockaddr_from_addr(&dial->address, family, &sa);
    dial->connected = false;
    dial->out_at = 0;
    enum ov_err err = ov_tcp_socket(&dial->settings, dial->settings.bind, &dial->fd, text);
    if (err != OV_OK)
    {
        return err;
    }
    if (connect(dial->fd, (const struct sockaddr *)&sa, len) != 0 && errno != EINPROGRESS)
    {
        (void)snprintf(text, OV_LINK_TEXT, "cannot connect: %s", strerror(errno));
        return OV_ERR_IO;
    }
    if (!watch(dial, EPOLL_CTL_ADD))
    {
        (void)snprintf(text, OV_LINK_TEXT, "cannot watch a socket: %s", strerror(errno));
        return OV_ERR_IO;
    }
    return OV_OK;
}

enum ov_err ov_dial_open(const struct ov_tcp_settings *settings, const struct ov_addr *address,
                         const struct ov_proxy_task *task, struct ov_dial **out,
                         char text[static OV_LINK_TEXT])
{
    struct ov_dial *dial = calloc(1, sizeof *dial);
    *out = NULL;
    (void)snprintf(text, OV_LINK_TEXT, "%s", ov_err_name(OV_ERR_NOMEM));
    if (dial == NULL)
    {
        return OV_ERR_NOMEM;
    }
    dial->fd = -1;
    dial->settings = *settings;
    dial->address = *address;
    dial->epoll = epoll_create1(EPOLL_CLOEXEC);
    enum ov_err err = dial->epoll < 0 ? OV_ERR_IO : ov_proxy_init(&dial->proxy, task);
    if (err != OV_OK)
    {
        (void)snprintf(text, OV_LINK_TEXT, "%.150s", dial->epoll < 0 ? strerror(errno) : dial->proxy.reason);
    }
    err = err != OV_OK ? err : start(dial, text);
    if (err != OV_OK)
    {
        ov_dial_close(dial);
        return err;
    }
    *out = dial;
    return OV_OK;
}

/* ---- work ---- */

/* 0: connected; else errno. EINPROGRESS: not yet. */
static int connect_result(const struct ov_dial *dial)
{
    int reason = 0;
    socklen_t len = sizeof reason;
    struct sockaddr_storage sa;
    socklen_t sa_len = sizeof sa;
    if (getsockopt(dial->fd, SOL_SOCKET, SO_ERROR, &reason, &len) != 0 || reason != 0)
    {
        return reason != 0 ? reason : errno;
    }
    if (getpeername(dial->fd, (struct sockaddr *)&sa, &sa_len) != 0)
    {
        return errno == ENOTCONN ? EINPROGRESS : errno;
    }
    return 0;
}

static enum ov_dial_state again(struct ov_dial *dial)
{
    hang_up(dial);
    return start(dial, dial->text) == OV_OK ? OV_DIAL_BUSY : OV_DIAL_FAILED;
}

static enum ov_dial_state follow(struct ov_dial *dial, enum ov_proxy_step step)
{
    switch (step)
    {
    case OV_PROXY_AGAIN:
        return again(dial);
    case OV_PROXY_DONE:
        (void)watch(dial, EPOLL_CTL_MOD);
        return OV_DIAL_DONE;
    case OV_PROXY_FAILED:
        hang_up(dial);
        return OV_DIAL_FAILED;
    default:
        return OV_DIAL_BUSY;
    }
}

static enum ov_dial_state send_out(struct ov_dial *dial)
{
    struct ov_proxy *proxy = &dial->proxy;
    const ssize_t sent =
        send(dial->fd, proxy->out + dial->out_at, proxy->out_len - dial->out_at, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
    {
        return fail(dial, "cannot send to the proxy", errno);
    }
    dial->out_at += sent > 0 ? (size_t)sent : 0;
    if (dial->out_at == proxy->out_len)
    {
        dial->out_at = 0;
        proxy->out_len = 0;
    }
    return OV_DIAL_BUSY;
}

/* Looked at first: what belongs to the server stays in the socket. */
static enum ov_dial_state take_in(struct ov_dial *dial, bool *more)
{
    uint8_t octets[PEEK];
    size_t used = 0;
    const ssize_t seen = recv(dial->fd, octets, sizeof octets, MSG_PEEK | MSG_DONTWAIT);
    *more = seen > 0;
    if (seen == 0)
    {
        return fail(dial, "the proxy", ECONNRESET);
    }
    if (seen < 0)
    {
        const bool waits = errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
        return waits ? OV_DIAL_BUSY : fail(dial, "the proxy", errno);
    }
    const enum ov_proxy_step step = ov_proxy_take(&dial->proxy, octets, (size_t)seen, &used);
    if (recv(dial->fd, octets, used, MSG_DONTWAIT) != (ssize_t)used)
    {
        return fail(dial, "the proxy", EIO);
    }
    return follow(dial, step);
}

enum ov_dial_state ov_dial_work(struct ov_dial *dial)
{
    enum ov_dial_state state = OV_DIAL_BUSY;
    if (!dial->connected)
    {
        const int reason = connect_result(dial);
        if (reason == EINPROGRESS)
        {
            return OV_DIAL_BUSY;
        }
        if (reason != 0)
        {
            return fail(dial, "cannot connect to the proxy", reason);
        }
        dial->connected = true;
        state = follow(dial, ov_proxy_open(&dial->proxy));
    }
    for (bool more = true; more && state == OV_DIAL_BUSY && dial->connected;)
    {
        more = false;
        if (dial->out_at < dial->proxy.out_len)
        {
            state = send_out(dial);
        }
        if (state == OV_DIAL_BUSY && dial->out_at >= dial->proxy.out_len)
        {
            state = take_in(dial, &more);
        }
    }
    if (state == OV_DIAL_BUSY && dial->connected)
    {
        (void)watch(dial, EPOLL_CTL_MOD);
    }
    return state;
}

int ov_dial_take(struct ov_dial *dial)
{
    const int fd = dial->fd;
    (void)epoll_ctl(dial->epoll, EPOLL_CTL_DEL, fd, NULL);
    dial->fd = -1;
    return fd;
}

/* A proxy has nothing more to say here: what it says is read over, its end ends the relay. */
bool ov_dial_stands(struct ov_dial *dial)
{
    uint8_t octets[PEEK];
    const ssize_t got = recv(dial->fd, octets, sizeof octets, MSG_DONTWAIT);
    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR));
}
