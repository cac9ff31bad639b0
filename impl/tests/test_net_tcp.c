/* The TCP link over loopback: what arrives, however it is cut. */
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

/* Three frames in two segments, cut at every octet: between the two of the length too [WP-FRM-003]. */
static void test_cut_at_every_octet(void **state)
{
    (void)state;
    struct ov_addr addr;
    int fd = tcprig_dial(&addr);
    size_t len = tcprig_put_frame(tcprig_stream, 3);
    len += tcprig_put_frame(tcprig_stream + len, 0);
    len += tcprig_put_frame(tcprig_stream + len, 1);
    const uint32_t numbers[] = {3, 0, 1};
    for (size_t cut = 1; cut < len; cut++)
    {
        struct ov_datagram dg[4];
        uint32_t got = 0;
        tcprig_say(fd, tcprig_stream, cut);
        while (tcprig_readable(tcprig_server, 0) && got < 3)
        {
            size_t count = tcprig_server->ops->receive(tcprig_server, dg, 4);
            for (size_t i = 0; i < count; i++)
            {
                tcprig_check_frame(&dg[i], numbers[got++], &addr);
            }
        }
        tcprig_say(fd, tcprig_stream + cut, len - cut);
        while (got < 3)
        {
            size_t count = tcprig_take(tcprig_server, dg, 4);
            assert_true(count > 0);
            for (size_t i = 0; i < count; i++)
            {
                tcprig_check_frame(&dg[i], numbers[got++], &addr);
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
    int fd = tcprig_dial(&addr);
    size_t len = tcprig_put_frame(tcprig_stream, 2);
    for (size_t i = 0; i < len; i++)
    {
        tcprig_say(fd, tcprig_stream + i, 1);
        size_t count =
            tcprig_readable(tcprig_server, WAIT_MS) ? tcprig_server->ops->receive(tcprig_server, dg, 4) : 99;
        /* The first wake-up only accepts. */
        count = i == 0 && count == 0 && tcprig_readable(tcprig_server, 0)
                    ? tcprig_server->ops->receive(tcprig_server, dg, 4)
                    : count;
        assert_int_equal(count, i + 1 == len);
    }
    tcprig_check_frame(&dg[0], 2, &addr);
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
    int fd[2] = {tcprig_dial(&addr[0]), tcprig_dial(&addr[1])};
    size_t len = tcprig_put_frames(COUNT);
    size_t sent[2] = {0, 0};
    struct ov_datagram dg[64];
    for (unsigned turn = 1; got[0] + got[1] < 2 * COUNT; turn++)
    {
        for (int i = 0; i < 2; i++)
        {
            ssize_t n = send(fd[i], tcprig_stream + sent[i], len - sent[i], MSG_DONTWAIT | MSG_NOSIGNAL);
            sent[i] += n > 0 ? (size_t)n : 0;
        }
        size_t count = tcprig_take(tcprig_server, dg, 1 + turn * 7 % 64);
        assert_true(count > 0);
        for (size_t i = 0; i < count; i++)
        {
            int which = ov_addr_equal(&dg[i].addr, &addr[1]);
            tcprig_check_frame(&dg[i], got[which]++, &addr[which]);
        }
    }
    struct ov_link_stats stats = tcprig_server->ops->stats(tcprig_server);
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
    int fd = tcprig_dial(&good);
    tcprig_settle(tcprig_server);
    tcprig_server->ops->connections->claim(tcprig_server, &good, true);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        struct ov_addr addr;
        int bad = tcprig_dial(&addr);
        tcprig_say(bad, rows[i].octets, rows[i].len);
        struct ov_link_event event = tcprig_take_event(tcprig_server);
        assert_false(event.up);
        assert_int_equal(event.err, OV_ERR_FORMAT);
        assert_true(ov_addr_equal(&event.addr, &addr));
        assert_non_null(strstr(event.text, "Bad encapsulated packet length"));
        assert_non_null(strstr(event.text, rows[i].number));
        char end;
        assert_true(recv(bad, &end, 1, 0) <= 0); /* closed, or reset because of what was not read */
        (void)close(bad);
        struct ov_datagram dg[2];
        tcprig_say(fd, tcprig_stream, tcprig_put_frame(tcprig_stream, 5));
        assert_int_equal(tcprig_take(tcprig_server, dg, 2), 1);
        tcprig_check_frame(&dg[0], 5, &good);
    }
    (void)close(fd);
}

static void test_end_of_stream(void **state)
{
    (void)state;
    struct ov_addr addr;
    struct ov_datagram dg[4];
    struct ov_link_event event;
    int fd = tcprig_dial(&addr);
    tcprig_say(fd, tcprig_stream, tcprig_put_frame(tcprig_stream, 1));
    (void)close(fd);
    assert_int_equal(tcprig_take(tcprig_server, dg, 4), 1); /* what came before the end is not lost */
    tcprig_check_frame(&dg[0], 1, &addr);
    event = tcprig_take_event(tcprig_server);
    assert_int_equal(event.err, OV_ERR_CLOSED);
    assert_true(ov_addr_equal(&event.addr, &addr));
    assert_false(tcprig_server->ops->connections->event(tcprig_server, &event));
    /* In the middle of a frame. */
    fd = tcprig_dial(&addr);
    tcprig_say(fd, "\x01\x00half", 6);
    (void)close(fd);
    assert_int_equal(tcprig_take_event(tcprig_server).err, OV_ERR_CLOSED);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, tcprig_fresh, tcprig_done)
    const struct CMUnitTest tests[] = {
        TEST(test_cut_at_every_octet), TEST(test_one_octet_a_segment), TEST(test_thousand_frames_at_once),
        TEST(test_bad_lengths),        TEST(test_end_of_stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
