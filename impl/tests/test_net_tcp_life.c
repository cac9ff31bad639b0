/* The TCP link over loopback: connections without a session, storms, the client. */
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

/* ---- connections without a session ---- */

static void test_unclaimed(void **state)
{
    (void)state;
    struct ov_addr claimed;
    struct ov_addr addr[UNCLAIMED + 2];
    int fd[UNCLAIMED + 2];
    int kept = tcprig_dial(&claimed);
    tcprig_settle(tcprig_server);
    tcprig_server->ops->connections->claim(tcprig_server, &claimed, true);
    for (unsigned i = 0; i < UNCLAIMED + 2; i++)
    {
        fd[i] = tcprig_dial(&addr[i]);
        tcprig_now.mono_ms += 10;
        tcprig_server->ops->connections->tick(tcprig_server, tcprig_now);
        tcprig_settle(tcprig_server);
    }
    for (unsigned i = 0; i < 2; i++) /* the oldest went */
    {
        struct ov_link_event event = tcprig_take_event(tcprig_server);
        assert_int_equal(event.err, OV_ERR_LIMIT);
        assert_true(ov_addr_equal(&event.addr, &addr[i]));
    }
    assert_int_equal(tcprig_server->ops->connections->deadline(tcprig_server), 1000 + 30 + 60000);
    tcprig_now.mono_ms = 1000 + 30 + 60000;
    tcprig_server->ops->connections->tick(tcprig_server, tcprig_now);
    struct ov_link_event event = tcprig_take_event(tcprig_server);
    assert_int_equal(event.err, OV_ERR_TIMEOUT);
    assert_true(ov_addr_equal(&event.addr, &addr[2]));
    tcprig_now.mono_ms += 3600000;
    tcprig_server->ops->connections->tick(tcprig_server, tcprig_now);
    for (unsigned i = 3; i < UNCLAIMED + 2; i++)
    {
        event = tcprig_take_event(tcprig_server);
        assert_true(ov_addr_equal(&event.addr, &addr[i]));
    }
    assert_true(tcprig_server->ops->connections->deadline(tcprig_server) == OV_NEVER);
    struct ov_datagram dg[2];
    tcprig_say(kept, tcprig_stream, tcprig_put_frame(tcprig_stream, 9));
    assert_int_equal(tcprig_take(tcprig_server, dg, 2), 1);
    tcprig_check_frame(&dg[0], 9, &claimed);
    for (unsigned i = 0; i < UNCLAIMED + 2; i++)
    {
        (void)close(fd[i]);
    }
    (void)close(kept);
}

/* A thousand come and stay silent while one works. */
static void test_storm(void **state)
{
    (void)state;
    struct ov_addr claimed;
    struct ov_addr other;
    struct ov_datagram dg[8];
    struct ov_link_event event;
    uint32_t lost = 0;
    int storm[20];
    int kept = tcprig_dial(&claimed);
    tcprig_settle(tcprig_server);
    tcprig_server->ops->connections->claim(tcprig_server, &claimed, true);
    for (uint32_t i = 0; i < 1000; i++)
    {
        if (i >= 20)
        {
            (void)close(storm[i % 20]);
        }
        storm[i % 20] = tcprig_dial(&other);
        if (i % 10 == 0)
        {
            tcprig_say(kept, tcprig_stream, tcprig_put_frame(tcprig_stream, i));
            assert_int_equal(tcprig_take(tcprig_server, dg, 8), 1);
            tcprig_check_frame(&dg[0], i, &claimed);
        }
        while (tcprig_server->ops->connections->event(tcprig_server, &event))
        {
            assert_false(ov_addr_equal(&event.addr, &claimed));
            lost++;
        }
    }
    assert_true(lost > 900);
    for (int i = 0; i < 20; i++)
    {
        (void)close(storm[i]);
    }
    (void)close(kept);
}

