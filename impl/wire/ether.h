#ifndef OV_WIRE_ETHER_H
#define OV_WIRE_ETHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* A look at the header of an Ethernet frame, the tunnel packet of a tap device: enough to switch it, and to find
 * the IP packet in it. */

#define OV_MAC_LEN   6u
#define OV_ETHER_LEN 14u /* both addresses and the type */
#define OV_VLAN_LEN  4u  /* one 802.1Q or 802.1ad tag */
#define OV_VLAN_TAGS 2u  /* more of them are payload */

#define OV_ETHER_IP4 0x0800u
#define OV_ETHER_IP6 0x86ddu

struct ov_ether
{
    const uint8_t *dst; /* borrowed from the frame, OV_MAC_LEN octets */
    const uint8_t *src;
    uint16_t type;      /* behind the tags; below 1536 it is a length */
    uint8_t tags;       /* 0..OV_VLAN_TAGS */
    uint8_t header_len; /* 14, 18 or 22: where the payload begins */
};

/* OV_ERR_TRUNCATED: shorter than its header, tags included. The payload may be empty. */
OV_MUST_USE enum ov_err ov_ether_read(const uint8_t *frame, size_t len, struct ov_ether *out);

/* Where the IP packet lies in a frame that carries one, without what pads the frame; false: it carries none that
 * is whole. */
bool ov_ether_ip(const uint8_t *frame, size_t len, uint32_t *offset, uint32_t *ip_len);

/* Broadcast or multicast: to more than one station. */
static inline bool ov_mac_is_group(const uint8_t mac[static OV_MAC_LEN])
{
    return (mac[0] & 1) != 0;
}

#endif
