/* What is different over TCP: one connection is one peer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hub/private.h"
#include "lib/hubrig.h"
#include "options/occ.h"
#include "session/private.h"

static struct ov_rig rig;
static struct ov_test_batch batch;
static const struct ov_sid client_sid = {{1, 2, 3, 4, 5, 6, 7, 8}};

#define SERVER_IP 0x0a080001u
#define IP(n)     (0x0a080001u + (n))

static struct ov_addr addr_of(size_t n)
{
    return ov_test_addr4((uint8_t)(10 + n), (uint16_t)(40000 + n));
}

static struct ov_rig_client *join(size_t n, const char *name)
{
    const struct ov_addr addr = addr_of(n);
    struct ov_rig_client *client = ov_rig_add(&rig, n, name, &addr, "proto tcp\n");
    ov_rig_connect(&rig, client);
    return client;
}

static bool next_claim(const struct ov_addr *addr, bool used)
{
    struct ov_addr got;
    bool got_used;
    return ov_hub_claim(rig.server.hub, &got, &got_used) && ov_addr_equal(&got, addr) && got_used == used;
}

static bool no_claim(void)
{
    struct ov_addr addr;
    bool used;
    return !ov_hub_claim(rig.server.hub, &addr, &used);
}

/* ---- the handshake ---- */

/* State from the first packet, and a session id that is chance, not a cookie [WP-COOK-010]. */
static void first_packet_opens(void **state)
{
    (void)state;
    for (int tls_crypt = 0; tls_crypt < 2; tls_crypt++)
    {
        const struct ov_addr addr[2] = {addr_of(0), addr_of(1)};
        struct ov_control reply[2];
        enum ov_err why;
        ov_rig_open(&rig, tls_crypt != 0, "proto tcp\n");
        for (int i = 0; i < 2; i++)
        {
            const struct ov_control reset = {
                .opcode = OV_OP_HARD_RESET_CLIENT_V2, .has_message_id = true, .sid = client_sid};
            struct ov_addr to;
            struct ov_wrap_id id;
            assert_int_equal(ov_rig_control(&rig, &addr[i], &reset, &why), OV_FATE_CONSUMED);
            assert_int_equal(ov_rig_stats(&rig).half_open, i + 1);
            assert_true(next_claim(&addr[i], true));
            assert_true(no_claim());
            assert_true(ov_rig_reply(&rig, &reply[i], &to, &id));
            assert_true(ov_addr_equal(&to, &addr[i]));
            assert_int_equal(reply[i].opcode, OV_OP_HARD_RESET_SERVER_V2);
            assert_int_equal(reply[i].message_id, 0);
            assert_int_equal(reply[i].ack_count, 1);
            assert_int_equal(id.id, tls_crypt);
            /* Once more: it is known now. */
            assert_int_equal(ov_rig_control(&rig, &addr[i], &reset, &why), OV_FATE_DROPPED);
            assert_int_equal(why, OV_ERR_DUPLICATE);
            ov_rig_settle(&rig); /* and is acknowledged again */
        }
        assert_false(ov_sid_equal(&reply[0].sid, &reply[1].sid));
        assert_int_equal(ov_rig_stats(&rig).accepted, 2);
        assert_int_equal(ov_rig_stats(&rig).replies, 0);
        ov_rig_close(&rig);
    }
}

