#include "data/carrier.h"

#include <string.h>

#include "wire/ip.h"

#define FRAGMENT_OFFSET 0x1fffu

static uint16_t read16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

bool ov_carrier_is(const struct ov_buf *packet, const struct ov_addr *to, enum ov_carrier carrier)
{
    const uint8_t *octets = ov_buf_data(packet);
    struct ov_ip ip;
    if (carrier == OV_CARRIER_ANY || ov_ip_read(octets, packet->len, &ip) != OV_OK ||
        ip.version != to->family || memcmp(ip.dst, to->ip, ip.addr_len) != 0 || ip.protocol != carrier)
    {
        return false;
    }
    if (ip.version == 4 && (read16(octets + 6) & FRAGMENT_OFFSET) != 0)
    {
        return true;
    }
    return ip.total_len >= ip.header_len + 4u && read16(octets + ip.header_len + 2) == to->port;
}
