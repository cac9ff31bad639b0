#include "net/bundle.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

struct bundle
{
    struct ov_link link; /* first: the table's functions get its address */
    int epoll;           /* watches the members, is watched by the program */
    size_t count;
    uint64_t lost; /* datagrams for a member that isn't there */
    size_t turn;   /* whose turn it is to be read first: a busy one must not keep the others waiting */
    struct ov_link *member[OV_BUNDLE_MAX];
};

static struct bundle *bundle_of(struct ov_link *link)
{
    return (struct bundle *)link;
}

/* ---- what has happened to all of them ---- */

static void add_up(struct ov_link_stats *sum, const struct ov_link_stats *s)
{
    sum->rx_datagrams += s->rx_datagrams;
    sum->rx_octets += s->rx_octets;
    sum->rx_calls += s->rx_calls;
    sum->rx_truncated += s->rx_truncated;
    sum->rx_errors += s->rx_errors;
    sum->rx_overflow += s->rx_overflow;
    sum->tx_datagrams += s->tx_datagrams;
    sum->tx_octets += s->tx_octets;
    sum->tx_calls += s->tx_calls;
    sum->tx_waiting = s->tx_waiting > sum->tx_waiting ? s->tx_waiting : sum->tx_waiting;
    sum->tx_full += s->tx_full;
    sum->tx_too_big += s->tx_too_big;
    sum->tx_errors += s->tx_errors;
    sum->shares = sum->shares || s->shares;
    sum->shared += s->shared;
    sum->shared_refused += s->shared_refused;
    sum->tx_errno = s->tx_errno != 0 ? s->tx_errno : sum->tx_errno;
    sum->rx_errno = s->rx_errno != 0 ? s->rx_errno : sum->rx_errno;
}

static void count(struct bundle *b)
{
    b->link.stats = (struct ov_link_stats){.tx_errors = b->lost};
    for (size_t i = 0; i < b->count; i++)
    {
        add_up(&b->link.stats, &b->member[i]->stats);
    }
}

static struct ov_link_stats bundle_stats(const struct ov_link *link)
{
    const struct bundle *b = (const struct bundle *)link;
    struct ov_link_stats sum = {.tx_errors = b->lost};
    for (size_t i = 0; i < b->count; i++)
    {
        const struct ov_link_stats s = b->member[i]->ops->stats(b->member[i]);
        add_up(&sum, &s);
    }
    return sum;
}

/* ---- datagrams ---- */

static size_t bundle_receive(struct ov_link *link, struct ov_datagram *dg, size_t n)
{
    struct bundle *b = bundle_of(link);
    size_t got = 0;
    const size_t first = b->turn++ % b->count;
    for (size_t i = 0; i < b->count && got < n; i++)
    {
        const size_t way = (first + i) % b->count;
        const size_t more = b->member[way]->ops->receive(b->member[way], dg + got, n - got);
        for (size_t k = got; k < got + more; k++)
        {
            dg[k].addr.way = (uint8_t)way;
        }
        got += more;
    }
    count(b);
    return got;
}

static bool goes_by(const struct ov_datagram *dg, uint8_t way)
{
    return dg->fate == OV_FATE_LINK && dg->addr.way == way;
}

/* Those that go by one member and lie together, what is passed over between them: the order for one peer stays. */
static size_t send_run(struct bundle *b, struct ov_datagram *dg, size_t n)
{
    const uint8_t way = dg[0].addr.way;
    size_t end = 0;
    while (end < n && (goes_by(&dg[end], way) || dg[end].fate != OV_FATE_LINK))
    {
        end++;
    }
    for (size_t i = 0; i < end; i++)
    {
        if (dg[i].fate != OV_FATE_LINK)
        {
            continue;
        }
        dg[i].addr.way = 0; /* members know none */
        if (way >= b->count)
        {
            b->lost++;
            ov_datagram_drop(&dg[i], OV_ERR_ADDRESS);
        }
    }
    if (way < b->count)
    {
        b->member[way]->ops->send(b->member[way], dg, end);
    }
    return end;
}

static void bundle_send(struct ov_link *link, struct ov_datagram *dg, size_t n)
{
    struct bundle *b = bundle_of(link);
    for (size_t at = 0; at < n;)
    {
        at += dg[at].fate == OV_FATE_LINK ? send_run(b, dg + at, n - at) : 1;
    }
    count(b);
}

static bool bundle_pending(const struct ov_link *link)
{
    const struct bundle *b = (const struct bundle *)link;
    bool pending = false;
    for (size_t i = 0; i < b->count; i++)
    {
        pending = pending || b->member[i]->ops->pending(b->member[i]);
    }
    return pending;
}

static int bundle_fd(const struct ov_link *link)
{
    return ((const struct bundle *)link)->epoll;
}

/* ---- connections ---- */

static bool bundle_event(struct ov_link *link, struct ov_link_event *event)
{
    struct bundle *b = bundle_of(link);
    for (size_t way = 0; way < b->count; way++)
    {
        const struct ov_link_connections *own = b->member[way]->ops->connections;
        if (own != NULL && own->event(b->member[way], event))
        {
            event->addr.way = (uint8_t)way;
            return true;
        }
    }
    return false;
}

