#include "netns-lab/linkemu/hold.h"

#include <stdlib.h>
#include <string.h>

/* Few packets are held at a time (places / every of them), and with one number of places the first is the
 * next: a plain list, searched from its front. Decisions from a file may have several numbers. */
bool emu_hold_put(struct emu_hold *hold, struct emu_frame *frame, uint32_t segment,
                  const struct emu_fate *fate, uint64_t limit_ns)
{
    if (hold->count == hold->room)
    {
        size_t room = hold->room == 0 ? 64 : 2 * hold->room;
        struct emu_held *items = realloc(hold->items, room * sizeof *items);
        if (items == NULL)
        {
            return false;
        }
        hold->items = items;
        hold->room = room;
    }
    size_t at = hold->count++;
    uint64_t turn = hold->passed + fate->places;
    while (at > 0 && hold->items[at - 1].turn > turn)
    {
        hold->items[at] = hold->items[at - 1];
        at--;
    }
    hold->items[at] = (struct emu_held){frame, segment, *fate, turn, limit_ns};
    return true;
}

static void take(struct emu_hold *hold, size_t at, struct emu_held *held)
{
    *held = hold->items[at];
    hold->count--;
    memmove(hold->items + at, hold->items + at + 1, (hold->count - at) * sizeof *hold->items);
}

bool emu_hold_due(struct emu_hold *hold, struct emu_held *held)
{
    if (hold->count == 0 || hold->items[0].turn > hold->passed)
    {
        return false;
    }
    take(hold, 0, held);
    return true;
}

static size_t first_to_expire(const struct emu_hold *hold)
{
    size_t first = 0;
    for (size_t i = 1; i < hold->count; i++)
    {
        first = hold->items[i].limit_ns < hold->items[first].limit_ns ? i : first;
    }
    return first;
}

bool emu_hold_expired(struct emu_hold *hold, uint64_t now_ns, struct emu_held *held)
{
    size_t at = hold->count > 0 ? first_to_expire(hold) : 0;
    if (hold->count == 0 || hold->items[at].limit_ns > now_ns)
    {
        return false;
    }
    take(hold, at, held);
    return true;
}

uint64_t emu_hold_limit_ns(const struct emu_hold *hold)
{
    return hold->count > 0 ? hold->items[first_to_expire(hold)].limit_ns : UINT64_MAX;
}

void emu_hold_clear(struct emu_hold *hold)
{
    free(hold->items);
    *hold = (struct emu_hold){0};
}
