#ifndef OV_TESTS_LIB_WIRE_SIM_H
#define OV_TESTS_LIB_WIRE_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "tests/lib/octets.h"

/* A wire between two ends on a virtual clock, which loses, doubles, delays and
 * damages packets as a seed says. The same seed and the same input give the
 * same output. */

struct ov_wire_faults
{
    uint32_t loss_pm; /* per mille of packets */
    uint32_t double_pm;
    uint32_t damage_pm;
    uint32_t latency_ms;
    uint32_t jitter_ms; /* 0..jitter is added to each: packets overtake each other */
};

#define OV_WIRE_PACKET 9728u

struct ov_wire_packet
{
    uint64_t at_ms;
    uint64_t order; /* of two due at one time the first put comes first */
    uint8_t to;     /* 0 or 1: which end */
    struct ov_addr src;
    struct ov_addr dst;
    uint32_t len;
    uint8_t data[OV_WIRE_PACKET];
};

struct ov_wire
{
    struct ov_test_random random;
    struct ov_wire_faults faults;
    struct ov_wire_packet **queue; /* heap by time */
    size_t count;
    size_t cap;
    uint64_t order;
    uint64_t hash; /* of everything that was put, and when */
    uint64_t put, lost, doubled, damaged;
};

void ov_wire_init(struct ov_wire *wire, uint64_t seed, const struct ov_wire_faults *faults);
void ov_wire_clear(struct ov_wire *wire);

void ov_wire_put(struct ov_wire *wire, uint64_t now_ms, uint8_t to, const struct ov_addr *src,
                 const struct ov_addr *dst, const void *data, uint32_t len);
/* The next packet that is due; NULL: none. Free it. */
struct ov_wire_packet *ov_wire_take(struct ov_wire *wire, uint64_t now_ms);
/* When the next one is due; UINT64_MAX: nothing is under way. */
uint64_t ov_wire_next(const struct ov_wire *wire);

#endif
