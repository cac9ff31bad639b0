#include "data/reassembly.h"

#include <stdlib.h>
#include <string.h>

void ov_reassembly_clear(struct ov_reassembly *r)
{
    for (unsigned i = 0; i < OV_REASSEMBLY_SLOTS; i++)
    {
        free(r->slot[i].room);
    }
    memset(r, 0, sizeof *r);
}

/* What can be said of a piece alone. Its siblings' size: each that isn't last has it itself, the last one tells
 * it. Nothing is ever divided by it. */
static enum ov_err check_alone(const struct ov_fragment *head, uint32_t len, uint32_t packet_max)
{
    const bool last = head->type == OV_FRAGMENT_LAST;
    const uint32_t size = last ? head->size : len;
    if (len == 0 || size == 0 || size % OV_FRAGMENT_UNIT != 0 || len > size)
    {
        return OV_ERR_FORMAT;
    }
    if (!last && head->index == OV_FRAGMENT_PIECES - 1)
    {
        return OV_ERR_FORMAT; /* none could follow */
    }
    return (uint64_t)size * head->index + len > packet_max ? OV_ERR_LIMIT : OV_OK;
}

/* What it must be, next to those that came before it. */
static enum ov_err check_siblings(const struct ov_reassembly_slot *slot, const struct ov_fragment *head,
                                  uint32_t size)
{
    const bool last = head->type == OV_FRAGMENT_LAST;
    if ((slot->have & UINT32_C(1) << head->index) != 0)
    {
        return OV_ERR_DUPLICATE;
    }
    if (slot->size != size || (slot->has_last && (last || head->index > slot->last)) ||
        (last && slot->have != 0 && head->index < slot->highest))
    {
        return OV_ERR_FORMAT;
    }
    return OV_OK;
}

/* A place for this sequence: the packet that was there is given up if it is another, or old. */
static enum ov_err open_slot(struct ov_reassembly_slot *slot, struct ov_rooms *rooms, uint8_t sequence,
                             uint32_t size, uint64_t now_ms)
{
    if (slot->open && slot->sequence == sequence && now_ms - slot->touched_ms < OV_REASSEMBLY_TTL_MS)
    {
        return OV_OK;
    }
    if (slot->room == NULL)
    {
        slot->room = ov_rooms_swap(rooms, NULL);
    }
    if (slot->room == NULL)
    {
        return OV_ERR_NOMEM;
    }
    *slot = (struct ov_reassembly_slot){.room = slot->room, .open = true, .sequence = sequence, .size = size};
    return OV_OK;
}

static bool is_complete(const struct ov_reassembly_slot *slot)
{
    const uint32_t all = slot->last == OV_FRAGMENT_PIECES - 1 ? UINT32_MAX : (UINT32_C(2) << slot->last) - 1;
    return slot->has_last && slot->have == all;
}

/* The finished packet leaves in its memory, and another one takes its place. */
static enum ov_err hand_out(struct ov_reassembly_slot *slot, struct ov_rooms *rooms, struct ov_buf *whole)
{
    uint8_t *full = slot->room;
    uint8_t *fresh = ov_rooms_swap(rooms, full);
    slot->open = false;
    if (fresh == NULL)
    {
        return OV_ERR_NOMEM;
    }
    slot->room = fresh;
    *whole = ov_rooms_view(rooms, full);
    whole->len = slot->size * slot->last + slot->last_len;
    return OV_OK;
}

enum ov_err ov_reassembly_add(struct ov_reassembly *r, struct ov_rooms *rooms, const struct ov_fragment *head,
                              const uint8_t *data, uint32_t len, uint64_t now_ms, struct ov_buf *whole)
{
    struct ov_reassembly_slot *slot = &r->slot[head->sequence % OV_REASSEMBLY_SLOTS];
    const bool last = head->type == OV_FRAGMENT_LAST;
    const uint32_t size = last ? head->size : len;
    enum ov_err err = check_alone(head, len, rooms->packet_max);
    err = err == OV_OK ? open_slot(slot, rooms, head->sequence, size, now_ms) : err;
    err = err == OV_OK ? check_siblings(slot, head, size) : err;
    if (err != OV_OK)
    {
        return err;
    }
    memcpy(slot->room + OV_BUF_HEADROOM + (size_t)size * head->index, data, len);
    slot->have |= UINT32_C(1) << head->index;
    slot->highest = head->index > slot->highest ? head->index : slot->highest;
    slot->touched_ms = now_ms;
    if (last)
    {
        slot->has_last = true;
        slot->last = head->index;
        slot->last_len = len;
    }
    return is_complete(slot) ? hand_out(slot, rooms, whole) : OV_ERR_AGAIN;
}
