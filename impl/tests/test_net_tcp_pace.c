/* What waits for a slow TCP peer, in the kernel and in the program, is bounded by what the peer takes in a span of time. */
#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/tcp_private.h"
#include "tests/lib/tcprig.h"
#include "wire/opcode.h"

static void test_octets(void **state)
{
    static const struct
    {
        uint64_t rate; /* octets/s */
        uint32_t unsent;
    } cases[] = {
        {0, 8192},         {125000, 8192},      {409600, 8192},
        {500000, 10000},   {1250000, 25000},    {6250000, 125000},
        {6553600, 131072}, {125000000, 131072}, {UINT64_C(1) << 50, 131072},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        assert_int_equal(ov_tcp_pace_unsent(cases[i].rate), cases[i].unsent);
    }
}

static int unsent_in_kernel(int fd)
{
    int octets = -1;
    assert_int_equal(ioctl(fd, SIOCOUTQNSD, &octets), 0);
    return octets;
}

/* The peer takes a little each turn, the program offers more than that whenever it isn't full: nothing is lost,
 * and never does more wait than half a span, a span and a batch. */
static void slow_peer(uint32_t span)
{
    struct ov_addr addr;
    struct ov_datagram dg[64];
    uint8_t some[2048];
    uint64_t in = 0;
    uint64_t out = 0;
    int small = 4096;
    int most = 0;
    int fd = tcprig_dial(&addr);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small), 0);
    tcprig_settle(tcprig_server);
    tcprig_server->ops->connections->claim(tcprig_server, &addr, true);
    assert_int_equal(tcprig_server->ops->connections->room(tcprig_server), UINT32_MAX);
    struct ov_tcp_conn *conn = ov_tcp_conn_find(ov_tcp_of(tcprig_server), &addr);
    assert_non_null(conn);
    int lowat = (int)span;
    assert_int_equal(setsockopt(conn->fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &lowat, sizeof lowat), 0);
    conn->unsent = span; /* as if it had been measured just now: the rig's clock stands still */
    conn->rate = span * UINT64_C(50);
    conn->measured_ms = tcprig_now.mono_ms;
    assert_int_equal(tcprig_server->ops->connections->room(tcprig_server), span);
    for (int turn = 0; turn < 400; turn++)
    {
        const size_t batch = span / 1402;
        if (!tcprig_server->ops->connections->full(tcprig_server))
        {
            tcprig_packets(dg, batch, 1400, 8, OV_OP_DATA_V2, &addr);
            tcprig_server->ops->send(tcprig_server, dg, batch);
            out += batch * 1402;
        }
        const int unsent = unsent_in_kernel(conn->fd);
        most = unsent > most ? unsent : most;
        ssize_t got = recv(fd, some, sizeof some, MSG_DONTWAIT);
        in += got > 0 ? (uint64_t)got : 0;
        assert_int_equal(tcprig_server->ops->receive(tcprig_server, dg, 64), 0);
    }
    const struct ov_link_stats stats = tcprig_server->ops->stats(tcprig_server);
    assert_int_equal(stats.tx_full, 0);
    assert_true(in > 0 && most > 0);
    assert_in_range(most, 1, span / 2 + span);
    assert_in_range(stats.tx_waiting, 1, span);
    /* All arrives in the end. */
    for (int idle = 0; in < out && idle < 1000;)
    {
        ssize_t got = recv(fd, some, sizeof some, MSG_DONTWAIT);
        in += got > 0 ? (uint64_t)got : 0;
        idle = got > 0 ? 0 : idle + 1;
        assert_int_equal(got <= 0 && tcprig_readable(tcprig_server, 1)
                             ? tcprig_server->ops->receive(tcprig_server, dg, 64)
                             : 0,
                         0);
    }
    assert_int_equal(in, out);
    (void)close(fd);
}

static void test_slow_peers(void **state)
{
    (void)state;
    slow_peer(8192);
    slow_peer(40000);
}

/* Measured for real: a connection whose peer takes all at once is not paced. */
static void test_fast_peer(void **state)
{
    struct ov_addr addr;
    struct ov_datagram dg[64];
    static uint8_t some[1 << 20];
    int fd = tcprig_dial(&addr);
    (void)state;
    tcprig_settle(tcprig_server);
    tcprig_server->ops->connections->claim(tcprig_server, &addr, true);
    struct ov_tcp_conn *conn = ov_tcp_conn_find(ov_tcp_of(tcprig_server), &addr);
    for (int turn = 0; turn < 3000; turn++)
    {
        tcprig_now.mono_ms++;
        tcprig_server->ops->connections->tick(tcprig_server, tcprig_now);
        if (!tcprig_server->ops->connections->full(tcprig_server))
        {
            tcprig_packets(dg, 64, 1400, 8, OV_OP_DATA_V2, &addr);
            tcprig_server->ops->send(tcprig_server, dg, 64);
        }
        if (turn % 4 == 3)
        {
            while (recv(fd, some, sizeof some, MSG_DONTWAIT) > 0)
            {
            }
        }
        assert_int_equal(tcprig_server->ops->receive(tcprig_server, dg, 64), 0);
    }
    assert_int_equal(tcprig_server->ops->connections->room(tcprig_server), UINT32_MAX);
    assert_false(ov_tcp_paced(conn));
    assert_int_equal(tcprig_server->ops->stats(tcprig_server).tx_full, 0);
    (void)close(fd);
}

/* Several peers: no one of them bounds what is read for the others. */
static void test_room_of_several(void **state)
{
    struct ov_addr addr[2];
    int fd[2] = {tcprig_dial(&addr[0]), tcprig_dial(&addr[1])};
    (void)state;
    tcprig_settle(tcprig_server);
    for (int i = 0; i < 2; i++)
    {
        tcprig_server->ops->connections->claim(tcprig_server, &addr[i], true);
        ov_tcp_conn_find(ov_tcp_of(tcprig_server), &addr[i])->unsent = 8192;
        assert_int_equal(tcprig_server->ops->connections->room(tcprig_server), i == 0 ? 8192 : UINT32_MAX);
    }
    (void)close(fd[0]);
    (void)close(fd[1]);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, tcprig_fresh, tcprig_done)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_octets),
        TEST(test_slow_peers),
        TEST(test_fast_peer),
        TEST(test_room_of_several),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
