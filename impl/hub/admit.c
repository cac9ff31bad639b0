#include "hub/private.h"

#include <stdio.h>
#include <string.h>

/* Whom does the newcomer replace? The instance before it at the same address, because the client started over
 * [WP-STATE-011], and the one with the same certificate name [WP-SRV-006]. */
static bool replaces(const struct ov_hub *hub, const struct ov_peer *peer, const struct ov_peer *other)
{
    if (ov_addr_equal(ov_session_addr(&peer->session), ov_session_addr(&other->session)))
    {
        return true;
    }
    const char *name = ov_session_common_name(&peer->session);
    if (hub->settings->session.config->p2p)
    {
        return true; /* there is only one peer */
    }
    return !hub->settings->session.config->duplicate_cn && name[0] != '\0' &&
           strcmp(name, ov_session_common_name(&other->session)) == 0;
}

/* Lowest free id after the replaced ones are gone [WP-SRV-001]; hub->slots if there is none. */
static uint32_t find_slot(struct ov_hub *hub, const struct ov_peer *peer)
{
    uint32_t lowest = hub->slots;
    for (uint32_t id = 0; id < hub->slots; id++)
    {
        if (hub->slot[id] != NULL && replaces(hub, peer, hub->slot[id]))
        {
            ov_peer_close(hub, hub->slot[id], OV_OK, "replaced by a new connection of the same client");
        }
        if (hub->slot[id] == NULL && lowest == hub->slots)
        {
            lowest = id;
        }
    }
    return lowest;
}

static void become_peer(struct ov_hub *hub, struct ov_peer *peer, uint32_t id)
{
    ov_half_open_remove(hub, peer);
    hub->slot[id] = peer;
    hub->id_end = id < hub->id_end ? hub->id_end : id + 1;
    hub->stats.peers++;
    hub->stats.connected++;
    peer->id = id;
}

void ov_hub_name_peer(struct ov_peer *peer)
{
    char addr[OV_ADDR_TEXT];
    (void)snprintf(peer->name, sizeof peer->name, "%.30s/%s", ov_session_common_name(&peer->session),
                   ov_addr_text(ov_session_addr(&peer->session), addr));
}

void ov_hub_admit(struct ov_hub *hub, struct ov_peer *peer, struct ov_now now)
{
    if (ov_session_refusal(&peer->session) != OV_OK)
    {
        ov_session_refuse(&peer->session, NULL, ov_session_refusal(&peer->session),
                          ov_session_refusal(&peer->session) == OV_ERR_AUTH ? "auth-failure"
                                                                            : "refused: incompatible client",
                          now);
        return;
    }
    const struct ov_config *config = hub->settings->session.config;
    if (config->single_session && config->p2p && hub->stats.connected > 0)
    {
        ov_session_refuse(&peer->session, NULL, OV_ERR_LIMIT, "there was a session (--single-session)", now);
        return;
    }
    const uint32_t id = hub->shutting ? hub->slots : find_slot(hub, peer);
    if (id == hub->slots)
    {
        ov_session_refuse(&peer->session, NULL, OV_ERR_LIMIT,
                          hub->shutting ? "server is shutting down" : "max-clients is reached",
                          now); /* silently [WP-SRV-007] */
        return;
    }
    ov_hub_name_peer(peer);
    become_peer(hub, peer, id);
    ov_hub_take_addresses(hub, peer);
    if (hub->settings->asks)
    {
        ov_hub_ask_place(hub, peer, now);
        return;
    }
    ov_hub_place(hub, peer, now);
}
