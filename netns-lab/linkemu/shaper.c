#include "netns-lab/linkemu/shaper.h"

#define NS_PER_S 1000000000u

void emu_shaper_send(struct emu_shaper *shaper, const struct emu_spec *spec, uint64_t now_ns, uint32_t len,
                     struct emu_sending *sending)
{
    *sending = (struct emu_sending){.depart_ns = now_ns};
    if (spec->rate_bps == 0)
    {
        return;
    }
    uint64_t wait_ns = shaper->free_ns > now_ns ? shaper->free_ns - now_ns : 0;
    if (wait_ns > 0)
    {
        /* What waits is what the link still has to send. A packet that finds it idle is always taken. */
        uint64_t waiting = (uint64_t)((unsigned __int128)wait_ns * spec->rate_bps / 8 / NS_PER_S);
        sending->dropped = spec->queue_len > 0 ? waiting + len > spec->queue_len : wait_ns > spec->queue_ns;
    }
    if (sending->dropped)
    {
        return;
    }
    sending->mark = spec->ecn_mark_ns > 0 && wait_ns > spec->ecn_mark_ns;
    shaper->max_wait_ns = wait_ns > shaper->max_wait_ns ? wait_ns : shaper->max_wait_ns;
    if (wait_ns == 0)
    {
        shaper->free_ns = now_ns;
        shaper->rest = 0;
    }
    unsigned __int128 work = (unsigned __int128)(len + EMU_WIRE_OVER) * 8 * NS_PER_S + shaper->rest;
    shaper->free_ns += (uint64_t)(work / spec->rate_bps);
    shaper->rest = (uint64_t)(work % spec->rate_bps);
    sending->depart_ns = shaper->free_ns;
}
