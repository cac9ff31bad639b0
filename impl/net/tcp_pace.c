#include <linux/tcp.h>

#include <netinet/in.h>
#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>

#include "net/tcp_private.h"

/* How much the kernel may hold unsent. On a fast connection two batches, which
 * keep it busy; on a slow one they would be a second of delay for whatever
 * stands behind them, so there it is a span of time at the rate the peer takes. */

#define PACE_MS     20u /* of what the connection carries */
#define MEASURE_MS  10u /* no more often */
#define LEAST       (8u * 1024u)
#define SOME        (16u * 1024u)         /* unsent: the connection is what it waits for */
#define FAST        (40u * 1000u * 1000u) /* octets/s: a device's queue of a window of TCP is no delay */
#define SMOOTH      4u                    /* the newest rate counts for one of so many */
#define LIMIT_SHIFT 3u                    /* told to the kernel when it differs by an eighth */

/* What the kernel has seen the peer take, octets/s, and how much it holds unsent. False: nothing yet. */
static bool look(int fd, uint64_t *rate, uint32_t *unsent)
{
    struct tcp_info info = {0};
    socklen_t len = sizeof info;
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0 ||
        len < offsetof(struct tcp_info, tcpi_delivery_rate) + sizeof info.tcpi_delivery_rate)
    {
        return false; /* older than Linux 4.9 */
    }
    *rate = info.tcpi_delivery_rate;
    *unsent = info.tcpi_notsent_bytes;
    return *rate > 0;
}

uint32_t ov_tcp_pace_unsent(uint64_t rate)
{
    const uint64_t octets = rate * PACE_MS / 1000;
    if (octets >= OV_TCP_UNSENT)
    {
        return OV_TCP_UNSENT;
    }
    return octets < LEAST ? LEAST : (uint32_t)octets;
}

void ov_tcp_pace_measure(struct ov_tcp *t, struct ov_tcp_conn *conn)
{
    uint64_t rate;
    uint32_t waits;
    if (conn->measured_ms > 0 && t->now.mono_ms - conn->measured_ms < MEASURE_MS)
    {
        return;
    }
    conn->measured_ms = t->now.mono_ms;
    if (!look(conn->fd, &rate, &waits))
    {
        return;
    }
    /* Who sends little is seen to be taken little of: that says nothing. */
    if (!ov_tcp_paced(conn) && conn->queue_len == 0 && waits < SOME)
    {
        conn->rate = 0;
        return;
    }
    conn->rate = conn->rate == 0 ? rate : (conn->rate * (SMOOTH - 1) + rate) / SMOOTH;
    if (!ov_tcp_paced(conn) && conn->queue_len == 0 && waits <= ov_tcp_pace_unsent(rate))
    {
        return;
    }
    const uint32_t now = ov_tcp_paced(conn) ? conn->unsent : OV_TCP_UNSENT;
    const uint32_t wanted = ov_tcp_pace_unsent(conn->rate);
    const uint32_t apart = wanted > now ? wanted - now : now - wanted;
    if (apart > now >> LIMIT_SHIFT || (wanted == OV_TCP_UNSENT && apart > 0))
    {
        int unsent = (int)wanted;
        (void)setsockopt(conn->fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
        conn->unsent = wanted;
    }
}

/* The kernel takes 64 kB into its last piece beyond what it should keep unsent,
 * so it is asked first. The question leaves a mark there: it will tell when there
 * is room, as if a write had been refused. */
bool ov_tcp_pace_open(struct ov_tcp *t, const struct ov_tcp_conn *conn)
{
    struct pollfd file = {.fd = conn->fd, .events = POLLOUT};
    if (!ov_tcp_paced(conn))
    {
        return true;
    }
    t->link.stats.tx_calls++;
    return poll(&file, 1, 0) != 0; /* an error shows when it is written to */
}

uint32_t ov_tcp_room(const struct ov_link *link)
{
    const struct ov_tcp *t = (const struct ov_tcp *)link;
    const struct ov_tcp_conn *conn = t->latest;
    if (t->claimed != 1 || conn == NULL || !conn->claimed)
    {
        return UINT32_MAX;
    }
    if (ov_tcp_paced(conn))
    {
        return conn->unsent;
    }
    return conn->rate > 0 && conn->rate < FAST ? OV_TCP_UNSENT : UINT32_MAX;
}
