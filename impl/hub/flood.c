#include "hub/private.h"

#include <stdlib.h>
#include <string.h>

/* A frame for many clients is kept once, and copied and sealed for one after the other when transmit has room: a
 * batch of broadcasts to a thousand clients is a million packets, and nobody else may have to wait for them. */

/* Copies of one call. */
#define OUT 16u

struct item
{
    uint32_t len;
    uint32_t next;   /* peer-id that is looked at next */
    uint64_t except; /* serial of the peer that it came from; 0: of none */
    uint16_t vlan;   /* only to clients of this one */
};

struct ov_flood
{
    uint32_t cap;
    uint32_t first;
    uint32_t count;
    uint32_t frame_len; /* room of each */
    uint32_t slot_len;  /* of the copies, with the room around */
    struct item *item;
    uint8_t *frame;
    uint8_t *out;
};

/* One piece of memory: the queue, its frames, and room for the copies. */
static struct ov_flood *flood_new(const struct ov_config *config)
{
    const uint32_t frame_len = ov_buf_packet_for(ov_tunnel_packet(&config->tunnel, config->tunnel.mtu));
    const uint32_t slot_len = OV_BUF_HEADROOM + frame_len + OV_BUF_TAILROOM;
    const size_t items = sizeof(struct item) * config->floods;
    const size_t frames = (size_t)frame_len * config->floods;
    struct ov_flood *flood = calloc(1, sizeof *flood + items + frames + (size_t)slot_len * OUT);
    if (flood != NULL)
    {
        flood->cap = config->floods;
        flood->frame_len = frame_len;
        flood->slot_len = slot_len;
        flood->item = (struct item *)(flood + 1);
        flood->frame = (uint8_t *)(flood->item + flood->cap);
        flood->out = flood->frame + frames;
    }
    return flood;
}

static bool takes(const struct ov_hub *hub, const struct ov_peer *peer, uint64_t except, uint16_t vlan)
{
    return peer != NULL && peer->serial != except && ov_session_connected(&peer->session) &&
           ov_hub_vlan_of(hub, peer) == vlan;
}

/* At most two are told: none, one, more. */
static struct ov_peer *receivers(const struct ov_hub *hub, uint64_t except, uint16_t vlan, uint32_t *count)
{
    struct ov_peer *first = NULL;
    *count = 0;
    for (uint32_t id = 0; id < hub->id_end && *count < 2; id++)
    {
        if (takes(hub, hub->slot[id], except, vlan))
        {
            first = first == NULL ? hub->slot[id] : first;
            ++*count;
        }
    }
    return first;
}

static enum ov_err queue(struct ov_hub *hub, const struct ov_buf *buf, uint64_t except, uint16_t vlan)
{
    if (hub->flood == NULL)
    {
        hub->flood = flood_new(hub->settings->session.config);
    }
    struct ov_flood *flood = hub->flood;
    if (flood == NULL)
    {
        return OV_ERR_NOMEM;
    }
    if (flood->count == flood->cap || buf->len > flood->frame_len)
    {
        return OV_ERR_LIMIT;
    }
    const uint32_t slot = (flood->first + flood->count++) % flood->cap;
    flood->item[slot] = (struct item){.len = buf->len, .except = except, .vlan = vlan};
    memcpy(flood->frame + (size_t)slot * flood->frame_len, ov_buf_data(buf), buf->len);
    hub->stats.flood_most = flood->count > hub->stats.flood_most ? flood->count : hub->stats.flood_most;
    return OV_OK;
}

void ov_hub_flood(struct ov_hub *hub, struct ov_datagram *dg, const struct ov_peer *except, struct ov_now now)
{
    const uint64_t serial = except != NULL ? except->serial : 0;
    const bool stays = dg->fate == OV_FATE_TUN;
    uint32_t count;
    struct ov_peer *only = receivers(hub, serial, dg->vlan, &count);
    hub->stats.flooded++;
    if (count == 0 && stays)
    {
        return;
    }
    if (count == 1 && !stays)
    {
        ov_session_send(&only->session, dg, 1, now);
        ov_hub_after(hub, only, now);
        return;
    }
    enum ov_err err = count == 0 ? OV_ERR_ADDRESS : queue(hub, &dg->buf, serial, dg->vlan);
    if (err != OV_OK && stays)
    {
        ov_drops_count(&hub->stats.routed, err); /* the clients miss it, the operating system doesn't */
    }
    else if (err != OV_OK)
    {
        ov_hub_drop_inner(hub, dg, err);
    }
    else if (!stays)
    {
        dg->fate = OV_FATE_CONSUMED;
    }
}

bool ov_hub_flood_waits(const struct ov_hub *hub)
{
    return hub->flood != NULL && hub->flood->count > 0;
}

/* A copy for peer. False: nothing to send now. */
static bool copy_out(struct ov_hub *hub, struct ov_peer *peer, uint32_t slot, uint8_t *room,
                     struct ov_datagram *dg, struct ov_now now)
{
    const struct ov_flood *flood = hub->flood;
    const uint32_t len = flood->item[slot].len;
    *dg = (struct ov_datagram){.buf = ov_buf_over(room, flood->slot_len, OV_BUF_HEADROOM)};
    memcpy(ov_buf_put(&dg->buf, len), flood->frame + (size_t)slot * flood->frame_len, len);
    ov_session_send(&peer->session, dg, 1, now);
    if (dg->fate == OV_FATE_CONSUMED)
    {
        ov_hub_wake(hub, peer); /* in pieces */
    }
    else
    {
        ov_hub_after(hub, peer, now);
    }
    return dg->fate == OV_FATE_LINK;
}

size_t ov_hub_flood_out(struct ov_hub *hub, struct ov_datagram *dg, size_t n, struct ov_now now)
{
    struct ov_flood *flood = hub->flood;
    const size_t most = n < OUT ? n : OUT;
    size_t count = 0;
    while (ov_hub_flood_waits(hub) && count < most)
    {
        const uint32_t slot = flood->first;
        struct item *item = &flood->item[slot];
        if (item->next >= hub->id_end)
        {
            flood->first = (flood->first + 1) % flood->cap;
            flood->count--;
            continue;
        }
        struct ov_peer *peer = hub->slot[item->next++];
        if (takes(hub, peer, item->except, item->vlan))
        {
            count += copy_out(hub, peer, slot, flood->out + count * flood->slot_len, &dg[count], now);
        }
    }
    return count;
}
