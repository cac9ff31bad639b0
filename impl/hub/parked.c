#include "hub/private.h"

#include <stdlib.h>
#include <string.h>

#include "wire/control.h"

/* Strangers whose client keys somebody judges. The packet that would open a session waits here, is taken again when
 * there is an answer, and goes when that takes too long: nothing else waits for it. */

#define PARKED_MAX 64u /* so many programs may run at one time */

struct ov_parked
{
    struct ov_parked *next;
    struct ov_newcomer who;
    uint64_t until_ms;
    uint32_t cap;
    uint32_t len;
    uint8_t octets[]; /* headroom, packet, tailroom */
};

/* Readable in every mode [WP-CTRL-009]. */
static struct ov_newcomer newcomer_of(const struct ov_datagram *dg)
{
    struct ov_newcomer who = {.addr = dg->addr};
    memcpy(who.sid.id, ov_buf_data(&dg->buf) + 1, sizeof who.sid.id);
    return who;
}

static bool is_same(const struct ov_newcomer *a, const struct ov_newcomer *b)
{
    return ov_sid_equal(&a->sid, &b->sid) && ov_addr_equal(&a->addr, &b->addr);
}

bool ov_parked_has(const struct ov_hub *hub, const struct ov_datagram *dg)
{
    if (hub->parked_count == 0 || dg->buf.len < OV_CONTROL_HEAD_LEN)
    {
        return false;
    }
    const struct ov_newcomer who = newcomer_of(dg);
    const struct ov_parked *at = hub->parked;
    while (at != NULL && !is_same(&at->who, &who))
    {
        at = at->next;
    }
    return at != NULL;
}

bool ov_parked_is_full(const struct ov_hub *hub)
{
    return hub->parked_count >= PARKED_MAX;
}

static void tell_left(const struct ov_hub *hub, const struct ov_newcomer *who)
{
    if (hub->settings->judge_key_left != NULL)
    {
        hub->settings->judge_key_left(hub->settings->judge_key_ctx, who);
    }
}

/* *at goes, and nobody waits for its answer. */
static void forget(struct ov_hub *hub, struct ov_parked **at)
{
    struct ov_parked *gone = *at;
    *at = gone->next;
    hub->parked_count--;
    tell_left(hub, &gone->who);
    free(gone);
}

void ov_parked_lost(struct ov_hub *hub, const struct ov_addr *addr)
{
    struct ov_parked **at = &hub->parked;
    while (*at != NULL)
    {
        if (addr == NULL || ov_addr_equal(&(*at)->who.addr, addr))
        {
            forget(hub, at);
        }
        else
        {
            at = &(*at)->next;
        }
    }
}

enum ov_err ov_parked_add(struct ov_hub *hub, const struct ov_datagram *dg, struct ov_now now)
{
    const struct ov_newcomer who = newcomer_of(dg);
    const uint32_t cap = OV_BUF_HEADROOM + dg->buf.len + OV_BUF_TAILROOM;
    struct ov_parked *parked = calloc(1, sizeof *parked + cap);
    /* A client that starts over has another session id, and one place like everybody [WP-STATE-010]. */
    ov_parked_lost(hub, &dg->addr);
    if (parked == NULL)
    {
        tell_left(hub, &who);
        return OV_ERR_NOMEM;
    }
    parked->who = who;
    parked->until_ms = now.mono_ms + UINT64_C(1000) * hub->settings->session.config->hand_window_s;
    parked->cap = cap;
    parked->len = dg->buf.len;
    memcpy(parked->octets + OV_BUF_HEADROOM, ov_buf_data(&dg->buf), dg->buf.len);
    parked->next = hub->parked;
    hub->parked = parked;
    hub->parked_count++;
    return OV_OK;
}

uint64_t ov_parked_deadline(const struct ov_hub *hub)
{
    uint64_t at_ms = OV_NEVER;
    for (const struct ov_parked *at = hub->parked; at != NULL; at = at->next)
    {
        at_ms = ov_time_earlier(at_ms, at->until_ms);
    }
    return at_ms;
}

void ov_parked_tick(struct ov_hub *hub, struct ov_now now)
{
    struct ov_parked **at = &hub->parked;
    while (*at != NULL)
    {
        if (now.mono_ms >= (*at)->until_ms)
        {
            char text[OV_ADDR_TEXT];
            ov_logf(hub->log, OV_LOG_WARN, "%s tls-crypt-v2 client key: nobody judged it in time",
                    ov_addr_text(&(*at)->who.addr, text));
            ov_drops_count(&hub->stats.dropped, OV_ERR_TIMEOUT);
            forget(hub, at);
        }
        else
        {
            at = &(*at)->next;
        }
    }
}

/* ---- answers ---- */

/* False: there is no answer yet. The packet is changed only if there is. */
static bool take_again(struct ov_hub *hub, struct ov_parked *parked, struct ov_now now)
{
    struct ov_datagram dg = {.buf = ov_buf_over(parked->octets, parked->cap, OV_BUF_HEADROOM),
                             .addr = parked->who.addr};
    (void)ov_buf_put(&dg.buf, parked->len);
    bool waits = false;
    struct ov_peer *peer = ov_hub_stranger_again(hub, &dg, now, &waits);
    if (peer != NULL)
    {
        ov_hub_give(hub, peer, &dg, now);
    }
    return !waits;
}

/* A handshake that a judge holds up goes on when its session is served. Which one it is, only the judge knows: few
 * negotiate at one time, and one that isn't meant does nothing. */
static void wake_handshakes(struct ov_hub *hub)
{
    for (struct ov_peer *peer = hub->half_oldest; peer != NULL; peer = peer->newer)
    {
        if (peer->session.ks.tls.state == OV_TLS_HANDSHAKE)
        {
            ov_hub_wake(hub, peer);
        }
    }
    for (uint32_t id = 0; id < hub->id_end; id++)
    {
        if (hub->slot[id] != NULL && hub->slot[id]->session.ks.tls.state == OV_TLS_HANDSHAKE)
        {
            ov_hub_wake(hub, hub->slot[id]);
        }
    }
}

void ov_hub_answered(struct ov_hub *hub, struct ov_now now)
{
    struct ov_parked *rest = hub->parked;
    hub->parked = NULL;
    wake_handshakes(hub);
    while (rest != NULL)
    {
        struct ov_parked *parked = rest;
        rest = parked->next;
        if (take_again(hub, parked, now))
        {
            hub->parked_count--;
            tell_left(hub, &parked->who);
            free(parked);
        }
        else
        {
            parked->next = hub->parked;
            hub->parked = parked;
        }
    }
}
