#include "wire/ip.h"

#include <string.h>

#include "base/cursor.h"

#define IPV4_HEADER_MIN 20u
#define IPV6_HEADER     40u

static enum ov_err verdict(const struct ov_reader *r, size_t len, const struct ov_ip *ip)
{
    if (r->failed || len < ip->header_len)
    {
        return OV_ERR_TRUNCATED;
    }
    if (ip->header_len < IPV4_HEADER_MIN || ip->total_len < ip->header_len)
    {
        return OV_ERR_FORMAT;
    }
    return ip->total_len > len ? OV_ERR_TRUNCATED : OV_OK;
}

static enum ov_err read_ipv4(struct ov_reader r, size_t len, struct ov_ip *out)
{
    out->addr_len = 4;
    out->header_len = (uint16_t)((ov_read_u8(&r) & 15u) * 4u);
    ov_read_u8(&r); /* TOS */
    out->total_len = ov_read_u16(&r);
    ov_read_bytes(&r, 5); /* id, fragment, TTL */
    out->protocol = ov_read_u8(&r);
    ov_read_u16(&r); /* checksum */
    out->src = ov_read_bytes(&r, 4);
    out->dst = ov_read_bytes(&r, 4);
    return verdict(&r, len, out);
}

static enum ov_err read_ipv6(struct ov_reader r, size_t len, struct ov_ip *out)
{
    out->addr_len = 16;
    out->header_len = IPV6_HEADER;
    ov_read_u32(&r); /* version, class, flow label */
    out->total_len = IPV6_HEADER + ov_read_u16(&r);
    out->protocol = ov_read_u8(&r);
    ov_read_u8(&r); /* hop limit */
    out->src = ov_read_bytes(&r, 16);
    out->dst = ov_read_bytes(&r, 16);
    return verdict(&r, len, out);
}

enum ov_err ov_ip_read(const uint8_t *packet, size_t len, struct ov_ip *out)
{
    memset(out, 0, sizeof(*out));
    struct ov_reader r = ov_reader_over(packet, len);
    if (len == 0)
    {
        return OV_ERR_TRUNCATED;
    }
    out->version = packet[0] >> 4;
    switch (out->version)
    {
    case 4:
        return read_ipv4(r, len, out);
    case 6:
        return read_ipv6(r, len, out);
    default:
        return OV_ERR_FORMAT;
    }
}
