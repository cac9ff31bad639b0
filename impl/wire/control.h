#ifndef OV_WIRE_CONTROL_H
#define OV_WIRE_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/err.h"
#include "wire/opcode.h"
#include "wire/session_id.h"

/* Control packets without their protection (wire-protocol.md 2.1):
 *
 *   head: | op<<3|kid u8 | sid 8 |
 *   body: | n u8 | acked id u32 * n | remote sid 8, if n > 0 | message id u32, not in ACK_V1 | payload |
 *
 * The head is readable on the wire in every mode [WP-CTRL-009]; a wrap (wrap/wrap.h)
 * stands between head and body and protects the body. */

#define OV_CONTROL_HEAD_LEN      9u
#define OV_CONTROL_ACKS_MAX      8u /* accepted in any packet, sent in ACK_V1 [WP-REL-020] */
#define OV_CONTROL_ACKS_SENT_MAX 4u /* sent in packets that carry a message [WP-REL-020] */
/* Largest body besides the payload. */
#define OV_CONTROL_BODY_OVERHEAD (1u + 4u * OV_CONTROL_ACKS_MAX + OV_SID_LEN + 4u)

struct ov_control
{
    uint8_t opcode; /* enum ov_opcode, a control opcode */
    uint8_t key_id;
    bool has_message_id; /* all but ACK_V1 */
    uint8_t ack_count;
    uint32_t acks[OV_CONTROL_ACKS_MAX];
    struct ov_sid sid;        /* the sender's own */
    struct ov_sid remote_sid; /* the receiver's, as the sender knows it; zero if ack_count is 0 */
    uint32_t message_id;      /* 0 if !has_message_id */
    const uint8_t *payload;   /* borrowed from the body; empty in ACK_V1 */
    size_t payload_len;
};

/* Read the head only. OV_ERR_TRUNCATED; OV_ERR_OPCODE if not a control opcode in use;
 * OV_ERR_SESSION_ID if the sid is zero [WP-CTRL-001]. */
OV_MUST_USE enum ov_err ov_control_head_read(const void *packet, size_t len, uint8_t *first_octet,
                                             struct ov_sid *sid);

/* Decode an unprotected body that stood behind this head. payload borrows from body. Octets after the
 * acknowledgements of ACK_V1 are ignored [WP-CTRL-003]. Whether remote_sid is ours is for the caller to
 * check: a packet with another one is dropped whole [WP-CTRL-002].
 * OV_ERR_OPCODE, OV_ERR_SESSION_ID: as above. OV_ERR_LIMIT: more than 8 acks. OV_ERR_TRUNCATED
 * [WP-CTRL-007]. */
OV_MUST_USE enum ov_err ov_control_decode(uint8_t first_octet, const struct ov_sid *sid, const void *body,
                                          size_t len, struct ov_control *out);

/* Octets that ov_control_encode_body will write, payload included. */
size_t ov_control_body_len(const struct ov_control *control);
/* The same from its parts, for slicing: what stands in front of the payload. */
size_t ov_control_body_overhead(uint8_t opcode, size_t ack_count);

/* Append the body. has_message_id is not looked at: the opcode decides. OV_ERR_ARG: not a control opcode,
 * more than 8 acks, or a payload in ACK_V1. OV_ERR_NOSPACE: the writer failed. */
OV_MUST_USE enum ov_err ov_control_encode_body(const struct ov_control *control, struct ov_writer *w);
/* Append head and body: a whole packet without protection. Errors as above. */
OV_MUST_USE enum ov_err ov_control_encode(const struct ov_control *control, struct ov_writer *w);

#endif