static void bundle_claim(struct ov_link *link, const struct ov_addr *addr, bool used)
{
    struct bundle *b = bundle_of(link);
    struct ov_addr at = *addr;
    at.way = 0;
    if (addr->way < b->count && b->member[addr->way]->ops->connections != NULL)
    {
        b->member[addr->way]->ops->connections->claim(b->member[addr->way], &at, used);
    }
}

/* What is read from the tun device may be for a peer at any of them: a member that is full holds nobody up. */
static bool bundle_full(const struct ov_link *link)
{
    (void)link;
    return false;
}

static uint32_t bundle_room(const struct ov_link *link)
{
    (void)link;
    return UINT32_MAX;
}

static void bundle_tick(struct ov_link *link, struct ov_now now)
{
    struct bundle *b = bundle_of(link);
    for (size_t i = 0; i < b->count; i++)
    {
        if (b->member[i]->ops->connections != NULL)
        {
            b->member[i]->ops->connections->tick(b->member[i], now);
        }
    }
}

static uint64_t bundle_deadline(const struct ov_link *link)
{
    const struct bundle *b = (const struct bundle *)link;
    uint64_t at = OV_NEVER;
    for (size_t i = 0; i < b->count; i++)
    {
        const struct ov_link_connections *own = b->member[i]->ops->connections;
        at = own != NULL ? ov_time_earlier(at, own->deadline(b->member[i])) : at;
    }
    return at;
}

/* ---- the rest of the table ---- */

/* More room for those that one socket serves: connections have their own each. */
static uint32_t bundle_buffer(struct ov_link *link, enum ov_sockbuf which, uint32_t octets)
{
    struct bundle *b = bundle_of(link);
    uint32_t granted = 0;
    for (size_t i = 0; i < b->count; i++)
    {
        if (b->member[i]->ops->connections == NULL)
        {
            granted = b->member[i]->ops->buffer(b->member[i], which, octets);
            b->link.buffer[which] = b->member[i]->buffer[which];
        }
    }
    return granted;
}

static const char *bundle_describe(const struct ov_link *link, char text[static OV_LINK_TEXT])
{
    (void)snprintf(text, OV_LINK_TEXT, "%zu sockets", ((const struct bundle *)link)->count);
    return text;
}

static void bundle_close(struct ov_link *link)
{
    struct bundle *b = bundle_of(link);
    if (b == NULL)
    {
        return;
    }
    for (size_t i = 0; i < b->count; i++)
    {
        b->member[i]->ops->close(b->member[i]);
    }
    if (b->epoll >= 0)
    {
        (void)close(b->epoll);
    }
    free(b);
}

static const struct ov_link_connections connections = {
    .event = bundle_event,
    .claim = bundle_claim,
    .full = bundle_full,
    .room = bundle_room,
    .tick = bundle_tick,
    .deadline = bundle_deadline,
};

#define BUNDLE_OPS                                                                                           \
    .name = "bundle", .receive = bundle_receive, .send = bundle_send, .pending = bundle_pending,             \
    .fd = bundle_fd, .buffer = bundle_buffer, .stats = bundle_stats, .describe = bundle_describe,            \
    .close = bundle_close

static const struct ov_link_ops datagram_ops = {BUNDLE_OPS};
static const struct ov_link_ops connected_ops = {BUNDLE_OPS, .connections = &connections};

/* ---- opening ---- */

static enum ov_err watch(struct bundle *b, char *text)
{
    b->epoll = epoll_create1(EPOLL_CLOEXEC);
    bool good = b->epoll >= 0;
    for (size_t i = 0; good && i < b->count; i++)
    {
        struct epoll_event event = {.events = EPOLLIN};
        good = epoll_ctl(b->epoll, EPOLL_CTL_ADD, b->member[i]->ops->fd(b->member[i]), &event) == 0;
    }
    if (!good)
    {
        (void)snprintf(text, OV_LINK_TEXT, "cannot watch several sockets: %s", strerror(errno));
    }
    return good ? OV_OK : OV_ERR_IO;
}

enum ov_err ov_bundle_open(struct ov_link *const *links, size_t links_count, struct ov_link **out,
                           char text[static OV_LINK_TEXT])
{
    struct bundle *b = links_count > 0 && links_count <= OV_BUNDLE_MAX ? calloc(1, sizeof *b) : NULL;
    enum ov_err err = links_count == 0 || links_count > OV_BUNDLE_MAX ? OV_ERR_ARG : OV_ERR_NOMEM;
    *out = NULL;
    if (b == NULL)
    {
        for (size_t i = 0; i < links_count; i++)
        {
            links[i]->ops->close(links[i]);
        }
        (void)snprintf(text, OV_LINK_TEXT, "%s", ov_err_name(err));
        return err;
    }
    b->link.ops = &datagram_ops;
    b->count = links_count;
    b->epoll = -1;
    for (size_t i = 0; i < links_count; i++)
    {
        b->member[i] = links[i];
        b->link.ops = links[i]->ops->connections != NULL ? &connected_ops : b->link.ops;
    }
    memcpy(b->link.buffer, links[0]->buffer, sizeof b->link.buffer);
    for (size_t i = 0; i < links_count && links[i]->ops->connections == NULL; i++)
    {
        memcpy(b->link.buffer, links[i]->buffer, sizeof b->link.buffer);
    }
    err = watch(b, text);
    if (err != OV_OK)
    {
        bundle_close(&b->link);
        return err;
    }
    *out = &b->link;
    return OV_OK;
}
