#include "app/engine.h"
#include "session/session.h"

/* The verbs of a session. */

static void verb_receive(void *ctx, struct ov_datagram *dg, size_t n, struct ov_now now)
{
    ov_session_receive(ctx, dg, n, now);
}

static void verb_send(void *ctx, struct ov_datagram *dg, size_t n, struct ov_now now)
{
    ov_session_send(ctx, dg, n, now);
}

static size_t verb_transmit(void *ctx, struct ov_datagram *dg, size_t n, struct ov_now now)
{
    return ov_session_transmit(ctx, dg, n, now);
}

static uint64_t verb_deadline(void *ctx)
{
    return ov_session_deadline(ctx);
}

static void verb_tick(void *ctx, struct ov_now now)
{
    ov_session_tick(ctx, now);
}

static void verb_lost(void *ctx, const struct ov_addr *addr, enum ov_err err, const char *text,
                      struct ov_now now)
{
    /* Of a link that listens, most connections are somebody else's. */
    if (ov_session_is_at(ctx, addr))
    {
        ov_session_lost(ctx, err, text, now);
    }
}

static bool verb_claim(void *ctx, struct ov_addr *addr, bool *used)
{
    return ov_session_claim(ctx, addr, used);
}

const struct ov_engine ov_engine_session = {
    .receive = verb_receive,
    .send = verb_send,
    .transmit = verb_transmit,
    .deadline = verb_deadline,
    .tick = verb_tick,
    .lost = verb_lost,
    .claim = verb_claim,
};
