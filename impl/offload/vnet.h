#ifndef OV_OFFLOAD_VNET_H
#define OV_OFFLOAD_VNET_H

#include <stdint.h>

/* The 10 octet header in front of every packet of a tun device opened with
 * IFF_VNET_HDR (virtio_net_hdr). Integers in host order. */
struct ov_vnet
{
    uint8_t flags;
    uint8_t gso_type;
    uint16_t hdr_len;  /* a hint only: the real headers are parsed */
    uint16_t gso_size; /* payload octets of each segment */
    uint16_t csum_start;
    uint16_t csum_offset;
};

#define OV_VNET_LEN 10

#define OV_VNET_NEEDS_CSUM 1u
#define OV_VNET_GSO_NONE   0u
#define OV_VNET_GSO_TCPV4  1u
#define OV_VNET_GSO_TCPV6  4u
#define OV_VNET_GSO_UDP_L4 5u
#define OV_VNET_GSO_ECN    0x80u

#endif
