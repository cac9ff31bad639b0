/* The whole life of a connection on a wire without faults, in every mode: what is agreed, how it is renewed, and
 * every way in which it ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/pair.h"
#include "lib/tlspair.h"

static const struct ov_wire_faults quiet = {.latency_ms = 10};
static struct ov_pair pair;

static void open_pair(struct ov_end_spec spec, const char *client_text, const char *server_text)
{
    struct ov_end_spec server = spec;
    spec.more = client_text;
    server.more = server_text;
    server.built = (struct ov_proto_flags){true, true, true, false};
    server.cert = NULL;
    ov_pair_open(&pair, &spec, &server, &quiet, 1);
}

static void connect_pair(struct ov_end_spec spec, const char *client_text, const char *server_text)
{
    open_pair(spec, client_text, server_text);
    assert_true(ov_pair_until(&pair, ov_pair_is_up, 10));
}

static struct ov_session *client(void)
{
    return &pair.client.session;
}

static struct ov_hub_peer server_view(void)
{
    struct ov_hub_peer peer;
    uint32_t at = 0;
    assert_true(ov_hub_next_peer(pair.server.hub, &at, &peer));
    return peer;
}

static bool exchanged(const struct ov_pair *p)
{
    return p->up.arrived >= 20 && p->down.arrived >= 20;
}

static bool gone(const struct ov_pair *p)
{
    return p->client_gone;
}

static bool restarted(const struct ov_pair *p)
{
    return p->restarts > 0;
}

static bool server_empty(const struct ov_pair *p)
{
    return p->server_peers == 0;
}

static bool both_rekeyed(const struct ov_pair *p)
{
    return p->rekeys[0] > 0 && p->rekeys[1] > 0;
}

/* ---- agreement ---- */

static void agreements(void **state)
{
    (void)state;
    static const struct
    {
        const char *what;
        bool tls_crypt;
        struct ov_proto_flags built;
        const char *client_text;
        const char *server_text;
        enum ov_cipher_id cipher;
    } cases[] = {
        {"defaults", false, {true, true, true, false}, "", "", OV_CIPHER_AES_256_GCM},
        {"tls-crypt", true, {true, true, true, false}, "", "", OV_CIPHER_AES_256_GCM},
        {"PRF keys", true, {true, false, false, false}, "", "", OV_CIPHER_AES_256_GCM},
        {"no cc-exit, exporter by key-derivation",
         false,
         {false, true, false, false},
         "",
         "",
         OV_CIPHER_AES_256_GCM},
        {"nothing new", false, {false, false, false, false}, "", "", OV_CIPHER_AES_256_GCM},
        {"dynamic tls-crypt alone", false, {false, false, true, false}, "", "", OV_CIPHER_AES_256_GCM},
        {"the server's order decides",
         true,
         {true, true, true, false},
         "data-ciphers AES-256-GCM:AES-128-GCM:CHACHA20-POLY1305\n",
         "data-ciphers CHACHA20-POLY1305:AES-256-GCM\n",
         OV_CIPHER_CHACHA20_POLY1305},
        {"the only common one",
         false,
         {true, true, true, false},
         "data-ciphers AES-128-GCM\n",
         "data-ciphers AES-256-GCM:AES-128-GCM\n",
         OV_CIPHER_AES_128_GCM},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        struct ov_end_spec spec = ov_end_spec_default();
        struct ov_session_status status;
        spec.tls_crypt = cases[i].tls_crypt;
        spec.built = cases[i].built;
        open_pair(spec, cases[i].client_text, cases[i].server_text);
        if (!ov_pair_until(&pair, ov_pair_is_up, 10))
        {
            fail_msg("%s: did not connect", cases[i].what);
        }
        ov_session_status(client(), &status);
        assert_int_equal(status.cipher, cases[i].cipher);
        assert_int_equal(server_view().session.cipher, cases[i].cipher);
        assert_int_equal(status.peer_id, 0);
        assert_int_equal(client()->agreed.flags.cc_exit, cases[i].built.cc_exit);
        assert_int_equal(client()->agreed.flags.tls_ekm, cases[i].built.tls_ekm);
        assert_int_equal(client()->has_dynamic, cases[i].built.dyn_tls_crypt);
        pair.pace_ms = 10;
        assert_true(ov_pair_until(&pair, exchanged, 5));
        assert_int_equal(ov_drops_total(&client()->data.stats.open), 0);
        ov_pair_close(&pair);
    }
}

