/* What is wrong with a configuration is said at the start: which part, and why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/testpki.h"
#include "lib/tlspair.h"

enum part
{
    PART_CA,
    PART_CERT,
    PART_KEY
};

/* A fine configuration with one part replaced. */
struct conf_case
{
    enum ov_role role;
    enum part part;
    const char *text;  /* literally, or */
    const char *entry; /* certificate or key of this test certificate */
    enum ov_err err;
    const char *want;
};

#define BROKEN "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"

static const struct conf_case cases[] = {
    {OV_ROLE_CLIENT, PART_CA, "", NULL, OV_ERR_CERT, "ca: is missing"},
    {OV_ROLE_SERVER, PART_CA, "some text\n", NULL, OV_ERR_CERT, "ca: no certificate in it"},
    {OV_ROLE_CLIENT, PART_CA, BROKEN, NULL, OV_ERR_CERT, "ca: "},
    {OV_ROLE_SERVER, PART_CERT, "", NULL, OV_ERR_CERT, "cert: is missing"},
    {OV_ROLE_CLIENT, PART_CERT, "", NULL, OV_ERR_CERT, "cert: is missing"},
    {OV_ROLE_SERVER, PART_CERT, "x", NULL, OV_ERR_CERT, "cert: no certificate in it"},
    {OV_ROLE_CLIENT, PART_CERT, BROKEN, NULL, OV_ERR_CERT, "cert: "},
    {OV_ROLE_SERVER, PART_CERT, NULL, "nosign-server", OV_ERR_CERT,
     "key: does not belong to the certificate"},
    {OV_ROLE_SERVER, PART_KEY, "", NULL, OV_ERR_CERT, "key: is missing"},
    {OV_ROLE_CLIENT, PART_KEY, "", NULL, OV_ERR_CERT, "key: is missing"},
    {OV_ROLE_CLIENT, PART_KEY, "x", NULL, OV_ERR_CERT, "key: no private key in it"},
    {OV_ROLE_CLIENT, PART_KEY, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", NULL,
     OV_ERR_CERT, "key: "},
    {OV_ROLE_CLIENT, PART_KEY, NULL, "server-ec", OV_ERR_CERT, "key: does not belong to the certificate"},
    {OV_ROLE_CLIENT, PART_KEY, NULL, "server-rsa", OV_ERR_CERT, "key: does not belong to the certificate"},
    {OV_ROLE_CLIENT, PART_KEY, NULL, "encrypted-client", OV_ERR_CERT,
     "key: is encrypted and there is no passphrase"},
};

static void expect_conf(const struct ov_crypto *crypto, const struct ov_tls_settings *settings,
                        enum ov_err err, const char *want)
{
    char text[OV_TLS_ERROR_TEXT] = "untouched";
    struct ov_tls_conf *conf = NULL;
    enum ov_err got = crypto->tls->conf_new(settings, &conf, text);
    if (got != err || strncmp(text, want, strlen(want)) != 0)
    {
        fail_msg("%s gives %s and \"%s\", expected %s and \"%s\"", crypto->name, ov_err_name(got), text,
                 ov_err_name(err), want);
    }
    assert_null(conf);
    assert_true(strlen(text) > strlen("key: "));
    assert_null(strchr(text, '\n'));
    crypto->tls->conf_free(conf);
}

static void test_parts(void **state)
{
    (void)state;
    for (const struct ov_crypto *const *b = ov_test_real_backends(); *b != NULL; b++)
    {
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        {
            const struct conf_case *c = &cases[i];
            struct ov_tls_settings s =
                ov_testpki_settings(c->role, c->role == OV_ROLE_CLIENT ? "client-ec" : "server-ec");
            struct ov_pem *const parts[] = {[PART_CA] = &s.ca, [PART_CERT] = &s.cert, [PART_KEY] = &s.key};
            const char *text = c->text;
            if (c->entry != NULL)
            {
                text = c->part == PART_KEY ? ov_testpki(c->entry)->key : ov_testpki(c->entry)->cert;
            }
            *parts[c->part] = ov_testpki_pem(text);
            expect_conf(*b, &s, c->err, c->want);
        }
    }
}

