#include "reliable/send.h"

#include <string.h>

#include "base/wipe.h"

void ov_rel_send_init(struct ov_rel_send *s, uint32_t timeout_ms, uint32_t first_id)
{
    memset(s, 0, sizeof(*s));
    s->timeout_ms = timeout_ms;
    s->next_id = first_id;
}

/* Slots are found by id, not by id modulo their number: that would break where ids wrap. */
static struct ov_rel_out *find(struct ov_rel_send *s, uint32_t id)
{
    for (uint32_t i = 0; i < OV_REL_SEND_SLOTS; i++)
    {
        if (s->slot[i].used && s->slot[i].id == id)
        {
            return &s->slot[i];
        }
    }
    return NULL;
}

static struct ov_rel_out *find_free(struct ov_rel_send *s)
{
    struct ov_rel_out *out = s->slot;
    while (out->used)
    {
        out++; /* the span is below the number of slots, so one is free */
    }
    return out;
}

/* Distance from the oldest waiting id to next_id. The window is counted in ids, not in messages: the peer's
 * receive window is, too. */
static uint32_t span(const struct ov_rel_send *s)
{
    uint32_t longest = 0;
    for (uint32_t i = 0; i < OV_REL_SEND_SLOTS; i++)
    {
        const struct ov_rel_out *out = &s->slot[i];
        uint32_t distance = s->next_id - out->id;
        if (out->used && distance > longest)
        {
            longest = distance;
        }
    }
    return longest;
}

uint32_t ov_rel_send_room(const struct ov_rel_send *s)
{
    return OV_REL_SEND_SLOTS - span(s);
}

bool ov_rel_send_waits(const struct ov_rel_send *s, uint32_t id)
{
    for (uint32_t i = 0; i < OV_REL_SEND_SLOTS; i++)
    {
        if (s->slot[i].used && s->slot[i].id == id)
        {
            return true;
        }
    }
    return (int32_t)(id - s->next_id) >= 0;
}

bool ov_rel_send_empty(const struct ov_rel_send *s)
{
    return span(s) == 0;
}

enum ov_err ov_rel_send_queue(struct ov_rel_send *s, uint8_t opcode, const void *payload, size_t len,
                              uint32_t *id)
{
    if (len > OV_REL_SEND_PAYLOAD)
    {
        return OV_ERR_LIMIT;
    }
    if (ov_rel_send_room(s) == 0)
    {
        return OV_ERR_WINDOW;
    }
    struct ov_rel_out *out = find_free(s);
    out->used = true;
    out->opcode = opcode;
    out->later_acks = 0;
    out->id = s->next_id;
    out->attempts = 0;
    out->interval_ms = s->timeout_ms;
    out->due_ms = 0;
    out->len = (uint32_t)len;
    if (len > 0)
    {
        memcpy(out->payload, payload, len);
    }
    if (id != NULL)
    {
        *id = out->id;
    }
    s->next_id++;
    return OV_OK;
}

static void count_transmission(struct ov_rel_send *s, struct ov_rel_out *out, uint64_t now_ms)
{
    s->retransmissions += out->attempts > 0 ? 1 : 0;
    out->attempts++;
    out->later_acks = 0;
    out->due_ms = now_ms + out->interval_ms;
    /* No bound is needed on the wire, hand-window ends it all; the bound only keeps the sum from wrapping. */
    out->interval_ms =
        out->interval_ms > OV_REL_TIMEOUT_MAX_MS / 2 ? OV_REL_TIMEOUT_MAX_MS : out->interval_ms * 2;
}

enum ov_err ov_rel_send_next(struct ov_rel_send *s, uint64_t now_ms, struct ov_rel_message *out)
{
    for (uint32_t id = s->next_id - span(s); id != s->next_id; id++)
    {
        struct ov_rel_out *slot = find(s, id);
        if (slot != NULL && slot->due_ms <= now_ms)
        {
            count_transmission(s, slot, now_ms);
            *out = (struct ov_rel_message){slot->opcode, slot->id, slot->payload, slot->len, slot->attempts};
            return OV_OK;
        }
    }
    return OV_ERR_AGAIN;
}

uint64_t ov_rel_send_deadline(const struct ov_rel_send *s)
{
    uint64_t deadline = OV_NEVER;
    for (uint32_t i = 0; i < OV_REL_SEND_SLOTS; i++)
    {
        if (s->slot[i].used)
        {
            deadline = ov_time_earlier(deadline, s->slot[i].due_ms);
        }
    }
    return deadline;
}

/* An ack of a later id while an earlier one waits hints that the earlier was lost [WP-REL-012]. Only the first
 * ack of an id counts: stock peers repeat acks in every packet [WP-REL-021], which says nothing new. */
static void count_later_ack(struct ov_rel_send *s, uint32_t id)
{
    for (uint32_t i = 0; i < OV_REL_SEND_SLOTS; i++)
    {
        struct ov_rel_out *out = &s->slot[i];
        if (!out->used || out->attempts == 0 || ov_rel_distance(out->id, id) <= 0)
        {
            continue;
        }
        out->later_acks++;
        if (out->later_acks == OV_REL_FAST_RETRANSMIT)
        {
            out->due_ms = 0;
            s->fast_retransmissions++;
        }
    }
}

enum ov_err ov_rel_send_ack(struct ov_rel_send *s, uint32_t id)
{
    struct ov_rel_out *out = find(s, id);
    /* What was never sent can't have been received. */
    if (out == NULL || out->attempts == 0)
    {
        return OV_ERR_DUPLICATE;
    }
    out->used = false;
    count_later_ack(s, id);
    return OV_OK;
}

void ov_rel_send_all_acked(struct ov_rel_send *s)
{
    for (uint32_t i = 0; i < OV_REL_SEND_SLOTS; i++)
    {
        s->slot[i].used = s->slot[i].used && s->slot[i].attempts == 0;
    }
}

void ov_rel_send_burst(struct ov_rel_send *s, uint64_t now_ms)
{
    for (uint32_t i = 0; i < OV_REL_SEND_SLOTS; i++)
    {
        struct ov_rel_out *out = &s->slot[i];
        if (out->used && out->due_ms > now_ms)
        {
            out->due_ms = now_ms;
        }
    }
}

void ov_rel_send_clear(struct ov_rel_send *s)
{
    ov_wipe(s, sizeof(*s));
}
