#include "lib/rng.h"

uint64_t lab_rng_next(struct lab_rng *rng)
{
    rng->state += 0x9e3779b97f4a7c15u;
    uint64_t mix = rng->state;
    mix = (mix ^ (mix >> 30)) * 0xbf58476d1ce4e5b9u;
    mix = (mix ^ (mix >> 27)) * 0x94d049bb133111ebu;
    return mix ^ (mix >> 31);
}

uint64_t lab_rng_below(struct lab_rng *rng, uint64_t limit)
{
    if (limit == 0)
    {
        return 0;
    }
    /* Values under the threshold would make low results more likely. */
    uint64_t threshold = -limit % limit;
    uint64_t draw;
    do
    {
        draw = lab_rng_next(rng);
    } while (draw < threshold);
    return draw % limit;
}
