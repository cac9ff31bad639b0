#include <string.h>

#include "hub/private.h"
#include "options/push.h"
#include "options/values.h"

/* PUSH_UPDATE: what a client is told must hold here too, as far as its own addresses are concerned [WP-PUSH-035]. */

struct addresses
{
    bool changes4, changes6;
    bool has_ip4, has_ip6;
    uint32_t ip4;
    uint8_t ip6[16];
};

static bool is(const struct ov_push_change *change, const char *name)
{
    return strlen(name) == change->name_len && memcmp(change->name, name, change->name_len) == 0;
}

/* The first argument. */
static bool argument(const struct ov_push_change *change, char *out, size_t cap)
{
    const char *at = change->name + change->name_len;
    at += strspn(at, " ");
    const size_t len = strcspn(at, " ");
    if (len == 0 || len >= cap)
    {
        return false;
    }
    memcpy(out, at, len);
    out[len] = '\0';
    return true;
}

static enum ov_err note_address(void *ctx, const struct ov_push_change *change)
{
    struct addresses *addresses = ctx;
    char text[OV_IP6_TEXT + 8];
    uint8_t bits;
    bool given;
    if (is(change, "ifconfig"))
    {
        addresses->changes4 = true;
        addresses->has_ip4 = !change->removes;
        return change->removes || (argument(change, text, sizeof text) && ov_value_ip4(text, &addresses->ip4))
                   ? OV_OK
                   : OV_ERR_OPTION;
    }
    if (is(change, "ifconfig-ipv6"))
    {
        addresses->changes6 = true;
        addresses->has_ip6 = !change->removes;
        return change->removes || (argument(change, text, sizeof text) &&
                                   ov_value_prefix6(text, addresses->ip6, &bits, &given))
                   ? OV_OK
                   : OV_ERR_OPTION;
    }
    return OV_OK;
}

static bool is_taken(const struct ov_hub *hub, const struct ov_peer *peer, const struct addresses *wanted)
{
    const uint8_t ip4[4] = {(uint8_t)(wanted->ip4 >> 24), (uint8_t)(wanted->ip4 >> 16),
                            (uint8_t)(wanted->ip4 >> 8), (uint8_t)wanted->ip4};
    const struct ov_peer *other4 =
        wanted->has_ip4 ? ov_index_ip4(&hub->index[OV_INDEX_IP4], wanted->ip4) : NULL;
    const struct ov_peer *other6 = wanted->has_ip6 ? ov_peer_of_ip(hub, wanted->ip6, 16) : NULL;
    other4 = other4 != NULL ? ov_peer_of_ip(hub, ip4, 4) : NULL;
    const bool taken4 = other4 != NULL && other4 != peer && other4->ip4 == wanted->ip4;
    const bool taken6 = other6 != NULL && other6 != peer && memcmp(other6->ip6, wanted->ip6, 16) == 0;
    return taken4 || taken6;
}

static void move4(struct ov_hub *hub, struct ov_peer *peer, const struct addresses *wanted)
{
    ov_index_remove(&hub->index[OV_INDEX_IP4], peer);
    if (peer->pool4)
    {
        ov_address_pool_give4(&hub->pool, peer->ip4);
    }
    peer->has_ip4 = wanted->has_ip4;
    peer->ip4 = wanted->has_ip4 ? wanted->ip4 : 0;
    peer->pool4 = wanted->has_ip4 && ov_address_pool_again4(&hub->pool, peer->ip4);
    if (peer->has_ip4)
    {
        ov_index_add(&hub->index[OV_INDEX_IP4], peer);
    }
}

static void move6(struct ov_hub *hub, struct ov_peer *peer, const struct addresses *wanted)
{
    ov_index_remove(&hub->index[OV_INDEX_IP6], peer);
    if (peer->pool6)
    {
        ov_address_pool_give6(&hub->pool, peer->ip6);
    }
    peer->has_ip6 = wanted->has_ip6;
    memcpy(peer->ip6, wanted->ip6, sizeof peer->ip6);
    peer->pool6 = wanted->has_ip6 && ov_address_pool_again6(&hub->pool, peer->ip6);
    if (peer->has_ip6)
    {
        ov_index_add(&hub->index[OV_INDEX_IP6], peer);
    }
}

enum ov_err ov_hub_push_update(struct ov_hub *hub, uint32_t peer_id, const char *options, struct ov_now now)
{
    struct ov_peer *peer = ov_peer_of_id(hub, peer_id);
    struct addresses wanted = {.has_ip4 = false};
    if (peer == NULL)
    {
        return OV_ERR_PEER_ID;
    }
    enum ov_err err = ov_push_update(options, note_address, NULL, &wanted);
    if (err == OV_OK && is_taken(hub, peer, &wanted))
    {
        err = OV_ERR_DUPLICATE;
    }
    if (err == OV_OK)
    {
        err = ov_session_push_update(&peer->session, options, now);
    }
    if (err == OV_OK && (wanted.changes4 || wanted.changes6))
    {
        /* What waits for its name is what the pool gave it, not what it was told later. */
        if (peer->leased)
        {
            ov_leases_forget(&hub->leases, ov_session_common_name(&peer->session));
            peer->leased = false;
        }
        if (wanted.changes4)
        {
            move4(hub, peer, &wanted);
        }
        if (wanted.changes6)
        {
            move6(hub, peer, &wanted);
        }
    }
    ov_hub_after(hub, peer, now);
    return err;
}

enum ov_err ov_hub_push_update_all(struct ov_hub *hub, const char *options, uint32_t *sent, struct ov_now now)
{
    struct addresses wanted = {.has_ip4 = false};
    enum ov_err err = ov_push_update(options, note_address, NULL, &wanted);
    *sent = 0;
    if (err != OV_OK || wanted.changes4 || wanted.changes6)
    {
        return err != OV_OK ? err : OV_ERR_OPTION;
    }
    for (uint32_t id = 0; id < hub->slots; id++)
    {
        struct ov_peer *peer = hub->slot[id];
        if (peer != NULL)
        {
            *sent += ov_session_push_update(&peer->session, options, now) == OV_OK;
            ov_hub_after(hub, peer, now);
        }
    }
    return OV_OK;
}
