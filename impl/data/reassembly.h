#ifndef OV_DATA_REASSEMBLY_H
#define OV_DATA_REASSEMBLY_H

#include "data/rooms.h"
#include "wire/fragment.h"

/* Packets that came in pieces [WP-FRAG-002]. Bounded: so many packets at a
 * time, each of a known largest size, each given up some time after its latest
 * piece. All-zero has no packet under way. */

#define OV_REASSEMBLY_SLOTS  25u
#define OV_REASSEMBLY_TTL_MS 10000u

struct ov_reassembly_slot
{
    uint8_t *room; /* owned; kept from packet to packet */
    bool open;
    uint8_t sequence;
    bool has_last;
    uint8_t last;      /* index of the last piece, if has_last */
    uint8_t highest;   /* index of any piece so far */
    uint32_t have;     /* a bit for each piece */
    uint32_t size;     /* octets of each piece but the last; 0: not known yet */
    uint32_t last_len; /* octets of the last one, if has_last */
    uint64_t touched_ms;
};

struct ov_reassembly
{
    struct ov_reassembly_slot slot[OV_REASSEMBLY_SLOTS];
};

void ov_reassembly_clear(struct ov_reassembly *r);

/* One piece (head is no WHOLE), len octets. OV_OK: with it the packet is complete, *whole is a view of it in
 * rooms; OV_ERR_AGAIN: kept, more are needed. Anything else: this piece is dropped, and its packet goes on
 * without it: OV_ERR_FORMAT a size that is 0, uneven, or not that of its siblings, an index behind the last;
 * OV_ERR_DUPLICATE; OV_ERR_LIMIT the packet would be larger than rooms->packet_max; OV_ERR_NOMEM. */
OV_MUST_USE enum ov_err ov_reassembly_add(struct ov_reassembly *r, struct ov_rooms *rooms,
                                          const struct ov_fragment *head, const uint8_t *data, uint32_t len,
                                          uint64_t now_ms, struct ov_buf *whole);

#endif
