/* Packets held back until others have passed them: reordering by places. */
#ifndef OV_LINKEMU_HOLD_H
#define OV_LINKEMU_HOLD_H

#include "netns-lab/linkemu/decide.h"
#include "netns-lab/linkemu/frame.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct emu_held
{
    struct emu_frame *frame; /* one reference */
    uint32_t segment;
    struct emu_fate fate;
    uint64_t turn;     /* it goes on when so many have passed */
    uint64_t limit_ns; /* or at this time */
};

/* All-zero is an empty list. */
struct emu_hold
{
    struct emu_held *items;
    size_t count;
    size_t room;
    uint64_t passed; /* packets that were not held */
};

/* Takes a packet with its reference; fate.places says for how many others. False: no memory. */
bool emu_hold_put(struct emu_hold *hold, struct emu_frame *frame, uint32_t segment,
                  const struct emu_fate *fate, uint64_t limit_ns);
/* The next packet whose turn has come, by places. False: none. */
bool emu_hold_due(struct emu_hold *hold, struct emu_held *held);
/* The same by time: one whose limit is not after now. */
bool emu_hold_expired(struct emu_hold *hold, uint64_t now_ns, struct emu_held *held);
/* The earliest limit; UINT64_MAX: nothing is held. */
uint64_t emu_hold_limit_ns(const struct emu_hold *hold);
/* Frees the list itself; it must be empty. */
void emu_hold_clear(struct emu_hold *hold);

#endif
