/* Rules about certificates on every backend and pair of backends: judge, fingerprints without authority, passphrases,
 * names, optional client certificates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/testpki.h"
#include "lib/tlspair.h"
#include "tls/cert_rules.h"

/* Every pair of real backends. */
static void each_pair(void (*run)(const struct ov_crypto *client, const struct ov_crypto *server))
{
    const struct ov_crypto *const *all = ov_test_real_backends();
    for (size_t i = 0; all[i] != NULL; i++)
    {
        for (size_t j = 0; all[j] != NULL; j++)
        {
            run(all[i], all[j]);
        }
    }
}

/* Fails the test unless the handshake ends as wanted; why: the reason of the side that refuses. */
static void expect(const struct ov_crypto *client, const struct ov_tls_settings *client_settings,
                   const struct ov_crypto *server, const struct ov_tls_settings *server_settings, bool open,
                   enum ov_role refuser, const char *why)
{
    struct ov_tls_pair pair;
    ov_tls_pair_open(&pair, client, client_settings, server, server_settings);
    ov_tls_pair_run(&pair, 4096);
    if (open)
    {
        assert_true(ov_tls_pair_is_open(&pair));
    }
    else
    {
        assert_int_equal(pair.tls[refuser].err, OV_ERR_CERT);
        if (strstr(ov_tls_reason(&pair.tls[refuser]), why) == NULL)
        {
            fail_msg("'%s' is not in '%s'", why, ov_tls_reason(&pair.tls[refuser]));
        }
    }
    ov_tls_pair_close(&pair);
}

/* ---- judge ---- */

struct witness
{
    unsigned calls[4];
    struct ov_tls_cert leaf;
    char name[64], subject[128], serial[64];
    uint8_t fingerprint[32];
    int refuse_depth;
};

static enum ov_err witness_judge(void *ctx, const struct ov_tls_cert *cert,
                                 char why[static OV_TLS_JUDGE_TEXT])
{
    struct witness *w = ctx;
    assert_true(cert->depth >= 0 && cert->depth < 4);
    w->calls[cert->depth]++;
    if (cert->depth == 0)
    {
        const struct ov_slice der = {cert->der, cert->der_len};
        (void)snprintf(w->name, sizeof w->name, "%s", cert->name);
        (void)snprintf(w->subject, sizeof w->subject, "%s", cert->subject);
        (void)snprintf(w->serial, sizeof w->serial, "%s", cert->serial);
        assert_int_equal(ov_test_real_backends()[0]->digest(OV_DIGEST_SHA256, &der, 1, w->fingerprint),
                         OV_OK);
        assert_false(cert->name_has_nul);
    }
    (void)snprintf(why, OV_TLS_JUDGE_TEXT, "not today");
    return cert->depth == w->refuse_depth ? OV_ERR_CERT : OV_OK;
}

static void judge_pair(const struct ov_crypto *client, const struct ov_crypto *server)
{
    struct ov_tls_settings c = ov_testpki_settings(OV_ROLE_CLIENT, "sub-client");
    struct ov_tls_settings s = ov_testpki_settings(OV_ROLE_SERVER, "server-ec");
    struct witness seen = {.refuse_depth = -1};
    struct ov_tls_pair pair;
    struct ov_tls_peer peer;
    s.judge = witness_judge;
    s.judge_ctx = &seen;
    ov_tls_pair_open(&pair, client, &c, server, &s);
    ov_tls_pair_run(&pair, 4096);
    assert_true(ov_tls_pair_is_open(&pair));
    assert_true(seen.calls[0] > 0 && seen.calls[1] > 0 && seen.calls[2] > 0 && seen.calls[3] == 0);
    assert_string_equal(seen.name, "test sub-client");
    assert_string_equal(seen.subject, "CN=test sub-client");
    assert_true(strlen(seen.serial) > 0 && strspn(seen.serial, "0123456789") == strlen(seen.serial));
    assert_int_equal(ov_tls_peer(&pair.tls[OV_ROLE_SERVER], &peer), OV_OK);
    assert_memory_equal(peer.fingerprint, seen.fingerprint, 32);
    assert_true(peer.has_cert);
    ov_tls_pair_close(&pair);
    for (seen.refuse_depth = 0; seen.refuse_depth < 3; seen.refuse_depth++)
    {
        expect(client, &c, server, &s, false, OV_ROLE_SERVER, "not today");
    }
}

static void judges(void **state)
{
    (void)state;
    each_pair(judge_pair);
}

