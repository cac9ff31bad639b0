#ifndef OV_TUN_RING_H
#define OV_TUN_RING_H

#include <stddef.h>

#include "base/err.h"
#include "tun/tun.h"

/* Several reads of one file in one system call, by io_uring. Nothing ever waits here: each read is answered before
 * the call returns. The variants are the files of ring/, of which the Makefile takes one: uring.c where liburing is
 * installed, else none.c, which refuses. */

/* Most reads of one call. */
#define OV_RING_MOST 32u

struct ov_ring;

struct ov_ring_read
{
    void *into;
    unsigned room;
    int result; /* octets, or an error number below 0; -EAGAIN: nothing there; -EOPNOTSUPP: not from such a file */
};

/* OV_ERR_UNSUPPORTED with one line in text: this kernel has no io_uring, or doesn't let this process have one. */
OV_MUST_USE enum ov_err ov_ring_open(struct ov_ring **out, char text[static OV_TUN_TEXT]);

/* All n of reads, n <= OV_RING_MOST, in array order; each gets its result. Returns how many were attempted: fewer
 * than n when the kernel refuses to go on, for the reason in *why (an error number). The rest was not touched, and
 * the ring is of no more use. */
size_t ov_ring_read(struct ov_ring *ring, int fd, struct ov_ring_read *reads, size_t n, int *why);

/* NULL is fine. */
void ov_ring_close(struct ov_ring *ring);

#endif
