#include "hub/private.h"

#include <stdlib.h>
#include <string.h>

/* Peers over TCP: a connection is in use while a peer is at its address, and its end is the end of that peer. */

enum ov_err ov_claims_init(struct ov_claims *claims, uint32_t peers)
{
    const uint32_t cap = peers + OV_CLAIMS_MORE;
    *claims = (struct ov_claims){.cap = cap, .addr = calloc(cap, sizeof(struct ov_addr))};
    return claims->addr != NULL ? OV_OK : OV_ERR_NOMEM;
}

void ov_claims_clear(struct ov_claims *claims)
{
    free(claims->addr);
    memset(claims, 0, sizeof *claims);
}

void ov_hub_note_claim(struct ov_hub *hub, const struct ov_addr *addr)
{
    struct ov_claims *claims = &hub->claims;
    if (claims->count < claims->cap && ov_hub_is_stream(hub, addr))
    {
        claims->addr[(claims->first + claims->count++) % claims->cap] = *addr;
    }
}

static struct ov_peer *anybody_at(const struct ov_hub *hub, const struct ov_addr *addr)
{
    struct ov_peer *peer = ov_index_outer(&hub->index[OV_INDEX_OUTER], addr);
    while (peer != NULL && !ov_addr_equal(ov_session_addr(&peer->session), addr))
    {
        peer = peer->link[OV_INDEX_OUTER].next;
    }
    return peer;
}

/* Whether it is used is asked now: a client that starts over on its connection replaces itself. */
bool ov_hub_claim(struct ov_hub *hub, struct ov_addr *addr, bool *used)
{
    struct ov_claims *claims = &hub->claims;
    if (claims->count == 0)
    {
        return false;
    }
    *addr = claims->addr[claims->first];
    *used = anybody_at(hub, addr) != NULL;
    claims->first = (claims->first + 1) % claims->cap;
    claims->count--;
    return true;
}

void ov_hub_lost(struct ov_hub *hub, const struct ov_addr *addr, enum ov_err err, const char *text,
                 struct ov_now now)
{
    struct ov_peer *peer = anybody_at(hub, addr);
    /* Whoever scans the port must not fill the log. */
    if (peer != NULL || ov_limit_take(&hub->lost_lines, now.mono_ms))
    {
        char from[OV_ADDR_TEXT];
        ov_logf(hub->log, err == OV_ERR_FORMAT ? OV_LOG_WARN : OV_LOG_INFO,
                "TCP: connection from %s lost: %s", ov_addr_text(addr, from), text);
    }
    if (peer == NULL)
    {
        ov_drops_count(&hub->stats.dropped, err);
    }
    ov_parked_lost(hub, addr);
    while ((peer = anybody_at(hub, addr)) != NULL)
    {
        ov_peer_close(hub, peer, err, "connection-reset");
    }
}
