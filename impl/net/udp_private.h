#ifndef OV_NET_UDP_PRIVATE_H
#define OV_NET_UDP_PRIVATE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "net/link.h"
#include "net/udp.h"

/* Shared by the files of the UDP variant only. */

/* Around a tunnel packet: room to work in, and what sealing added. */
#define OV_UDP_AROUND (OV_BUF_HEADROOM + OV_BUF_HEADROOM + OV_BUF_TAILROOM)

/* Everything a batch needs, allocated once with the socket. */
struct ov_udp
{
    struct ov_link link; /* first: the table's functions get its address */
    int fd;
    int family; /* AF_INET or AF_INET6 */
    bool bound;
    bool marks;        /* datagrams carry their traffic class */
    uint32_t batch;    /* datagrams a system call at most */
    uint32_t overflow; /* the kernel's counter, as of the latest control message; it wraps */

    struct mmsghdr rx[OV_LINK_BATCH];
    struct iovec rx_iov[OV_LINK_BATCH];
    struct sockaddr_storage rx_from[OV_LINK_BATCH];
    union
    {
        char octets[CMSG_SPACE(sizeof(uint32_t)) + CMSG_SPACE(sizeof(struct in6_pktinfo))];
        struct cmsghdr align;
    } rx_control[OV_LINK_BATCH];
    struct mmsghdr tx[OV_LINK_BATCH];
    struct iovec tx_iov[OV_LINK_BATCH];
    struct sockaddr_storage tx_to[OV_LINK_BATCH];
    union
    {
        char octets[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } tx_control[OV_LINK_BATCH];
    struct ov_datagram *tx_dg[OV_LINK_BATCH]; /* which datagram became message i */
    uint32_t slot_len;
    uint32_t datagram_max; /* of them for what is received */
    uint8_t *slots;        /* OV_LINK_BATCH; owned */
};

/* Set the parts of the message headers that never change. */
void ov_udp_prepare(struct ov_udp *udp);
size_t ov_udp_receive(struct ov_link *link, struct ov_datagram *dg, size_t n);
void ov_udp_send(struct ov_link *link, struct ov_datagram *dg, size_t n);
/* Make messages of the datagrams that are to be sent, from *at on; returns how many. Addresses that don't suit are
 * dropped and counted. */
size_t ov_udp_fill_messages(struct ov_udp *udp, struct ov_datagram *dg, size_t n, size_t *at);
/* Send messages 0 to count-1 of tx, which are those of the datagrams in tx_dg; what can't be sent is dropped and
 * counted. */
void ov_udp_send_messages(struct ov_udp *udp, size_t count);

/* Write the control message with the datagram's traffic class; returns the octets that it takes. */
size_t ov_udp_put_tos(void *room, const struct ov_datagram *dg);

/* A control message of a received datagram: how many the kernel dropped so far (SO_RXQ_OVFL). The kernel sends
 * none before it has dropped something. */
void ov_udp_take_overflow(struct ov_udp *udp, const struct cmsghdr *c);

/* Open the socket of udp, which is zeroed memory, and give it its table.
 * Errors as ov_udp_open; then only ops->close is allowed. */
OV_MUST_USE enum ov_err ov_udp_start(struct ov_udp *udp, const struct ov_link_ops *ops,
                                     const struct ov_udp_settings *settings, char text[static OV_LINK_TEXT]);
/* Make twin, which is zeroed memory, a second link over the same socket. Errors as the table's twin; then only
 * ops->close is allowed. */
OV_MUST_USE enum ov_err ov_udp_copy(const struct ov_udp *udp, struct ov_udp *twin);
int ov_udp_fd(const struct ov_link *link);
uint32_t ov_udp_buffer(struct ov_link *link, enum ov_sockbuf which, uint32_t octets);
struct ov_link_stats ov_udp_stats(const struct ov_link *link);
const char *ov_udp_describe(const struct ov_link *link, char text[static OV_LINK_TEXT]);
void ov_udp_close(struct ov_link *link);

#endif
