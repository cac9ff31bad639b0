#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "net/sockaddr.h"
#include "net/udp.h"
#include "tests/lib/trains.h"

/* Receiving trains over loopback from plain sockets that send with UDP_SEGMENT, or one by one. Numbers of rules are
 * those of the data path's correctness rules. */

#define QUEUE 600u

/* What is under way to the link, in order. */
struct sent
{
    const struct ov_addr *from;
    const uint8_t *data;
    uint32_t len;
};

static struct
{
    struct ov_link *link;
    struct ov_addr at;
    struct sent queue[QUEUE];
    size_t end; /* filled */
    size_t now; /* to be received next */
    uint64_t datagrams, octets, too_long;
    uint8_t octet[65536 + QUEUE]; /* what is sent is cut out of this */
} net;

static int start(void **state)
{
    memset(&net, 0, sizeof net);
    for (size_t i = 0; i < sizeof net.octet; i++)
    {
        net.octet[i] = (uint8_t)(i * 37 + (i >> 8));
    }
    net.link = trains_link(6, 0, &net.at);
    return trains_open(state);
}

static int stop(void **state)
{
    net.link->ops->close(net.link);
    return trains_close(state);
}

/* One message of total octets from this peer, in segments of size; size 0: a single datagram. */
static void transmit(struct trains *t, size_t peer, uint32_t size, uint32_t total)
{
    struct trains_peer *from = &t->peers[peer];
    struct ov_addr to = peer < 2 ? t->peers[0].addr : t->peers[2].addr; /* 127.0.0.1 or ::1 */
    struct sockaddr_storage sa;
    to.port = net.at.port;
    uint8_t *data = net.octet + net.end;
    struct iovec iov = {data, total};
    union
    {
        char octets[CMSG_SPACE(sizeof(uint16_t))];
        struct cmsghdr align;
    } control = {{0}};
    struct msghdr message = {.msg_name = &sa, .msg_iov = &iov, .msg_iovlen = 1};
    message.msg_namelen = ov_sockaddr_from_addr(&to, peer < 2 ? AF_INET : AF_INET6, &sa);
    if (size > 0)
    {
        uint16_t octets = (uint16_t)size;
        message.msg_control = control.octets;
        message.msg_controllen = sizeof control.octets;
        struct cmsghdr *c = CMSG_FIRSTHDR(&message);
        *c = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof octets), .cmsg_level = SOL_UDP, .cmsg_type = 103};
        memcpy(CMSG_DATA(c), &octets, sizeof octets);
    }
    assert_int_equal(sendmsg(from->fd, &message, 0), total);
    uint32_t at = 0;
    do
    {
        uint32_t len = size > 0 && total - at > size ? size : total - at;
        assert_true(net.end < QUEUE);
        net.queue[net.end++] = (struct sent){&from->addr, data + at, len};
        net.datagrams++;
        net.octets += len;
        net.too_long += len > OV_BUF_HEADROOM + OV_BUF_PACKET;
        at += len;
    } while (at < total);
}

/* Is this the next that should come? Those that are too long don't. */
static void check_next(const struct ov_datagram *dg)
{
    while (net.now < net.end && net.queue[net.now].len > OV_BUF_HEADROOM + OV_BUF_PACKET)
    {
        net.now++;
    }
    assert_true(net.now < net.end);
    const struct sent *want = &net.queue[net.now++];
    assert_int_equal(dg->fate, OV_FATE_NONE);
    assert_int_equal(dg->why, OV_OK);
    assert_int_equal(dg->buf.len, want->len);
    assert_memory_equal(ov_buf_data(&dg->buf), want->data, want->len);
    assert_true(ov_addr_equal(&dg->addr, want->from));
}

