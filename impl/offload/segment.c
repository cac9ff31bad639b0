#include "offload/segment.h"

#include <string.h>

#include "offload/checksum.h"
#include "wire/ether.h"

static void put16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static uint32_t get16(const uint8_t *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t get32(const uint8_t *p)
{
    return get16(p) << 16 | get16(p + 2);
}

static enum ov_err start_plain(struct ov_segmenter *seg, const struct ov_vnet *vnet)
{
    seg->plain = true;
    seg->payload_len = seg->inner.len;
    seg->needs_sum = (vnet->flags & OV_VNET_NEEDS_CSUM) != 0;
    seg->sum_start = vnet->csum_start;
    seg->sum_offset = vnet->csum_offset;
    uint32_t end = (uint32_t)vnet->csum_start + vnet->csum_offset + 2;
    return seg->needs_sum && end > seg->inner.len ? OV_ERR_FORMAT : OV_OK;
}

/* What takes a word out of a sum of 16 bit words. */
static uint32_t without(const uint8_t *field)
{
    uint16_t word;
    memcpy(&word, field, sizeof word);
    return 0xffffu ^ word;
}

/* The sums of the headers are taken once. To read them where they were just
 * written, segment by segment, would cost more than the sum of all the payload. */
static void start_sums(struct ov_segmenter *seg)
{
    const uint8_t *l4 = seg->packet + seg->inner.l4;
    uint64_t sum = ov_sum_pseudo(seg->packet, &seg->inner, 0);
    seg->l4_sum = ov_sum_fold(ov_sum_add(sum, l4, (size_t)seg->inner.payload - seg->inner.l4));
    seg->l4_sum += without(l4 + 4) + without(l4 + 6); /* sequence number; UDP: length and checksum */
    if (seg->inner.protocol == OV_INNER_TCP)
    {
        seg->l4_sum += without(l4 + 12) + without(l4 + 16); /* flags, checksum */
    }
    if (seg->inner.version == 4)
    {
        seg->ip_sum = ov_sum_fold(ov_sum_add(0, seg->packet, seg->inner.l4));
        seg->ip_sum += without(seg->packet + 2) + without(seg->packet + 4) + without(seg->packet + 10);
    }
}

static bool type_fits(const struct ov_inner *inner, uint8_t type)
{
    switch (type)
    {
    case OV_VNET_GSO_TCPV4:
        return inner->version == 4 && inner->protocol == OV_INNER_TCP;
    case OV_VNET_GSO_TCPV6:
        return inner->version == 6 && inner->protocol == OV_INNER_TCP;
    case OV_VNET_GSO_UDP_L4:
        return inner->protocol == OV_INNER_UDP;
    default:
        return false;
    }
}

enum ov_err ov_segment_start(struct ov_segmenter *seg, const struct ov_vnet *vnet, const uint8_t *packet,
                             uint32_t len)
{
    memset(seg, 0, sizeof *seg);
    seg->packet = packet;
    seg->inner.len = len;
    uint8_t type = vnet->gso_type & (uint8_t)~OV_VNET_GSO_ECN;
    if (len == 0)
    {
        return OV_ERR_TRUNCATED;
    }
    if (type == OV_VNET_GSO_NONE)
    {
        return start_plain(seg, vnet);
    }
    /* The hdr_len of the vnet header is only a hint: the real headers count. */
    enum ov_err err = ov_inner_parse(packet, len, false, &seg->inner);
    if (err != OV_OK)
    {
        return err == OV_ERR_TRUNCATED ? err : OV_ERR_FORMAT;
    }
    bool is_urgent = seg->inner.protocol == OV_INNER_TCP && (packet[seg->inner.l4 + 13] & OV_TCP_URG) != 0;
    if (!type_fits(&seg->inner, type) || vnet->gso_size == 0 || seg->inner.payload >= len || is_urgent)
    {
        return OV_ERR_FORMAT;
    }
    if (seg->inner.payload + (uint32_t)vnet->gso_size > 65535)
    {
        return OV_ERR_FORMAT;
    }
    seg->gso_size = vnet->gso_size;
    seg->payload_len = len - seg->inner.payload;
    start_sums(seg);
    return OV_OK;
}

/* The vnet header counts from the start of the frame. What is left as it is may be of any type. */
enum ov_err ov_segment_start_frame(struct ov_segmenter *seg, const struct ov_vnet *vnet, const uint8_t *frame,
                                   uint32_t len)
{
    struct ov_ether ether;
    enum ov_err err = ov_ether_read(frame, len, &ether);
    if ((vnet->gso_type & ~OV_VNET_GSO_ECN) == OV_VNET_GSO_NONE && len >= OV_ETHER_LEN)
    {
        return ov_segment_start(seg, vnet, frame, len);
    }
    memset(seg, 0, sizeof *seg);
    if (err != OV_OK)
    {
        return err;
    }
    err = ov_segment_start(seg, vnet, frame + ether.header_len, len - ether.header_len);
    const uint16_t type = seg->inner.version == 4 ? OV_ETHER_IP4 : OV_ETHER_IP6;
    seg->link_len = ether.header_len;
    return err == OV_OK && ether.type != type ? OV_ERR_FORMAT : err;
}

uint32_t ov_segment_left(const struct ov_segmenter *seg)
{
    uint32_t left = seg->payload_len - seg->at;
    if (seg->plain || left == 0)
    {
        return left > 0 ? 1 : 0;
    }
    return (left + seg->gso_size - 1) / seg->gso_size;
}

uint32_t ov_segment_max_len(const struct ov_segmenter *seg)
{
    if (seg->plain || seg->payload_len <= seg->gso_size)
    {
        return seg->link_len + seg->inner.len;
    }
    return seg->link_len + seg->inner.payload + seg->gso_size;
}

/* The sender left the pseudo header's sum in the field; adding the rest from
 * csum_start completes it. */
static void complete_sum(const struct ov_segmenter *seg, uint8_t *packet)
{
    uint8_t *field = packet + seg->sum_start + seg->sum_offset;
    uint16_t sum =
        (uint16_t)~ov_sum_fold(ov_sum_add(0, packet + seg->sum_start, seg->inner.len - seg->sum_start));
    if (sum == 0 && seg->sum_offset == 6)
    {
        sum = 0xffff; /* UDP: zero would mean "no checksum" */
    }
    memcpy(field, &sum, 2);
}

static enum ov_err next_plain(struct ov_segmenter *seg, struct ov_buf *out)
{
    uint8_t *to = ov_buf_put(out, seg->inner.len);
    if (to == NULL)
    {
        return OV_ERR_NOSPACE;
    }
    memcpy(to, seg->packet, seg->inner.len);
    if (seg->needs_sum)
    {
        complete_sum(seg, to);
    }
    seg->at = seg->payload_len;
    return OV_OK;
}

static void fix_ip(const struct ov_segmenter *seg, uint8_t *packet, uint32_t len)
{
    if (seg->inner.version == 6)
    {
        put16(packet + 4, len - 40);
        return;
    }
    uint32_t id = get16(seg->packet + 4) + seg->index;
    uint16_t sum = (uint16_t)~ov_sum_fold(seg->ip_sum + ov_sum_word(len) + ov_sum_word(id));
    put16(packet + 2, len);
    put16(packet + 4, id);
    memcpy(packet + 10, &sum, sizeof sum);
}

/* Returns what is to be added to the sum of the headers. */
static uint32_t fix_tcp(const struct ov_segmenter *seg, uint8_t *tcp, bool is_last)
{
    const uint8_t *first = seg->packet + seg->inner.l4;
    uint32_t number = get32(first + 4) + seg->at;
    uint32_t flags = get16(first + 12);
    if (!is_last)
    {
        flags &= ~(uint32_t)(OV_TCP_FIN | OV_TCP_PSH);
    }
    if (seg->index > 0)
    {
        flags &= ~(uint32_t)OV_TCP_CWR;
    }
    put16(tcp + 4, number >> 16);
    put16(tcp + 6, number);
    tcp[13] = (uint8_t)flags;
    return (uint32_t)ov_sum_word(number >> 16) + ov_sum_word(number) + ov_sum_word(flags);
}

static uint32_t fix_udp(uint8_t *udp, uint32_t len)
{
    put16(udp + 4, len);
    return ov_sum_word(len);
}

/* Headers and payload lie where they belong; the payload is summed where it came from. */
static void fix_headers(const struct ov_segmenter *seg, uint8_t *packet, uint32_t take, bool is_last)
{
    bool is_tcp = seg->inner.protocol == OV_INNER_TCP;
    uint32_t len = seg->inner.payload + take;
    uint32_t l4_len = len - seg->inner.l4;
    uint8_t *l4 = packet + seg->inner.l4;
    fix_ip(seg, packet, len);
    uint64_t sum = (uint64_t)seg->l4_sum + ov_sum_word(l4_len);
    sum += is_tcp ? fix_tcp(seg, l4, is_last) : fix_udp(l4, l4_len);
    sum = ov_sum_add(sum, seg->packet + seg->inner.payload + seg->at, take);
    uint16_t result = (uint16_t)~ov_sum_fold(sum);
    /* Zero would mean "no checksum" in UDP, so its other representation is sent. */
    result = result == 0 && !is_tcp ? 0xffff : result;
    memcpy(l4 + (is_tcp ? 16 : 6), &result, sizeof result);
}

enum ov_err ov_segment_next(struct ov_segmenter *seg, struct ov_buf *out)
{
    uint32_t left = seg->payload_len - seg->at;
    if (left == 0)
    {
        return OV_ERR_AGAIN;
    }
    if (seg->plain)
    {
        return next_plain(seg, out);
    }
    uint32_t take = left < seg->gso_size ? left : seg->gso_size;
    uint32_t headers = seg->inner.payload;
    uint8_t *to = ov_buf_put(out, seg->link_len + headers + take);
    if (to == NULL)
    {
        return OV_ERR_NOSPACE;
    }
    memcpy(to, seg->packet - seg->link_len, seg->link_len + headers);
    to += seg->link_len;
    memcpy(to + headers, seg->packet + headers + seg->at, take);
    fix_headers(seg, to, take, take == left);
    seg->at += take;
    seg->index++;
    return OV_OK;
}
