/* Revocation lists on every pair of backends: who is refused and with which words, lists that are expired, forged or
 * of somebody else, and lists that come while connections stand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/testpki.h"
#include "lib/tlspair.h"

#define LISTS_MAX 3
#define TEXT_MAX  8192

struct crl_case
{
    const char *lists[LISTS_MAX]; /* entries whose texts make up the file */
    const char *peer;             /* whose certificate is looked at */
    const char *want;             /* NULL: it is let in; else the whole reason */
};

#define FAILED "certificate verify failed: "

static const struct crl_case cases[] = {
    {{"crl-list-empty"}, "crl-client", NULL},
    {{"crl-list-client"}, "crl-client", FAILED "certificate has been revoked (CN=crl client, depth 0)"},
    {{"crl-list-client"}, "crl-visitor", NULL},
    {{"crl-list-expired"},
     "crl-client",
     FAILED "revocation list of its issuer has expired (CN=crl client, depth 0)"},
    {{"crl-list-future"},
     "crl-client",
     FAILED "revocation list of its issuer is not yet valid (CN=crl client, depth 0)"},
    {{"crl-list-forged"},
     "crl-client",
     FAILED "revocation list is not signed by its issuer (CN=crl client, depth 0)"},
    /* A serial number means nothing without its issuer, and whose issuer has no list is not revoked by any. */
    {{"crl-list-foreign"}, "crl-client", NULL},
    {{"crl-list-foreign", "crl-list-client"},
     "crl-client",
     FAILED "certificate has been revoked (CN=crl client, depth 0)"},
    {{"crl-list-foreign", "crl-list-empty"}, "crl-client", NULL},
    /* Every certificate of a chain is looked up in its own issuer's list. */
    {{"crl-list-empty"}, "crl-sub-client", NULL},
    {{"crl-list-client"}, "crl-sub-client", NULL},
    {{"crl-list-of-sub"},
     "crl-sub-client",
     FAILED "certificate has been revoked (CN=crl sub-client, depth 0)"},
    {{"crl-list-empty", "crl-list-of-sub"},
     "crl-sub-client",
     FAILED "certificate has been revoked (CN=crl sub-client, depth 0)"},
    {{"crl-list-sub"}, "crl-sub-client", FAILED "certificate has been revoked (CN=crl sub, depth 1)"},
};

static struct ov_tls_settings settings_of(enum ov_role role, const char *entry)
{
    struct ov_tls_settings settings = ov_testpki_settings(role, entry);
    settings.ca = ov_testpki_pem(ov_testpki("crl-root")->cert);
    return settings;
}

static struct ov_pem join(const char *const lists[static LISTS_MAX], char text[static TEXT_MAX])
{
    size_t len = 0;
    text[0] = '\0';
    for (size_t i = 0; i < LISTS_MAX && lists[i] != NULL; i++)
    {
        len += (size_t)snprintf(text + len, TEXT_MAX - len, "%s", ov_testpki(lists[i])->cert);
        assert_true(len < TEXT_MAX);
    }
    return ov_testpki_pem(text);
}

static void expect_end(const struct ov_tls_pair *pair, enum ov_role judge, const char *want, const char *who)
{
    const struct ov_tls *tls = &pair->tls[judge];
    if (want == NULL && !ov_tls_pair_is_open(pair))
    {
        fail_msg("%s: refused with \"%s\"", who, ov_tls_reason(tls));
    }
    if (want != NULL && (tls->err != OV_ERR_CERT || strcmp(ov_tls_reason(tls), want) != 0))
    {
        fail_msg("%s: %s with \"%s\", expected \"%s\"", who, ov_err_name(tls->err), ov_tls_reason(tls), want);
    }
}

static void check_case(const struct ov_crypto *client, const struct ov_crypto *server,
                       enum ov_tls_version version, const struct crl_case *row)
{
    char text[TEXT_MAX];
    char who[128];
    struct ov_tls_pair pair;
    struct ov_tls_settings c = settings_of(OV_ROLE_CLIENT, row->peer);
    struct ov_tls_settings s = settings_of(OV_ROLE_SERVER, "crl-server");
    s.crl = join(row->lists, text);
    c.version_min = c.version_max = s.version_min = s.version_max = version;
    (void)snprintf(who, sizeof who, "%s client, %s server, %s, %s", client->name, server->name, row->peer,
                   row->lists[0]);
    ov_tls_pair_open(&pair, client, &c, server, &s);
    ov_tls_pair_run(&pair, 4096);
    expect_end(&pair, OV_ROLE_SERVER, row->want, who);
    ov_tls_pair_close(&pair);
}

static void test_lists(void **state)
{
    (void)state;
    static const enum ov_tls_version versions[] = {OV_TLS_VERSION_1_2, OV_TLS_VERSION_1_3};
    const struct ov_crypto *const *all = ov_test_real_backends();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        for (size_t c = 0; all[c] != NULL; c++)
        {
            for (size_t s = 0; all[s] != NULL; s++)
            {
                for (size_t v = 0; v < 2; v++)
                {
                    if (ov_test_speaks(all[c], versions[v]) && ov_test_speaks(all[s], versions[v]))
                    {
                        check_case(all[c], all[s], versions[v], &cases[i]);
                    }
                }
            }
        }
    }
}

/* A client looks servers up the same way. */
static void test_server_revoked(void **state)
{
    (void)state;
    const struct ov_crypto *const *all = ov_test_real_backends();
    for (size_t b = 0; all[b] != NULL; b++)
    {
        struct ov_tls_pair pair;
        struct ov_tls_settings c = settings_of(OV_ROLE_CLIENT, "crl-visitor");
        struct ov_tls_settings s = settings_of(OV_ROLE_SERVER, "crl-server");
        c.crl = ov_testpki_pem(ov_testpki("crl-list-expired")->cert);
        ov_tls_pair_open(&pair, all[b], &c, all[b], &s);
        ov_tls_pair_run(&pair, 4096);
        expect_end(&pair, OV_ROLE_CLIENT,
                   FAILED "revocation list of its issuer has expired (CN=crl server, depth 0)", all[b]->name);
        ov_tls_pair_close(&pair);
    }
}

