#ifndef OV_TESTS_TCPRIG_H
#define OV_TESTS_TCPRIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time.h"
#include "net/tcp.h"
#include "wire/tcp_frame.h"

/* A TCP link as server on loopback, and plain sockets that talk to it. */

#define UNCLAIMED 4u
#define MOST      40u
#define QUEUE     (64u * 2050u)
#define WAIT_MS   2000

extern struct ov_link *tcprig_server;
extern struct ov_addr tcprig_server_addr;
extern struct ov_now tcprig_now;
extern const struct ov_addr tcprig_loopback4;
extern const struct ov_addr tcprig_loopback6;
extern uint8_t tcprig_stream[2000 * 800]; /* what put_frames wrote */

struct ov_tcp_settings tcprig_settings(uint8_t family);
void tcprig_open(const struct ov_tcp_settings *settings);
int tcprig_fresh(void **state); /* cmocka's setup and teardown */
int tcprig_done(void **state);

/* A plain socket that has connected to the server. */
int tcprig_dial(struct ov_addr *own);
void tcprig_say(int fd, const void *data, size_t len);
void tcprig_hear(int fd, uint8_t *out, size_t len);

bool tcprig_readable(const struct ov_link *link, int ms);
/* The next batch, waiting for it; 0: nothing in time, or an event came first. */
size_t tcprig_take(struct ov_link *link, struct ov_datagram *dg, size_t n);
struct ov_link_event tcprig_take_event(struct ov_link *link);
/* Accept what has come; nothing of it speaks. */
void tcprig_settle(struct ov_link *link);

/* Frame number i: its length and content follow from i. */
uint32_t tcprig_frame_len(uint32_t i);
size_t tcprig_put_frame(uint8_t *out, uint32_t i);
size_t tcprig_put_frames(uint32_t count);
void tcprig_check_frame(const struct ov_datagram *dg, uint32_t i, const struct ov_addr *from);
/* Packets to be sent to an address; at most 64. */
void tcprig_packets(struct ov_datagram *dg, size_t count, uint32_t len, uint32_t headroom, uint8_t opcode,
                    const struct ov_addr *to);

#endif
