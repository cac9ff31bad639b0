#include "app/pump.h"

#include <string.h>

#include "offload/unreachable.h"

/* Who is connected: what the link knows goes to the engine, and back. */
static void follow_connections(struct ov_pump *pump, struct ov_now now)
{
    const struct ov_link_connections *connections = pump->link == NULL ? NULL : pump->link->ops->connections;
    struct ov_link_event event;
    struct ov_addr addr;
    bool used;
    if (connections == NULL || pump->ctx == NULL)
    {
        return;
    }
    while (connections->event(pump->link, &event))
    {
        if (!event.up)
        {
            pump->engine->lost(pump->ctx, &event.addr, event.err, event.text, now);
        }
    }
    while (pump->engine->claim != NULL && pump->engine->claim(pump->ctx, &addr, &used))
    {
        connections->claim(pump->link, &addr, used);
    }
}

/* One batch in each direction. False: the side has no more for now. */
static bool pump_from_link(struct ov_pump *pump, struct ov_now now)
{
    /* The queue of pieces is as long as a small batch. */
    const size_t room = pump->drains ? OV_LINK_BATCH : OV_PUMP_BATCH;
    size_t n = pump->link->ops->receive(pump->link, pump->dg, room);
    pump->link_since += (uint32_t)n;
    if (n == 0 || pump->ctx == NULL)
    {
        follow_connections(pump, now);
        return n > 0;
    }
    pump->engine->receive(pump->ctx, pump->dg, n, now);
    if (pump->tun != NULL)
    {
        pump->tun->ops->write(pump->tun, pump->dg, n);
        pump->written = n <= OV_PUMP_FEW;
    }
    /* A server may have turned packets round, from one client to another. */
    pump->link->ops->send(pump->link, pump->dg, n);
    follow_connections(pump, now);
    return n == room || pump->link->ops->pending(pump->link);
}

/* The first packet after a pause is most often the only one, and so is the next of those that come one by one, each
 * behind an answer to the last: to look for a second would delay it. If there is one, its file is still ready. */
static bool probably_single(const struct ov_pump *pump, struct ov_now now)
{
    return now.mono_ms - pump->tun_read_ms >= OV_PUMP_IDLE_MS || (pump->tun_single && pump->link_since == 1);
}

/* Octets that the link wants at once; UINT32_MAX: as many as there are. */
static uint32_t link_room(const struct ov_pump *pump)
{
    const struct ov_link_connections *connections = pump->link == NULL ? NULL : pump->link->ops->connections;
    return connections != NULL ? connections->room(pump->link) : UINT32_MAX;
}

static size_t tun_room(struct ov_pump *pump, struct ov_now now)
{
    const uint32_t taken = link_room(pump);
    const uint32_t allowed = ov_shaper_room(&pump->shaper, now);
    const uint32_t octets = taken < allowed ? taken : allowed;
    if (octets < OV_PUMP_FULL * OV_TUN_BATCH)
    {
        return octets < OV_PUMP_FULL ? 1 : octets / OV_PUMP_FULL;
    }
    if (probably_single(pump, now))
    {
        return 1;
    }
    if (pump->drains)
    {
        return OV_LINK_BATCH;
    }
    /* Whole trains, as long as there is enough: a super-packet of the device is cut at any segment. */
    uint32_t train = pump->sealed_len > 0 ? OV_LINK_TRAIN_OCTETS / pump->sealed_len : 0;
    train = train < OV_LINK_TRAIN_SEGMENTS ? train : OV_LINK_TRAIN_SEGMENTS;
    return train > 0 ? OV_TUN_BATCH - OV_TUN_BATCH % train : OV_TUN_BATCH;
}

