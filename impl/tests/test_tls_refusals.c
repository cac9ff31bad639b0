/* What must not become a connection, and what is said about it: the same words with every backend. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/testpki.h"
#include "lib/tlspair.h"

struct refusal
{
    const char *client_cert; /* NULL: none */
    const char *server_cert;
    bool strict;          /* --remote-cert-tls on both sides */
    enum ov_role refuser; /* who gives err; the other one hears an alert */
    enum ov_err err;
    const char *text;       /* the whole text */
    const char *refused_by; /* does not even load such a certificate of its own (test_tls_conf) */
};

#define FAILED "certificate verify failed: "

static const struct refusal refusals[] = {
    {"expired-client", "server-ec", false, OV_ROLE_SERVER, OV_ERR_CERT,
     FAILED "certificate has expired (CN=test expired-client, depth 0)", NULL},
    {"client-ec", "expired-server", false, OV_ROLE_CLIENT, OV_ERR_CERT,
     FAILED "certificate has expired (CN=test expired-server, depth 0)", NULL},
    {"future-client", "server-ec", false, OV_ROLE_SERVER, OV_ERR_CERT,
     FAILED "certificate is not yet valid (CN=test future-client, depth 0)", NULL},
    {"client-ec", "future-server", false, OV_ROLE_CLIENT, OV_ERR_CERT,
     FAILED "certificate is not yet valid (CN=test future-server, depth 0)", NULL},
    {"other-client", "server-ec", false, OV_ROLE_SERVER, OV_ERR_CERT,
     FAILED "certificate is not signed by a trusted CA (CN=test other-client, depth 0)", NULL},
    {"client-ec", "other-server", false, OV_ROLE_CLIENT, OV_ERR_CERT,
     FAILED "certificate is not signed by a trusted CA (CN=test other-server, depth 0)", NULL},
    /* The wrong role is refused even without --remote-cert-tls, since the extension is there. */
    {"server-ec", "server-ec", false, OV_ROLE_SERVER, OV_ERR_CERT,
     FAILED "extended key usage does not allow the role of the peer (CN=test server-ec, depth 0)", NULL},
    {"client-ec", "client-ec", false, OV_ROLE_CLIENT, OV_ERR_CERT,
     FAILED "extended key usage does not allow the role of the peer (CN=test client-ec, depth 0)",
     "mbedtls server"},
    {"nosign-client", "server-ec", false, OV_ROLE_SERVER, OV_ERR_CERT,
     FAILED "key usage does not allow this use (CN=test nosign-client, depth 0)", "openssl client"},
    /* With it the extensions must be there [WP-TLS-006]. */
    {"noku-client", "server-ec", true, OV_ROLE_SERVER, OV_ERR_CERT,
     FAILED "certificate has no key usage extension (CN=test noku-client, depth 0)", NULL},
    {"client-ec", "noku-server", true, OV_ROLE_CLIENT, OV_ERR_CERT,
     FAILED "certificate has no key usage extension (CN=test noku-server, depth 0)", NULL},
    {"noeku-client", "server-ec", true, OV_ROLE_SERVER, OV_ERR_CERT,
     FAILED "extended key usage does not allow the role of the peer (CN=test noeku-client, depth 0)", NULL},
    {"client-ec", "noeku-server", true, OV_ROLE_CLIENT, OV_ERR_CERT,
     FAILED "extended key usage does not allow the role of the peer (CN=test noeku-server, depth 0)", NULL},
    /* [WP-TLS-003] */
    {NULL, "server-ec", false, OV_ROLE_SERVER, OV_ERR_CERT, FAILED "peer sent no certificate", NULL},
};

static void open_pair(struct ov_tls_pair *pair, const struct ov_crypto *client,
                      const struct ov_crypto *server, enum ov_tls_version version, const struct refusal *r)
{
    struct ov_tls_settings c = ov_testpki_settings(OV_ROLE_CLIENT, r->client_cert);
    struct ov_tls_settings s = ov_testpki_settings(OV_ROLE_SERVER, r->server_cert);
    c.check_remote_usage = s.check_remote_usage = r->strict;
    c.version_min = c.version_max = s.version_min = s.version_max = version;
    ov_tls_pair_open(pair, client, &c, server, &s);
}

static void expect_text(const struct ov_tls *tls, const char *who, const char *want, bool whole)
{
    const char *got = ov_tls_reason(tls);
    if (whole ? strcmp(got, want) != 0 : strstr(got, want) == NULL)
    {
        fail_msg("%s says \"%s\", expected \"%s\"", who, got, want);
    }
}

/* The other end learns it as an alert: in the handshake, or with TLS 1.3 as a client at its first read.
 * Around a TLS 1.3 server of Mbed TLS 3.6 alerts travel under keys that the other end no longer or not yet
 * uses (Mbed-TLS/mbedtls issue 10877): there it can only be seen that something is wrong. */
