/* What --check-config advises: every rule once where it finds something, and silence where there is nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "options/doctor.h"
#include "options/table.h"
#include "tests/lib/optdoc.h"

#define GOOD_CLIENT OPTDOC_CLIENT "nobind\ntls-crypt ta.key\n"
#define GOOD_SERVER OPTDOC_SERVER "keepalive 10 60\ntls-crypt ta.key\n"

#define GOOD_STATIC                                                                                          \
    "dev tun\nifconfig 10.8.0.1 10.8.0.2\ncipher AES-256-CBC\nallow-deprecated-insecure-static-crypto\n"

/* Findings of "--check-config t.ovpn", a line each; the caller frees them. */
static char *examine(const char *text, enum ov_err *err)
{
    const struct optdoc_file files[] = {{"t.ovpn", text}, {NULL, NULL}};
    const char *const argv[] = {"--check-config", "t.ovpn"};
    struct ov_loader loader = optdoc_loader(files);
    struct ov_options *options = NULL;
    *err = ov_options_from_args(2, argv, &loader, &options);
    assert_non_null(options);
    const struct ov_asked asked = ov_options_asked(options);
    assert_int_equal(asked.wish, OV_WISH_CHECK);
    assert_string_equal(asked.checked, "t.ovpn");
    char *lines = optdoc_lines(ov_options_diags(options));
    ov_options_free(options);
    return lines;
}

static const struct
{
    const char *base;
    const char *more; /* begins on a line of its own */
    const char *finding;
} rows[] = {
    {GOOD_CLIENT, "rcvbuf 393216\n", "393216 is folklore"},
    {GOOD_CLIENT, "sndbuf 393216\n", "t.ovpn:10: warning: 393216 is folklore"},
    {GOOD_CLIENT, "sndbuf 65536\n", "t.ovpn:10: warning: a fixed buffer caps"},
    {GOOD_CLIENT, "data-ciphers none\n", "t.ovpn:10: warning: cipher none still authenticates"},
    {GOOD_CLIENT, "data-ciphers AES-256-CBC:AES-256-GCM\n", "t.ovpn:10: warning: CBC with HMAC"},
    {GOOD_CLIENT, "data-ciphers AES-256-GCM:DES-EDE3-CBC\n", "t.ovpn:10: warning: blocks of 64 bits begin"},
    {GOOD_STATIC "keepalive 10 60\n", "secret s.key\n", "t.ovpn:6: warning: without a direction both ends"},
    {GOOD_STATIC, "secret s.key 1\n", "t.ovpn:5: warning: nobody notices a peer that is gone"},
    {GOOD_CLIENT, "data-ciphers-fallback AES-256-CBC\n", "t.ovpn:10: warning: peers that can't negotiate"},
    {GOOD_CLIENT, "auth SHA512\n", "t.ovpn:10: warning: 'auth' has no effect"},
    {OPTDOC_CLIENT "nobind\n", "tls-auth ta.key\n", "t.ovpn:9: warning: without a direction"},
    {OPTDOC_CLIENT, "nobind\n", "warning: the control channel is open"},
    {GOOD_CLIENT, "proto tcp\n", "t.ovpn:10: warning: TCP inside TCP"},
    {GOOD_CLIENT, "tun-mtu 1200\n", "t.ovpn:10: warning: a smaller tun-mtu"},
    {GOOD_CLIENT, "mssfix 0\n", "t.ovpn:10: warning: with mssfix 0"},
    {GOOD_CLIENT, "reneg-sec 0\n", "t.ovpn:10: warning: keys never change by time"},
    {GOOD_CLIENT, "replay-window 8\n", "t.ovpn:10: warning: a window below 64"},
    {OPTDOC_SERVER "tls-crypt ta.key\n", "", "warning: nobody notices a client that is gone"},
    {OPTDOC_CLIENT "tls-crypt ta.key\n", "", "warning: the client binds port 1194"},
    {GOOD_CLIENT, "remote b.example.org\n", "t.ovpn:10: warning: each silent server costs"},
    {GOOD_CLIENT, "txqueuelen 100\n", "t.ovpn:10: warning: a queue of 100"},
    {GOOD_CLIENT, "comp-lzo no\n",
     "t.ovpn:10: warning: framing for compression that is never done costs every packet an octet and"},
    {GOOD_CLIENT, "compress stub-v2\n",
     "t.ovpn:10: warning: framing for compression that is never done costs every packet an octet or"},
    {GOOD_SERVER, "duplicate-cn\n", "t.ovpn:8: warning: clients that share a certificate"},
    {GOOD_CLIENT, "dev tap\n", "t.ovpn:10: warning: Ethernet costs every packet 14 octets"},
    {GOOD_CLIENT, "topology subnet\ndev-type tap\n", "t.ovpn:10: warning: 'topology' has no effect"},
    {GOOD_CLIENT, "verb 6\n", "t.ovpn:10: warning: above 4"},
};

