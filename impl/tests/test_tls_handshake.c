/* Every backend against every backend: TLS 1.2 and 1.3, EC and RSA. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "kdf/key2.h"
#include "lib/testpki.h"
#include "lib/tlspair.h"

struct pair_case
{
    const struct ov_crypto *client;
    const struct ov_crypto *server;
    enum ov_tls_version version;
    const char *client_cert;
    const char *server_cert;
};

static void open_case(struct ov_tls_pair *pair, const struct pair_case *c)
{
    struct ov_tls_settings client = ov_testpki_settings(OV_ROLE_CLIENT, c->client_cert);
    struct ov_tls_settings server = ov_testpki_settings(OV_ROLE_SERVER, c->server_cert);
    client.check_remote_usage = true;
    server.check_remote_usage = true;
    client.version_min = client.version_max = c->version;
    server.version_min = server.version_max = c->version;
    ov_tls_pair_open(pair, c->client, &client, c->server, &server);
}

static void must_open(struct ov_tls_pair *pair, size_t chunk)
{
    ov_tls_pair_run(pair, chunk);
    if (!ov_tls_pair_is_open(pair))
    {
        fail_msg("%s client, %s server: \"%s\" and \"%s\"", pair->crypto[0]->name, pair->crypto[1]->name,
                 ov_tls_reason(&pair->tls[0]), ov_tls_reason(&pair->tls[1]));
    }
}

/* Calls check with every pair that both speak the version; says which are not possible. */
static void each_case(void (*check)(const struct pair_case *c))
{
    static const enum ov_tls_version versions[] = {OV_TLS_VERSION_1_2, OV_TLS_VERSION_1_3};
    static const char *const certs[][2] = {{"client-ec", "server-ec"},
                                           {"client-rsa", "server-rsa"},
                                           {"client-rsa", "server-ec"},
                                           {"client-ec", "server-rsa"}};
    const struct ov_crypto *const *all = ov_test_real_backends();
    for (const struct ov_crypto *const *client = all; *client != NULL; client++)
    {
        for (const struct ov_crypto *const *server = all; *server != NULL; server++)
        {
            for (size_t v = 0; v < 2; v++)
            {
                if (!ov_test_speaks(*client, versions[v]) || !ov_test_speaks(*server, versions[v]))
                {
                    print_message("%s to %s: TLS 1.%u is not offered by both\n", (*client)->version(),
                                  (*server)->version(), versions[v] % 10);
                    continue;
                }
                for (size_t i = 0; i < sizeof(certs) / sizeof(certs[0]); i++)
                {
                    const struct pair_case c = {*client, *server, versions[v], certs[i][0], certs[i][1]};
                    check(&c);
                }
            }
        }
    }
}

static void check_peer(struct ov_tls_pair *pair, const struct pair_case *c)
{
    struct ov_tls_peer seen[2];
    char name[2][80];
    char subject[192];
    const char *protocol = c->version == OV_TLS_VERSION_1_3 ? "TLSv1.3" : "TLSv1.2";
    (void)snprintf(name[OV_ROLE_CLIENT], sizeof(name[0]), "test %s", c->server_cert);
    (void)snprintf(name[OV_ROLE_SERVER], sizeof(name[0]), "test %s", c->client_cert);
    for (unsigned role = 0; role < 2; role++)
    {
        assert_int_equal(ov_tls_peer(&pair->tls[role], &seen[role]), OV_OK);
        assert_string_equal(seen[role].common_name, name[role]);
        (void)snprintf(subject, sizeof(subject), "CN=%s", name[role]);
        assert_string_equal(seen[role].subject, subject);
        assert_string_equal(seen[role].protocol, protocol);
    }
    assert_string_equal(seen[0].cipher, seen[1].cipher);
    assert_non_null(strstr(seen[0].cipher, "TLS_"));
    /* WP-TLS-004: with 1.2 the key exchange is part of the name. */
    assert_true(c->version == OV_TLS_VERSION_1_3 || strstr(seen[0].cipher, "DHE_") != NULL);
}

static void check_exporter(struct ov_tls_pair *pair)
{
    struct ov_key2 keys[2];
    uint8_t other[2][32];
    for (unsigned role = 0; role < 2; role++)
    {
        struct ov_tls *tls = &pair->tls[role];
        assert_int_equal(ov_key2_from_exporter(tls->ops, tls->conn, &keys[role]), OV_OK);
        assert_int_equal(ov_tls_export(tls, "EXPORTER-OpenVPN-test", other[role], 32), OV_OK);
    }
    assert_memory_equal(&keys[0], &keys[1], sizeof(keys[0]));
    assert_memory_equal(other[0], other[1], 32);
    assert_memory_not_equal(&keys[0], other[0], 32);
}

