#include "lib/rng.h"

#include <sys/random.h>

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

static void swap_octets(unsigned char *left, unsigned char *right, size_t len)
{
    for (size_t i = 0; i < len; i++)
    {
        unsigned char keep = left[i];
        left[i] = right[i];
        right[i] = keep;
    }
}

void lab_rng_shuffle(struct lab_rng *rng, void *items, size_t count, size_t size)
{
    unsigned char *octets = items;
    for (size_t left = count; left > 1; left--)
    {
        size_t other = (size_t)lab_rng_below(rng, left);
        swap_octets(octets + (left - 1) * size, octets + other * size, size);
    }
}

enum lab_err lab_rng_draw_seed(uint64_t *seed, struct lab_why *why)
{
    uint32_t drawn;
    if (getrandom(&drawn, sizeof drawn, 0) != (ssize_t)sizeof drawn)
    {
        return lab_why_errno(why, "getrandom");
    }
    *seed = drawn;
    return LAB_OK;
}
