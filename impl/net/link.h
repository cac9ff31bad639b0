#ifndef OV_NET_LINK_H
#define OV_NET_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/datagram.h"
#include "base/time.h"
#include "net/sockbuf.h"

/* What carries datagrams to peers. A variant is a file beside this one that
 * exports one constant table; the program above sees only the table. */

/* Most datagrams one receive or send handles. */
#define OV_LINK_BATCH 64u

/* A link that sends trains, datagrams of one size as one, puts at most so much
 * into one: below the limit of a UDP datagram with its headers. */
#define OV_LINK_TRAIN_OCTETS   65000u
#define OV_LINK_TRAIN_SEGMENTS 64u

/* Counted since the link was opened; octets are payload of the transport. */
struct ov_link_stats
{
    uint64_t rx_datagrams;
    uint64_t rx_octets;
    uint64_t rx_calls;     /* system calls that brought something */
    uint64_t rx_truncated; /* dropped: longer than a receive slot */
    uint64_t rx_errors;    /* calls that failed for another reason than "nothing there" */
    uint64_t rx_overflow; /* dropped by the kernel, as SO_RXQ_OVFL counts: the receive buffer was full, or the
                              checksum wrong; a train counts once */
    uint64_t tx_datagrams;
    uint64_t tx_octets;
    uint64_t tx_calls;
    uint64_t tx_waiting;     /* most octets that ever waited here for one peer */
    uint64_t tx_full;        /* dropped: the send buffer was full; the newest go first */
    uint64_t tx_too_big;     /* dropped: larger than the path takes */
    uint64_t tx_errors;      /* dropped: any other refusal; tx_errno is the latest reason */
    bool shares;             /* --port-share: the next two count */
    uint64_t shared;         /* connections given to another server */
    uint64_t shared_refused; /* closed instead: too many, or it wasn't there */
    int tx_errno;
    int rx_errno; /* latest reason of rx_errors */
};

struct ov_link
{
    const struct ov_link_ops *ops;
    struct ov_link_stats stats;        /* rx_overflow: as of the latest datagram; ops->stats has today's */
    struct ov_sockbuf_grant buffer[2]; /* by enum ov_sockbuf */
};

/* "udp4 0.0.0.0:1194 (sndbuf 1048576, rcvbuf 1048576)" */
#define OV_LINK_TEXT 160

/* A connection came up, or is gone. */
struct ov_link_event
{
    bool up; /* only told of a connection that was asked for */
    struct ov_addr addr;
    /* Gone: OV_ERR_CLOSED by the peer, OV_ERR_FORMAT not our protocol, OV_ERR_TIMEOUT
     * or OV_ERR_LIMIT nobody claimed it, OV_ERR_IO not connected. */
    enum ov_err err;
    char text[112]; /* gone: why, one line */
};

/* What a link that consists of connections (TCP) has besides. There each address
 * is one connection, which keeps order and loses nothing. */
struct ov_link_connections
{
    /* The next one; false: none. Those of a connection come behind its last
     * datagrams, and before any of a new connection from the same address. */
    bool (*event)(struct ov_link *link, struct ov_link_event *event);
    /* used: a session lives on this connection. One that nobody has claimed is
     * closed when its time is up, or when there are too many of its kind; one
     * that is given up (used false) when what waits has been sent. */
    void (*claim)(struct ov_link *link, const struct ov_addr *addr, bool used);
    /* What was sent still waits here, and it is all for one peer: reading more
     * from the tun device would only lose it. */
    bool (*full)(const struct ov_link *link);
    /* It is all for one peer, which takes little: octets that are read from the tun device at once at most, since
     * they would wait here. UINT32_MAX: as many as there are. */
    uint32_t (*room)(const struct ov_link *link);
    /* Time passes: to be called on every wake-up, and when the deadline (mono_ms) is reached. */
    void (*tick)(struct ov_link *link, struct ov_now now);
    uint64_t (*deadline)(const struct ov_link *link);
};

struct ov_link_ops
{
    const char *name;                              /* "udp" */
    const struct ov_link_connections *connections; /* NULL: single datagrams */

    /* At most n datagrams that wait, oldest first; never blocks. The link owns
     * the memory that the views lie in; they are valid until the next receive.
     * Each has addr set and fate OV_FATE_NONE; a view may have no head- and
     * tailroom, its neighbours lie there. Fewer than n and not pending: go back
     * to waiting for fd. */
    size_t (*receive)(struct ov_link *link, struct ov_datagram *dg, size_t n);

    /* Send those of the n whose fate is OV_FATE_LINK, in array order, each to
     * its addr; the others are passed over. Never blocks. One that couldn't be
     * sent becomes OV_FATE_DROPPED with OV_ERR_LIMIT (send buffer full),
     * OV_ERR_NOSPACE (too big for the path), OV_ERR_ADDRESS (the address is not
     * of this link's family, or not connected) or OV_ERR_IO, and is counted. */
    void (*send)(struct ov_link *link, struct ov_datagram *dg, size_t n);

    /* Something waits here that fd no longer shows: receive again before waiting for fd. */
    bool (*pending)(const struct ov_link *link);
    /* Readable when receive has something. */
    int (*fd)(const struct ov_link *link);
    /* Ask for a buffer of that many octets; returns what was granted, as ov_sockbuf_set. */
    uint32_t (*buffer)(struct ov_link *link, enum ov_sockbuf which, uint32_t octets);
    /* A copy of the counters, the kernel's included. */
    struct ov_link_stats (*stats)(const struct ov_link *link);
    /* One line for the log. Returns text. */
    const char *(*describe)(const struct ov_link *link, char text[static OV_LINK_TEXT]);
    /* A second link over the same socket, with memory of its own, for a thread that sends. OV_ERR_NOMEM, OV_ERR_IO;
     * NULL: this kind of link can't be in two threads. */
    enum ov_err (*twin)(const struct ov_link *link, struct ov_link **out);
    /* Frees the link. NULL is fine. */
    void (*close)(struct ov_link *link);
};

#endif
