#ifndef OV_OFFLOAD_COALESCE_H
#define OV_OFFLOAD_COALESCE_H

#include <sys/uio.h>

#include "base/datagram.h"
#include "offload/vnet.h"

/* Join runs of packets of one flow into super-packets for the tun device, the
 * opposite of segment.h: cutting a joined packet gives the originals back. The
 * packets stay where they are; a run is a chain of indexes into the batch, and
 * leaves as one scatter list. Nothing is kept from one batch to the next. */

#define OV_COALESCE_BATCH    OV_BATCH /* packets in one call */
#define OV_COALESCE_SEGMENTS 64u      /* packets in one run */
#define OV_COALESCE_LEN      65535u   /* octets of one run */

struct ov_run
{
    uint16_t first; /* index into the batch */
    uint16_t last;
    uint16_t count;   /* packets; 1 = goes out alone and unaltered */
    uint16_t headers; /* octets of all headers that followers leave out */
    uint16_t size;    /* payload octets of the first packet = gso_size */
    uint8_t protocol;
    uint8_t version;
    bool open;    /* may still grow */
    uint32_t len; /* octets of the joined packet */
};

/* All-zero is a valid start. */
struct ov_coalescer
{
    struct ov_run runs[OV_COALESCE_BATCH];
    uint16_t next[OV_COALESCE_BATCH]; /* chain within a run */
    uint16_t flows[64];               /* flow hash -> index+1 of its newest run */
    uint16_t run_count;
    bool in_frames;    /* the packets are Ethernet frames; those with VLAN tags leave as they came */
    uint64_t bad_sums; /* packets whose IP, TCP or UDP checksum is wrong; they go out as they came */
};

/* Look at the OV_FATE_TUN packets among dg[0..n), n <= OV_COALESCE_BATCH, and
 * find the runs. join_udp: the tun device takes UDP super-packets (USO). The
 * first packet's headers of a run of two or more are rewritten in place. */
void ov_coalesce(struct ov_coalescer *c, struct ov_datagram *dg, size_t n, bool join_udp);

/* The vnet header and scatter list (at most OV_COALESCE_SEGMENTS pieces) of
 * run number i; returns the number of pieces. */
size_t ov_coalesce_run(const struct ov_coalescer *c, const struct ov_datagram *dg, size_t i,
                       struct ov_vnet *vnet, struct iovec iov[static OV_COALESCE_SEGMENTS]);

#endif