/* Receive until nothing is left, n at most at a time or, with random, as it says. */
static void receive_all(struct trains *t, size_t n, struct ov_test_random *random)
{
    for (;;)
    {
        size_t most = random != NULL ? 1 + ov_test_below(random, TRAINS_MOST) : n;
        bool was_pending = net.link->ops->pending(net.link);
        size_t count = net.link->ops->receive(net.link, t->dg, most);
        assert_true(count <= most);
        assert_true(count == most || !net.link->ops->pending(net.link));
        /* Sending leaves the views alone: a server turns packets round before it receives again. */
        struct ov_datagram out = {.buf = ov_buf_over(t->memory[0], 100, 0), .addr = t->peers[0].addr};
        out.fate = OV_FATE_LINK;
        out.buf.len = 100;
        net.link->ops->send(net.link, &out, 1);
        for (size_t i = 0; i < count; i++)
        {
            check_next(&t->dg[i]);
        }
        if (count == 0 && !was_pending)
        {
            break;
        }
    }
    while (net.now < net.end)
    {
        assert_true(net.queue[net.now++].len > OV_BUF_HEADROOM + OV_BUF_PACKET);
    }
    net.end = net.now = 0;
    struct ov_link_stats stats = net.link->ops->stats(net.link);
    assert_int_equal(stats.rx_datagrams, net.datagrams);
    assert_int_equal(stats.rx_octets, net.octets);
    assert_int_equal(stats.rx_truncated, net.too_long);
    assert_int_equal(stats.rx_errors + stats.rx_overflow, 0);
}

/* Rules 13 and 16: trains from several sources, with a shorter last one, between single datagrams. */
static void test_receive_is_as_plain(void **state)
{
    static const uint32_t sizes[] = {1, 20, 100, 500, 1400, 1450, 2048, 3000};
    struct trains *t = *state;
    struct ov_test_random random = {ov_test_seed(3)};
    for (int round = 0; round < 300; round++)
    {
        for (uint32_t left = 1 + ov_test_below(&random, 12); left > 0; left--)
        {
            uint32_t size = sizes[ov_test_below(&random, 8)];
            uint32_t most = 20000 / size < 40 ? 20000 / size : 40;
            uint32_t whole = ov_test_below(&random, most + 1);
            size_t peer = ov_test_below(&random, TRAINS_PEERS);
            if (whole < 2)
            {
                transmit(t, peer, 0, ov_test_below(&random, size + 1));
                continue;
            }
            transmit(t, peer, size, (whole - 1) * size + 1 + ov_test_below(&random, size));
        }
        receive_all(t, 0, &random);
    }
    assert_true(net.link->ops->stats(net.link).rx_calls < net.datagrams / 8);
}

/* Rule 13: a train is cut wherever the caller's array ends, and goes on there. */
static void test_array_ends_in_train(void **state)
{
    struct trains *t = *state;
    for (size_t n = 1; n <= 64; n++)
    {
        transmit(t, 0, 200, 64 * 200);
        transmit(t, 1, 100, 7 * 100 + 1);
        transmit(t, 2, 0, 10);
        receive_all(t, n, NULL);
    }
}

/* More trains wait than there are buffers; the longest train fills one. */
static void test_many_trains(void **state)
{
    struct trains *t = *state;
    for (size_t i = 0; i < 6; i++)
    {
        transmit(t, i % TRAINS_PEERS, 1400, 40 * 1400);
    }
    receive_all(t, 64, NULL);
    transmit(t, 0, 1030, 63 * 1030 + 600);
    receive_all(t, 64, NULL);
}

/* Peers that have no trains: the calls are shared by many datagrams all the same, and bulk is taken in small bites. */
static void test_many_singles(void **state)
{
    struct trains *t = *state;
    for (size_t i = 0; i < 100; i++)
    {
        transmit(t, i % TRAINS_PEERS, 0, 200 + i % 3);
    }
    receive_all(t, 64, NULL);
    assert_int_equal(net.link->ops->stats(net.link).rx_calls, 1 + 3);
    for (size_t i = 0; i < 6; i++)
    {
        transmit(t, i % TRAINS_PEERS, 1000, 40 * 1000);
    }
    receive_all(t, 64, NULL);
    transmit(t, 0, 1000, 2 * 1000);
    for (size_t i = 0; i < 3; i++)
    {
        transmit(t, i, 1000, 40 * 1000);
    }
    transmit(t, 0, 0, 10);
    receive_all(t, 64, NULL);
    assert_int_equal(net.link->ops->stats(net.link).rx_calls, 4 + 1 + 2);
}

