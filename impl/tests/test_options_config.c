/* What a good configuration gives: defaults, helpers, command line, inline files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "options/values.h"
#include "tests/lib/optdoc.h"

static struct ov_options *parse_ok(const char *text, const struct ov_config **config)
{
    enum ov_err err;
    struct ov_options *options = optdoc_parse(text, NULL, &err);
    char *lines = optdoc_lines(ov_options_diags(options));
    assert_string_equal(lines, "");
    free(lines);
    *config = ov_options_config(options);
    assert_non_null(*config);
    return options;
}

static void assert_ip6(const uint8_t ip[16], const char *expected)
{
    char text[OV_IP6_TEXT];
    assert_string_equal(ov_value_ip6_text(ip, text), expected);
}

/* wire-protocol.md 3.6, 10.1 [WP-NCP-005] */
static void test_client_defaults(void **state)
{
    (void)state;
    const struct ov_config *c;
    struct ov_options *options = parse_ok(OPTDOC_CLIENT, &c);
    assert_int_equal(c->wish, OV_WISH_RUN);
    assert_int_equal(c->role, OV_ROLE_CLIENT);
    assert_int_equal(c->remotes_count, 1);
    assert_string_equal(c->remotes[0].host, "vpn.example.org");
    assert_int_equal(c->remotes[0].port, 1194);
    assert_int_equal(c->remotes[0].proto, OV_PROTO_UDP);
    assert_true(c->bind);
    assert_int_equal(c->lport, 1194);
    assert_int_equal(c->keepalive.ping_s, 0);
    assert_int_equal(c->keepalive.ping_restart_s, 120);
    assert_int_equal(c->tls_timeout_s, 2);
    assert_int_equal(c->hand_window_s, 60);
    assert_int_equal(c->tran_window_s, 3600);
    assert_int_equal(c->reneg_s, 3600);
    assert_int_equal(c->reneg_min_s, 3600);
    assert_int_equal(c->connect_timeout_s, 120);
    assert_int_equal(c->connect_retry_s, 1);
    assert_int_equal(c->connect_retry_max_s, 300);
    assert_int_equal(c->resolv_retry_s, OV_INFINITE);
    assert_int_equal(c->tunnel.mtu, 1500);
    assert_int_equal(c->tun_mtu_max, 1600);
    assert_int_equal(c->replay_window, 64);
    assert_int_equal(c->replay_time_s, 15);
    assert_int_equal(c->verb, 1);
    assert_int_equal(c->exit_notify, 0);
    assert_int_equal(c->max_packet_size, 1250);
    assert_true(c->remote_cert_tls);
    assert_null(c->tls_crypt.from);
    assert_false(c->topology_given);
    assert_string_equal(c->ca.from, "ca.crt");
    assert_string_equal(c->ca.data, "PEM");
    assert_int_equal(c->ca.len, 3);
    char list[OV_CIPHERS_TEXT + 1];
    ov_ciphers_text(&c->data_ciphers, list);
    assert_string_equal(list, "AES-256-GCM:AES-128-GCM:CHACHA20-POLY1305");
    ov_options_free(options);
}

static void assert_push(const struct ov_config *config, const char *expected)
{
    char all[1000] = "";
    size_t len = 0;
    for (size_t i = 0; i < config->push_count; i++)
    {
        len += (size_t)snprintf(all + len, sizeof(all) - len, "%s;", config->push[i]);
        assert_true(len < sizeof(all));
    }
    assert_string_equal(all, expected);
}

