#ifndef OV_TESTS_LIB_TCPRIG_H
#define OV_TESTS_LIB_TCPRIG_H

#include "net/tcp.h"

/* A TCP server's link on loopback, plain sockets that connect to it, and frames whose content says their number.
 * Waits are bounded: a test that gets nothing fails. */

#define OV_TCPRIG_UNCLAIMED 4u
#define OV_TCPRIG_WAIT_MS   2000

struct ov_tcprig
{
    struct ov_link *server;
    struct ov_addr addr; /* of the server */
    struct ov_now now;
    uint8_t stream[2000 * 800];
    uint8_t memory[64][2048];
};

/* The one of the running test. */
extern struct ov_tcprig *const rig;

struct ov_tcp_settings ov_tcprig_settings(uint8_t family);
/* Listen on the family's loopback address. */
void ov_tcprig_listen(const struct ov_tcp_settings *settings);
/* Set-up and tear-down of a test: an IPv4 server. */
int ov_tcprig_open(void **state);
int ov_tcprig_close(void **state);

/* A plain socket that has connected; own is its address. */
int ov_tcprig_dial(struct ov_addr *own);
void ov_tcprig_say(int fd, const void *data, size_t len);
/* Does link have something, within ms? */
bool ov_tcprig_readable(const struct ov_link *link, int ms);
/* The next batch; 0: nothing in time, or an event came first. */
size_t ov_tcprig_take(struct ov_link *link, struct ov_datagram *dg, size_t n);
struct ov_link_event ov_tcprig_event(struct ov_link *link);
/* Accept what has come; nothing of it speaks. */
void ov_tcprig_settle(struct ov_link *link);

/* Frame number i with its length field; returns octets. */
size_t ov_tcprig_put(uint8_t *out, uint32_t i);
/* Frames 0..count-1 into rig->stream. */
size_t ov_tcprig_put_many(uint32_t count);
void ov_tcprig_check(const struct ov_datagram *dg, uint32_t i, const struct ov_addr *from);

/* count packets to be sent to to, in rig->memory; octet i of each is its number, the first one the opcode. */
void ov_tcprig_packets(struct ov_datagram *dg, size_t count, uint32_t len, uint32_t headroom, uint8_t opcode,
                       const struct ov_addr *to);

#endif
