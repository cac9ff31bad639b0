#include "offload/segment.h"

#include <string.h>

#include "offload/checksum.h"

static void put16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static uint32_t get16(const uint8_t *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}

static void add32(uint8_t *p, uint32_t n)
{
    uint32_t v = ((uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]) + n;
    p[0] = (uint8_t)(v >> 24);
    p[1] = (uint8_t)(v >> 16);
    p[2] = (uint8_t)(v >> 8);
    p[3] = (uint8_t)v;
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
    return OV_OK;
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
        return seg->inner.len;
    }
    return seg->inner.payload + seg->gso_size;
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
    put16(packet + 2, len);
    put16(packet + 4, get16(packet + 4) + seg->index);
    ov_ipv4_header_sum(packet, seg->inner.l4);
}

static void fix_tcp(const struct ov_segmenter *seg, uint8_t *tcp, bool is_last)
{
    add32(tcp + 4, seg->at);
    if (!is_last)
    {
        tcp[13] &= (uint8_t) ~(OV_TCP_FIN | OV_TCP_PSH);
    }
    if (seg->index > 0)
    {
        tcp[13] &= (uint8_t)~OV_TCP_CWR;
    }
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
    uint8_t *to = ov_buf_put(out, headers + take);
    if (to == NULL)
    {
        return OV_ERR_NOSPACE;
    }
    memcpy(to, seg->packet, headers);
    memcpy(to + headers, seg->packet + headers + seg->at, take);

    struct ov_inner inner = seg->inner;
    inner.len = headers + take;
    fix_ip(seg, to, inner.len);
    if (inner.protocol == OV_INNER_TCP)
    {
        fix_tcp(seg, to + inner.l4, take == left);
    }
    else
    {
        put16(to + inner.l4 + 4, inner.len - inner.l4);
    }
    ov_l4_sum_write(to, &inner);
    seg->at += take;
    seg->index++;
    return OV_OK;
}
