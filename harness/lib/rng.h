/* A small seeded generator (splitmix64): the order of a run and the draws of a
 * bootstrap replay from one number. Not for secrets. */
#ifndef OV_LAB_RNG_H
#define OV_LAB_RNG_H

#include <stddef.h>
#include <stdint.h>

struct lab_rng
{
    uint64_t state;
};

uint64_t lab_rng_next(struct lab_rng *rng);

/* Uniform in [0, limit); limit 0 gives 0. */
uint64_t lab_rng_below(struct lab_rng *rng, uint64_t limit);

#endif