/* WP-KM2-004: three records are three reads, in either direction, and then there is nothing. */
static void check_records(struct ov_tls_pair *pair)
{
    static const size_t lengths[] = {1, 700, OV_TLS_RECORD_MAX};
    static uint8_t text[OV_TLS_RECORD_MAX];
    uint8_t got[OV_TLS_RECORD_MAX];
    size_t len = 0;
    for (unsigned from = 0; from < 2; from++)
    {
        struct ov_tls *writer = &pair->tls[from];
        struct ov_tls *reader = &pair->tls[1 - from];
        assert_int_equal(ov_tls_read(reader, got, &len), OV_ERR_AGAIN);
        for (size_t i = 0; i < 3; i++)
        {
            memset(text, (int)(from * 16 + i), sizeof(text));
            assert_int_equal(ov_tls_write(writer, text, lengths[i]), OV_OK);
        }
        assert_true(ov_tls_pair_move(pair, (enum ov_role)from, 100) > OV_TLS_RECORD_MAX + 701);
        for (size_t i = 0; i < 3; i++)
        {
            memset(text, (int)(from * 16 + i), sizeof(text));
            assert_int_equal(ov_tls_read(reader, got, &len), OV_OK);
            assert_int_equal(len, lengths[i]);
            assert_memory_equal(got, text, len);
        }
        assert_int_equal(ov_tls_read(reader, got, &len), OV_ERR_AGAIN);
        assert_int_equal(len, 0);
    }
}

static void check_case(const struct pair_case *c)
{
    struct ov_tls_pair pair;
    open_case(&pair, c);
    must_open(&pair, 1250);
    check_peer(&pair, c);
    check_exporter(&pair);
    check_records(&pair);
    ov_tls_pair_close(&pair);
}

/* No names of servers, no protocols of the application [WP-TLS-010]. */
static void test_all_pairs(void **state)
{
    (void)state;
    each_case(check_case);
}

static void check_by_octets(const struct pair_case *c)
{
    struct ov_tls_pair pair;
    open_case(&pair, c);
    must_open(&pair, 1);
    check_exporter(&pair);
    ov_tls_pair_close(&pair);
}

static void test_octet_by_octet(void **state)
{
    (void)state;
    each_case(check_by_octets);
}

/* WP-TLS-001: without settings both take the newest version that both have. */
static void test_default_versions(void **state)
{
    (void)state;
    const struct ov_crypto *const *all = ov_test_real_backends();
    for (size_t i = 0; all[i] != NULL; i++)
    {
        for (size_t k = 0; all[k] != NULL; k++)
        {
            struct ov_tls_pair pair;
            struct ov_tls_peer peer;
            const struct pair_case c = {all[i], all[k], OV_TLS_VERSION_DEFAULT, "client-ec", "server-ec"};
            bool newest =
                ov_test_speaks(all[i], OV_TLS_VERSION_1_3) && ov_test_speaks(all[k], OV_TLS_VERSION_1_3);
            open_case(&pair, &c);
            must_open(&pair, 1250);
            assert_int_equal(ov_tls_peer(&pair.tls[OV_ROLE_CLIENT], &peer), OV_OK);
            assert_string_equal(peer.protocol, newest ? "TLSv1.3" : "TLSv1.2");
            ov_tls_pair_close(&pair);
        }
    }
}

/* Both libraries see the same fingerprint of one certificate [WP-TLS-008]. */
static void test_fingerprints(void **state)
{
    (void)state;
    const struct ov_crypto *const *all = ov_test_real_backends();
    uint8_t first[32];
    for (size_t i = 0; all[i] != NULL; i++)
    {
        struct ov_tls_pair pair;
        struct ov_tls_peer peer;
        const struct pair_case c = {all[i], all[0], OV_TLS_VERSION_1_2, "client-ec", "server-ec"};
        open_case(&pair, &c);
        must_open(&pair, 1250);
        assert_int_equal(ov_tls_peer(&pair.tls[OV_ROLE_CLIENT], &peer), OV_OK);
        if (i == 0)
        {
            memcpy(first, peer.fingerprint, sizeof(first));
        }
        assert_memory_equal(peer.fingerprint, first, sizeof(first));
        ov_tls_pair_close(&pair);
    }
}

/* A chain through an intermediate, and one as long as both libraries take: 8 intermediates with Mbed TLS
 * (its own limit), so only OpenSSL gets to the 16 of WP-TLS-005. */
