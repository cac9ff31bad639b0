#include "hub/private.h"

#include <string.h>

/* A client that is authenticated has its place (peer-id and addresses of the pool), and the program may have
 * something to say about it before keys are made and options pushed: settings of its own, or that it may not come
 * [WP-SRV-030]. Nobody answers in time: it may not. */

/* Clients of one name that come at one time can't all have its address. */
static bool has_leases(const struct ov_hub *hub)
{
    const struct ov_config *config = hub->settings->session.config;
    return config->pool_persist != NULL && !config->duplicate_cn;
}

static bool take_lease(struct ov_hub *hub, struct ov_peer *peer)
{
    const struct ov_client_config *own = peer->client;
    struct ov_lease lease;
    const bool good = ov_leases_take(&hub->leases, &hub->pool, ov_session_common_name(&peer->session),
                                     own == NULL || (!own->has_ip4 && !own->no_ip4),
                                     own == NULL || (!own->has_ip6 && !own->no_ip6), &lease);
    peer->has_ip4 = peer->pool4 = lease.has_ip4;
    peer->has_ip6 = peer->pool6 = lease.has_ip6;
    peer->ip4 = lease.ip4;
    memcpy(peer->ip6, lease.ip6, sizeof peer->ip6);
    peer->leased = true;
    return good;
}

static void take_pool(struct ov_hub *hub, struct ov_peer *peer)
{
    const struct ov_client_config *own = peer->client;
    if (has_leases(hub))
    {
        if (!take_lease(hub, peer))
        {
            ov_logf(hub->log, OV_LOG_WARN, "%s no free --ifconfig-pool addresses are available", peer->name);
        }
        return;
    }
    enum ov_err err4 = OV_OK;
    enum ov_err err6 = OV_OK;
    if (own == NULL || (!own->has_ip4 && !own->no_ip4))
    {
        err4 = ov_address_pool_take4(&hub->pool, &peer->ip4);
        peer->has_ip4 = peer->pool4 = err4 == OV_OK;
    }
    if (own == NULL || (!own->has_ip6 && !own->no_ip6))
    {
        err6 = ov_address_pool_take6(&hub->pool, peer->ip6);
        peer->has_ip6 = peer->pool6 = err6 == OV_OK;
    }
    if (err4 == OV_ERR_LIMIT || err6 == OV_ERR_LIMIT)
    {
        /* It stays connected without [WP-SRV-013]. */
        ov_logf(hub->log, OV_LOG_WARN, "%s no free --ifconfig-pool addresses are available", peer->name);
    }
}

/* --ifconfig-push-constraint */
static bool may_have(const struct ov_hub *hub, const struct ov_peer *peer, uint32_t ip4)
{
    const struct ov_config *config = hub->settings->session.config;
    if (config->has_push_constraint && (ip4 & config->constraint_mask) != config->constraint_net)
    {
        ov_logf(hub->log, OV_LOG_WARN,
                "%s its ifconfig-push is not in the network of ifconfig-push-constraint", peer->name);
        return false;
    }
    return true;
}

void ov_hub_take_addresses(struct ov_hub *hub, struct ov_peer *peer)
{
    const struct ov_client_config *own = peer->client;
    take_pool(hub, peer);
    if (own != NULL && own->has_ip4 && may_have(hub, peer, own->ip4))
    {
        peer->has_ip4 = true;
        peer->ip4 = own->ip4;
        peer->pool4 = ov_address_pool_again4(&hub->pool, own->ip4); /* so that nobody else gets it */
    }
    if (own != NULL && own->has_ip6)
    {
        peer->has_ip6 = true;
        memcpy(peer->ip6, own->ip6, sizeof peer->ip6);
        peer->pool6 = ov_address_pool_again6(&hub->pool, own->ip6);
    }
    if (peer->has_ip4)
    {
        ov_index_add(&hub->index[OV_INDEX_IP4], peer);
    }
    if (peer->has_ip6)
    {
        ov_index_add(&hub->index[OV_INDEX_IP6], peer);
    }
    if (own != NULL && hub->settings->session.config->tunnel.tap)
    {
        if (own->iroutes4_count + own->iroutes6_count > 0)
        {
            ov_logf(hub->log, OV_LOG_WARN,
                    "%s iroute has no effect with dev tap: an Ethernet has stations, not networks",
                    peer->name);
        }
    }
    else if (own != NULL && ov_inner_routes_add(&hub->routes, peer) != OV_OK)
    {
        ov_logf(hub->log, OV_LOG_WARN, "%s no memory for its iroutes", peer->name);
    }
}

