/* What an emulator must know of a frame from a tun device: a 10 octet header (virtio_net_hdr, in host
 * order), an IP packet behind it, and how many packets of the wire it stands for. */
#ifndef OV_LINKEMU_PACKET_H
#define OV_LINKEMU_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EMU_VNET_LEN        10u
#define EMU_VNET_NEEDS_CSUM 1u
#define EMU_VNET_GSO_NONE   0u
#define EMU_VNET_GSO_TCPV4  1u
#define EMU_VNET_GSO_TCPV6  4u
#define EMU_VNET_GSO_UDP_L4 5u
#define EMU_VNET_GSO_ECN    0x80u

#define EMU_IPPROTO_TCP 6u
#define EMU_IPPROTO_UDP 17u

struct emu_packet
{
    const uint8_t *vnet; /* borrowed, as is what follows it */
    const uint8_t *ip;
    uint32_t len;         /* octets from ip */
    uint32_t headers_len; /* of them before the transport's payload; to be repeated in every segment */
    uint32_t gso_size;    /* payload octets of each segment but the last */
    uint32_t segments;    /* packets of the wire: 1 unless the frame can be cut */
    uint16_t l4;          /* where the transport header begins; 0: unknown */
    uint16_t csum_start;  /* with needs_csum: where the sum begins, and where it is kept behind that */
    uint16_t csum_offset;
    uint8_t version;  /* 4 or 6 */
    uint8_t protocol; /* EMU_IPPROTO_TCP, _UDP, anything else: not looked into */
    uint8_t gso_type;
    bool needs_csum;
    bool odd;   /* a super-packet that makes no sense: it stays whole */
    bool local; /* of the link itself (neighbour discovery, multicast): nothing a router forwards */
};

/* Looks at a frame of len octets. False: it is no IP packet. */
bool emu_packet_read(struct emu_packet *packet, const uint8_t *frame, size_t len);

/* Octets of IP that the segment has on the wire. */
uint32_t emu_packet_segment_len(const struct emu_packet *packet, uint32_t segment);

/* IPv4 packet that must not be cut, or IPv6. */
bool emu_packet_dont_fragment(const struct emu_packet *packet);

/* True when the packet can carry a congestion mark. */
bool emu_packet_is_ect(const struct emu_packet *packet);

#endif
