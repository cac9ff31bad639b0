#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/tcprig.h"
#include "wire/opcode.h"

/* Connections of the TCP link: those without a session, too many of them, the client, and how they end. */

/* ---- connections without a session ---- */

static void test_unclaimed(void **state)
{
    (void)state;
    struct ov_addr claimed;
    struct ov_addr addr[OV_TCPRIG_UNCLAIMED + 2];
    int fd[OV_TCPRIG_UNCLAIMED + 2];
    int kept = ov_tcprig_dial(&claimed);
    ov_tcprig_settle(rig->server);
    rig->server->ops->connections->claim(rig->server, &claimed, true);
    for (unsigned i = 0; i < OV_TCPRIG_UNCLAIMED + 2; i++)
    {
        fd[i] = ov_tcprig_dial(&addr[i]);
        rig->now.mono_ms += 10;
        rig->server->ops->connections->tick(rig->server, rig->now);
        ov_tcprig_settle(rig->server);
    }
    for (unsigned i = 0; i < 2; i++) /* the oldest went */
    {
        struct ov_link_event event = ov_tcprig_event(rig->server);
        assert_int_equal(event.err, OV_ERR_LIMIT);
        assert_true(ov_addr_equal(&event.addr, &addr[i]));
    }
    assert_int_equal(rig->server->ops->connections->deadline(rig->server), 1000 + 30 + 60000);
    rig->now.mono_ms = 1000 + 30 + 60000;
    rig->server->ops->connections->tick(rig->server, rig->now);
    struct ov_link_event event = ov_tcprig_event(rig->server);
    assert_int_equal(event.err, OV_ERR_TIMEOUT);
    assert_true(ov_addr_equal(&event.addr, &addr[2]));
    rig->now.mono_ms += 3600000;
    rig->server->ops->connections->tick(rig->server, rig->now);
    for (unsigned i = 3; i < OV_TCPRIG_UNCLAIMED + 2; i++)
    {
        event = ov_tcprig_event(rig->server);
        assert_true(ov_addr_equal(&event.addr, &addr[i]));
    }
    assert_true(rig->server->ops->connections->deadline(rig->server) == OV_NEVER);
    struct ov_datagram dg[2];
    ov_tcprig_say(kept, rig->stream, ov_tcprig_put(rig->stream, 9));
    assert_int_equal(ov_tcprig_take(rig->server, dg, 2), 1);
    ov_tcprig_check(&dg[0], 9, &claimed);
    for (unsigned i = 0; i < OV_TCPRIG_UNCLAIMED + 2; i++)
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
    int kept = ov_tcprig_dial(&claimed);
    ov_tcprig_settle(rig->server);
    rig->server->ops->connections->claim(rig->server, &claimed, true);
    for (uint32_t i = 0; i < 1000; i++)
    {
        if (i >= 20)
        {
            (void)close(storm[i % 20]);
        }
        storm[i % 20] = ov_tcprig_dial(&other);
        if (i % 10 == 0)
        {
            ov_tcprig_say(kept, rig->stream, ov_tcprig_put(rig->stream, i));
            assert_int_equal(ov_tcprig_take(rig->server, dg, 8), 1);
            ov_tcprig_check(&dg[0], i, &claimed);
        }
        while (rig->server->ops->connections->event(rig->server, &event))
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
    int first = ov_tcprig_dial(&addr[0]);
    ov_tcprig_settle(rig->server);
    int second = ov_tcprig_dial(&addr[1]); /* in the backlog */
    int third = ov_tcprig_dial(&addr[2]);
    int next = dup(0);
    (void)close(next);
    struct rlimit tight = {.rlim_cur = (rlim_t)next, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
    event = ov_tcprig_event(rig->server);
    assert_int_equal(event.err, OV_ERR_LIMIT);
    assert_true(ov_addr_equal(&event.addr, &addr[0]));
    ov_tcprig_settle(rig->server);
    while (rig->server->ops->connections->event(rig->server, &event))
    {
    }
    rig->server->ops->connections->claim(rig->server, &addr[2], true);
    int fourth = -1;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    struct ov_addr last;
    fourth = ov_tcprig_dial(&last);
    tight.rlim_cur = (rlim_t)fourth;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
    ov_tcprig_settle(rig->server);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_false(ov_tcprig_readable(rig->server, 0)); /* it rests: no busy loop */
    assert_int_equal(rig->server->ops->connections->deadline(rig->server), rig->now.mono_ms + 200);
    rig->now.mono_ms += 200;
    rig->server->ops->connections->tick(rig->server, rig->now);
    ov_tcprig_say(fourth, rig->stream, ov_tcprig_put(rig->stream, 4));
    struct ov_datagram dg[2];
    assert_int_equal(ov_tcprig_take(rig->server, dg, 2), 1);
    ov_tcprig_check(&dg[0], 4, &last);
    (void)close(first);
    (void)close(second);
    (void)close(third);
    (void)close(fourth);
}

/* ---- the client ---- */

static struct ov_link *connect_to(const struct ov_addr *remote)
{
    struct ov_tcp_settings settings = ov_tcprig_settings(remote->family);
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
        const struct ov_tcp_settings settings = ov_tcprig_settings(family);
        struct ov_datagram dg[64];
        struct ov_datagram got[64];
        size_t count = 0;
        rig->server->ops->close(rig->server);
        ov_tcprig_listen(&settings);
        struct ov_link *client = connect_to(&rig->addr);
        struct ov_link_event event = ov_tcprig_event(client);
        assert_true(event.up);
        assert_true(ov_addr_equal(&event.addr, &rig->addr));
        assert_false(client->ops->pending(client));
        ov_tcprig_packets(dg, 64, 1300, 8, OV_OP_DATA_V2, &rig->addr);
        client->ops->send(client, dg, 64);
        assert_int_equal(client->ops->stats(client).tx_calls, 1);
        while (count < 64)
        {
            size_t n = ov_tcprig_take(rig->server, got, 64 - count);
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
        rig->server->ops->send(rig->server, got, 1);
        assert_int_equal(ov_tcprig_take(client, dg, 64), 1);
        assert_int_equal(dg[0].buf.len, 1300);
        assert_true(ov_addr_equal(&dg[0].addr, &rig->addr));
        rig->server->ops->connections->claim(rig->server, &from, false);
        event = ov_tcprig_event(client);
        assert_false(event.up);
        assert_int_equal(event.err, OV_ERR_CLOSED);
        client->ops->close(client);
    }
}

static void test_refused(void **state)
{
    (void)state;
    struct ov_addr gone = rig->addr;
    rig->server->ops->close(rig->server);
    struct ov_link *client = connect_to(&gone);
    struct ov_link_event event = ov_tcprig_event(client);
    assert_false(event.up);
    assert_int_equal(event.err, OV_ERR_IO);
    assert_string_equal(event.text, "Connection refused");
    client->ops->close(client);
    (void)ov_tcprig_open(state);
    /* The port is taken: said in words. */
    struct ov_tcp_settings settings = ov_tcprig_settings(4);
    char text[OV_LINK_TEXT] = "";
    struct ov_link *second = NULL;
    settings.local = rig->addr;
    assert_int_equal(ov_tcp_listen(&settings, &second, text), OV_ERR_IO);
    assert_non_null(strstr(text, "Address already in use"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, ov_tcprig_open, ov_tcprig_close)
    const struct CMUnitTest tests[] = {
        TEST(test_unclaimed), TEST(test_storm),   TEST(test_out_of_files),
        TEST(test_client),    TEST(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
