/* --tls-cipher, --tls-ciphersuites and --tls-groups on every backend. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "lib/testpki.h"
#include "lib/tlspair.h"

struct list_case
{
    enum ov_tls_version version;
    const char *ciphers, *ciphersuites, *groups; /* of the client */
    const char *server_groups;
    const char *chosen; /* NULL: the handshake fails */
};

static const struct list_case cases[] = {
    {OV_TLS_VERSION_1_2, "TLS-ECDHE-ECDSA-WITH-AES-128-GCM-SHA256", NULL, NULL, NULL, "AES"},
    {OV_TLS_VERSION_1_2, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", NULL, NULL, NULL, "CHACHA20"},
    {OV_TLS_VERSION_1_2, "NO-SUCH-SUITE:TLS-ECDHE-ECDSA-WITH-CHACHA20-POLY1305-SHA256", NULL, "P-384:P-256",
     "secp384r1:prime256v1", "CHACHA20"},
    {OV_TLS_VERSION_1_2, NULL, NULL, "secp384r1", "secp521r1", NULL},
    {OV_TLS_VERSION_1_3, NULL, "TLS_CHACHA20_POLY1305_SHA256", NULL, NULL, "CHACHA20"},
    {OV_TLS_VERSION_1_3, NULL, "TLS-AES-128-GCM-SHA256", "secp384r1", NULL, "AES"},
};

static void check(const struct ov_crypto *client, const struct ov_crypto *server, const struct list_case *c)
{
    struct ov_tls_settings own = ov_testpki_settings(OV_ROLE_CLIENT, "client-ec");
    struct ov_tls_settings other = ov_testpki_settings(OV_ROLE_SERVER, "server-ec");
    struct ov_tls_pair pair;
    struct ov_tls_peer peer;
    own.version_min = own.version_max = other.version_min = other.version_max = c->version;
    own.ciphers = c->ciphers;
    own.ciphersuites = c->ciphersuites;
    own.groups = c->groups;
    other.groups = c->server_groups;
    ov_tls_pair_open(&pair, client, &own, server, &other);
    ov_tls_pair_run(&pair, 1000);
    assert_int_equal(ov_tls_pair_is_open(&pair), c->chosen != NULL);
    if (c->chosen != NULL)
    {
        assert_int_equal(ov_tls_peer(&pair.tls[OV_ROLE_CLIENT], &peer), OV_OK);
        assert_non_null(strstr(peer.cipher, c->chosen));
    }
    ov_tls_pair_close(&pair);
}

static void chosen(void **state)
{
    (void)state;
    const struct ov_crypto *const *all = ov_test_real_backends();
    for (const struct ov_crypto *const *client = all; *client != NULL; client++)
    {
        for (const struct ov_crypto *const *server = all; *server != NULL; server++)
        {
            for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
            {
                if (ov_test_speaks(*client, cases[i].version) && ov_test_speaks(*server, cases[i].version))
                {
                    check(*client, *server, &cases[i]);
                }
            }
        }
    }
}

/* A list of which nothing is left is said at the start. */
static void nothing_left(void **state)
{
    (void)state;
    static const struct
    {
        const char *ciphers, *groups, *says;
    } rows[] = {
        {"NO-SUCH-SUITE", NULL, "tls-cipher"},
        {"", NULL, "tls-cipher"},
        {NULL, "no-such-group", "tls-groups"},
    };
    for (const struct ov_crypto *const *crypto = ov_test_real_backends(); *crypto != NULL; crypto++)
    {
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        {
            struct ov_tls_settings settings = ov_testpki_settings(OV_ROLE_CLIENT, "client-ec");
            struct ov_tls_conf *conf = NULL;
            char text[OV_TLS_ERROR_TEXT];
            settings.ciphers = rows[i].ciphers;
            settings.groups = rows[i].groups;
            assert_int_equal((*crypto)->tls->conf_new(&settings, &conf, text), OV_ERR_TLS);
            assert_null(conf);
            assert_non_null(strstr(text, rows[i].says));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(chosen), cmocka_unit_test(nothing_left)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
