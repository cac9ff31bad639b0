#include "hub/private.h"

#include <stdio.h>
#include <string.h>

#include "wire/control.h"

/* The peer-id is the one that both have computed; another address needs --float. */
static struct ov_peer *point_to_point(const struct ov_hub *hub, const struct ov_data_prefix *prefix,
                                      const struct ov_addr *addr)
{
    struct ov_peer *peer = ov_peer_of_id(hub, 0);
    const bool unnamed = prefix->peer_id == OV_PEER_ID_NONE;
    const bool here = peer != NULL && ov_addr_equal(ov_session_addr(&peer->session), addr);
    const bool may_float = hub->settings->session.config->float_allowed && !ov_hub_is_stream(hub, addr);
    const bool named = peer != NULL && (unnamed || prefix->peer_id == peer->session.data.peer_id);
    return named && (here || (may_float && !unnamed)) ? peer : NULL;
}

/* On TCP the connection says whose it is, and a peer-id may only agree: nobody floats [WP-SRV-005], not from a
 * connection to a socket for datagrams either: a peer-id belongs to the kind of transport it was given on
 * [WP-SRV-014]. */
static struct ov_peer *by_data_prefix(const struct ov_hub *hub, const struct ov_data_prefix *prefix,
                                      const struct ov_addr *addr)
{
    if (hub->settings->session.config->p2p)
    {
        return point_to_point(hub, prefix, addr);
    }
    const bool unnamed = prefix->peer_id == OV_PEER_ID_NONE;
    struct ov_peer *peer;
    if (!unnamed && !ov_hub_is_stream(hub, addr))
    {
        peer = ov_peer_of_id(hub, prefix->peer_id);
        return peer != NULL && !ov_hub_is_stream(hub, ov_session_addr(&peer->session)) ? peer : NULL;
    }
    peer = ov_peer_at(hub, addr);
    return peer != NULL && (unnamed || peer->id == prefix->peer_id) ? peer : NULL;
}

/* Whose packet is it? [WP-SRV-002] NULL with err OV_OK: a control packet of nobody we know. */
static struct ov_peer *owner_of(const struct ov_hub *hub, const struct ov_datagram *dg, enum ov_err *err)
{
    const uint8_t *packet = ov_buf_data(&dg->buf);
    const uint8_t op = dg->buf.len > 0 ? ov_opcode_of(packet[0]) : 0;
    *err = OV_OK;
    if (ov_opcode_is_data(op))
    {
        struct ov_data_prefix prefix;
        *err = ov_data_prefix_read(packet, dg->buf.len, &prefix);
        if (*err != OV_OK)
        {
            return NULL;
        }
        struct ov_peer *peer = by_data_prefix(hub, &prefix, &dg->addr);
        *err = peer == NULL ? OV_ERR_PEER_ID : OV_OK;
        return peer; /* data never opens a session [WP-SRV-003] */
    }
    if (dg->buf.len < OV_CONTROL_HEAD_LEN)
    {
        *err = OV_ERR_TRUNCATED;
        return NULL;
    }
    struct ov_sid sid;
    memcpy(sid.id, packet + 1, sizeof sid.id); /* readable in every mode [WP-CTRL-009] */
    /* Also of a reset that comes again: message 0 of a session that is there [WP-STATE-013]. */
    return ov_peer_of_sid(hub, &dg->addr, &sid);
}

/* ---- float ---- */

static void move(struct ov_hub *hub, struct ov_peer *peer, const struct ov_addr *addr, struct ov_now now)
{
    char from[OV_ADDR_TEXT];
    char to[OV_ADDR_TEXT];
    if (now.mono_ms >= peer->float_log_ms)
    {
        peer->float_log_ms = now.mono_ms + 1000; /* a client between two addresses must not fill the log */
        ov_logf(hub->log, OV_LOG_INFO, "%s peer-id %u floats from %s to %s", peer->name, peer->id,
                ov_addr_text(ov_session_addr(&peer->session), from), ov_addr_text(addr, to));
    }
    ov_index_remove(&hub->index[OV_INDEX_OUTER], peer);
    ov_session_float(&peer->session, addr);
    ov_index_add(&hub->index[OV_INDEX_OUTER], peer);
    (void)snprintf(peer->name, sizeof peer->name, "%.30s/%s", ov_session_common_name(&peer->session),
                   ov_addr_text(addr, to));
    hub->stats.floats++;
}

