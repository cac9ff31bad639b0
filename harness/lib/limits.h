/* Explain the ceiling: which limits a point has, before it runs. Bounds of a TCP stream through the
 * tunnel, in Mbit/s; NaN where there is none. */
#ifndef OV_LAB_LIMITS_H
#define OV_LAB_LIMITS_H

#include "lib/experiment_point.h"

#include <jansson.h>

struct lab_limits
{
    double rtt_s;
    double bdp_octets;           /* of the link's rate; NaN without one */
    double link_mbps;            /* the rate that was asked for; the smaller one of both ways */
    double way_mbps[2];          /* up, down */
    double socket_buffer_mbps;   /* TCP transport: the outer socket's buffer each round trip */
    double endpoint_window_mbps; /* what TCP inside may have on its way each round trip */
    double loss_mbps;            /* what TCP makes of such a loss (Mathis); NaN when it does not mind */
    double profile_mbps;         /* what the calls of a profile (shim, tun proxy) leave time for */
    double throttle_mbps;        /* what its throttle lets pass */
    bool replay_rejects;         /* packets are displaced further than the window reaches */
};

/* Of this machine's TCP: memory limits in octets (net.ipv4.tcp_rmem and tcp_wmem, third number), and whether its
 * congestion control takes a loss for a full link, as all do but BBR. */
struct lab_tcp_memory
{
    double receive;
    double send;
    bool minds_loss;
};
void lab_tcp_memory_read(struct lab_tcp_memory *memory);

void lab_limits_foresee(const struct lab_point *point, const struct lab_tcp_memory *memory,
                        struct lab_limits *limits);

/* As values of the measurement `limits`. New reference. */
json_t *lab_limits_json(const struct lab_limits *limits);

/* Name of the smallest one ("socket buffer / RTT", ...), and its Mbit/s; "CPU or buffers" and NaN when
 * none is below 2 Gbit/s. */
const char *lab_limits_binding(const struct lab_limits *limits, double *mbps);

/* The quantity of one key in an impairment, in seconds, bit/s, share or count; otherwise when it isn't there. */
double lab_link_quantity(const char *words, const char *key, double otherwise);

#endif
