#include "netns-lab/wincost/spend.h"

#include <time.h>

#define SPIN_NS 100000u /* what is left of a wait is spun: a sleep may end that late */

uint64_t wincost_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* A processor that is busy for this long. */
static void be_busy(struct wincost_meter *meter, uint32_t us)
{
    if (us == 0)
    {
        return;
    }
    uint64_t end_ns = wincost_now_ns() + (uint64_t)us * 1000u;
    while (wincost_now_ns() < end_ns)
    {
    }
    wincost_count(&meter->account, WINCOST_BUSY_US, us);
}

static void wait_until(uint64_t end_ns)
{
    uint64_t now_ns = wincost_now_ns();
    while (now_ns < end_ns)
    {
        if (end_ns - now_ns > SPIN_NS)
        {
            uint64_t sleep_ns = end_ns - now_ns - SPIN_NS;
            struct timespec rest = {(time_t)(sleep_ns / 1000000000u), (long)(sleep_ns % 1000000000u)};
            (void)nanosleep(&rest, NULL);
        }
        now_ns = wincost_now_ns();
    }
}

static void pass_throttle(struct wincost_meter *meter)
{
    if (meter->profile.throttle_pps == 0)
    {
        return;
    }
    uint64_t now_ns = wincost_now_ns();
    pthread_mutex_lock(&meter->lock);
    uint64_t start_ns = wincost_throttle_pass(&meter->throttle, &meter->profile, now_ns);
    pthread_mutex_unlock(&meter->lock);
    wincost_count(&meter->account, WINCOST_THROTTLED, start_ns > now_ns);
    wait_until(start_ns);
}

static void pass_device(struct wincost_meter *meter)
{
    uint64_t now_ns = wincost_now_ns();
    pthread_mutex_lock(&meter->lock);
    uint64_t start_ns = wincost_device_write(&meter->device, &meter->profile, now_ns);
    uint64_t stall_ns = wincost_device_stall(&meter->device, &meter->profile);
    pthread_mutex_unlock(&meter->lock);
    if (start_ns > now_ns)
    {
        wincost_count(&meter->account, WINCOST_DEPTH_WAITS, 1);
        wincost_count(&meter->account, WINCOST_DEPTH_WAIT_US, (start_ns - now_ns) / 1000u);
    }
    wincost_count(&meter->account, WINCOST_STALLED, stall_ns > 0);
    wait_until(start_ns + stall_ns);
}

void wincost_spend_tun_write(struct wincost_meter *meter)
{
    pass_device(meter);
    be_busy(meter, meter->profile.tun_write_us);
}

void wincost_spend_tun_read(struct wincost_meter *meter)
{
    be_busy(meter, meter->profile.tun_read_us);
}

void wincost_spend_socket_send(struct wincost_meter *meter)
{
    pass_throttle(meter);
    be_busy(meter, meter->profile.socket_send_us);
}

void wincost_spend_socket_receive(struct wincost_meter *meter)
{
    be_busy(meter, meter->profile.socket_recv_us);
    pass_throttle(meter);
}
