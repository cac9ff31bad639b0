#include "hub/private.h"

#include <string.h>

#include "wire/ip.h"

/* Tunnel packets: whose they are, and where they go. */

void ov_hub_drop_inner(struct ov_hub *hub, struct ov_datagram *dg, enum ov_err why)
{
    ov_drops_count(&hub->stats.routed, why);
    ov_datagram_drop(dg, why);
}

static bool own_address(const struct ov_peer *peer, uint8_t version, const uint8_t *ip)
{
    if (version == 6)
    {
        return peer->has_ip6 && memcmp(ip, peer->ip6, sizeof peer->ip6) == 0;
    }
    const uint32_t ip4 = (uint32_t)ip[0] << 24 | (uint32_t)ip[1] << 16 | (uint32_t)ip[2] << 8 | ip[3];
    return peer->has_ip4 && ip4 == peer->ip4;
}

/* One of a network behind it was used: the status lists those [WP-SRV-009]. That there are too many of them is no
 * reason to drop anything. */
static void note_behind(struct ov_hub *hub, struct ov_peer *peer, const uint8_t *ip, uint8_t len,
                        struct ov_now now)
{
    enum ov_station_news news;
    const struct ov_station station = ov_station_of(ip, len, 0);
    hub->stats.unlisted += ov_stations_learn(&hub->macs, &peer->macs, &station, now.mono_ms, &news) != OV_OK;
}

/* Its own, or one of a network behind it that no other client is in more closely [WP-SRV-008]. */
static bool own_source(struct ov_hub *hub, struct ov_peer *peer, const struct ov_ip *ip, struct ov_now now)
{
    if (hub->settings->session.config->p2p || own_address(peer, ip->version, ip->src))
    {
        return true;
    }
    const bool behind = peer->routes_count > 0 && ov_peer_of_ip(hub, ip->src, ip->addr_len) == peer;
    if (behind)
    {
        note_behind(hub, peer, ip->src, ip->addr_len, now);
    }
    return behind;
}

static void note_receiver(struct ov_hub *hub, struct ov_peer *peer, const struct ov_ip *ip, struct ov_now now)
{
    if (peer != NULL && peer->routes_count > 0 && !own_address(peer, ip->version, ip->dst))
    {
        note_behind(hub, peer, ip->dst, ip->addr_len, now);
    }
}

void ov_hub_forward(struct ov_hub *hub, struct ov_peer *to, struct ov_datagram *dg, struct ov_now now)
{
    dg->fate = OV_FATE_NONE;
    ov_hub_make_room(hub, to, &dg->buf);
    ov_session_send(&to->session, dg, 1, now);
    if (dg->fate == OV_FATE_CONSUMED)
    {
        ov_hub_wake(hub, to); /* in pieces */
    }
}

/* With --client-to-client a packet for another client does not see the operating system [WP-SRV-008]. */
static void forward(struct ov_hub *hub, const struct ov_ip *ip, struct ov_datagram *dg, struct ov_now now)
{
    struct ov_peer *to =
        hub->settings->session.config->client_to_client ? ov_peer_of_ip(hub, ip->dst, ip->addr_len) : NULL;
    if (to != NULL)
    {
        note_receiver(hub, to, ip, now);
        ov_hub_forward(hub, to, dg, now);
    }
}

void ov_hub_inner(struct ov_hub *hub, struct ov_peer *peer, struct ov_datagram *dg, size_t n,
                  struct ov_now now)
{
    for (size_t i = 0; i < n; i++)
    {
        struct ov_ip ip;
        if (dg[i].fate != OV_FATE_TUN)
        {
            continue;
        }
        if (hub->settings->session.config->tunnel.tap)
        {
            ov_hub_frame(hub, peer, &dg[i], now);
            continue;
        }
        enum ov_err err = ov_ip_read(ov_buf_data(&dg[i].buf), dg[i].buf.len, &ip);
        if (err == OV_OK && !own_source(hub, peer, &ip, now))
        {
            err = OV_ERR_ADDRESS;
        }
        if (err != OV_OK)
        {
            ov_logf(hub->log, OV_LOG_DROP, "%s inner packet refused: bad source address or header (%s)",
                    peer->name, ov_err_name(err));
            ov_hub_drop_inner(hub, &dg[i], err);
            continue;
        }
        forward(hub, &ip, &dg[i], now);
    }
}

static struct ov_peer *receiver_of(struct ov_hub *hub, const struct ov_datagram *dg, struct ov_now now,
                                   enum ov_err *err)
{
    struct ov_ip ip;
    if (hub->settings->session.config->tunnel.tap)
    {
        return ov_hub_frame_receiver(hub, dg, now, err);
    }
    *err = ov_ip_read(ov_buf_data(&dg->buf), dg->buf.len, &ip);
    if (*err != OV_OK)
    {
        return NULL;
    }
    struct ov_peer *peer =
        hub->settings->session.config->p2p ? ov_peer_of_id(hub, 0) : ov_peer_of_ip(hub, ip.dst, ip.addr_len);
    note_receiver(hub, peer, &ip, now);
    *err = peer == NULL ? OV_ERR_ADDRESS : OV_OK;
    return peer;
}

/* Runs for one peer are sealed together; the order of the array is the order of packet ids. */
void ov_hub_send(struct ov_hub *hub, struct ov_datagram *dg, size_t n, struct ov_now now)
{
    size_t i = 0;
    if (hub->settings->session.config->tunnel.tap)
    {
        ov_hub_vlan_in(hub, dg, n);
    }
    while (i < n)
    {
        enum ov_err err = OV_OK;
        struct ov_peer *peer = receiver_of(hub, &dg[i], now, &err);
        if (peer == NULL && err == OV_ERR_AGAIN)
        {
            ov_hub_flood(hub, &dg[i++], NULL, now);
            continue;
        }
        if (peer == NULL && err == OV_ERR_CLOSED)
        {
            i++; /* it is counted */
            continue;
        }
        if (peer == NULL)
        {
            ov_hub_drop_inner(hub, &dg[i++], err);
            continue;
        }
        size_t run = 1;
        while (i + run < n && receiver_of(hub, &dg[i + run], now, &err) == peer)
        {
            run++;
        }
        ov_session_send(&peer->session, dg + i, run, now);
        ov_hub_after(hub, peer, now);
        i += run;
    }
}
