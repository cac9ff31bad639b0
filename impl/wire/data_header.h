#ifndef OV_WIRE_DATA_HEADER_H
#define OV_WIRE_DATA_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "wire/opcode.h"

/* Headers of data packets (wire-protocol.md 1.3, 6.2, 6.3):
 *
 *   DATA_V1 prefix: | 0x30|kid |                      epoch id: | epoch u16 | counter u48 |
 *   DATA_V2 prefix: | 0x48|kid | peer-id u24 |        short id: | packet id u32 |
 *
 *   AEAD V1:   prefix | short id | tag 16 | ciphertext      AD = the short id
 *   AEAD V2:   prefix | short id | tag 16 | ciphertext      AD = prefix and short id
 *   AEAD epoch: V2 prefix | epoch id | ciphertext | tag 16  AD = prefix and epoch id */

#define OV_PEER_ID_NONE      0xFFFFFFu /* "no peer-id": look up by address [WP-FRM-020] */
#define OV_DATA_V1_PREFIX    1u
#define OV_DATA_V2_PREFIX    4u
#define OV_DATA_SHORT_ID_LEN 4u
#define OV_DATA_LONG_ID_LEN  8u /* packet id u32, time u32 [WP-DATA-065] */
#define OV_DATA_EPOCH_ID_LEN 8u
#define OV_DATA_V1_HEADER    5u  /* prefix and short id */
#define OV_DATA_V2_HEADER    8u  /* prefix and short id */
#define OV_DATA_EPOCH_HEADER 12u /* V2 prefix and epoch id */

/* Prefix of either version, before anything is known of the key. */
struct ov_data_prefix
{
    uint8_t opcode;   /* OV_OP_DATA_V1 or OV_OP_DATA_V2 */
    uint8_t key_id;   /* 0..7 */
    uint8_t len;      /* 1 or 4 */
    uint32_t peer_id; /* OV_PEER_ID_NONE in DATA_V1 */
};

/* OV_ERR_OPCODE: not a data packet. OV_ERR_TRUNCATED. */
OV_MUST_USE enum ov_err ov_data_prefix_read(const uint8_t *packet, size_t len, struct ov_data_prefix *out);

/* Prefix and short id of the AEAD format. Packet id 0 is refused by the replay window, not here. */
struct ov_data_header
{
    struct ov_data_prefix prefix;
    uint32_t packet_id;
    uint8_t len;       /* prefix and id: where the tag starts */
    uint8_t ad_offset; /* AD begins here in the packet [WP-DATA-021] */
    uint8_t ad_len;    /* and is that long */
};

/* Errors as above. */
OV_MUST_USE enum ov_err ov_data_header_read(const uint8_t *packet, size_t len, struct ov_data_header *out);

/* Epoch format [WP-EPOCH-001]: DATA_V2 only. */
struct ov_data_epoch_header
{
    struct ov_data_prefix prefix;
    uint16_t epoch;   /* from 1 */
    uint64_t counter; /* u48, from 1 */
};

/* OV_ERR_OPCODE also for DATA_V1; OV_ERR_FORMAT for epoch 0 [WP-EPOCH-005]. */
OV_MUST_USE enum ov_err ov_data_epoch_read(const uint8_t *packet, size_t len,
                                           struct ov_data_epoch_header *out);

/* Writers for the fast path: the caller has the room. */

static inline void ov_put_u32(uint8_t out[static 4], uint32_t v)
{
    out[0] = (uint8_t)(v >> 24);
    out[1] = (uint8_t)(v >> 16);
    out[2] = (uint8_t)(v >> 8);
    out[3] = (uint8_t)v;
}

static inline void ov_data_v1_write(uint8_t out[static OV_DATA_V1_HEADER], uint8_t key_id, uint32_t packet_id)
{
    out[0] = ov_opcode_join(OV_OP_DATA_V1, key_id);
    ov_put_u32(out + OV_DATA_V1_PREFIX, packet_id);
}

static inline void ov_data_v2_write(uint8_t out[static OV_DATA_V2_HEADER], uint8_t key_id, uint32_t peer_id,
                                    uint32_t packet_id)
{
    ov_put_u32(out, (uint32_t)ov_opcode_join(OV_OP_DATA_V2, key_id) << 24 | (peer_id & 0xFFFFFFu));
    ov_put_u32(out + OV_DATA_V2_PREFIX, packet_id);
}

static inline void ov_data_epoch_write(uint8_t out[static OV_DATA_EPOCH_HEADER], uint8_t key_id,
                                       uint32_t peer_id, uint16_t epoch, uint64_t counter)
{
    ov_put_u32(out, (uint32_t)ov_opcode_join(OV_OP_DATA_V2, key_id) << 24 | (peer_id & 0xFFFFFFu));
    ov_put_u32(out + 4, (uint32_t)epoch << 16 | (uint32_t)(counter >> 32 & 0xFFFFu));
    ov_put_u32(out + 8, (uint32_t)counter);
}

#endif