/* ---- the rules themselves ---- */

/* Names as they are wanted: whole, begun, or with everything around them [WP-TLS-007]. */
static void rules(void **state)
{
    (void)state;
    static const uint8_t der[] = {1, 2, 3};
    static const struct
    {
        enum ov_name_rule rule;
        const char *wanted;
        bool nul;
        int depth;
        enum ov_err err;
    } rows[] = {
        {OV_NAME_ANY, NULL, false, 0, OV_OK},
        {OV_NAME_ANY, NULL, true, 0, OV_ERR_CERT}, /* CVE-2017-7522 */
        {OV_NAME_EXACT, "alice", false, 0, OV_OK},
        {OV_NAME_EXACT, "alic", false, 0, OV_ERR_CERT},
        {OV_NAME_EXACT, "alice2", false, 0, OV_ERR_CERT},
        {OV_NAME_EXACT, "Alice", false, 0, OV_ERR_CERT},
        {OV_NAME_EXACT, "somebody", false, 1, OV_OK}, /* only leaves are named */
        {OV_NAME_PREFIX, "ali", false, 0, OV_OK},
        {OV_NAME_PREFIX, "lice", false, 0, OV_ERR_CERT},
        {OV_NAME_PREFIX, "alice2", false, 0, OV_ERR_CERT},
        {OV_NAME_SUBJECT, "O=x, CN=alice", false, 0, OV_OK},
        {OV_NAME_SUBJECT, "CN=alice", false, 0, OV_ERR_CERT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        char why[OV_TLS_JUDGE_TEXT] = "";
        const struct ov_cert_options options = {.name_rule = rows[i].rule, .name = rows[i].wanted};
        const struct ov_cert_rules rule = {&options, ov_test_real_backends()[0]};
        const struct ov_tls_cert cert = {rows[i].depth, "alice", rows[i].nul, "O=x, CN=alice",
                                         "7",           der,     sizeof der,  NULL};
        assert_int_equal(ov_cert_rules_judge(&rule, &cert, why), rows[i].err);
        assert_int_equal(why[0] != '\0', rows[i].err != OV_OK);
    }
}

static void fingerprint_of(const struct ov_crypto *crypto, enum ov_digest_id id, struct ov_fingerprint *out)
{
    static const uint8_t der[] = {1, 2, 3};
    uint8_t digest[OV_DIGEST_MAX];
    const struct ov_slice in = {der, sizeof der};
    assert_int_equal(crypto->digest(id, &in, 1, digest), OV_OK);
    memcpy(out->octets, digest, ov_digest_len(id) < 32 ? ov_digest_len(id) : 32);
}

static void fingerprints(void **state)
{
    (void)state;
    static const uint8_t der[] = {1, 2, 3};
    const struct ov_crypto *crypto = ov_test_real_backends()[0];
    struct ov_fingerprint list[3] = {{{1}}, {{2}}, {{3}}};
    struct ov_cert_options options = {
        .fingerprints = list, .fingerprints_count = 3, .fingerprints_of = OV_DIGEST_SHA256};
    const struct ov_cert_rules rule = {&options, crypto};
    struct ov_tls_cert cert = {0, "alice", false, "CN=alice", "7", der, sizeof der, NULL};
    char why[OV_TLS_JUDGE_TEXT];
    assert_int_equal(ov_cert_rules_judge(&rule, &cert, why), OV_ERR_CERT);
    fingerprint_of(crypto, OV_DIGEST_SHA256, &list[2]);
    assert_int_equal(ov_cert_rules_judge(&rule, &cert, why), OV_OK);
    list[2].octets[31] ^= 1;
    assert_int_equal(ov_cert_rules_judge(&rule, &cert, why), OV_ERR_CERT);
    cert.depth = 1;
    assert_int_equal(ov_cert_rules_judge(&rule, &cert, why), OV_OK);
    options.fingerprints_depth = 1; /* --verify-hash */
    options.fingerprints_of = OV_DIGEST_SHA1;
    assert_int_equal(ov_cert_rules_judge(&rule, &cert, why), OV_ERR_CERT);
    fingerprint_of(crypto, OV_DIGEST_SHA1, &list[0]);
    assert_int_equal(ov_cert_rules_judge(&rule, &cert, why), OV_OK);
}

/* ---- a fingerprint instead of an authority ---- */

static void trust_pair(const struct ov_crypto *client, const struct ov_crypto *server)
{
    struct ov_tls_settings c = ov_testpki_settings(OV_ROLE_CLIENT, "other-client");
    struct ov_tls_settings s = ov_testpki_settings(OV_ROLE_SERVER, "server-ec");
    struct witness seen = {.refuse_depth = -1};
    expect(client, &c, server, &s, false, OV_ROLE_SERVER, "trusted CA");
    s.ca.len = 0;
    s.judge = witness_judge;
    s.judge_ctx = &seen;
    s.trust_judge = true;
    expect(client, &c, server, &s, true, OV_ROLE_SERVER, "");
    assert_true(seen.calls[0] > 0);
    seen.refuse_depth = 0;
    expect(client, &c, server, &s, false, OV_ROLE_SERVER, "not today");
}

static void trust(void **state)
{
    (void)state;
    each_pair(trust_pair);
}

/* ---- no client certificate ---- */

static void bare_pair(const struct ov_crypto *client, const struct ov_crypto *server)
{
    struct ov_tls_settings c = ov_testpki_settings(OV_ROLE_CLIENT, NULL);
    struct ov_tls_settings s = ov_testpki_settings(OV_ROLE_SERVER, "server-ec");
    expect(client, &c, server, &s, false, OV_ROLE_SERVER, "no certificate");
    for (unsigned kind = OV_TLS_CLIENT_CERT_OPTIONAL; kind <= OV_TLS_CLIENT_CERT_UNASKED; kind++)
    {
        struct ov_tls_pair pair;
        struct ov_tls_peer peer;
        s.client_cert = (enum ov_tls_client_cert)kind;
        ov_tls_pair_open(&pair, client, &c, server, &s);
        ov_tls_pair_run(&pair, 4096);
        assert_true(ov_tls_pair_is_open(&pair));
        assert_int_equal(ov_tls_peer(&pair.tls[OV_ROLE_SERVER], &peer), OV_OK);
        assert_false(peer.has_cert);
        assert_string_equal(peer.common_name, "");
        assert_true(peer.cipher[0] != '\0');
        ov_tls_pair_close(&pair);
    }
    /* Who shows one must show a good one. */
    s.client_cert = OV_TLS_CLIENT_CERT_OPTIONAL;
    struct ov_tls_settings bad = ov_testpki_settings(OV_ROLE_CLIENT, "expired-client");
    expect(client, &bad, server, &s, false, OV_ROLE_SERVER, "expired");
    bad = ov_testpki_settings(OV_ROLE_CLIENT, "other-client");
    expect(client, &bad, server, &s, false, OV_ROLE_SERVER, "trusted CA");
}

static void bare_clients(void **state)
{
    (void)state;
    each_pair(bare_pair);
}

/* ---- keys ---- */

static enum ov_err make(const struct ov_crypto *crypto, const struct ov_tls_settings *settings, char *text)
{
    struct ov_tls_conf *conf = NULL;
    enum ov_err err = crypto->tls->conf_new(settings, &conf, text);
    assert_int_equal(conf != NULL, err == OV_OK);
    crypto->tls->conf_free(conf);
    return err;
}

/* OpenSSL 3 encrypts with what Mbed TLS 2.28 does not have: then the library says so. */
static void passphrases(void **state)
{
    (void)state;
    static const struct
    {
        const char *passphrase;
        enum ov_err err;
        const char *text;
    } rows[] = {
        {NULL, OV_ERR_CERT, "is encrypted and there is no passphrase"},
        {"wrong", OV_ERR_CERT, "passphrase is wrong"},
        {"secret", OV_OK, ""},
    };
    for (const struct ov_crypto *const *crypto = ov_test_real_backends(); *crypto != NULL; crypto++)
    {
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        {
            char text[OV_TLS_ERROR_TEXT] = "";
            struct ov_tls_settings settings = ov_testpki_settings(OV_ROLE_CLIENT, "encrypted-client");
            settings.passphrase = rows[i].passphrase;
            enum ov_err err = make(*crypto, &settings, text);
            if (i > 0 && strstr(text, "alg not available") != NULL)
            {
                continue;
            }
            assert_int_equal(err, rows[i].err);
            assert_non_null(strstr(text, rows[i].text));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(judges), cmocka_unit_test(rules),        cmocka_unit_test(fingerprints),
        cmocka_unit_test(trust),  cmocka_unit_test(bare_clients), cmocka_unit_test(passphrases),
    };
    return cmocka_run_group_tests_name("tls rules", tests, NULL, NULL);
}
