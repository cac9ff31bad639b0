#include "offload/inner.h"

static uint16_t get16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static enum ov_err parse_v4(const uint8_t *packet, uint32_t len, bool exact, struct ov_inner *out)
{
    if (len < 20)
    {
        return OV_ERR_TRUNCATED;
    }
    uint32_t ihl = (packet[0] & 0x0fu) * 4;
    if (ihl < 20 || ihl > len)
    {
        return OV_ERR_FORMAT;
    }
    if (exact && get16(packet + 2) != len)
    {
        return OV_ERR_FORMAT;
    }
    if ((get16(packet + 6) & 0x3fff) != 0) /* more fragments, or an offset */
    {
        return OV_ERR_UNSUPPORTED;
    }
    out->protocol = packet[9];
    out->extended = ihl > 20;
    out->l4 = (uint16_t)ihl;
    return OV_OK;
}

/* Hop-by-hop, routing and destination options have a length and may be walked;
 * anything else (fragment, authentication, ...) takes the plain path. */
static bool is_walkable(uint8_t header)
{
    return header == 0 || header == 43 || header == 60;
}

static enum ov_err parse_v6(const uint8_t *packet, uint32_t len, bool exact, struct ov_inner *out)
{
    if (len < 40)
    {
        return OV_ERR_TRUNCATED;
    }
    if (exact && get16(packet + 4) + 40u != len)
    {
        return OV_ERR_FORMAT;
    }
    uint8_t next = packet[6];
    uint32_t at = 40;
    while (is_walkable(next))
    {
        if (at + 8 > len)
        {
            return OV_ERR_TRUNCATED;
        }
        next = packet[at];
        at += (packet[at + 1] + 1u) * 8;
    }
    if (at > len || at > 1024)
    {
        return OV_ERR_FORMAT;
    }
    out->protocol = next;
    out->extended = at > 40;
    out->l4 = (uint16_t)at;
    return OV_OK;
}

static enum ov_err parse_transport(const uint8_t *packet, uint32_t len, bool exact, struct ov_inner *out)
{
    const uint8_t *l4 = packet + out->l4;
    uint32_t left = len - out->l4;
    uint32_t header = 8;
    if (out->protocol == OV_INNER_TCP)
    {
        if (left < 20)
        {
            return OV_ERR_TRUNCATED;
        }
        header = (l4[12] >> 4) * 4u;
    }
    else if (left < 8)
    {
        return OV_ERR_TRUNCATED;
    }
    else if (exact && get16(l4 + 4) != left)
    {
        return OV_ERR_FORMAT;
    }
    if (header > left || (out->protocol == OV_INNER_TCP && header < 20))
    {
        return OV_ERR_FORMAT;
    }
    out->payload = (uint16_t)(out->l4 + header);
    return OV_OK;
}

enum ov_err ov_inner_parse(const uint8_t *packet, uint32_t len, bool exact, struct ov_inner *out)
{
    if (len < 1)
    {
        return OV_ERR_TRUNCATED;
    }
    enum ov_err err = OV_ERR_FORMAT;
    out->len = len;
    out->version = packet[0] >> 4;
    if (out->version == 4)
    {
        err = parse_v4(packet, len, exact, out);
    }
    else if (out->version == 6)
    {
        err = parse_v6(packet, len, exact, out);
    }
    if (err != OV_OK)
    {
        return err;
    }
    if (out->protocol != OV_INNER_TCP && out->protocol != OV_INNER_UDP)
    {
        return OV_ERR_UNSUPPORTED;
    }
    return parse_transport(packet, len, exact, out);
}
