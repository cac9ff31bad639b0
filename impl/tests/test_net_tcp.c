#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/tcprig.h"
#include "wire/opcode.h"

/* Packets of the TCP link over loopback: what arrives, what leaves, and what is in the way. */

/* ---- receiving ---- */

/* Three frames in two segments, cut at every octet: between the two of the length too [WP-FRM-003]. */
static void test_cut_at_every_octet(void **state)
{
    (void)state;
    struct ov_addr addr;
    int fd = ov_tcprig_dial(&addr);
    size_t len = ov_tcprig_put(rig->stream, 3);
    len += ov_tcprig_put(rig->stream + len, 0);
    len += ov_tcprig_put(rig->stream + len, 1);
    const uint32_t numbers[] = {3, 0, 1};
    for (size_t cut = 1; cut < len; cut++)
    {
        struct ov_datagram dg[4];
        uint32_t got = 0;
        ov_tcprig_say(fd, rig->stream, cut);
        while (ov_tcprig_readable(rig->server, 0) && got < 3)
        {
            size_t count = rig->server->ops->receive(rig->server, dg, 4);
            for (size_t i = 0; i < count; i++)
            {
                ov_tcprig_check(&dg[i], numbers[got++], &addr);
            }
        }
        ov_tcprig_say(fd, rig->stream + cut, len - cut);
        while (got < 3)
        {
            size_t count = ov_tcprig_take(rig->server, dg, 4);
            assert_true(count > 0);
            for (size_t i = 0; i < count; i++)
            {
                ov_tcprig_check(&dg[i], numbers[got++], &addr);
            }
        }
    }
    (void)close(fd);
}

static void test_one_octet_a_segment(void **state)
{
    (void)state;
    struct ov_addr addr;
    struct ov_datagram dg[4];
    int fd = ov_tcprig_dial(&addr);
    size_t len = ov_tcprig_put(rig->stream, 2);
    for (size_t i = 0; i < len; i++)
    {
        ov_tcprig_say(fd, rig->stream + i, 1);
        size_t count = ov_tcprig_readable(rig->server, OV_TCPRIG_WAIT_MS)
                           ? rig->server->ops->receive(rig->server, dg, 4)
                           : 99;
        /* The first wake-up only accepts. */
        count = i == 0 && count == 0 && ov_tcprig_readable(rig->server, 0)
                    ? rig->server->ops->receive(rig->server, dg, 4)
                    : count;
        assert_int_equal(count, i + 1 == len);
    }
    ov_tcprig_check(&dg[0], 2, &addr);
    (void)close(fd);
}

/* Many frames at once, taken in batches of different sizes, from two connections. */
static void test_thousand_frames_at_once(void **state)
{
    (void)state;
    enum
    {
        COUNT = 1000
    };
    struct ov_addr addr[2];
    uint32_t got[2] = {0, 0};
    int fd[2] = {ov_tcprig_dial(&addr[0]), ov_tcprig_dial(&addr[1])};
    size_t len = ov_tcprig_put_many(COUNT);
    size_t sent[2] = {0, 0};
    struct ov_datagram dg[64];
    for (unsigned turn = 1; got[0] + got[1] < 2 * COUNT; turn++)
    {
        for (int i = 0; i < 2; i++)
        {
            ssize_t n = send(fd[i], rig->stream + sent[i], len - sent[i], MSG_DONTWAIT | MSG_NOSIGNAL);
            sent[i] += n > 0 ? (size_t)n : 0;
        }
        size_t count = ov_tcprig_take(rig->server, dg, 1 + turn * 7 % 64);
        assert_true(count > 0);
        for (size_t i = 0; i < count; i++)
        {
            int which = ov_addr_equal(&dg[i].addr, &addr[1]);
            ov_tcprig_check(&dg[i], got[which]++, &addr[which]);
        }
    }
    struct ov_link_stats stats = rig->server->ops->stats(rig->server);
    assert_int_equal(stats.rx_datagrams, 2 * COUNT);
    assert_int_equal(stats.rx_octets, 2 * (len - 2 * COUNT));
    (void)close(fd[0]);
    (void)close(fd[1]);
}

