/* Several clients at one hub: ids, addresses, float, routing between tunnel and link, limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hub/pool.h"
#include "lib/hubrig.h"

static struct ov_rig rig;
static struct ov_test_batch batch;

#define SERVER_IP 0x0a080001u
#define IP(n)     (0x0a080001u + (n))

static struct ov_rig_client *join(size_t n, const char *name)
{
    const struct ov_addr addr = ov_test_addr4((uint8_t)(10 + n), (uint16_t)(40000 + n));
    struct ov_rig_client *client = ov_rig_add(&rig, n, name, &addr, "explicit-exit-notify 1\n");
    ov_rig_connect(&rig, client);
    return client;
}

static uint32_t id_of(const struct ov_rig_client *client)
{
    return client->end.session.data.peer_id;
}

static uint32_t ip_of(const struct ov_rig_client *client)
{
    return ov_session_pulled(&client->end.session)->effective.tunnel.ip4;
}

static void lowest_free_ids_and_addresses(void **state)
{
    (void)state;
    char name[16];
    ov_rig_open(&rig, true, "");
    for (size_t n = 0; n < 5; n++)
    {
        (void)snprintf(name, sizeof name, "client%zu", n);
        struct ov_rig_client *client = join(n, name);
        assert_true(ov_rig_connected(client));
        assert_int_equal(id_of(client), n);
        assert_int_equal(ip_of(client), IP(n + 1));
    }
    assert_int_equal(ov_rig_stats(&rig).peers, 5);
    /* The third one leaves; the next one gets its id and address [WP-SRV-001]. */
    ov_session_exit(&rig.client[2].end.session, rig.now);
    ov_rig_wait(&rig, 6000);
    assert_int_equal(ov_rig_stats(&rig).peers, 4);
    struct ov_rig_client *next = join(6, "next");
    assert_int_equal(id_of(next), 2);
    assert_int_equal(ip_of(next), IP(3));
    ov_rig_close(&rig);
}

/* [WP-SRV-006] */
static void same_name_replaces(void **state)
{
    (void)state;
    struct ov_event event;
    ov_rig_open(&rig, false, "");
    struct ov_rig_client *old = join(0, "alice");
    struct ov_rig_client *other = join(1, "bob");
    struct ov_rig_client *now = join(2, "alice");
    assert_true(ov_rig_connected(old) && ov_rig_connected(other) && ov_rig_connected(now));
    assert_int_equal(ov_rig_stats(&rig).peers, 2);
    assert_int_equal(id_of(now), 0);
    assert_true(ov_rig_event(&rig, OV_EVENT_CLOSED, &event));
    assert_int_equal(event.peer_id, 0);
    assert_non_null(strstr(event.text, "replaced"));
    assert_true(ov_rig_send_down(&rig, IP(1), 1, 2));
    ov_rig_close(&rig);

    ov_rig_open(&rig, false, "duplicate-cn\n");
    (void)join(0, "alice");
    (void)join(1, "alice");
    assert_int_equal(ov_rig_stats(&rig).peers, 2);
    ov_rig_close(&rig);
}

/* The same client on the same port starts over: served, and the old instance goes [WP-STATE-011]. */
static void same_address_takes_over(void **state)
{
    (void)state;
    ov_rig_open(&rig, true, "duplicate-cn\n");
    struct ov_rig_client *client = join(0, "alice");
    assert_true(ov_rig_connected(client));
    ov_rig_connect(&rig, client);
    assert_true(ov_rig_connected(client));
    assert_int_equal(ov_rig_stats(&rig).peers, 1);
    assert_int_equal(ov_rig_stats(&rig).connected, 2);
    assert_int_equal(id_of(client), 0);
    assert_true(ov_rig_send_down(&rig, IP(1), 1, 0));
    ov_rig_close(&rig);
}

/* Somebody who can spoof an address but has no certificate does not disturb the session there [WP-STATE-010].
 * */
