/* One direction, probed and judged. */
#ifndef OV_LINKPROBE_DIRECTION_H
#define OV_LINKPROBE_DIRECTION_H

#include "netns-lab/linkemu/why.h"
#include "netns-lab/linkprobe/judge.h"

#include <stdbool.h>
#include <stdio.h>

struct probe_end
{
    const char *netns; /* NULL: this one */
    const char *address;
};

struct probe_direction
{
    const char *name; /* up, down */
    struct probe_end from;
    struct probe_end to;
    struct emu_spec spec;
    bool damage_is_loss;
    bool paced_only;
    FILE *lost;     /* gets "NAME NUMBER" for each paced packet that was lost; NULL: not wanted */
    double pps;     /* of the paced packets */
    uint32_t train; /* paced packets to a super-packet; 0: as planned */

    struct probe_plan plan;
    struct probe_result result;
    struct probe_judgement judgement;
};

/* False: the probe itself failed. */
bool probe_direction_run(struct probe_direction *direction, struct emu_why *why);

#endif
