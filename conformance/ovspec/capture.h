/* Reads a capture file into flows. */
#ifndef OV_OVSPEC_CAPTURE_H
#define OV_OVSPEC_CAPTURE_H

#include "ovspec/flow.h"

struct ovs_error
{
    char text[256]; /* empty: no error */
};

__attribute__((format(printf, 2, 3))) void ovs_error_set(struct ovs_error *error, const char *format, ...);

struct ovs_capture
{
    struct ovs_flow_table table;
    int64_t start_ns;        /* time of the first frame */
    uint64_t frame_count;    /* all frames of the file */
    uint64_t fragment_count; /* IP fragments, skipped */
    uint64_t other_count;    /* neither UDP nor TCP over IP */
    uint64_t broken_count;   /* headers that make no sense, or that the snap length cut off */
};

/*
 * Reads a pcap or pcapng file with any time resolution that libpcap knows.
 * On false `error` says why: no such file, not a capture, an unsupported link
 * layer, cut short, or no memory. The capture must be cleared in every case.
 */
__attribute__((warn_unused_result)) bool ovs_capture_read(const char *path, struct ovs_capture *capture,
                                                          struct ovs_error *error);
void ovs_capture_clear(struct ovs_capture *capture);

#endif