/* [WP-PUSH-021], [WP-PUSH-022, WP-PUSH-023, WP-SRV-040] */
static void test_server_helpers(void **state)
{
    (void)state;
    const struct ov_config *c;
    struct ov_options *options =
        parse_ok(OPTDOC_SERVER "keepalive 10 60\nserver-ipv6 fd00:8::/64\n"
                               "push \"route 10.1.0.0 255.255.0.0\"\nreneg-sec 1000\n",
                 &c);
    assert_int_equal(c->role, OV_ROLE_SERVER);
    assert_int_equal(c->tunnel.ip4, 0x0a080001);
    assert_int_equal(c->tunnel.ip4_bits, 24);
    assert_int_equal(c->tunnel.route_gateway, 0x0a080002);
    assert_int_equal(c->pool.ip4_first, 0x0a080002);
    assert_int_equal(c->pool.ip4_last, 0x0a0800fe);
    assert_ip6(c->tunnel.ip6, "fd00:8::1");
    assert_int_equal(c->tunnel.ip6_bits, 64);
    assert_ip6(c->pool.ip6_first, "fd00:8::1000");
    assert_int_equal(c->pool.ip6_count, 65536);
    assert_int_equal(c->keepalive.ping_s, 10);
    assert_int_equal(c->keepalive.ping_restart_s, 120);
    assert_int_equal(c->reneg_s, 1000);
    assert_int_equal(c->reneg_min_s, 900);
    assert_int_equal(c->max_clients, 1024);
    assert_int_equal(c->connect_freq_count, 100);
    assert_int_equal(c->connect_freq_period_s, 10);
    assert_int_equal(c->hand_window_s, 60);
    assert_int_equal(c->tcp_queue, 64);
    assert_int_equal(c->floods, 256);
    assert_push(c, "route 10.1.0.0 255.255.0.0;tun-ipv6;route-gateway 10.8.0.1;topology subnet;ping 10;"
                   "ping-restart 60;");
    ov_options_free(options);
}

