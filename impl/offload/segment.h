#ifndef OV_OFFLOAD_SEGMENT_H
#define OV_OFFLOAD_SEGMENT_H

#include "base/buf.h"
#include "offload/inner.h"
#include "offload/vnet.h"

/* Cut a super-packet from the tun device into packets, as a network card with
 * TSO/USO would. The super-packet is borrowed until the last segment is out. From a
 * tap device it is a frame, and its Ethernet header (link_len octets in front of
 * packet, VLAN tags included) goes in front of every segment. */
struct ov_segmenter
{
    const uint8_t *packet;
    uint8_t link_len; /* 0: no Ethernet header, or a plain frame, whose header isn't looked at */
    struct ov_inner inner;
    uint32_t gso_size; /* payload octets of each segment but the last */
    uint32_t at;       /* payload octets already given out */
    uint32_t payload_len;
    uint16_t index; /* of the next segment */
    bool plain;     /* not a super-packet: one segment, copied as it is */
    bool needs_sum; /* plain: the checksum at sum_start+sum_offset is to be completed */
    uint16_t sum_start;
    uint16_t sum_offset;
    uint32_t ip_sum; /* of the headers without the fields that differ from segment to segment */
    uint32_t l4_sum;
};

/* Take a packet with its vnet header. OV_ERR_FORMAT or OV_ERR_TRUNCATED:
 * lengths disagree, gso_size 0, header outside the packet, gso_type and
 * protocol disagree, URG set. Drop such a packet, counted. */
OV_MUST_USE enum ov_err ov_segment_start(struct ov_segmenter *seg, const struct ov_vnet *vnet,
                                         const uint8_t *packet, uint32_t len);
/* The same for a frame of a tap device. OV_ERR_TRUNCATED also: shorter than its Ethernet header; OV_ERR_FORMAT
 * also: gso_type and Ethernet type disagree. */
OV_MUST_USE enum ov_err ov_segment_start_frame(struct ov_segmenter *seg, const struct ov_vnet *vnet,
                                               const uint8_t *frame, uint32_t len);
/* How many segments are still to come; none from an all-zero segmenter. */
uint32_t ov_segment_left(const struct ov_segmenter *seg);
/* The largest packet that will come out. */
uint32_t ov_segment_max_len(const struct ov_segmenter *seg);
/* Write the next segment behind out's headroom (out is an empty view). Checks
 * sums and lengths are complete. OV_ERR_NOSPACE: out is too small, nothing
 * was taken; OV_ERR_AGAIN: no segment left. */
OV_MUST_USE enum ov_err ov_segment_next(struct ov_segmenter *seg, struct ov_buf *out);

#endif
