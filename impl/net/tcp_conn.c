#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "net/tcp_private.h"

#define LEAVE_MS UINT64_C(2000) /* for the last packets of a connection that nobody needs any more */

static struct ov_tcp_conn **bucket_of(struct ov_tcp *t, const struct ov_addr *addr)
{
    return &t->bucket[ov_addr_hash(addr, t->settings.seed) & t->mask];
}

struct ov_tcp_conn *ov_tcp_conn_find(struct ov_tcp *t, const struct ov_addr *addr)
{
    struct ov_tcp_conn *conn = t->latest;
    if (conn != NULL && ov_addr_equal(&conn->addr, addr))
    {
        return conn; /* packets come in runs */
    }
    conn = *bucket_of(t, addr);
    while (conn != NULL && !ov_addr_equal(&conn->addr, addr))
    {
        conn = conn->next;
    }
    t->latest = conn != NULL ? conn : t->latest;
    return conn;
}

/* ---- lists ---- */

void ov_tcp_conn_ready(struct ov_tcp *t, struct ov_tcp_conn *conn)
{
    if (!conn->is_ready)
    {
        conn->is_ready = true;
        TAILQ_INSERT_TAIL(&t->ready, conn, ready);
    }
}

void ov_tcp_conn_unready(struct ov_tcp *t, struct ov_tcp_conn *conn)
{
    if (conn->is_ready)
    {
        conn->is_ready = false;
        TAILQ_REMOVE(&t->ready, conn, ready);
    }
}

static void untime(struct ov_tcp *t, struct ov_tcp_conn *conn)
{
    if (conn->is_timed)
    {
        struct ov_tcp_list *list = conn->state == OV_TCP_LEAVING ? &t->leaving : &t->waiting;
        conn->is_timed = false;
        TAILQ_REMOVE(list, conn, timed);
        t->unclaimed -= list == &t->waiting;
    }
}

/* Each list has one length of time: whoever comes last is due last. */
static void wait_for_claim(struct ov_tcp *t, struct ov_tcp_conn *conn)
{
    conn->until_ms = t->now.mono_ms + t->settings.unclaimed_ms;
    conn->is_timed = true;
    TAILQ_INSERT_TAIL(&t->waiting, conn, timed);
    t->unclaimed++;
}

static void leave(struct ov_tcp *t, struct ov_tcp_conn *conn)
{
    untime(t, conn);
    conn->state = OV_TCP_LEAVING;
    conn->until_ms = t->now.mono_ms + LEAVE_MS;
    conn->is_timed = true;
    TAILQ_INSERT_TAIL(&t->leaving, conn, timed);
}

/* ---- life ---- */

/* Edge-triggered, once for all: a busy connection then costs no calls to say
 * what is wanted of it. What came is remembered in the list of ready ones. */
static bool watch(struct ov_tcp *t, struct ov_tcp_conn *conn)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = conn};
    return epoll_ctl(t->epoll, EPOLL_CTL_ADD, conn->fd, &event) == 0;
}

struct ov_tcp_conn *ov_tcp_conn_new(struct ov_tcp *t, int fd, const struct ov_addr *addr,
                                    enum ov_tcp_state state)
{
    struct ov_tcp_conn *conn = calloc(1, sizeof *conn + OV_TCP_FRAME_HEAD + t->settings.frame_max + 1);
    if (conn == NULL)
    {
        (void)close(fd);
        return NULL;
    }
    conn->fd = fd;
    conn->addr = *addr;
    conn->state = state;
    ov_tcp_deframer_init(&conn->in, t->settings.frame_max, conn->partial);
    if (!watch(t, conn))
    {
        (void)close(fd);
        free(conn);
        return NULL;
    }
    struct ov_tcp_conn **bucket = bucket_of(t, addr);
    conn->next = *bucket;
    *bucket = conn;
    t->count++;
    if (t->listener >= 0)
    {
        wait_for_claim(t, conn);
    }
    else
    {
        conn->claimed = true;
        t->claimed++;
    }
    return conn;
}

/* Out of every list. */
static void unlink_conn(struct ov_tcp *t, struct ov_tcp_conn *conn)
{
    struct ov_tcp_conn **at = bucket_of(t, &conn->addr);
    while (*at != conn)
    {
        at = &(*at)->next;
    }
    *at = conn->next;
    untime(t, conn);
    ov_tcp_conn_unready(t, conn);
    t->latest = t->latest == conn ? NULL : t->latest;
    t->cut = t->cut == conn ? NULL : t->cut;
    t->queued -= conn->queue_len > 0;
    t->claimed -= conn->claimed;
    t->count--;
    conn->queue_len = 0;
    ov_tcp_queue_free(t, conn);
}

