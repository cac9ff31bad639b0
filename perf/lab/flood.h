/* A paced flood of UDP datagrams that searches the highest rate which arrives.
 *
 * Runs as a process of its own (`ovperf internal-flood`): a sender and a receiver, each in its network
 * namespace, share their counters in memory. Datagrams are sent one by one in the eyes of the
 * kernel (sendmmsg, no UDP_SEGMENT), as ordinary programs do. */
#ifndef OV_PERF_FLOOD_H
#define OV_PERF_FLOOD_H

#include <stdint.h>

#define PERF_FLOOD_LOSS   0.02 /* what a rate may lose and still counts as arriving */
#define PERF_FLOOD_TRIALS 24

struct perf_flood
{
    const char *sender_ns;
    const char *receiver_ns;
    const char *target; /* IPv4 address of the receiver */
    uint16_t port;
    uint32_t packet_len; /* IP length of a datagram, headers included */
    uint32_t trial_ms;
};

/* Prints one JSON object: {"pps":, "loss":, "trials":, "trial_offered_pps":[], "trial_arrived_pps":[],
 * "trial_loss":[]}. Exit status 0, or 1 with a reason on stderr. */
int perf_flood_main(const struct perf_flood *flood);

#endif