static void newcomer_beside_active(void **state)
{
    (void)state;
    enum ov_err why;
    struct ov_control reply;
    struct ov_addr to;
    struct ov_wrap_id id;
    ov_rig_open(&rig, false, "");
    struct ov_rig_client *client = join(0, "alice");
    const struct ov_control reset = {
        .opcode = OV_OP_HARD_RESET_CLIENT_V2, .has_message_id = true, .sid = {{9, 9, 9}}};
    assert_int_equal(ov_rig_control(&rig, &client->addr, &reset, &why), OV_FATE_CONSUMED);
    assert_true(ov_rig_reply(&rig, &reply, &to, &id));
    const struct ov_control third = {.opcode = OV_OP_CONTROL_V1,
                                     .has_message_id = true,
                                     .message_id = 1,
                                     .ack_count = 1,
                                     .sid = reset.sid,
                                     .remote_sid = reply.sid};
    assert_int_equal(ov_rig_control(&rig, &client->addr, &third, &why), OV_FATE_CONSUMED);
    assert_int_equal(ov_rig_stats(&rig).half_open, 1);
    assert_int_equal(ov_rig_stats(&rig).peers, 1);
    assert_true(ov_rig_send_down(&rig, IP(1), 1, 0));
    ov_rig_send_up(&rig, client, IP(1), SERVER_IP, 1, &batch);
    assert_int_equal(batch.dg[0].fate, OV_FATE_TUN);
    ov_rig_close(&rig);
}

/* [WP-SRV-007] */
static void max_clients(void **state)
{
    (void)state;
    ov_rig_open(&rig, false, "max-clients 2\n");
    (void)join(0, "alice");
    (void)join(1, "bob");
    struct ov_rig_client *third = join(2, "carol");
    assert_false(ov_rig_connected(third));
    assert_int_equal(ov_rig_stats(&rig).peers, 2);
    /* A known name comes back all the same: it replaces itself. */
    struct ov_rig_client *again = join(3, "alice");
    assert_true(ov_rig_connected(again));
    assert_int_equal(ov_rig_stats(&rig).peers, 2);
    ov_rig_close(&rig);
}

/* ---- float ---- */

static void floats_after_authentication(void **state)
{
    (void)state;
    enum ov_err why;
    ov_rig_open(&rig, true, "");
    struct ov_rig_client *client = join(0, "alice");
    const struct ov_addr before = client->addr;
    const struct ov_addr after = ov_test_addr4(99, 999);
    /* Octets from somewhere else under its id: the tag is wrong, nothing moves. */
    const uint8_t forged[60] = {0x48, 0, 0, 0, 0, 0, 0, 50};
    assert_int_equal(ov_rig_raw(&rig, &after, forged, sizeof forged, &why), OV_FATE_DROPPED);
    assert_int_equal(why, OV_ERR_AUTH);
    assert_int_equal(ov_rig_stats(&rig).floats, 0);
    /* A true packet moves it [WP-SRV-004]. */
    client->addr = after;
    ov_rig_send_up(&rig, client, IP(1), SERVER_IP, 1, &batch);
    assert_int_equal(batch.dg[0].fate, OV_FATE_TUN);
    assert_int_equal(ov_rig_stats(&rig).floats, 1);
    assert_true(ov_rig_send_down(&rig, IP(1), 2, 0));
    /* Control packets follow: a renegotiation works from here, and not from the old place. */
    assert_int_equal(ov_session_renegotiate(&client->end.session, rig.now), OV_OK);
    ov_rig_settle(&rig);
    assert_int_equal(client->end.session.negotiations, 2);
    client->addr = before;
    assert_int_equal(ov_session_renegotiate(&client->end.session, rig.now), OV_OK);
    ov_rig_settle(&rig);
    assert_int_equal(client->end.session.negotiations, 2);
    ov_rig_close(&rig);
}

