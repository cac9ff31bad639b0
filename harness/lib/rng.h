/* A small seeded generator (splitmix64): the order of a run and the draws of a
 * bootstrap replay from one number. Not for secrets. */
#ifndef OV_LAB_RNG_H
#define OV_LAB_RNG_H

#include "lib/err.h"

#include <stddef.h>
#include <stdint.h>

struct lab_rng
{
    uint64_t state;
};

uint64_t lab_rng_next(struct lab_rng *rng);

/* Uniform in [0, limit); limit 0 gives 0. */
uint64_t lab_rng_below(struct lab_rng *rng, uint64_t limit);

/* Puts count items of size bytes each into a random order. */
void lab_rng_shuffle(struct lab_rng *rng, void *items, size_t count, size_t size);

/* A seed nobody chose: 32 bits, short enough to be typed. */
LAB_MUST_USE enum lab_err lab_rng_draw_seed(uint64_t *seed, struct lab_why *why);

#endif
