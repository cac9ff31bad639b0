#include "net/udp.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/sockaddr.h"
#include "net/sockbuf.h"
#include "net/sockopt.h"
#include "net/udp_private.h"

int ov_udp_fd(const struct ov_link *link)
{
    return ((const struct ov_udp *)link)->fd;
}

uint32_t ov_udp_buffer(struct ov_link *link, enum ov_sockbuf which, uint32_t octets)
{
    link->buffer[which] = ov_sockbuf_ask(ov_udp_fd(link), which, octets, &link->buffer[which]);
    return link->buffer[which].granted;
}

static void count_overflow(struct ov_link_stats *stats, uint32_t before, uint32_t now)
{
    stats->rx_overflow += (uint32_t)(now - before);
}

void ov_udp_take_overflow(struct ov_udp *udp, const struct cmsghdr *c)
{
    uint32_t dropped;
    if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL && c->cmsg_len >= CMSG_LEN(sizeof dropped))
    {
        memcpy(&dropped, CMSG_DATA(c), sizeof dropped);
        count_overflow(&udp->link.stats, udp->overflow, dropped);
        udp->overflow = dropped;
    }
}

struct ov_link_stats ov_udp_stats(const struct ov_link *link)
{
    struct ov_link_stats stats = link->stats;
    uint32_t meminfo[SK_MEMINFO_VARS] = {0};
    socklen_t len = sizeof meminfo;
    /* What was dropped behind the datagram that came last has no control message
     * yet: this is the same counter, asked for. */
    if (getsockopt(ov_udp_fd(link), SOL_SOCKET, SO_MEMINFO, meminfo, &len) == 0)
    {
        count_overflow(&stats, ((const struct ov_udp *)link)->overflow, meminfo[SK_MEMINFO_DROPS]);
    }
    return stats;
}

const char *ov_udp_describe(const struct ov_link *link, char text[static OV_LINK_TEXT])
{
    const struct ov_udp *udp = (const struct ov_udp *)link;
    struct ov_addr local;
    char at[OV_ADDR_TEXT] = "unbound";
    if (udp->bound && ov_udp_local(link, &local))
    {
        (void)ov_addr_text(&local, at);
    }
    const struct ov_sockbuf_grant *sndbuf = &link->buffer[OV_SOCKBUF_SEND];
    const struct ov_sockbuf_grant *rcvbuf = &link->buffer[OV_SOCKBUF_RECEIVE];
    (void)snprintf(text, OV_LINK_TEXT, "UDPv%d %s, %s, sndbuf %u of %u, rcvbuf %u of %u granted%s",
                   udp->family == AF_INET ? 4 : 6, at, link->ops->name, sndbuf->granted, sndbuf->asked,
                   rcvbuf->granted, rcvbuf->asked, rcvbuf->forced ? " (forced)" : "");
    return text;
}

void ov_udp_close(struct ov_link *link)
{
    struct ov_udp *udp = (struct ov_udp *)link;
    if (udp != NULL)
    {
        if (udp->fd >= 0)
        {
            (void)close(udp->fd);
        }
        free(udp->slots);
        free(udp);
    }
}

/* Every datagram is received when it is asked for. */
static bool udp_pending(const struct ov_link *link)
{
    (void)link;
    return false;
}

enum ov_err ov_udp_copy(const struct ov_udp *udp, struct ov_udp *twin)
{
    twin->link.ops = udp->link.ops;
    twin->family = udp->family;
    twin->bound = udp->bound;
    twin->marks = udp->marks;
    twin->batch = udp->batch;
    twin->slot_len = udp->slot_len;
    twin->datagram_max = udp->datagram_max;
    twin->fd = fcntl(udp->fd, F_DUPFD_CLOEXEC, 0);
    if (twin->fd < 0)
    {
        return OV_ERR_IO;
    }
    twin->slots = calloc(OV_LINK_BATCH, twin->slot_len);
    if (twin->slots == NULL)
    {
        return OV_ERR_NOMEM;
    }
    ov_udp_prepare(twin);
    return OV_OK;
}

static enum ov_err udp_twin(const struct ov_link *link, struct ov_link **out)
{
    struct ov_udp *twin = calloc(1, sizeof *twin);
    *out = NULL;
    if (twin == NULL)
    {
        return OV_ERR_NOMEM;
    }
    enum ov_err err = ov_udp_copy((const struct ov_udp *)link, twin);
    if (err != OV_OK)
    {
        ov_udp_close(&twin->link);
        return err;
    }
    *out = &twin->link;
    return OV_OK;
}

static const struct ov_link_ops udp_ops = {
    .name = "udp",
    .receive = ov_udp_receive,
    .send = ov_udp_send,
    .pending = udp_pending,
    .fd = ov_udp_fd,
    .buffer = ov_udp_buffer,
    .stats = ov_udp_stats,
    .describe = ov_udp_describe,
    .twin = udp_twin,
    .close = ov_udp_close,
};

