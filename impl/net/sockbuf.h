#ifndef OV_NET_SOCKBUF_H
#define OV_NET_SOCKBUF_H

#include <stdbool.h>
#include <stdint.h>

/* Socket buffer sizes. A tunnel's bursts overrun the kernel's default of some
 * 200 kB: a third of the throughput is then lost to retransmissions, while
 * more than a few MB only adds delay. */
#define OV_SOCKBUF_DEFAULT (1u << 20)

enum ov_sockbuf
{
    OV_SOCKBUF_SEND,
    OV_SOCKBUF_RECEIVE
};

/* Of a server for n peers that the user gave no size: room for two trains of each, in the kernel's reckoning, and
 * never below the default. Trains that arrive together and find no room are dropped whole, which stops their
 * flow for a retransmission timeout while the others take its share. The upper end bounds the delay. */
#define OV_SOCKBUF_PEER (256u << 10)
#define OV_SOCKBUF_MOST (8u << 20)
uint32_t ov_sockbuf_for_peers(uint32_t peers);

/* What was asked for and what became of it; all-zero: nothing was, the kernel decides. */
struct ov_sockbuf_grant
{
    uint32_t asked;
    uint32_t granted;
    bool forced; /* beyond the system's limit, as CAP_NET_ADMIN allows */
};

/* As ov_sockbuf_set. before: what there is, NULL for a new socket. A process that has given up its rights can't
 * get again what was forced: then more is not asked for, it would become less. */
struct ov_sockbuf_grant ov_sockbuf_ask(int fd, enum ov_sockbuf which, uint32_t octets,
                                       const struct ov_sockbuf_grant *before);

/* Ask for octets, beyond the system's limit where CAP_NET_ADMIN allows it.
 * Returns what was granted, in the same sense as asked (the kernel's doubling
 * for its own bookkeeping taken off). */
uint32_t ov_sockbuf_set(int fd, enum ov_sockbuf which, uint32_t octets);

#endif
