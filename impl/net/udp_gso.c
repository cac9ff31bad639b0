#include <errno.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/sockaddr.h"
#include "net/udp_private.h"

/* UDP with segmentation offload: one system call and one walk through the
 * kernel's stack move a train of datagrams of one size to or from one peer.
 * Trains are made of what a batch happens to hold; nothing waits for more. */

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#define UDP_GRO     104
#endif

#define RX_BUFFERS  32u
#define RX_BULK     4u /* of them while trains come: as much as stays in the cache */
#define RX_LEN      65536u
#define RX_STRIDE   (RX_LEN + 1728u) /* else all would begin in the same few lines of the cache */
#define TX_PIECES   OV_UDP_GSO_BATCH
#define TX_SEGMENTS OV_LINK_TRAIN_SEGMENTS
#define TX_OCTETS   OV_LINK_TRAIN_OCTETS
#define TX_COPY     512u /* a scatter list of pieces no longer than this costs more than copying them together */

struct train
{
    size_t first; /* index into the batch */
    size_t end;   /* behind the last one */
    size_t count;
    size_t octets;
};

struct ov_udp_gso
{
    struct ov_udp udp; /* first */
    bool can_segment;  /* false after the route refused (EIO) */
    uint32_t rx_want;  /* buffers to fill with the next call */
    uint32_t rx_count; /* buffers filled by the last call */
    uint32_t rx_at;    /* buffer being cut */
    uint32_t rx_offset;
    struct mmsghdr rx[RX_BUFFERS];
    struct iovec rx_iov[RX_BUFFERS];
    union
    {
        char octets[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(uint32_t))];
        struct cmsghdr align;
    } rx_control[RX_BUFFERS];
    uint32_t rx_size[RX_BUFFERS]; /* octets of one datagram in the buffer */
    struct ov_addr rx_addr[RX_BUFFERS];
    struct mmsghdr tx[TX_PIECES];
    struct iovec tx_iov[TX_PIECES];
    struct train trains[TX_PIECES];
    struct sockaddr_storage tx_to[TX_PIECES]; /* not udp's: single sends use those in between */
    union
    {
        char octets[CMSG_SPACE(sizeof(uint16_t)) + CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } tx_control[TX_PIECES];
    struct sockaddr_storage rx_from[RX_BUFFERS];
    uint8_t joined[TX_PIECES * TX_COPY];
    uint8_t buffers[RX_BUFFERS][RX_STRIDE] __attribute__((aligned(64)));
};

/* ---- receive ---- */

/* Size of the datagrams in buffer i; without the kernel's word it is one. */
static uint32_t train_size(struct ov_udp_gso *g, uint32_t i)
{
    struct msghdr *header = &g->rx[i].msg_hdr;
    uint32_t found = g->rx[i].msg_len;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c != NULL; c = CMSG_NXTHDR(header, c))
    {
        int size = 0;
        if (c->cmsg_level == SOL_UDP && c->cmsg_type == UDP_GRO && c->cmsg_len >= CMSG_LEN(sizeof size))
        {
            memcpy(&size, CMSG_DATA(c), sizeof size);
            found = size > 0 ? (uint32_t)size : found;
        }
        ov_udp_take_overflow(&g->udp, c);
    }
    return found;
}

static void prepare_receive(struct ov_udp_gso *g)
{
    for (uint32_t i = 0; i < g->rx_want; i++)
    {
        g->rx_iov[i] = (struct iovec){g->buffers[i], RX_LEN};
        g->rx[i].msg_hdr = (struct msghdr){.msg_name = &g->rx_from[i],
                                           .msg_namelen = sizeof g->rx_from[i],
                                           .msg_iov = &g->rx_iov[i],
                                           .msg_iovlen = 1,
                                           .msg_control = g->rx_control[i].octets,
                                           .msg_controllen = sizeof g->rx_control[i].octets};
    }
}

/* Peers without trains send one datagram a buffer: then many are taken at a time. */
static void take_buffers(struct ov_udp_gso *g, uint32_t count)
{
    uint32_t octets = 0;
    for (uint32_t i = 0; i < count; i++)
    {
        const struct msghdr *header = &g->rx[i].msg_hdr;
        g->rx_size[i] = train_size(g, i);
        if (!ov_addr_from_sockaddr((const struct sockaddr *)&g->rx_from[i], header->msg_namelen,
                                   &g->rx_addr[i]))
        {
            g->rx_addr[i] = (struct ov_addr){0};
        }
        octets += g->rx[i].msg_len;
    }
    g->rx_count = count;
    g->rx_want = octets > RX_LEN ? RX_BULK : RX_BUFFERS;
}