static void test_small_pools(void **state)
{
    (void)state;
    static const struct
    {
        const char *text;
        uint32_t first, last;
        const char *ip6;
        uint32_t ip6_count;
    } rows[] = {
        {"server 10.8.0.8 255.255.255.248\nserver-ipv6 fd00::/112\n", 0x0a08000a, 0x0a08000e, "fd00::2",
         65534},
        {"server 10.8.0.0 255.255.0.0\nserver-ipv6 fd00::/124\n", 0x0a080002, 0x0a08fffe, "fd00::2", 14},
        {"server 10.8.0.0 255.255.0.0\nserver-ipv6 fd00::/111\n", 0x0a080002, 0x0a08fffe, "fd00::1000",
         65536},
        {"server 10.8.0.0 255.255.0.0\nserver-ipv6 fd00::/97\n", 0x0a080002, 0x0a08fffe, "fd00::1000", 65536},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    {
        char text[500];
        const struct ov_config *c;
        snprintf(text, sizeof(text), "%s%s", OPTDOC_SERVER, rows[i].text);
        struct ov_options *options = parse_ok(text, &c);
        assert_int_equal(c->pool.ip4_first, rows[i].first);
        assert_int_equal(c->pool.ip4_last, rows[i].last);
        assert_ip6(c->pool.ip6_first, rows[i].ip6);
        assert_int_equal(c->pool.ip6_count, rows[i].ip6_count);
        ov_options_free(options);
    }
}

static void assert_client_routes(const struct ov_tunnel *tunnel)
{
    assert_int_equal(tunnel->routes4_count, 3);
    assert_int_equal(tunnel->routes4[0].net, 0x0a010000);
    assert_int_equal(tunnel->routes4[0].bits, 16);
    assert_int_equal(tunnel->routes4[0].metric, 7);
    assert_false(tunnel->routes4[0].has_gateway);
    assert_int_equal(tunnel->routes4[1].bits, 32);
    assert_int_equal(tunnel->routes4[2].gateway, 0x0a080009);
    assert_int_equal(tunnel->routes4[2].metric, 3);
    assert_int_equal(tunnel->routes6_count, 2);
    assert_ip6(tunnel->routes6[0].gateway, "fd00::1");
    assert_int_equal(tunnel->routes6[1].bits, 128);
}

static void test_client_values(void **state)
{
    (void)state;
    const struct ov_config *c;
    struct ov_options *options = parse_ok(
        OPTDOC_CLIENT "remote 192.0.2.7 443 udp4\nremote b\nrport 1300\nproto udp6\nnobind\nkeepalive 5 30\n"
                      "<tls-crypt>\nline\n</tls-crypt>\ntls-version-min 1.3 or-highest\nsndbuf 1000\n"
                      "rcvbuf 2000\nauth SHA512\ndata-ciphers CHACHA20-POLY1305\nroute-metric 7\n"
                      "route 10.1.0.0 255.255.0.0\nroute 10.2.3.4\nroute 10.0.0.0 255.0.0.0 10.8.0.9 3\n"
                      "route-ipv6 fd01::/48 fd00::1\nroute-ipv6 fd02::1\ntun-mtu 1700 1400\nuser u\ngroup g\n"
                      "writepid p\nexplicit-exit-notify\nifconfig 10.8.0.2 255.255.255.0\n"
                      "ifconfig-ipv6 fd00::2/64 fd00::1\nfloat\npersist-tun\ntopology subnet\n"
                      "reneg-bytes 5000000000\nverb 4\nresolv-retry 20\ntls-backend mbedtls\n"
                      "data-ciphers-fallback aes-128-gcm\nconnect-retry 5 3\n",
        &c);
    assert_int_equal(c->remotes_count, 3);
    assert_int_equal(c->remotes[0].port, 1300);
    assert_int_equal(c->remotes[0].proto, OV_PROTO_UDP6);
    assert_int_equal(c->remotes[1].port, 443);
    assert_int_equal(c->remotes[1].proto, OV_PROTO_UDP4);
    assert_false(c->bind);
    assert_int_equal(c->keepalive.ping_s, 5);
    assert_int_equal(c->keepalive.ping_restart_s, 30);
    assert_string_equal(c->tls_crypt.from, "[inline]");
    assert_string_equal(c->tls_crypt.data, "line\n");
    assert_int_equal(c->tls_version_min, OV_TLS_VERSION_1_3);
    assert_true(c->tls_version_min_or_highest);
    assert_int_equal(c->sndbuf, 1000);
    assert_int_equal(c->rcvbuf, 2000);
    assert_int_equal(c->auth, OV_DIGEST_SHA512);
    assert_int_equal(c->data_ciphers.count, 1);
    assert_client_routes(&c->tunnel);
    assert_int_equal(c->tunnel.mtu, 1700);
    assert_int_equal(c->tun_mtu_max, 1700);
    assert_int_equal(c->occ_mtu, 1400);
    assert_string_equal(c->user, "u");
    assert_string_equal(c->group, "g");
    assert_string_equal(c->writepid, "p");
    assert_int_equal(c->exit_notify, 1);
    assert_int_equal(c->tunnel.ip4, 0x0a080002);
    assert_int_equal(c->tunnel.ip4_bits, 24);
    assert_ip6(c->tunnel.ip6_remote, "fd00::1");
    assert_true(c->float_allowed && c->persist_tun && c->topology_given && c->has_fallback);
    assert_int_equal(c->fallback, OV_CIPHER_AES_128_GCM);
    assert_true(c->reneg_bytes == UINT64_C(5000000000));
    assert_int_equal(c->resolv_retry_s, 20);
    assert_string_equal(c->tls_backend, "mbedtls");
    assert_int_equal(c->connect_retry_s, 5);
    assert_int_equal(c->connect_retry_max_s, 5);
    ov_options_free(options);
}

/* One timer, two ends: the last one given counts. */
static void test_ping_ends(void **state)
{
    (void)state;
    static const struct
    {
        const char *text;
        uint32_t restart, end;
    } rows[] = {
        {"ping-restart 7\n", 7, 0},
        {"ping-exit 8\n", 0, 8},
        {"ping-restart 7\nping-exit 8\n", 0, 8},
        {"ping-exit 8\nping-restart 7\n", 7, 0},
        {"ping-restart 0\n", 0, 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    {
        char text[500];
        const struct ov_config *c;
        snprintf(text, sizeof(text), "%s%s", OPTDOC_CLIENT, rows[i].text);
        struct ov_options *options = parse_ok(text, &c);
        assert_int_equal(c->keepalive.ping_restart_s, rows[i].restart);
        assert_int_equal(c->keepalive.ping_exit_s, rows[i].end);
        ov_options_free(options);
    }
}

/* Words of a command line, split at '|'; what it gives. */
static const struct
{
    const char *args;
    const char *lines;
    enum ov_wish wish;
} args_rows[] = {
    {"c.ovpn", "", OV_WISH_RUN},
    {"c.ovpn|--verb|5", "", OV_WISH_RUN},
    {"--config|c.ovpn|--nobind", "", OV_WISH_RUN},
    {"--verb|5|--config|c.ovpn|--push|x", "command line: 'push' is for a server, and this is a client\n",
     OV_WISH_RUN},
    {"--help", "", OV_WISH_HELP},
    {"--version|--verb|3", "", OV_WISH_VERSION},
    {"nowhere",
     "command line: config: can't read 'nowhere': No such file or directory\n"
     "configuration: neither client nor server: add 'client', or 'server' with a network for the tunnel\n",
     OV_WISH_RUN},
    {"c.ovpn|verb|3",
     "command line: 'verb' is not an option; options begin with '--'\n"
     "command line: '3' is not an option; options begin with '--'\n",
     OV_WISH_RUN},
    {"c.ovpn|--verb", "command line: option 'verb' takes 1 argument (level), not 0\n", OV_WISH_RUN},
    {"c.ovpn|--verb|-1", "command line: verb must be a number from 0 to 11, not '-1'\n", OV_WISH_RUN},
    {"c.ovpn|--bogus|a|--nobind|x",
     "command line: unknown option 'bogus'\n"
     "command line: option 'nobind' takes no argument, not 1\n",
     OV_WISH_RUN},
    {"c.ovpn|--remote|1|2|3|4|5|6|7|8|9|10|11|12|13|14|15|16",
     "command line: '--remote' has more than 15 arguments\n", OV_WISH_RUN},
    {"c.ovpn|--", "command line: '--' is not an option; options begin with '--'\n", OV_WISH_RUN},
    {"c.ovpn|--connection", "command line: option 'connection' can't be given on the command line\n",
     OV_WISH_RUN},
    {"c.ovpn|--peer-id|1", "command line: option 'peer-id' can't be given on the command line\n",
     OV_WISH_RUN},
    {"bad.ovpn|--frob", "bad.ovpn:2: unknown option 'bad'\ncommand line: unknown option 'frob'\n",
     OV_WISH_RUN},
};

static void test_command_line(void **state)
{
    (void)state;
    static const struct optdoc_file files[] = {
        {"c.ovpn", OPTDOC_CLIENT}, {"bad.ovpn", "\nbad\n" OPTDOC_CLIENT}, {NULL, NULL}};
    for (size_t i = 0; i < sizeof(args_rows) / sizeof(args_rows[0]); i++)
    {
        char *copy = strdup(args_rows[i].args);
        const char *argv[32];
        size_t argc = 0;
        char *rest = copy;
        for (char *word = strsep(&rest, "|"); word != NULL; word = strsep(&rest, "|"))
        {
            argv[argc++] = word;
        }
        struct ov_loader loader = optdoc_loader(files);
        struct ov_options *options;
        enum ov_err err = ov_options_from_args(argc, argv, &loader, &options);
        free(copy); /* nothing of argv is kept */
        char *lines = optdoc_lines(ov_options_diags(options));
        assert_string_equal(lines, args_rows[i].lines);
        assert_int_equal(err, lines[0] == '\0' ? OV_OK : OV_ERR_OPTION);
        if (err == OV_OK)
        {
            assert_int_equal(ov_options_config(options)->wish, args_rows[i].wish);
        }
        free(lines);
        ov_options_free(options);
    }
}

static const char long_config[] =
    "# all kinds of lines\n" OPTDOC_CLIENT
    "remote \"a b\" 443 udp4\n<cert>\n-----BEGIN\nx\n-----END\n</cert>\n"
    "push 'x'\nroute 10.1.0.0 255.255.0.0 default 5\nroute-ipv6 fd00::/64\nkeepalive 10 60 ; c\ncipher "
    "AES-256-CBC\n"
    "data-ciphers AES-256-GCM:?FOO\n<tls-crypt>\n#\n</tls-crypt>\nserver 10.8.0.0 255.255.255.0\nfoo\\ bar\n"
    "tls-version-min 1.2 or-highest\nhttp-proxy a b\nifconfig 10.0.0.1 255.0.0.0\nconfig x\n";

/* Any prefix gives a result or diagnostics; ASan watches the rest. */
static void test_truncation_sweep(void **state)
{
    (void)state;
    for (size_t len = 0; len < sizeof(long_config); len++)
    {
        char *copy = malloc(len + (len == 0));
        memcpy(copy, long_config, len);
        struct ov_loader loader = optdoc_loader(NULL);
        struct ov_options *options = NULL;
        enum ov_err err = ov_options_from_text("t", copy, len, &loader, &options);
        free(copy);
        assert_true(err == OV_OK || err == OV_ERR_OPTION);
        assert_int_equal(err == OV_OK, ov_options_diags(options)->error_count == 0);
        char *lines = optdoc_lines(ov_options_diags(options));
        assert_true(err == OV_OK || lines[0] != '\0');
        free(lines);
        ov_options_free(options);
    }
}

/* More routes than may be: each further one is refused, and the rest goes on. */
static void test_route_limit(void **state)
{
    (void)state;
    size_t count = OV_ROUTES_MAX + 5;
    size_t cap = 200 + count * 20;
    char *text = malloc(cap);
    size_t len = (size_t)snprintf(text, cap, "%s", OPTDOC_CLIENT);
    for (size_t i = 0; i < count; i++)
    {
        len += (size_t)snprintf(text + len, cap - len, "route 10.1.%zu.%zu\n", i / 256, i % 256);
    }
    enum ov_err err;
    struct ov_options *options = optdoc_parse(text, NULL, &err);
    assert_int_equal(err, OV_ERR_OPTION);
    assert_int_equal(ov_options_diags(options)->error_count, 5);
    assert_string_equal(ov_options_diags(options)->first->text, "more than 4096 routes");
    ov_options_free(options);
    free(text);
}

/* Names of 2.x for TCP; what a TCP end does without. */
static void test_tcp(void **state)
{
    (void)state;
    static const struct
    {
        const char *text;
        enum ov_proto proto;
        uint8_t family;
        bool tcp;
        bool bind_given;
        uint32_t exit_notify;
    } rows[] = {
        {OPTDOC_CLIENT "proto tcp\nexplicit-exit-notify 2\n", OV_PROTO_TCP, 0, true, false, 0},
        {OPTDOC_CLIENT "proto tcp4-client\nlport 0\n", OV_PROTO_TCP4, 4, true, true, 0},
        {OPTDOC_CLIENT "proto tcp6\nport 7\n", OV_PROTO_TCP6, 6, true, false, 0},
        {OPTDOC_CLIENT "proto tcp\nremote a 1 tcp4\nexplicit-exit-notify\n", OV_PROTO_TCP4, 4, true, false,
         0},
        /* One of two is UDP: there it counts. */
        {OPTDOC_CLIENT "proto tcp\nremote b 1 udp6\nexplicit-exit-notify 2\n", OV_PROTO_UDP6, 6, false, false,
         2},
        {OPTDOC_CLIENT "proto udp4\nlocal 127.0.0.1\n", OV_PROTO_UDP4, 4, false, true, 0},
        {OPTDOC_SERVER "proto tcp6-server\nexplicit-exit-notify 1\n", OV_PROTO_TCP6, 6, true, false, 0},
        {OPTDOC_SERVER "proto udp\nexplicit-exit-notify 1\n", OV_PROTO_UDP, 0, false, false, 1},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    {
        enum ov_err err;
        struct ov_options *options = optdoc_parse(rows[i].text, NULL, &err); /* some with a warning */
        const struct ov_config *c = ov_options_config(options);
        assert_non_null(c);
        enum ov_proto proto = c->role == OV_ROLE_CLIENT ? c->remotes[c->remotes_count - 1].proto : c->proto;
        assert_int_equal(proto, rows[i].proto);
        assert_int_equal(ov_proto_family(proto), rows[i].family);
        assert_int_equal(ov_proto_is_tcp(proto), rows[i].tcp);
        assert_int_equal(c->bind_given, rows[i].bind_given);
        assert_int_equal(c->exit_notify, rows[i].exit_notify);
        assert_int_equal(c->tcp_queue, 64);
        ov_options_free(options);
    }
    const struct ov_config *c;
    struct ov_options *options =
        parse_ok(OPTDOC_SERVER "proto tcp\ntcp-nodelay\ntcp-queue-limit 9\nsocket-flags TCP_NODELAY\n", &c);
    assert_int_equal(c->tcp_queue, 9);
    assert_push(c, "route-gateway 10.8.0.1;topology subnet;socket-flags TCP_NODELAY;");
    ov_options_free(options);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tcp),
        cmocka_unit_test(test_client_defaults),
        cmocka_unit_test(test_server_helpers),
        cmocka_unit_test(test_small_pools),
        cmocka_unit_test(test_client_values),
        cmocka_unit_test(test_ping_ends),
        cmocka_unit_test(test_command_line),
        cmocka_unit_test(test_truncation_sweep),
        cmocka_unit_test(test_route_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
