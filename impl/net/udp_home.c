#include "net/udp_home.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/sockaddr.h"
#include "net/udp_private.h"

/* Places are found by hash, four for each; the one that was silent for longest makes room. */
#define SETS 4096u
#define WAYS 4u

struct home
{
    struct ov_addr peer; /* family 0: free */
    uint64_t used;       /* count of datagrams then */
    union
    {
        struct in_pktinfo v4;
        struct in6_pktinfo v6;
    } local;
};

struct home_link
{
    struct ov_udp udp; /* first */
    uint64_t seed;
    uint64_t clock;
    struct home *latest; /* packets come in runs */
    union
    {
        char octets[CMSG_SPACE(sizeof(struct in6_pktinfo))];
        struct cmsghdr align;
    } control[OV_LINK_BATCH];
    struct home homes[SETS][WAYS];
};

static struct home *find(struct home_link *h, const struct ov_addr *peer)
{
    struct home *set = h->homes[ov_addr_hash(peer, h->seed) % SETS];
    if (h->latest != NULL && ov_addr_equal(&h->latest->peer, peer))
    {
        return h->latest;
    }
    for (size_t i = 0; i < WAYS; i++)
    {
        if (ov_addr_equal(&set[i].peer, peer))
        {
            h->latest = &set[i];
            return &set[i];
        }
    }
    return NULL;
}

static struct home *make(struct home_link *h, const struct ov_addr *peer)
{
    struct home *set = h->homes[ov_addr_hash(peer, h->seed) % SETS];
    struct home *oldest = &set[0];
    for (size_t i = 1; i < WAYS; i++)
    {
        oldest = set[i].used < oldest->used ? &set[i] : oldest;
    }
    *oldest = (struct home){.peer = *peer};
    h->latest = oldest;
    return oldest;
}

/* The address it was sent to. The interface is left to routing, except where the address alone says nothing. */
static void remember(struct home_link *h, const struct ov_datagram *dg)
{
    const size_t i = (size_t)(dg->buf.mem - h->udp.slots) / h->udp.slot_len;
    struct msghdr *header = &h->udp.rx[i].msg_hdr;
    struct home *home = find(h, &dg->addr);
    home = home != NULL ? home : make(h, &dg->addr);
    home->used = ++h->clock;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c != NULL; c = CMSG_NXTHDR(header, c))
    {
        if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO &&
            c->cmsg_len >= CMSG_LEN(sizeof home->local.v4))
        {
            struct in_pktinfo info;
            memcpy(&info, CMSG_DATA(c), sizeof info);
            home->local.v4 = (struct in_pktinfo){.ipi_spec_dst = info.ipi_addr};
        }
        else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO &&
                 c->cmsg_len >= CMSG_LEN(sizeof home->local.v6))
        {
            memcpy(&home->local.v6, CMSG_DATA(c), sizeof home->local.v6);
            home->local.v6.ipi6_ifindex =
                IN6_IS_ADDR_LINKLOCAL(&home->local.v6.ipi6_addr) ? home->local.v6.ipi6_ifindex : 0;
        }
    }
}

static size_t home_receive(struct ov_link *link, struct ov_datagram *dg, size_t n)
{
    const size_t count = ov_udp_receive(link, dg, n);
    for (size_t i = 0; i < count; i++)
    {
        remember((struct home_link *)link, &dg[i]);
    }
    return count;
}

static void set_local(struct home_link *h, size_t i, const struct home *home)
{
    const bool v4 = h->udp.family == AF_INET;
    const size_t len = v4 ? sizeof home->local.v4 : sizeof home->local.v6;
    struct msghdr *header = &h->udp.tx[i].msg_hdr;
    header->msg_control = NULL;
    header->msg_controllen = 0;
    if (home == NULL)
    {
        return;
    }
    header->msg_control = h->control[i].octets;
    header->msg_controllen = CMSG_SPACE(len);
    struct cmsghdr *c = CMSG_FIRSTHDR(header);
    c->cmsg_level = v4 ? IPPROTO_IP : IPPROTO_IPV6;
    c->cmsg_type = v4 ? IP_PKTINFO : IPV6_PKTINFO;
    c->cmsg_len = CMSG_LEN(len);
    memcpy(CMSG_DATA(c), &home->local, len);
}

static void home_send(struct ov_link *link, struct ov_datagram *dg, size_t n)
{
    struct home_link *h = (struct home_link *)link;
    for (size_t at = 0; at < n;)
    {
        const size_t count = ov_udp_fill_messages(&h->udp, dg, n, &at);
        for (size_t i = 0; i < count; i++)
        {
            set_local(h, i, find(h, &h->udp.tx_dg[i]->addr));
        }
        ov_udp_send_messages(&h->udp, count);
    }
}

static bool home_pending(const struct ov_link *link)
{
    (void)link;
    return false;
}

static const struct ov_link_ops home_ops = {
    .name = "udp, multihome",
    .receive = home_receive,
    .send = home_send,
    .pending = home_pending,
    .fd = ov_udp_fd,
    .buffer = ov_udp_buffer,
    .stats = ov_udp_stats,
    .describe = ov_udp_describe,
    .close = ov_udp_close,
};

static enum ov_err ask_info(const struct ov_udp *udp, char *text)
{
    const bool v4 = udp->family == AF_INET;
    const int on = 1;
    if (setsockopt(udp->fd, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_PKTINFO : IPV6_RECVPKTINFO, &on,
                   sizeof on) != 0)
    {
        (void)snprintf(text, OV_LINK_TEXT, "--multihome: %s", strerror(errno));
        return OV_ERR_IO;
    }
    return OV_OK;
}

enum ov_err ov_udp_open_home(const struct ov_udp_settings *settings, uint64_t seed, struct ov_link **out,
                             char text[static OV_LINK_TEXT])
{
    struct home_link *h = calloc(1, sizeof *h);
    *out = NULL;
    if (h == NULL)
    {
        (void)snprintf(text, OV_LINK_TEXT, "%s", ov_err_name(OV_ERR_NOMEM));
        return OV_ERR_NOMEM;
    }
    h->seed = seed;
    enum ov_err err = ov_udp_start(&h->udp, &home_ops, settings, text);
    err = err != OV_OK ? err : ask_info(&h->udp, text);
    if (err != OV_OK)
    {
        ov_udp_close(&h->udp.link);
        return err;
    }
    *out = &h->udp.link;
    return OV_OK;
}