static void test_chains(void **state)
{
    (void)state;
    const struct ov_crypto *const *all = ov_test_real_backends();
    for (size_t i = 0; all[i] != NULL; i++)
    {
        struct ov_tls_pair pair;
        struct pair_case c = {all[i], all[0], OV_TLS_VERSION_1_2, "sub-client", "server-ec"};
        for (size_t k = 0; all[k] != NULL; k++)
        {
            c.server = all[k];
            open_case(&pair, &c);
            must_open(&pair, 1250);
            ov_tls_pair_close(&pair);
        }
    }
    const struct ov_crypto *openssl = ov_crypto_by_name("openssl");
    if (openssl != NULL)
    {
        struct ov_tls_pair pair;
        const struct pair_case c = {openssl, openssl, OV_TLS_VERSION_1_2, "deep-16", "server-ec"};
        open_case(&pair, &c);
        must_open(&pair, 1250);
        ov_tls_pair_close(&pair);
    }
}

/* One conf serves many connections, as in every renegotiation, and each has its own keys. */
static void test_conf_is_shared(void **state)
{
    (void)state;
    for (const struct ov_crypto *const *b = ov_test_backends(); *b != NULL; b++)
    {
        struct ov_tls_pair pair;
        const struct pair_case c = {*b, *b, OV_TLS_VERSION_DEFAULT, "client-ec", "server-ec"};
        uint8_t before[32] = {0};
        uint8_t now[32];
        open_case(&pair, &c);
        for (unsigned round = 0; round < 3; round++)
        {
            must_open(&pair, 1250);
            assert_int_equal(ov_tls_export(&pair.tls[0], "EXPORTER-OpenVPN-datakeys", now, sizeof(now)),
                             OV_OK);
            assert_memory_not_equal(now, before, sizeof(now));
            memcpy(before, now, sizeof(now));
            for (unsigned role = 0; role < 2; role++)
            {
                ov_tls_clear(&pair.tls[role]);
                assert_int_equal(ov_tls_init(&pair.tls[role], (*b)->tls, pair.conf[role]), OV_OK);
            }
        }
        ov_tls_pair_close(&pair);
    }
}

/* WP-TLS-002: a TLS 1.3 server has nothing more to say when its handshake is complete: no tickets. */
static void check_no_tickets(const struct pair_case *c)
{
    struct ov_tls_pair pair;
    if (c->version != OV_TLS_VERSION_1_3)
    {
        return;
    }
    open_case(&pair, c);
    struct ov_tls *client = &pair.tls[OV_ROLE_CLIENT];
    struct ov_tls *server = &pair.tls[OV_ROLE_SERVER];
    assert_int_equal(ov_tls_step(client), OV_ERR_AGAIN);
    assert_true(ov_tls_pair_move(&pair, OV_ROLE_CLIENT, 4096) > 0);
    assert_true(ov_tls_pair_move(&pair, OV_ROLE_SERVER, 4096) > 0);
    assert_int_equal(ov_tls_step(client), OV_OK);
    assert_int_equal(server->state, OV_TLS_HANDSHAKE);
    assert_true(ov_tls_pair_move(&pair, OV_ROLE_CLIENT, 4096) > 0);
    assert_int_equal(ov_tls_step(server), OV_OK);
    assert_int_equal(ov_tls_pending(server), 0);
    ov_tls_pair_close(&pair);
}

static void test_no_tickets(void **state)
{
    (void)state;
    each_case(check_no_tickets);
}

/* The null backend does what the others do, and equal runs give equal octets. */
static void test_null(void **state)
{
    (void)state;
    const struct ov_crypto *const *all = ov_test_backends();
    while (all[1] != NULL)
    {
        all++;
    }
    struct ov_key2 keys[2];
    for (unsigned run = 0; run < 2; run++)
    {
        struct ov_tls_pair pair;
        const struct pair_case c = {*all, *all, OV_TLS_VERSION_DEFAULT, "client-ec", "server-rsa"};
        open_case(&pair, &c);
        must_open(&pair, run == 0 ? 1 : 1250);
        check_exporter(&pair);
        check_records(&pair);
        assert_int_equal(ov_key2_from_exporter(pair.tls[0].ops, pair.tls[0].conn, &keys[run]), OV_OK);
        ov_tls_pair_close(&pair);
    }
    assert_memory_equal(&keys[0], &keys[1], sizeof(keys[0]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_pairs),        cmocka_unit_test(test_octet_by_octet),
        cmocka_unit_test(test_default_versions), cmocka_unit_test(test_fingerprints),
        cmocka_unit_test(test_chains),           cmocka_unit_test(test_conf_is_shared),
        cmocka_unit_test(test_no_tickets),       cmocka_unit_test(test_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
