/* How long a call has to wait: pure arithmetic over a clock that the caller reads. Nanoseconds. */
#ifndef OV_WINCOST_MODEL_H
#define OV_WINCOST_MODEL_H

#include "netns-lab/wincost/profile.h"

#define WINCOST_PORTION_NS 1000000u /* the throttle grants its packets each millisecond */

/* All-zero is a valid start. The device completes one write after the other. */
struct wincost_device
{
    uint64_t busy_until_ns; /* when the last write that was handed over will be complete */
    uint64_t writes;
};

/* The write that comes at now: when it may begin. It is counted as handed over then. */
uint64_t wincost_device_write(struct wincost_device *device, const struct wincost_profile *profile,
                              uint64_t now_ns);

/* Does this write (the one just counted) stall, and for how long? 0: no. */
uint64_t wincost_device_stall(const struct wincost_device *device, const struct wincost_profile *profile);

/* All-zero is a valid start. */
struct wincost_throttle
{
    uint64_t portion; /* number of the millisecond */
    uint64_t used;    /* packets of it that are gone */
};

/* When the packet that comes at now may pass. It is counted. */
uint64_t wincost_throttle_pass(struct wincost_throttle *throttle, const struct wincost_profile *profile,
                               uint64_t now_ns);

/* A wait of this length that begins at now ends at a tick: the length it really has. Waits of zero and
 * of no end (negative) stay. */
int64_t wincost_tick_wait(const struct wincost_profile *profile, uint64_t now_ns, int64_t wait_ns);

#endif
