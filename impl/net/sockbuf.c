#include "net/sockbuf.h"

#include <limits.h>
#include <stdbool.h>
#include <sys/socket.h>

static const struct
{
    int set;
    int force;
} names[] = {
    [OV_SOCKBUF_SEND] = {SO_SNDBUF, SO_SNDBUFFORCE},
    [OV_SOCKBUF_RECEIVE] = {SO_RCVBUF, SO_RCVBUFFORCE},
};

uint32_t ov_sockbuf_set(int fd, enum ov_sockbuf which, uint32_t octets)
{
    /* The kernel doubles the value; beyond this it would overflow. */
    int size = octets > INT_MAX / 2 ? INT_MAX / 2 : (int)octets;
    if (setsockopt(fd, SOL_SOCKET, names[which].force, &size, sizeof size) != 0)
    {
        /* Without the capability the system's limit caps it silently; what was
         * granted is read back below, so a failure here shows there. */
        (void)setsockopt(fd, SOL_SOCKET, names[which].set, &size, sizeof size);
    }
    int granted = 0;
    socklen_t len = sizeof granted;
    if (getsockopt(fd, SOL_SOCKET, names[which].set, &granted, &len) != 0)
    {
        return 0;
    }
    return (uint32_t)granted / 2;
}
