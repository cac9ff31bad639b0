#include <errno.h>

#include "net/sockaddr.h"
#include "net/udp_private.h"

/* The data path: one system call moves up to OV_LINK_BATCH datagrams. */

void ov_udp_prepare(struct ov_udp *udp)
{
    for (size_t i = 0; i < OV_LINK_BATCH; i++)
    {
        udp->rx_iov[i].iov_base = udp->slots + i * udp->slot_len + OV_BUF_HEADROOM;
        udp->rx_iov[i].iov_len = udp->datagram_max;
        udp->rx[i].msg_hdr.msg_iov = &udp->rx_iov[i];
        udp->rx[i].msg_hdr.msg_iovlen = 1;
        udp->rx[i].msg_hdr.msg_name = &udp->rx_from[i];
        udp->tx[i].msg_hdr.msg_iov = &udp->tx_iov[i];
        udp->tx[i].msg_hdr.msg_iovlen = 1;
        udp->tx[i].msg_hdr.msg_name = &udp->tx_to[i];
    }
}

/* Datagram out of message i; false if it has to be dropped. */
static bool take_message(struct ov_udp *udp, size_t i, struct ov_datagram *dg)
{
    struct msghdr *header = &udp->rx[i].msg_hdr;
    struct ov_link_stats *stats = &udp->link.stats;
    stats->rx_datagrams++;
    stats->rx_octets += udp->rx[i].msg_len;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c != NULL; c = CMSG_NXTHDR(header, c))
    {
        ov_udp_take_overflow(udp, c);
    }
    if ((header->msg_flags & MSG_TRUNC) != 0)
    {
        stats->rx_truncated++;
        return false;
    }
    dg->buf = ov_buf_over(udp->slots + i * udp->slot_len, udp->slot_len, OV_BUF_HEADROOM);
    dg->buf.len = udp->rx[i].msg_len;
    dg->fate = OV_FATE_NONE;
    dg->why = OV_OK;
    return ov_addr_from_sockaddr((const struct sockaddr *)&udp->rx_from[i], header->msg_namelen, &dg->addr);
}

/* How many messages one call brought. An error that an earlier datagram left
 * on the socket (port unreachable) is counted, and doesn't hide what waits
 * behind it. */
static size_t call_receive(struct ov_udp *udp, size_t n)
{
    for (int attempt = 0; attempt < 4; attempt++)
    {
        int count = recvmmsg(udp->fd, udp->rx, (unsigned)n, MSG_DONTWAIT, NULL);
        if (count > 0)
        {
            udp->link.stats.rx_calls++;
            return (size_t)count;
        }
        if (count == 0 || errno == EAGAIN || errno == EWOULDBLOCK)
        {
            return 0;
        }
        if (errno != EINTR)
        {
            udp->link.stats.rx_errors++;
            udp->link.stats.rx_errno = errno;
        }
    }
    return 0;
}

size_t ov_udp_receive(struct ov_link *link, struct ov_datagram *dg, size_t n)
{
    struct ov_udp *udp = (struct ov_udp *)link;
    n = n < udp->batch ? n : udp->batch;
    for (size_t i = 0; i < n; i++)
    {
        udp->rx[i].msg_hdr.msg_namelen = sizeof udp->rx_from[i];
        udp->rx[i].msg_hdr.msg_control = udp->rx_control[i].octets;
        udp->rx[i].msg_hdr.msg_controllen = sizeof udp->rx_control[i].octets;
    }
    size_t count = call_receive(udp, n);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
    {
        kept += take_message(udp, i, &dg[kept]);
    }
    return kept;
}

/* Fill messages from the datagrams that are to be sent, starting at *at. */
size_t ov_udp_fill_messages(struct ov_udp *udp, struct ov_datagram *dg, size_t n, size_t *at)
{
    size_t count = 0;
    for (; *at < n && count < udp->batch; (*at)++)
    {
        struct ov_datagram *one = &dg[*at];
        if (one->fate != OV_FATE_LINK)
        {
            continue;
        }
        socklen_t len =
            one->addr.family == 0 ? 0 : ov_sockaddr_from_addr(&one->addr, udp->family, &udp->tx_to[count]);
        if (len == 0)
        {
            udp->link.stats.tx_errors++;
            udp->link.stats.tx_errno = EAFNOSUPPORT;
            ov_datagram_drop(one, OV_ERR_ADDRESS);
            continue;
        }
        udp->tx[count].msg_hdr.msg_namelen = len;
        udp->tx_iov[count].iov_base = ov_buf_data(&one->buf);
        udp->tx_iov[count].iov_len = one->buf.len;
        if (udp->marks)
        {
            udp->tx[count].msg_hdr.msg_control = udp->tx_control[count].octets;
            udp->tx[count].msg_hdr.msg_controllen = ov_udp_put_tos(udp->tx_control[count].octets, one);
        }
        udp->tx_dg[count++] = one;
    }
    return count;
}

/* The first unsent message was refused for this reason: how many of the count left
 * are given up. A full buffer stays full for the rest of this batch. */
static size_t give_up(struct ov_udp *udp, size_t first, size_t count, int reason)
{
    struct ov_link_stats *stats = &udp->link.stats;
    if (reason == EAGAIN || reason == EWOULDBLOCK || reason == ENOBUFS)
    {
        stats->tx_full += count;
        for (size_t i = 0; i < count; i++)
        {
            ov_datagram_drop(udp->tx_dg[first + i], OV_ERR_LIMIT);
        }
        return count;
    }
    if (reason == EMSGSIZE)
    {
        stats->tx_too_big++;
        ov_datagram_drop(udp->tx_dg[first], OV_ERR_NOSPACE);
        return 1;
    }
    stats->tx_errors++;
    stats->tx_errno = reason;
    ov_datagram_drop(udp->tx_dg[first], OV_ERR_IO);
    return 1;
}

/* sendmmsg reports an error only for its first message, and drops it silently
 * for a later one: so go on behind what was sent until all are dealt with. */
void ov_udp_send_messages(struct ov_udp *udp, size_t count)
{
    size_t done = 0;
    int interrupted = 0;
    while (done < count)
    {
        int sent = sendmmsg(udp->fd, udp->tx + done, (unsigned)(count - done), MSG_DONTWAIT);
        udp->link.stats.tx_calls++;
        if (sent < 0 && errno == EINTR && interrupted++ < 4)
        {
            continue;
        }
        if (sent <= 0)
        {
            done += give_up(udp, done, count - done, sent < 0 ? errno : 0);
            continue;
        }
        for (int i = 0; i < sent; i++)
        {
            udp->link.stats.tx_octets += udp->tx[done + (size_t)i].msg_len;
        }
        udp->link.stats.tx_datagrams += (uint64_t)sent;
        done += (size_t)sent;
    }
}

void ov_udp_send(struct ov_link *link, struct ov_datagram *dg, size_t n)
{
    struct ov_udp *udp = (struct ov_udp *)link;
    for (size_t at = 0; at < n;)
    {
        ov_udp_send_messages(udp, ov_udp_fill_messages(udp, dg, n, &at));
    }
}
