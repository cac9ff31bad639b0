#ifndef OV_NET_UDP_H
#define OV_NET_UDP_H

#include <stdbool.h>

#include "base/err.h"
#include "net/link.h"
#include "options/config.h"

/* UDP by recvmmsg and sendmmsg: the plain path, one datagram one packet. */

struct ov_udp_settings
{
    uint8_t family;       /* 4 or 6; 6 is dual-stack: it carries IPv4 too */
    bool v6_only;         /* family 6: no IPv4 */
    bool bind;            /* false (nobind): the kernel chooses address and port */
    struct ov_addr local; /* with bind: family 0 is any address; port 0 lets the kernel choose */
    uint32_t sndbuf;      /* octets, 0: what sockbuf.h says */
    uint32_t rcvbuf;
    const char *device; /* network device to bind to; NULL: any */
    enum ov_mtu_disc mtu_disc;
    uint32_t mark;   /* SO_MARK of what is sent; 0: none */
    uint32_t batch;  /* datagrams a system call at most; 0: OV_LINK_BATCH */
    uint32_t packet; /* octets of the largest tunnel packet; 0: OV_BUF_PACKET */
    bool marks;      /* datagrams leave with the traffic class that they carry (tos) */
};

/* OV_ERR_IO with a one-line reason in text ("cannot bind UDP socket to
 * 192.0.2.1:1194: Address already in use"), OV_ERR_ARG if local is not of the
 * family, OV_ERR_NOMEM. */
OV_MUST_USE enum ov_err ov_udp_open(const struct ov_udp_settings *settings, struct ov_link **out,
                                    char text[static OV_LINK_TEXT]);

/* Datagrams that are gathered into trains at a time. */
#define OV_UDP_GSO_BATCH 128u

/* The same with segmentation offload (udp_gso.c): trains of datagrams of one
 * size travel as one. OV_ERR_UNSUPPORTED: this kernel has no UDP_SEGMENT or
 * UDP_GRO. Falls back to single datagrams by itself where a route refuses. */
OV_MUST_USE enum ov_err ov_udp_open_gso(const struct ov_udp_settings *settings, struct ov_link **out,
                                        char text[static OV_LINK_TEXT]);

/* Where the socket is bound: tests need the port the kernel chose. False if unbound or refused. */
bool ov_udp_local(const struct ov_link *link, struct ov_addr *out);

#endif