static void test_findings(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    {
        char text[1000];
        enum ov_err err;
        snprintf(text, sizeof(text), "%s%s", rows[i].base, rows[i].more);
        char *lines = examine(text, &err);
        if (strstr(lines, rows[i].finding) == NULL)
        {
            fail_msg("row %zu: no '%s' in:\n%s", i, rows[i].finding, lines);
        }
        assert_int_equal(err, OV_OK); /* advice doesn't make a configuration unusable */
        free(lines);
    }
}

static void test_nothing_to_say(void **state)
{
    (void)state;
    static const char *const texts[] = {
        GOOD_CLIENT,
        GOOD_SERVER,
        GOOD_CLIENT "verb 3\nauth SHA1\ndata-ciphers AES-256-GCM:AES-256-CBC\nreplay-window 1024\n",
        GOOD_CLIENT "remote b.example.org\nserver-poll-timeout 5\n",
        GOOD_CLIENT "sndbuf 4194304\nrcvbuf 4194304\nmssfix 1400\ntun-mtu 1500\nreneg-sec 7200\n",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
    {
        enum ov_err err;
        char *lines = examine(texts[i], &err);
        assert_string_equal(lines, "");
        assert_int_equal(err, OV_OK);
        free(lines);
    }
}

/* Each rule has a row above. */
static void test_every_rule_has_a_row(void **state)
{
    (void)state;
    for (size_t r = 0; r < ov_doctor_rules_count; r++)
    {
        bool covered = false;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        {
            const char *words = strstr(rows[i].finding, "warning: ");
            words = words != NULL ? words + strlen("warning: ") : rows[i].finding;
            covered = covered || strncmp(ov_doctor_rules[r].what, words, strlen(words)) == 0;
        }
        if (!covered)
        {
            fail_msg("no row for: %s", ov_doctor_rules[r].what);
        }
    }
}

/* Errors come all at once, and then there is no advice. */
static void test_errors_first(void **state)
{
    (void)state;
    enum ov_err err;
    char *lines = examine("client\nfoo\nverb\nremote a\nsndbuf 393216\n", &err);
    assert_int_equal(err, OV_ERR_OPTION);
    assert_non_null(strstr(lines, "t.ovpn:2: unknown option 'foo'"));
    assert_non_null(strstr(lines, "t.ovpn:3: option 'verb' takes 1 argument"));
    assert_non_null(strstr(lines, "'dev' is missing"));
    assert_non_null(strstr(lines, "needs 'ca'"));
    free(lines);
}

static void keep(void *ctx, const char *text)
{
    char *all = ctx;
    const size_t len = strlen(all);
    snprintf(all + len, 4000 - len, "%s\n", text);
}

static void test_help_on_one(void **state)
{
    (void)state;
    char all[4000] = "";
    assert_true(ov_options_help_on("--verb", keep, all));
    assert_non_null(strstr(all, "--verb level\n"));
    assert_non_null(strstr(all, "range:   0 to 11\n"));
    assert_non_null(strstr(all, "where:   configuration file, command line\n"));
    all[0] = '\0';
    assert_true(ov_options_help_on("tls-remote", keep, all));
    assert_non_null(strstr(all, "use 'verify-x509-name'"));
    all[0] = '\0';
    assert_false(ov_options_help_on("verbb", keep, all));
    assert_string_equal(all, "there is no option 'verbb'; did you mean 'verb'?\n");
}

static void count_options(void *ctx, const char *text)
{
    size_t *count = ctx;
    *count += strncmp(text, ".B \\-\\-", 7) == 0 || strncmp(text, ".BI \\-\\-", 8) == 0;
    assert_true(strlen(text) < 1200);
}

/* Every option that can be used stands in the manual page. */
static void test_manual_page(void **state)
{
    (void)state;
    size_t shown = 0;
    size_t usable = 0;
    for (size_t i = 0; i < ov_option_count(); i++)
    {
        const uint8_t status = ov_option_at(i)->status;
        usable += status == OV_OPTION_BUILT || status == OV_OPTION_MOOT;
    }
    ov_options_man("1.2.3", count_options, &shown);
    assert_int_equal(shown, usable + 1); /* and --check-config in EXIT STATUS */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_findings),
        cmocka_unit_test(test_nothing_to_say),
        cmocka_unit_test(test_every_rule_has_a_row),
        cmocka_unit_test(test_errors_first),
        cmocka_unit_test(test_help_on_one),
        cmocka_unit_test(test_manual_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