void ov_hub_give_addresses(struct ov_hub *hub, struct ov_peer *peer)
{
    ov_index_remove(&hub->index[OV_INDEX_IP4], peer);
    ov_index_remove(&hub->index[OV_INDEX_IP6], peer);
    ov_inner_routes_remove(&hub->routes, peer);
    if (peer->pool4)
    {
        ov_address_pool_give4(&hub->pool, peer->ip4);
    }
    if (peer->pool6)
    {
        ov_address_pool_give6(&hub->pool, peer->ip6);
    }
    if (peer->leased)
    {
        ov_leases_leave(&hub->leases, &hub->pool, ov_session_common_name(&peer->session));
    }
    peer->has_ip4 = peer->has_ip6 = peer->pool4 = peer->pool6 = peer->leased = false;
    peer->ip4 = 0;
    memset(peer->ip6, 0, sizeof peer->ip6);
}

/* The second word of ifconfig [WP-PUSH-020]. */
static uint32_t second_of(const struct ov_config *config, const struct ov_peer *peer)
{
    const struct ov_tunnel *tunnel = &config->tunnel;
    if (peer->client != NULL && peer->client->has_ip4)
    {
        return peer->client->ip4_second;
    }
    switch (tunnel->topology)
    {
    case OV_TOPOLOGY_NET30:
        return peer->ip4 - 1; /* the second of its four addresses */
    case OV_TOPOLOGY_P2P:
        return tunnel->ip4;
    default:
        return config->pool.ip4_mask != 0 ? config->pool.ip4_mask
                                          : (uint32_t)(UINT64_C(0xffffffff) << (32 - tunnel->ip4_bits));
    }
}

/* ---- the question ---- */

void ov_hub_place(struct ov_hub *hub, struct ov_peer *peer, struct ov_now now)
{
    struct ov_push_client place = {.own = peer->client,
                                   .has_ip4 = peer->has_ip4,
                                   .ip4 = peer->ip4,
                                   .ip4_second = second_of(hub->settings->session.config, peer),
                                   .has_ip6 = peer->has_ip6,
                                   .has_peer_id = true,
                                   .peer_id = peer->id};
    memcpy(place.ip6, peer->ip6, sizeof place.ip6);
    ov_session_admit(&peer->session, &place, now);
}

void ov_hub_ask_place(struct ov_hub *hub, struct ov_peer *peer, struct ov_now now)
{
    struct ov_event event = {.kind = OV_EVENT_CLIENT, .peer_id = peer->id, .ticket = ov_hub_ticket(peer)};
    peer->waits = true;
    peer->ticket = event.ticket;
    peer->wait_by_ms = now.mono_ms + hub->settings->session.config->hand_window_s * UINT64_C(1000);
    ov_event_text(&event, "%s", peer->name);
    ov_hub_tell(hub, &event);
}

static void turn_away(struct ov_peer *peer, struct ov_now now)
{
    peer->waits = false;
    ov_session_refuse(&peer->session, "AUTH_FAILED", OV_ERR_AUTH, "refused by the settings of this client",
                      now); /* [WP-SRV-034] */
}

void ov_hub_place_tick(struct ov_hub *hub, struct ov_peer *peer, struct ov_now now)
{
    if (peer->waits && now.mono_ms >= peer->wait_by_ms)
    {
        ov_logf(hub->log, OV_LOG_WARN, "%s: nobody gave the settings of this client in time", peer->name);
        turn_away(peer, now);
    }
}

