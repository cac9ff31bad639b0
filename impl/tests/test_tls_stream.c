/* Streams that are cut, changed, or never were TLS: nothing opens, nothing crashes, and it is said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cursor.h"
#include "lib/octets.h"
#include "lib/testpki.h"
#include "lib/tlspair.h"

static void open_same(struct ov_tls_pair *pair, const struct ov_crypto *crypto)
{
    struct ov_tls_settings client = ov_testpki_settings(OV_ROLE_CLIENT, "client-ec");
    struct ov_tls_settings server = ov_testpki_settings(OV_ROLE_SERVER, "server-ec");
    ov_tls_pair_open(pair, crypto, &client, crypto, &server);
}

static void open_connected(struct ov_tls_pair *pair, const struct ov_crypto *crypto)
{
    open_same(pair, crypto);
    ov_tls_pair_run(pair, 1250);
    assert_true(ov_tls_pair_is_open(pair));
}

/* The first flight of a client. */
static size_t first_flight(struct ov_tls_pair *pair, uint8_t *out, size_t cap)
{
    size_t len = 0;
    assert_int_equal(ov_tls_step(&pair->tls[OV_ROLE_CLIENT]), OV_ERR_AGAIN);
    assert_int_equal(ov_tls_drain(&pair->tls[OV_ROLE_CLIENT], out, cap, &len), OV_OK);
    assert_int_equal(ov_tls_pending(&pair->tls[OV_ROLE_CLIENT]), 0);
    return len;
}

/* Cut at every octet: the server waits, says nothing and does not open. */
static void test_truncated(void **state)
{
    (void)state;
    for (const struct ov_crypto *const *b = ov_test_backends(); *b != NULL; b++)
    {
        struct ov_tls_pair pair;
        uint8_t flight[4096];
        open_same(&pair, *b);
        struct ov_tls *server = &pair.tls[OV_ROLE_SERVER];
        size_t len = first_flight(&pair, flight, sizeof(flight));
        assert_true(len > 50);
        for (size_t cut = 0; cut < len; cut++)
        {
            uint8_t *exact = ov_test_copy(flight, cut);
            ov_tls_clear(server);
            assert_int_equal(ov_tls_init(server, (*b)->tls, pair.conf[OV_ROLE_SERVER]), OV_OK);
            assert_int_equal(ov_tls_feed(server, exact, cut), OV_OK);
            assert_int_equal(ov_tls_step(server), OV_ERR_AGAIN);
            assert_int_equal(ov_tls_pending(server), 0);
            assert_string_equal(ov_tls_reason(server), "");
            free(exact);
        }
        ov_tls_pair_close(&pair);
    }
}

/* Whatever noise: an error or waiting for more, never open; and the error stays. */
static void test_garbage(void **state)
{
    (void)state;
    struct ov_test_random random = {ov_test_seed(3)};
    const struct ov_rng rng = ov_test_rng(&random);
    for (const struct ov_crypto *const *b = ov_test_backends(); *b != NULL; b++)
    {
        struct ov_tls_pair pair;
        unsigned refused = 0;
        open_same(&pair, *b);
        for (unsigned i = 0; i < 200; i++)
        {
            uint8_t noise[300];
            struct ov_tls *tls = &pair.tls[i % 2];
            assert_int_equal(ov_rng_fill(&rng, noise, sizeof(noise)), OV_OK);
            ov_tls_clear(tls);
            assert_int_equal(ov_tls_init(tls, (*b)->tls, pair.conf[i % 2]), OV_OK);
            (void)!ov_tls_step(tls);
            assert_int_equal(ov_tls_feed(tls, noise, sizeof(noise)), OV_OK);
            enum ov_err err = ov_tls_step(tls);
            assert_true(err == OV_ERR_TLS || err == OV_ERR_AGAIN);
            if (err == OV_ERR_TLS)
            {
                refused++;
                assert_string_not_equal(ov_tls_reason(tls), "");
                assert_int_equal(tls->state, OV_TLS_FAILED);
                assert_int_equal(ov_tls_step(tls), OV_ERR_TLS);
            }
        }
        assert_true(refused > 150);
        ov_tls_pair_close(&pair);
    }
}

/* Change one octet somewhere in the handshake: no end may take the other for open with other keys, and mostly
 * nothing opens at all. */
