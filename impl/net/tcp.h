#ifndef OV_NET_TCP_H
#define OV_NET_TCP_H

#include <stdbool.h>

#include "base/err.h"
#include "net/link.h"
#include "net/share.h"

/* TCP: packets behind their length on connections [WP-FRM-002]. A client's link
 * is one connection, a server's link a listener and any number of them. Reads
 * are large and cut in place, writes are whole batches at once. */

struct ov_tcp_settings
{
    uint8_t family;       /* 4 or 6; 6 is dual-stack for a server */
    bool v6_only;         /* family 6: no IPv4 */
    bool bind;            /* client: from local; a server always binds */
    struct ov_addr local; /* family 0 is any address; port 0 lets the kernel choose */
    uint32_t sndbuf;      /* octets, 0: as the kernel tunes it */
    uint32_t rcvbuf;
    const char *device;    /* network device to bind to; NULL: any */
    uint32_t mark;         /* SO_MARK of what is sent; 0: none */
    uint32_t frame_max;    /* longest packet received, 1..OV_TCP_FRAME_MAX [WP-FRM-004] */
    uint32_t queue_octets; /* what may wait for one slow peer before data packets are dropped */
    uint64_t seed;         /* random: against chosen collisions */

    /* server */
    uint32_t max_connections; /* at one time, claimed or not */
    uint32_t max_unclaimed;   /* at one time; the oldest goes */
    uint32_t unclaimed_ms;    /* how long a connection may stay without a session */
    struct ov_share *share;   /* gets connections that don't speak our protocol; NULL: they are closed */
};

/* Connect to remote; returns at once, an event says how it ended. OV_ERR_IO
 * with a one-line reason in text, OV_ERR_ARG (local is not of the family),
 * OV_ERR_NOMEM. */
OV_MUST_USE enum ov_err ov_tcp_connect(const struct ov_tcp_settings *settings, const struct ov_addr *remote,
                                       struct ov_link **out, char text[static OV_LINK_TEXT]);
/* A client's link over a connection that is made already; fd is taken over, on error too. peer is what its packets
 * are from. OV_ERR_IO, OV_ERR_NOMEM. */
OV_MUST_USE enum ov_err ov_tcp_adopt(const struct ov_tcp_settings *settings, int fd,
                                     const struct ov_addr *peer, struct ov_link **out,
                                     char text[static OV_LINK_TEXT]);
/* Listen on local. settings->share is taken over, on error too. Errors as above. */
OV_MUST_USE enum ov_err ov_tcp_listen(const struct ov_tcp_settings *settings, struct ov_link **out,
                                      char text[static OV_LINK_TEXT]);

/* Where the listener or the client's socket is bound. False if it isn't. */
bool ov_tcp_local(const struct ov_link *link, struct ov_addr *out);

#endif