/* ---- the answer ---- */

static struct ov_peer *waiting(const struct ov_hub *hub, uint64_t ticket)
{
    struct ov_peer *peer = ov_hub_peer_of(hub, ticket);
    return peer != NULL && peer->waits ? peer : NULL;
}

bool ov_hub_client(const struct ov_hub *hub, uint64_t ticket, struct ov_client_request *out)
{
    const struct ov_peer *peer = waiting(hub, ticket);
    if (peer == NULL)
    {
        return false;
    }
    *out = (struct ov_client_request){
        .ticket = ticket,
        .peer_id = peer->id,
        .username = ov_session_username(&peer->session),
        .common_name = ov_session_common_name(&peer->session),
        .peer_info = ov_session_peer_info(&peer->session),
        .fingerprint = ov_session_fingerprint(&peer->session),
        .addr = *ov_session_addr(&peer->session),
        .has_ip4 = peer->has_ip4,
        .ip4 = peer->ip4,
        .has_ip6 = peer->has_ip6,
    };
    memcpy(out->ip6, peer->ip6, sizeof out->ip6);
    return true;
}

/* The server's settings, with what its own say of ciphers, framing and timers. */
static void adapt(struct ov_hub *hub, struct ov_peer *peer, const struct ov_client_config *own)
{
    if (!ov_client_options_limit(peer->options, hub->settings->session.crypto))
    {
        ov_logf(hub->log, OV_LOG_WARN,
                "%s the TLS library lacks the ciphers of its settings: left as they are", peer->name);
    }
    peer->settings = *ov_hub_session_settings(hub, ov_session_addr(&peer->session));
    peer->settings.config = own->config;
    peer->macs.most = own->most_routes;
    ov_session_adapt(&peer->session, &peer->settings);
}

/* Its addresses are given back under the old name, and taken under the new one. */
static void rename_login(struct ov_hub *hub, struct ov_peer *peer, const struct ov_client_config *own,
                         struct ov_now now)
{
    const enum ov_err err =
        own->username != NULL ? ov_session_rename(&peer->session, own->username, now) : OV_OK;
    if (err != OV_OK)
    {
        ov_logf(hub->log, OV_LOG_WARN, "%s override-username has no effect: %s", peer->name,
                ov_err_name(err));
    }
    else if (own->username != NULL)
    {
        ov_logf(hub->log, OV_LOG_INFO, "%s is '%s' from now on, by override-username", peer->name,
                own->username);
        ov_hub_name_peer(peer);
    }
}

static void place_or_refuse(struct ov_hub *hub, struct ov_peer *peer, struct ov_now now)
{
    const enum ov_err err = ov_session_refusal(&peer->session);
    if (err != OV_OK)
    {
        ov_session_refuse(&peer->session, NULL, err, "refused: no cipher in common", now);
        return;
    }
    ov_hub_place(hub, peer, now);
}

enum ov_err ov_hub_settle(struct ov_hub *hub, uint64_t ticket, struct ov_client_options *options,
                          struct ov_now now)
{
    struct ov_peer *peer = waiting(hub, ticket);
    const struct ov_client_config *own = options != NULL ? ov_client_options_result(options) : NULL;
    if (peer == NULL)
    {
        ov_client_options_free(options);
        return OV_ERR_PEER_ID;
    }
    peer->options = options;
    if (own == NULL || own->disable)
    {
        turn_away(peer, now);
    }
    else
    {
        adapt(hub, peer, own);
        ov_hub_give_addresses(hub, peer);
        peer->client = own;
        peer->waits = false;
        rename_login(hub, peer, own, now);
        ov_hub_take_addresses(hub, peer);
        place_or_refuse(hub, peer, now);
    }
    ov_hub_after(hub, peer, now);
    return OV_OK;
}