/* What opens nothing, and that nothing is kept of it. */
static void others_open_nothing(void **state)
{
    (void)state;
    static const struct
    {
        struct ov_control control;
        enum ov_err why;
    } rows[] = {
        {{.opcode = OV_OP_CONTROL_V1,
          .has_message_id = true,
          .message_id = 1,
          .ack_count = 1,
          .remote_sid = {{9}}},
         OV_ERR_SESSION_ID},
        {{.opcode = OV_OP_ACK_V1, .ack_count = 1, .remote_sid = {{9}}}, OV_ERR_SESSION_ID},
        {{.opcode = OV_OP_SOFT_RESET_V1, .has_message_id = true}, OV_ERR_SESSION_ID},
        {{.opcode = OV_OP_HARD_RESET_CLIENT_V2, .has_message_id = true, .message_id = 1}, OV_ERR_FORMAT},
        {{.opcode = OV_OP_HARD_RESET_CLIENT_V2, .has_message_id = true, .key_id = 1}, OV_ERR_KEY_ID},
        {{.opcode = OV_OP_HARD_RESET_CLIENT_V2, .has_message_id = true, .ack_count = 1, .remote_sid = {{9}}},
         OV_ERR_FORMAT},
        {{.opcode = OV_OP_HARD_RESET_CLIENT_V3, .has_message_id = true}, OV_ERR_UNSUPPORTED},
    };
    const struct ov_addr addr = addr_of(0);
    ov_rig_open(&rig, true, "proto tcp\n");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        struct ov_control control = rows[i].control;
        enum ov_err why;
        control.sid = client_sid;
        assert_int_equal(ov_rig_control(&rig, &addr, &control, &why), OV_FATE_DROPPED);
        ov_assert_err(why, rows[i].why);
        assert_int_equal(ov_rig_stats(&rig).half_open, 0);
        assert_true(no_claim());
    }
    ov_rig_close(&rig);
}

static void connects(void **state)
{
    (void)state;
    for (int tls_crypt = 0; tls_crypt < 2; tls_crypt++)
    {
        const struct ov_addr addr = addr_of(0);
        ov_rig_open(&rig, tls_crypt != 0, "proto tcp\n");
        struct ov_rig_client *client = join(0, "alice");
        assert_true(ov_rig_connected(client));
        ov_rig_send_up(&rig, client, IP(1), SERVER_IP, 1, &batch);
        assert_int_equal(batch.dg[0].fate, OV_FATE_TUN);
        assert_true(ov_rig_send_down(&rig, IP(1), 1, 0));
        assert_true(next_claim(&addr, true));
        assert_true(no_claim());
        assert_int_equal(ov_session_renegotiate(&client->end.session, rig.now), OV_OK);
        ov_rig_settle(&rig);
        assert_int_equal(client->end.session.negotiations, 2);
        ov_rig_close(&rig);
    }
}

/* ---- the connection ---- */

static void lost_is_over(void **state)
{
    (void)state;
    struct ov_event event;
    const struct ov_addr addr[2] = {addr_of(0), addr_of(1)};
    ov_rig_open(&rig, false, "proto tcp\n");
    (void)join(0, "alice");
    (void)join(1, "bob");
    ov_hub_lost(rig.server.hub, &addr[0], OV_ERR_CLOSED, "closed by the peer", rig.now);
    assert_int_equal(ov_rig_stats(&rig).peers, 1);
    assert_true(ov_rig_event(&rig, OV_EVENT_CLOSED, &event));
    assert_int_equal(event.peer_id, 0);
    assert_non_null(strstr(event.text, "connection-reset"));
    ov_hub_lost(rig.server.hub, &addr[0], OV_ERR_CLOSED, "closed by the peer", rig.now); /* nobody */
    assert_true(ov_rig_send_down(&rig, IP(2), 1, 1));
    ov_rig_close(&rig);
}

/* Half open ones are in the care of the hub too: bounded, and not for ever. */
static void half_open_are_given_up(void **state)
{
    (void)state;
    const struct ov_addr addr = addr_of(0);
    const struct ov_control reset = {
        .opcode = OV_OP_HARD_RESET_CLIENT_V2, .has_message_id = true, .sid = client_sid};
    enum ov_err why;
    ov_rig_open(&rig, false, "proto tcp\nhand-window 20\n");
    assert_int_equal(ov_rig_control(&rig, &addr, &reset, &why), OV_FATE_CONSUMED);
    assert_true(next_claim(&addr, true));
    ov_rig_wait(&rig, 20500);
    assert_int_equal(ov_rig_stats(&rig).half_open, 0);
    assert_true(next_claim(&addr, false));
    assert_true(no_claim());
    ov_rig_close(&rig);
}