/* An empty datagram is one like any other: what waits behind it comes, too. */
static void test_empty(void **state)
{
    static const uint32_t lengths[][6] = {{0}, {0, 0, 0, 0, 0, 0}, {5, 0, 5, 0, 0, 5}, {0, 7, 7, 7, 7, 0}};
    struct trains *t = *state;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
    {
        for (size_t n = 1; n < 8; n++)
        {
            for (size_t k = 0; k < 6; k++)
            {
                transmit(t, 0, 0, lengths[i][k]);
            }
            receive_all(t, n, NULL);
        }
    }
}

/* Those that are too long are counted, singly or in a train; the others come. */
static void test_too_long(void **state)
{
    struct trains *t = *state;
    transmit(t, 0, 0, 6000);
    transmit(t, 0, 0, 1);
    transmit(t, 0, 3000, 4 * 3000 + 5);
    transmit(t, 2, 3000, 4 * 3000);
    transmit(t, 1, 0, 2);
    receive_all(t, 3, NULL);
    assert_int_equal(net.link->ops->stats(net.link).rx_truncated, 9);
}

/* What one link of this kind sends another one gets: IPv4 and IPv6, members of all lengths. */
static void test_trains_to_trains(void **state)
{
    struct trains *t = *state;
    struct ov_addr at;
    struct ov_link *link = trains_link(6, 0, &at);
    struct ov_test_random random = {ov_test_seed(4)};
    struct trains *in = calloc(1, sizeof *in);
    assert_non_null(in);
    for (int round = 0; round < 200; round++)
    {
        struct ov_addr to = round % 2 == 0 ? t->peers[0].addr : t->peers[2].addr;
        to.port = net.at.port;
        size_t n = trains_put_random(t, &random);
        for (size_t i = 0; i < n; i++)
        {
            t->dg[i].addr = to;
        }
        link->ops->send(link, t->dg, n);
        size_t i = 0;
        size_t count;
        while ((count = net.link->ops->receive(net.link, in->dg, 64)) > 0)
        {
            for (size_t k = 0; k < count; k++, i++)
            {
                while (i < n && t->dg[i].fate != OV_FATE_LINK)
                {
                    i++;
                }
                assert_true(i < n);
                assert_int_equal(in->dg[k].buf.len, t->dg[i].buf.len);
                assert_memory_equal(ov_buf_data(&in->dg[k].buf), t->memory[i], t->dg[i].buf.len);
            }
        }
        while (i < n)
        {
            assert_int_not_equal(t->dg[i++].fate, OV_FATE_LINK);
        }
    }
    free(in);
    link->ops->close(link);
}

int main(void)
{
    struct ov_udp_settings settings = {.family = 6};
    struct ov_link *link = NULL;
    char text[OV_LINK_TEXT];
    if (ov_udp_open_gso(&settings, &link, text) != OV_OK)
    {
        printf("SKIP test_net_udp_gro: %s\n", text);
        return 0;
    }
    link->ops->close(link);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_receive_is_as_plain, start, stop),
        cmocka_unit_test_setup_teardown(test_array_ends_in_train, start, stop),
        cmocka_unit_test_setup_teardown(test_many_trains, start, stop),
        cmocka_unit_test_setup_teardown(test_many_singles, start, stop),
        cmocka_unit_test_setup_teardown(test_empty, start, stop),
        cmocka_unit_test_setup_teardown(test_too_long, start, stop),
        cmocka_unit_test_setup_teardown(test_trains_to_trains, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
