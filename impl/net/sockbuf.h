#ifndef OV_NET_SOCKBUF_H
#define OV_NET_SOCKBUF_H

#include <stdint.h>

/* Socket buffer sizes. A tunnel's bursts overrun the kernel's default of some
 * 200 kB: a third of the throughput is then lost to retransmissions. Receiving,
 * one stream at 5 Gbit/s still loses a train now and then with 1 MB, none with
 * 2; more than that, and more for sending, only adds delay. */
#define OV_SOCKBUF_DEFAULT_SEND    (1u << 20)
#define OV_SOCKBUF_DEFAULT_RECEIVE (2u << 20)

enum ov_sockbuf
{
    OV_SOCKBUF_SEND,
    OV_SOCKBUF_RECEIVE
};

/* Ask for octets, beyond the system's limit where CAP_NET_ADMIN allows it.
 * Returns what was granted, in the same sense as asked (the kernel's doubling
 * for its own bookkeeping taken off). */
uint32_t ov_sockbuf_set(int fd, enum ov_sockbuf which, uint32_t octets);

#endif
