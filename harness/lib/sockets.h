/* TCP sockets as `ss -tinHO` shows them: what held their senders back between two looks. */
#ifndef OV_LAB_SOCKETS_H
#define OV_LAB_SOCKETS_H

#include <stdbool.h>
#include <stdint.h>

struct lab_socket_share
{
    double window_percent; /* of the time between: the other end's window was closed */
    double buffer_percent; /* the sender's own buffer was full */
    double rtt_ms;         /* at the second look, smoothed */
    double rtt_least_ms;   /* the kernel's minimum; NaN: it does not tell */
};

/* Of the connection whose port (the remote one at the client's end, the local one at the server's) is this and that
 * sent most: before and after are both outputs, seconds lies between them. False: it is not in both. */
bool lab_sockets_between(const char *before, const char *after, bool at_client, uint16_t port, double seconds,
                         struct lab_socket_share *share);

#endif