static size_t transmit(struct ov_pump *pump, struct ov_now now)
{
    for (size_t i = 0; i < OV_PUMP_CONTROL; i++)
    {
        pump->control[i] = (struct ov_datagram){0};
        pump->control[i].buf = ov_buf_over(pump->slots[i], OV_PUMP_SLOT, OV_BUF_HEADROOM);
    }
    size_t n = pump->engine->transmit(pump->ctx, pump->control, OV_PUMP_CONTROL, now);
    for (size_t i = 0; i < n; i++)
    {
        pump->control[i].fate = OV_FATE_LINK;
    }
    /* One by one: slices of one size would else become one train, and a capture
     * in front of the segmentation would show no control packet but a strange one. */
    for (size_t i = 0; i < n && pump->link != NULL; i++)
    {
        pump->link->ops->send(pump->link, &pump->control[i], 1);
    }
    return n;
}

/* The queue of pieces is as long as one batch. */
static void drain(struct ov_pump *pump, struct ov_now now)
{
    for (unsigned turn = 0; turn < OV_PUMP_DRAIN && pump->engine->deadline(pump->ctx) == 0; turn++)
    {
        if (transmit(pump, now) < OV_PUMP_CONTROL)
        {
            return;
        }
    }
}

/* The longest goes: what fills a queue is seldom an echo or an acknowledgement. */
static size_t drop_longest(struct ov_pump *pump, size_t n)
{
    size_t longest = 0;
    for (size_t i = 1; i < n; i++)
    {
        longest = pump->dg[i].buf.len > pump->dg[longest].buf.len ? i : longest;
    }
    memmove(&pump->dg[longest], &pump->dg[longest + 1], (n - longest - 1) * sizeof pump->dg[0]);
    return n - 1;
}

/* The device's queue has hundreds of places, and its senders learn of nothing else than a loss. Behind a link that
 * takes little they would all be taken for as long as somebody sends. */
static size_t keep_short(struct ov_pump *pump, size_t n, bool emptied, struct ov_now now)
{
    if (emptied || link_room(pump) == UINT32_MAX)
    {
        ov_standing_empty(&pump->standing);
        return n;
    }
    return n > 0 && ov_standing_drop(&pump->standing, now.mono_ms) ? drop_longest(pump, n) : n;
}

/* --block-ipv6: what is answered goes back, the rest moves together; returns how many remain. */
static size_t answer_ip6(struct ov_pump *pump, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
    {
        if (!ov_ip6_unreachable(&pump->dg[i].buf))
        {
            pump->dg[kept++] = pump->dg[i];
        }
        else if (pump->dg[i].buf.len > 0)
        {
            pump->dg[i].fate = OV_FATE_TUN;
            pump->tun->ops->write(pump->tun, &pump->dg[i], 1);
        }
    }
    return kept;
}

/* What leaves later, in pieces, counts now. */
static void spend(struct ov_pump *pump, size_t n)
{
    uint64_t octets = 0;
    if (pump->shaper.octets_s == 0)
    {
        return;
    }
    for (size_t i = 0; i < n; i++)
    {
        octets += pump->dg[i].buf.len;
    }
    ov_shaper_spend(&pump->shaper, octets);
}

static bool pump_from_tun(struct ov_pump *pump, struct ov_now now)
{
    size_t room = tun_room(pump, now);
    size_t n = pump->tun->ops->read(pump->tun, pump->dg, room);
    pump->silence = pump->hopes && n == 0 ? OV_PUMP_SILENCE : pump->silence;
    pump->hopes = false;
    pump->tun_read_ms = now.mono_ms;
    if (n > 0)
    {
        pump->tun_single = n == 1 && !pump->tun->ops->pending(pump->tun);
        pump->link_since = 0;
    }
    if (pump->ctx == NULL || pump->link == NULL)
    {
        pump->tun_dropped += n;
        return n > 0;
    }
    const bool more = (n == room && room > 1) || pump->tun->ops->pending(pump->tun);
    n = keep_short(pump, n, n < room && !more, now);
    const size_t left = pump->block_ip6 ? answer_ip6(pump, n) : n;
    if (left > 0)
    {
        pump->engine->send(pump->ctx, pump->dg, left, now);
        pump->sealed_len = pump->dg[0].buf.len;
        spend(pump, left);
        pump->link->ops->send(pump->link, pump->dg, left);
    }
    if (n > 0 && pump->drains)
    {
        drain(pump, now);
    }
    return more;
}

