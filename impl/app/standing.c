#include "app/standing.h"

#define MEMORY (16u * OV_STANDING_MS) /* the pace of the last drops still says something about the senders */

void ov_standing_empty(struct ov_standing *standing)
{
    standing->last_count = standing->count > 0 ? standing->count : standing->last_count;
    standing->count = 0;
    standing->filled = false;
}

/* An interval, divided by the square root of count. */
static uint64_t gap_ms(uint32_t count)
{
    uint64_t gap = 1;
    while (gap < OV_STANDING_MS && (gap + 1) * (gap + 1) * count <= (uint64_t)OV_STANDING_MS * OV_STANDING_MS)
    {
        gap++;
    }
    return gap;
}

static void drop_one(struct ov_standing *standing, uint64_t now_ms, uint64_t from_ms)
{
    standing->count++;
    standing->dropped++;
    standing->drop_ms = from_ms + gap_ms(standing->count);
    /* Nobody asked for longer than that: not everything at once now. */
    standing->drop_ms = standing->drop_ms < now_ms ? now_ms : standing->drop_ms;
}

bool ov_standing_drop(struct ov_standing *standing, uint64_t now_ms)
{
    if (!standing->filled)
    {
        standing->filled = true;
        standing->filled_ms = now_ms;
        return false;
    }
    if (standing->count > 0)
    {
        if (now_ms < standing->drop_ms)
        {
            return false;
        }
        drop_one(standing, now_ms, standing->drop_ms);
        return true;
    }
    if (now_ms - standing->filled_ms < OV_STANDING_MS)
    {
        return false;
    }
    const bool recent = now_ms < standing->drop_ms + MEMORY && standing->last_count > 2;
    standing->count = recent ? standing->last_count - 2 : 0;
    standing->last_count = 0;
    drop_one(standing, now_ms, now_ms);
    return true;
}