static void run_changed(struct ov_tls_pair *pair, size_t change_at)
{
    size_t passed = 0;
    for (unsigned round = 0; round < 12; round++)
    {
        for (unsigned from = 0; from < 2; from++)
        {
            struct ov_tls *source = &pair->tls[from];
            struct ov_tls *sink = &pair->tls[1 - from];
            uint8_t piece[4096];
            size_t len = 0;
            (void)!ov_tls_step(source);
            assert_int_equal(ov_tls_drain(source, piece, sizeof(piece), &len), OV_OK);
            if (change_at >= passed && change_at < passed + len)
            {
                piece[change_at - passed] ^= 0x41;
            }
            passed += len;
            (void)!ov_tls_feed(sink, piece, len);
            (void)!ov_tls_step(sink);
        }
    }
}

static void test_changed(void **state)
{
    (void)state;
    for (const struct ov_crypto *const *b = ov_test_backends(); *b != NULL; b++)
    {
        struct ov_tls_pair pair;
        unsigned refused = 0;
        open_same(&pair, *b);
        for (size_t at = 0; at < 1200; at += 29)
        {
            for (unsigned role = 0; role < 2; role++)
            {
                ov_tls_clear(&pair.tls[role]);
                assert_int_equal(ov_tls_init(&pair.tls[role], (*b)->tls, pair.conf[role]), OV_OK);
            }
            run_changed(&pair, at);
            if (!ov_tls_pair_is_open(&pair))
            {
                refused++;
                continue;
            }
            /* Opened all the same: the octet had no meaning (the version in a record's head). Then the keys agree. */
            uint8_t keys[2][32];
            for (unsigned role = 0; role < 2; role++)
            {
                assert_int_equal(ov_tls_export(&pair.tls[role], "EXPORTER-OpenVPN-datakeys", keys[role], 32),
                                 OV_OK);
            }
            assert_memory_equal(keys[0], keys[1], 32);
        }
        assert_true(refused >= 38); /* of 42 */
        ov_tls_pair_close(&pair);
    }
}

/* A changed octet in a record of an open connection. */
static void test_changed_record(void **state)
{
    (void)state;
    for (const struct ov_crypto *const *b = ov_test_backends(); *b != NULL; b++)
    {
        struct ov_tls_pair pair;
        uint8_t wire[256];
        uint8_t got[OV_TLS_RECORD_MAX];
        size_t len = 0;
        open_connected(&pair, *b);
        assert_int_equal(ov_tls_write(&pair.tls[0], (const uint8_t *)"hello", 5), OV_OK);
        assert_int_equal(ov_tls_drain(&pair.tls[0], wire, sizeof(wire), &len), OV_OK);
        wire[len - 1] ^= 1;
        assert_int_equal(ov_tls_feed(&pair.tls[1], wire, len), OV_OK);
        assert_int_equal(ov_tls_read(&pair.tls[1], got, &len), OV_ERR_TLS);
        assert_string_not_equal(ov_tls_reason(&pair.tls[1]), "");
        assert_int_equal(ov_tls_read(&pair.tls[1], got, &len), OV_ERR_TLS);
        ov_tls_pair_close(&pair);
    }
}

/* WP-KM2-010: one octet more than the limit is refused, and not given out in two parts. */
static void test_long_record(void **state)
{
    (void)state;
    static uint8_t text[OV_TLS_WRITE_MAX + 1];
    static const size_t too_long[] = {OV_TLS_RECORD_MAX + 1, OV_TLS_WRITE_MAX};
    for (const struct ov_crypto *const *b = ov_test_backends(); *b != NULL; b++)
    {
        for (size_t i = 0; i < 2; i++)
        {
            struct ov_tls_pair pair;
            uint8_t got[OV_TLS_RECORD_MAX];
            size_t len = 1;
            open_connected(&pair, *b);
            struct ov_tls *client = &pair.tls[OV_ROLE_CLIENT];
            struct ov_tls *server = &pair.tls[OV_ROLE_SERVER];
            assert_int_equal(ov_tls_write(client, text, too_long[i]), OV_ERR_ARG);
            assert_int_equal(client->ops->write(client->conn, text, sizeof(text)), OV_ERR_ARG);
            assert_int_equal(client->ops->write(client->conn, text, too_long[i]), OV_OK);
            assert_true(ov_tls_pair_move(&pair, OV_ROLE_CLIENT, 1250) > too_long[i]);
            assert_int_equal(ov_tls_read(server, got, &len), OV_ERR_LIMIT);
            assert_int_equal(len, 0);
            assert_int_equal(server->state, OV_TLS_FAILED);
            assert_string_equal(ov_tls_reason(server), "record of the peer is longer than 2048 octets");
            assert_int_equal(ov_tls_read(server, got, &len), OV_ERR_LIMIT);
            ov_tls_pair_close(&pair);
        }
    }
}

