#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "net/tcp_private.h"
#include "wire/tcp_first.h"

/* Octets of several connections are read into one large buffer, each read behind
 * the last, and cut there into views of the packets. A frame that ends behind
 * the read is kept by its connection and put in front of the next one. */

/* ---- what is ready ---- */

static void note_ready(struct ov_tcp *t, struct ov_tcp_conn *conn, uint32_t events)
{
    conn->hung_up = conn->hung_up || (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
    conn->readable = conn->readable || conn->hung_up || (events & EPOLLIN) != 0;
    conn->writable = conn->writable || (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0;
    ov_tcp_conn_ready(t, conn);
}

/* Only marks: nothing is closed while events of this call are still to be looked at. */
static void harvest(struct ov_tcp *t)
{
    struct epoll_event events[OV_TCP_EVENTS];
    bool newcomers = false;
    int count = epoll_wait(t->epoll, events, OV_TCP_EVENTS, 0);
    for (int i = 0; i < count; i++)
    {
        if (events[i].data.ptr == NULL)
        {
            newcomers = true;
        }
        else if (events[i].data.ptr == t->settings.share)
        {
            ov_share_turn(t->settings.share);
        }
        else
        {
            note_ready(t, events[i].data.ptr, events[i].events);
        }
    }
    if (newcomers)
    {
        ov_tcp_accept(t);
    }
}

/* False: conn is gone. */
static bool finish_connect(struct ov_tcp *t, struct ov_tcp_conn *conn)
{
    int reason = 0;
    socklen_t len = sizeof reason;
    if (getsockopt(conn->fd, SOL_SOCKET, SO_ERROR, &reason, &len) != 0)
    {
        reason = errno;
    }
    if (reason != 0)
    {
        ov_tcp_conn_lose(t, conn, OV_ERR_IO, "%s", strerror(reason));
        return false;
    }
    conn->state = OV_TCP_OPEN;
    t->latest = conn;
    t->up_untold = true;
    return true;
}

/* False: conn is gone. */
static bool serve_writing(struct ov_tcp *t, struct ov_tcp_conn *conn)
{
    if (!conn->writable)
    {
        return true;
    }
    conn->writable = false;
    if (conn->state == OV_TCP_CONNECTING && !finish_connect(t, conn))
    {
        return false;
    }
    if (!ov_tcp_flush(t, conn))
    {
        return false;
    }
    if (conn->state == OV_TCP_LEAVING && conn->queue_len == 0)
    {
        ov_tcp_conn_lose(t, conn, OV_ERR_CLOSED, "given up");
        return false;
    }
    return true;
}

/* ---- reading ---- */

/* The rest of the buffer takes another read. */
static bool has_room(const struct ov_tcp *t)
{
    return OV_TCP_RX - t->rx_fill >= OV_TCP_CARRY + OV_TCP_READ;
}

static void read_failed(struct ov_tcp *t, struct ov_tcp_conn *conn, ssize_t got)
{
    if (got == 0)
    {
        ov_tcp_conn_lose(t, conn, OV_ERR_CLOSED, "closed by the peer");
    }
    else if (errno == EAGAIN || errno == EWOULDBLOCK)
    {
        conn->readable = false;
        ov_tcp_conn_unready(t, conn);
    }
    else
    {
        ov_tcp_conn_lose(t, conn, OV_ERR_CLOSED, "%s", strerror(errno));
    }
}

/* --port-share: is it ours, as far as the octets that have come say? Else it is given away with them. */
static bool is_ours(struct ov_tcp *t, struct ov_tcp_conn *conn, const struct ov_buf *in)
{
    if (t->settings.share == NULL || conn->is_ours)
    {
        return true;
    }
    const enum ov_tcp_first first = ov_tcp_first(ov_buf_data(in), in->len);
    conn->is_ours = first == OV_TCP_FIRST_OURS;
    if (first == OV_TCP_FIRST_FOREIGN)
    {
        const struct ov_addr from = conn->addr;
        ov_share_take(t->settings.share, ov_tcp_conn_release(t, conn), &from, ov_buf_data(in), in->len);
    }
    return first != OV_TCP_FIRST_FOREIGN;
}

/* Read from conn and begin to cut. */
static void read_some(struct ov_tcp *t, struct ov_tcp_conn *conn)
{
    struct ov_buf in = ov_buf_over(t->rx + t->rx_fill, OV_TCP_CARRY + OV_TCP_READ, OV_TCP_CARRY);
    ssize_t got;
    do
    {
        got = recv(conn->fd, ov_buf_data(&in), OV_TCP_READ, MSG_DONTWAIT);
    } while (got < 0 && errno == EINTR);
    if (got <= 0)
    {
        read_failed(t, conn, got);
        return;
    }
    ov_tcp_conn_unready(t, conn);
    /* A short read has emptied the socket: what comes later is told again. To
     * one that is leaving nobody listens: only its end is waited for. */
    conn->readable = (got == OV_TCP_READ && conn->state != OV_TCP_LEAVING) || conn->hung_up;
    if (conn->readable)
    {
        ov_tcp_conn_ready(t, conn); /* at the end: others are served in between */
    }
    if (conn->state == OV_TCP_LEAVING)
    {
        return;
    }
    t->link.stats.rx_calls++;
    in.len = (uint32_t)got;
    if (ov_tcp_deframer_carry(&conn->in, &in) == OV_OK && is_ours(t, conn, &in))
    {
        t->rx_fill += OV_TCP_CARRY + OV_TCP_READ;
        t->cut = conn;
        t->cut_in = in;
    }
}

/* ---- cutting ---- */

static void refuse_stream(struct ov_tcp *t, struct ov_tcp_conn *conn)
{
    const uint8_t *head = ov_buf_data(&t->cut_in);
    t->link.stats.rx_truncated++;
    ov_tcp_conn_lose(t, conn, OV_ERR_FORMAT, "Bad encapsulated packet length %u, 1 to %u are allowed",
                     (unsigned)head[0] << 8 | head[1], conn->in.max); /* [WP-FRM-004] */
}

/* The views keep the length field as headroom: a packet that is sealed again
 * for another client has its own length written there. */
static size_t cut_frames(struct ov_tcp *t, struct ov_datagram *dg, size_t n)
{
    struct ov_tcp_conn *conn = t->cut;
    size_t count = 0;
    while (count < n)
    {
        struct ov_buf view;
        enum ov_err err = ov_tcp_deframer_next(&conn->in, &t->cut_in, &view);
        if (err != OV_OK)
        {
            t->cut = NULL;
            if (err == OV_ERR_FORMAT)
            {
                refuse_stream(t, conn);
            }
            break;
        }
        dg[count++] = (struct ov_datagram){
            .buf = {view.mem - OV_TCP_FRAME_HEAD, view.len + OV_TCP_FRAME_HEAD, OV_TCP_FRAME_HEAD, view.len},
            .addr = conn->addr};
        t->link.stats.rx_octets += view.len;
    }
    t->link.stats.rx_datagrams += count;
    return count;
}

/* One turn of the first in the list. */
static void serve_first(struct ov_tcp *t)
{
    struct ov_tcp_conn *conn = TAILQ_FIRST(&t->ready);
    if (!serve_writing(t, conn))
    {
        return;
    }
    if (conn->readable && conn->state != OV_TCP_CONNECTING)
    {
        read_some(t, conn);
        return;
    }
    ov_tcp_conn_unready(t, conn);
}

bool ov_tcp_pending(const struct ov_link *link)
{
    const struct ov_tcp *t = (const struct ov_tcp *)link;
    return t->cut != NULL || !TAILQ_EMPTY(&t->ready);
}

size_t ov_tcp_receive(struct ov_link *link, struct ov_datagram *dg, size_t n)
{
    struct ov_tcp *t = ov_tcp_of(link);
    size_t count = 0;
    t->rx_fill = t->cut == NULL ? 0 : t->rx_fill;
    /* One busy connection alone needs no question who else is ready. */
    if (TAILQ_EMPTY(&t->ready) || t->count > 1 || t->listener >= 0 || t->queued > 0)
    {
        harvest(t);
    }
    while (count < n)
    {
        if (t->cut != NULL)
        {
            count += cut_frames(t, dg + count, n - count);
        }
        else if (!TAILQ_EMPTY(&t->ready) && has_room(t))
        {
            serve_first(t);
        }
        else
        {
            break;
        }
    }
    return count;
}