/* A packet that was seen on its way and is sent again from elsewhere moves nothing. */
static void replay_does_not_float(void **state)
{
    (void)state;
    ov_rig_open(&rig, true, "");
    struct ov_rig_client *client = join(0, "alice");
    uint8_t inner[64];
    uint8_t copy[128];
    enum ov_err why;
    const struct ov_addr elsewhere = ov_test_addr4(99, 999);
    const uint32_t len = ov_test_inner4(inner, IP(1), SERVER_IP, 1, sizeof inner);
    ov_test_batch_reset(&batch);
    ov_test_batch_add(&batch, NULL, inner, len);
    ov_session_send(&client->end.session, batch.dg, 1, rig.now);
    const uint32_t sealed_len = batch.dg[0].buf.len;
    memcpy(copy, ov_buf_data(&batch.dg[0].buf), sealed_len);
    assert_int_equal(ov_rig_raw(&rig, &client->addr, copy, sealed_len, &why), OV_FATE_TUN);
    assert_int_equal(ov_rig_raw(&rig, &elsewhere, copy, sealed_len, &why), OV_FATE_DROPPED);
    assert_int_equal(why, OV_ERR_REPLAY);
    assert_int_equal(ov_rig_stats(&rig).floats, 0);
    ov_rig_close(&rig);
}

/* [WP-SRV-005] */
static void float_onto_another(void **state)
{
    (void)state;
    ov_rig_open(&rig, false, "duplicate-cn\n");
    struct ov_rig_client *alice = join(0, "alice");
    struct ov_rig_client *bob = join(1, "bob");
    struct ov_rig_client *twin = join(2, "alice");
    const struct ov_addr own = alice->addr;
    alice->addr = bob->addr;
    ov_rig_send_up(&rig, alice, IP(1), SERVER_IP, 1, &batch);
    assert_int_equal(batch.dg[0].fate, OV_FATE_DROPPED);
    assert_int_equal(batch.dg[0].why, OV_ERR_ADDRESS);
    assert_int_equal(ov_rig_stats(&rig).floats, 0);
    assert_int_equal(ov_rig_stats(&rig).peers, 3);
    /* Onto another instance of the same certificate: that one goes. */
    alice->addr = twin->addr;
    twin->addr = own;
    ov_rig_send_up(&rig, alice, IP(1), SERVER_IP, 2, &batch);
    assert_int_equal(batch.dg[0].fate, OV_FATE_TUN);
    assert_int_equal(ov_rig_stats(&rig).floats, 1);
    assert_int_equal(ov_rig_stats(&rig).peers, 2);
    ov_rig_close(&rig);
}

static void float_ping_pong(void **state)
{
    (void)state;
    ov_rig_open(&rig, false, "");
    struct ov_rig_client *client = join(0, "alice");
    for (uint32_t i = 0; i < 1000; i++)
    {
        client->addr.port = (uint16_t)(50000 + i % 2);
        ov_rig_send_up(&rig, client, IP(1), SERVER_IP, i, &batch);
        assert_int_equal(batch.dg[0].fate, OV_FATE_TUN);
    }
    assert_int_equal(ov_rig_stats(&rig).floats, 1000);
    assert_true(ov_rig_send_down(&rig, IP(1), 1, 0));
    ov_rig_close(&rig);
}

/* ---- inner packets ---- */

