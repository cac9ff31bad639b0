#include "data/outlet.h"

#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "base/wipe.h"
#include "data/epoch_keys.h"

/* ---- main thread ---- */

const char *ov_lane_obstacle(const struct ov_data *d)
{
    const struct ov_data_key *key = &d->key[OV_DATA_CURRENT];
    if (d->framing != NULL)
    {
        return "fragments and compression framing keep state of both directions";
    }
    if (ov_data_key_usable(key) && key->format->move_seal == NULL)
    {
        return "this cipher is not AEAD";
    }
    return NULL;
}

void ov_lane_open(struct ov_lane *lane, struct ov_data *d)
{
    d->lane = lane;
}

static void outlet_free(struct ov_outlet *outlet)
{
    ov_data_clear(&outlet->out);
    ov_wipe(outlet, sizeof *outlet);
    free(outlet);
}

/* The key whose sealing half this outlet has; NULL: it is gone. */
static struct ov_data_key *lender(struct ov_data *d, const struct ov_outlet *outlet)
{
    for (unsigned i = 0; i < OV_DATA_SLOTS; i++)
    {
        if (ov_data_key_usable(&d->key[i]) && d->key[i].lent == outlet->generation)
        {
            return &d->key[i];
        }
    }
    return NULL;
}

static bool is_epoch(const struct ov_data_key *key)
{
    return key->format == &ov_data_format_epoch;
}

/* Counts of a key go on where they were. */
static void count_from(struct ov_outlet *outlet, enum ov_outlet_count which, uint64_t value)
{
    atomic_init(&outlet->count[which], value);
    outlet->told[which] = value;
}

static enum ov_err lend(struct ov_data_key *key, struct ov_outlet *outlet)
{
    struct ov_data_key part = {
        .format = key->format,
        .crypto = key->crypto,
        .cipher = key->cipher,
        .key_id = key->key_id,
        .sealed_packets = key->sealed_packets,
        .sealed_blocks = key->sealed_blocks,
        .sealed_octets = key->sealed_octets,
    };
    enum ov_err err = key->format->move_seal(key, &part);
    if (err == OV_OK)
    {
        key->lent = outlet->generation;
        count_from(outlet, OV_OUTLET_KEY_PACKETS, part.sealed_packets);
        count_from(outlet, OV_OUTLET_KEY_BLOCKS, part.sealed_blocks);
        count_from(outlet, OV_OUTLET_KEY_OCTETS, part.sealed_octets);
        count_from(outlet, OV_OUTLET_KEY_ID, is_epoch(key) ? part.epoch->seal.epoch : part.issue.last);
        ov_data_install(&outlet->out, &part, 0, OV_NEVER);
    }
    return err;
}

static void offer(struct ov_lane *lane, struct ov_outlet *outlet)
{
    outlet->next = lane->first;
    lane->first = outlet;
    lane->bell = true;
    atomic_store_explicit(&lane->offered, outlet, memory_order_release);
}

enum ov_err ov_lane_refresh(struct ov_lane *lane, struct ov_data *d, const struct ov_addr *to,
                            struct ov_mss mss, uint64_t now_ms)
{
    struct ov_data_key *key = ov_data_sealing_key(d, now_ms);
    struct ov_outlet *last = lane->first;
    const bool has = last != NULL && ov_data_key_usable(&last->out.key[OV_DATA_CURRENT]);
    if (key != NULL && is_epoch(key) && last != NULL && key->lent == last->generation)
    {
        atomic_store_explicit(&last->epoch_wanted, ov_epoch_wanted(key), memory_order_relaxed);
    }
    /* A key that was lent before this one never seals again: its packet ids would be in two places. */
    if (key == NULL || (key->lent != 0 && (last == NULL || key->lent != last->generation)))
    {
        key = NULL;
    }
    if (key == NULL ? last != NULL && !has : key->lent != 0)
    {
        return OV_OK;
    }
    struct ov_outlet *fresh = calloc(1, sizeof *fresh);
    if (fresh == NULL)
    {
        return OV_ERR_NOMEM;
    }
    ov_data_init(&fresh->out, d->tun_mtu);
    fresh->out.peer_id = d->peer_id;
    fresh->out.carrier = d->carrier;
    fresh->generation = ++lane->generation;
    fresh->to = *to;
    fresh->mss = mss;
    enum ov_err err = key != NULL ? lend(key, fresh) : OV_OK;
    if (err != OV_OK)
    {
        outlet_free(fresh);
        return err;
    }
    offer(lane, fresh);
    return OV_OK;
}

