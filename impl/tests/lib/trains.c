#include "tests/lib/trains.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/sockaddr.h"
#include "net/udp.h"

static const struct ov_addr loopback4 = {.family = 4, .ip = {127, 0, 0, 1}};
static const struct ov_addr loopback6 = {.family = 6, .ip = {[15] = 1}};

static void open_peer(struct trains_peer *peer, const struct ov_addr *local)
{
    struct sockaddr_storage sa;
    int size = 1 << 20;
    int family = local->family == 4 ? AF_INET : AF_INET6;
    socklen_t len = ov_sockaddr_from_addr(local, family, &sa);
    peer->fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_true(peer->fd >= 0);
    assert_int_equal(bind(peer->fd, (struct sockaddr *)&sa, len), 0);
    if (setsockopt(peer->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) != 0)
    {
        (void)setsockopt(peer->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    }
    len = sizeof sa;
    assert_int_equal(getsockname(peer->fd, (struct sockaddr *)&sa, &len), 0);
    assert_true(ov_addr_from_sockaddr((struct sockaddr *)&sa, len, &peer->addr));
}

struct ov_link *trains_link(uint8_t family, uint32_t sndbuf, struct ov_addr *at)
{
    struct ov_udp_settings settings = {.family = family, .bind = true, .sndbuf = sndbuf};
    char text[OV_LINK_TEXT] = "";
    struct ov_link *link = NULL;
    if (ov_udp_open_gso(&settings, &link, text) != OV_OK)
    {
        fail_msg("%s", text);
    }
    assert_true(ov_udp_local(link, at));
    return link;
}

int trains_open(void **state)
{
    struct trains *t = calloc(1, sizeof *t);
    assert_non_null(t);
    *state = t;
    for (size_t i = 0; i < TRAINS_PEERS; i++)
    {
        open_peer(&t->peers[i], i < 2 ? &loopback4 : &loopback6);
    }
    return 0;
}

int trains_close(void **state)
{
    struct trains *t = *state;
    for (size_t i = 0; i < TRAINS_PEERS; i++)
    {
        (void)close(t->peers[i].fd);
    }
    free(t);
    return 0;
}

/* ---- batches ---- */

void trains_put(struct trains *t, size_t i, size_t peer, uint32_t len)
{
    assert_true(len <= TRAINS_LONG);
    for (uint32_t k = 0; k < len; k++)
    {
        t->memory[i][k] = (uint8_t)(i * 31 + k * 7 + (k >> 8));
    }
    t->dg[i] =
        (struct ov_datagram){.buf = ov_buf_over(t->memory[i], TRAINS_LONG, 0), .addr = t->peers[peer].addr};
    t->dg[i].buf.len = len;
    t->dg[i].fate = OV_FATE_LINK;
}

size_t trains_put_run(struct trains *t, size_t at, size_t count, size_t peer, uint32_t len)
{
    for (size_t i = 0; i < count; i++)
    {
        trains_put(t, at + i, peer, len);
    }
    return at + count;
}

/* Runs of one peer and of lengths that stay, fall, rise or jump, with members dropped in between. */
size_t trains_put_random(struct trains *t, struct ov_test_random *random)
{
    static const uint32_t lengths[] = {0, 1, 16, 17, 100, 500, 1400, 1450, 1600};
    size_t n = 1 + ov_test_below(random, ov_test_below(random, 4) == 0 ? TRAINS_MOST : 64);
    size_t peer = 0;
    uint32_t len = 0;
    uint32_t mode = 0;
    for (size_t i = 0; i < n; i++)
    {
        if (i == 0 || ov_test_below(random, 8) == 0)
        {
            peer = ov_test_below(random, TRAINS_PEERS);
            len = lengths[ov_test_below(random, 9)];
            mode = ov_test_below(random, 5);
        }
        len = mode == 1 && len > 0 ? len - 1 : mode == 2 ? len + 1 : len;
        trains_put(t, i, peer, mode == 3 ? lengths[ov_test_below(random, 9)] : len);
        if (ov_test_below(random, 6) == 0)
        {
            t->dg[i].fate = (uint8_t)ov_test_below(random, OV_FATE_DROPPED + 1);
        }
    }
    return n;
}

/* Every peer holds those of the batch that were sent to it, in their order, and nothing else. */
void trains_check_arrived(struct trains *t, size_t n)
{
    static uint8_t in[65536];
    for (size_t p = 0; p < TRAINS_PEERS; p++)
    {
        for (size_t i = 0; i < n; i++)
        {
            if (t->dg[i].fate == OV_FATE_LINK && ov_addr_equal(&t->dg[i].addr, &t->peers[p].addr))
            {
                ssize_t len = recv(t->peers[p].fd, in, sizeof in, 0);
                if (len != (ssize_t)t->dg[i].buf.len || memcmp(in, t->memory[i], (size_t)len) != 0)
                {
                    fail_msg("peer %zu got %zd octets for datagram %zu of %u", p, len, i, t->dg[i].buf.len);
                }
            }
        }
        assert_int_equal(recv(t->peers[p].fd, in, sizeof in, 0), -1);
        assert_int_equal(errno, EAGAIN);
    }
}

size_t trains_count(const struct trains *t, size_t n, uint8_t fate, uint8_t why)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
    {
        count += t->dg[i].fate == fate && t->dg[i].why == why;
    }
    return count;
}
