/* Which limit did bind a TCP stream: told from what was counted around it, not from how fast it was. Pure: it reads
 * measurements alone, so a record of long ago can be asked too. */
#ifndef OV_LAB_BOUND_H
#define OV_LAB_BOUND_H

#include <jansson.h>
#include <stdbool.h>

enum lab_bound_kind
{
    LAB_BOUND_NONE, /* nothing that was counted explains it */
    LAB_BOUND_WINDOW,
    LAB_BOUND_SOCKET_BUFFER,
    LAB_BOUND_RATE,
    LAB_BOUND_THROTTLE,
    LAB_BOUND_DEVICE,
    LAB_BOUND_COST,
    LAB_BOUND_CLIENT_CPU,
    LAB_BOUND_SERVER_CPU,
    LAB_BOUND_HOST_CPU,
    LAB_BOUND_REPLAY,
    LAB_BOUND_RECEIVE_BUFFER,
    LAB_BOUND_SEND_BUFFER,
    LAB_BOUND_TUN_QUEUE,
    LAB_BOUND_QUEUE,
    LAB_BOUND_LOSS,
    LAB_BOUND_MTU,
    LAB_BOUND_FRAGMENTS,
    LAB_BOUND_BLACKHOLE,
    LAB_BOUND_TOOL_CPU,
    LAB_BOUND_LINK_CPU,
    LAB_BOUND_UNKNOWN, /* what tells it was not measured */
    LAB_BOUND_KINDS
};

struct lab_bound
{
    enum lab_bound_kind kind;
    char evidence[160]; /* the counters that say so; "" for none */
};

/* As the tables and `TRAFFIC.bound` of an experiment file have it: "rate of the link". */
const char *lab_bound_name(enum lab_bound_kind kind);

/* measured: the values of a point's measurements by their names, `limits` among them; transfer is the name of one of kind
 * tcp. Of two directions at once the one that explains itself first. */
void lab_bound_find(const json_t *measured, const char *transfer, struct lab_bound *bound);

#endif