/* What came since the last time. */
static uint64_t more(struct ov_outlet *outlet, unsigned which)
{
    const uint64_t now = atomic_load_explicit(&outlet->count[which], memory_order_relaxed);
    const uint64_t delta = now - outlet->told[which];
    outlet->told[which] = now;
    return delta;
}

static void add_up(struct ov_lane *lane, struct ov_outlet *outlet, struct ov_data *d)
{
    struct ov_data_key *key = lender(d, outlet);
    const uint64_t sent = more(outlet, OV_OUTLET_LINK_PACKETS);
    const uint64_t id = atomic_load_explicit(&outlet->count[OV_OUTLET_KEY_ID], memory_order_relaxed);
    d->stats.link_packets_out += sent;
    d->stats.link_octets_out += more(outlet, OV_OUTLET_LINK_OCTETS);
    d->stats.tun_packets_in += more(outlet, OV_OUTLET_TUN_PACKETS);
    d->stats.tun_octets_in += more(outlet, OV_OUTLET_TUN_OCTETS);
    d->stats.pings_out += more(outlet, OV_OUTLET_PINGS);
    for (unsigned i = 0; i < OV_ERR_COUNT; i++)
    {
        d->stats.seal.by[i] += more(outlet, OV_OUTLET_DROPS + i);
    }
    if (sent > 0)
    {
        const uint64_t at = atomic_load_explicit(&outlet->count[OV_OUTLET_SENT_MS], memory_order_relaxed);
        lane->sent_ms = at > lane->sent_ms ? at : lane->sent_ms;
    }
    if (key == NULL)
    {
        return;
    }
    key->sealed_packets += more(outlet, OV_OUTLET_KEY_PACKETS);
    key->sealed_blocks += more(outlet, OV_OUTLET_KEY_BLOCKS);
    key->sealed_octets += more(outlet, OV_OUTLET_KEY_OCTETS);
    if (is_epoch(key))
    {
        key->epoch->seal.epoch = (uint16_t)id;
    }
    else
    {
        key->issue.last = (uint32_t)id;
    }
}

/* Only behind the newest: the worker may use that one. */
static void free_put_away(struct ov_lane *lane, struct ov_data *d)
{
    const uint64_t taken = atomic_load_explicit(&lane->taken, memory_order_acquire);
    for (struct ov_outlet **at = &lane->first; *at != NULL;)
    {
        struct ov_outlet *outlet = *at;
        if (outlet->generation >= taken)
        {
            at = &outlet->next;
            continue;
        }
        add_up(lane, outlet, d); /* what it did until the end */
        *at = outlet->next;
        outlet_free(outlet);
    }
}

void ov_lane_collect(struct ov_lane *lane, struct ov_data *d)
{
    for (struct ov_outlet *outlet = lane->first; outlet != NULL; outlet = outlet->next)
    {
        add_up(lane, outlet, d);
    }
    free_put_away(lane, d);
}

void ov_lane_close(struct ov_lane *lane, struct ov_data *d)
{
    while (lane->first != NULL)
    {
        struct ov_outlet *outlet = lane->first;
        struct ov_data_key *key = lender(d, outlet);
        add_up(lane, outlet, d);
        if (key != NULL && key->format->move_seal(&outlet->out.key[OV_DATA_CURRENT], key) == OV_OK)
        {
            key->lent = 0;
        }
        lane->first = outlet->next;
        outlet_free(outlet);
    }
    d->lane = NULL;
    atomic_store_explicit(&lane->offered, NULL, memory_order_relaxed);
}

void ov_lane_hand_over(struct ov_data *d, struct ov_datagram *dg)
{
    struct ov_lane *lane = d->lane;
    const uint32_t tail = atomic_load_explicit(&lane->tail, memory_order_relaxed);
    const uint32_t head = atomic_load_explicit(&lane->head, memory_order_acquire);
    if (tail - head == OV_LANE_INBAND || dg->buf.len > OV_LANE_INBAND_LEN)
    {
        ov_datagram_drop(dg, OV_ERR_LIMIT);
        ov_drops_count(&d->stats.seal, OV_ERR_LIMIT);
        return;
    }
    const uint32_t slot = tail % OV_LANE_INBAND;
    memcpy(lane->inband[slot], ov_buf_data(&dg->buf), dg->buf.len);
    lane->inband_len[slot] = dg->buf.len;
    atomic_store_explicit(&lane->tail, tail + 1, memory_order_release);
    lane->bell = true;
    dg->fate = OV_FATE_CONSUMED;
}

/* ---- worker ---- */

