#ifndef OV_WIRE_TCP_FRAME_H
#define OV_WIRE_TCP_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* Packets on TCP: | length u16 | packet | [WP-FRM-002]. */

#define OV_TCP_FRAME_HEAD     2u
#define OV_TCP_FRAME_MAX      9600u /* largest packet this decoder can be set to */
#define OV_TCP_FRAME_STANDARD 1768u /* what stock peers with default MTUs receive [WP-FRM-004] */

/* Put the length in front of the packet. OV_ERR_NOSPACE: no headroom; OV_ERR_ARG: empty, or longer than a
 * u16 can say. */
OV_MUST_USE enum ov_err ov_tcp_frame_push(struct ov_buf *packet);

/* Incremental decoder for one connection. All-zero, then ov_tcp_deframer_init. */
struct ov_tcp_deframer
{
    uint32_t max;  /* longest packet accepted */
    uint32_t have; /* octets of a partial frame in mem, its length field included */
    bool broken;   /* a bad length was seen: the connection is lost */
    uint8_t *mem;  /* OV_TCP_FRAME_HEAD + max octets, borrowed */
};

/* max: 1..OV_TCP_FRAME_MAX; other values are clamped. */
void ov_tcp_deframer_init(struct ov_tcp_deframer *d, uint32_t max, uint8_t *mem);

/* Take the next packet from the front of in (what the socket gave). Frames that lie in one piece are handed
 * out where they are; one that was split over reads comes from d->mem. packet is writable, has no room
 * around it, and is valid until the next call or until in's memory is reused.
 * OV_ERR_AGAIN: in is used up, more octets are needed [WP-FRM-003]. OV_ERR_FORMAT: length 0 or above max;
 * this and every later call: reset the connection [WP-FRM-004]. */
OV_MUST_USE enum ov_err ov_tcp_deframer_next(struct ov_tcp_deframer *d, struct ov_buf *in,
                                             struct ov_buf *packet);

/* Put the octets of a partial frame, kept by earlier calls, back in front of in, which holds what came behind
 * them: every frame then lies in one piece in in's memory. OV_ERR_NOSPACE: in has less headroom than that
 * (OV_TCP_FRAME_HEAD + OV_TCP_FRAME_MAX is always enough); nothing is changed then. */
OV_MUST_USE enum ov_err ov_tcp_deframer_carry(struct ov_tcp_deframer *d, struct ov_buf *in);

#endif