static void inner_addresses(void **state)
{
    (void)state;
    ov_rig_open(&rig, false, "");
    struct ov_rig_client *alice = join(0, "alice");
    struct ov_rig_client *bob = join(1, "bob");
    static const struct
    {
        uint32_t src;
        enum ov_fate fate;
    } cases[] = {{IP(1), OV_FATE_TUN},
                 {IP(2), OV_FATE_DROPPED},     /* bob's [WP-SRV-008] */
                 {SERVER_IP, OV_FATE_DROPPED}, /* the server's */
                 {0, OV_FATE_DROPPED},
                 {0xc0000201, OV_FATE_DROPPED}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        ov_rig_send_up(&rig, alice, cases[i].src, SERVER_IP, 1, &batch);
        assert_int_equal(batch.dg[0].fate, cases[i].fate);
    }
    assert_int_equal(ov_rig_stats(&rig).routed.by[OV_ERR_ADDRESS], 4);
    assert_true(ov_rig_send_down(&rig, IP(2), 5, 1));
    assert_false(ov_rig_send_down(&rig, IP(3), 6, 1)); /* nobody's */
    assert_false(ov_rig_send_down(&rig, SERVER_IP, 7, 1));
    (void)bob;
    ov_rig_close(&rig);
}

static void client_to_client(void **state)
{
    (void)state;
    for (int on = 0; on < 2; on++)
    {
        ov_rig_open(&rig, false, on != 0 ? "client-to-client\n" : "");
        struct ov_rig_client *alice = join(0, "alice");
        struct ov_rig_client *bob = join(1, "bob");
        ov_rig_send_up(&rig, alice, IP(1), IP(2), 77, &batch);
        assert_int_equal(batch.dg[0].fate, on != 0 ? OV_FATE_LINK : OV_FATE_TUN);
        if (on != 0)
        {
            uint32_t number = 0;
            assert_true(ov_addr_equal(&batch.dg[0].addr, &bob->addr));
            batch.dg[0].addr = rig.server_addr;
            batch.dg[0].fate = OV_FATE_NONE;
            ov_session_receive(&bob->end.session, batch.dg, 1, rig.now);
            assert_int_equal(batch.dg[0].fate, OV_FATE_TUN);
            assert_true(ov_test_inner4_number(ov_buf_data(&batch.dg[0].buf), batch.dg[0].buf.len, &number));
            assert_int_equal(number, 77);
        }
        ov_rig_close(&rig);
    }
}

/* As from a train of datagrams: no room around it. Returns the fate; the packet is in dg. */
static void send_tight(struct ov_rig_client *from, uint32_t src, uint32_t dst, uint8_t *mem,
                       struct ov_datagram *dg)
{
    uint8_t inner[64];
    const uint32_t len = ov_test_inner4(inner, src, dst, 5, sizeof inner);
    ov_test_batch_reset(&batch);
    ov_test_batch_add(&batch, NULL, inner, len);
    ov_session_send(&from->end.session, batch.dg, 1, rig.now);
    const struct ov_buf *sealed = &batch.dg[0].buf;
    memcpy(mem, ov_buf_data(sealed), sealed->len);
    *dg = (struct ov_datagram){.buf = ov_buf_over(mem, sealed->len, 0), .addr = from->addr};
    dg->buf.len = sealed->len;
    ov_hub_receive(rig.server.hub, dg, 1, rig.now);
}

/* Forwarding from one packet format to a larger one, out of memory where its neighbours lie on both sides. */
static void forwarding_makes_room(void **state)
{
    (void)state;
    static uint8_t mem[2][256];
    struct ov_datagram dg;
    uint32_t number = 0;
    ov_rig_open(&rig, false, "client-to-client\ndata-ciphers AES-256-GCM:AES-256-CBC\n");
    const struct ov_addr there = ov_test_addr4(30, 40000);
    struct ov_rig_client *alice = join(0, "alice");
    struct ov_rig_client *bob = ov_rig_add(&rig, 1, "bob", &there, "data-ciphers AES-256-CBC\n");
    ov_rig_connect(&rig, bob);
    assert_int_equal(alice->end.session.agreed.cipher, OV_CIPHER_AES_256_GCM);
    assert_int_equal(bob->end.session.agreed.cipher, OV_CIPHER_AES_256_CBC);

    send_tight(alice, IP(1), IP(2), mem[0], &dg);
    assert_int_equal(dg.fate, OV_FATE_LINK);
    assert_true(dg.buf.mem != mem[0]); /* CBC needs more than GCM left */
    dg.addr = rig.server_addr;
    dg.fate = OV_FATE_NONE;
    ov_session_receive(&bob->end.session, &dg, 1, rig.now);
    assert_true(dg.fate == OV_FATE_TUN && ov_test_inner4_number(ov_buf_data(&dg.buf), dg.buf.len, &number));

    send_tight(bob, IP(2), IP(1), mem[1], &dg);
    assert_int_equal(dg.fate, OV_FATE_LINK);
    assert_ptr_equal(dg.buf.mem, mem[1]); /* the other way it stays where it is */
    dg.addr = rig.server_addr;
    dg.fate = OV_FATE_NONE;
    ov_session_receive(&alice->end.session, &dg, 1, rig.now);
    assert_true(dg.fate == OV_FATE_TUN && ov_test_inner4_number(ov_buf_data(&dg.buf), dg.buf.len, &number));
    ov_rig_close(&rig);
}