/* Certificates that no peer would take from this side, as far as each library would not even send them. */
static void test_unfit(void **state)
{
    (void)state;
    static const struct
    {
        const char *backend;
        enum ov_role role;
        const char *entry;
        const char *want;
    } unfit[] = {
        {"openssl", OV_ROLE_SERVER, "nosign-server", "cert: key usage does not allow signatures"},
        {"openssl", OV_ROLE_CLIENT, "nosign-client", "cert: key usage does not allow signatures"},
        {"mbedtls", OV_ROLE_SERVER, "nosign-server", "cert: key usage does not allow signatures"},
        {"mbedtls", OV_ROLE_SERVER, "client-ec", "cert: extended key usage does not allow a server"},
    };
    for (size_t i = 0; i < sizeof(unfit) / sizeof(unfit[0]); i++)
    {
        for (const struct ov_crypto *const *b = ov_test_real_backends(); *b != NULL; b++)
        {
            if (strcmp((*b)->name, unfit[i].backend) == 0)
            {
                const struct ov_tls_settings s = ov_testpki_settings(unfit[i].role, unfit[i].entry);
                expect_conf(*b, &s, OV_ERR_CERT, unfit[i].want);
            }
        }
    }
}

static void test_versions(void **state)
{
    (void)state;
    for (const struct ov_crypto *const *b = ov_test_real_backends(); *b != NULL; b++)
    {
        struct ov_tls_settings s = ov_testpki_settings(OV_ROLE_CLIENT, "client-ec");
        s.version_min = OV_TLS_VERSION_1_3;
        s.version_max = OV_TLS_VERSION_1_2;
        expect_conf(*b, &s, OV_ERR_TLS, "version: ");
        if (!ov_test_speaks(*b, OV_TLS_VERSION_1_3))
        {
            s.version_max = OV_TLS_VERSION_DEFAULT;
            expect_conf(*b, &s, OV_ERR_TLS, "version: this library offers TLS 1.2 only");
        }
    }
}

/* Text around the PEM blocks, and a text without a NUL behind it. */
static void test_text_around(void **state)
{
    (void)state;
    char text[4096];
    const struct ov_testpki_entry *own = ov_testpki("client-ec");
    int len = snprintf(text, sizeof(text), "Certificate:\n    Data\n%s\n", own->cert);
    assert_true(len > 0 && (size_t)len < sizeof(text));
    memset(text + len, 'x', sizeof(text) - (size_t)len);
    for (const struct ov_crypto *const *b = ov_test_real_backends(); *b != NULL; b++)
    {
        struct ov_tls_settings s = ov_testpki_settings(OV_ROLE_CLIENT, "client-ec");
        char why[OV_TLS_ERROR_TEXT];
        struct ov_tls_conf *conf = NULL;
        s.cert = (struct ov_pem){text, (size_t)len};
        assert_int_equal((*b)->tls->conf_new(&s, &conf, why), OV_OK);
        (*b)->tls->conf_free(conf);
        (*b)->tls->conf_free(NULL);
    }
}

static void test_null(void **state)
{
    (void)state;
    const struct ov_crypto *const *all = ov_test_backends();
    while (all[1] != NULL)
    {
        all++;
    }
    struct ov_tls_settings s = ov_testpki_settings(OV_ROLE_SERVER, NULL);
    expect_conf(*all, &s, OV_ERR_CERT, "cert: is missing");
    s.cert = ov_testpki_pem("bob");
    expect_conf(*all, &s, OV_ERR_CERT, "key: is missing");
    s.ca.len = 0;
    expect_conf(*all, &s, OV_ERR_CERT, "ca: is missing");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts),       cmocka_unit_test(test_unfit), cmocka_unit_test(test_versions),
        cmocka_unit_test(test_text_around), cmocka_unit_test(test_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
