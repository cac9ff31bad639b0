#ifndef OV_OFFLOAD_MSS_H
#define OV_OFFLOAD_MSS_H

#include <stdbool.h>
#include <stdint.h>

/* --mssfix: TCP connections inside the tunnel are told, while they are set up,
 * to use segments that still fit the outer path once they are sealed. */

/* Largest TCP payload to allow, by inner IP version; 0: leave it alone. */
struct ov_mss
{
    uint16_t v4;
    uint16_t v6;
    bool in_frames; /* tunnel packets are Ethernet frames */
};

/* packet_max: octets of the largest outer packet, outer IP and UDP header
 * (outer_len octets) included; overhead: what sealing adds to a tunnel packet
 * [WP-MTU-002]. All-zero where nothing useful would be left. */
struct ov_mss ov_mss_for(uint32_t packet_max, uint32_t outer_len, uint32_t overhead);

/* Lower the MSS option of a TCP SYN to the limit, never raise it [WP-MTU-003]. In a frame also behind VLAN tags.
 * Any other or malformed packet stays as it is. True if it was changed. */
bool ov_mss_clamp(uint8_t *packet, uint32_t len, struct ov_mss limit);

#endif