/* Who is no peer is told from the length alone, and harms nobody else [WP-FRM-004]. */
static void test_bad_lengths(void **state)
{
    (void)state;
    static const struct
    {
        const char *octets;
        size_t len;
        const char *number;
    } rows[] = {
        {"\x00\x00rest", 6, "length 0,"},
        {"\xff\xff", 2, "length 65535,"},
        {"\x06\xe9", 2, "length 1769,"},
        {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 27, "length 18245,"},
        {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11, "length 5635,"},
        {"SSH-2.0-OpenSSH_9.2\r\n", 21, "length 21331,"},
        {"\x00\x01\xaa\x00\x00", 5, "length 0,"}, /* behind a good one */
    };
    struct ov_addr good;
    int fd = ov_tcprig_dial(&good);
    ov_tcprig_settle(rig->server);
    rig->server->ops->connections->claim(rig->server, &good, true);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        struct ov_addr addr;
        int bad = ov_tcprig_dial(&addr);
        ov_tcprig_say(bad, rows[i].octets, rows[i].len);
        struct ov_link_event event = ov_tcprig_event(rig->server);
        assert_false(event.up);
        assert_int_equal(event.err, OV_ERR_FORMAT);
        assert_true(ov_addr_equal(&event.addr, &addr));
        assert_non_null(strstr(event.text, "Bad encapsulated packet length"));
        assert_non_null(strstr(event.text, rows[i].number));
        char end;
        assert_true(recv(bad, &end, 1, 0) <= 0); /* closed, or reset because of what was not read */
        (void)close(bad);
        struct ov_datagram dg[2];
        ov_tcprig_say(fd, rig->stream, ov_tcprig_put(rig->stream, 5));
        assert_int_equal(ov_tcprig_take(rig->server, dg, 2), 1);
        ov_tcprig_check(&dg[0], 5, &good);
    }
    (void)close(fd);
}

static void test_end_of_stream(void **state)
{
    (void)state;
    struct ov_addr addr;
    struct ov_datagram dg[4];
    struct ov_link_event event;
    int fd = ov_tcprig_dial(&addr);
    ov_tcprig_say(fd, rig->stream, ov_tcprig_put(rig->stream, 1));
    (void)close(fd);
    assert_int_equal(ov_tcprig_take(rig->server, dg, 4), 1); /* what came before the end is not lost */
    ov_tcprig_check(&dg[0], 1, &addr);
    event = ov_tcprig_event(rig->server);
    assert_int_equal(event.err, OV_ERR_CLOSED);
    assert_true(ov_addr_equal(&event.addr, &addr));
    assert_false(rig->server->ops->connections->event(rig->server, &event));
    /* In the middle of a frame. */
    fd = ov_tcprig_dial(&addr);
    ov_tcprig_say(fd, "\x01\x00half", 6);
    (void)close(fd);
    assert_int_equal(ov_tcprig_event(rig->server).err, OV_ERR_CLOSED);
}

/* ---- sending ---- */

static void hear(int fd, uint8_t *out, size_t len)
{
    while (len > 0)
    {
        ssize_t got = recv(fd, out, len, 0);
        assert_true(got > 0);
        out += got;
        len -= (size_t)got;
    }
}

