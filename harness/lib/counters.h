/* Where packets die: counters of the kernel in the namespaces of a topology, and of the programs under
 * test in their logs. Read before and after; the difference counts. */
#ifndef OV_LAB_COUNTERS_H
#define OV_LAB_COUNTERS_H

#include "lib/err.h"
#include "lib/loop.h"
#include "lib/topology.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum lab_counter
{
    LAB_COUNT_UDP_RCVBUF, /* these of /proc/net/snmp and snmp6 */
    LAB_COUNT_UDP_IN,
    LAB_COUNT_UDP_SNDBUF,
    LAB_COUNT_RETRANSMITS,
    LAB_COUNT_FRAGMENTS,
    LAB_COUNT_REASSEMBLY,
    LAB_COUNT_TUN_TX, /* these of /proc/net/dev */
    LAB_COUNT_TUN_RX,
    LAB_COUNT_LINK,
    LAB_COUNT_QDISC, /* all queues, as tc shows them */
    LAB_COUNT_KERNEL,
};

struct lab_counters
{
    uint64_t client[LAB_COUNT_KERNEL];
    uint64_t server[LAB_COUNT_KERNEL];
    uint64_t router[LAB_COUNT_KERNEL];
    bool unknown[3]; /* client, server, router: on another machine */
};

/* Reads all. A namespace that is not there has zeroes; a queue that tc cannot show too. */
LAB_MUST_USE enum lab_err lab_counters_read(struct lab_loop *loop, const struct lab_topology *topology,
                                            struct lab_counters *counters, struct lab_why *why);

/* Adds the differences to values, with the names of results/SCHEMA.md. A counter of an interface that was
 * made anew meanwhile begins at zero. */
void lab_counters_add(const struct lab_counters *before, const struct lab_counters *after, json_t *values);

/* The same of the link from two accounts of linkemu (netns-lab/linkemu/report.h): link_up_octets on the wire, packets,
 * and what was lost there why. NULL: nobody knows. */
void lab_counters_add_link(const json_t *before, const json_t *after, json_t *values);

/* For tests: adds the dropped packets of all queues in the output of `tc -s -j qdisc show`. */
uint64_t lab_counters_qdiscs(const char *text);

#endif
