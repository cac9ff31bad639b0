/* What the interposed functions share: the profile, what is known of descriptors, the clock, the account.
 *
 *     LD_PRELOAD=build/libwincost.so WINCOST_PROFILE=FILE [WINCOST_STATS=FILE] PROGRAM ...
 *
 * Descriptors are known by the call that made them (socket, accept, TUNSETIFF), not by dup. Children do not
 * inherit the shim: it takes itself out of the environment. */
#ifndef OV_WINCOST_SHIM_H
#define OV_WINCOST_SHIM_H

#include "netns-lab/wincost/model.h"

#define SHIM_FD_MAX 4096

enum shim_kind
{
    SHIM_OTHER,
    SHIM_TUN,
    SHIM_UDP,
};

/* The account, in this order in the statistics file. */
enum shim_count
{
    SHIM_TUN_READS, /* calls that moved something */
    SHIM_TUN_WRITES,
    SHIM_SOCKET_SENDS,
    SHIM_SOCKET_RECEIVES,
    SHIM_BUSY_US,          /* of all calls together */
    SHIM_DEPTH_WAITS,      /* writes that waited for the one before */
    SHIM_DEPTH_US,         /* how long */
    SHIM_STALLS,           /* writes that stalled */
    SHIM_THROTTLED,        /* datagrams that waited */
    SHIM_TICKED,           /* waits that were made longer */
    SHIM_BATCHES_CUT,      /* calls for several datagrams that moved one */
    SHIM_OFFLOADS_REFUSED, /* socket options, messages and TUNSETOFFLOAD */
    SHIM_BUFFERS_REFUSED,  /* wishes of the program that were not obeyed */
    SHIM_BUFFERS_SET,      /* by the profile */
    SHIM_COUNTS
};

extern struct wincost_profile shim_profile; /* read-only once the constructor has run */

/* The next definition of a function. Ends the program with a word if there is none. */
void *shim_next(const char *name);
#define SHIM_REAL(type, name)                                                                                \
    static __typeof__(type) real;                                                                            \
    real = real != NULL ? real : (__typeof__(type))shim_next(name)

enum shim_kind shim_kind_of(int fd);
void shim_kind_set(int fd, enum shim_kind kind);
void shim_count(enum shim_count which, uint64_t by);
uint64_t shim_now_ns(void);

/* Cost of a call that is about to move a packet, and of one that has. Both keep errno. */
void shim_before_write(enum shim_kind kind);
void shim_after(enum shim_kind kind, bool write, long moved);

#endif