static void expect_alert(struct ov_tls *tls, const char *who, bool garbled)
{
    if (tls->state == OV_TLS_OPEN)
    {
        uint8_t record[OV_TLS_RECORD_MAX];
        size_t len = 0;
        assert_int_equal(ov_tls_read(tls, record, &len), OV_ERR_TLS);
    }
    if (tls->err != OV_ERR_TLS)
    {
        fail_msg("the other end of %s has heard nothing: %s", who, ov_err_name(tls->err));
    }
    if (garbled)
    {
        return;
    }
    expect_text(tls, who, "peer sent alert ", false);
    assert_null(strstr(ov_tls_reason(tls), "unknown alert"));
}

static void check_refusal(const struct ov_crypto *client, const struct ov_crypto *server,
                          enum ov_tls_version version, const struct refusal *r)
{
    struct ov_tls_pair pair;
    open_pair(&pair, client, server, version, r);
    ov_tls_pair_run(&pair, 1250);
    char who[160];
    (void)snprintf(who, sizeof(who), "%s of %s client and %s server, TLS 1.%u, %s and %s",
                   r->refuser == OV_ROLE_CLIENT ? "client" : "server", client->name, server->name,
                   version % 10, r->client_cert != NULL ? r->client_cert : "no certificate", r->server_cert);
    struct ov_tls *refuser = &pair.tls[r->refuser];
    expect_text(refuser, who, r->text, true);
    assert_int_equal(refuser->err, r->err);
    assert_int_equal(refuser->state, OV_TLS_FAILED);
    /* A failure is for good. */
    assert_int_equal(ov_tls_step(refuser), r->err);
    assert_int_equal(ov_tls_feed(refuser, (const uint8_t *)"x", 1), r->err);
    assert_int_equal(ov_tls_write(refuser, (const uint8_t *)"x", 1), r->err);
    expect_alert(&pair.tls[1 - r->refuser], who,
                 strcmp(server->name, "mbedtls") == 0 && version == OV_TLS_VERSION_1_3);
    ov_tls_pair_close(&pair);
}

static bool can_load(const struct refusal *r, const struct ov_crypto *client, const struct ov_crypto *server)
{
    char names[2][32];
    (void)snprintf(names[OV_ROLE_CLIENT], sizeof(names[0]), "%s client", client->name);
    (void)snprintf(names[OV_ROLE_SERVER], sizeof(names[0]), "%s server", server->name);
    return r->refused_by == NULL ||
           (strcmp(r->refused_by, names[0]) != 0 && strcmp(r->refused_by, names[1]) != 0);
}

static void test_refusals(void **state)
{
    (void)state;
    static const enum ov_tls_version versions[] = {OV_TLS_VERSION_1_2, OV_TLS_VERSION_1_3};
    const struct ov_crypto *const *all = ov_test_real_backends();
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
    {
        for (size_t c = 0; all[c] != NULL; c++)
        {
            for (size_t s = 0; all[s] != NULL; s++)
            {
                for (size_t v = 0; v < 2; v++)
                {
                    bool loads = can_load(&refusals[i], all[c], all[s]);
                    if (loads && ov_test_speaks(all[c], versions[v]) && ov_test_speaks(all[s], versions[v]))
                    {
                        check_refusal(all[c], all[s], versions[v], &refusals[i]);
                    }
                }
            }
        }
    }
}

/* Without --remote-cert-tls the missing extensions are no reason. */
static void test_lenient(void **state)
{
    (void)state;
    static const struct refusal fine[] = {
        {.client_cert = "noku-client", .server_cert = "noku-server"},
        {.client_cert = "noeku-client", .server_cert = "noeku-server"},
    };
    const struct ov_crypto *const *all = ov_test_backends();
    for (size_t i = 0; i < 2; i++)
    {
        for (size_t b = 0; all[b] != NULL; b++)
        {
            struct ov_tls_pair pair;
            open_pair(&pair, all[b], all[b], OV_TLS_VERSION_DEFAULT, &fine[i]);
            ov_tls_pair_run(&pair, 1250);
            assert_true(ov_tls_pair_is_open(&pair));
            ov_tls_pair_close(&pair);
        }
    }
}

/* An issuer that is no CA, and a chain that is too long: what exactly is said depends on where each
 * library stops, so the words are given one by one. [WP-TLS-005] */