/* Where packets prove nothing, they move nobody: a client without HMAC has to stay where it is. */
static void nothing_proven_nothing_moved(void **state)
{
    (void)state;
    static const struct
    {
        const char *auth;
        unsigned floats;
    } cases[] = {{"auth SHA256\n", 1}, {"auth none\n", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        char text[80];
        (void)snprintf(text, sizeof text, "data-ciphers none\n%s", cases[i].auth);
        ov_rig_open(&rig, false, text);
        const struct ov_addr there = ov_test_addr4(30, 40000);
        struct ov_rig_client *alice = ov_rig_add(&rig, 0, "alice", &there, text);
        ov_rig_connect(&rig, alice);
        assert_true(ov_rig_connected(alice));
        alice->addr = ov_test_addr4(31, 40001);
        ov_rig_send_up(&rig, alice, IP(1), SERVER_IP, 1, &batch);
        assert_int_equal(batch.dg[0].fate, cases[i].floats ? OV_FATE_TUN : OV_FATE_DROPPED);
        assert_int_equal(ov_rig_stats(&rig).floats, cases[i].floats);
        ov_rig_close(&rig);
    }
}

/* A packet under another client's id is opened with that client's keys, and fails [bad-inputs 28]
 * [WP-SRV-002]. */
static void foreign_ids(void **state)
{
    (void)state;
    uint8_t inner[64];
    static const struct
    {
        uint8_t id[3];
        enum ov_err why;
    } cases[] = {{{0, 0, 1}, OV_ERR_AUTH},
                 {{0, 0, 2}, OV_ERR_PEER_ID},
                 {{0, 4, 0}, OV_ERR_PEER_ID},
                 {{0xff, 0xff, 0xfe}, OV_ERR_PEER_ID},
                 {{0xff, 0xff, 0xff}, OV_ERR_AUTH}}; /* by address: alice's own keys, but the AD differs */
    ov_rig_open(&rig, false, "");
    struct ov_rig_client *alice = join(0, "alice");
    (void)join(1, "bob");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        enum ov_err why;
        const uint32_t len = ov_test_inner4(inner, IP(1), SERVER_IP, 1, sizeof inner);
        ov_test_batch_reset(&batch);
        ov_test_batch_add(&batch, NULL, inner, len);
        ov_session_send(&alice->end.session, batch.dg, 1, rig.now);
        uint8_t *packet = ov_buf_data(&batch.dg[0].buf);
        memcpy(packet + 1, cases[i].id, 3);
        assert_int_equal(ov_rig_raw(&rig, &alice->addr, packet, batch.dg[0].buf.len, &why), OV_FATE_DROPPED);
        ov_assert_err(why, cases[i].why);
    }
    ov_rig_close(&rig);
}