/* A peer may not fill our memory. */
static void test_flood(void **state)
{
    (void)state;
    static const uint8_t flood[1024];
    for (const struct ov_crypto *const *b = ov_test_backends(); *b != NULL; b++)
    {
        struct ov_tls_pair pair;
        open_connected(&pair, *b);
        struct ov_tls *server = &pair.tls[OV_ROLE_SERVER];
        for (unsigned i = 0; i < 64; i++)
        {
            assert_int_equal(ov_tls_feed(server, flood, sizeof(flood)), OV_OK);
        }
        assert_int_equal(ov_tls_feed(server, flood, 1), OV_ERR_LIMIT);
        assert_string_equal(ov_tls_reason(server), "peer sent more than anybody reads");
        assert_int_equal(server->state, OV_TLS_FAILED);
        ov_tls_pair_close(&pair);
    }
}

/* What may not be asked before the handshake is complete, or of nothing at all. */
static void test_order(void **state)
{
    (void)state;
    uint8_t record[OV_TLS_RECORD_MAX];
    size_t len = 7;
    struct ov_tls_peer peer;
    struct ov_tls none = {0};
    ov_tls_clear(&none);
    assert_int_equal(ov_tls_step(&none), OV_ERR_ARG);
    assert_int_equal(ov_tls_feed(&none, record, 1), OV_ERR_ARG);
    assert_int_equal(ov_tls_read(&none, record, &len), OV_ERR_ARG);
    assert_int_equal(ov_tls_pending(&none), 0);
    assert_int_equal(ov_tls_drain(&none, record, 1, &len), OV_ERR_ARG);
    assert_string_equal(ov_tls_reason(&none), "");
    for (const struct ov_crypto *const *b = ov_test_backends(); *b != NULL; b++)
    {
        struct ov_tls_pair pair;
        open_same(&pair, *b);
        struct ov_tls *tls = &pair.tls[OV_ROLE_SERVER];
        assert_int_equal(ov_tls_read(tls, record, &len), OV_ERR_AGAIN);
        assert_int_equal(len, 0);
        assert_int_equal(ov_tls_write(tls, record, 1), OV_ERR_ARG);
        assert_int_equal(ov_tls_peer(tls, &peer), OV_ERR_ARG);
        assert_int_equal(ov_tls_export(tls, "EXPORTER-OpenVPN-datakeys", record, 32), OV_ERR_ARG);
        assert_int_equal(tls->ops->peer(tls->conn, &peer), OV_ERR_TLS);
        assert_int_equal(tls->ops->export_key(tls->conn, "EXPORTER-OpenVPN-datakeys", record, 32),
                         OV_ERR_TLS);
        assert_int_equal(ov_tls_step(tls), OV_ERR_AGAIN);
        assert_int_equal(tls->state, OV_TLS_HANDSHAKE);
        ov_tls_pair_run(&pair, 100);
        assert_int_equal(ov_tls_step(tls), OV_OK);
        assert_int_equal(ov_tls_write(tls, record, 0), OV_ERR_ARG);
        ov_tls_pair_close(&pair);
    }
}

/* A client hello of TLS 1.2 or before with one suite, as literal octets. */
struct hello_case
{
    uint16_t version;
    uint16_t suite;
    bool accepted;
    const char *what;
};

static const struct hello_case hellos[] = {
    {0x0303, 0xc02f, true, "ECDHE-RSA-AES128-GCM-SHA256"},
    {0x0303, 0x009e, true, "DHE-RSA-AES128-GCM-SHA256"},
    {0x0303, 0x009c, false, "static RSA: AES128-GCM-SHA256"},
    {0x0303, 0x003c, false, "static RSA: AES128-SHA256"},
    {0x0303, 0x000a, false, "static RSA with 3DES"},
    {0x0303, 0xc012, false, "ECDHE-RSA with 3DES"},
    {0x0303, 0xc011, false, "ECDHE-RSA with RC4"},
    {0x0303, 0xc010, false, "ECDHE-RSA without encryption"},
    {0x0303, 0xc018, false, "ECDH without certificates"},
    {0x0303, 0x00a8, false, "PSK"},
    {0x0303, 0xc031, false, "static ECDH-RSA"},
    {0x0302, 0xc013, false, "TLS 1.1"},
    {0x0301, 0xc013, false, "TLS 1.0"},
};

