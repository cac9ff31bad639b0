/* What the interposed functions share: the profile, what is known of descriptors, the clock, the account.
 *
 *     LD_PRELOAD=build/libwincost.so WINCOST_PROFILE=FILE [WINCOST_STATS=FILE] PROGRAM ...
 *
 * Descriptors are known by the call that made them (socket, accept, TUNSETIFF), not by dup. Children do not
 * inherit the shim: it takes itself out of the environment. */
#ifndef OV_WINCOST_SHIM_H
#define OV_WINCOST_SHIM_H

#include "netns-lab/wincost/spend.h"

#define SHIM_FD_MAX 4096

enum shim_kind
{
    SHIM_OTHER,
    SHIM_TUN,
    SHIM_UDP,
};

extern struct wincost_meter shim_meter; /* its profile is read-only once the constructor has run */

/* The next definition of a function. Ends the program with a word if there is none. */
void *shim_next(const char *name);
#define SHIM_REAL(type, name)                                                                                \
    static __typeof__(type) real;                                                                            \
    real = real != NULL ? real : (__typeof__(type))shim_next(name)

enum shim_kind shim_kind_of(int fd);
void shim_kind_set(int fd, enum shim_kind kind);
void shim_count(enum wincost_count which, uint64_t by);

/* Cost of a call that is about to move a packet, and of one that has. Both keep errno. */
void shim_before_write(enum shim_kind kind);
void shim_after(enum shim_kind kind, bool write, long moved);

#endif
