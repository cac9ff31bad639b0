#ifndef OV_WIRE_NAT_H
#define OV_WIRE_NAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --client-nat: addresses of IPv4 packets translated one to one, without any state. A network as this side sees it
 * has an alias at the other side. Numbers are in host order. */
struct ov_nat_rule
{
    bool theirs; /* dnat: the network is the other side's; snat: it is our own */
    bool self;   /* net is this end's own address in the tunnel, once it is known ("localhost") */
    uint32_t net;
    uint32_t mask;
    uint32_t alias;
};

/* Apply the rules to one IPv4 packet: out is true for packets that leave through the tunnel. In order; each address
 * is translated once at most. Checksums of IP, TCP and UDP are mended by the difference, so wrong ones stay wrong.
 * self: own address in the tunnel, 0: unknown. Anything else than a whole IPv4 header is left alone. Returns
 * whether something was changed. */
bool ov_nat_apply(const struct ov_nat_rule *rules, size_t count, uint32_t self, bool out, uint8_t *packet,
                  uint32_t len);

#endif
