#ifndef OV_WIRE_COMP_FRAME_H
#define OV_WIRE_COMP_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* The octets that say whether the payload of a data packet is compressed
 * (wire-protocol.md chapter 7). Pure framing: compressing is somebody else's. */

enum ov_comp_mode
{
    OV_COMP_OFF = 0,  /* no framing */
    OV_COMP_LZO_STUB, /* comp-lzo no:              FA payload */
    OV_COMP_LZO,      /* comp-lzo, compress lzo:   FA payload, 66 block */
    OV_COMP_STUB,     /* compress stub:            FB payload[1:] payload[0] */
    OV_COMP_LZ4,      /* compress lz4:             the same, 69 block[1:] block[0] */
    OV_COMP_STUB_V2,  /* compress stub-v2:         payload; 50 00 payload if it begins with 50 */
    OV_COMP_LZ4_V2,   /* compress lz4-v2:          the same, 50 01 block */
    OV_COMP_MODES
};

enum ov_comp_alg
{
    OV_COMP_ALG_NONE = 0,
    OV_COMP_ALG_LZO,
    OV_COMP_ALG_LZ4
};

/* As it is configured and pushed: "comp-lzo no", "compress lz4-v2"; "off". */
const char *ov_comp_mode_name(enum ov_comp_mode mode);
/* By the argument of --compress: "stub", "stub-v2", "lz4", "lz4-v2", "lzo". False: no such mode. */
bool ov_comp_mode_by_name(const char *name, enum ov_comp_mode *mode);
/* What the payload may be compressed with. */
enum ov_comp_alg ov_comp_mode_alg(enum ov_comp_mode mode);
/* Octets that an IP packet grows by: 1 in the V1 forms, 0 in the V2 forms [WP-COMP-004]. */
uint32_t ov_comp_mode_octets(enum ov_comp_mode mode);
/* "lzo", "lz4". */
const char *ov_comp_alg_name(enum ov_comp_alg alg);

/* Most that framing adds in front (the V2 escape) and behind (the octet that the swap form moves). */
#define OV_COMP_HEAD_MAX 2u
#define OV_COMP_TAIL_MAX 1u

/* Put the framing around a payload (alg NONE) or a block, in place. OV_ERR_NOSPACE: no head- or tailroom;
 * OV_ERR_ARG: empty, or not compressed with the mode's algorithm. The view is unchanged on failure. */
OV_MUST_USE enum ov_err ov_comp_frame(enum ov_comp_mode mode, enum ov_comp_alg alg, struct ov_buf *buf);

/* Take it off, in place; *alg tells what the rest has to be expanded with. OV_ERR_TRUNCATED: nothing is behind
 * the framing; OV_ERR_FORMAT: an octet that nobody has defined, or that the mode doesn't have [WP-COMP-002];
 * OV_ERR_UNSUPPORTED: snappy, LZO with swap, or the reserved LZO of V2. buf is unspecified on failure. */
OV_MUST_USE enum ov_err ov_comp_unframe(enum ov_comp_mode mode, struct ov_buf *buf, enum ov_comp_alg *alg);

#endif
