/* Sends a stream of probe packets from one namespace into another and notes what arrives: one thread, two
 * sockets, one clock. */
#ifndef OV_LINKPROBE_WIRE_H
#define OV_LINKPROBE_WIRE_H

#include "netns-lab/linkemu/why.h"
#include "netns-lab/linkprobe/tally.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

struct probe_wire
{
    int from_fd;
    int to_fd;
    uint32_t run; /* marks this probe's packets */
};

/* A socket in each namespace (of /run/netns; NULL: this one), the first connected to the second. */
bool probe_wire_open(struct probe_wire *wire, const char *from_ns, const char *from, const char *to_ns,
                     const char *to, struct emu_why *why);
void probe_wire_close(struct probe_wire *wire);

struct probe_stream
{
    enum probe_stage stage;
    uint32_t count;
    uint32_t size;
    uint32_t train; /* packets handed to the kernel at once, as one super-packet */
    uint64_t train_ns;
    uint64_t settle_ns;
    bool ect; /* they can carry a congestion mark */

    /* What came of it. */
    uint32_t marked;
    double seconds; /* from the first to the last train */
};

/* Sends it all and waits until nothing is on its way. */
bool probe_wire_run(struct probe_wire *wire, struct probe_stream *stream, struct probe_tally *tally,
                    struct emu_why *why);

/* Sends packets that must not be cut: count that fit and count that are one octet larger; tells how many of
 * each arrived, and the size that the router named. Forgets what the namespace learnt of the path. */
struct probe_fit
{
    uint32_t size;
    uint32_t count;
    uint64_t settle_ns;
    uint32_t fit_arrived;
    uint32_t unfit_arrived;
    uint32_t told_mtu;
};

bool probe_wire_fit(struct probe_wire *wire, struct probe_fit *fit, const char *from_ns, struct emu_why *why);

#endif
