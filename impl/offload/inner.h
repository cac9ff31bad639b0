#ifndef OV_OFFLOAD_INNER_H
#define OV_OFFLOAD_INNER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* Where things are in a tunnelled IPv4/IPv6 packet that carries TCP or UDP.
 * All offsets from the start of the packet, all lengths in octets. */
struct ov_inner
{
    uint8_t version;  /* 4 or 6 */
    uint8_t protocol; /* OV_INNER_TCP or OV_INNER_UDP */
    bool extended;    /* IPv4 options or IPv6 extension headers are present */
    uint16_t l4;      /* offset of the TCP/UDP header = length of the IP part */
    uint16_t payload; /* offset of the payload */
    uint32_t len;     /* whole packet */
};

#define OV_INNER_TCP 6
#define OV_INNER_UDP 17

/* TCP flag octet */
#define OV_TCP_FIN 0x01
#define OV_TCP_SYN 0x02
#define OV_TCP_RST 0x04
#define OV_TCP_PSH 0x08
#define OV_TCP_ACK 0x10
#define OV_TCP_URG 0x20
#define OV_TCP_ECE 0x40
#define OV_TCP_CWR 0x80

/* Look at a packet of len octets. exact: the length fields must equal len (a
 * packet from the wire); otherwise len alone counts (a super-packet, whose
 * length field may be zero beyond 65,535). OV_ERR_TRUNCATED, OV_ERR_FORMAT;
 * OV_ERR_UNSUPPORTED: a fragment, or neither TCP nor UDP. */
OV_MUST_USE enum ov_err ov_inner_parse(const uint8_t *packet, uint32_t len, bool exact, struct ov_inner *out);

#endif
