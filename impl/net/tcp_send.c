#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "net/tcp_private.h"
#include "wire/opcode.h"

/* A batch for one connection leaves in one call, each packet behind its length
 * [WP-FRM-007]. What the kernel doesn't take is copied and waits: never half a
 * frame, and of data packets only so much. */

/* ---- the queue of a connection ---- */

void ov_tcp_queue_free(struct ov_tcp *t, struct ov_tcp_conn *conn)
{
    if (t->spare_queue == NULL)
    {
        t->spare_queue = conn->queue; /* the next one will need it soon */
    }
    else
    {
        free(conn->queue);
    }
    conn->queue = NULL;
    conn->queue_at = 0;
}

static bool queue_open(struct ov_tcp *t, struct ov_tcp_conn *conn)
{
    if (conn->queue == NULL)
    {
        conn->queue = t->spare_queue != NULL ? t->spare_queue : malloc(t->queue_cap);
        t->spare_queue = NULL;
        conn->queue_at = 0;
    }
    return conn->queue != NULL;
}

/* The caller has checked that there is room. */
static void queue_put(struct ov_tcp *t, struct ov_tcp_conn *conn, const void *data, uint32_t len)
{
    if (conn->queue_at + conn->queue_len + len > t->queue_cap)
    {
        memmove(conn->queue, conn->queue + conn->queue_at, conn->queue_len);
        conn->queue_at = 0;
    }
    memcpy(conn->queue + conn->queue_at + conn->queue_len, data, len);
    t->queued += conn->queue_len == 0 && len > 0;
    conn->queue_len += len;
    struct ov_link_stats *stats = &t->link.stats;
    stats->tx_waiting = stats->tx_waiting > conn->queue_len ? stats->tx_waiting : conn->queue_len;
}

/* True: the error only means "not now". */
static bool is_full(int reason)
{
    return reason == EAGAIN || reason == EWOULDBLOCK || reason == ENOBUFS;
}

bool ov_tcp_flush(struct ov_tcp *t, struct ov_tcp_conn *conn)
{
    while (conn->queue_len > 0)
    {
        ov_tcp_pace_measure(t, conn);
        if (!ov_tcp_pace_open(t, conn))
        {
            return true;
        }
        const bool cut = ov_tcp_paced(conn) && conn->queue_len > conn->unsent;
        ssize_t sent = send(conn->fd, conn->queue + conn->queue_at, cut ? conn->unsent : conn->queue_len,
                            MSG_DONTWAIT | MSG_NOSIGNAL);
        t->link.stats.tx_calls++;
        if (sent < 0 && errno == EINTR)
        {
            continue;
        }
        if (sent < 0 && !is_full(errno))
        {
            ov_tcp_conn_lose(t, conn, OV_ERR_CLOSED, "%s", strerror(errno));
            return false;
        }
        if (sent <= 0)
        {
            return true;
        }
        conn->queue_at += (uint32_t)sent;
        conn->queue_len -= (uint32_t)sent;
    }
    if (conn->queue != NULL)
    {
        t->queued--;
        ov_tcp_queue_free(t, conn);
    }
    return true;
}

/* ---- a batch ---- */

static void drop(struct ov_tcp *t, struct ov_datagram *dg, enum ov_err why)
{
    struct ov_link_stats *stats = &t->link.stats;
    if (why == OV_ERR_LIMIT)
    {
        stats->tx_full++;
    }
    else
    {
        stats->tx_errors++;
        stats->tx_errno = why == OV_ERR_NOSPACE ? EMSGSIZE : ENOTCONN;
    }
    ov_datagram_drop(dg, why);
}

/* One more packet behind what waits already. Control packets may use the room
 * that data packets must leave: without them the session would die. */
static void queue_packet(struct ov_tcp *t, struct ov_tcp_conn *conn, struct ov_datagram *dg)
{
    const uint32_t len = dg->buf.len;
    const uint8_t head[OV_TCP_FRAME_HEAD] = {(uint8_t)(len >> 8), (uint8_t)len};
    const bool is_data = ov_opcode_is_data(ov_opcode_of(ov_buf_data(&dg->buf)[0]));
    const uint32_t limit = is_data ? t->settings.queue_octets : t->queue_cap;
    if (conn->queue_len + OV_TCP_FRAME_HEAD + len > limit || !queue_open(t, conn))
    {
        drop(t, dg, OV_ERR_LIMIT);
        return;
    }
    queue_put(t, conn, head, sizeof head);
    queue_put(t, conn, ov_buf_data(&dg->buf), len);
    t->link.stats.tx_datagrams++;
    t->link.stats.tx_octets += len;
}