/* A client that starts over on its connection replaces itself: the connection stays in use. */
static void starts_over_on_its_connection(void **state)
{
    (void)state;
    struct ov_addr addr;
    bool used = false;
    bool last = false;
    ov_rig_open(&rig, false, "proto tcp\n");
    struct ov_rig_client *client = join(0, "alice");
    ov_rig_connect(&rig, client);
    assert_true(ov_rig_connected(client));
    assert_int_equal(ov_rig_stats(&rig).peers, 1);
    while (ov_hub_claim(rig.server.hub, &addr, &used))
    {
        last = used;
        assert_true(used);
    }
    assert_true(last);
    ov_rig_close(&rig);
}

/* The connection says whose a packet is; a peer-id may only agree, and nobody floats [WP-SRV-005]. */
static void nobody_floats(void **state)
{
    (void)state;
    uint8_t inner[64];
    ov_rig_open(&rig, false, "proto tcp\n");
    struct ov_rig_client *alice = join(0, "alice");
    (void)join(1, "bob");
    const struct ov_addr from[] = {addr_of(1), addr_of(5)}; /* bob's connection, and one without a session */
    for (size_t i = 0; i < 2; i++)
    {
        const uint32_t len = ov_test_inner4(inner, IP(1), SERVER_IP, 7, sizeof inner);
        ov_test_batch_reset(&batch);
        ov_test_batch_add(&batch, NULL, inner, len);
        ov_session_send(&alice->end.session, batch.dg, 1, rig.now);
        enum ov_err why;
        assert_int_equal(ov_rig_raw(&rig, &from[i], ov_buf_data(&batch.dg[0].buf), batch.dg[0].buf.len, &why),
                         OV_FATE_DROPPED);
        ov_assert_err(why, OV_ERR_PEER_ID);
    }
    assert_int_equal(ov_rig_stats(&rig).floats, 0);
    assert_int_equal(ov_rig_stats(&rig).peers, 2);
    assert_true(ov_rig_send_down(&rig, IP(1), 1, 0));
    assert_true(ov_rig_send_down(&rig, IP(2), 1, 1));
    ov_rig_close(&rig);
}

/* What does not authenticate ends the connection it came on, and on UDP nothing [WP-FRM-006]. */
static void decryption_error(void **state)
{
    (void)state;
    for (int tcp = 0; tcp < 2; tcp++)
    {
        uint8_t inner[64];
        enum ov_err why;
        struct ov_event event;
        const struct ov_addr addr[2] = {addr_of(0), addr_of(1)};
        ov_rig_open(&rig, false, tcp != 0 ? "proto tcp\n" : "");
        struct ov_rig_client *alice = join(0, "alice");
        (void)join(1, "bob");
        const uint32_t len = ov_test_inner4(inner, IP(1), SERVER_IP, 7, sizeof inner);
        ov_test_batch_reset(&batch);
        ov_test_batch_add(&batch, NULL, inner, len);
        ov_session_send(&alice->end.session, batch.dg, 1, rig.now);
        ov_buf_data(&batch.dg[0].buf)[30] ^= 1;
        assert_int_equal(ov_rig_raw(&rig, &addr[0], ov_buf_data(&batch.dg[0].buf), batch.dg[0].buf.len, &why),
                         OV_FATE_DROPPED);
        ov_assert_err(why, OV_ERR_AUTH);
        ov_rig_settle(&rig);
        assert_int_equal(ov_rig_stats(&rig).peers, 2 - tcp);
        assert_int_equal(ov_rig_event(&rig, OV_EVENT_CLOSED, &event), tcp);
        if (tcp != 0)
        {
            assert_non_null(strstr(event.text, "decryption-error"));
            assert_true(next_claim(&addr[0], false) && next_claim(&addr[1], true) &&
                        next_claim(&addr[0], false));
        }
        assert_true(ov_rig_send_down(&rig, IP(2), 1, 1));
        ov_rig_close(&rig);
    }
}

