#ifndef OV_WIRE_EARLY_NEG_H
#define OV_WIRE_EARLY_NEG_H

#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/err.h"

/* Early negotiation in the payload of a hard reset: | type u16 | length u16 | value |, repeated [WP-TC2-030]. */

#define OV_EARLY_NEG_FLAGS      0x0001u /* type of the flags TLV */
#define OV_EARLY_NEG_RESEND_WKC 0x0001u /* flag: put WKc into the next control packet */
#define OV_EARLY_NEG_LEN        6u      /* octets that the encoder writes */

struct ov_early_neg
{
    uint16_t flags; /* 0 if there is no flags TLV */
};

/* Unknown types are skipped; an empty payload is valid. OV_ERR_TRUNCATED: a TLV reaches over the end
 * [WP-TC2-031]; OV_ERR_FORMAT: flags of a length other than 2. */
OV_MUST_USE enum ov_err ov_early_neg_decode(const void *payload, size_t len, struct ov_early_neg *out);
/* Append one flags TLV. OV_ERR_NOSPACE. */
OV_MUST_USE enum ov_err ov_early_neg_encode(const struct ov_early_neg *early, struct ov_writer *w);

#endif
