#include "hub/private.h"

#include <string.h>

/* Which peer is served when. A peer is in the heap under its deadline; when that has passed it is ticked, and if
 * it has something to send it waits in the ready list for transmit. So a call costs what there is to do, however
 * many peers there are. */

static void ready_add(struct ov_hub *hub, struct ov_peer *peer)
{
    if (!peer->ready)
    {
        peer->ready = true;
        peer->ready_next = NULL;
        *hub->ready_end = peer;
        hub->ready_end = &peer->ready_next;
        hub->ready_count++;
    }
}

void ov_ready_remove(struct ov_hub *hub, struct ov_peer *peer)
{
    struct ov_peer **at = &hub->ready_first;
    while (peer->ready && *at != peer)
    {
        at = &(*at)->ready_next;
    }
    if (peer->ready)
    {
        *at = peer->ready_next;
        hub->ready_end = peer->ready_next == NULL ? at : hub->ready_end;
        peer->ready = false;
        hub->ready_count--;
    }
}

static void set_deadline(struct ov_hub *hub, struct ov_peer *peer, uint64_t deadline_ms)
{
    if (peer->deadline_ms != deadline_ms)
    {
        peer->deadline_ms = deadline_ms;
        ov_heap_moved(&hub->heap, peer);
    }
}

/* A session speaks of itself; the hub adds which one it is. */
static void fetch_events(struct ov_hub *hub, struct ov_peer *peer)
{
    struct ov_event event;
    while (ov_session_event(&peer->session, &event))
    {
        const bool login = event.kind == OV_EVENT_LOGIN || event.kind == OV_EVENT_ANSWER;
        if (event.kind == OV_EVENT_CLOSED || (peer->id == OV_PEER_NO_ID && !login))
        {
            continue; /* told when the peer is removed; newcomers are nobody yet */
        }
        char text[sizeof event.text];
        (void)memcpy(text, event.text, sizeof text);
        event.peer_id = peer->id;
        event.ticket = login ? ov_hub_ticket(peer) : 0;
        ov_event_text(&event, "%s: %s", peer->name, text);
        ov_hub_tell(hub, &event);
    }
}

void ov_hub_after(struct ov_hub *hub, struct ov_peer *peer, struct ov_now now)
{
    ov_hub_place_tick(hub, peer, now);
    if (!peer->waits && ov_session_wants_admission(&peer->session))
    {
        ov_hub_admit(hub, peer, now);
    }
    if (ov_session_wants_refusal(&peer->session))
    {
        ov_session_refuse(&peer->session, NULL, OV_ERR_AUTH, "auth-failure", now);
    }
    fetch_events(hub, peer);
    if (ov_session_over(&peer->session))
    {
        const struct ov_ending *ending = &peer->session.ending;
        char why[sizeof ending->text];
        memcpy(why, ending->text, sizeof why);
        ov_peer_close(hub, peer, ending->err, why);
        return;
    }
    uint64_t deadline_ms = ov_session_deadline(&peer->session);
    deadline_ms = peer->waits ? ov_time_earlier(deadline_ms, peer->wait_by_ms) : deadline_ms;
    if (deadline_ms <= now.mono_ms)
    {
        ready_add(hub, peer);
    }
    set_deadline(hub, peer, peer->ready ? OV_NEVER : deadline_ms);
}

void ov_hub_wake(struct ov_hub *hub, struct ov_peer *peer)
{
    ready_add(hub, peer);
    set_deadline(hub, peer, OV_NEVER);
}

static bool room_for_events(const struct ov_hub *hub)
{
    return hub->events.count + OV_EVENTS_MAX <= OV_HUB_EVENTS;
}

static void tick_peers(struct ov_hub *hub, struct ov_now now)
{
    struct ov_peer *peer = NULL;
    while (room_for_events(hub) && (peer = ov_heap_top(&hub->heap)) != NULL &&
           peer->deadline_ms <= now.mono_ms)
    {
        ov_session_tick(&peer->session, now);
        ov_hub_after(hub, peer, now);
    }
}

/* Everything that peer has to send, as far as there is room. */
static size_t transmit_peer(struct ov_hub *hub, struct ov_peer *peer, struct ov_datagram *dg, size_t n,
                            struct ov_now now)
{
    const size_t count = ov_session_transmit(&peer->session, dg, n, now);
    if (count == n)
    {
        return count; /* perhaps more: it stays first in the list */
    }
    ov_ready_remove(hub, peer);
    ov_session_tick(&peer->session, now); /* what was flushed may have been the last thing to wait for */
    ov_hub_after(hub, peer, now);
    return count;
}

size_t ov_hub_transmit(struct ov_hub *hub, struct ov_datagram *dg, size_t n, struct ov_now now)
{
    size_t count = 0;
    tick_peers(hub, now);
    while (count < n && ov_hub_reply(hub, &dg[count], now) == OV_OK)
    {
        count++;
    }
    count += ov_hub_flood_out(hub, dg + count, n - count, now);
    /* A peer that is ready again after its turn has its next turn in the next call: no peer can keep the others
     * waiting. */
    for (uint32_t turns = hub->ready_count; turns > 0 && count < n && hub->ready_first != NULL; turns--)
    {
        if (!room_for_events(hub))
        {
            break;
        }
        count += transmit_peer(hub, hub->ready_first, dg + count, n - count, now);
    }
    return count;
}

uint64_t ov_hub_deadline(const struct ov_hub *hub)
{
    if (hub->finished)
    {
        return OV_NEVER;
    }
    if (hub->ready_first != NULL || hub->replies.count > 0 || ov_hub_flood_waits(hub))
    {
        return 0;
    }
    const struct ov_peer *top = ov_heap_top(&hub->heap);
    const uint64_t at = ov_time_earlier(top != NULL ? top->deadline_ms : OV_NEVER, hub->shut_ms);
    return ov_time_earlier(at, ov_parked_deadline(hub));
}

void ov_hub_tick(struct ov_hub *hub, struct ov_now now)
{
    tick_peers(hub, now);
    ov_parked_tick(hub, now);
    const bool nobody = hub->stats.peers == 0;
    if (hub->shutting && !hub->finished && (nobody || now.mono_ms >= hub->shut_ms))
    {
        struct ov_event event = {.kind = OV_EVENT_EXIT, .peer_id = OV_PEER_ID_NONE};
        ov_event_text(&event, "shutdown is complete");
        hub->finished = true;
        ov_hub_tell(hub, &event);
    }
}
