#ifndef OV_TESTS_TRAINS_H
#define OV_TESTS_TRAINS_H

#include <stdbool.h>

#include "base/datagram.h"
#include "net/link.h"
#include "tests/lib/octets.h"

/* Batches for a UDP link with trains, and the plain sockets they are sent to. A datagram to loopback is in the
 * receiver's buffer when the send call returns, so nothing here has to wait. Any failure fails the running test. */

#define TRAINS_PEERS 4u    /* 0 and 1 IPv4, 2 and 3 IPv6 */
#define TRAINS_MOST  130u  /* datagrams */
#define TRAINS_LONG  3000u /* octets of one */

struct trains_peer
{
    int fd;
    struct ov_addr addr;
};

struct trains
{
    struct trains_peer peers[TRAINS_PEERS];
    struct ov_datagram dg[TRAINS_MOST];
    uint8_t memory[TRAINS_MOST][TRAINS_LONG];
};

/* cmocka fixtures: *state is a struct trains. */
int trains_open(void **state);
int trains_close(void **state);

/* The link with trains, bound; family 6 is dual-stack. sndbuf 0: standard. */
struct ov_link *trains_link(uint8_t family, uint32_t sndbuf, struct ov_addr *at);

/* Datagram number i is for this peer and has this length; put_run: the next count ones, returns the one behind. */
void trains_put(struct trains *t, size_t i, size_t peer, uint32_t len);
size_t trains_put_run(struct trains *t, size_t at, size_t count, size_t peer, uint32_t len);
/* Runs of one peer and of lengths that stay, fall, rise or jump, with members dropped in between. Returns how many. */
size_t trains_put_random(struct trains *t, struct ov_test_random *random);

/* Every peer holds those of the n that are still OV_FATE_LINK and for it, in their order, and nothing else. */
void trains_check_arrived(struct trains *t, size_t n);
size_t trains_count(const struct trains *t, size_t n, uint8_t fate, uint8_t why);

#endif
