#ifndef OV_BASE_DATAGRAM_H
#define OV_BASE_DATAGRAM_H

#include <stdint.h>

#include "base/addr.h"
#include "base/buf.h"

/* Most packets in one call of a batch verb: what the link receives at once, with
 * trains of tens of packets. */
#define OV_BATCH 256u

/* What became of a packet handed to a batch verb. */
enum ov_fate
{
    OV_FATE_NONE = 0, /* not handled yet */
    OV_FATE_TUN,      /* buf is now a tunnel packet: write it to the tun device */
    OV_FATE_LINK,     /* buf is now a sealed datagram: send it to addr */
    OV_FATE_CONSUMED, /* taken in (control channel, ping): nothing to do */
    OV_FATE_DROPPED   /* dropped and counted; why says so */
};

/* One packet in a batch; over UDP it is one datagram [WP-FRM-001]. The same array goes through every floor in
 * place: link -> open -> tun, and tun -> seal -> link. */
struct ov_datagram
{
    struct ov_buf buf;
    struct ov_addr addr; /* peer's outer address: source when received, destination when sent */
    uint8_t fate;        /* enum ov_fate */
    uint8_t why;         /* enum ov_err when dropped */
    uint8_t tos;         /* traffic class to send it with, for a link that was asked to set them */
    uint16_t vlan;       /* of a frame that its tag was taken from; 0: there are no VLANs */
};

static inline void ov_datagram_drop(struct ov_datagram *dg, int err)
{
    dg->fate = OV_FATE_DROPPED;
    dg->why = (uint8_t)err;
    ov_buf_drop(&dg->buf);
}

#endif
