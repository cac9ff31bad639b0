#include "data/pieces.h"

#include <stdlib.h>
#include <string.h>

void ov_pieces_init(struct ov_pieces *pieces, uint32_t packet_max)
{
    memset(pieces, 0, sizeof *pieces);
    pieces->packet_max = packet_max;
}

void ov_pieces_clear(struct ov_pieces *pieces)
{
    free(pieces->mem);
    memset(pieces, 0, sizeof *pieces);
}

enum ov_err ov_pieces_add(struct ov_pieces *pieces, const uint8_t *packet, uint32_t len)
{
    if (pieces->count == OV_PIECES_PACKETS || len == 0 || len > pieces->packet_max ||
        len > (uint64_t)pieces->size * OV_FRAGMENT_PIECES)
    {
        return OV_ERR_LIMIT;
    }
    if (pieces->mem == NULL)
    {
        pieces->mem = malloc((size_t)OV_PIECES_PACKETS * pieces->packet_max);
    }
    if (pieces->mem == NULL)
    {
        return OV_ERR_NOMEM;
    }
    const uint32_t at = (pieces->first + pieces->count++) % OV_PIECES_PACKETS;
    memcpy(pieces->mem + (size_t)at * pieces->packet_max, packet, len);
    pieces->len[at] = len;
    return OV_OK;
}

static void drop_first(struct ov_pieces *pieces)
{
    pieces->first = (pieces->first + 1) % OV_PIECES_PACKETS;
    pieces->count--;
    pieces->at = 0;
    pieces->index = 0;
}

/* The head of the next piece, and how long it is. */
static uint32_t describe(struct ov_pieces *pieces, struct ov_fragment *head)
{
    const uint32_t len = pieces->len[pieces->first];
    const uint32_t rest = len - pieces->at;
    *head = (struct ov_fragment){.type = OV_FRAGMENT_WHOLE};
    if (len <= pieces->size)
    {
        return len; /* [WP-FRAG-003] */
    }
    if (pieces->index == 0)
    {
        pieces->sequence++;
    }
    const bool last = rest <= pieces->size;
    *head = (struct ov_fragment){.type = last ? OV_FRAGMENT_LAST : OV_FRAGMENT_MORE,
                                 .sequence = pieces->sequence,
                                 .index = pieces->index,
                                 .size = last ? pieces->size : 0};
    return last ? rest : pieces->size;
}

enum ov_err ov_pieces_next(struct ov_pieces *pieces, struct ov_buf *out)
{
    if (pieces->count == 0)
    {
        return OV_ERR_AGAIN;
    }
    struct ov_fragment head;
    const uint32_t len = describe(pieces, &head);
    uint8_t *to = ov_buf_put(out, OV_FRAGMENT_HEAD + len);
    if (to == NULL)
    {
        drop_first(pieces);
        return OV_ERR_NOSPACE;
    }
    ov_fragment_write(&head, to);
    memcpy(to + OV_FRAGMENT_HEAD, pieces->mem + (size_t)pieces->first * pieces->packet_max + pieces->at, len);
    pieces->at += len;
    pieces->index++;
    if (pieces->at == pieces->len[pieces->first])
    {
        drop_first(pieces);
    }
    return OV_OK;
}
