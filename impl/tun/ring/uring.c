#include <errno.h>
#include <liburing.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tun/ring.h"

/* Requests that must not wait (RWF_NOWAIT) are carried out by the call that hands them in, one behind the other:
 * so order is kept, the memory they name is only used during the call, and no answer is outstanding afterwards. */

struct ov_ring
{
    struct io_uring uring;
};

/* What would mend it, in brackets; empty where we don't know. */
static const char *advice(int error)
{
    switch (error)
    {
    case ENOSYS:
        return " (this kernel has none, or a seccomp filter hides it)";
    case EPERM:
    case EACCES:
        return " (forbidden by a seccomp filter or by the sysctl kernel.io_uring_disabled)";
    case ENOMEM:
        return " (is there a limit on locked memory?)";
    default:
        return "";
    }
}

enum ov_err ov_ring_open(struct ov_ring **out, char text[static OV_TUN_TEXT])
{
    *out = NULL;
    struct ov_ring *ring = calloc(1, sizeof *ring);
    const int err = ring == NULL ? -ENOMEM : io_uring_queue_init(OV_RING_MOST, &ring->uring, 0);
    if (err != 0)
    {
        (void)snprintf(text, OV_TUN_TEXT, "io_uring: %s%s", strerror(-err), advice(-err));
        free(ring);
        return OV_ERR_UNSUPPORTED;
    }
    *out = ring;
    return OV_OK;
}

/* Hand in what was prepared and collect the answers. Returns how many came. */
static size_t carry_out(struct ov_ring *ring, struct ov_ring_read *reads, size_t n, int *why)
{
    size_t done = 0;
    while (done < n)
    {
        const int submitted = io_uring_submit_and_wait(&ring->uring, 1);
        struct io_uring_cqe *cqe;
        unsigned head;
        unsigned answers = 0;
        io_uring_for_each_cqe(&ring->uring, head, cqe)
        {
            reads[cqe->user_data].result = cqe->res;
            answers++;
        }
        io_uring_cq_advance(&ring->uring, answers);
        done += answers;
        if (submitted < 0 && submitted != -EINTR)
        {
            *why = -submitted;
            break;
        }
    }
    return done;
}

size_t ov_ring_read(struct ov_ring *ring, int fd, struct ov_ring_read *reads, size_t n, int *why)
{
    n = n < OV_RING_MOST ? n : OV_RING_MOST;
    for (size_t i = 0; i < n; i++)
    {
        /* Never NULL: the queue is as long, and empty. */
        struct io_uring_sqe *sqe = io_uring_get_sqe(&ring->uring);
        io_uring_prep_read(sqe, fd, reads[i].into, reads[i].room, 0);
        sqe->rw_flags = RWF_NOWAIT;
        sqe->user_data = i;
    }
    return carry_out(ring, reads, n, why);
}

void ov_ring_close(struct ov_ring *ring)
{
    if (ring != NULL)
    {
        io_uring_queue_exit(&ring->uring);
        free(ring);
    }
}
