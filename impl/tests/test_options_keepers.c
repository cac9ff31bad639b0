/* Options about keys that somebody else keeps, and about management: what they set, and what is said about wrong ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "options/options.h"
#include "tests/lib/optdoc.h"

#define BARE  "client\ndev tun\nremote vpn.example.org\nca ca.crt\nremote-cert-tls server\n"
#define KEYED BARE "cert c.crt\n"
#define CARD  BARE "pkcs11-providers /a.so /b.so\n"

static const struct
{
    const char *text;
    const char *lines; /* exact; "": good */
} rows[] = {
    {KEYED "management 127.0.0.1 7505\nmanagement-external-key\n", ""},
    {KEYED "management 127.0.0.1 7505\nmanagement-external-key nopadding pkcs1 pss digest\n", ""},
    {KEYED "management 127.0.0.1 7505\nmanagement-external-key oaep\n",
     "t.ovpn:8: management-external-key: 'oaep' is none of nopadding, pkcs1, pss, digest\n"},
    {KEYED "management-external-key\n", "configuration: 'management-external-key' needs 'management'\n"},
    {KEYED "key k.key\nmanagement 127.0.0.1 7505\nmanagement-external-key\n",
     "configuration: 'key' contradicts 'management-external-key'\n"},
    {BARE "management 127.0.0.1 7505\nmanagement-external-key\nmanagement-external-cert hint\n", ""},
    {KEYED "key k.key\nmanagement 127.0.0.1 7505\nmanagement-external-cert hint\n",
     "configuration: 'cert' contradicts 'management-external-cert'\n"
     "configuration: 'management-external-cert' needs 'management-external-key'\n"},
    {KEYED "key k.key\nmanagement 127.0.0.1 7505\nmanagement-client-user root\n",
     "configuration: who comes to 'management' is known only over a unix socket\n"},
    {KEYED "key k.key\nmanagement-hold\n", "configuration: 'management-hold' needs 'management'\n"},
    {KEYED "key k.key\nmanagement /a unix\nmanagement-log-cache 251\n",
     "t.ovpn:9: management-log-cache must be a number from 1 to 250, not '251'\n"},
    {CARD "pkcs11-id 'a/b/c/d/01'\n", ""},
    {CARD "pkcs11-id x\npkcs11-cert-private 1\npkcs11-protected-authentication 0 1\npkcs11-private-mode 1 0\n"
          "pkcs11-pin-cache 300\n",
     ""},
    {CARD "pkcs11-id x\npkcs11-cert-private yes\n",
     "t.ovpn:8: pkcs11-cert-private: 0 or 1 for each provider, not 'yes'\n"},
    {CARD "pkcs11-id x\npkcs11-private-mode g\n",
     "t.ovpn:8: pkcs11-private-mode: 'g' is no hexadecimal mask\n"},
    {CARD "pkcs11-id x\npkcs11-id-management\nmanagement /a unix\n",
     "configuration: 'pkcs11-id' contradicts 'pkcs11-id-management'\n"},
    {CARD "pkcs11-id-management\nmanagement /a unix\n", ""},
    {CARD "pkcs11-id-management\n", "configuration: 'pkcs11-id-management' needs 'management'\n"},
    {CARD "cert c.crt\npkcs11-id x\n", "configuration: 'cert' contradicts 'pkcs11-id'\n"},
    {BARE "pkcs11-id x\n",
     "configuration: 'pkcs11-id' needs 'pkcs11-providers': the libraries of the tokens\n"},
    {KEYED "key k.key\npkcs11-providers /a.so\n",
     "configuration: warning: 'pkcs11-providers' without 'pkcs11-id': no token is used ('--show-pkcs11-ids "
     "LIBRARY' "
     "lists what is there)\n"},
    {OPTDOC_SERVER "management /a unix\nmanagement-client-auth\n", ""},
    {OPTDOC_SERVER
     "management /a unix\nmanagement-client-auth\nverify-client-cert none\nusername-as-common-name\n",
     ""},
    {OPTDOC_SERVER "management /a unix\nmanagement-external-key\n",
     "t.ovpn:7: 'management-external-key' is for a client, and this is a server\n"
     "configuration: 'key' contradicts 'management-external-key'\n"},
    {OPTDOC_CLIENT "management /a unix\nmanagement-client-auth\n",
     "t.ovpn:9: 'management-client-auth' is for a server, and this is a client\n"},
    {OPTDOC_SERVER
     "management /a unix\nmanagement-client-auth\nauth-user-pass-verify /x via-file\nscript-security 2\n",
     "configuration: 'auth-user-pass-verify' contradicts 'management-client-auth'\n"},
};

static void test_rows(void **state)
{
    unsigned failed = 0;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        enum ov_err err;
        struct ov_options *options = optdoc_parse(rows[i].text, NULL, &err);
        char *lines = optdoc_lines(ov_options_diags(options));
        if (strcmp(lines, rows[i].lines) != 0)
        {
            print_error("%s  said\n%s  expected\n%s\n", rows[i].text, lines, rows[i].lines);
            failed++;
        }
        free(lines);
        ov_options_free(options);
    }
    assert_int_equal(failed, 0);
}

static void test_values(void **state)
{
    enum ov_err err;
    (void)state;
    struct ov_options *options =
        optdoc_parse(CARD "pkcs11-id 'a\\x20b/01'\npkcs11-cert-private 1\npkcs11-pin-cache 5\n"
                          "management /m unix\nmanagement-up-down\nmanagement-signal\n",
                     NULL, &err);
    const struct ov_config *config = ov_options_config(options);
    assert_non_null(config);
    const struct ov_pkcs11_options *pkcs11 = &config->certs.pkcs11;
    assert_string_equal(pkcs11->id, "a\\x20b/01");
    assert_int_equal(pkcs11->providers.count, 2);
    assert_string_equal(pkcs11->providers.word[1], "/b.so");
    assert_int_equal(pkcs11->cert_private.count, 1);
    assert_string_equal(pkcs11->cert_private.word[0], "1");
    assert_int_equal(pkcs11->pin_cache_s, 5);
    assert_true(config->management.up_down && config->management.ends_with_it && !config->management.judges);
    assert_int_equal(config->management.log_lines, 250);
    ov_options_free(options);
    options = optdoc_parse(KEYED "management /m unix\nmanagement-external-key nopadding\n", NULL, &err);
    config = ov_options_config(options);
    assert_non_null(config);
    assert_true(config->certs.external_key && config->certs.external_raw && !config->certs.external_pkcs1);
    assert_false(config->certs.external_pss || config->certs.external_digest);
    ov_options_free(options);
    options = optdoc_parse(KEYED "management /m unix\nmanagement-external-key pss digest\n", NULL, &err);
    config = ov_options_config(options);
    assert_non_null(config);
    assert_true(config->certs.external_pss && config->certs.external_digest);
    assert_true(config->certs.external_pkcs1 && !config->certs.external_raw); /* who names no other way */
    ov_options_free(options);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_values)};
    return cmocka_run_group_tests_name("options keepers", tests, NULL, NULL);
}
