#ifndef OV_NET_TCP_PRIVATE_H
#define OV_NET_TCP_PRIVATE_H

#include <sys/queue.h>
#include <sys/uio.h>

#include "net/link.h"
#include "net/tcp.h"
#include "wire/tcp_frame.h"

/* Shared by the files of the TCP variant only. */

#define OV_TCP_CARRY  (OV_TCP_FRAME_HEAD + OV_TCP_FRAME_MAX)
#define OV_TCP_READ   65536u                              /* asked for in one call */
#define OV_TCP_RX     (4u * (OV_TCP_CARRY + OV_TCP_READ)) /* several connections' reads in one batch */
#define OV_TCP_EVENTS 64u
#define OV_TCP_SPARE  65536u         /* room of the queue that only control packets may use */
#define OV_TCP_UNSENT (128u * 1024u) /* octets that the kernel keeps unsent at most */

enum ov_tcp_state
{
    OV_TCP_CONNECTING, /* client */
    OV_TCP_OPEN,
    OV_TCP_LEAVING, /* what waits is sent, then it is closed */
    OV_TCP_GONE     /* closed; the event waits */
};

struct ov_tcp_conn
{
    enum ov_tcp_state state;
    int fd;
    struct ov_addr addr;
    bool claimed;
    bool hung_up;  /* the peer sends no more: read to the end */
    bool readable; /* perhaps; in the list of ready ones */
    bool writable; /* the kernel said so; in the list of ready ones */
    bool is_ready; /* in the list */
    bool is_timed; /* in the list by time */
    bool is_ours;  /* its first octets were looked at */
    uint64_t until_ms;
    struct ov_tcp_conn *next; /* in its bucket */
    TAILQ_ENTRY(ov_tcp_conn) ready;
    TAILQ_ENTRY(ov_tcp_conn) timed;
    TAILQ_ENTRY(ov_tcp_conn) gone;
    enum ov_err err; /* why it is gone */
    char text[sizeof((struct ov_link_event *)0)->text];
    uint8_t *queue; /* queue_cap octets, NULL while nothing waits */
    uint32_t queue_at;
    uint32_t queue_len;
    uint64_t rate; /* octets/s that the peer takes; 0: not measured yet */
    uint64_t measured_ms;
    uint32_t unsent; /* octets that the kernel keeps unsent; 0: OV_TCP_UNSENT */
    struct ov_tcp_deframer in;
    uint8_t partial[]; /* of in: a frame that is not complete */
};

TAILQ_HEAD(ov_tcp_list, ov_tcp_conn);

struct ov_tcp
{
    struct ov_link link; /* first: the table's functions get its address */
    int epoll;           /* watches the rest, is watched by the program */
    int listener;        /* -1: client */
    bool listener_rests; /* out of file descriptors: not watched until rests_until_ms */
    uint64_t rests_until_ms;
    struct ov_tcp_settings settings;
    struct ov_now now;
    struct ov_tcp_conn **bucket;
    uint32_t mask;
    uint32_t count;             /* connections with a file */
    uint32_t claimed;           /* of them */
    uint32_t unclaimed;         /* server: of them, and not leaving */
    uint32_t queued;            /* of them: something waits to be sent */
    struct ov_tcp_conn *latest; /* found last; NULL: none */
    struct ov_tcp_list ready;   /* to be read or written */
    struct ov_tcp_list waiting; /* unclaimed, oldest first */
    struct ov_tcp_list leaving; /* oldest first */
    struct ov_tcp_list gone;    /* told by the next events */
    bool up_untold;
    uint32_t queue_cap;
    uint8_t *spare_queue;    /* of a connection whose queue has emptied; NULL: none */
    struct ov_tcp_conn *cut; /* the connection whose octets are being cut into frames; NULL: none */
    struct ov_buf cut_in;
    uint32_t rx_fill;
    struct iovec iov[2 * OV_LINK_BATCH];
    uint8_t heads[OV_LINK_BATCH][OV_TCP_FRAME_HEAD];
    struct ov_datagram *tx[OV_LINK_BATCH];
    uint8_t rx[OV_TCP_RX] __attribute__((aligned(64)));
};