/* False if nothing waits. Errors that earlier datagrams left on the socket are
 * counted and passed over. */
static bool fill_buffers(struct ov_udp_gso *g)
{
    struct ov_link_stats *stats = &g->udp.link.stats;
    g->rx_count = 0;
    g->rx_at = 0;
    g->rx_offset = 0;
    for (int attempt = 0; attempt < 4; attempt++)
    {
        prepare_receive(g);
        int count = recvmmsg(g->udp.fd, g->rx, g->rx_want, MSG_DONTWAIT, NULL);
        if (count > 0)
        {
            stats->rx_calls++;
            take_buffers(g, (uint32_t)count);
            return true;
        }
        if (count == 0 || errno == EAGAIN || errno == EWOULDBLOCK)
        {
            return false;
        }
        if (errno != EINTR)
        {
            stats->rx_errors++;
            stats->rx_errno = errno;
        }
    }
    return false;
}

/* The next datagram as a view into its buffer: it has no head- or tailroom,
 * its neighbours lie there. False if it has to be dropped. */
static bool cut_one(struct ov_udp_gso *g, struct ov_datagram *dg)
{
    struct ov_link_stats *stats = &g->udp.link.stats;
    uint32_t i = g->rx_at;
    const struct msghdr *header = &g->rx[i].msg_hdr;
    uint32_t left = g->rx[i].msg_len - g->rx_offset;
    uint32_t len = left < g->rx_size[i] ? left : g->rx_size[i];
    uint8_t *at = g->buffers[i] + g->rx_offset;
    g->rx_offset += len;
    if (g->rx_offset >= g->rx[i].msg_len)
    {
        g->rx_at++;
        g->rx_offset = 0;
    }
    stats->rx_datagrams++;
    stats->rx_octets += len;
    if ((header->msg_flags & MSG_TRUNC) != 0 || len > g->udp.datagram_max)
    {
        stats->rx_truncated++;
        return false;
    }
    dg->buf = ov_buf_over(at, len, 0);
    dg->buf.len = len;
    dg->fate = OV_FATE_NONE;
    dg->why = OV_OK;
    dg->addr = g->rx_addr[i];
    return dg->addr.family != 0;
}

static bool gso_pending(const struct ov_link *link)
{
    const struct ov_udp_gso *g = (const struct ov_udp_gso *)link;
    return g->rx_at < g->rx_count;
}

/* Buffers are filled again only when all views of the last call are done with:
 * a call that ends in the middle of the buffers returns what it has. */
static size_t gso_receive(struct ov_link *link, struct ov_datagram *dg, size_t n)
{
    struct ov_udp_gso *g = (struct ov_udp_gso *)link;
    size_t count = 0;
    if (!gso_pending(link) && !fill_buffers(g))
    {
        return 0;
    }
    while (count < n && gso_pending(link))
    {
        count += cut_one(g, &dg[count]);
    }
    return count;
}

/* ---- send ---- */

/* May dg follow at the end of the train that starts with first? An empty
 * datagram is no segment: the kernel would send none for it. */
static bool joins(const struct train *t, const struct ov_datagram *first, const struct ov_datagram *last,
                  const struct ov_datagram *dg, bool marks)
{
    return t->count < TX_SEGMENTS && t->octets + dg->buf.len <= TX_OCTETS &&
           last->buf.len == first->buf.len && dg->buf.len <= first->buf.len && dg->buf.len > 0 &&
           (!marks || dg->tos == first->tos) && ov_addr_equal(&first->addr, &dg->addr);
}

static void set_size(struct ov_udp_gso *g, size_t i, uint32_t size)
{
    struct msghdr *header = &g->tx[i].msg_hdr;
    header->msg_control = g->tx_control[i].octets;
    header->msg_controllen = CMSG_SPACE(sizeof(uint16_t));
    struct cmsghdr *c = CMSG_FIRSTHDR(header);
    uint16_t octets = (uint16_t)size;
    c->cmsg_level = SOL_UDP;
    c->cmsg_type = UDP_SEGMENT;
    c->cmsg_len = CMSG_LEN(sizeof octets);
    memcpy(CMSG_DATA(c), &octets, sizeof octets);
}

