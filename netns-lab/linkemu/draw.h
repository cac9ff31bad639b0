/* Draws by counting: a draw follows from the seed, the direction, what it is for, and the index of the
 * packet, and from nothing else. So no impairment moves the draws of another, and either direction can be
 * played again alone. */
#ifndef OV_LINKEMU_DRAW_H
#define OV_LINKEMU_DRAW_H

#include <stdbool.h>
#include <stdint.h>

enum emu_draw
{
    EMU_DRAW_LOSS = 1,
    EMU_DRAW_BURST,
    EMU_DRAW_DUP,
    EMU_DRAW_CORRUPT,
    EMU_DRAW_BIT,
    EMU_DRAW_LATE,
    EMU_DRAW_JITTER,
};

/* Mixes 64 bits so that each depends on all (the finalizer of splitmix64). */
static inline uint64_t emu_mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* A direction's key. */
static inline uint64_t emu_draw_key(uint64_t seed, unsigned direction)
{
    return emu_mix(emu_mix(seed) + direction);
}

static inline uint64_t emu_draw(uint64_t key, enum emu_draw what, uint64_t index)
{
    return emu_mix(emu_mix(key + ((uint64_t)what << 56)) + index);
}

/* Uniform in [0, limit). */
static inline uint64_t emu_draw_below(uint64_t draw, uint64_t limit)
{
    return (uint64_t)((unsigned __int128)draw * limit >> 64);
}

/* True for a share of all draws, in parts per billion. */
static inline bool emu_draw_chance(uint64_t draw, uint32_t ppb)
{
    return emu_draw_below(draw, 1000000000u) < ppb;
}

#endif
