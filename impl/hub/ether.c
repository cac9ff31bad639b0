#include "hub/private.h"

#include <stddef.h>
#include <string.h>

#include "wire/ether.h"

/* Frames of a tap device: who is behind which client is learned from what they send, as a switch does. Unlike one,
 * stock servers send nothing to clients that nobody has heard of: what is for an unknown station goes to the operating
 * system alone, whose bridge does the rest, or nowhere [WP-SRV-015]. */

static struct ov_peer *peer_of(struct ov_station_owner *owner)
{
    return owner == NULL ? NULL : (struct ov_peer *)(void *)((char *)owner - offsetof(struct ov_peer, macs));
}

static void tell(struct ov_hub *hub, const struct ov_peer *peer, const uint8_t *mac,
                 enum ov_station_news news, struct ov_now now)
{
    if (news != OV_STATION_KNOWN && ov_limit_take(&hub->mac_lines, now.mono_ms))
    {
        ov_logf(hub->log, OV_LOG_INFO, "%s MULTI: Learn: %02x:%02x:%02x:%02x:%02x:%02x%s", peer->name, mac[0],
                mac[1], mac[2], mac[3], mac[4], mac[5],
                news == OV_STATION_MOVED ? ", which was behind another client" : "");
    }
}

/* No program is asked about a source address that nobody can have. */
static bool is_asked_about(const struct ov_hub *hub, const struct ov_peer *peer, const struct ov_station *src,
                           struct ov_now now)
{
    static const uint8_t zero[OV_MAC_LEN];
    const uint8_t *mac = src->octets;
    return hub->settings->learn != NULL && !ov_mac_is_group(mac) && memcmp(mac, zero, OV_MAC_LEN) != 0 &&
           !(hub->macs.has_own && memcmp(mac, hub->macs.own, OV_MAC_LEN) == 0) &&
           ov_stations_find(&hub->macs, src, now.mono_ms) != &peer->macs;
}

static enum ov_err learn(struct ov_hub *hub, struct ov_peer *peer, const struct ov_ether *ether,
                         uint16_t vlan, struct ov_now now)
{
    const struct ov_hub_settings *settings = hub->settings;
    enum ov_station_news news = OV_STATION_KNOWN;
    const struct ov_station src = ov_station_of(ether->src, OV_MAC_LEN, vlan);
    if (is_asked_about(hub, peer, &src, now))
    {
        const enum ov_err asked = settings->learn(settings->learn_ctx, peer->ticket, ether->src, vlan, now);
        if (asked != OV_OK)
        {
            return asked;
        }
    }
    enum ov_err err = ov_stations_learn(&hub->macs, &peer->macs, &src, now.mono_ms, &news);
    tell(hub, peer, ether->src, news, now);
    return err;
}

/* With --client-to-client we are the switch between the clients, else the operating system is. */
static void pass_on(struct ov_hub *hub, struct ov_peer *peer, const struct ov_ether *ether,
                    struct ov_datagram *dg, struct ov_now now)
{
    if (!hub->settings->session.config->client_to_client)
    {
        return;
    }
    if (ov_mac_is_group(ether->dst))
    {
        ov_hub_flood(hub, dg, peer, now);
        return;
    }
    const struct ov_station dst = ov_station_of(ether->dst, OV_MAC_LEN, dg->vlan);
    struct ov_peer *to = peer_of(ov_stations_find(&hub->macs, &dst, now.mono_ms));
    if (to == peer)
    {
        /* Both are in the same network: it got there already. */
        ov_hub_drop_inner(hub, dg, OV_ERR_ADDRESS);
    }
    else if (to != NULL)
    {
        ov_hub_forward(hub, to, dg, now);
    }
}

void ov_hub_frame(struct ov_hub *hub, struct ov_peer *peer, struct ov_datagram *dg, struct ov_now now)
{
    struct ov_ether ether;
    const bool p2p = hub->settings->session.config->p2p;
    enum ov_err err = ov_ether_read(ov_buf_data(&dg->buf), dg->buf.len, &ether);
    err = err == OV_OK && !p2p ? ov_hub_vlan_check(hub, peer, dg) : err;
    if (err == OV_OK && !p2p)
    {
        err = learn(hub, peer, &ether, dg->vlan, now);
    }
    if (err != OV_OK)
    {
        ov_logf(hub->log, OV_LOG_DROP, "%s frame refused: bad source address or header (%s)", peer->name,
                ov_err_name(err));
        ov_hub_drop_inner(hub, dg, err);
        return;
    }
    if (!p2p)
    {
        pass_on(hub, peer, &ether, dg, now);
    }
    if (!p2p && dg->fate == OV_FATE_TUN)
    {
        ov_hub_vlan_out(hub, dg);
    }
}

struct ov_peer *ov_hub_frame_receiver(const struct ov_hub *hub, const struct ov_datagram *dg,
                                      struct ov_now now, enum ov_err *err)
{
    struct ov_ether ether;
    struct ov_peer *peer = NULL;
    if (dg->fate == OV_FATE_DROPPED)
    {
        *err = OV_ERR_CLOSED;
        return NULL;
    }
    *err = ov_ether_read(ov_buf_data(&dg->buf), dg->buf.len, &ether);
    if (*err != OV_OK)
    {
        return NULL;
    }
    if (hub->settings->session.config->p2p)
    {
        peer = ov_peer_of_id(hub, 0);
    }
    else if (ov_mac_is_group(ether.dst))
    {
        *err = OV_ERR_AGAIN;
        return NULL;
    }
    else
    {
        const struct ov_station dst = ov_station_of(ether.dst, OV_MAC_LEN, dg->vlan);
        peer = peer_of(ov_stations_find(&hub->macs, &dst, now.mono_ms));
    }
    *err = peer == NULL ? OV_ERR_ADDRESS : OV_OK;
    return peer;
}
