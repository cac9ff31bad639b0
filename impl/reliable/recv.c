#include "reliable/recv.h"

#include <string.h>

#include "base/wipe.h"

void ov_rel_recv_init(struct ov_rel_recv *r, uint32_t first_id)
{
    memset(r, 0, sizeof(*r));
    r->next_id = first_id;
}

static uint32_t slot_index(const struct ov_rel_recv *r, uint32_t ahead)
{
    return (r->first + ahead) % OV_REL_RECV_SLOTS;
}

enum ov_err ov_rel_recv_check(const struct ov_rel_recv *r, uint32_t id, size_t len)
{
    int32_t ahead = ov_rel_distance(r->next_id, id);
    if (ahead >= (int32_t)OV_REL_RECV_SLOTS)
    {
        return OV_ERR_WINDOW;
    }
    /* Delivered already or waiting: our ack was lost [WP-REL-003]. */
    if (ahead < 0 || r->slot[slot_index(r, (uint32_t)ahead)].used)
    {
        return OV_ERR_DUPLICATE;
    }
    return len > OV_REL_RECV_PAYLOAD ? OV_ERR_LIMIT : OV_OK;
}

enum ov_err ov_rel_recv_put(struct ov_rel_recv *r, uint8_t opcode, uint32_t id, const void *payload,
                            size_t len)
{
    enum ov_err err = ov_rel_recv_check(r, id, len);
    if (err != OV_OK)
    {
        return err;
    }
    struct ov_rel_in *in = &r->slot[slot_index(r, id - r->next_id)];
    in->used = true;
    in->opcode = opcode;
    in->len = (uint32_t)len;
    if (len > 0)
    {
        memcpy(in->payload, payload, len);
    }
    return OV_OK;
}

enum ov_err ov_rel_recv_next(struct ov_rel_recv *r, struct ov_rel_message *out)
{
    struct ov_rel_in *in = &r->slot[r->first];
    if (!in->used)
    {
        return OV_ERR_AGAIN;
    }
    *out = (struct ov_rel_message){in->opcode, r->next_id, in->payload, in->len, 0};
    in->used = false;
    r->first = slot_index(r, 1);
    r->next_id++;
    return OV_OK;
}

void ov_rel_recv_clear(struct ov_rel_recv *r)
{
    ov_wipe(r, sizeof(*r));
}
