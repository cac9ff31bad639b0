/* <connection> blocks and the timers of connecting [WP-CLI-001, 003]. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/optdoc.h"

#define BASE "client\ndev tun\nca ca.crt\ncert c.crt\nkey c.key\nremote-cert-tls server\n"

static const struct ov_config *config_of(struct ov_options *options)
{
    const struct ov_config *config = ov_options_config(options);
    if (config == NULL)
    {
        char *lines = optdoc_lines(ov_options_diags(options));
        fail_msg("%s", lines);
    }
    return config;
}

static void blocks(void **state)
{
    (void)state;
    static const char text[] =
        BASE "explicit-exit-notify 2\nport 1300\nmssfix 1300\ntls-crypt base.key\n"
             "<connection>\nremote a.example 1194 udp4\nmssfix 1200\n</connection>\n"
             "<connection>\n# the second one\nremote b.example\nproto tcp\nnobind\n"
             "server-poll-timeout 7\n<tls-auth>\nkey text\n</tls-auth>\nkey-direction 1\n"
             "</connection>\n"
             "<connection>\nremote c.example\n</connection>\n";
    enum ov_err err;
    struct ov_options *options = optdoc_parse(text, NULL, &err);
    const struct ov_config *config = config_of(options);
    assert_int_equal(config->remotes_count, 3);
    const struct ov_remote *a = &config->remotes[0];
    const struct ov_remote *b = &config->remotes[1];
    const struct ov_remote *c = &config->remotes[2];
    assert_string_equal(a->host, "a.example");
    assert_int_equal(a->port, 1194);
    assert_int_equal(a->proto, OV_PROTO_UDP4);
    assert_int_equal(a->config->mssfix.octets, 1200);
    assert_int_equal(a->config->exit_notify, 2);
    assert_string_equal(a->config->tls_crypt.from, "base.key");
    assert_int_equal(b->port, 1300);
    assert_int_equal(b->proto, OV_PROTO_TCP);
    assert_false(b->config->bind);
    assert_int_equal(b->config->exit_notify, 0); /* TCP needs none */
    assert_int_equal(b->config->connect_timeout_s, 7);
    assert_null(b->config->tls_crypt.from); /* its own key takes the place of the other */
    assert_int_equal(b->config->tls_auth.len, strlen("key text\n"));
    assert_int_equal(b->config->key_direction, 1);
    assert_int_equal(c->config->mssfix.octets, 1300);
    assert_int_equal(c->config->connect_timeout_s, 120);
    assert_true(c->config->bind);
    ov_options_free(options);
}

static void findings(void **state)
{
    (void)state;
    static const struct
    {
        const char *text;
        const char *lines;
    } rows[] = {
        {BASE "<connection>\n</connection>\n", "t.ovpn:7: a <connection> block needs one 'remote'\n"},
        {BASE "<connection>\nremote a\nremote b\n</connection>\n",
         "t.ovpn:7: a <connection> block has one 'remote', not 2\n"},
        {BASE "<connection>\nremote a\nfoo 1\nverb 3\n</connection>\n",
         "t.ovpn:9: unknown option 'foo'\n"
         "t.ovpn:10: option 'verb' can't stand in a <connection> block\n"},
        {BASE "<connection>\nremote a\nproto tcp-server\n</connection>\n",
         "t.ovpn:7: this is a client: its proto is 'tcp' or 'tcp-client'\n"},
        {BASE "<connection>\nremote a\n</connection>\nremote b\nproto tcp\n",
         "t.ovpn:11: warning: 'proto' stands behind a <connection> block: ovref uses it for that block too, "
         "OpenVPN 2.x does not\n"
         "t.ovpn:10: warning: 'remote' beside <connection> blocks is not used\n"},
        {BASE "remote b\n<connection>\nremote a\n</connection>\n",
         "t.ovpn:7: warning: 'remote' beside <connection> blocks is not used\n"},
        {BASE "<connection>\nremote a\ntls-auth t.key\ntls-crypt t.key\n</connection>\n",
         "t.ovpn:7: 'tls-auth' contradicts 'tls-crypt'\n"},
        {BASE "connection\n", "t.ovpn:7: connection is a block: <connection>, options, </connection>\n"},
        {BASE "<connection>\nremote a\n",
         "t.ovpn:7: inline block <connection> is opened here but never closed by </connection>\n"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    {
        enum ov_err err;
        struct ov_options *options = optdoc_parse(rows[i].text, NULL, &err);
        char *lines = optdoc_lines(ov_options_diags(options));
        assert_non_null(strstr(lines, rows[i].lines));
        free(lines);
        ov_options_free(options);
    }
}

static void timers(void **state)
{
    (void)state;
    static const struct
    {
        const char *text;
        uint32_t first_answer_s, whole_s;
    } rows[] = {
        {"", 120, 0},
        {"connect-timeout 30\n", 30, 0},
        {"server-poll-timeout 5\n", 5, 0},
        {"connect-timeout 30\nserver-poll-timeout 5\n", 5, 30},
        {"server-poll-timeout 5\nconnect-timeout 30\n", 5, 30},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    {
        char text[600];
        enum ov_err err;
        snprintf(text, sizeof(text), "%s%s", OPTDOC_CLIENT, rows[i].text);
        struct ov_options *options = optdoc_parse(text, NULL, &err);
        const struct ov_config *config = config_of(options);
        assert_int_equal(config->connect_timeout_s, rows[i].first_answer_s);
        assert_int_equal(config->connect_master_s, rows[i].whole_s);
        ov_options_free(options);
    }
}

/* Cut anywhere, a block gives errors or fewer remotes, never anything worse. */
static void truncated(void **state)
{
    (void)state;
    static const char text[] = BASE "<connection>\nremote a.example 1194 udp4\n<tls-auth>\nx\n</tls-auth>\n"
                                    "key-direction 1\n</connection>\n<connection>\nremote b\n</connection>\n";
    for (size_t len = 0; len <= strlen(text); len++)
    {
        char cut[sizeof(text)];
        enum ov_err err;
        memcpy(cut, text, len);
        cut[len] = '\0';
        struct ov_options *options = optdoc_parse(cut, NULL, &err);
        const struct ov_config *config = ov_options_config(options);
        assert_true(config == NULL || config->remotes_count > 0);
        ov_options_free(options);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks),
        cmocka_unit_test(findings),
        cmocka_unit_test(timers),
        cmocka_unit_test(truncated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