/* Behind what says the size, if anything does. All datagrams of a train have one class. */
static void set_class(struct ov_udp_gso *g, size_t i, const struct ov_datagram *dg)
{
    struct msghdr *header = &g->tx[i].msg_hdr;
    header->msg_control = g->tx_control[i].octets;
    header->msg_controllen += ov_udp_put_tos(g->tx_control[i].octets + header->msg_controllen, dg);
}

/* Gather the train that starts at or behind *at; false if there is none. */
static bool gather(struct ov_udp_gso *g, struct ov_datagram *dg, size_t n, size_t *at, size_t *pieces,
                   struct train *t)
{
    while (*at < n && dg[*at].fate != OV_FATE_LINK)
    {
        (*at)++;
    }
    if (*at == n)
    {
        return false;
    }
    *t = (struct train){.first = *at};
    const struct ov_datagram *last = &dg[*at];
    for (; *at < n && *pieces < TX_PIECES; (*at)++)
    {
        struct ov_datagram *one = &dg[*at];
        if (one->fate != OV_FATE_LINK)
        {
            continue;
        }
        if (t->count > 0 && !joins(t, &dg[t->first], last, one, g->udp.marks))
        {
            break;
        }
        g->tx_iov[(*pieces)++] = (struct iovec){ov_buf_data(&one->buf), one->buf.len};
        t->count++;
        t->octets += one->buf.len;
        t->end = *at + 1;
        last = one;
    }
    return t->count > 0;
}

/* The pieces of a train as the kernel gets them; returns how many are left. Each has its place in joined. */
static size_t join_pieces(struct ov_udp_gso *g, size_t first, size_t count)
{
    struct iovec *iov = &g->tx_iov[first];
    uint8_t *into = g->joined + first * TX_COPY;
    size_t len = 0;
    if (count == 1 || iov[0].iov_len > TX_COPY)
    {
        return count;
    }
    for (size_t i = 0; i < count; i++)
    {
        memcpy(into + len, iov[i].iov_base, iov[i].iov_len);
        len += iov[i].iov_len;
    }
    iov[0] = (struct iovec){into, len};
    return 1;
}

/* Fill messages from the batch, one a train. */
static size_t fill_trains(struct ov_udp_gso *g, struct ov_datagram *dg, size_t n, size_t *at)
{
    size_t count = 0;
    size_t pieces = 0;
    struct train t;
    while (pieces < TX_PIECES)
    {
        size_t first_piece = pieces;
        if (!gather(g, dg, n, at, &pieces, &t))
        {
            break;
        }
        struct sockaddr_storage *to = &g->tx_to[count];
        const struct ov_addr *addr = &dg[t.first].addr;
        socklen_t len = addr->family == 0 ? 0 : ov_sockaddr_from_addr(addr, g->udp.family, to);
        if (len == 0)
        {
            ov_udp_send(&g->udp.link, dg + t.first, t.end - t.first); /* it counts and drops */
            continue;
        }
        g->tx[count].msg_hdr = (struct msghdr){.msg_name = to,
                                               .msg_namelen = len,
                                               .msg_iov = &g->tx_iov[first_piece],
                                               .msg_iovlen = join_pieces(g, first_piece, t.count)};
        if (t.count > 1)
        {
            set_size(g, count, dg[t.first].buf.len);
        }
        if (g->udp.marks)
        {
            set_class(g, count, &dg[t.first]);
        }
        g->trains[count++] = t;
    }
    return count;
}

static void send_singly(struct ov_udp_gso *g, struct ov_datagram *dg, const struct train *first,
                        const struct train *last)
{
    ov_udp_send(&g->udp.link, dg + first->first, last->end - first->first);
}

/* A full buffer stays full for the rest of this batch: the newest go. */
static void drop_trains(struct ov_udp_gso *g, struct ov_datagram *dg, const struct train *first,
                        const struct train *last)
{
    for (size_t i = first->first; i < last->end; i++)
    {
        if (dg[i].fate == OV_FATE_LINK)
        {
            ov_datagram_drop(&dg[i], OV_ERR_LIMIT);
            g->udp.link.stats.tx_full++;
        }
    }
}

/* The first of the trains was refused: how many are dealt with now. EIO is the
 * word for a route without checksum offload or with IPsec; whoever says it
 * will say it again, so all that follows goes out one by one. A segment beyond
 * the path MTU is EMSGSIZE, on kernels before 2025 EINVAL: that concerns one
 * peer, and may change. The single path judges anything else as well, and
 * counts what it drops. */
