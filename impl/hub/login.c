#include "hub/private.h"

/* Logins that wait for a verdict of the program. A ticket names the peer and which of its logins it was, so that a
 * verdict that comes late never meets another one. */

#define LOGIN_BITS 16u
#define LOGIN_MASK ((UINT64_C(1) << LOGIN_BITS) - 1)

uint64_t ov_hub_ticket(const struct ov_peer *peer)
{
    return peer->serial << LOGIN_BITS | (peer->session.logins & LOGIN_MASK);
}

uint32_t ov_hub_ticket_cid(uint64_t ticket)
{
    return (uint32_t)((ticket >> LOGIN_BITS) - 1); /* as peer->number */
}

uint32_t ov_hub_ticket_kid(uint64_t ticket)
{
    return (uint32_t)(ticket & LOGIN_MASK);
}

/* Every peer is in the heap. Logins are rare, and few wait at one time. */
struct ov_peer *ov_hub_peer_of(const struct ov_hub *hub, uint64_t ticket)
{
    for (uint32_t i = 0; i < hub->heap.count; i++)
    {
        if (ov_hub_ticket(hub->heap.at[i]) == ticket)
        {
            return hub->heap.at[i];
        }
    }
    return NULL;
}

bool ov_hub_login(const struct ov_hub *hub, uint64_t ticket, struct ov_login_request *out)
{
    const struct ov_peer *peer = ov_hub_peer_of(hub, ticket);
    if (peer == NULL || !ov_session_login(&peer->session, out))
    {
        return false;
    }
    out->ticket = ticket;
    return true;
}

enum ov_err ov_hub_verdict(struct ov_hub *hub, uint64_t ticket, const struct ov_verdict *verdict,
                           struct ov_now now)
{
    struct ov_peer *peer = ov_hub_peer_of(hub, ticket);
    if (peer == NULL)
    {
        return OV_ERR_PEER_ID;
    }
    enum ov_err err = ov_session_verdict(&peer->session, verdict, now);
    ov_hub_after(hub, peer, now);
    return err;
}