static inline struct ov_tcp *ov_tcp_of(struct ov_link *link)
{
    return (struct ov_tcp *)link;
}

/* A socket, bound if that is wanted. On error *fd is -1 or open. */
OV_MUST_USE enum ov_err ov_tcp_socket(const struct ov_tcp_settings *settings, bool bound, int *fd,
                                      char *text);

/* ---- tcp_conn.c: connections and the lists they are in ---- */

/* fd is taken over. NULL: no memory or not watched; fd is closed then. */
struct ov_tcp_conn *ov_tcp_conn_new(struct ov_tcp *t, int fd, const struct ov_addr *addr,
                                    enum ov_tcp_state state);
struct ov_tcp_conn *ov_tcp_conn_find(struct ov_tcp *t, const struct ov_addr *addr);
/* Close it and tell why; conn is not to be used again. */
void ov_tcp_conn_lose(struct ov_tcp *t, struct ov_tcp_conn *conn, enum ov_err err, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Out of every list and freed; its file is the caller's now. */
int ov_tcp_conn_release(struct ov_tcp *t, struct ov_tcp_conn *conn);
void ov_tcp_conn_ready(struct ov_tcp *t, struct ov_tcp_conn *conn);
void ov_tcp_conn_unready(struct ov_tcp *t, struct ov_tcp_conn *conn);
bool ov_tcp_event(struct ov_link *link, struct ov_link_event *event);
void ov_tcp_claim(struct ov_link *link, const struct ov_addr *addr, bool used);
bool ov_tcp_full(const struct ov_link *link);
void ov_tcp_tick(struct ov_link *link, struct ov_now now);
uint64_t ov_tcp_deadline(const struct ov_link *link);
/* Everything, without telling. */
void ov_tcp_conns_free(struct ov_tcp *t);

/* ---- tcp_send.c ---- */

void ov_tcp_send(struct ov_link *link, struct ov_datagram *dg, size_t n);
/* Send what waits. False: conn is gone. */
bool ov_tcp_flush(struct ov_tcp *t, struct ov_tcp_conn *conn);
/* The queue's memory is not needed any more. */
void ov_tcp_queue_free(struct ov_tcp *t, struct ov_tcp_conn *conn);

/* ---- tcp_pace.c: how much waits in the kernel ---- */

/* Slow enough that what waits is bounded by time. */
static inline bool ov_tcp_paced(const struct ov_tcp_conn *conn)
{
    return conn->unsent > 0 && conn->unsent < OV_TCP_UNSENT;
}

/* Octets that a connection of so many octets/s keeps unsent. */
uint32_t ov_tcp_pace_unsent(uint64_t rate);
/* Look at the rate of conn, if it is time, and bound what waits if that is long. */
void ov_tcp_pace_measure(struct ov_tcp *t, struct ov_tcp_conn *conn);
/* conn may be written to now, if it is paced at most conn->unsent octets. False: the kernel will tell. */
bool ov_tcp_pace_open(struct ov_tcp *t, const struct ov_tcp_conn *conn);
uint32_t ov_tcp_room(const struct ov_link *link);

/* ---- tcp_receive.c ---- */

size_t ov_tcp_receive(struct ov_link *link, struct ov_datagram *dg, size_t n);
bool ov_tcp_pending(const struct ov_link *link);

/* ---- tcp_accept.c ---- */

/* Watch the listener, or let it rest. */
void ov_tcp_listener_watch(struct ov_tcp *t, bool on);
void ov_tcp_accept(struct ov_tcp *t);
/* What every connection's socket gets. */
void ov_tcp_socket_tune(const struct ov_tcp_settings *settings, int fd);

#endif
