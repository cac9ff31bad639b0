#include "net/tcp.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/sockaddr.h"
#include "net/sockopt.h"
#include "net/tcp_private.h"

#define BACKLOG     512
#define OTHER_FILES 64u /* of the program, besides connections */

/* ---- the link ---- */

static int tcp_fd(const struct ov_link *link)
{
    return ((const struct ov_tcp *)link)->epoll;
}

/* The listener's, or the client's. */
static int socket_of(const struct ov_tcp *t)
{
    for (uint32_t i = 0; t->listener < 0 && i <= t->mask; i++)
    {
        if (t->bucket[i] != NULL)
        {
            return t->bucket[i]->fd;
        }
    }
    return t->listener;
}

static uint32_t tcp_buffer(struct ov_link *link, enum ov_sockbuf which, uint32_t octets)
{
    int fd = socket_of(ov_tcp_of(link));
    if (fd < 0 || octets == 0)
    {
        return 0;
    }
    link->buffer[which] = ov_sockbuf_ask(fd, which, octets, &link->buffer[which]);
    return link->buffer[which].granted;
}

static struct ov_link_stats tcp_stats(const struct ov_link *link)
{
    const struct ov_share *share = ((const struct ov_tcp *)link)->settings.share;
    struct ov_link_stats stats = link->stats;
    if (share != NULL)
    {
        const struct ov_share_stats shared = ov_share_stats(share);
        stats.shares = true;
        stats.shared = shared.taken;
        stats.shared_refused = shared.refused;
    }
    return stats;
}

bool ov_tcp_local(const struct ov_link *link, struct ov_addr *out)
{
    struct sockaddr_storage sa;
    socklen_t len = sizeof sa;
    return getsockname(socket_of((const struct ov_tcp *)link), (struct sockaddr *)&sa, &len) == 0 &&
           ov_addr_from_sockaddr((const struct sockaddr *)&sa, len, out);
}

static const char *tcp_describe(const struct ov_link *link, char text[static OV_LINK_TEXT])
{
    const struct ov_tcp *t = (const struct ov_tcp *)link;
    struct ov_addr local;
    char at[OV_ADDR_TEXT] = "unbound";
    if (ov_tcp_local(link, &local))
    {
        (void)ov_addr_text(&local, at);
    }
    if (t->listener < 0)
    {
        (void)snprintf(text, OV_LINK_TEXT, "TCPv%u_CLIENT from %s", t->settings.family, at);
        return text;
    }
    (void)snprintf(text, OV_LINK_TEXT, "TCPv%u_SERVER listening on %s, at most %u connections",
                   t->settings.family, at, t->settings.max_connections);
    return text;
}

static void tcp_close(struct ov_link *link)
{
    struct ov_tcp *t = ov_tcp_of(link);
    if (t == NULL)
    {
        return;
    }
    ov_tcp_conns_free(t);
    ov_share_close(t->settings.share);
    if (t->listener >= 0)
    {
        (void)close(t->listener);
    }
    if (t->epoll >= 0)
    {
        (void)close(t->epoll);
    }
    free(t);
}

static const struct ov_link_connections connections = {
    .event = ov_tcp_event,
    .claim = ov_tcp_claim,
    .full = ov_tcp_full,
    .room = ov_tcp_room,
    .tick = ov_tcp_tick,
    .deadline = ov_tcp_deadline,
};

static const struct ov_link_ops tcp_ops = {
    .name = "tcp",
    .connections = &connections,
    .receive = ov_tcp_receive,
    .send = ov_tcp_send,
    .pending = ov_tcp_pending,
    .fd = tcp_fd,
    .buffer = tcp_buffer,
    .stats = tcp_stats,
    .describe = tcp_describe,
    .close = tcp_close,
};

/* ---- opening ---- */

static enum ov_err say_errno(char *text, const char *what)
{
    (void)snprintf(text, OV_LINK_TEXT, "cannot %.110s: %s", what, strerror(errno));
    return OV_ERR_IO;
}

