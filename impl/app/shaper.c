#include "app/shaper.h"

/* So long may nothing be sent and then all at once: long enough for the clock of the loop, short enough for nobody's
 * queue on the way. At slow rates it is at least a full packet. */
#define BURST_MS  20u
#define BURST_MIN 1600

static int64_t burst(const struct ov_shaper *shaper)
{
    const int64_t octets = (int64_t)shaper->octets_s * BURST_MS / 1000;
    return octets > BURST_MIN ? octets : BURST_MIN;
}

static void count(struct ov_shaper *shaper, struct ov_now now)
{
    const uint64_t passed_ms = shaper->at_ms == 0 ? BURST_MS : now.mono_ms - shaper->at_ms;
    /* An hour of silence brings no more than the burst, and can't overflow. */
    const uint64_t counted_ms = passed_ms < 3600000 ? passed_ms : 3600000;
    const uint64_t thousandths = counted_ms * shaper->octets_s + shaper->rest;
    shaper->at_ms = now.mono_ms;
    shaper->credit += (int64_t)(thousandths / 1000);
    shaper->rest = thousandths % 1000;
    if (shaper->credit >= burst(shaper))
    {
        shaper->credit = burst(shaper);
        shaper->rest = 0;
    }
}

uint32_t ov_shaper_room(struct ov_shaper *shaper, struct ov_now now)
{
    if (shaper->octets_s == 0)
    {
        return UINT32_MAX;
    }
    count(shaper, now);
    return shaper->credit > 0 ? (uint32_t)shaper->credit : 0;
}

void ov_shaper_spend(struct ov_shaper *shaper, uint64_t octets)
{
    if (shaper->octets_s != 0)
    {
        shaper->credit -= (int64_t)octets;
    }
}

uint64_t ov_shaper_deadline(const struct ov_shaper *shaper)
{
    if (shaper->octets_s == 0 || shaper->credit > 0)
    {
        return OV_NEVER;
    }
    const uint64_t missing = (uint64_t)(1 - shaper->credit) * 1000;
    return shaper->at_ms + (missing + shaper->octets_s - 1) / shaper->octets_s;
}
