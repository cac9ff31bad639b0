#ifndef OV_WIRE_FRAGMENT_H
#define OV_WIRE_FRAGMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* The u32 in front of every payload with --fragment (wire-protocol.md 8.3). */

#define OV_FRAGMENT_HEAD   4u
#define OV_FRAGMENT_PIECES 32u /* of one packet, at most [WP-FRAG-002] */
#define OV_FRAGMENT_UNIT   4u  /* all pieces but the last are a multiple of it [WP-FRAG-001] */

enum ov_fragment_type
{
    OV_FRAGMENT_WHOLE = 0,
    OV_FRAGMENT_MORE,
    OV_FRAGMENT_LAST,
    OV_FRAGMENT_TEST /* never used */
};

struct ov_fragment
{
    enum ov_fragment_type type;
    uint8_t sequence; /* of the packet */
    uint8_t index;    /* of the piece, 0..31 */
    uint32_t size;    /* in LAST: octets of each piece before it, a multiple of 4 up to 65532; else 0 */
};

/* OV_ERR_TRUNCATED; OV_ERR_FORMAT: bits that have no meaning are set, in WHOLE any bit at all
 * [WP-FRAG-003]; OV_ERR_UNSUPPORTED: type TEST. */
OV_MUST_USE enum ov_err ov_fragment_read(const uint8_t *data, uint32_t len, struct ov_fragment *out);
void ov_fragment_write(const struct ov_fragment *head, uint8_t out[static OV_FRAGMENT_HEAD]);

#endif
