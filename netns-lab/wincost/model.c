#include "netns-lab/wincost/model.h"

uint64_t wincost_device_write(struct wincost_device *device, const struct wincost_profile *profile,
                              uint64_t now_ns)
{
    uint64_t each_ns = (uint64_t)profile->tun_complete_us * 1000u;
    uint64_t start_ns = now_ns;
    device->writes++;
    if (each_ns == 0)
    {
        return start_ns;
    }
    /* With a depth of d, the write that was handed over d writes ago must be complete: the device is then at
     * most d - 1 completions away from being idle. */
    uint64_t ahead_ns = profile->tun_depth > 0 ? (uint64_t)(profile->tun_depth - 1) * each_ns : UINT64_MAX;
    if (device->busy_until_ns > now_ns && device->busy_until_ns - now_ns > ahead_ns)
    {
        start_ns = device->busy_until_ns - ahead_ns;
    }
    device->busy_until_ns = (device->busy_until_ns > start_ns ? device->busy_until_ns : start_ns) + each_ns;
    return start_ns;
}

uint64_t wincost_device_stall(const struct wincost_device *device, const struct wincost_profile *profile)
{
    bool stalls = profile->stall_every > 0 && device->writes % profile->stall_every == 0;
    return stalls ? (uint64_t)profile->stall_ms * 1000000u : 0;
}

uint64_t wincost_throttle_pass(struct wincost_throttle *throttle, const struct wincost_profile *profile,
                               uint64_t now_ns)
{
    uint64_t each = profile->throttle_pps / 1000u > 0 ? profile->throttle_pps / 1000u : 1;
    uint64_t portion_ns = profile->throttle_pps >= 1000u ? WINCOST_PORTION_NS
                          : profile->throttle_pps > 0    ? 1000000000u / profile->throttle_pps
                                                         : 0;
    if (portion_ns == 0)
    {
        return now_ns;
    }
    if (throttle->portion < now_ns / portion_ns)
    {
        *throttle = (struct wincost_throttle){.portion = now_ns / portion_ns};
    }
    if (throttle->used == each)
    {
        throttle->portion++;
        throttle->used = 0;
    }
    throttle->used++;
    uint64_t begins_ns = throttle->portion * portion_ns;
    return begins_ns > now_ns ? begins_ns : now_ns;
}

int64_t wincost_tick_wait(const struct wincost_profile *profile, uint64_t now_ns, int64_t wait_ns)
{
    uint64_t tick_ns = (uint64_t)profile->tick_us * 1000u;
    if (tick_ns == 0 || wait_ns <= 0 || wait_ns > INT64_MAX / 4)
    {
        return wait_ns;
    }
    uint64_t end_ns = now_ns + (uint64_t)wait_ns;
    return (int64_t)((end_ns + tick_ns - 1) / tick_ns * tick_ns - now_ns);
}
