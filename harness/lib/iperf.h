/* What `iperf3 -J` printed, as numbers. */
#ifndef OV_LAB_IPERF_H
#define OV_LAB_IPERF_H

#include "lib/err.h"

#include <stddef.h>
#include <stdint.h>

#define LAB_IPERF_MAX 128

/* Of a test both ways at once (--bidir), rates are the sums of the two. */
struct lab_iperf
{
    double seconds;
    double goodput_mbps; /* 10^6 bit/s of payload, as the receiver counted */
    double sent_mbps;    /* as the sender counted */
    int64_t retransmits; /* TCP segments sent again; -1 when the system does not tell */
    double cpu_local_percent;
    double cpu_remote_percent;
    size_t interval_count;
    double interval_mbps[LAB_IPERF_MAX]; /* per second, sender's or receiver's side as printed */
};

/* Of a test both ways (--bidir) the sums of both. LAB_ERR_FORMAT when it is not the whole output of a test; with iperf3's own words
 * when it reports an error. */
LAB_MUST_USE enum lab_err lab_iperf_parse(const char *text, struct lab_iperf *iperf, struct lab_why *why);

/* The rates per interval alone, of the output of either end (`iperf3 -s -J` prints one for each test).
 * LAB_ERR_FORMAT when there are none. Replaces those of iperf. */
LAB_MUST_USE enum lab_err lab_iperf_intervals(const char *text, struct lab_iperf *iperf, struct lab_why *why);

struct lab_iperf_udp
{
    double offered_mbps; /* as sent */
    double jitter_ms;
    int64_t packets;
    int64_t lost; /* by older versions with those that came late */
};

/* The same of a UDP test. */
LAB_MUST_USE enum lab_err lab_iperf_udp_parse(const char *text, struct lab_iperf_udp *udp,
                                              struct lab_why *why);

#endif
