#include "net/sockbuf.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

static const struct
{
    int set;
    int force;
} names[] = {
    [OV_SOCKBUF_SEND] = {SO_SNDBUF, SO_SNDBUFFORCE},
    [OV_SOCKBUF_RECEIVE] = {SO_RCVBUF, SO_RCVBUFFORCE},
};

uint32_t ov_sockbuf_for_peers(uint32_t peers)
{
    uint32_t wanted = peers < OV_SOCKBUF_MOST / OV_SOCKBUF_PEER ? peers * OV_SOCKBUF_PEER : OV_SOCKBUF_MOST;
    return wanted > OV_SOCKBUF_DEFAULT ? wanted : OV_SOCKBUF_DEFAULT;
}

struct ov_sockbuf_grant ov_sockbuf_ask(int fd, enum ov_sockbuf which, uint32_t octets,
                                       const struct ov_sockbuf_grant *before)
{
    /* The kernel doubles the value; beyond this it would overflow. */
    int size = octets > INT_MAX / 2 ? INT_MAX / 2 : (int)octets;
    struct ov_sockbuf_grant grant = {.asked = octets, .forced = true};
    if (setsockopt(fd, SOL_SOCKET, names[which].force, &size, sizeof size) != 0)
    {
        if (before != NULL && before->forced && octets > before->granted)
        {
            grant = *before;
            grant.asked = octets;
            return grant;
        }
        /* Without the capability the system's limit caps it silently; what was
         * granted is read back below, so a failure here shows there. */
        grant.forced = false;
        (void)setsockopt(fd, SOL_SOCKET, names[which].set, &size, sizeof size);
    }
    int granted = 0;
    socklen_t len = sizeof granted;
    if (getsockopt(fd, SOL_SOCKET, names[which].set, &granted, &len) == 0)
    {
        grant.granted = (uint32_t)granted / 2;
    }
    return grant;
}

uint32_t ov_sockbuf_set(int fd, enum ov_sockbuf which, uint32_t octets)
{
    return ov_sockbuf_ask(fd, which, octets, NULL).granted;
}
