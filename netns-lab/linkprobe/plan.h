/* How a direction is probed, so that what was asked for of it can be seen: how many packets, how fast. */
#ifndef OV_LINKPROBE_PLAN_H
#define OV_LINKPROBE_PLAN_H

#include "netns-lab/linkemu/spec.h"

#include <stdbool.h>
#include <stdint.h>

#define PROBE_PPS       5000.0
#define PROBE_IP_OVER   28u   /* IPv4 and UDP headers */
#define PROBE_LINK_MTU  1500u /* of the lab's interfaces */
#define PROBE_FIT_COUNT 20u   /* packets that fit, and as many that don't */

struct probe_plan
{
    /* Paced: fewer octets than the link carries, nothing waits. */
    uint32_t count;
    uint32_t size;      /* payload octets */
    uint32_t train;     /* packets sent in one call */
    uint64_t train_ns;  /* time between two trains */
    uint64_t settle_ns; /* time after the last for what is on its way */

    /* Flood: more than it carries. 0 packets where there is no rate, or one too high to be shown. */
    uint32_t flood_count;
    uint32_t flood_size;
    uint32_t flood_train;
    uint64_t flood_train_ns;
    uint64_t flood_settle_ns;
    uint64_t
        flood_queue_ns; /* so long packets wait in the end, while the queue is full; 0: it does not get full */

    /* Size limit: packets that just fit, and some that just don't. 0: none, or none that can be shown. */
    uint32_t fit_size;
};

/* pps: packets a second at which delays are measured, PROBE_PPS on a machine that can. */
void probe_plan_make(struct probe_plan *plan, const struct emu_spec *spec, double pps);

#endif