/* Addresses are given lowest first and come back; when there are none, that is said [WP-SRV-013]. */
static void small_pool(void **state)
{
    (void)state;
    const struct ov_pool range = {.ip4_first = IP(1),
                                  .ip4_last = IP(3),
                                  .has_ip6 = true,
                                  .ip6_first = {0xfd, [14] = 0x10, [15] = 0xff},
                                  .ip6_count = 2};
    struct ov_address_pool pool;
    uint32_t ip4 = 0;
    uint8_t ip6[16];
    assert_int_equal(ov_address_pool_init(&pool, &range, 100), OV_OK);
    for (uint32_t i = 1; i <= 3; i++)
    {
        assert_int_equal(ov_address_pool_take4(&pool, &ip4), OV_OK);
        assert_int_equal(ip4, IP(i));
    }
    assert_int_equal(ov_address_pool_take4(&pool, &ip4), OV_ERR_LIMIT);
    ov_address_pool_give4(&pool, IP(2));
    ov_address_pool_give4(&pool, IP(200)); /* was never ours */
    assert_int_equal(ov_address_pool_take4(&pool, &ip4), OV_OK);
    assert_int_equal(ip4, IP(2));
    assert_int_equal(ov_address_pool_take6(&pool, ip6), OV_OK);
    assert_memory_equal(ip6, range.ip6_first, 16);
    assert_int_equal(ov_address_pool_take6(&pool, ip6), OV_OK);
    assert_int_equal(ip6[14], 0x11); /* carried over */
    assert_int_equal(ip6[15], 0x00);
    ov_address_pool_give6(&pool, ip6);
    assert_int_equal(ov_address_pool_take6(&pool, ip6), OV_OK);
    assert_int_equal(ov_address_pool_take6(&pool, ip6), OV_ERR_LIMIT);
    ov_address_pool_clear(&pool);
    assert_int_equal(ov_address_pool_init(&pool, &(struct ov_pool){.ip4_first = 0}, 100), OV_OK);
    assert_int_equal(ov_address_pool_take4(&pool, &ip4), OV_ERR_UNSUPPORTED);
    ov_address_pool_clear(&pool);
}

/* [WP-MSG-010] */
static void shutdown_tells_everybody(void **state)
{
    (void)state;
    struct ov_event event;
    ov_rig_open(&rig, true, "explicit-exit-notify 2\n");
    (void)join(0, "a");
    (void)join(1, "b");
    ov_hub_shutdown(rig.server.hub, rig.now);
    ov_rig_settle(&rig);
    for (size_t n = 0; n < 2; n++)
    {
        bool told = false;
        ov_session_tick(&rig.client[n].end.session, rig.now);
        while (ov_session_event(&rig.client[n].end.session, &event))
        {
            if (event.kind == OV_EVENT_RESTART)
            {
                told = true;
                assert_true(event.next_remote); /* RESTART,[N] */
            }
        }
        assert_true(told);
    }
    ov_rig_wait(&rig, 2100);
    assert_int_equal(ov_rig_stats(&rig).peers, 0);
    assert_true(ov_rig_event(&rig, OV_EVENT_EXIT, &event));
    ov_rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lowest_free_ids_and_addresses),
        cmocka_unit_test(same_name_replaces),
        cmocka_unit_test(same_address_takes_over),
        cmocka_unit_test(newcomer_beside_active),
        cmocka_unit_test(max_clients),
        cmocka_unit_test(floats_after_authentication),
        cmocka_unit_test(replay_does_not_float),
        cmocka_unit_test(float_onto_another),
        cmocka_unit_test(float_ping_pong),
        cmocka_unit_test(inner_addresses),
        cmocka_unit_test(client_to_client),
        cmocka_unit_test(forwarding_makes_room),
        cmocka_unit_test(nothing_proven_nothing_moved),
        cmocka_unit_test(foreign_ids),
        cmocka_unit_test(small_pool),
        cmocka_unit_test(shutdown_tells_everybody),
    };
    return cmocka_run_group_tests_name("hub_peers", tests, NULL, NULL);
}