/* A link without sockets, for so many connections. */
static enum ov_err tcp_new(const struct ov_tcp_settings *settings, uint32_t most, struct ov_tcp **out,
                           char *text)
{
    struct ov_tcp *t = calloc(1, sizeof *t);
    uint32_t buckets = 1;
    while (buckets < most && buckets < UINT32_C(1) << 20)
    {
        buckets *= 2;
    }
    *out = t;
    if (t != NULL)
    {
        t->bucket = calloc(buckets, sizeof(struct ov_tcp_conn *));
        t->listener = -1;
        t->epoll = -1;
        t->link.ops = &tcp_ops;
        t->mask = buckets - 1;
        t->settings = *settings;
        t->settings.family = settings->family == 6 ? 6 : 4;
        t->queue_cap = settings->queue_octets + OV_TCP_SPARE;
        TAILQ_INIT(&t->ready);
        TAILQ_INIT(&t->waiting);
        TAILQ_INIT(&t->leaving);
        TAILQ_INIT(&t->gone);
    }
    if (t == NULL || t->bucket == NULL)
    {
        (void)snprintf(text, OV_LINK_TEXT, "%s", ov_err_name(OV_ERR_NOMEM));
        return OV_ERR_NOMEM;
    }
    t->epoll = epoll_create1(EPOLL_CLOEXEC);
    return t->epoll < 0 ? say_errno(text, "create an epoll file") : OV_OK;
}

static enum ov_err bind_to(const struct ov_tcp_settings *settings, int fd, int family, char *text)
{
    struct sockaddr_storage sa;
    socklen_t len = ov_sockaddr_from_addr(&settings->local, family, &sa);
    char at[OV_ADDR_TEXT];
    char what[OV_ADDR_TEXT + 32];
    struct ov_addr shown = settings->local;
    shown.family = shown.family == 0 ? settings->family : shown.family;
    (void)ov_addr_text(&shown, at);
    if (len == 0)
    {
        (void)snprintf(text, OV_LINK_TEXT, "%s cannot be the local address of a TCPv4 socket", at);
        return OV_ERR_ARG;
    }
    int on = 1;
    /* Connections of the last run still linger on this port. */
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    (void)snprintf(what, sizeof what, "bind TCP socket to %s", at);
    return bind(fd, (const struct sockaddr *)&sa, len) == 0 ? OV_OK : say_errno(text, what);
}

enum ov_err ov_tcp_socket(const struct ov_tcp_settings *settings, bool bound, int *fd, char *text)
{
    int family = settings->family == 6 ? AF_INET6 : AF_INET;
    *fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    if (*fd < 0)
    {
        return say_errno(text, family == AF_INET6 ? "open TCPv6 socket" : "open TCPv4 socket");
    }
    int v6_only = settings->v6_only;
    if (family == AF_INET6 && setsockopt(*fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6_only, sizeof v6_only) != 0)
    {
        return say_errno(text, "choose dual-stack on TCPv6 socket");
    }
    if (ov_sockopt_outer(*fd, settings->device, settings->mark, text) != OV_OK)
    {
        return OV_ERR_IO;
    }
    ov_tcp_socket_tune(settings, *fd); /* before there is a connection: the window is agreed with it */
    return bound ? bind_to(settings, *fd, family, text) : OV_OK;
}

/* Errors of the connection itself are told as an event, however early they come. */
static enum ov_err start_connect(struct ov_tcp *t, const struct ov_addr *remote, char *text)
{
    struct sockaddr_storage sa;
    int fd;
    enum ov_err err = ov_tcp_socket(&t->settings, t->settings.bind, &fd, text);
    socklen_t len = ov_sockaddr_from_addr(remote, t->settings.family == 6 ? AF_INET6 : AF_INET, &sa);
    if (err != OV_OK)
    {
        if (fd >= 0)
        {
            (void)close(fd);
        }
        return err;
    }
    int reason = connect(fd, (const struct sockaddr *)&sa, len) == 0 ? 0 : errno;
    struct ov_tcp_conn *conn = ov_tcp_conn_new(t, fd, remote, OV_TCP_CONNECTING);
    if (conn == NULL)
    {
        (void)snprintf(text, OV_LINK_TEXT, "%s", ov_err_name(OV_ERR_NOMEM));
        return OV_ERR_NOMEM;
    }
    if (reason != 0 && reason != EINPROGRESS)
    {
        ov_tcp_conn_lose(t, conn, OV_ERR_IO, "%s", strerror(reason));
    }
    return OV_OK;
}

