/* --mtu-test and what a peer asks about sizes, on a virtual wire [WP-OCC-001, WP-OCC-002]; what is done to tunnel
 * packets on their way (--client-nat, --passtos). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hub/private.h"
#include "lib/pair.h"
#include "session/private.h"
#include "wire/inband.h"

static const struct ov_wire_faults quiet = {.latency_ms = 10};
static struct ov_pair pair;
static struct ov_test_batch batch;

static void connect_pair(const char *client_text, const char *server_text)
{
    struct ov_end_spec client = ov_end_spec_default();
    struct ov_end_spec server = client;
    client.more = client_text;
    server.more = server_text;
    ov_pair_open(&pair, &client, &server, &quiet, 1);
    assert_true(ov_pair_until(&pair, ov_pair_is_up, 10));
}

static struct ov_session *client(void)
{
    return &pair.client.session;
}

static struct ov_session *server(void)
{
    return &pair.server.hub->slot[0]->session;
}

/* Where nothing is in the way, both directions come to the largest size, and both ends agree. */
static void test_passes(void **state)
{
    (void)state;
    connect_pair("mtu-test\n", "");
    ov_pair_wait(&pair, 15000);
    const uint32_t largest = 1500 - 28;
    assert_int_equal(client()->inband.test.load_in, largest);
    assert_int_equal(client()->inband.test.load_out, largest);
    assert_int_equal(server()->inband.test.load_in, largest);
    assert_int_equal(server()->inband.test.load_out, largest);
    assert_true(client()->inband.test.at_ms == OV_NEVER);
    assert_true(ov_pair_is_up(&pair));
    ov_pair_close(&pair);
}

/* Nobody starts it unasked. */
static void unasked(void **state)
{
    (void)state;
    connect_pair("", "");
    ov_pair_wait(&pair, 15000);
    assert_int_equal(server()->inband.test.load_in, 0);
    assert_int_equal(client()->inband.test.step, 0);
    ov_pair_close(&pair);
}

/* One message of the server as the client gets it. */
static void say(const uint8_t *body, size_t len)
{
    uint8_t message[OV_OCC_MAGIC_LEN + 2048];
    memcpy(message, ov_occ_magic, OV_OCC_MAGIC_LEN);
    memcpy(message + OV_OCC_MAGIC_LEN, body, len);
    ov_test_batch_reset(&batch);
    ov_test_batch_add(&batch, &pair.client_addr, message, OV_OCC_MAGIC_LEN + len);
    ov_session_send(server(), batch.dg, 1, pair.now);
    assert_int_equal(batch.dg[0].fate, OV_FATE_LINK);
    batch.dg[0].addr = pair.server_addr;
    batch.dg[0].fate = OV_FATE_NONE;
    ov_session_receive(client(), batch.dg, 1, pair.now);
    assert_int_equal(batch.dg[0].fate, OV_FATE_CONSUMED);
}

/* What the client has to say at once; the length of it as it leaves, 0: nothing. */
static uint32_t answer(void)
{
    ov_test_batch_reset(&batch);
    const size_t n = ov_session_transmit(client(), batch.dg, OV_TEST_BATCH, pair.now);
    assert_true(n <= 1);
    return n == 1 ? batch.dg[0].buf.len : 0;
}

/* Any size that a peer may ask for: at most that, at most what the tunnel carries, once. */
static void asked_for_loads(void **state)
{
    (void)state;
    static const uint16_t sizes[] = {0, 1, 16, 40, 41, 42, 100, 576, 1472, 1500, 2000, 9000, 65535};
    connect_pair("", "");
    ov_pair_wait(&pair, 500);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
    {
        const uint8_t request[] = {OV_OCC_MTU_LOAD_REQUEST, (uint8_t)(sizes[i] >> 8), (uint8_t)sizes[i]};
        say(request, sizeof request);
        const uint32_t len = answer();
        assert_true(sizes[i] == 0 ? len == 0 : len > 0);
        assert_true(len <= 1600);
        assert_true(sizes[i] < 60 || sizes[i] > 1500 || len == sizes[i]);
        assert_int_equal(answer(), 0);
    }
    ov_pair_close(&pair);
}

