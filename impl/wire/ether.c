#include "wire/ether.h"

#include <string.h>

#include "base/cursor.h"
#include "wire/ip.h"

static bool is_tag(uint16_t type)
{
    return type == 0x8100u || type == 0x88a8u;
}

enum ov_err ov_ether_read(const uint8_t *frame, size_t len, struct ov_ether *out)
{
    memset(out, 0, sizeof(*out));
    struct ov_reader r = ov_reader_over(frame, len);
    out->dst = ov_read_bytes(&r, OV_MAC_LEN);
    out->src = ov_read_bytes(&r, OV_MAC_LEN);
    out->type = ov_read_u16(&r);
    out->header_len = OV_ETHER_LEN;
    while (!r.failed && is_tag(out->type) && out->tags < OV_VLAN_TAGS)
    {
        ov_read_u16(&r); /* priority and VLAN */
        out->type = ov_read_u16(&r);
        out->tags++;
        out->header_len += OV_VLAN_LEN;
    }
    return r.failed ? OV_ERR_TRUNCATED : OV_OK;
}

/* Frames below 60 octets are padded on a wire, so the length of the frame is not that of the packet. */
bool ov_ether_ip(const uint8_t *frame, size_t len, uint32_t *offset, uint32_t *ip_len)
{
    struct ov_ether ether;
    struct ov_ip ip;
    if (ov_ether_read(frame, len, &ether) != OV_OK ||
        (ether.type != OV_ETHER_IP4 && ether.type != OV_ETHER_IP6) ||
        ov_ip_read(frame + ether.header_len, len - ether.header_len, &ip) != OV_OK ||
        ip.version != (ether.type == OV_ETHER_IP4 ? 4 : 6))
    {
        return false;
    }
    *offset = ether.header_len;
    *ip_len = ip.total_len;
    return true;
}