/* Is there something in the hands of link or tun that no file shows? */
static bool link_pending(const struct ov_pump *pump)
{
    return pump->link != NULL && pump->link->ops->pending(pump->link);
}

static bool reads_tun(const struct ov_pump *pump)
{
    return pump->tun != NULL && !pump->tun_elsewhere;
}

static bool tun_pending(const struct ov_pump *pump)
{
    return reads_tun(pump) && pump->tun->ops->pending(pump->tun);
}

/* What is written to the tun device is often answered before the call returns, by
 * an echo reply or an acknowledgement: then no other wake-up is needed for it. */
static bool answer_likely(struct ov_pump *pump)
{
    if (!pump->written)
    {
        return false;
    }
    pump->written = false;
    if (pump->silence > 0)
    {
        pump->silence--;
        return false;
    }
    pump->hopes = true;
    return true;
}

static bool link_full(const struct ov_pump *pump)
{
    const struct ov_link_connections *connections = pump->link == NULL ? NULL : pump->link->ops->connections;
    return connections != NULL && connections->full(pump->link);
}

/* The directions alternate batch by batch: acknowledgements of a bulk transfer
 * travel against it, and must not wait until all of it has passed. */
void ov_pump_run(struct ov_pump *pump, struct ov_pump_ready ready, struct ov_now now)
{
    bool link = (ready.link && pump->link != NULL) || link_pending(pump);
    bool tun = ((ready.tun || pump->tun_waits) && reads_tun(pump)) || tun_pending(pump);
    if (pump->link != NULL && pump->link->ops->connections != NULL)
    {
        pump->link->ops->connections->tick(pump->link, now);
    }
    pump->tun_waits = false;
    for (unsigned turn = 0; turn < OV_PUMP_TURNS && (link || tun); turn++)
    {
        if (link)
        {
            link = pump_from_link(pump, now);
            tun = tun || (reads_tun(pump) && answer_likely(pump));
        }
        if (tun && (link_full(pump) || ov_shaper_room(&pump->shaper, now) == 0))
        {
            /* What is not read waits where its senders notice: they slow down instead of losing it. */
            pump->tun_waits = true;
            tun = false;
        }
        tun = tun && pump_from_tun(pump, now);
    }
}

/* Work that the engine has to do now, and its next deadline. */
static uint64_t settle_engine(struct ov_pump *pump, struct ov_now now)
{
    /* Most wake-ups carry data only: then this one question is all. */
    uint64_t deadline = pump->engine->deadline(pump->ctx);
    if (deadline > now.mono_ms)
    {
        return deadline;
    }
    pump->engine->tick(pump->ctx, now);
    for (unsigned turn = 0; turn < OV_PUMP_TURNS && transmit(pump, now) == OV_PUMP_CONTROL; turn++)
    {
    }
    deadline = pump->engine->deadline(pump->ctx);
    return deadline > now.mono_ms ? deadline : now.mono_ms + 1;
}

uint64_t ov_pump_settle(struct ov_pump *pump, struct ov_now now)
{
    uint64_t deadline = pump->ctx != NULL ? settle_engine(pump, now) : OV_NEVER;
    follow_connections(pump, now);
    if (pump->link != NULL && pump->link->ops->connections != NULL)
    {
        deadline = ov_time_earlier(deadline, pump->link->ops->connections->deadline(pump->link));
    }
    if (pump->tun_waits)
    {
        deadline = ov_time_earlier(deadline, ov_shaper_deadline(&pump->shaper));
    }
    /* The budget may have ended in the middle of something. */
    bool waits = link_pending(pump) || (tun_pending(pump) && !pump->tun_waits);
    return waits ? now.mono_ms : deadline;
}
