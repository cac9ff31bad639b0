#ifndef OV_DATA_STATS_H
#define OV_DATA_STATS_H

#include <stdint.h>

#include "base/err.h"

/* Packets that were dropped, one counter a reason. */
struct ov_drops
{
    uint64_t by[OV_ERR_COUNT]; /* index: enum ov_err */
};

static inline void ov_drops_count(struct ov_drops *drops, enum ov_err why)
{
    drops->by[why]++;
}

static inline void ov_drops_add(struct ov_drops *sum, const struct ov_drops *more)
{
    for (unsigned i = 0; i < OV_ERR_COUNT; i++)
    {
        sum->by[i] += more->by[i];
    }
}

static inline uint64_t ov_drops_total(const struct ov_drops *drops)
{
    uint64_t total = 0;
    for (unsigned i = 0; i < OV_ERR_COUNT; i++)
    {
        total += drops->by[i];
    }
    return total;
}

/* What went through the data channel of one peer. Octets are those on the
 * outer link (link_) or in the tunnel (tun_), without outer IP and UDP. */
struct ov_data_stats
{
    uint64_t link_packets_in, link_octets_in;   /* authenticated */
    uint64_t link_packets_out, link_octets_out; /* sealed */
    uint64_t tun_packets_in, tun_octets_in;     /* from the tun device, sealed */
    uint64_t tun_packets_out, tun_octets_out;   /* opened, for the tun device */
    uint64_t pings_in, pings_out;
    uint64_t recursive;   /* of those dropped on the way out: the tunnel's own, which a route led into it */
    struct ov_drops open; /* dropped on the way in */
    struct ov_drops seal; /* dropped on the way out */
};

#endif