/* Out of file descriptors: the oldest stranger makes room; with none the listener rests and tries again. */
static void test_out_of_files(void **state)
{
    (void)state;
    struct rlimit before;
    struct ov_addr addr[3];
    struct ov_link_event event;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    int first = tcprig_dial(&addr[0]);
    tcprig_settle(tcprig_server);
    int second = tcprig_dial(&addr[1]); /* in the backlog */
    int third = tcprig_dial(&addr[2]);
    int next = dup(0);
    (void)close(next);
    struct rlimit tight = {.rlim_cur = (rlim_t)next, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
    event = tcprig_take_event(tcprig_server);
    assert_int_equal(event.err, OV_ERR_LIMIT);
    assert_true(ov_addr_equal(&event.addr, &addr[0]));
    tcprig_settle(tcprig_server);
    while (tcprig_server->ops->connections->event(tcprig_server, &event))
    {
    }
    tcprig_server->ops->connections->claim(tcprig_server, &addr[2], true);
    int fourth = -1;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    struct ov_addr last;
    fourth = tcprig_dial(&last);
    tight.rlim_cur = (rlim_t)fourth;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
    tcprig_settle(tcprig_server);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_false(tcprig_readable(tcprig_server, 0)); /* it rests: no busy loop */
    assert_int_equal(tcprig_server->ops->connections->deadline(tcprig_server), tcprig_now.mono_ms + 200);
    tcprig_now.mono_ms += 200;
    tcprig_server->ops->connections->tick(tcprig_server, tcprig_now);
    tcprig_say(fourth, tcprig_stream, tcprig_put_frame(tcprig_stream, 4));
    struct ov_datagram dg[2];
    assert_int_equal(tcprig_take(tcprig_server, dg, 2), 1);
    tcprig_check_frame(&dg[0], 4, &last);
    (void)close(first);
    (void)close(second);
    (void)close(third);
    (void)close(fourth);
}

/* ---- the client ---- */

static struct ov_link *connect_to(const struct ov_addr *remote)
{
    struct ov_tcp_settings settings = tcprig_settings(remote->family);
    char text[OV_LINK_TEXT] = "";
    struct ov_link *link = NULL;
    if (ov_tcp_connect(&settings, remote, &link, text) != OV_OK)
    {
        fail_msg("%s", text);
    }
    return link;
}

/* Up, packets both ways, the server goes, the client is told. Both families. */
static void test_client(void **state)
{
    (void)state;
    for (uint8_t family = 4; family <= 6; family = (uint8_t)(family + 2))
    {
        const struct ov_tcp_settings settings = tcprig_settings(family);
        struct ov_datagram dg[64];
        struct ov_datagram got[64];
        size_t count = 0;
        tcprig_server->ops->close(tcprig_server);
        tcprig_open(&settings);
        struct ov_link *client = connect_to(&tcprig_server_addr);
        struct ov_link_event event = tcprig_take_event(client);
        assert_true(event.up);
        assert_true(ov_addr_equal(&event.addr, &tcprig_server_addr));
        assert_false(client->ops->pending(client));
        tcprig_packets(dg, 64, 1300, 8, OV_OP_DATA_V2, &tcprig_server_addr);
        client->ops->send(client, dg, 64);
        assert_int_equal(client->ops->stats(client).tx_calls, 1);
        while (count < 64)
        {
            size_t n = tcprig_take(tcprig_server, got, 64 - count);
            assert_true(n > 0);
            for (size_t i = 0; i < n; i++, count++)
            {
                assert_int_equal(got[i].buf.len, 1300);
                assert_int_equal(ov_buf_data(&got[i].buf)[1299], count);
            }
        }
        /* Back from where it came, out of the received view itself: its length field is the room. */
        struct ov_addr from = got[0].addr;
        got[0].fate = OV_FATE_LINK;
        tcprig_server->ops->send(tcprig_server, got, 1);
        assert_int_equal(tcprig_take(client, dg, 64), 1);
        assert_int_equal(dg[0].buf.len, 1300);
        assert_true(ov_addr_equal(&dg[0].addr, &tcprig_server_addr));
        tcprig_server->ops->connections->claim(tcprig_server, &from, false);
        event = tcprig_take_event(client);
        assert_false(event.up);
        assert_int_equal(event.err, OV_ERR_CLOSED);
        client->ops->close(client);
    }
}

static void test_refused(void **state)
{
    (void)state;
    struct ov_addr gone = tcprig_server_addr;
    tcprig_server->ops->close(tcprig_server);
    struct ov_link *client = connect_to(&gone);
    struct ov_link_event event = tcprig_take_event(client);
    assert_false(event.up);
    assert_int_equal(event.err, OV_ERR_IO);
    assert_string_equal(event.text, "Connection refused");
    client->ops->close(client);
    (void)tcprig_fresh(state);
    /* The port is taken: said in words. */
    struct ov_tcp_settings settings = tcprig_settings(4);
    char text[OV_LINK_TEXT] = "";
    struct ov_link *second = NULL;
    settings.local = tcprig_server_addr;
    assert_int_equal(ov_tcp_listen(&settings, &second, text), OV_ERR_IO);
    assert_non_null(strstr(text, "Address already in use"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, tcprig_fresh, tcprig_done)
    const struct CMUnitTest tests[] = {
        TEST(test_unclaimed), TEST(test_storm),   TEST(test_out_of_files),
        TEST(test_client),    TEST(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