/* A control packet whose HMAC is wrong is dropped, and answered by nothing: not even its connection minds
 * [WP-TLA-004]. */
static void wrong_hmac(void **state)
{
    (void)state;
    const struct ov_addr addr = addr_of(0), newcomer = addr_of(5);
    const struct ov_control reset = {
        .opcode = OV_OP_HARD_RESET_CLIENT_V2, .has_message_id = true, .sid = client_sid};
    ov_rig_open_as(&rig, OV_END_TLS_AUTH_SHA1, "proto tcp\n");
    struct ov_rig_client *client = join(0, "alice");
    assert_true(ov_rig_connected(client) && next_claim(&addr, true));
    rig.wrap.send.hmac[0] ^= 1;
    for (unsigned turn = 0; turn < 2; turn++)
    {
        enum ov_err why;
        struct ov_control reply;
        struct ov_addr to;
        struct ov_wrap_id id;
        assert_int_equal(ov_rig_control(&rig, turn == 0 ? &addr : &newcomer, &reset, &why), OV_FATE_DROPPED);
        ov_assert_err(why, OV_ERR_AUTH);
        assert_false(ov_rig_reply(&rig, &reply, &to, &id));
        assert_int_equal(ov_rig_stats(&rig).half_open, 0);
        assert_int_equal(ov_rig_stats(&rig).peers, 1);
        assert_true(no_claim());
    }
    assert_true(ov_rig_send_down(&rig, IP(1), 1, 0));
    ov_rig_close(&rig);
}

/* ---- the client's session ---- */

static struct ov_event last_event(struct ov_session *s)
{
    struct ov_event event = {.kind = OV_EVENT_NONE};
    struct ov_event next;
    ov_session_tick(s, rig.now);
    while (ov_session_event(s, &next))
    {
        event = next;
    }
    return event;
}

static void client_restarts(void **state)
{
    (void)state;
    ov_rig_open(&rig, false, "proto tcp\n");
    struct ov_rig_client *client = join(0, "alice");
    struct ov_session *s = &client->end.session;
    ov_session_lost(s, OV_ERR_CLOSED, "closed by the peer", rig.now);
    assert_int_equal(ov_session_deadline(s) <= rig.now.mono_ms, true);
    struct ov_event event = last_event(s);
    assert_int_equal(event.kind, OV_EVENT_RESTART);
    assert_string_equal(event.text, "connection-reset");
    assert_true(ov_session_deadline(s) == OV_NEVER);
    ov_rig_close(&rig);
}

/* Nobody needs to be told: the end of the connection says it [WP-CLI-012]. */
static void client_exits_at_once(void **state)
{
    (void)state;
    const struct ov_addr addr = addr_of(0);
    ov_rig_open(&rig, false, "proto tcp\n");
    struct ov_rig_client *client = ov_rig_add(&rig, 0, "alice", &addr, "explicit-exit-notify 3\nproto tcp\n");
    assert_int_equal(client->end.end.config->exit_notify, 0);
    ov_rig_connect(&rig, client);
    struct ov_session *s = &client->end.session;
    ov_session_exit(s, rig.now);
    ov_test_batch_reset(&batch);
    assert_int_equal(ov_session_transmit(s, batch.dg, OV_TEST_BATCH, rig.now), 0);
    assert_int_equal(last_event(s).kind, OV_EVENT_EXIT);
    ov_hub_shutdown(rig.server.hub, rig.now);
    ov_rig_settle(&rig);
    ov_hub_tick(rig.server.hub, rig.now);
    struct ov_event event;
    assert_true(ov_rig_event(&rig, OV_EVENT_EXIT, &event)); /* without the two seconds */
    ov_rig_close(&rig);
}

/* ---- sizes and names ---- */

/* Octets of headers in front of a control packet's payload: plain, with 4 acknowledgements. */
#define CONTROL_HEAD (1u + 8u + 1u + 16u + 8u + 4u)