struct ov_outlet *ov_lane_take(struct ov_lane *lane)
{
    struct ov_outlet *outlet = atomic_load_explicit(&lane->offered, memory_order_acquire);
    if (outlet != NULL && outlet->generation != atomic_load_explicit(&lane->taken, memory_order_relaxed))
    {
        /* Release: whatever was done with the one before comes before its end. */
        atomic_store_explicit(&lane->taken, outlet->generation, memory_order_release);
    }
    return outlet;
}

static void publish(struct ov_outlet *outlet, enum ov_outlet_count which, uint64_t value)
{
    atomic_store_explicit(&outlet->count[which], value, memory_order_relaxed);
}

static void publish_all(struct ov_outlet *outlet, uint64_t now_ms)
{
    const struct ov_data_key *key = &outlet->out.key[OV_DATA_CURRENT];
    const struct ov_data_stats *stats = &outlet->out.stats;
    if (ov_data_key_usable(key))
    {
        publish(outlet, OV_OUTLET_KEY_PACKETS, key->sealed_packets);
        publish(outlet, OV_OUTLET_KEY_BLOCKS, key->sealed_blocks);
        publish(outlet, OV_OUTLET_KEY_OCTETS, key->sealed_octets);
        publish(outlet, OV_OUTLET_KEY_ID, is_epoch(key) ? key->epoch->seal.epoch : key->issue.last);
    }
    publish(outlet, OV_OUTLET_LINK_OCTETS, stats->link_octets_out);
    publish(outlet, OV_OUTLET_TUN_PACKETS, stats->tun_packets_in);
    publish(outlet, OV_OUTLET_TUN_OCTETS, stats->tun_octets_in);
    publish(outlet, OV_OUTLET_PINGS, stats->pings_out);
    publish(outlet, OV_OUTLET_SENT_MS, now_ms);
    for (unsigned i = 0; i < OV_ERR_COUNT; i++)
    {
        publish(outlet, OV_OUTLET_DROPS + i, stats->seal.by[i]);
    }
    publish(outlet, OV_OUTLET_LINK_PACKETS, stats->link_packets_out);
}

/* Follow the epoch that the opening half has seen. */
static void follow_epoch(struct ov_outlet *outlet)
{
    struct ov_data_key *key = &outlet->out.key[OV_DATA_CURRENT];
    if (ov_data_key_usable(key) && is_epoch(key))
    {
        const uint16_t wanted = atomic_load_explicit(&outlet->epoch_wanted, memory_order_relaxed);
        uint16_t *current = &key->epoch->current.epoch;
        *current = wanted > *current ? wanted : *current;
    }
}

void ov_outlet_seal(struct ov_lane *lane, struct ov_outlet *outlet, struct ov_datagram *dg, size_t n,
                    uint64_t now_ms)
{
    if (atomic_load_explicit(&lane->closed, memory_order_relaxed))
    {
        for (size_t i = 0; i < n; i++)
        {
            ov_datagram_drop(&dg[i], OV_ERR_CLOSED);
            ov_drops_count(&outlet->out.stats.seal, OV_ERR_CLOSED);
        }
        publish_all(outlet, now_ms);
        return;
    }
    for (size_t i = 0; i < n; i++)
    {
        (void)ov_mss_clamp(ov_buf_data(&dg[i].buf), dg[i].buf.len, outlet->mss);
    }
    follow_epoch(outlet);
    ov_data_seal(&outlet->out, &outlet->to, dg, n, now_ms);
    publish_all(outlet, now_ms);
}

bool ov_lane_next_inband(struct ov_lane *lane, struct ov_outlet *outlet, struct ov_datagram *dg,
                         uint64_t now_ms)
{
    const uint32_t head = atomic_load_explicit(&lane->head, memory_order_relaxed);
    if (head == atomic_load_explicit(&lane->tail, memory_order_acquire))
    {
        return false;
    }
    const uint32_t slot = head % OV_LANE_INBAND;
    uint8_t *room = ov_buf_put(&dg->buf, lane->inband_len[slot]);
    if (room != NULL)
    {
        memcpy(room, lane->inband[slot], lane->inband_len[slot]);
    }
    atomic_store_explicit(&lane->head, head + 1, memory_order_release);
    if (room == NULL || outlet == NULL)
    {
        ov_datagram_drop(dg, OV_ERR_KEY_ID);
        return true;
    }
    follow_epoch(outlet);
    ov_data_seal_inband(&outlet->out, &outlet->to, dg, now_ms);
    publish_all(outlet, now_ms);
    return true;
}
