/* A socket in a namespace of the lab, for our own traffic through a tunnel. */
#ifndef OV_LAB_INNER_SOCKET_H
#define OV_LAB_INNER_SOCKET_H

#include "lib/err.h"

#include <stdbool.h>
#include <stdint.h>

struct lab_inner_socket
{
    const char *netns;
    const char *target; /* IPv4 address of the receiving end */
    uint16_t port;
    int type;    /* SOCK_DGRAM, SOCK_STREAM */
    bool server; /* bound to the target (and listening); else: a datagram socket is connected to it,
                  * a stream socket begins to connect and does not wait */
};

/* Large buffers for datagrams, so that what is lost is not lost here. -1 with the reason. */
int lab_inner_socket_open(const struct lab_inner_socket *wanted, struct lab_why *why);

#endif
