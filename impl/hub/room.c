#include "data/framing.h"
#include "hub/private.h"

#include <stdlib.h>
#include <string.h>

/* As many as a program receives in one call. */
#define SLOTS OV_BATCH

struct ov_hub_room
{
    uint32_t used;
    uint8_t mem[]; /* SLOTS of them */
};

void ov_hub_room_reset(struct ov_hub *hub)
{
    if (hub->room != NULL)
    {
        hub->room->used = 0;
    }
}

static bool is_enough(const struct ov_peer *to, const struct ov_buf *buf)
{
    const struct ov_data *data = &to->session.data;
    const struct ov_data_room framing = ov_data_framing_room(data);
    for (unsigned i = 0; i < OV_DATA_SLOTS; i++)
    {
        const struct ov_data_room room = ov_data_key_room(&data->key[i], data->peer_id != OV_PEER_ID_NONE);
        if (ov_buf_headroom(buf) < room.head + framing.head ||
            ov_buf_tailroom(buf) < room.tail + framing.tail)
        {
            return false;
        }
    }
    return true;
}

void ov_hub_make_room(struct ov_hub *hub, const struct ov_peer *to, struct ov_buf *buf)
{
    const struct ov_tunnel *tunnel = &hub->settings->session.config->tunnel;
    const uint32_t packet = ov_buf_packet_for(ov_tunnel_packet(tunnel, tunnel->mtu));
    const uint32_t slot_len = OV_BUF_HEADROOM + packet + OV_BUF_TAILROOM;
    if (is_enough(to, buf) || buf->len > packet)
    {
        return;
    }
    if (hub->room == NULL)
    {
        hub->room = calloc(1, sizeof *hub->room + (size_t)SLOTS * slot_len);
    }
    if (hub->room == NULL || hub->room->used == SLOTS)
    {
        return;
    }
    uint8_t *slot = hub->room->mem + (size_t)hub->room->used++ * slot_len;
    struct ov_buf wide = ov_buf_over(slot, slot_len, OV_BUF_HEADROOM);
    memcpy(ov_buf_put(&wide, buf->len), ov_buf_data(buf), buf->len);
    *buf = wide;
}
