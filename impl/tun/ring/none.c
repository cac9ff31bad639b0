#include <errno.h>
#include <stdio.h>

#include "tun/ring.h"

/* Built without liburing: there is no ring, so nothing but open is ever called. */

enum ov_err ov_ring_open(struct ov_ring **out, char text[static OV_TUN_TEXT])
{
    *out = NULL;
    (void)snprintf(text, OV_TUN_TEXT, "io_uring: this program was built without liburing");
    return OV_ERR_UNSUPPORTED;
}

size_t ov_ring_read(struct ov_ring *ring, int fd, struct ov_ring_read *reads, size_t n, int *why)
{
    (void)ring;
    (void)fd;
    (void)reads;
    (void)n;
    *why = ENOSYS;
    return 0;
}

void ov_ring_close(struct ov_ring *ring)
{
    (void)ring;
}