enum ov_err ov_tcp_connect(const struct ov_tcp_settings *settings, const struct ov_addr *remote,
                           struct ov_link **out, char text[static OV_LINK_TEXT])
{
    struct ov_tcp *t = NULL;
    *out = NULL;
    enum ov_err err = tcp_new(settings, 1, &t, text);
    if (err == OV_OK)
    {
        err = start_connect(t, remote, text);
    }
    if (err != OV_OK)
    {
        tcp_close((struct ov_link *)t);
        return err;
    }
    *out = &t->link;
    return OV_OK;
}

enum ov_err ov_tcp_adopt(const struct ov_tcp_settings *settings, int fd, const struct ov_addr *peer,
                         struct ov_link **out, char text[static OV_LINK_TEXT])
{
    struct ov_tcp *t = NULL;
    *out = NULL;
    enum ov_err err = tcp_new(settings, 1, &t, text);
    if (err != OV_OK)
    {
        (void)close(fd);
    }
    else if (ov_tcp_conn_new(t, fd, peer, OV_TCP_OPEN) == NULL)
    {
        (void)snprintf(text, OV_LINK_TEXT, "%s", ov_err_name(OV_ERR_NOMEM));
        err = OV_ERR_NOMEM;
    }
    if (err != OV_OK)
    {
        tcp_close((struct ov_link *)t);
        return err;
    }
    *out = &t->link;
    return OV_OK;
}

/* Each connection is a file: have as many as may be wanted, or want fewer. */
static void limit_to_files(struct ov_tcp_settings *settings)
{
    struct rlimit files;
    rlim_t wanted = (rlim_t)settings->max_connections + OTHER_FILES;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur >= wanted)
    {
        return;
    }
    files.rlim_cur = files.rlim_max < wanted ? files.rlim_max : wanted;
    if (setrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < wanted && files.rlim_cur > OTHER_FILES)
    {
        settings->max_connections = (uint32_t)files.rlim_cur - OTHER_FILES;
    }
}

static enum ov_err start_listening(struct ov_tcp *t, char *text)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    struct epoll_event other = {.events = EPOLLIN, .data.ptr = t->settings.share};
    enum ov_err err = ov_tcp_socket(&t->settings, true, &t->listener, text);
    if (err != OV_OK)
    {
        return err;
    }
    if (listen(t->listener, BACKLOG) != 0 || epoll_ctl(t->epoll, EPOLL_CTL_ADD, t->listener, &event) != 0 ||
        (t->settings.share != NULL &&
         epoll_ctl(t->epoll, EPOLL_CTL_ADD, ov_share_fd(t->settings.share), &other) != 0))
    {
        return say_errno(text, "listen on TCP socket");
    }
    return OV_OK;
}

enum ov_err ov_tcp_listen(const struct ov_tcp_settings *settings, struct ov_link **out,
                          char text[static OV_LINK_TEXT])
{
    struct ov_tcp_settings own = *settings;
    struct ov_tcp *t = NULL;
    *out = NULL;
    limit_to_files(&own);
    enum ov_err err = tcp_new(&own, own.max_connections, &t, text);
    if (t == NULL)
    {
        ov_share_close(own.share);
    }
    if (err == OV_OK)
    {
        err = start_listening(t, text);
    }
    if (err != OV_OK)
    {
        tcp_close((struct ov_link *)t);
        return err;
    }
    *out = &t->link;
    return OV_OK;
}