/* Every pair of backends, both TLS versions. */
static void backends(void **state)
{
    (void)state;
    const struct ov_crypto *const *all = ov_test_real_backends();
    for (const struct ov_crypto *const *c = all; *c != NULL; c++)
    {
        for (const struct ov_crypto *const *s = all; *s != NULL; s++)
        {
            for (int version = OV_TLS_VERSION_1_2; version <= OV_TLS_VERSION_1_3; version++)
            {
                struct ov_end_spec a = ov_end_spec_default();
                a.tls_crypt = true;
                a.version = (enum ov_tls_version)version;
                struct ov_end_spec b = a;
                a.crypto = *c;
                b.crypto = *s;
                if (!ov_test_speaks(*c, a.version) || !ov_test_speaks(*s, a.version))
                {
                    print_message("%s to %s: TLS 1.%d is not offered by both\n", (*c)->name, (*s)->name,
                                  version % 10);
                    continue;
                }
                ov_pair_open(&pair, &a, &b, &quiet, 1);
                assert_true(ov_pair_until(&pair, ov_pair_is_up, 10));
                pair.pace_ms = 10;
                assert_true(ov_pair_until(&pair, exchanged, 5));
                assert_int_equal(ov_session_renegotiate(client(), pair.now), OV_OK);
                assert_true(ov_pair_until(&pair, both_rekeyed, 10));
                assert_int_equal(ov_drops_total(&client()->control.in), 0);
                ov_pair_close(&pair);
            }
        }
    }
}

/* IV_PROTO has bit 2, so the push comes unasked, before the client's first request [WP-PUSH-003]. */
static void pushed_unasked(void **state)
{
    (void)state;
    connect_pair(ov_end_spec_default(), "", "push \"route 192.0.2.0 255.255.255.0\"\n");
    assert_true(pair.now.mono_ms - 1000000 < 500);
    const struct ov_pulled *pulled = ov_session_pulled(client());
    assert_int_equal(pulled->effective.tunnel.ip4, 0x0a080002);
    assert_int_equal(pulled->effective.tunnel.ip4_bits, 24);
    assert_int_equal(pulled->effective.tunnel.routes4_count, 1);
    assert_true(pulled->effective.tunnel.has_ip6);
    assert_int_equal(server_view().ip4, 0x0a080002);
    assert_true(server_view().has_ip6);
    ov_pair_close(&pair);
}

/* A long list goes in several messages [WP-PUSH-013]. */
static void pushed_in_parts(void **state)
{
    (void)state;
    static char text[8192];
    size_t len = 0;
    for (unsigned i = 0; i < 100; i++)
    {
        len +=
            (size_t)snprintf(text + len, sizeof text - len, "push \"route 198.18.%u.0 255.255.255.0\"\n", i);
    }
    struct ov_end_spec spec = ov_end_spec_default();
    spec.tls_crypt = true;
    connect_pair(spec, "", text);
    assert_int_equal(ov_session_pulled(client())->effective.tunnel.routes4_count, 100);
    ov_pair_close(&pair);
}

/* ---- renegotiation ---- */

