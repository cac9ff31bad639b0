/* Slicing: some consecutive segments of a super-packet as a frame of their own. Headers are written anew,
 * the payload stays where it is. */
#ifndef OV_LINKEMU_SLICE_H
#define OV_LINKEMU_SLICE_H

#include "netns-lab/linkemu/packet.h"

#include <stdint.h>
#include <sys/uio.h>

#define EMU_SLICE_HEAD 192u /* vnet header, IP with options, TCP with options */
#define EMU_SLICE_IOV  4u

struct emu_change
{
    bool mark;    /* write CE where the packet can carry it */
    bool corrupt; /* turn one bit of the payload; only with a single segment */
    uint32_t bit; /* which, modulo the payload's bits */
};

/* The pieces to write as one frame. They point into itself and into the packet, so it must not move. */
struct emu_slice
{
    struct iovec iov[EMU_SLICE_IOV];
    int iov_count;
    uint8_t turned; /* the octet with the turned bit */
    uint8_t head[EMU_SLICE_HEAD];
};

/* Segments [first, first + count) of the packet. Lengths, IP identification and checksum, TCP sequence
 * number and flags, UDP length and pseudo header sum are those that a network card would have made; the
 * transport checksum stays to be completed. All segments without a change: the frame as it is. */
void emu_slice_make(struct emu_slice *slice, const struct emu_packet *packet, uint32_t first, uint32_t count,
                    const struct emu_change *change);

#endif