/* The packet is authentic and new, so its sender holds the keys and is at this address [WP-SRV-004]. Somebody
 * else's address it gets only if that is the same client [WP-SRV-005]. */
static enum ov_err try_float(struct ov_hub *hub, struct ov_peer *peer, const struct ov_addr *addr,
                             struct ov_now now)
{
    struct ov_peer *other = ov_peer_at(hub, addr);
    if (addr->family == 0 || addr->port == 0)
    {
        return OV_ERR_ADDRESS;
    }
    /* Without HMAC anybody can make such a packet: it proves nothing. */
    if (!ov_data_key_authenticates(&peer->session.data.key[OV_DATA_CURRENT]))
    {
        return OV_ERR_ADDRESS;
    }
    if (other != NULL && !ov_session_same_cert(&peer->session, &other->session))
    {
        return OV_ERR_ADDRESS;
    }
    if (other != NULL)
    {
        ov_peer_close(hub, other, OV_OK, "another connection of the same client floated to its address");
    }
    move(hub, peer, addr, now);
    return OV_OK;
}

static void follow_addresses(struct ov_hub *hub, struct ov_peer *peer, struct ov_datagram *dg, size_t n,
                             struct ov_now now)
{
    for (size_t i = 0; i < n; i++)
    {
        const bool authentic = dg[i].fate == OV_FATE_TUN || dg[i].fate == OV_FATE_CONSUMED;
        if (!authentic || ov_addr_equal(&dg[i].addr, ov_session_addr(&peer->session)))
        {
            continue;
        }
        enum ov_err err = try_float(hub, peer, &dg[i].addr, now);
        if (err != OV_OK)
        {
            ov_drops_count(&hub->stats.dropped, err);
            ov_datagram_drop(&dg[i], err);
        }
    }
}

/* ---- runs ---- */

static void receive_run(struct ov_hub *hub, struct ov_peer *peer, struct ov_datagram *dg, size_t n,
                        struct ov_now now)
{
    ov_session_receive(&peer->session, dg, n, now);
    follow_addresses(hub, peer, dg, n, now);
    ov_hub_inner(hub, peer, dg, n, now);
    ov_hub_after(hub, peer, now);
}

void ov_hub_give(struct ov_hub *hub, struct ov_peer *peer, struct ov_datagram *dg, struct ov_now now)
{
    receive_run(hub, peer, dg, 1, now);
}

static void drop(struct ov_hub *hub, struct ov_datagram *dg, enum ov_err why)
{
    ov_drops_count(&hub->stats.dropped, why);
    ov_datagram_drop(dg, why);
}

void ov_hub_receive(struct ov_hub *hub, struct ov_datagram *dg, size_t n, struct ov_now now)
{
    size_t i = 0;
    ov_hub_room_reset(hub); /* what was forwarded before is sent */
    while (i < n)
    {
        enum ov_err err = OV_OK;
        size_t run = 1;
        struct ov_peer *peer = owner_of(hub, &dg[i], &err);
        if (peer == NULL && err == OV_OK)
        {
            peer = ov_hub_stranger(hub, &dg[i], now); /* a new session gets the packet that opened it */
        }
        else if (peer != NULL)
        {
            while (i + run < n && owner_of(hub, &dg[i + run], &err) == peer)
            {
                run++;
            }
        }
        else
        {
            drop(hub, &dg[i], err);
        }
        if (peer != NULL)
        {
            receive_run(hub, peer, dg + i, run, now);
        }
        i += run;
    }
}
