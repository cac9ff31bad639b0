/* What a profile did, counted: by the shim in its program, or by the tun proxy beside it. Safe for
 * threads. */
#ifndef OV_WINCOST_ACCOUNT_H
#define OV_WINCOST_ACCOUNT_H

#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>

/* In this order in the statistics file. */
enum wincost_count
{
    WINCOST_TUN_READS, /* calls that moved something; for the proxy: packets or super-packets */
    WINCOST_TUN_WRITES,
    WINCOST_SOCKET_SENDS, /* calls; for the proxy: datagrams that the packets of the device stand for */
    WINCOST_SOCKET_RECEIVES,
    WINCOST_BUSY_US,          /* of all calls together */
    WINCOST_DEPTH_WAITS,      /* writes that waited for the one before */
    WINCOST_DEPTH_WAIT_US,    /* how long */
    WINCOST_STALLED,          /* writes that stalled */
    WINCOST_THROTTLED,        /* datagrams that waited */
    WINCOST_TICKED,           /* waits that were made longer */
    WINCOST_BATCHES_CUT,      /* calls for several datagrams that moved one */
    WINCOST_OFFLOADS_REFUSED, /* socket options, messages, and offloads of the device */
    WINCOST_BUFFERS_REFUSED,  /* wishes of the program that were not obeyed */
    WINCOST_BUFFERS_SET,      /* by the profile */
    WINCOST_COUNTS
};

/* All-zero is a valid start. */
struct wincost_account
{
    atomic_uint_least64_t counts[WINCOST_COUNTS];
};

void wincost_count(struct wincost_account *account, enum wincost_count which, uint64_t by);

/* Lines of key=value. */
void wincost_account_print(struct wincost_account *account, FILE *file);

#endif