static size_t train_refused(struct ov_udp_gso *g, struct ov_datagram *dg, const struct train *t, size_t count,
                            int reason)
{
    const struct train *last = &t[count - 1];
    if (reason == EAGAIN || reason == EWOULDBLOCK || reason == ENOBUFS)
    {
        drop_trains(g, dg, t, last);
        return count;
    }
    if (reason == EIO && t->count > 1)
    {
        g->can_segment = false;
        send_singly(g, dg, t, last);
        return count;
    }
    send_singly(g, dg, t, t);
    return 1;
}

static void send_trains(struct ov_udp_gso *g, struct ov_datagram *dg, size_t count)
{
    struct ov_link_stats *stats = &g->udp.link.stats;
    size_t done = 0;
    while (done < count)
    {
        int sent = sendmmsg(g->udp.fd, g->tx + done, (unsigned)(count - done), MSG_DONTWAIT);
        stats->tx_calls++;
        if (sent <= 0)
        {
            done += train_refused(g, dg, &g->trains[done], count - done, sent < 0 ? errno : 0);
            continue;
        }
        for (size_t i = 0; i < (size_t)sent; i++)
        {
            stats->tx_datagrams += g->trains[done + i].count;
            stats->tx_octets += g->trains[done + i].octets;
        }
        done += (size_t)sent;
    }
}

static void gso_send(struct ov_link *link, struct ov_datagram *dg, size_t n)
{
    struct ov_udp_gso *g = (struct ov_udp_gso *)link;
    size_t at = 0;
    while (at < n && g->can_segment)
    {
        send_trains(g, dg, fill_trains(g, dg, n, &at));
    }
    if (at < n)
    {
        ov_udp_send(link, dg + at, n - at);
    }
}

static enum ov_err gso_twin(const struct ov_link *link, struct ov_link **out)
{
    struct ov_udp_gso *twin = calloc(1, sizeof *twin);
    *out = NULL;
    if (twin == NULL)
    {
        return OV_ERR_NOMEM;
    }
    enum ov_err err = ov_udp_copy(&((const struct ov_udp_gso *)link)->udp, &twin->udp);
    if (err != OV_OK)
    {
        ov_udp_close(&twin->udp.link);
        return err;
    }
    twin->can_segment = ((const struct ov_udp_gso *)link)->can_segment;
    twin->rx_want = RX_BULK;
    *out = &twin->udp.link;
    return OV_OK;
}

static const struct ov_link_ops gso_ops = {
    .name = "udp-gso",
    .receive = gso_receive,
    .send = gso_send,
    .pending = gso_pending,
    .fd = ov_udp_fd,
    .buffer = ov_udp_buffer,
    .stats = ov_udp_stats,
    .describe = ov_udp_describe,
    .twin = gso_twin,
    .close = ov_udp_close,
};

/* Both options came with different kernels (4.18, 5.0): ask, don't guess. */
static enum ov_err ask_offloads(struct ov_udp_gso *g, char *text)
{
    int on = 1;
    int none = 0;
    if (setsockopt(g->udp.fd, SOL_UDP, UDP_GRO, &on, sizeof on) != 0 ||
        setsockopt(g->udp.fd, SOL_UDP, UDP_SEGMENT, &none, sizeof none) != 0)
    {
        (void)snprintf(text, OV_LINK_TEXT, "UDP has no segmentation offload here: %s", strerror(errno));
        return OV_ERR_UNSUPPORTED;
    }
    g->can_segment = true;
    g->rx_want = RX_BULK;
    return OV_OK;
}

enum ov_err ov_udp_open_gso(const struct ov_udp_settings *settings, struct ov_link **out,
                            char text[static OV_LINK_TEXT])
{
    *out = NULL;
    struct ov_udp_gso *g = calloc(1, sizeof *g);
    if (g == NULL)
    {
        (void)snprintf(text, OV_LINK_TEXT, "%s", ov_err_name(OV_ERR_NOMEM));
        return OV_ERR_NOMEM;
    }
    enum ov_err err = ov_udp_start(&g->udp, &gso_ops, settings, text);
    if (err == OV_OK)
    {
        err = ask_offloads(g, text);
    }
    if (err != OV_OK)
    {
        ov_udp_close(&g->udp.link);
        return err;
    }
    *out = &g->udp.link;
    return OV_OK;
}
