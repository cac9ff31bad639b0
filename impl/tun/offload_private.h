#ifndef OV_TUN_OFFLOAD_PRIVATE_H
#define OV_TUN_OFFLOAD_PRIVATE_H

#include "offload/coalesce.h"
#include "offload/segment.h"
#include "tun/device.h"

/* Shared by the variants with super-packets: offload.c moves one a call, uring.c several. */

#define OV_TUN_SUPER 65536u

/* A super-packet is read in one piece with its header in front, which is cheaper than two. */
#define OV_TUN_FRONT 64u /* room in front of the packet: its header ends there */

/* Packets of a run that are at most so long are copied together before the write: what the kernel does for each piece
 * of a scatter list costs more than that. */
#define OV_TUN_COPY 512u

/* The head of a variant's memory. */
struct ov_tun_offload
{
    struct ov_tun tun; /* first: the table's functions get its address */
    int fd;
    bool joins_udp;                /* the kernel takes UDP super-packets */
    uint32_t packet;               /* octets of the largest one */
    uint32_t slot_len;             /* the same with the room around it */
    uint8_t *slots;                /* OV_TUN_BATCH of them */
    struct ov_segmenter segmenter; /* over a super-packet; may have segments left between two reads */
    struct ov_coalescer coalescer;
    uint8_t joined[OV_VNET_LEN + OV_COALESCE_SEGMENTS * OV_TUN_COPY];
};

/* Octets of the slots for packets of so many octets. */
size_t ov_tun_offload_slots_len(uint32_t packet);
/* Open the device of o, which is zeroed memory of a variant, with slots behind it. Errors as
 * ov_tun_open_offload; then there is nothing to close. */
OV_MUST_USE enum ov_err ov_tun_offload_start(struct ov_tun_offload *o, const struct ov_tun_ops *ops,
                                             const struct ov_tun_spec *spec, uint8_t *slots,
                                             char text[static OV_TUN_TEXT]);

/* Make twin, which is zeroed memory of a variant with slots behind it, a second one over the same device.
 * OV_ERR_IO; then there is nothing to close. */
OV_MUST_USE enum ov_err ov_tun_offload_copy(const struct ov_tun_offload *o, struct ov_tun_offload *twin,
                                            uint8_t *slots);

/* Begin with a super-packet that a read brought: super is where the packet begins, its header in front of it; len
 * octets with the header. False: it was counted as broken. */
bool ov_tun_offload_begin(struct ov_tun_offload *o, const uint8_t *super, ssize_t len);
/* A read failed; "nothing there" is not counted. */
void ov_tun_offload_refused(struct ov_tun_offload *o, int error);
/* True if slot i now holds the next packet. */
bool ov_tun_offload_take(struct ov_tun_offload *o, size_t i, struct ov_datagram *dg);

/* Verbs of the table that the variants have in common. */
void ov_tun_offload_write(struct ov_tun *tun, struct ov_datagram *dg, size_t n);
int ov_tun_offload_fd(const struct ov_tun *tun);

#endif
