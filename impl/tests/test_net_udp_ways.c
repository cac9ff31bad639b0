/* UDP on other ways: through a SOCKS5 relay, and with --multihome. On loopback, where every 127.x.y.z is ours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "net/udp_home.h"
#include "net/udp_socks.h"
#include "tests/lib/octets.h"
#include "wire/socks_udp.h"

static const struct ov_addr loopback = {.family = 4, .ip = {127, 0, 0, 1}};
static char text[OV_LINK_TEXT];

static struct ov_link *plain(struct ov_addr *bound)
{
    const struct ov_udp_settings settings = {.family = 4, .bind = true, .local = loopback};
    struct ov_link *link = NULL;
    ov_assert_err(ov_udp_open(&settings, &link, text), OV_OK);
    assert_true(ov_udp_local(link, bound));
    return link;
}

static void send_one(struct ov_link *link, const void *octets, size_t len, const struct ov_addr *to)
{
    uint8_t mem[256];
    struct ov_datagram dg = {.buf = {mem, sizeof mem, 0, (uint32_t)len}, .addr = *to, .fate = OV_FATE_LINK};
    memcpy(mem, octets, len);
    link->ops->send(link, &dg, 1);
    assert_int_equal(dg.fate, OV_FATE_LINK);
}

static void test_relay(void **state)
{
    (void)state;
    struct ov_addr at;
    struct ov_addr own;
    const struct ov_addr server = {.family = 4, .port = 1194, .ip = {198, 51, 100, 7}};
    const struct ov_udp_settings settings = {.family = 4, .bind = true, .local = loopback};
    struct ov_link *relay = plain(&at);
    struct ov_link *link = NULL;
    struct ov_datagram dg[4];
    uint8_t reply[OV_SOCKS_UDP_HEAD + 2] = {0, 0, 0, 1, 198, 51, 100, 7, 4, 0xaa, 'h', 'i'};
    ov_assert_err(ov_udp_open_socks(&settings, &at, &link, text), OV_OK);
    assert_true(ov_udp_local(link, &own));
    /* Neighbours in front of a packet are not touched: three in one buffer. */
    uint8_t mem[] = "aaabbbccc";
    for (size_t i = 0; i < 3; i++)
    {
        dg[i] = (struct ov_datagram){.buf = {mem + 3 * i, 3, 0, 3}, .addr = server, .fate = OV_FATE_LINK};
    }
    link->ops->send(link, dg, 3);
    assert_string_equal((char *)mem, "aaabbbccc");
    assert_int_equal(relay->ops->receive(relay, dg, 4), 3);
    for (size_t i = 0; i < 3; i++)
    {
        assert_int_equal(dg[i].buf.len, OV_SOCKS_UDP_HEAD + 3);
        assert_memory_equal(ov_buf_data(&dg[i].buf), reply, OV_SOCKS_UDP_HEAD);
        assert_memory_equal(ov_buf_data(&dg[i].buf) + OV_SOCKS_UDP_HEAD, mem + 3 * i, 3);
    }
    /* Back: a good one, one that is too short, a fragment; and one that isn't from the relay. */
    struct ov_addr stranger_at;
    struct ov_link *stranger = plain(&stranger_at);
    send_one(stranger, reply, sizeof reply, &own);
    send_one(relay, reply, 9, &own);
    reply[2] = 1;
    send_one(relay, reply, sizeof reply, &own);
    reply[2] = 0;
    send_one(relay, reply, sizeof reply, &own);
    assert_int_equal(link->ops->receive(link, dg, 4), 1);
    assert_int_equal(dg[0].buf.len, 2);
    assert_memory_equal(ov_buf_data(&dg[0].buf), "hi", 2);
    assert_true(ov_addr_equal(&dg[0].addr, &server));
    assert_int_equal(link->stats.rx_errors, 3);
    stranger->ops->close(stranger);
    relay->ops->close(relay);
    link->ops->close(link);
}

/* Written to at 127.0.0.9, a server that is bound to any address answers from there; on a dual-stack socket too. */
static void test_home(void **state)
{
    (void)state;
    for (uint8_t family = 4; family <= 6; family = (uint8_t)(family + 2))
    {
        const struct ov_udp_settings settings = {.family = family, .bind = true};
        struct ov_link *server = NULL;
        struct ov_addr at;
        struct ov_addr local;
        struct ov_datagram dg[2];
        struct ov_link *client = plain(&at);
        ov_assert_err(ov_udp_open_home(&settings, 7, &server, text), OV_OK);
        assert_true(ov_udp_local(server, &local));
        const struct ov_addr asked = {.family = 4, .port = local.port, .ip = {127, 0, 0, 9}};
        send_one(client, "ask", 3, &asked);
        assert_int_equal(server->ops->receive(server, dg, 2), 1);
        assert_true(ov_addr_equal(&dg[0].addr, &at));
        send_one(server, "tell", 4, &at);
        assert_int_equal(client->ops->receive(client, dg, 2), 1);
        assert_true(ov_addr_equal(&dg[0].addr, &asked));
        client->ops->close(client);
        server->ops->close(server);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_relay),
        cmocka_unit_test(test_home),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
