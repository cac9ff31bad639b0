#ifndef OV_DATA_PIECES_H
#define OV_DATA_PIECES_H

#include "base/buf.h"
#include "wire/fragment.h"

/* Packets that wait to be sent in pieces, and those that must not overtake
 * them [WP-FRAG-001]. As many as a program sends in one batch; what comes when
 * it is full is for the caller to drop. All-zero has none. */

#define OV_PIECES_PACKETS 64u

struct ov_pieces
{
    uint32_t packet_max;
    uint32_t size; /* octets of a piece, a multiple of 4; 0: not known yet */
    uint8_t sequence;
    uint32_t first, count;
    uint32_t at;   /* octets of the first packet that are sent */
    uint8_t index; /* piece of it that is next */
    uint32_t len[OV_PIECES_PACKETS];
    uint8_t *mem; /* owned: OV_PIECES_PACKETS times packet_max; NULL until it is needed */
};

void ov_pieces_init(struct ov_pieces *pieces, uint32_t packet_max);
void ov_pieces_clear(struct ov_pieces *pieces);

/* Does a packet of len octets go as a whole, right now? */
static inline bool ov_pieces_pass(const struct ov_pieces *pieces, uint32_t len)
{
    return pieces->count == 0 && len <= pieces->size;
}

/* Copy a packet to the end. OV_ERR_LIMIT: full, or more than 32 pieces; OV_ERR_NOMEM. */
OV_MUST_USE enum ov_err ov_pieces_add(struct ov_pieces *pieces, const uint8_t *packet, uint32_t len);
/* Write the next piece with its header behind out's headroom (an empty view). OV_ERR_AGAIN: none is left;
 * OV_ERR_NOSPACE: out is too small; its packet is given up. */
OV_MUST_USE enum ov_err ov_pieces_next(struct ov_pieces *pieces, struct ov_buf *out);

#endif
