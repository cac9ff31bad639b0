#include "hub/private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"

void ov_hub_tell(struct ov_hub *hub, const struct ov_event *event)
{
    if (hub->events.count == OV_HUB_EVENTS)
    {
        hub->events.first = (hub->events.first + 1) % OV_HUB_EVENTS;
        hub->events.count--;
    }
    hub->events.slot[(hub->events.first + hub->events.count++) % OV_HUB_EVENTS] = *event;
}

bool ov_hub_event(struct ov_hub *hub, struct ov_event *event)
{
    if (hub->events.count == 0)
    {
        return false;
    }
    *event = hub->events.slot[hub->events.first];
    hub->events.first = (hub->events.first + 1) % OV_HUB_EVENTS;
    hub->events.count--;
    return true;
}

/* So long an address in an iroute network is listed after it was used last, as 2.x does [WP-SRV-009]. */
#define BEHIND_MS UINT64_C(60000)

static enum ov_err init_tables(struct ov_hub *hub, uint32_t peers)
{
    uint64_t seed = 0;
    enum ov_err err = ov_rng_fill(hub->rng, (uint8_t *)&seed, sizeof seed);
    for (unsigned i = 0; i < OV_INDEX_COUNT && err == OV_OK; i++)
    {
        err = ov_index_init(&hub->index[i], (enum ov_index)i, peers, seed);
    }
    hub->routes.seed = seed;
    ov_stations_init(&hub->macs, seed, hub->settings->session.config->max_macs,
                     hub->settings->session.config->tunnel.tap
                         ? hub->settings->session.config->mac_age_s * UINT64_C(1000)
                         : BEHIND_MS);
    hub->macs.has_own = hub->settings->has_mac;
    memcpy(hub->macs.own, hub->settings->mac, sizeof hub->macs.own);
    if (err == OV_OK)
    {
        err = ov_heap_init(&hub->heap, peers);
    }
    if (err == OV_OK)
    {
        hub->slot = calloc(hub->slots, sizeof hub->slot[0]);
        err = hub->slot == NULL ? OV_ERR_NOMEM : OV_OK;
    }
    return err;
}

static enum ov_err init_all(struct ov_hub *hub)
{
    const struct ov_session_settings *session = &hub->settings->session;
    const struct ov_config *config = session->config;
    enum ov_err err = init_tables(hub, hub->slots + hub->settings->max_half_open);
    if (err == OV_OK)
    {
        err = ov_cookie_init(&hub->cookie, session->crypto, hub->rng, config->hand_window_s);
    }
    if (err == OV_OK)
    {
        err = ov_wrap_init(&hub->wrap, session->crypto, &session->keys->wrap, OV_ROLE_SERVER);
    }
    if (err == OV_OK && (session->stream || hub->settings->stream_ways != 0))
    {
        err = ov_claims_init(&hub->claims, hub->slots + hub->settings->max_half_open);
    }
    return err == OV_OK ? ov_address_pool_init(&hub->pool, &config->pool, hub->slots) : err;
}

enum ov_err ov_hub_new(const struct ov_hub_settings *settings, const struct ov_rng *rng,
                       const struct ov_log *log, struct ov_now now, struct ov_hub **out)
{
    const struct ov_config *config = settings->session.config;
    (void)now;
    *out = NULL;
    if (config->role != OV_ROLE_SERVER || config->max_clients == 0 ||
        config->max_clients >= OV_PEER_ID_NONE || settings->max_half_open == 0)
    {
        return OV_ERR_ARG;
    }
    struct ov_hub *hub = calloc(1, sizeof *hub);
    if (hub == NULL)
    {
        return OV_ERR_NOMEM;
    }
    hub->settings = settings;
    hub->other = settings->session;
    hub->other.stream = !settings->session.stream;
    hub->rng = rng;
    hub->log = log;
    hub->slots = config->max_clients;
    hub->ready_end = &hub->ready_first;
    hub->shut_ms = OV_NEVER;
    hub->resets =
        (struct ov_limit){.count = config->connect_freq_count, .period_s = config->connect_freq_period_s};
    hub->sessions = (struct ov_limit){.count = config->new_freq_count, .period_s = config->new_freq_period_s};
    hub->lost_lines = (struct ov_limit){.count = 20, .period_s = 10};
    hub->mac_lines = hub->lost_lines;
    enum ov_err err = init_all(hub);
    if (err != OV_OK)
    {
        ov_hub_free(hub);
        return err;
    }
    *out = hub;
    return OV_OK;
}

void ov_hub_free(struct ov_hub *hub)
{
    if (hub == NULL)
    {
        return;
    }
    while (hub->heap.count > 0)
    {
        ov_peer_close(hub, hub->heap.at[hub->heap.count - 1], OV_OK, NULL);
    }
    for (unsigned i = 0; i < OV_INDEX_COUNT; i++)
    {
        ov_index_clear(&hub->index[i]);
    }
    ov_parked_lost(hub, NULL);
    ov_inner_routes_clear(&hub->routes);
    ov_stations_clear(&hub->macs);
    free(hub->flood);
    ov_heap_clear(&hub->heap);
    ov_claims_clear(&hub->claims);
    ov_leases_clear(&hub->leases);
    ov_address_pool_clear(&hub->pool);
    ov_wrap_clear(&hub->wrap);
    ov_wipe(&hub->replies, sizeof hub->replies);
    ov_cookie_clear(&hub->cookie);
    free(hub->slot);
    free(hub->room);
    free(hub);
}

/* ---- control ---- */

#define SHUTDOWN_MS 2000u