bool ov_udp_local(const struct ov_link *link, struct ov_addr *out)
{
    struct sockaddr_storage sa;
    socklen_t len = sizeof sa;
    return getsockname(ov_udp_fd(link), (struct sockaddr *)&sa, &len) == 0 &&
           ov_addr_from_sockaddr((const struct sockaddr *)&sa, len, out);
}

static enum ov_err say_errno(char *text, const char *what)
{
    (void)snprintf(text, OV_LINK_TEXT, "cannot %s: %s", what, strerror(errno));
    return OV_ERR_IO;
}

static enum ov_err bind_to(struct ov_udp *udp, const struct ov_udp_settings *settings, char *text)
{
    struct sockaddr_storage sa;
    socklen_t len = ov_sockaddr_from_addr(&settings->local, udp->family, &sa);
    char at[OV_ADDR_TEXT];
    if (len == 0)
    {
        (void)snprintf(text, OV_LINK_TEXT, "%s cannot be the local address of a UDPv4 socket",
                       ov_addr_text(&settings->local, at));
        return OV_ERR_ARG;
    }
    if (bind(udp->fd, (const struct sockaddr *)&sa, len) != 0)
    {
        char what[OV_ADDR_TEXT + 32];
        struct ov_addr shown = settings->local;
        shown.family = shown.family == 0 ? settings->family : shown.family;
        (void)snprintf(what, sizeof what, "bind UDP socket to %s", ov_addr_text(&shown, at));
        return say_errno(text, what);
    }
    udp->bound = true;
    return OV_OK;
}

static enum ov_err socket_open(struct ov_udp *udp, const struct ov_udp_settings *settings, char *text)
{
    udp->family = settings->family == 6 ? AF_INET6 : AF_INET;
    udp->fd = socket(udp->family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_UDP);
    if (udp->fd < 0)
    {
        return say_errno(text, settings->family == 6 ? "open UDPv6 socket" : "open UDPv4 socket");
    }
    if (ov_sockopt_outer(udp->fd, settings->device, settings->mark, text) != OV_OK)
    {
        return OV_ERR_IO;
    }
    if (ov_sockopt_mtu_disc(udp->fd, settings->family, settings->mtu_disc, text) != OV_OK)
    {
        return OV_ERR_IO;
    }
    /* Said in both directions: the system's default may be either. */
    int v6_only = settings->v6_only;
    if (udp->family == AF_INET6 &&
        setsockopt(udp->fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6_only, sizeof v6_only) != 0)
    {
        return say_errno(text, "choose dual-stack on UDPv6 socket");
    }
    uint32_t sndbuf = settings->sndbuf > 0 ? settings->sndbuf : OV_SOCKBUF_DEFAULT_SEND;
    uint32_t rcvbuf = settings->rcvbuf > 0 ? settings->rcvbuf : OV_SOCKBUF_DEFAULT_RECEIVE;
    int on = 1;
    udp->link.buffer[OV_SOCKBUF_SEND] = ov_sockbuf_ask(udp->fd, OV_SOCKBUF_SEND, sndbuf, NULL);
    udp->link.buffer[OV_SOCKBUF_RECEIVE] = ov_sockbuf_ask(udp->fd, OV_SOCKBUF_RECEIVE, rcvbuf, NULL);
    /* Without it (a kernel before 2.6.33) the counter is only known when it is asked for. */
    (void)setsockopt(udp->fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
    return settings->bind ? bind_to(udp, settings, text) : OV_OK;
}

enum ov_err ov_udp_start(struct ov_udp *udp, const struct ov_link_ops *ops,
                         const struct ov_udp_settings *settings, char text[static OV_LINK_TEXT])
{
    udp->link.ops = ops;
    udp->fd = -1;
    udp->batch = settings->batch > 0 && settings->batch < OV_LINK_BATCH ? settings->batch : OV_LINK_BATCH;
    const uint32_t packet = settings->packet > 0 ? settings->packet : OV_BUF_PACKET;
    udp->marks = settings->marks;
    udp->slot_len = packet + OV_UDP_AROUND;
    udp->datagram_max = packet + OV_BUF_HEADROOM;
    udp->slots = calloc(OV_LINK_BATCH, udp->slot_len);
    if (udp->slots == NULL)
    {
        (void)snprintf(text, OV_LINK_TEXT, "%s", ov_err_name(OV_ERR_NOMEM));
        return OV_ERR_NOMEM;
    }
    ov_udp_prepare(udp);
    return socket_open(udp, settings, text);
}

enum ov_err ov_udp_open(const struct ov_udp_settings *settings, struct ov_link **out,
                        char text[static OV_LINK_TEXT])
{
    *out = NULL;
    struct ov_udp *udp = calloc(1, sizeof *udp);
    if (udp == NULL)
    {
        (void)snprintf(text, OV_LINK_TEXT, "%s", ov_err_name(OV_ERR_NOMEM));
        return OV_ERR_NOMEM;
    }
    enum ov_err err = ov_udp_start(udp, &udp_ops, settings, text);
    if (err != OV_OK)
    {
        ov_udp_close(&udp->link);
        return err;
    }
    *out = &udp->link;
    return OV_OK;
}