/* Messages that are cut, too long or unasked harm nothing. */
static void malformed(void **state)
{
    (void)state;
    uint8_t body[600];
    connect_pair("", "");
    ov_pair_wait(&pair, 500);
    memset(body, 0xff, sizeof body);
    for (uint8_t op = OV_OCC_MTU_LOAD_REQUEST; op <= OV_OCC_MTU_REPLY; op++)
    {
        body[0] = op;
        for (size_t len = 1; len < 8; len++)
        {
            say(body, len);
            (void)answer();
        }
        say(body, sizeof body);
        (void)answer();
    }
    assert_true(ov_pair_is_up(&pair));
    assert_int_equal(answer(), 0);
    assert_true(client()->inband.test.load_in >= sizeof body);
    ov_pair_close(&pair);
}

static uint32_t get32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* A rule of the configuration and one that is pushed, both directions. */
static void nat_on_the_way(void **state)
{
    (void)state;
    uint8_t packet[64];
    connect_pair("client-nat snat 192.168.1.0 255.255.255.0 10.64.1.0\n",
                 "push \"client-nat dnat 10.99.0.0 255.255.0.0 192.168.0.0\"\n");
    ov_pair_wait(&pair, 500);
    const uint32_t len = ov_test_inner4(packet, 0xc0a80105, 0x0a630203, 7, sizeof packet);
    ov_test_batch_reset(&batch);
    ov_test_batch_add(&batch, &pair.server_addr, packet, len);
    ov_touch_out(client(), batch.dg, 1);
    const uint8_t *out = ov_buf_data(&batch.dg[0].buf);
    assert_int_equal(get32(out + 12), 0x0a400105);
    assert_int_equal(get32(out + 16), 0xc0a80203);
    const uint32_t back = ov_test_inner4(packet, 0xc0a80203, 0x0a400105, 8, sizeof packet);
    ov_test_batch_reset(&batch);
    ov_test_batch_add(&batch, &pair.server_addr, packet, back);
    ov_touch_in(client(), &batch.dg[0].buf);
    out = ov_buf_data(&batch.dg[0].buf);
    assert_int_equal(get32(out + 12), 0x0a630203);
    assert_int_equal(get32(out + 16), 0xc0a80105);
    assert_non_null(ov_session_lane_obstacle(client()));
    assert_false(ov_touches(server()));
    ov_pair_close(&pair);
}

/* The class of what is inside, without the bits for congestion. */
static void class_of_packets(void **state)
{
    (void)state;
    static const struct
    {
        uint8_t octets[4];
        uint32_t len;
        uint8_t tos;
    } cases[] = {
        {{0x45, 0xb8, 0, 0}, 4, 0xb8}, {{0x45, 0xbb, 0, 0}, 4, 0xb8}, {{0x45, 0x03, 0, 0}, 4, 0},
        {{0x6b, 0x80, 0, 0}, 4, 0xb8}, {{0x6b, 0xb0, 0, 0}, 4, 0xb8}, {{0x60, 0x30, 0, 0}, 4, 0},
        {{0x25, 0xb8, 0, 0}, 4, 0},    {{0x45, 0xb8, 0, 0}, 1, 0},
    };
    connect_pair("passtos\n", "");
    ov_pair_wait(&pair, 500);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        ov_test_batch_reset(&batch);
        ov_test_batch_add(&batch, &pair.server_addr, cases[i].octets, cases[i].len);
        batch.dg[0].tos = 0xff;
        ov_touch_out(client(), batch.dg, 1);
        assert_int_equal(batch.dg[0].tos, cases[i].tos);
    }
    ov_pair_close(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_passes), cmocka_unit_test(unasked),        cmocka_unit_test(asked_for_loads),
        cmocka_unit_test(malformed),   cmocka_unit_test(nat_on_the_way), cmocka_unit_test(class_of_packets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
