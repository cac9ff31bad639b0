/* Certificates whose common names hold what ends or forges a text: with rules about names they are refused, without them
 * the name is cleaned, never cut (CVE-2017-7522). In every pair of backends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/testpki.h"
#include "lib/tlspair.h"
#include "tls/cert_rules.h"

static const struct
{
    const char *cert;
    const char *name; /* what everybody reads */
    bool has_nul;
} rows[] = {
    {"names-nul", "admin_evil", true},
    {"names-last-nul", "admin_", true},
    {"names-control", "admin_fake line_", false},
};

#define ROWS (sizeof rows / sizeof rows[0])

static enum ov_err judge(void *ctx, const struct ov_tls_cert *cert, char why[static OV_TLS_JUDGE_TEXT])
{
    return cert->depth == 0 ? ov_cert_rules_judge(ctx, cert, why) : OV_OK;
}

static void open_pair(struct ov_tls_pair *pair, const struct ov_crypto *client,
                      const struct ov_crypto *server, const char *cert, struct ov_cert_rules *rules)
{
    struct ov_tls_settings c = ov_testpki_settings(OV_ROLE_CLIENT, cert);
    struct ov_tls_settings s = ov_testpki_settings(OV_ROLE_SERVER, "names-server");
    c.ca = s.ca = ov_testpki_pem(ov_testpki("names-ca")->cert);
    s.judge = rules != NULL ? judge : NULL;
    s.judge_ctx = rules;
    ov_tls_pair_open(pair, client, &c, server, &s);
    ov_tls_pair_run(pair, 4096);
}

static bool is_plain(const char *text)
{
    for (; *text != '\0'; text++)
    {
        if ((unsigned char)*text < ' ' || *text == 0x7f)
        {
            return false;
        }
    }
    return true;
}

/* Nobody is who the part in front of the NUL says. */
static void refused_by_rule(const struct ov_crypto *client, const struct ov_crypto *server, size_t row)
{
    static const char *const wanted[] = {"admin", "admin_", "admin_evil", "admin\nfake line\033"};
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
    {
        const struct ov_cert_options options = {.name = wanted[i], .name_rule = OV_NAME_EXACT};
        struct ov_cert_rules rules = {.options = &options, .crypto = server};
        struct ov_tls_pair pair;
        open_pair(&pair, client, server, rows[row].cert, &rules);
        const char *reason = ov_tls_reason(&pair.tls[OV_ROLE_SERVER]);
        assert_false(ov_tls_pair_is_open(&pair));
        assert_int_equal(pair.tls[OV_ROLE_SERVER].err, OV_ERR_CERT);
        if (strstr(reason, rows[row].has_nul ? "there is a NUL in the name" : "verify-x509-name") == NULL ||
            !is_plain(reason))
        {
            fail_msg("'%s' for '%s': %s", rows[row].cert, wanted[i], reason);
        }
        ov_tls_pair_close(&pair);
    }
}

static void cleaned_without_rule(const struct ov_crypto *client, const struct ov_crypto *server, size_t row)
{
    struct ov_tls_pair pair;
    struct ov_tls_peer peer;
    open_pair(&pair, client, server, rows[row].cert, NULL);
    if (!ov_tls_pair_is_open(&pair))
    {
        fail_msg("'%s': %s", rows[row].cert, ov_tls_reason(&pair.tls[OV_ROLE_SERVER]));
    }
    assert_int_equal(ov_tls_peer(&pair.tls[OV_ROLE_SERVER], &peer), OV_OK);
    assert_string_equal(peer.common_name, rows[row].name);
    assert_true(is_plain(peer.subject));
    assert_null(strstr(peer.subject, "CN=admin,"));
    ov_tls_pair_close(&pair);
}

static void each(void (*run)(const struct ov_crypto *client, const struct ov_crypto *server, size_t row))
{
    const struct ov_crypto *const *all = ov_test_real_backends();
    for (size_t i = 0; all[i] != NULL; i++)
    {
        for (size_t j = 0; all[j] != NULL; j++)
        {
            for (size_t row = 0; row < ROWS; row++)
            {
                run(all[i], all[j], row);
            }
        }
    }
}

static void test_rules(void **state)
{
    (void)state;
    each(refused_by_rule);
}

static void test_names(void **state)
{
    (void)state;
    each(cleaned_without_rule);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests_name("tls_names", tests, NULL, NULL);
}
