#ifndef OV_WIRE_WKC_H
#define OV_WIRE_WKC_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* The wrapped client key of tls-crypt-v2 (wire-protocol.md 2.6), as far as it
 * can be read without a key:
 *
 *   | tag 32 | encrypted: Kc 256, metadata 0..734 | length of all this u16 |
 *
 * It stands in clear behind HARD_RESET_CLIENT_V3 and CONTROL_WKC_V1; where it
 * starts only its last two octets say [WP-TC2-010]. */

#define OV_WKC_TAG_LEN      32u
#define OV_WKC_LENGTH_LEN   2u
#define OV_WKC_MIN          (OV_WKC_TAG_LEN + 256u + OV_WKC_LENGTH_LEN) /* no metadata */
#define OV_WKC_MAX          1024u                                       /* [WP-TC2-005] */
#define OV_WKC_METADATA_MAX (OV_WKC_MAX - OV_WKC_MIN)

/* len 0: none. Not a secret. */
struct ov_wkc
{
    uint16_t len;
    uint8_t octets[OV_WKC_MAX];
};

/* Length of the WKc at the end of these octets, of which front_min belong to what stands in front of it.
 * OV_ERR_TRUNCATED: the octets are fewer than that takes; OV_ERR_FORMAT: shorter than OV_WKC_MIN;
 * OV_ERR_LIMIT: longer than OV_WKC_MAX. *wkc_len is 0 on error. */
OV_MUST_USE enum ov_err ov_wkc_find(const void *octets, size_t len, size_t front_min, uint16_t *wkc_len);

/* What the server wrote into a client's key when it made it. Authenticated by WKc's tag. */
struct ov_wkc_metadata
{
    uint16_t len;
    uint8_t octets[OV_WKC_METADATA_MAX]; /* the type's octet, then the rest */
};

#define OV_WKC_TYPE_USER 0x00u /* free */
#define OV_WKC_TYPE_TIME 0x01u /* u64: when the key was made, in seconds since 1970 */

struct ov_wkc_meaning
{
    uint8_t type;
    uint64_t created_s; /* OV_WKC_TYPE_TIME */
    const uint8_t *rest;
    size_t rest_len; /* behind the type; borrowed */
};

/* OV_ERR_AGAIN: there is none, which is legal [WP-TC2-006]. OV_ERR_FORMAT: a time that is not 8 octets.
 * Types that are not known are no error. */
OV_MUST_USE enum ov_err ov_wkc_metadata_read(const struct ov_wkc_metadata *metadata,
                                             struct ov_wkc_meaning *out);

#endif
