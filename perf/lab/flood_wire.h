/* The two ends of a flood: sockets, sending at a pace, counting. */
#ifndef OV_PERF_FLOOD_WIRE_H
#define OV_PERF_FLOOD_WIRE_H

#include "lib/err.h"
#include "perf/lab/flood.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

/* Lies in memory that sender and receiver share. */
struct perf_flood_shared
{
    _Atomic uint32_t trial;      /* number of the running one; datagrams carry it */
    _Atomic uint32_t trial_seen; /* what the counter belongs to */
    _Atomic uint64_t arrived;    /* datagrams of that trial, duplicates included */
};

struct perf_flood_sent
{
    uint64_t packets;
    double seconds;
};

/* A socket of the receiver (bound, large buffer) or the sender (connected) in its namespace; -1 with the
 * reason. */
int perf_flood_open(const struct perf_flood *flood, bool receiver, struct lab_why *why);

/* Sends for trial_ms at this rate, in bursts that are 250 us or one packet apart, whichever is longer. When it
 * falls behind, it does not catch up in a heap: a rate that can't be kept shows as fewer packets sent. */
void perf_flood_send(int fd, const struct perf_flood *flood, uint32_t trial, double pps,
                     struct perf_flood_sent *sent);

/* Counts until it is killed, or its parent is gone. */
void perf_flood_receive(int fd, struct perf_flood_shared *shared, pid_t parent);

/* Datagrams of the running trial so far. */
uint64_t perf_flood_arrived(const struct perf_flood_shared *shared);

/* The same once nothing more comes: 10 ms without any, at most 200 ms. */
uint64_t perf_flood_drained(const struct perf_flood_shared *shared);

#endif
