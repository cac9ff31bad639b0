#ifndef OV_OPTIONS_PLACE_H
#define OV_OPTIONS_PLACE_H

#include <stdbool.h>
#include <stdint.h>

/* Where a server is found: outer protocols, its sockets, and what its tap device has of VLANs. */

enum ov_proto
{
    OV_PROTO_UDP = 0, /* either family, as the name resolves */
    OV_PROTO_UDP4,
    OV_PROTO_UDP6,
    OV_PROTO_TCP,
    OV_PROTO_TCP4,
    OV_PROTO_TCP6
};

static inline bool ov_proto_is_tcp(enum ov_proto proto)
{
    return proto >= OV_PROTO_TCP;
}

/* 4, 6, or 0: not said. */
static inline uint8_t ov_proto_family(enum ov_proto proto)
{
    return proto == OV_PROTO_UDP4 || proto == OV_PROTO_TCP4   ? 4
           : proto == OV_PROTO_UDP6 || proto == OV_PROTO_TCP6 ? 6
                                                              : 0;
}

/* A socket of a server [WP-SRV-014]. */
struct ov_listener
{
    const char *host; /* name or address; NULL: any */
    uint16_t port;    /* 0: the kernel chooses */
    enum ov_proto proto;
};

/* As many as an address says by which of them a packet came (ov_addr.way), and hub/settings.h has bits for. */
#define OV_LISTENERS_MAX 32u

/* --vlan-accept: frames of the server's tap device. */
enum ov_vlan_accept
{
    OV_VLAN_ALL = 0,
    OV_VLAN_TAGGED,  /* only those with a VLAN */
    OV_VLAN_UNTAGGED /* only those without */
};

#endif
