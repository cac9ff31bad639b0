#include "tests/lib/wire_sim.h"

#include <stdlib.h>
#include <string.h>

void ov_wire_init(struct ov_wire *wire, uint64_t seed, const struct ov_wire_faults *faults)
{
    *wire = (struct ov_wire){.random.state = seed, .faults = *faults, .hash = UINT64_C(0xcbf29ce484222325)};
}

void ov_wire_clear(struct ov_wire *wire)
{
    for (size_t i = 0; i < wire->count; i++)
    {
        free(wire->queue[i]);
    }
    free(wire->queue);
    memset(wire, 0, sizeof *wire);
}

static void take_hash(struct ov_wire *wire, const void *data, size_t len)
{
    const uint8_t *p = data;
    for (size_t i = 0; i < len; i++)
    {
        wire->hash = (wire->hash ^ p[i]) * UINT64_C(0x100000001b3);
    }
}

static bool before(const struct ov_wire_packet *a, const struct ov_wire_packet *b)
{
    return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

static void queue_add(struct ov_wire *wire, struct ov_wire_packet *packet)
{
    if (wire->count == wire->cap)
    {
        wire->cap = wire->cap > 0 ? wire->cap * 2 : 64;
        wire->queue = realloc(wire->queue, wire->cap * sizeof wire->queue[0]);
        if (wire->queue == NULL)
        {
            abort();
        }
    }
    size_t at = wire->count++;
    while (at > 0 && before(packet, wire->queue[(at - 1) / 2]))
    {
        wire->queue[at] = wire->queue[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    wire->queue[at] = packet;
}

static struct ov_wire_packet *queue_pop(struct ov_wire *wire)
{
    struct ov_wire_packet *first = wire->queue[0];
    struct ov_wire_packet *last = wire->queue[--wire->count];
    size_t at = 0;
    while (2 * at + 1 < wire->count)
    {
        size_t child = 2 * at + 1;
        if (child + 1 < wire->count && before(wire->queue[child + 1], wire->queue[child]))
        {
            child++;
        }
        if (!before(wire->queue[child], last))
        {
            break;
        }
        wire->queue[at] = wire->queue[child];
        at = child;
    }
    if (wire->count > 0)
    {
        wire->queue[at] = last;
    }
    return first;
}

static bool chance(struct ov_wire *wire, uint32_t pm)
{
    return ov_test_below(&wire->random, 1000) < pm;
}

static void damage(struct ov_wire *wire, struct ov_wire_packet *packet)
{
    wire->damaged++;
    if (packet->len > 0 && chance(wire, 200))
    {
        packet->len = ov_test_below(&wire->random, packet->len); /* cut short */
        return;
    }
    const uint32_t flips = 1 + ov_test_below(&wire->random, 3);
    for (uint32_t i = 0; i < flips && packet->len > 0; i++)
    {
        packet->data[ov_test_below(&wire->random, packet->len)] ^=
            (uint8_t)(1u << ov_test_below(&wire->random, 8));
    }
}

static void launch(struct ov_wire *wire, uint64_t now_ms, uint8_t to, const struct ov_addr *src,
                   const struct ov_addr *dst, const void *data, uint32_t len)
{
    struct ov_wire_packet *packet = malloc(sizeof *packet);
    if (packet == NULL)
    {
        abort();
    }
    packet->order = wire->order++;
    packet->at_ms =
        now_ms + wire->faults.latency_ms + ov_test_below(&wire->random, wire->faults.jitter_ms + 1);
    packet->to = to;
    packet->src = *src;
    packet->dst = *dst;
    packet->len = len < sizeof packet->data ? len : sizeof packet->data;
    memcpy(packet->data, data, packet->len);
    if (chance(wire, wire->faults.damage_pm))
    {
        damage(wire, packet);
    }
    queue_add(wire, packet);
}

void ov_wire_put(struct ov_wire *wire, uint64_t now_ms, uint8_t to, const struct ov_addr *src,
                 const struct ov_addr *dst, const void *data, uint32_t len)
{
    wire->put++;
    take_hash(wire, &now_ms, sizeof now_ms);
    take_hash(wire, &to, sizeof to);
    take_hash(wire, data, len);
    if (chance(wire, wire->faults.loss_pm))
    {
        wire->lost++;
        return;
    }
    launch(wire, now_ms, to, src, dst, data, len);
    if (chance(wire, wire->faults.double_pm))
    {
        wire->doubled++;
        launch(wire, now_ms, to, src, dst, data, len);
    }
}

struct ov_wire_packet *ov_wire_take(struct ov_wire *wire, uint64_t now_ms)
{
    return wire->count > 0 && wire->queue[0]->at_ms <= now_ms ? queue_pop(wire) : NULL;
}

uint64_t ov_wire_next(const struct ov_wire *wire)
{
    return wire->count > 0 ? wire->queue[0]->at_ms : UINT64_MAX;
}