/* With and without room for the length in front, some of the batch for others or not to be sent. */
static void test_send_batch(void **state)
{
    (void)state;
    struct ov_addr addr[2];
    int fd[2] = {ov_tcprig_dial(&addr[0]), ov_tcprig_dial(&addr[1])};
    const struct ov_addr nobody = {.family = 4, .port = 1, .ip = {127, 0, 0, 1}};
    ov_tcprig_settle(rig->server);
    for (uint32_t headroom = 0; headroom <= 3; headroom++)
    {
        struct ov_datagram dg[8];
        uint8_t got[102];
        ov_tcprig_packets(dg, 8, 100, headroom, OV_OP_DATA_V2, &addr[0]);
        dg[1].fate = OV_FATE_TUN;
        dg[2].addr = addr[1];
        dg[5].addr = nobody;
        dg[6].buf.len = 0;
        uint64_t calls = rig->server->ops->stats(rig->server).tx_calls;
        rig->server->ops->send(rig->server, dg, 8);
        for (int i = 0; i < 5; i++)
        {
            static const size_t order[5] = {0, 3, 4, 7, 2};
            hear(fd[i == 4], got, 102);
            assert_memory_equal(got, "\0\x64", 2);
            assert_int_equal(got[101], order[i]);
        }
        assert_int_equal(dg[5].fate, OV_FATE_DROPPED);
        assert_int_equal(dg[5].why, OV_ERR_ADDRESS);
        assert_int_equal(dg[6].why, OV_ERR_NOSPACE);
        assert_int_equal(rig->server->ops->stats(rig->server).tx_calls - calls, 4); /* 0; 2; 3 and 4; 7 */
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
    int fd = ov_tcprig_dial(&addr);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small), 0);
    ov_tcprig_settle(rig->server);
    rig->server->ops->connections->claim(rig->server, &addr, true);
    assert_false(rig->server->ops->connections->full(rig->server));
    for (int turn = 0; turn < 1000 && dropped == 0; turn++)
    {
        ov_tcprig_packets(dg, 64, 1400, 8, OV_OP_DATA_V2, &addr);
        for (uint32_t i = 0; i < 64; i++)
        {
            memcpy(ov_buf_data(&dg[i].buf) + 4, &(uint32_t){turn * 64u + i}, 4);
        }
        rig->server->ops->send(rig->server, dg, 64);
        for (int i = 0; i < 64; i++)
        {
            assert_true(dropped == 0 || dg[i].fate == OV_FATE_DROPPED); /* the newest go */
            dropped += dg[i].fate == OV_FATE_DROPPED;
            sent += dg[i].fate == OV_FATE_LINK;
        }
    }
    assert_true(dropped > 0);
    assert_int_equal(rig->server->ops->stats(rig->server).tx_full, dropped);
    assert_true(rig->server->ops->connections->full(rig->server));
    ov_tcprig_packets(dg, 1, 1200, 8, OV_OP_CONTROL_V1, &addr);
    rig->server->ops->send(rig->server, dg, 1);
    assert_int_equal(dg[0].fate, OV_FATE_LINK);
    /* Now it reads. */
    uint8_t frame[1402];
    for (uint32_t i = 0; i < sent; i++)
    {
        uint32_t number;
        struct pollfd pfd = {.fd = fd, .events = POLLIN};
        while (poll(&pfd, 1, 5) == 0)
        {
            assert_int_equal(rig->server->ops->receive(rig->server, dg, 64), 0);
        }
        hear(fd, frame, 2);
        assert_memory_equal(frame, "\x05\x78", 2);
        for (size_t have = 0; have < 1400;)
        {
            ssize_t got = recv(fd, frame + 2 + have, 1400 - have, MSG_DONTWAIT);
            have += got > 0 ? (size_t)got : 0;
            assert_int_equal(got <= 0 ? rig->server->ops->receive(rig->server, dg, 64) : 0, 0);
        }
        memcpy(&number, frame + 6, 4);
        assert_int_equal(number, i);
    }
    assert_int_equal(rig->server->ops->receive(rig->server, dg, 64), 0);
    hear(fd, frame, 1202);
    assert_memory_equal(frame, "\x04\xb0\x20", 3);
    assert_false(rig->server->ops->connections->full(rig->server));
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
        int fd = ov_tcprig_dial(&addr);
        uint64_t out = rig->server->ops->stats(rig->server).tx_octets;
        ov_tcprig_settle(rig->server);
        rig->server->ops->connections->claim(rig->server, &addr, true);
        while (!rig->server->ops->connections->full(rig->server))
        {
            ov_tcprig_packets(dg, 64, 1400, 8, OV_OP_DATA_V2, &addr);
            rig->server->ops->send(rig->server, dg, 64);
        }
        out = rig->server->ops->stats(rig->server).tx_octets - out;
        rig->server->ops->connections->claim(rig->server, &addr, false);
        ov_tcprig_packets(dg, 1, 100, 8, OV_OP_DATA_V2, &addr);
        rig->server->ops->send(rig->server, dg, 1);
        assert_int_equal(dg[0].why, OV_ERR_ADDRESS);
        if (reads == 0)
        {
            rig->now.mono_ms += 2000;
            rig->server->ops->connections->tick(rig->server, rig->now);
        }
        uint64_t in = 0;
        for (ssize_t got = 1; got != 0;)
        {
            uint8_t some[4096];
            got = recv(fd, some, sizeof some, MSG_DONTWAIT);
            in += got > 0 ? (uint64_t)got : 0;
            assert_int_equal(got < 0 && ov_tcprig_readable(rig->server, 1)
                                 ? rig->server->ops->receive(rig->server, dg, 64)
                                 : 0,
                             0);
        }
        assert_true(reads == 1 ? in > out : in > 0);
        assert_false(
            rig->server->ops->connections->event(rig->server, &event)); /* whoever gave it up knows */
        assert_false(rig->server->ops->connections->full(rig->server));
        (void)close(fd);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, ov_tcprig_open, ov_tcprig_close)
    const struct CMUnitTest tests[] = {
        TEST(test_cut_at_every_octet),
        TEST(test_one_octet_a_segment),
        TEST(test_thousand_frames_at_once),
        TEST(test_bad_lengths),
        TEST(test_end_of_stream),
        TEST(test_send_batch),
        TEST(test_slow_peer),
        TEST(test_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
