/* The TCP link over loopback: batches, a slow peer, a peer that is given up. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/sockaddr.h"
#include "tests/lib/tcprig.h"
#include "wire/opcode.h"

/* With and without room for the length in front, some of the batch for others or not to be sent [WP-FRM-007].
 * */
static void test_send_batch(void **state)
{
    (void)state;
    struct ov_addr addr[2];
    int fd[2] = {tcprig_dial(&addr[0]), tcprig_dial(&addr[1])};
    const struct ov_addr nobody = {.family = 4, .port = 1, .ip = {127, 0, 0, 1}};
    tcprig_settle(tcprig_server);
    for (uint32_t headroom = 0; headroom <= 3; headroom++)
    {
        struct ov_datagram dg[8];
        uint8_t got[102];
        tcprig_packets(dg, 8, 100, headroom, OV_OP_DATA_V2, &addr[0]);
        dg[1].fate = OV_FATE_TUN;
        dg[2].addr = addr[1];
        dg[5].addr = nobody;
        dg[6].buf.len = 0;
        uint64_t calls = tcprig_server->ops->stats(tcprig_server).tx_calls;
        tcprig_server->ops->send(tcprig_server, dg, 8);
        for (int i = 0; i < 5; i++)
        {
            static const size_t order[5] = {0, 3, 4, 7, 2};
            tcprig_hear(fd[i == 4], got, 102);
            assert_memory_equal(got, "\0\x64", 2);
            assert_int_equal(got[101], order[i]);
        }
        assert_int_equal(dg[5].fate, OV_FATE_DROPPED);
        assert_int_equal(dg[5].why, OV_ERR_ADDRESS);
        assert_int_equal(dg[6].why, OV_ERR_NOSPACE);
        assert_int_equal(tcprig_server->ops->stats(tcprig_server).tx_calls - calls, 4); /* 0; 2; 3 and 4; 7 */
    }
    (void)close(fd[0]);
    (void)close(fd[1]);
}

/* A peer that doesn't read: data packets are dropped when the queue is full, control packets only much later,
 * and what arrives in the end is whole frames in order. */
static void test_slow_peer(void **state)
{
    (void)state;
    struct ov_addr addr;
    struct ov_datagram dg[64];
    uint32_t sent = 0;
    uint32_t dropped = 0;
    int small = 4096;
    int fd = tcprig_dial(&addr);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small), 0);
    tcprig_settle(tcprig_server);
    tcprig_server->ops->connections->claim(tcprig_server, &addr, true);
    assert_false(tcprig_server->ops->connections->full(tcprig_server));
    for (int turn = 0; turn < 1000 && dropped == 0; turn++)
    {
        tcprig_packets(dg, 64, 1400, 8, OV_OP_DATA_V2, &addr);
        for (uint32_t i = 0; i < 64; i++)
        {
            memcpy(ov_buf_data(&dg[i].buf) + 4, &(uint32_t){turn * 64u + i}, 4);
        }
        tcprig_server->ops->send(tcprig_server, dg, 64);
        for (int i = 0; i < 64; i++)
        {
            assert_true(dropped == 0 || dg[i].fate == OV_FATE_DROPPED); /* the newest go */
            dropped += dg[i].fate == OV_FATE_DROPPED;
            sent += dg[i].fate == OV_FATE_LINK;
        }
    }
    assert_true(dropped > 0);
    assert_int_equal(tcprig_server->ops->stats(tcprig_server).tx_full, dropped);
    assert_true(tcprig_server->ops->connections->full(tcprig_server));
    tcprig_packets(dg, 1, 1200, 8, OV_OP_CONTROL_V1, &addr);
    tcprig_server->ops->send(tcprig_server, dg, 1);
    assert_int_equal(dg[0].fate, OV_FATE_LINK);
    /* Now it reads. */
    uint8_t frame[1402];
    for (uint32_t i = 0; i < sent; i++)
    {
        uint32_t number;
        struct pollfd pfd = {.fd = fd, .events = POLLIN};
        while (poll(&pfd, 1, 5) == 0)
        {
            assert_int_equal(tcprig_server->ops->receive(tcprig_server, dg, 64), 0);
        }
        tcprig_hear(fd, frame, 2);
        assert_memory_equal(frame, "\x05\x78", 2);
        for (size_t have = 0; have < 1400;)
        {
            ssize_t got = recv(fd, frame + 2 + have, 1400 - have, MSG_DONTWAIT);
            have += got > 0 ? (size_t)got : 0;
            assert_int_equal(got <= 0 ? tcprig_server->ops->receive(tcprig_server, dg, 64) : 0, 0);
        }
        memcpy(&number, frame + 6, 4);
        assert_int_equal(number, i);
    }
    assert_int_equal(tcprig_server->ops->receive(tcprig_server, dg, 64), 0);
    tcprig_hear(fd, frame, 1202);
    assert_memory_equal(frame, "\x04\xb0\x20", 3);
    assert_false(tcprig_server->ops->connections->full(tcprig_server));
    (void)close(fd);
}

/* Given up: what waits is still sent, then it is closed; one that never reads ends by time. */
static void test_given_up(void **state)
{
    (void)state;
    struct ov_addr addr;
    struct ov_datagram dg[64];
    struct ov_link_event event;
    for (int reads = 0; reads < 2; reads++)
    {
        int fd = tcprig_dial(&addr);
        uint64_t out = tcprig_server->ops->stats(tcprig_server).tx_octets;
        tcprig_settle(tcprig_server);
        tcprig_server->ops->connections->claim(tcprig_server, &addr, true);
        while (!tcprig_server->ops->connections->full(tcprig_server))
        {
            tcprig_packets(dg, 64, 1400, 8, OV_OP_DATA_V2, &addr);
            tcprig_server->ops->send(tcprig_server, dg, 64);
        }
        out = tcprig_server->ops->stats(tcprig_server).tx_octets - out;
        tcprig_server->ops->connections->claim(tcprig_server, &addr, false);
        tcprig_packets(dg, 1, 100, 8, OV_OP_DATA_V2, &addr);
        tcprig_server->ops->send(tcprig_server, dg, 1);
        assert_int_equal(dg[0].why, OV_ERR_ADDRESS);
        if (reads == 0)
        {
            tcprig_now.mono_ms += 2000;
            tcprig_server->ops->connections->tick(tcprig_server, tcprig_now);
        }
        uint64_t in = 0;
        for (ssize_t got = 1; got != 0;)
        {
            uint8_t some[4096];
            got = recv(fd, some, sizeof some, MSG_DONTWAIT);
            in += got > 0 ? (uint64_t)got : 0;
            assert_int_equal(got < 0 && tcprig_readable(tcprig_server, 1)
                                 ? tcprig_server->ops->receive(tcprig_server, dg, 64)
                                 : 0,
                             0);
        }
        assert_true(reads == 1 ? in > out : in > 0);
        assert_false(
            tcprig_server->ops->connections->event(tcprig_server, &event)); /* whoever gave it up knows */
        assert_false(tcprig_server->ops->connections->full(tcprig_server));
        (void)close(fd);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, tcprig_fresh, tcprig_done)
    const struct CMUnitTest tests[] = {
        TEST(test_send_batch),
        TEST(test_slow_peer),
        TEST(test_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