/* sent octets of the count packets are gone: count them, keep the rest. */
static void settle(struct ov_tcp *t, struct ov_tcp_conn *conn, size_t count, size_t sent)
{
    struct ov_link_stats *stats = &t->link.stats;
    size_t i = 0;
    for (; i < count && sent >= OV_TCP_FRAME_HEAD + t->tx[i]->buf.len; i++)
    {
        sent -= OV_TCP_FRAME_HEAD + t->tx[i]->buf.len;
        stats->tx_datagrams++;
        stats->tx_octets += t->tx[i]->buf.len;
    }
    if (i == count)
    {
        return;
    }
    if (sent > 0)
    {
        if (!queue_open(t, conn))
        {
            /* Half a frame is out and the rest can't be kept: the stream is broken. */
            ov_tcp_conn_lose(t, conn, OV_ERR_NOMEM, "no memory for what waits to be sent");
            for (; i < count; i++)
            {
                drop(t, t->tx[i], OV_ERR_LIMIT);
            }
            return;
        }
        struct ov_buf *buf = &t->tx[i]->buf;
        const uint8_t head[OV_TCP_FRAME_HEAD] = {(uint8_t)(buf->len >> 8), (uint8_t)buf->len};
        const uint32_t head_left = sent < OV_TCP_FRAME_HEAD ? OV_TCP_FRAME_HEAD - (uint32_t)sent : 0;
        const uint32_t gone = sent > OV_TCP_FRAME_HEAD ? (uint32_t)sent - OV_TCP_FRAME_HEAD : 0;
        queue_put(t, conn, head + OV_TCP_FRAME_HEAD - head_left, head_left);
        queue_put(t, conn, ov_buf_data(buf) + gone, buf->len - gone);
        stats->tx_datagrams++;
        stats->tx_octets += buf->len;
        i++;
    }
    for (; i < count; i++)
    {
        queue_packet(t, conn, t->tx[i]);
    }
}

static void drop_all(struct ov_tcp *t, size_t count, enum ov_err why)
{
    for (size_t i = 0; i < count; i++)
    {
        drop(t, t->tx[i], why);
    }
}

/* The length goes in front of the packet where there is room, so that both are
 * one piece; a packet that fills its view has its length beside it. At most so
 * many octets, but the first packet always. */
static size_t gather(struct ov_tcp *t, size_t count, uint32_t octets)
{
    size_t pieces = 0;
    uint32_t sum = 0;
    for (size_t i = 0; i < count; i++)
    {
        const struct ov_buf *buf = &t->tx[i]->buf;
        sum += OV_TCP_FRAME_HEAD + buf->len;
        if (i > 0 && sum > octets)
        {
            break;
        }
        const bool has_room = ov_buf_headroom(buf) >= OV_TCP_FRAME_HEAD;
        uint8_t *head = has_room ? ov_buf_data(buf) - OV_TCP_FRAME_HEAD : t->heads[i];
        head[0] = (uint8_t)(buf->len >> 8);
        head[1] = (uint8_t)buf->len;
        t->iov[pieces++] = (struct iovec){head, OV_TCP_FRAME_HEAD + (has_room ? buf->len : 0)};
        if (!has_room)
        {
            t->iov[pieces++] = (struct iovec){ov_buf_data(buf), buf->len};
        }
    }
    return pieces;
}

/* Not all was taken, or not all was offered: measure, and make sure that the kernel tells when there is room. */
static void wake_later(struct ov_tcp *t, struct ov_tcp_conn *conn)
{
    ov_tcp_pace_measure(t, conn);
    if (ov_tcp_paced(conn) && ov_tcp_pace_open(t, conn))
    {
        conn->writable = true;
        ov_tcp_conn_ready(t, conn);
    }
}

static void write_packets(struct ov_tcp *t, struct ov_tcp_conn *conn, size_t count)
{
    ov_tcp_pace_measure(t, conn);
    if (conn->queue_len > 0 || !ov_tcp_pace_open(t, conn))
    {
        settle(t, conn, count, 0);
        return;
    }
    const uint32_t most = ov_tcp_paced(conn) ? conn->unsent : UINT32_MAX;
    struct msghdr message = {.msg_iov = t->iov, .msg_iovlen = gather(t, count, most)};
    ssize_t sent;
    do
    {
        sent = sendmsg(conn->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
        t->link.stats.tx_calls++;
    } while (sent < 0 && errno == EINTR);
    if (sent < 0 && !is_full(errno))
    {
        ov_tcp_conn_lose(t, conn, OV_ERR_CLOSED, "%s", strerror(errno));
        drop_all(t, count, OV_ERR_ADDRESS);
        return;
    }
    settle(t, conn, count, sent > 0 ? (size_t)sent : 0);
    if (conn->state == OV_TCP_OPEN && conn->queue_len > 0)
    {
        wake_later(t, conn);
    }
}

/* May it be sent at all? */
static bool fits(struct ov_tcp *t, struct ov_datagram *dg)
{
    if (dg->buf.len > 0 && dg->buf.len <= OV_TCP_FRAME_MAX)
    {
        return true;
    }
    drop(t, dg,
         OV_ERR_NOSPACE); /* a length of 0, or one that no peer takes, ends the connection [WP-FRM-004] */
    return false;
}

/* Collect the packets for one connection that stand next to each other, from
 * *at on. Returns how many. */
static size_t collect(struct ov_tcp *t, struct ov_datagram *dg, size_t n, size_t *at)
{
    size_t count = 0;
    for (; *at < n && count < OV_LINK_BATCH; (*at)++)
    {
        struct ov_datagram *one = &dg[*at];
        if (one->fate != OV_FATE_LINK || !fits(t, one))
        {
            continue;
        }
        if (count > 0 && !ov_addr_equal(&one->addr, &t->tx[0]->addr))
        {
            break;
        }
        t->tx[count++] = one;
    }
    return count;
}

void ov_tcp_send(struct ov_link *link, struct ov_datagram *dg, size_t n)
{
    struct ov_tcp *t = ov_tcp_of(link);
    size_t at = 0;
    size_t count;
    while ((count = collect(t, dg, n, &at)) > 0)
    {
        struct ov_tcp_conn *conn = ov_tcp_conn_find(t, &t->tx[0]->addr);
        if (conn == NULL || conn->state != OV_TCP_OPEN)
        {
            drop_all(t, count, OV_ERR_ADDRESS);
            continue;
        }
        write_packets(t, conn, count);
    }
}
