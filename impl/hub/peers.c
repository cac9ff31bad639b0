#include "hub/private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- half-open peers, by age ---- */

static void half_open_add(struct ov_hub *hub, struct ov_peer *peer)
{
    peer->older = hub->half_newest;
    *(hub->half_newest != NULL ? &hub->half_newest->newer : &hub->half_oldest) = peer;
    hub->half_newest = peer;
    hub->stats.half_open++;
}

void ov_half_open_remove(struct ov_hub *hub, struct ov_peer *peer)
{
    *(peer->older != NULL ? &peer->older->newer : &hub->half_oldest) = peer->newer;
    *(peer->newer != NULL ? &peer->newer->older : &hub->half_newest) = peer->older;
    peer->older = peer->newer = NULL;
    hub->stats.half_open--;
}

/* ---- life ---- */

/* One client can't hold more than one place in the queue of newcomers [WP-STATE-010]. */
static void make_room(struct ov_hub *hub, const struct ov_addr *addr)
{
    struct ov_peer *peer = ov_index_outer(&hub->index[OV_INDEX_OUTER], addr);
    while (peer != NULL)
    {
        struct ov_peer *next = peer->link[OV_INDEX_OUTER].next;
        if (peer->id == OV_PEER_NO_ID && ov_addr_equal(ov_session_addr(&peer->session), addr))
        {
            ov_peer_close(hub, peer, OV_ERR_CLOSED, NULL);
        }
        peer = next;
    }
    /* Honest clients are through in a second: the oldest is the best guess at who is not. */
    if (hub->stats.half_open >= hub->settings->max_half_open && hub->half_oldest != NULL)
    {
        ov_drops_count(&hub->stats.dropped, OV_ERR_LIMIT);
        ov_peer_close(hub, hub->half_oldest, OV_ERR_LIMIT, NULL);
    }
}

struct ov_peer *ov_peer_new(struct ov_hub *hub, const struct ov_session_start *start, struct ov_now now)
{
    make_room(hub, &start->addr);
    struct ov_peer *peer = calloc(1, sizeof *peer);
    if (peer == NULL)
    {
        return NULL;
    }
    char addr[OV_ADDR_TEXT];
    (void)snprintf(peer->name, sizeof peer->name, "%s", ov_addr_text(&start->addr, addr));
    const struct ov_session_env env = {ov_hub_session_settings(hub, &start->addr), hub->rng, hub->log,
                                       peer->name};
    if (ov_session_accept(&peer->session, &env, start, now) != OV_OK)
    {
        free(peer);
        return NULL;
    }
    peer->id = OV_PEER_NO_ID;
    peer->number = hub->serials;
    peer->serial = ++hub->serials;
    peer->deadline_ms = now.mono_ms;
    half_open_add(hub, peer);
    ov_index_add(&hub->index[OV_INDEX_OUTER], peer);
    ov_heap_add(&hub->heap, peer);
    ov_hub_note_claim(hub, &start->addr);
    return peer;
}

static void tell_closed(struct ov_hub *hub, const struct ov_peer *peer, enum ov_err err, const char *why)
{
    struct ov_event event = {.kind = OV_EVENT_CLOSED, .err = err, .peer_id = peer->id};
    if (why != NULL && peer->id != OV_PEER_NO_ID)
    {
        ov_event_text(&event, "%s: %s", peer->name, why);
        ov_hub_tell(hub, &event);
    }
    if (why != NULL)
    {
        ov_logf(hub->log, OV_LOG_INFO, "%s closed: %s", peer->name, why);
    }
}

/* The totals of a server must not shrink when a client leaves. */
static void keep_drops(struct ov_hub *hub, const struct ov_peer *peer)
{
    struct ov_session_status status;
    ov_session_status(&peer->session, &status);
    ov_drops_add(&hub->stats.gone_in, &status.data.open);
    ov_drops_add(&hub->stats.gone_in, &status.control.in);
    ov_drops_add(&hub->stats.gone_out, &status.data.seal);
}

void ov_peer_close(struct ov_hub *hub, struct ov_peer *peer, enum ov_err err, const char *why)
{
    tell_closed(hub, peer, err, why);
    for (unsigned i = 0; i < OV_INDEX_COUNT; i++)
    {
        ov_index_remove(&hub->index[i], peer);
    }
    ov_heap_remove(&hub->heap, peer);
    ov_ready_remove(hub, peer);
    if (peer->id == OV_PEER_NO_ID)
    {
        ov_half_open_remove(hub, peer);
    }
    else
    {
        hub->slot[peer->id] = NULL;
        hub->stats.peers--;
    }
    if (peer->ticket != 0 && hub->settings->left != NULL)
    {
        struct ov_hub_peer last;
        ov_hub_look(peer, &last);
        hub->settings->left(hub->settings->left_ctx, peer->ticket, &last);
    }
    ov_hub_give_addresses(hub, peer);
    ov_stations_forget(&hub->macs, &peer->macs);
    ov_hub_note_claim(hub, ov_session_addr(&peer->session));
    keep_drops(hub, peer);
    ov_session_clear(&peer->session);
    ov_client_options_free(peer->options);
    free(peer);
}

/* ---- lookup ---- */

struct ov_peer *ov_peer_at(const struct ov_hub *hub, const struct ov_addr *addr)
{
    struct ov_peer *peer = ov_index_outer(&hub->index[OV_INDEX_OUTER], addr);
    while (peer != NULL &&
           (peer->id == OV_PEER_NO_ID || !ov_addr_equal(ov_session_addr(&peer->session), addr)))
    {
        peer = peer->link[OV_INDEX_OUTER].next;
    }
    return peer;
}

struct ov_peer *ov_peer_of_sid(const struct ov_hub *hub, const struct ov_addr *addr, const struct ov_sid *sid)
{
    struct ov_peer *peer = ov_index_outer(&hub->index[OV_INDEX_OUTER], addr);
    while (peer != NULL && (!ov_sid_equal(ov_session_peer_sid(&peer->session), sid) ||
                            !ov_addr_equal(ov_session_addr(&peer->session), addr)))
    {
        peer = peer->link[OV_INDEX_OUTER].next;
    }
    return peer;
}

struct ov_peer *ov_peer_of_id(const struct ov_hub *hub, uint32_t id)
{
    return id < hub->slots ? hub->slot[id] : NULL;
}

struct ov_peer *ov_peer_of_ip(const struct ov_hub *hub, const uint8_t *ip, uint8_t len)
{
    struct ov_peer *peer = NULL;
    if (len == 4)
    {
        const uint32_t ip4 = (uint32_t)ip[0] << 24 | (uint32_t)ip[1] << 16 | (uint32_t)ip[2] << 8 | ip[3];
        peer = ov_index_ip4(&hub->index[OV_INDEX_IP4], ip4);
        while (peer != NULL && peer->ip4 != ip4)
        {
            peer = peer->link[OV_INDEX_IP4].next;
        }
        return peer != NULL ? peer : ov_inner_routes_find(&hub->routes, ip, len);
    }
    peer = ov_index_ip6(&hub->index[OV_INDEX_IP6], ip);
    while (peer != NULL && memcmp(peer->ip6, ip, sizeof peer->ip6) != 0)
    {
        peer = peer->link[OV_INDEX_IP6].next;
    }
    return peer != NULL ? peer : ov_inner_routes_find(&hub->routes, ip, len);
}