static void sizes(void **state)
{
    (void)state;
    static const struct
    {
        const char *text;
        bool six;
        uint32_t outer;
        struct ov_mss mss;
    } rows[] = {
        {"", false, 28, {1400, 1380, false}},
        {"", true, 48, {1380, 1360, false}},
        {"proto tcp\n", false, 42, {1386, 1366, false}}, /* 1492 - 40 - 24 - 2 - 40 [WP-MTU-002] */
        {"proto tcp\n", true, 62, {1366, 1346, false}},
        {"proto tcp\nmssfix 1400\n", false, 42, {1334, 1314, false}}, /* 1400 - 24 - 2 - 40 */
        {"proto tcp\nmssfix 1400 fixed\n", false, 42, {1360, 1360, false}},
        /* A frame has 32 octets around its packet, tags included [WP-MTU-002]. */
        {"dev tap\n", false, 28, {1368, 1348, true}},
        {"dev tap\nproto tcp\n", false, 42, {1354, 1334, true}},
        {"dev tap\ntun-mtu-extra 18\n", false, 28, {1382, 1362, true}},
        {"dev tap\nmssfix 1400 fixed\n", false, 28, {1360, 1360, true}},
        {"dev tap\ntun-mtu 1400\n", false, 28, {0, 0, true}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        const struct ov_addr addr = rows[i].six ? ov_test_addr6(3, 4000) : ov_test_addr4(3, 4000);
        ov_rig_open(&rig, false, rows[i].text);
        rig.server_addr = rows[i].six ? ov_test_addr6(1, 1194) : ov_test_addr4(1, 1194);
        struct ov_rig_client *client = ov_rig_add(&rig, 0, "alice", &addr, rows[i].text);
        ov_rig_connect(&rig, client);
        const struct ov_session *s = &client->end.session;
        assert_true(ov_rig_connected(client));
        assert_int_equal(s->agreed.mss.v4, rows[i].mss.v4);
        assert_int_equal(s->agreed.mss.v6, rows[i].mss.v6);
        assert_int_equal(s->agreed.mss.in_frames, rows[i].mss.in_frames);
        assert_int_equal(ov_control_slice(s), 1250 - rows[i].outer - CONTROL_HEAD); /* [WP-REL-040] */
        ov_rig_close(&rig);
    }
}

/* 4.3, 8.6: each its own role, "v4" on IPv6 too, two octets more. */
static void options_string(void **state)
{
    (void)state;
    char text[OV_OCC_MAX];
    struct ov_occ occ;
    ov_rig_open(&rig, false, "proto tcp6\n");
    struct ov_rig_client *client = join(0, "alice");
    ov_session_occ(&client->end.session, &occ);
    ov_assert_err(ov_occ_text(&occ, text, sizeof text), OV_OK);
    assert_string_equal(text,
                        "V4,dev-type tun,link-mtu 1543,tun-mtu 1500,proto TCPv4_CLIENT,auth SHA1,keysize "
                        "128,key-method 2,tls-client");
    ov_session_occ(&ov_peer_of_id(rig.server.hub, 0)->session, &occ);
    ov_assert_err(ov_occ_text(&occ, text, sizeof text), OV_OK);
    assert_string_equal(text,
                        "V4,dev-type tun,link-mtu 1543,tun-mtu 1500,proto TCPv4_SERVER,auth SHA1,keysize "
                        "128,key-method 2,tls-server");
    ov_rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_packet_opens),
        cmocka_unit_test(others_open_nothing),
        cmocka_unit_test(connects),
        cmocka_unit_test(lost_is_over),
        cmocka_unit_test(half_open_are_given_up),
        cmocka_unit_test(starts_over_on_its_connection),
        cmocka_unit_test(nobody_floats),
        cmocka_unit_test(wrong_hmac),
        cmocka_unit_test(decryption_error),
        cmocka_unit_test(client_restarts),
        cmocka_unit_test(client_exits_at_once),
        cmocka_unit_test(sizes),
        cmocka_unit_test(options_string),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