static void key_ids_go_round(void **state)
{
    (void)state;
    struct ov_end_spec spec = ov_end_spec_default();
    spec.tls_crypt = true;
    connect_pair(spec, "", "");
    static const uint8_t expected[] = {1, 2, 3, 4, 5, 6, 7, 1, 2};
    pair.pace_ms = 1000;
    for (size_t i = 0; i < sizeof expected; i++)
    {
        pair.rekeys[0] = pair.rekeys[1] = 0;
        const enum ov_err err = i % 2 == 0 ? ov_session_renegotiate(client(), pair.now)
                                           : ov_hub_renegotiate(pair.server.hub, 0, pair.now);
        assert_int_equal(err, OV_OK);
        assert_true(ov_pair_until(&pair, both_rekeyed, 10));
        assert_int_equal(client()->ks.key_id, expected[i]);
        assert_int_equal(client()->data.key[OV_DATA_CURRENT].key_id, expected[i]);
        ov_pair_wait(&pair, 62000); /* sooner, and the third negotiation would cut the old key short */
    }
    assert_int_equal(server_view().session.negotiations, sizeof expected + 1);
    assert_int_equal(client()->data.stats.open.by[OV_ERR_KEY_ID], 0);
    ov_pair_close(&pair);
}

/* The old key seals until min(hand-window, reneg-sec / 2) after the soft reset [WP-STATE-027, WP-STATE-028,
 * WP-STATE-031]. */
static void switch_of_keys(void **state)
{
    (void)state;
    static const struct
    {
        const char *text;
        uint32_t switch_s;
    } cases[] = {{"", 60}, {"hand-window 15\n", 15}, {"reneg-sec 40\n", 20}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        connect_pair(ov_end_spec_default(), cases[i].text, cases[i].text);
        pair.pace_ms = 200;
        assert_int_equal(ov_session_renegotiate(client(), pair.now), OV_OK);
        ov_pair_wait(&pair, cases[i].switch_s * 1000 - 1000);
        assert_true(both_rekeyed(&pair));
        assert_int_equal(pair.up.key_id, 0);
        assert_int_equal(pair.down.key_id, 0);
        ov_pair_wait(&pair, 2000);
        assert_int_equal(pair.up.key_id, 1);
        assert_int_equal(pair.down.key_id, 1);
        /* At most one each way is under way. */
        assert_in_range(pair.up.next + pair.down.next - pair.up.arrived - pair.down.arrived, 0, 2);
        ov_pair_close(&pair);
    }
}

static void old_key_dies(void **state)
{
    (void)state;
    connect_pair(ov_end_spec_default(), "tran-window 100\n", "tran-window 100\nkeepalive 10 60\n");
    assert_int_equal(ov_session_renegotiate(client(), pair.now), OV_OK);
    ov_pair_wait(&pair, 98000);
    assert_true(ov_data_key_usable(&client()->data.key[OV_DATA_LAME_DUCK]));
    ov_pair_wait(&pair, 4000);
    assert_false(ov_data_key_usable(&client()->data.key[OV_DATA_LAME_DUCK]));
    assert_true(ov_pair_is_up(&pair));
    ov_pair_close(&pair);
}

/* By the time of the end that has the shorter one, from its own key on [WP-STATE-023]. */
static void renegotiation_by_time(void **state)
{
    (void)state;
    connect_pair(ov_end_spec_default(), "reneg-sec 100\n", "reneg-sec 0\nkeepalive 10 60\n");
    ov_pair_wait(&pair, 99000);
    assert_int_equal(pair.rekeys[0], 0);
    ov_pair_wait(&pair, 3000);
    assert_int_equal(pair.rekeys[0], 1);
    assert_int_equal(pair.rekeys[1], 1);
    ov_pair_wait(&pair, 300000);
    assert_int_equal(pair.rekeys[0], 3 + 1);
    ov_pair_close(&pair);
}

static void renegotiation_by_volume(void **state)
{
    (void)state;
    connect_pair(ov_end_spec_default(), "reneg-pkts 50\n", "");
    pair.pace_ms = 10;
    ov_pair_wait(&pair, 500);
    assert_true(pair.rekeys[0] >= 1);
    ov_pair_close(&pair);
}

