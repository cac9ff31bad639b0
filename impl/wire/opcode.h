#ifndef OV_WIRE_OPCODE_H
#define OV_WIRE_OPCODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/key2.h"

/* The first octet of every packet: opcode << 3 | key-id [WP-FRM-010]. */

enum ov_opcode
{
    OV_OP_HARD_RESET_CLIENT_V1 = 1,  /* key method 1, obsolete: always refused */
    OV_OP_HARD_RESET_SERVER_V1 = 2,  /* the same */
    OV_OP_SOFT_RESET_V1 = 3,         /* starts a new key-id */
    OV_OP_CONTROL_V1 = 4,            /* TLS records */
    OV_OP_ACK_V1 = 5,                /* acknowledgements only, no message id */
    OV_OP_DATA_V1 = 6,               /* data without peer-id */
    OV_OP_HARD_RESET_CLIENT_V2 = 7,  /* session start */
    OV_OP_HARD_RESET_SERVER_V2 = 8,  /* session start reply */
    OV_OP_DATA_V2 = 9,               /* data with peer-id */
    OV_OP_HARD_RESET_CLIENT_V3 = 10, /* as CLIENT_V2, WKc appended (tls-crypt-v2) */
    OV_OP_CONTROL_WKC_V1 = 11,       /* as CONTROL_V1, WKc appended (tls-crypt-v2) */
    OV_OP_COUNT
};

#define OV_KEY_ID_MAX 7u

static inline uint8_t ov_opcode_join(enum ov_opcode op, uint8_t key_id)
{
    return (uint8_t)((unsigned)op << 3 | (key_id & 7u));
}

/* 0..31; not every value is an enum ov_opcode: see ov_opcode_known. */
static inline uint8_t ov_opcode_of(uint8_t first_octet)
{
    return first_octet >> 3;
}

static inline uint8_t ov_opcode_key_id(uint8_t first_octet)
{
    return first_octet & 7u;
}

/* The key-id after this one: 1..7, never back to 0 [WP-FRM-012, WP-STATE-020]. */
static inline uint8_t ov_key_id_next(uint8_t key_id)
{
    return key_id >= OV_KEY_ID_MAX ? 1 : (uint8_t)(key_id + 1);
}

static inline bool ov_opcode_is_data(uint8_t op)
{
    return op == OV_OP_DATA_V1 || op == OV_OP_DATA_V2;
}

/* Hard resets in use: CLIENT_V2, CLIENT_V3, SERVER_V2. */
static inline bool ov_opcode_is_hard_reset(uint8_t op)
{
    return op == OV_OP_HARD_RESET_CLIENT_V2 || op == OV_OP_HARD_RESET_SERVER_V2 ||
           op == OV_OP_HARD_RESET_CLIENT_V3;
}

/* Defined and in use: 3..11. 0, 12..31 are undefined, 1 and 2 obsolete. */
static inline bool ov_opcode_known(uint8_t op)
{
    return op >= OV_OP_SOFT_RESET_V1 && op < OV_OP_COUNT;
}

/* Control packets in use, ACK_V1 included. */
static inline bool ov_opcode_is_control(uint8_t op)
{
    return ov_opcode_known(op) && !ov_opcode_is_data(op);
}

/* Control packets with a message id: all but ACK_V1 [WP-CTRL-003, WP-CTRL-006]. */
static inline bool ov_opcode_has_message_id(uint8_t op)
{
    return ov_opcode_is_control(op) && op != OV_OP_ACK_V1;
}

/* A WKc stands at the end of the packet [WP-TC2-010, WP-TC2-011]. */
static inline bool ov_opcode_has_wkc(uint8_t op)
{
    return op == OV_OP_HARD_RESET_CLIENT_V3 || op == OV_OP_CONTROL_WKC_V1;
}

/* "P_CONTROL_V1"; "P_UNKNOWN" for what is undefined. Never NULL. */
const char *ov_opcode_name(uint8_t op);

/* May receiver get this first octet at all?
 * OV_ERR_OPCODE: undefined, obsolete, or the packet travels in the wrong direction [WP-FRM-011, WP-FRM-013].
 * OV_ERR_KEY_ID: hard reset or WKC_V1 with a key-id other than 0 [WP-FRM-012]. */
OV_MUST_USE enum ov_err ov_opcode_check(uint8_t first_octet, enum ov_role receiver);

#endif
