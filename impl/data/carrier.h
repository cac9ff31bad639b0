#ifndef OV_DATA_CARRIER_H
#define OV_DATA_CARRIER_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/addr.h"
#include "base/buf.h"

/* Outer packets that a route leads into the tunnel that they carry: sealed, they would come again, and again. */

/* Protocol of the tunnel's own packets in an IP header. */
enum ov_carrier
{
    OV_CARRIER_ANY = 0, /* nothing is kept out */
    OV_CARRIER_TCP = 6,
    OV_CARRIER_UDP = 17
};

/* Is this tunnel packet (IP, not a frame) one of those that carry the tunnel to that peer: to its address and port, or a
 * later fragment of such a packet, which has no port to tell by? */
bool ov_carrier_is(const struct ov_buf *packet, const struct ov_addr *to, enum ov_carrier carrier);

/* False for nearly everything that it is false for, at the price of one comparison; so large batches ask it first. */
static inline bool ov_carrier_may_be(const struct ov_buf *packet, const struct ov_addr *to)
{
    const uint8_t *octets = ov_buf_data(packet);
    uint32_t theirs, here;
    if (packet->len < 28)
    {
        return false;
    }
    memcpy(&theirs, to->ip, sizeof theirs);
    memcpy(&here, octets + (to->family == 6 ? 24 : 16), sizeof here);
    return here == theirs;
}

#endif