static void take_out(struct ov_tcp *t, struct ov_tcp_conn *conn)
{
    unlink_conn(t, conn);
    (void)close(conn->fd); /* ends the watch too */
    conn->fd = -1;
}

int ov_tcp_conn_release(struct ov_tcp *t, struct ov_tcp_conn *conn)
{
    const int fd = conn->fd;
    unlink_conn(t, conn);
    (void)epoll_ctl(t->epoll, EPOLL_CTL_DEL, fd, NULL);
    free(conn);
    return fd;
}

void ov_tcp_conn_lose(struct ov_tcp *t, struct ov_tcp_conn *conn, enum ov_err err, const char *format, ...)
{
    va_list args;
    bool silent = conn->state == OV_TCP_LEAVING; /* whoever gave it up knows */
    take_out(t, conn);
    if (silent)
    {
        free(conn);
        return;
    }
    va_start(args, format);
    (void)vsnprintf(conn->text, sizeof conn->text, format, args);
    va_end(args);
    conn->state = OV_TCP_GONE;
    conn->err = err;
    TAILQ_INSERT_TAIL(&t->gone, conn, gone);
}

void ov_tcp_conns_free(struct ov_tcp *t)
{
    struct ov_link_event event;
    for (uint32_t i = 0; t->bucket != NULL && i <= t->mask; i++)
    {
        while (t->bucket[i] != NULL)
        {
            ov_tcp_conn_lose(t, t->bucket[i], OV_ERR_CLOSED, "closed");
        }
    }
    while (ov_tcp_event(&t->link, &event))
    {
    }
    free(t->spare_queue);
    free(t->bucket);
}

/* ---- what the program sees ---- */

bool ov_tcp_event(struct ov_link *link, struct ov_link_event *event)
{
    struct ov_tcp *t = ov_tcp_of(link);
    struct ov_tcp_conn *conn = TAILQ_FIRST(&t->gone);
    if (t->up_untold)
    {
        t->up_untold = false;
        *event = (struct ov_link_event){.up = true,
                                        .addr = t->latest != NULL ? t->latest->addr : (struct ov_addr){0}};
        return true;
    }
    if (conn == NULL)
    {
        return false;
    }
    *event = (struct ov_link_event){.addr = conn->addr, .err = conn->err};
    (void)snprintf(event->text, sizeof event->text, "%s", conn->text);
    TAILQ_REMOVE(&t->gone, conn, gone);
    free(conn);
    return true;
}

void ov_tcp_claim(struct ov_link *link, const struct ov_addr *addr, bool used)
{
    struct ov_tcp *t = ov_tcp_of(link);
    struct ov_tcp_conn *conn = ov_tcp_conn_find(t, addr);
    if (conn == NULL || conn->state != OV_TCP_OPEN)
    {
        return;
    }
    t->claimed += (uint32_t)used - (uint32_t)conn->claimed;
    conn->claimed = used;
    if (used)
    {
        untime(t, conn);
        return;
    }
    leave(t, conn);
    if (conn->queue_len == 0)
    {
        ov_tcp_conn_lose(t, conn, OV_ERR_CLOSED, "given up");
    }
}

/* With several peers one that is slow must not hold up the others: its packets
 * are dropped instead when its queue is full. */
bool ov_tcp_full(const struct ov_link *link)
{
    const struct ov_tcp *t = (const struct ov_tcp *)link;
    return t->queued > 0 && t->claimed <= 1;
}

static void end_due(struct ov_tcp *t, struct ov_tcp_list *list, const char *why)
{
    struct ov_tcp_conn *conn;
    while ((conn = TAILQ_FIRST(list)) != NULL && conn->until_ms <= t->now.mono_ms)
    {
        ov_tcp_conn_lose(t, conn, OV_ERR_TIMEOUT, "%s", why);
    }
}

void ov_tcp_tick(struct ov_link *link, struct ov_now now)
{
    struct ov_tcp *t = ov_tcp_of(link);
    t->now = now;
    end_due(t, &t->waiting, "no session within the hand-window");
    end_due(t, &t->leaving, "");
    if (t->listener_rests && now.mono_ms >= t->rests_until_ms)
    {
        ov_tcp_listener_watch(t, true);
    }
}

uint64_t ov_tcp_deadline(const struct ov_link *link)
{
    const struct ov_tcp *t = (const struct ov_tcp *)link;
    uint64_t at = t->listener_rests ? t->rests_until_ms : OV_NEVER;
    if (!TAILQ_EMPTY(&t->gone) || t->up_untold)
    {
        return 0;
    }
    at = TAILQ_EMPTY(&t->waiting) ? at : ov_time_earlier(at, TAILQ_FIRST(&t->waiting)->until_ms);
    return TAILQ_EMPTY(&t->leaving) ? at : ov_time_earlier(at, TAILQ_FIRST(&t->leaving)->until_ms);
}