static void test_chains(void **state)
{
    (void)state;
    static const struct
    {
        const char *client_cert;
        const char *server;
        const char *text;
    } cases[] = {
        {"impostor-client", "openssl", FAILED "issuer is not a CA (CN=test client-ec, depth 1)"},
        {"impostor-client", "mbedtls", FAILED "certificate is not signed by a trusted CA"},
        {"deep-17", "openssl", FAILED "certificate chain is too long (CN=test ca-ec, depth 16)"},
        {"deep-17", "mbedtls", FAILED "certificate chain is too long"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
    {
        const struct ov_crypto *server = ov_crypto_by_name(cases[i].server);
        const struct refusal r = {.client_cert = cases[i].client_cert, .server_cert = "server-ec"};
        for (const struct ov_crypto *const *client = ov_test_real_backends();
             server != NULL && *client != NULL; client++)
        {
            struct ov_tls_pair pair;
            open_pair(&pair, *client, server, OV_TLS_VERSION_1_2, &r);
            ov_tls_pair_run(&pair, 1250);
            expect_text(&pair.tls[OV_ROLE_SERVER], cases[i].server, cases[i].text, false);
            assert_int_equal(pair.tls[OV_ROLE_SERVER].err, OV_ERR_CERT);
            expect_alert(&pair.tls[OV_ROLE_CLIENT], (*client)->name, false);
            ov_tls_pair_close(&pair);
        }
    }
}

/* No version in common: the server says so and the client hears it. Mbed TLS sees no more than suites that it
 * does not know. */
static void test_versions(void **state)
{
    (void)state;
    const struct ov_crypto *const *all = ov_test_real_backends();
    for (size_t c = 0; all[c] != NULL; c++)
    {
        for (size_t s = 0; all[s] != NULL; s++)
        {
            if (!ov_test_speaks(all[c], OV_TLS_VERSION_1_3))
            {
                continue;
            }
            struct ov_tls_pair pair;
            bool precise = strcmp(all[s]->name, "openssl") == 0;
            struct ov_tls_settings client = ov_testpki_settings(OV_ROLE_CLIENT, "client-ec");
            struct ov_tls_settings server = ov_testpki_settings(OV_ROLE_SERVER, "server-ec");
            client.version_min = OV_TLS_VERSION_1_3;
            server.version_max = OV_TLS_VERSION_1_2;
            ov_tls_pair_open(&pair, all[c], &client, all[s], &server);
            ov_tls_pair_run(&pair, 1250);
            assert_int_equal(pair.tls[OV_ROLE_SERVER].err, OV_ERR_TLS);
            expect_text(&pair.tls[OV_ROLE_SERVER], all[s]->name, precise ? "protocol" : "SSL - The ", false);
            assert_int_equal(pair.tls[OV_ROLE_CLIENT].err, OV_ERR_TLS);
            expect_text(&pair.tls[OV_ROLE_CLIENT], all[c]->name,
                        precise ? "peer sent alert 70: protocol version"
                                : "peer sent alert 40: handshake failure",
                        true);
            ov_tls_pair_close(&pair);
        }
    }
}

/* The null backend knows two faults. */
static void test_null(void **state)
{
    (void)state;
    const struct ov_crypto *const *all = ov_test_backends();
    while (all[1] != NULL)
    {
        all++;
    }
    struct ov_tls_pair pair;
    const struct refusal none = {.client_cert = NULL, .server_cert = "server-ec"};
    open_pair(&pair, *all, *all, OV_TLS_VERSION_DEFAULT, &none);
    ov_tls_pair_run(&pair, 7);
    assert_int_equal(pair.tls[OV_ROLE_SERVER].err, OV_ERR_CERT);
    expect_text(&pair.tls[OV_ROLE_SERVER], "null", FAILED "peer sent no certificate", true);
    expect_text(&pair.tls[OV_ROLE_CLIENT], "null", "peer sent alert 116: certificate required", true);
    ov_tls_pair_close(&pair);

    struct ov_tls_settings client = ov_testpki_settings(OV_ROLE_CLIENT, "client-ec");
    struct ov_tls_settings server = ov_testpki_settings(OV_ROLE_SERVER, "server-ec");
    client.cert = ov_testpki_pem("alice\n");
    client.ca = ov_testpki_pem("another CA");
    ov_tls_pair_open(&pair, *all, &client, *all, &server);
    ov_tls_pair_run(&pair, 7);
    assert_int_equal(pair.tls[OV_ROLE_SERVER].err, OV_ERR_CERT);
    expect_text(&pair.tls[OV_ROLE_SERVER], "null",
                FAILED "certificate is not signed by a trusted CA (CN=alice, depth 0)", true);
    expect_text(&pair.tls[OV_ROLE_CLIENT], "null", "peer sent alert 48: unknown ca", true);
    ov_tls_pair_close(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals), cmocka_unit_test(test_lenient), cmocka_unit_test(test_chains),
        cmocka_unit_test(test_versions), cmocka_unit_test(test_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