/* Both begin at once: it is one negotiation. */
static void both_at_once(void **state)
{
    (void)state;
    connect_pair(ov_end_spec_default(), "", "");
    ov_pair_wait(&pair, 1000);
    assert_int_equal(ov_session_renegotiate(client(), pair.now), OV_OK);
    assert_int_equal(ov_session_renegotiate(client(), pair.now), OV_ERR_AGAIN);
    assert_int_equal(ov_hub_renegotiate(pair.server.hub, 0, pair.now), OV_OK);
    assert_true(ov_pair_until(&pair, both_rekeyed, 5));
    ov_pair_wait(&pair, 5000);
    assert_int_equal(pair.rekeys[0], 1);
    assert_int_equal(pair.rekeys[1], 1);
    assert_int_equal(client()->ks.key_id, 1);
    ov_pair_close(&pair);
}

/* ---- keepalive and ends ---- */

static void clean_exits(void **state)
{
    (void)state;
    static const struct
    {
        bool cc_exit;
        const char *text;
        uint32_t client_ms; /* at most until the client is through, and a step of the test's clock */
        uint32_t server_s;  /* at most until the server has forgotten it */
        uint32_t keeps_ms;  /* at least so long it keeps it */
    } cases[] = {
        {true, "explicit-exit-notify 1\n", 1100, 7, 5000}, /* EXIT [WP-FLAG-004, WP-MSG-011] */
        {false, "explicit-exit-notify 2\n", 3100, 1, 0}, /* OCC_EXIT, each second [WP-OCC-020, WP-OCC-021] */
        {true, "", 1100, 130, 60000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        struct ov_end_spec spec = ov_end_spec_default();
        spec.built.cc_exit = cases[i].cc_exit;
        connect_pair(spec, cases[i].text, "keepalive 10 60\n");
        const uint64_t start_ms = pair.now.mono_ms;
        ov_session_exit(client(), pair.now);
        assert_true(ov_pair_until(&pair, gone, 5));
        assert_in_range(pair.now.mono_ms - start_ms, 0, cases[i].client_ms);
        assert_true(ov_pair_until(&pair, server_empty, cases[i].server_s));
        assert_true(pair.now.mono_ms - start_ms >= cases[i].keeps_ms);
        assert_int_equal(pair.closed, 1);
        assert_true(ov_session_deadline(client()) == OV_NEVER);
        ov_pair_close(&pair);
    }
}

static void server_shutdown(void **state)
{
    (void)state;
    connect_pair(ov_end_spec_default(), "", "explicit-exit-notify 1\n");
    ov_hub_shutdown(pair.server.hub, pair.now);
    assert_true(ov_pair_until(&pair, restarted, 1));
    assert_string_equal(pair.last_text, "server-pushed-connection-reset");
    assert_true(ov_pair_until(&pair, server_empty, 3));
    ov_pair_wait(&pair, 3000); /* the client knocks again, in vain [WP-SRV-041] */
    assert_int_equal(pair.server_peers, 0);
    assert_true(ov_hub_deadline(pair.server.hub) == OV_NEVER);
    ov_pair_close(&pair);
}

static void killed_by_server(void **state)
{
    (void)state;
    connect_pair(ov_end_spec_default(), "", "");
    assert_int_equal(ov_hub_kill(pair.server.hub, 7, "HALT", pair.now), OV_ERR_PEER_ID);
    assert_int_equal(ov_hub_kill(pair.server.hub, 0, "HALT", pair.now), OV_OK);
    assert_true(ov_pair_until(&pair, gone, 1));
    assert_string_equal(pair.last_text, "server-pushed-halt");
    assert_true(ov_pair_until(&pair, server_empty, 3));
    ov_pair_close(&pair);
}

/* ---- refusals ---- */

static void no_common_cipher(void **state)
{
    (void)state;
    open_pair(ov_end_spec_default(), "data-ciphers AES-128-GCM\n", "data-ciphers CHACHA20-POLY1305\n");
    assert_true(ov_pair_until(&pair, gone, 5));
    assert_string_equal(pair.last_text, "auth-failure");
    assert_int_equal(pair.last_err, OV_ERR_AUTH);
    ov_pair_wait(&pair, 7000);
    struct ov_hub_stats stats;
    ov_hub_stats(pair.server.hub, &stats);
    assert_int_equal(stats.half_open, 0);
    assert_int_equal(stats.connected, 0);
    ov_pair_close(&pair);
}

static void server_does_not_answer(void **state)
{
    (void)state;
    open_pair(ov_end_spec_default(), "connect-timeout 20\n", "");
    pair.wire.faults.loss_pm = 1000;
    assert_true(ov_pair_until(&pair, restarted, 21));
    assert_string_equal(pair.last_text, "server_poll");
    ov_pair_close(&pair);
    open_pair(ov_end_spec_default(), "hand-window 30\n", "");
    pair.wire.faults.loss_pm = 1000;
    assert_true(ov_pair_until(&pair, restarted, 31));
    assert_string_equal(pair.last_text, "tls-error: timed out");
    ov_pair_close(&pair);
}

/* The reset of a stateful sender that nobody answers: 0, 2, 6, 14, 30 s [WP-REL-010]. */
static void retransmission_of_the_reset(void **state)
{
    (void)state;
    static const uint64_t at_s[] = {0, 2, 6, 14, 30};
    open_pair(ov_end_spec_default(), "", "");
    pair.wire.faults.loss_pm = 1000;
    size_t seen = 0;
    while (pair.now.mono_ms < 1000000 + 59000)
    {
        const uint64_t before = pair.wire.put;
        const uint64_t now_ms = pair.now.mono_ms;
        ov_pair_step(&pair);
        if (pair.wire.put != before)
        {
            assert_true(seen < sizeof at_s / sizeof at_s[0]);
            assert_int_equal(now_ms, 1000000 + at_s[seen] * 1000);
            seen++;
        }
    }
    assert_int_equal(seen, sizeof at_s / sizeof at_s[0]);
    ov_pair_close(&pair);
}

/* Certificates from nowhere: both sides say so, and neither waits for its hand-window [WP-STATE-005]. */
static void refused_certificates(void **state)
{
    (void)state;
    const struct ov_crypto *const *all = ov_test_real_backends();
    for (const struct ov_crypto *const *c = all; *c != NULL; c++)
    {
        for (const struct ov_crypto *const *s = all; *s != NULL; s++)
        {
            struct ov_end_spec a = ov_end_spec_default();
            struct ov_end_spec b = a;
            a.crypto = *c;
            a.cert = "other-client";
            b.crypto = *s;
            ov_pair_open(&pair, &a, &b, &quiet, 1);
            assert_true(ov_pair_until(&pair, restarted, 12));
            assert_non_null(strstr(pair.last_text, "tls-error: "));
            assert_true(strlen(pair.last_text) > strlen("tls-error: "));
            assert_int_equal(pair.connects, 0);
            ov_pair_close(&pair);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agreements),
        cmocka_unit_test(backends),
        cmocka_unit_test(pushed_unasked),
        cmocka_unit_test(pushed_in_parts),
        cmocka_unit_test(key_ids_go_round),
        cmocka_unit_test(switch_of_keys),
        cmocka_unit_test(old_key_dies),
        cmocka_unit_test(renegotiation_by_time),
        cmocka_unit_test(renegotiation_by_volume),
        cmocka_unit_test(both_at_once),
        cmocka_unit_test(clean_exits),
        cmocka_unit_test(server_shutdown),
        cmocka_unit_test(killed_by_server),
        cmocka_unit_test(no_common_cipher),
        cmocka_unit_test(server_does_not_answer),
        cmocka_unit_test(retransmission_of_the_reset),
        cmocka_unit_test(refused_certificates),
    };
    return cmocka_run_group_tests_name("session_life", tests, NULL, NULL);
}
