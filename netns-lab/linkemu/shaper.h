/* A link of a certain rate with a queue before it. */
#ifndef OV_LINKEMU_SHAPER_H
#define OV_LINKEMU_SHAPER_H

#include "netns-lab/linkemu/spec.h"

#include <stdbool.h>
#include <stdint.h>

struct emu_shaper
{
    uint64_t free_ns;     /* when the link has sent all it was given */
    uint64_t rest;        /* of the last division: what is sent does not drift */
    uint64_t max_wait_ns; /* the longest queue seen */
};

struct emu_sending
{
    bool dropped; /* the queue is full */
    bool mark;    /* it is long */
    uint64_t depart_ns;
};

/* Sends an IP packet of len octets that arrives at now. Without a rate it departs at once. */
void emu_shaper_send(struct emu_shaper *shaper, const struct emu_spec *spec, uint64_t now_ns, uint32_t len,
                     struct emu_sending *sending);

#endif