static void connect_again(struct ov_tls_pair *pair, const char *want, const char *who)
{
    for (unsigned role = 0; role < 2; role++)
    {
        ov_tls_clear(&pair->tls[role]);
        assert_int_equal(ov_tls_init(&pair->tls[role], pair->crypto[role]->tls, pair->conf[role]), OV_OK);
    }
    ov_tls_pair_run(pair, 4096);
    expect_end(pair, OV_ROLE_SERVER, want, who);
}

static void set_lists(struct ov_tls_pair *pair, const char *text, enum ov_err err, const char *want)
{
    char said[OV_TLS_ERROR_TEXT] = "";
    const struct ov_pem crl = ov_testpki_pem(text);
    assert_int_equal(pair->crypto[OV_ROLE_SERVER]->tls->conf_set_crl(pair->conf[OV_ROLE_SERVER], &crl, said),
                     err);
    if (want != NULL && strncmp(said, want, strlen(want)) != 0)
    {
        fail_msg("says \"%s\", expected \"%s\"", said, want);
    }
}

/* Lists come and go while the configuration stays; one that can't be read leaves the old ones in force. */
static void test_new_lists(void **state)
{
    (void)state;
    static const char revoked[] = FAILED "certificate has been revoked (CN=crl client, depth 0)";
    static const char broken[] = "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n";
    const struct ov_crypto *const *all = ov_test_real_backends();
    for (size_t b = 0; all[b] != NULL; b++)
    {
        struct ov_tls_pair pair;
        struct ov_tls_settings c = settings_of(OV_ROLE_CLIENT, "crl-client");
        struct ov_tls_settings s = settings_of(OV_ROLE_SERVER, "crl-server");
        ov_tls_pair_open(&pair, all[b], &c, all[b], &s);
        ov_tls_pair_run(&pair, 4096);
        expect_end(&pair, OV_ROLE_SERVER, NULL, all[b]->name);
        set_lists(&pair, ov_testpki("crl-list-client")->cert, OV_OK, NULL);
        connect_again(&pair, revoked, all[b]->name);
        set_lists(&pair, "", OV_ERR_CERT, "crl-verify: no revocation list in it");
        set_lists(&pair, "some text\n", OV_ERR_CERT, "crl-verify: no revocation list in it");
        set_lists(&pair, broken, OV_ERR_CERT, "crl-verify: ");
        connect_again(&pair, revoked, all[b]->name);
        set_lists(&pair, ov_testpki("crl-list-empty")->cert, OV_OK, NULL);
        connect_again(&pair, NULL, all[b]->name);
        ov_tls_pair_close(&pair);
    }
}

/* A handshake that has begun is judged by the lists that are in force when the certificate comes. */
static void test_lists_in_mid_handshake(void **state)
{
    (void)state;
    const struct ov_crypto *const *all = ov_test_real_backends();
    for (size_t b = 0; all[b] != NULL; b++)
    {
        struct ov_tls_pair pair;
        struct ov_tls_settings c = settings_of(OV_ROLE_CLIENT, "crl-client");
        struct ov_tls_settings s = settings_of(OV_ROLE_SERVER, "crl-server");
        s.crl = ov_testpki_pem(ov_testpki("crl-list-empty")->cert);
        ov_tls_pair_open(&pair, all[b], &c, all[b], &s);
        (void)!ov_tls_step(&pair.tls[OV_ROLE_CLIENT]);
        assert_true(ov_tls_pair_move(&pair, OV_ROLE_CLIENT, 4096) > 0);
        assert_int_equal(pair.tls[OV_ROLE_SERVER].state, OV_TLS_HANDSHAKE);
        set_lists(&pair, ov_testpki("crl-list-client")->cert, OV_OK, NULL);
        ov_tls_pair_run(&pair, 4096);
        expect_end(&pair, OV_ROLE_SERVER, FAILED "certificate has been revoked (CN=crl client, depth 0)",
                   all[b]->name);
        ov_tls_pair_close(&pair);
    }
}

/* Every cut of a list is refused, or is a list: never a crash, never half a list. */
static void test_truncations(void **state)
{
    (void)state;
    const struct ov_crypto *const *all = ov_test_real_backends();
    const struct ov_pem whole = ov_testpki_pem(ov_testpki("crl-list-client")->cert);
    for (size_t b = 0; all[b] != NULL; b++)
    {
        struct ov_tls_settings settings = settings_of(OV_ROLE_SERVER, "crl-server");
        struct ov_tls_conf *conf = NULL;
        char text[OV_TLS_ERROR_TEXT] = "";
        assert_int_equal(all[b]->tls->conf_new(&settings, &conf, text), OV_OK);
        for (size_t len = 0; len < whole.len; len++)
        {
            const struct ov_pem cut = {whole.text, len};
            enum ov_err err = all[b]->tls->conf_set_crl(conf, &cut, text);
            /* The last octet is the line end behind the last mark. */
            assert_int_equal(err, len + 1 < whole.len ? OV_ERR_CERT : OV_OK);
        }
        all[b]->tls->conf_free(conf);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists),       cmocka_unit_test(test_server_revoked),
        cmocka_unit_test(test_new_lists),   cmocka_unit_test(test_lists_in_mid_handshake),
        cmocka_unit_test(test_truncations),
    };
    return cmocka_run_group_tests_name("tls crl", tests, NULL, NULL);
}
