#include "offload/coalesce.h"

#include <string.h>

#include "offload/checksum.h"
#include "offload/inner.h"
#include "wire/ether.h"

/* One packet as the joiner sees it. */
struct candidate
{
    const uint8_t *frame;  /* where the datagram begins */
    const uint8_t *packet; /* its IP packet: the same without an Ethernet header */
    uint32_t link_len;
    uint32_t len; /* of the whole */
    struct ov_inner inner;
    uint32_t payload_len;
    bool joinable; /* may be part of a run of two or more */
    bool has_flow; /* flow is meaningful: order within it must be kept */
    uint16_t flow;
};

static uint32_t get16(const uint8_t *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t get32(const uint8_t *p)
{
    return get16(p) << 16 | get16(p + 2);
}

static void put16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static uint16_t flow_of(const uint8_t *packet, const struct ov_inner *inner)
{
    uint64_t sum = inner->version == 4 ? ov_sum_add(0, packet + 12, 8) : ov_sum_add(0, packet + 8, 32);
    sum = ov_sum_add(sum, packet + inner->l4, 4);
    return (uint16_t)((sum * UINT64_C(0x9e3779b97f4a7c15)) >> 58);
}

static bool tcp_is_joinable(const uint8_t *tcp)
{
    uint8_t flags = tcp[13];
    return (flags & OV_TCP_ACK) != 0 && (flags & (OV_TCP_SYN | OV_TCP_RST | OV_TCP_URG | OV_TCP_CWR)) == 0;
}

/* Does a UDP packet over IPv4 come without a checksum? That is no error. */
static bool has_sum(const struct candidate *c)
{
    const uint8_t *field = c->packet + c->inner.l4 + 6;
    return c->inner.protocol != OV_INNER_UDP || field[0] != 0 || field[1] != 0;
}

/* A joined packet is marked as not needing verification, so a wrong checksum must never get into one. Who is to
 * notice it is the receiver's kernel, as without us. False: wrong. */
static bool sums_are_right(struct candidate *c)
{
    if (c->inner.version == 4 && !ov_ipv4_header_sum_ok(c->packet, c->inner.l4))
    {
        return false;
    }
    c->joinable = ov_l4_sum_ok(c->packet, &c->inner);
    return c->joinable || !has_sum(c);
}

/* Frames that say what they carry; one with a tag, or with octets of padding, is nothing to join. */
static __attribute__((noinline)) enum ov_err find_in_frame(struct candidate *c)
{
    struct ov_ether ether;
    enum ov_err err = ov_ether_read(c->frame, c->len, &ether);
    if (err != OV_OK || ether.tags > 0)
    {
        return OV_ERR_UNSUPPORTED;
    }
    c->link_len = OV_ETHER_LEN;
    c->packet = c->frame + OV_ETHER_LEN;
    err = ov_inner_parse(c->packet, c->len - OV_ETHER_LEN, true, &c->inner);
    const uint16_t type = c->inner.version == 4 ? OV_ETHER_IP4 : OV_ETHER_IP6;
    return err == OV_OK && ether.type != type ? OV_ERR_FORMAT : err;
}

static enum ov_err find_packet(struct candidate *c, bool in_frames)
{
    c->packet = c->frame;
    return in_frames ? find_in_frame(c) : ov_inner_parse(c->packet, c->len, true, &c->inner);
}

static void look_at(struct candidate *c, const struct ov_buf *buf, const struct ov_coalescer *coalescer,
                    bool join_udp, uint64_t *bad_sums)
{
    memset(c, 0, sizeof *c);
    c->frame = ov_buf_data(buf);
    c->len = buf->len;
    if (find_packet(c, coalescer->in_frames) != OV_OK)
    {
        return;
    }
    c->has_flow = true;
    c->flow = flow_of(c->packet, &c->inner);
    c->payload_len = c->inner.len - c->inner.payload;
    bool is_tcp = c->inner.protocol == OV_INNER_TCP;
    if (c->payload_len == 0 || c->inner.extended || (is_tcp && !tcp_is_joinable(c->packet + c->inner.l4)) ||
        (!is_tcp && !join_udp))
    {
        return;
    }
    *bad_sums += !sums_are_right(c);
}

static bool same_ip(const uint8_t *a, const uint8_t *b, const struct ov_inner *inner, uint32_t distance)
{
    if (inner->version == 6)
    {
        return memcmp(a, b, 4) == 0 && memcmp(a + 6, b + 6, 34) == 0;
    }
    bool same =
        a[0] == b[0] && a[1] == b[1] && memcmp(a + 6, b + 6, 4) == 0 && memcmp(a + 12, b + 12, 8) == 0;
    bool is_atomic = (a[6] & 0x40) != 0; /* DF: the id means nothing (RFC 6864) */
    return same && (is_atomic || get16(b + 4) == ((get16(a + 4) + distance) & 0xffff));
}

static bool same_tcp(const uint8_t *a, const uint8_t *b, uint32_t header_len, uint32_t sent)
{
    uint8_t ignored = OV_TCP_PSH | OV_TCP_FIN;
    return memcmp(a, b, 4) == 0 && get32(b + 4) == (uint32_t)(get32(a + 4) + sent) &&
           memcmp(a + 8, b + 8, 5) == 0 && (a[13] | ignored) == (b[13] | ignored) &&
           get16(a + 14) == get16(b + 14) && memcmp(a + 18, b + 18, header_len - 18) == 0;
}

/* May the packet follow at the end of the run? */
static bool fits(const struct ov_run *run, const uint8_t *first, const struct candidate *c)
{
    if (!run->open || run->protocol != c->inner.protocol || run->version != c->inner.version ||
        run->headers != c->link_len + c->inner.payload || c->payload_len > run->size ||
        run->count >= OV_COALESCE_SEGMENTS || run->len + c->payload_len > OV_COALESCE_LEN ||
        (c->link_len > 0 && memcmp(first, c->frame, OV_ETHER_LEN) != 0) ||
        !same_ip(first + c->link_len, c->packet, &c->inner, run->count))
    {
        return false;
    }
    first += c->link_len;
    uint32_t l4 = c->inner.l4;
    if (c->inner.protocol == OV_INNER_UDP)
    {
        return memcmp(first + l4, c->packet + l4, 4) == 0;
    }
    return same_tcp(first + l4, c->packet + l4, c->inner.payload - l4, run->len - run->headers);
}

static bool ends_run(const struct candidate *c, uint32_t size)
{
    return c->payload_len < size || (c->inner.protocol == OV_INNER_TCP &&
                                     (c->packet[c->inner.l4 + 13] & (OV_TCP_PSH | OV_TCP_FIN)) != 0);
}

static void close_all(struct ov_coalescer *c)
{
    for (size_t i = 0; i < sizeof c->flows / sizeof c->flows[0]; i++)
    {
        c->flows[i] = 0;
    }
}

static void start_run(struct ov_coalescer *c, uint16_t index, const struct candidate *packet)
{
    struct ov_run *run = &c->runs[c->run_count++];
    run->first = index;
    run->last = index;
    run->count = 1;
    run->headers = (uint16_t)(packet->link_len + packet->inner.payload);
    run->size = (uint16_t)packet->payload_len;
    run->protocol = packet->inner.protocol;
    run->version = packet->inner.version;
    run->len = packet->len;
    run->open = packet->joinable && !ends_run(packet, packet->payload_len);
    if (packet->has_flow)
    {
        c->flows[packet->flow] = run->open ? c->run_count : 0;
    }
    else
    {
        /* Nobody knows what it belongs to, so nothing may overtake it. */
        close_all(c);
    }
}

static void extend_run(struct ov_coalescer *c, struct ov_run *run, uint16_t index,
                       const struct candidate *packet, uint8_t *first)
{
    c->next[run->last] = index;
    run->last = index;
    run->count++;
    run->len += packet->payload_len;
    if (packet->inner.protocol == OV_INNER_TCP)
    {
        first[packet->link_len + packet->inner.l4 + 13] |=
            packet->packet[packet->inner.l4 + 13] & (OV_TCP_PSH | OV_TCP_FIN);
    }
    run->open = !ends_run(packet, run->size);
}

/* Lengths of the whole, and the pseudo header's sum where the checksum was:
 * the kernel or whoever segments again completes it. */
static void rewrite_headers(const struct ov_run *run, uint8_t *packet, uint32_t packet_len)
{
    struct ov_inner inner = {.version = run->version, .protocol = run->protocol, .len = packet_len};
    inner.l4 = run->version == 4 ? 20 : 40;
    uint32_t l4_len = packet_len - inner.l4;
    if (run->version == 4)
    {
        put16(packet + 2, packet_len);
        ov_ipv4_header_sum(packet, inner.l4);
    }
    else
    {
        put16(packet + 4, l4_len);
    }
    uint32_t field = inner.l4 + (run->protocol == OV_INNER_TCP ? 16u : 6u);
    if (run->protocol == OV_INNER_UDP)
    {
        put16(packet + inner.l4 + 4, l4_len);
    }
    uint16_t sum = ov_sum_fold(ov_sum_pseudo(packet, &inner, l4_len));
    memcpy(packet + field, &sum, 2);
}

void ov_coalesce(struct ov_coalescer *c, struct ov_datagram *dg, size_t n, bool join_udp)
{
    const uint32_t link_len = c->in_frames ? OV_ETHER_LEN : 0;
    c->run_count = 0;
    close_all(c);
    for (size_t i = 0; i < n && i < OV_COALESCE_BATCH; i++)
    {
        if (dg[i].fate != OV_FATE_TUN)
        {
            continue;
        }
        struct candidate packet;
        look_at(&packet, &dg[i].buf, c, join_udp, &c->bad_sums);
        uint16_t newest = packet.joinable ? c->flows[packet.flow] : 0;
        struct ov_run *run = newest > 0 ? &c->runs[newest - 1] : NULL;
        uint8_t *first = run != NULL ? ov_buf_data(&dg[run->first].buf) : NULL;
        if (run != NULL && fits(run, first, &packet))
        {
            extend_run(c, run, (uint16_t)i, &packet, first);
        }
        else
        {
            start_run(c, (uint16_t)i, &packet);
        }
    }
    for (size_t i = 0; i < c->run_count; i++)
    {
        if (c->runs[i].count > 1)
        {
            rewrite_headers(&c->runs[i], ov_buf_data(&dg[c->runs[i].first].buf) + link_len,
                            c->runs[i].len - link_len);
        }
    }
}

static uint8_t gso_type(const struct ov_run *run)
{
    if (run->protocol == OV_INNER_UDP)
    {
        return OV_VNET_GSO_UDP_L4;
    }
    return run->version == 4 ? OV_VNET_GSO_TCPV4 : OV_VNET_GSO_TCPV6;
}

size_t ov_coalesce_run(const struct ov_coalescer *c, const struct ov_datagram *dg, size_t i,
                       struct ov_vnet *vnet, struct iovec iov[static OV_COALESCE_SEGMENTS])
{
    const struct ov_run *run = &c->runs[i];
    const struct ov_buf *first = &dg[run->first].buf;
    memset(vnet, 0, sizeof *vnet);
    iov[0].iov_base = ov_buf_data(first);
    iov[0].iov_len = first->len;
    if (run->count == 1)
    {
        return 1;
    }
    vnet->flags = OV_VNET_NEEDS_CSUM;
    vnet->gso_type = gso_type(run);
    vnet->gso_size = run->size;
    vnet->hdr_len = run->headers;
    vnet->csum_start = (run->version == 4 ? 20 : 40) + (c->in_frames ? OV_ETHER_LEN : 0);
    vnet->csum_offset = run->protocol == OV_INNER_TCP ? 16 : 6;
    uint16_t at = run->first;
    for (size_t k = 1; k < run->count; k++)
    {
        at = c->next[at];
        iov[k].iov_base = ov_buf_data(&dg[at].buf) + run->headers;
        iov[k].iov_len = dg[at].buf.len - run->headers;
    }
    return run->count;
}
