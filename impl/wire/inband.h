#ifndef OV_WIRE_INBAND_H
#define OV_WIRE_INBAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/err.h"

/* Messages between the peers inside the data channel (wire-protocol.md 8.1, 8.2). */

#define OV_PING_LEN      16u
#define OV_OCC_MAGIC_LEN 16u
#define OV_OCC_HEAD_LEN  17u /* magic and op */

extern const uint8_t ov_ping_payload[OV_PING_LEN]; /* [WP-PING-001] */
extern const uint8_t ov_occ_magic[OV_OCC_MAGIC_LEN];

enum ov_occ_op
{
    OV_OCC_REQUEST = 0,
    OV_OCC_REPLY = 1,
    OV_OCC_MTU_LOAD_REQUEST = 2,
    OV_OCC_MTU_LOAD = 3,
    OV_OCC_MTU_REQUEST = 4,
    OV_OCC_MTU_REPLY = 5,
    OV_OCC_EXIT = 6,
    OV_OCC_COUNT
};

/* Exactly the ping, in length and content. */
bool ov_inband_is_ping(const uint8_t *data, size_t len);
/* Begins with the OCC magic: never a tunnel packet, even if the rest is malformed. */
bool ov_inband_is_occ(const uint8_t *data, size_t len);

struct ov_occ_message
{
    enum ov_occ_op op;
    const uint8_t *data; /* borrowed */
    size_t data_len;
};

/* OV_ERR_FORMAT: no OCC magic, or unknown op; OV_ERR_TRUNCATED: no op. */
OV_MUST_USE enum ov_err ov_occ_decode(const uint8_t *data, size_t len, struct ov_occ_message *out);
/* Append the message. OV_ERR_NOSPACE. */
OV_MUST_USE enum ov_err ov_occ_encode(const struct ov_occ_message *occ, struct ov_writer *w);

#endif
