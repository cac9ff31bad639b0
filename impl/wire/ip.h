#ifndef OV_WIRE_IP_H
#define OV_WIRE_IP_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* A look at the header of a tunnel packet: enough to route it. */
struct ov_ip
{
    uint8_t version;     /* 4 or 6 */
    uint8_t addr_len;    /* 4 or 16 */
    uint8_t protocol;    /* IPv4 protocol, IPv6 next header of the fixed header */
    uint16_t header_len; /* IPv4 with options; IPv6: 40 */
    uint32_t total_len;  /* header and payload as the header says; never above what was given */
    const uint8_t *src;  /* borrowed from the packet, addr_len octets */
    const uint8_t *dst;
};

/* Octets behind total_len are allowed. OV_ERR_TRUNCATED: shorter than its header or than it says;
 * OV_ERR_FORMAT: version neither 4 nor 6, header length below 20, total length below the header's. */
OV_MUST_USE enum ov_err ov_ip_read(const uint8_t *packet, size_t len, struct ov_ip *out);

#endif
