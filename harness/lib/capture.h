/* Capture of the outer link, kept small: control packets whole, data packets only
 * their headers and only a sample of them.
 *
 * What is kept of data packets (P_DATA_V2 over UDP): packet-ids up to 1024, then
 * the first 64 of every 4096, by a filter in the kernel, so that order stays
 * checkable and a bulk transfer is not slowed down. On top of it a budget of
 * 2000 data packets a second, for formats whose packet-id the filter cannot see.
 *
 * The capture runs as a process of its own (`ovlab internal-capture`) in the
 * namespace of the interface; at its end it prints one JSON object of counts. */
#ifndef OV_LAB_CAPTURE_H
#define OV_LAB_CAPTURE_H

#include "lib/err.h"
#include "lib/loop.h"
#include "lib/proc.h"

#include <stdbool.h>
#include <stdint.h>

#define LAB_CAPTURE_SNAPLEN      2048 /* octets kept of a control packet */
#define LAB_CAPTURE_DATA_SNAPLEN 96   /* octets kept of a data packet */

struct lab_capture
{
    struct lab_proc proc;
    char counts_path[1024];
    uint64_t written;
    uint64_t omitted; /* data packets over the budget */
    uint64_t dropped; /* lost by the kernel for lack of room: the capture has holes */
};

/* Starts the process and waits until it captures. The capture must be cleared
 * after LAB_OK. LAB_ERR_EXITED with what it said, LAB_ERR_TIMEOUT. */
LAB_MUST_USE enum lab_err lab_capture_start(struct lab_loop *loop, struct lab_capture *capture,
                                            const char *self, const char *netns, const char *interface,
                                            uint16_t port, const char *pcap_path, const char *counts_path,
                                            struct lab_why *why);

/* Ends it, lets it write what is on its way, reads the counts, and clears it. */
LAB_MUST_USE enum lab_err lab_capture_stop(struct lab_capture *capture, struct lab_why *why);

void lab_capture_clear(struct lab_capture *capture);

/* The process itself: captures until TERM. Returns its exit status. */
int lab_capture_main(const char *interface, uint16_t port, const char *pcap_path);

/* Filter expression for a port. False when dst is too small. */
bool lab_capture_filter(char *dst, size_t size, uint16_t port);

#endif