void ov_hub_shutdown(struct ov_hub *hub, struct ov_now now)
{
    const uint32_t notify = hub->settings->session.config->exit_notify;
    const char *words = notify == 0 ? NULL : notify == 1 ? "RESTART" : "RESTART,[N]"; /* [WP-MSG-010] */
    bool told = false;
    if (hub->shutting)
    {
        return;
    }
    hub->shutting = true;
    hub->shut_ms = now.mono_ms + SHUTDOWN_MS;
    while (hub->half_oldest != NULL)
    {
        ov_peer_close(hub, hub->half_oldest, OV_ERR_CLOSED, NULL);
    }
    for (uint32_t id = 0; id < hub->slots; id++)
    {
        struct ov_peer *peer = hub->slot[id];
        if (peer != NULL)
        {
            /* The end of a connection is notice enough. */
            const char *message = ov_hub_is_stream(hub, ov_session_addr(&peer->session)) ? NULL : words;
            told |= message != NULL;
            ov_session_dismiss(&peer->session, message, "server shutdown", message != NULL ? SHUTDOWN_MS : 0,
                               now);
            ov_hub_after(hub, peer, now);
        }
    }
    if (!told || hub->stats.peers == 0)
    {
        hub->shut_ms = now.mono_ms;
    }
}

enum ov_err ov_hub_kill(struct ov_hub *hub, uint32_t peer_id, const char *message, struct ov_now now)
{
    struct ov_peer *peer = ov_peer_of_id(hub, peer_id);
    if (peer == NULL)
    {
        return OV_ERR_PEER_ID;
    }
    ov_session_dismiss(&peer->session, message, "killed", message != NULL ? SHUTDOWN_MS : 0, now);
    ov_hub_after(hub, peer, now);
    return OV_OK;
}

enum ov_err ov_hub_renegotiate(struct ov_hub *hub, uint32_t peer_id, struct ov_now now)
{
    struct ov_peer *peer = ov_peer_of_id(hub, peer_id);
    if (peer == NULL)
    {
        return OV_ERR_PEER_ID;
    }
    enum ov_err err = ov_session_renegotiate(&peer->session, now);
    ov_hub_after(hub, peer, now);
    return err;
}

/* ---- addresses that stay with names ---- */

enum ov_err ov_hub_learn_lease(struct ov_hub *hub, const struct ov_lease *lease)
{
    return ov_leases_learn(&hub->leases, &hub->pool, lease);
}

const struct ov_lease *ov_hub_lease(const struct ov_hub *hub, uint32_t n)
{
    return n < hub->leases.count ? &hub->leases.at[n] : NULL;
}

/* ---- view ---- */

void ov_hub_stats(const struct ov_hub *hub, struct ov_hub_stats *out)
{
    *out = hub->stats;
}

bool ov_hub_next_mac(const struct ov_hub *hub, uint32_t peer_id, struct ov_hub_mac *at)
{
    const struct ov_peer *peer = ov_peer_of_id(hub, peer_id);
    const struct ov_station_entry *entry = at->entry;
    entry = peer == NULL ? NULL : entry == NULL ? peer->macs.oldest : entry->newer;
    if (entry == NULL)
    {
        return false;
    }
    at->entry = entry;
    memcpy(at->mac, entry->station.octets, sizeof at->mac);
    at->vlan = entry->station.vlan;
    at->seen_ms = entry->seen_ms;
    return true;
}

/* Networks come first, then addresses that were used in them. */
bool ov_hub_next_behind(const struct ov_hub *hub, uint32_t peer_id, struct ov_hub_behind *at,
                        struct ov_now now)
{
    const struct ov_peer *peer = ov_peer_of_id(hub, peer_id);
    if (peer == NULL || hub->settings->session.config->tunnel.tap)
    {
        return false;
    }
    if (at->networks < peer->routes_count)
    {
        const struct ov_inner_route *route = &peer->routes[at->networks++];
        at->len = route->len;
        at->bits = route->bits;
        at->is_host = false;
        memcpy(at->ip, route->net, sizeof at->ip);
        return true;
    }
    const struct ov_station_entry *entry = at->entry;
    entry = entry == NULL ? peer->macs.oldest : entry->newer;
    while (entry != NULL && ov_station_is_stale(&hub->macs, entry, now.mono_ms))
    {
        entry = entry->newer;
    }
    if (entry == NULL)
    {
        return false;
    }
    at->entry = entry;
    at->is_host = true;
    at->len = (uint8_t)entry->station.len;
    at->bits = (uint8_t)(entry->station.len * 8);
    at->seen_ms = entry->seen_ms;
    memcpy(at->ip, entry->station.octets, sizeof at->ip);
    return true;
}

void ov_hub_look(const struct ov_peer *peer, struct ov_hub_peer *out)
{
    *out = (struct ov_hub_peer){.number = peer->number, .ip4 = peer->ip4, .has_ip6 = peer->has_ip6};
    memcpy(out->ip6, peer->ip6, sizeof out->ip6);
    ov_session_status(&peer->session, &out->session);
    out->session.peer_id = peer->id;
    (void)snprintf(out->username, sizeof out->username, "%s", ov_session_username(&peer->session));
}

bool ov_hub_next_peer(const struct ov_hub *hub, uint32_t *at, struct ov_hub_peer *out)
{
    while (*at < hub->slots && hub->slot[*at] == NULL)
    {
        ++*at;
    }
    if (*at >= hub->slots)
    {
        return false;
    }
    ov_hub_look(hub->slot[(*at)++], out);
    return true;
}