static size_t write_hello(const struct hello_case *c, uint8_t *out, size_t cap)
{
    static const uint8_t extensions[] = {
        0x00, 0x0a, 0x00, 0x06, 0x00, 0x04, 0x00, 0x17, 0x00, 0x1d, /* groups: P-256, X25519 */
        0x00, 0x0b, 0x00, 0x02, 0x01, 0x00,                         /* uncompressed points */
        0x00, 0x0d, 0x00, 0x08, 0x00, 0x06, 0x04, 0x03, 0x04, 0x01,
        0x08, 0x04, /* ECDSA, PKCS#1, PSS with SHA-256 */
    };
    const uint16_t body_len = 2 + 32 + 1 + 4 + 2 + 2 + sizeof(extensions);
    struct ov_writer w = ov_writer_over(out, cap);
    ov_write_u8(&w, 22);
    ov_write_u16(&w, 0x0301);
    ov_write_u16(&w, 4 + body_len);
    ov_write_u8(&w, 1);
    ov_write_u24(&w, body_len);
    ov_write_u16(&w, c->version);
    for (unsigned i = 0; i < 32; i++)
    {
        ov_write_u8(&w, (uint8_t)(i + 1));
    }
    ov_write_u8(&w, 0); /* no session */
    ov_write_u16(&w, 2);
    ov_write_u16(&w, c->suite);
    ov_write_u16(&w, 0x0100); /* no compression */
    ov_write_u16(&w, sizeof(extensions));
    ov_write_bytes(&w, extensions, sizeof(extensions));
    assert_false(w.failed);
    return ov_writer_len(&w);
}

/* WP-TLS-001, WP-TLS-004: what a server does not speak. */
static void test_suites(void **state)
{
    (void)state;
    for (const struct ov_crypto *const *b = ov_test_real_backends(); *b != NULL; b++)
    {
        struct ov_tls_pair pair;
        struct ov_tls_settings client = ov_testpki_settings(OV_ROLE_CLIENT, "client-rsa");
        struct ov_tls_settings server = ov_testpki_settings(OV_ROLE_SERVER, "server-rsa");
        ov_tls_pair_open(&pair, *b, &client, *b, &server);
        struct ov_tls *tls = &pair.tls[OV_ROLE_SERVER];
        for (size_t i = 0; i < sizeof(hellos) / sizeof(hellos[0]); i++)
        {
            uint8_t octets[256];
            uint8_t answer[4096];
            size_t len = 0;
            ov_tls_clear(tls);
            assert_int_equal(ov_tls_init(tls, (*b)->tls, pair.conf[OV_ROLE_SERVER]), OV_OK);
            assert_int_equal(ov_tls_feed(tls, octets, write_hello(&hellos[i], octets, sizeof(octets))),
                             OV_OK);
            enum ov_err err = ov_tls_step(tls);
            if (err != (hellos[i].accepted ? OV_ERR_AGAIN : OV_ERR_TLS))
            {
                fail_msg("%s: %s gives %s, \"%s\"", (*b)->name, hellos[i].what, ov_err_name(err),
                         ov_tls_reason(tls));
            }
            /* A handshake record with the server's hello, or a fatal alert. */
            assert_int_equal(ov_tls_drain(tls, answer, sizeof(answer), &len), OV_OK);
            assert_true(hellos[i].version == 0x0303 || (len == 7 && answer[6] == 70)); /* protocol version */
            assert_true(hellos[i].accepted ? len > 500 && answer[0] == 22 : len == 7 && answer[0] == 21);
        }
        ov_tls_pair_close(&pair);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_truncated),   cmocka_unit_test(test_garbage),
        cmocka_unit_test(test_changed),     cmocka_unit_test(test_changed_record),
        cmocka_unit_test(test_long_record), cmocka_unit_test(test_flood),
        cmocka_unit_test(test_order),       cmocka_unit_test(test_suites),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
