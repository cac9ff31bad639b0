/* Push replies as a client reads them (wire-protocol.md 5.3, 5.4; bad-inputs.md 37 to 40). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "options/push.h"
#include "options/values.h"
#include "tests/lib/optdoc.h"

static const struct ov_proto_flags all_flags = {true, true, true, false};

struct pull
{
    struct ov_options *options;
    struct ov_pull *pull;
};

static struct pull pull_new(const char *config)
{
    enum ov_err err;
    struct pull p = {optdoc_parse(config, NULL, &err), NULL};
    assert_int_equal(err, OV_OK);
    assert_int_equal(ov_pull_new(ov_options_config(p.options), &all_flags, &p.pull), OV_OK);
    return p;
}

static void pull_free(struct pull *p)
{
    ov_pull_free(p->pull);
    ov_options_free(p->options);
}

/* A message of its exact size, so that ASan sees a read behind it. */
static enum ov_err give(struct ov_pull *pull, const char *text, size_t len)
{
    char *copy = malloc(len + (len == 0));
    memcpy(copy, text, len);
    enum ov_err err = ov_pull_message(pull, copy, len);
    free(copy);
    return err;
}

/* The live replies of section 5.3. */
#define LIVE                                                                                                 \
    "PUSH_REPLY,route-gateway 10.8.0.1,topology subnet,ping 10,ping-restart 60,ifconfig 10.8.0.2 "           \
    "255.255.255.0,peer-id 0,cipher AES-256-GCM,protocol-flags cc-exit tls-ekm dyn-tls-crypt,tun-mtu 1500"

static void test_live_subnet(void **state)
{
    (void)state;
    struct pull p = pull_new(OPTDOC_CLIENT "route 10.99.0.0 255.255.0.0\n");
    assert_null(ov_pull_result(p.pull));
    assert_int_equal(give(p.pull, LIVE, strlen(LIVE)), OV_OK);
    assert_null(ov_pull_diags(p.pull)->first);
    const struct ov_pulled *pulled = ov_pull_result(p.pull);
    const struct ov_config *c = &pulled->effective;
    assert_int_equal(c->tunnel.ip4, 0x0a080002);
    assert_int_equal(c->tunnel.ip4_bits, 24);
    assert_int_equal(c->tunnel.route_gateway, 0x0a080001);
    assert_int_equal(c->tunnel.mtu, 1500);
    assert_int_equal(c->keepalive.ping_s, 10);
    assert_int_equal(c->keepalive.ping_restart_s, 60);
    assert_true(pulled->has_peer_id && pulled->has_cipher);
    assert_int_equal(pulled->peer_id, 0);
    assert_int_equal(pulled->cipher, OV_CIPHER_AES_256_GCM);
    assert_true(pulled->flags.cc_exit && pulled->flags.tls_ekm && pulled->flags.dyn_tls_crypt);
    assert_false(pulled->flags.aead_epoch);
    /* Routes of the configuration stay. */
    assert_int_equal(c->tunnel.routes4_count, 1);
    assert_int_equal(c->tunnel.routes4[0].net, 0x0a630000);
    assert_int_equal(give(p.pull, LIVE, strlen(LIVE)), OV_ERR_CLOSED);
    pull_free(&p);
}

static void test_live_ipv6(void **state)
{
    (void)state;
    static const char text[] =
        "PUSH_REPLY,tun-ipv6,route-gateway 10.8.0.1,topology subnet,ping 10,ping-restart 60,"
        "ifconfig-ipv6 fd00:8::1000/64 fd00:8::1,ifconfig 10.8.0.2 255.255.255.0";
    struct pull p = pull_new(OPTDOC_CLIENT);
    char ip[OV_IP6_TEXT];
    assert_int_equal(give(p.pull, text, sizeof(text) - 1), OV_OK);
    const struct ov_tunnel *tunnel = &ov_pull_result(p.pull)->effective.tunnel;
    assert_true(tunnel->has_ip6);
    assert_string_equal(ov_value_ip6_text(tunnel->ip6, ip), "fd00:8::1000");
    assert_int_equal(tunnel->ip6_bits, 64);
    assert_string_equal(ov_value_ip6_text(tunnel->ip6_remote, ip), "fd00:8::1");
    pull_free(&p);
}

/* Options of a reply (behind "PUSH_REPLY"), its result, and what is said about it. */
static const struct
{
    const char *text;
    enum ov_err err;
    const char *lines;
} rows[] = {
    {"", OV_OK, ""}, /* [WP-PUSH-012] */
    {",", OV_OK, ""},
    {",,ping 5,,", OV_OK, ""},
    {",push-continuation 2", OV_ERR_AGAIN, ""},
    {",push-continuation 1", OV_OK, ""},
    {",push-continuation 3", OV_OK,
     "push reply: warning: push-continuation must be a number from 1 to 2, not '3' (skipped)\n"},
    /* skipped [WP-PUSH-016] */
    {",frobnicate 1", OV_OK, "push reply: warning: unknown option 'frobnicate' (skipped)\n"},
    {",redirect-gateway def1", OV_OK, ""},
    {",redirect-gateway def3", OV_OK,
     "push reply: warning: redirect-gateway: unknown flag 'def3' (skipped)\n"},
    {",dns search-domains x;id", OV_OK,
     "push reply: warning: dns: 'x;id' is not the name of a domain (skipped)\n"},
    {",ca /etc/passwd,config /etc/passwd,user root,writepid /tmp/x", OV_OK,
     "push reply: warning: option 'ca' is not accepted from a server (skipped)\n"
     "push reply: warning: option 'config' is not accepted from a server (skipped)\n"
     "push reply: warning: option 'user' is not accepted from a server (skipped)\n"
     "push reply: warning: option 'writepid' is not accepted from a server (skipped)\n"},
    {",setenv opt up /bin/sh,up /bin/sh,script-security 2", OV_OK,
     "push reply: warning: option 'setenv' is not accepted from a server (skipped)\n"
     "push reply: warning: option 'up' is not accepted from a server (skipped)\n"
     "push reply: warning: option 'script-security' is not accepted from a server (skipped)\n"},
    {",--ping 5", OV_OK, "push reply: warning: unknown option '--ping' (skipped)\n"},
    {",<ca>", OV_OK, "push reply: warning: unknown option '<ca>' (skipped)\n"},
    {",ping x", OV_OK, "push reply: warning: ping must be a number from 0 to 86400, not 'x' (skipped)\n"},
    {",ping", OV_OK, "push reply: warning: option 'ping' takes 1 argument (seconds), not 0 (skipped)\n"},
    {",route 0.0.0.0/33", OV_OK,
     "push reply: warning: route: '0.0.0.0/33' is not an IPv4 address (skipped)\n"},
    {",route 10.0.0.0 255.0.255.0", OV_OK,
     "push reply: warning: route: '255.0.255.0' is not a netmask (skipped)\n"},
    {",route-ipv6 fd00::/129", OV_OK,
     "push reply: warning: route-ipv6: 'fd00::/129' is not an IPv6 network (address/0..128) (skipped)\n"},
    {",ifconfig-ipv6 fd00::/129", OV_OK,
     "push reply: warning: ifconfig-ipv6: 'fd00::/129' is not an IPv6 address with a prefix length "
     "(address/0..128) "
     "(skipped)\n"},
    {",echo \"a", OV_OK,
     "push reply: warning: 'echo \"a': a double quote is opened but not closed (skipped)\n"},
    {",protocol-flags tls-ekm warp-speed", OV_OK,
     "push reply: warning: protocol-flags: unknown flag 'warp-speed' (skipped)\n"},
    {",persist-key", OV_OK,
     "push reply: note: 'persist-key' changes nothing: key files are read once at start and kept\n"},
    /* fatal */
    {",cipher AES-192-GCM", OV_ERR_OPTION,
     "push reply: the server wants cipher 'AES-192-GCM', which is not in data-ciphers "
     "(AES-256-GCM:AES-128-GCM:CHACHA20-POLY1305)\n"},
    {",cipher aes-256-gcm", OV_ERR_OPTION,
     "push reply: the server wants cipher 'aes-256-gcm', which is not in data-ciphers "
     "(AES-256-GCM:AES-128-GCM:CHACHA20-POLY1305)\n"},
    {",tun-mtu 0", OV_ERR_OPTION,
     "push reply: the tun-mtu that the server wants (see tun-mtu-max) must be a number from 68 to 1600, not "
     "'0'\n"},
    {",tun-mtu 67", OV_ERR_OPTION,
     "push reply: the tun-mtu that the server wants (see tun-mtu-max) must be a number from 68 to 1600, not "
     "'67'\n"},
    {",tun-mtu 68", OV_OK, ""},
    /* [WP-MTU-012] */
    {",tun-mtu 1600", OV_OK, ""},
    {",tun-mtu 1601", OV_ERR_OPTION,
     "push reply: the tun-mtu that the server wants (see tun-mtu-max) must be a number from 68 to 1600, not "
     "'1601'\n"},
    {",tun-mtu 65536", OV_ERR_OPTION,
     "push reply: the tun-mtu that the server wants (see tun-mtu-max) must be a number from 68 to 1600, not "
     "'65536'\n"},
    {",peer-id 16777214", OV_OK, ""},
    {",peer-id 16777215", OV_ERR_OPTION,
     "push reply: the peer-id that the server gives must be a number from 0 to 16777214, not '16777215'\n"},
    {",peer-id -1", OV_ERR_OPTION,
     "push reply: the peer-id that the server gives must be a number from 0 to 16777214, not '-1'\n"},
    {",topology net30,ifconfig 10.8.0.6 10.8.0.5", OV_OK, ""},
    {",topology p2p,ifconfig 10.8.0.6 10.8.0.1", OV_OK, ""},
    {",ifconfig 10.8.0.6 10.8.0.5", OV_OK, ""},
    {",ifconfig 10.8.0.6 255.255.255.0", OV_ERR_OPTION,
     "push reply: ifconfig: '255.255.255.0' is a netmask, not the address of the other end (topology is "
     "net30)\n"},
    {",topology subnet,ifconfig 10.8.0.6 10.8.0.5", OV_ERR_OPTION,
     "push reply: ifconfig: '10.8.0.5' is not a netmask (topology is subnet)\n"},
    {",comp-lzo no", OV_OK, ""},
    {",compress stub-v2", OV_OK, ""},
    {",compress", OV_OK, ""},
    {",comp-lzo", OV_ERR_OPTION,
     "push reply: the server wants 'compress lzo', and compression is not allowed (see allow-compression)\n"},
    {",compress lz4", OV_ERR_OPTION,
     "push reply: the server wants 'compress lz4', and compression is not allowed (see allow-compression)\n"},
    {",compress stub,compress lz4-v2", OV_ERR_OPTION,
     "push reply: the server wants 'compress lz4-v2', and compression is not allowed (see "
     "allow-compression)\n"},
    {",compress snappy", OV_ERR_OPTION,
     "push reply: compress: 'snappy' is not stub, stub-v2, lz4, lz4-v2, lzo or migrate (snappy is gone from "
     "OpenVPN 2.x too)\n"},
    {",compress migrate", OV_ERR_OPTION,
     "push reply: compress: 'migrate' is not stub, stub-v2, lz4, lz4-v2, lzo or migrate\n"},
    {",comp-lzo maybe", OV_ERR_OPTION, "push reply: comp-lzo: 'maybe' is not yes, no or adaptive\n"},
    {",allow-compression yes,compress lz4", OV_ERR_OPTION,
     "push reply: warning: option 'allow-compression' is not accepted from a server (skipped)\n"
     "push reply: the server wants 'compress lz4', and compression is not allowed (see allow-compression)\n"},
    {",fragment 500", OV_OK,
     "push reply: warning: option 'fragment' is not accepted from a server (skipped)\n"},
    {",protocol-flags aead-epoch", OV_ERR_OPTION,
     "push reply: the server wants 'aead-epoch', which this client didn't offer\n"},
    {",key-derivation magic", OV_ERR_OPTION,
     "push reply: the server wants key-derivation 'magic', which is unknown\n"},
    /* not a reply at all [WP-MSG-003] */
    {"X", OV_ERR_FORMAT, ""},
    {" ,ping 5", OV_ERR_FORMAT, ""},
    {",ping 5,echo \x1b[2J", OV_ERR_FORMAT, ""},
    {",ping 5\n,ping 6", OV_ERR_FORMAT, ""},
    {",ping 5\x7f", OV_ERR_FORMAT, ""},
};

/* Every option that a server may send, in its right and its wrong forms [WP-FLAG-003, WP-PUSH-020,
 * WP-PUSH-025]. */
static void test_rows(void **state)
{
    (void)state;
    unsigned failed = 0;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    {
        struct pull p = pull_new(OPTDOC_CLIENT);
        char text[1000];
        int len = snprintf(text, sizeof(text), "PUSH_REPLY%s", rows[i].text);
        enum ov_err err = give(p.pull, text, (size_t)len);
        char *lines = optdoc_lines(ov_pull_diags(p.pull));
        if (err != rows[i].err || strcmp(lines, rows[i].lines) != 0)
        {
            print_error("%s: %s\n%sexpected: %s\n%s\n", text, ov_err_name(err), lines,
                        ov_err_name(rows[i].err), rows[i].lines);
            failed++;
        }
        assert_int_equal(err == OV_OK, ov_pull_result(p.pull) != NULL);
        free(lines);
        pull_free(&p);
    }
    assert_int_equal(failed, 0);
}

/* What allow-compression lets in, and that it is a push that decides about the framing [WP-COMP-013,
 * WP-COMP-011]. */
static void test_compression(void **state)
{
    (void)state;
    static const struct
    {
        const char *own;
        const char *pushed;
        enum ov_err err;
        enum ov_comp_mode mode;
    } cases[] = {
        {"allow-compression asym\n", ",compress lz4", OV_OK, OV_COMP_LZ4},
        {"allow-compression yes\n", ",comp-lzo", OV_OK, OV_COMP_LZO},
        {"allow-compression yes\n", ",compress", OV_OK, OV_COMP_STUB},
        {"compress lz4-v2\n", ",comp-lzo adaptive", OV_OK, OV_COMP_LZO},
        {"compress lz4-v2\n", "", OV_OK, OV_COMP_LZ4_V2},
        {"compress lz4-v2\n", ",compress stub,compress lz4", OV_OK, OV_COMP_LZ4},
        {"compress stub\n", ",compress lz4", OV_ERR_OPTION, 0},
        {"comp-lzo no\n", ",comp-lzo yes", OV_ERR_OPTION, 0},
        {"allow-compression no\ncompress stub\n", ",comp-lzo no", OV_OK, OV_COMP_LZO_STUB},
        {"allow-compression stub-only\n", ",compress lz4", OV_ERR_OPTION, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
    {
        char text[400], reply[200];
        snprintf(text, sizeof(text), "%s%s", OPTDOC_CLIENT, cases[i].own);
        struct pull p = pull_new(text);
        int len = snprintf(reply, sizeof(reply), "PUSH_REPLY,ping 5%s", cases[i].pushed);
        assert_int_equal(give(p.pull, reply, (size_t)len), cases[i].err);
        if (cases[i].err == OV_OK)
        {
            assert_int_equal(ov_pull_result(p.pull)->effective.compression.mode, cases[i].mode);
        }
        pull_free(&p);
    }
}

static void test_nul_refuses_all(void **state)
{
    (void)state;
    static const char text[] = "PUSH_REPLY,ping 5\0,ping 6";
    struct pull p = pull_new(OPTDOC_CLIENT);
    assert_int_equal(give(p.pull, text, sizeof(text) - 1), OV_ERR_FORMAT);
    assert_int_equal(give(p.pull, LIVE, strlen(LIVE)), OV_OK); /* not harmed by it */
    pull_free(&p);
}

/* Scalars: the last one wins; the timer with two ends too [WP-PUSH-015]. */
static void test_duplicates(void **state)
{
    (void)state;
    static const char text[] =
        "PUSH_REPLY,ping 5,ping 6,ping-exit 7,ping-restart 9,peer-id 1,peer-id 2,"
        "topology subnet,ifconfig 10.8.0.3 255.255.255.0,ifconfig 10.8.0.4 255.255.0.0,"
        "cipher AES-128-GCM,cipher AES-256-GCM,route 10.1.1.1,route 10.1.1.1,sndbuf 1,rcvbuf 2,"
        "explicit-exit-notify 3,persist-tun,key-derivation tls-ekm";
    struct pull p = pull_new(OPTDOC_CLIENT "ping-exit 5\n");
    assert_int_equal(give(p.pull, text, sizeof(text) - 1), OV_OK);
    const struct ov_pulled *pulled = ov_pull_result(p.pull);
    const struct ov_config *c = &pulled->effective;
    assert_int_equal(c->keepalive.ping_s, 6);
    assert_int_equal(c->keepalive.ping_restart_s, 9);
    assert_int_equal(c->keepalive.ping_exit_s, 0);
    assert_int_equal(pulled->peer_id, 2);
    assert_int_equal(c->tunnel.ip4, 0x0a080004);
    assert_int_equal(c->tunnel.ip4_bits, 16);
    assert_int_equal(pulled->cipher, OV_CIPHER_AES_256_GCM);
    assert_int_equal(c->tunnel.routes4_count, 2);
    assert_int_equal(c->sndbuf, 1);
    assert_int_equal(c->rcvbuf, 2);
    assert_int_equal(c->exit_notify, 3);
    assert_true(c->persist_tun && pulled->flags.tls_ekm && !pulled->flags.cc_exit);
    pull_free(&p);
}

/* What a client has by itself stays in force where nothing takes its place [WP-PING-004]. */
static void test_keepalive_stays(void **state)
{
    (void)state;
    static const struct
    {
        const char *own, *pushed;
        uint32_t restart_s;
    } cases[] = {
        {"", "PUSH_REPLY,ping 5", 120},
        {"", "PUSH_REPLY,ping 5,ping-restart 30", 30},
        {"", "PUSH_REPLY,ping-restart 0", 0},
        {"ping-restart 77\n", "PUSH_REPLY", 77},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
    {
        char text[400];
        snprintf(text, sizeof(text), "%s%s", OPTDOC_CLIENT, cases[i].own);
        struct pull p = pull_new(text);
        assert_int_equal(give(p.pull, cases[i].pushed, strlen(cases[i].pushed)), OV_OK);
        assert_int_equal(ov_pull_result(p.pull)->effective.keepalive.ping_restart_s, cases[i].restart_s);
        pull_free(&p);
    }
}

/* Both orders of the two spellings of the same thing. */
static void test_flags_and_key_derivation(void **state)
{
    (void)state;
    static const char *const texts[] = {"PUSH_REPLY,key-derivation tls-ekm,protocol-flags dyn-tls-crypt",
                                        "PUSH_REPLY,protocol-flags dyn-tls-crypt,key-derivation tls-ekm"};
    for (size_t i = 0; i < 2; i++)
    {
        struct pull p = pull_new(OPTDOC_CLIENT);
        assert_int_equal(give(p.pull, texts[i], strlen(texts[i])), OV_OK);
        const struct ov_proto_flags *flags = &ov_pull_result(p.pull)->flags;
        assert_true(flags->tls_ekm && flags->dyn_tls_crypt && !flags->cc_exit);
        pull_free(&p);
    }
}

/* [WP-PUSH-026] */
static void test_route_nopull(void **state)
{
    (void)state;
    static const char text[] = "PUSH_REPLY,route 10.1.0.0 255.255.0.0,route-ipv6 fd00::/64,ping 5";
    struct pull p = pull_new(OPTDOC_CLIENT "route-nopull\nroute 10.99.0.0 255.255.0.0\n");
    assert_int_equal(give(p.pull, text, sizeof(text) - 1), OV_OK);
    const struct ov_config *c = &ov_pull_result(p.pull)->effective;
    assert_int_equal(c->tunnel.routes4_count, 1);
    assert_int_equal(c->tunnel.routes6_count, 0);
    assert_int_equal(c->keepalive.ping_s, 5);
    char *lines = optdoc_lines(ov_pull_diags(p.pull));
    assert_string_equal(lines,
                        "push reply: note: route from the server is left out, as 'route-nopull' says\n"
                        "push reply: note: route-ipv6 from the server is left out, as 'route-nopull' says\n");
    free(lines);
    pull_free(&p);
}

/* [WP-PUSH-013, 014] */
static void test_continuation(void **state)
{
    (void)state;
    struct pull p = pull_new(OPTDOC_CLIENT);
    char text[200];
    for (int i = 0; i < 3; i++)
    {
        int len =
            snprintf(text, sizeof(text), "PUSH_REPLY,route 10.%d.0.0 255.255.0.0%s,push-continuation %d", i,
                     i == 2 ? ",route-metric 9" : "", i == 2 ? 1 : 2);
        assert_int_equal(give(p.pull, text, (size_t)len), i == 2 ? OV_OK : OV_ERR_AGAIN);
    }
    const struct ov_tunnel *tunnel = &ov_pull_result(p.pull)->effective.tunnel;
    assert_int_equal(tunnel->routes4_count, 3);
    assert_int_equal(tunnel->routes4[2].net, 0x0a020000);
    assert_int_equal(tunnel->routes4[0].metric, 9); /* also those before the option */
    pull_free(&p);
}

/* push-continuation 2 for ever, 10,000 routes: bounded. */
static void test_endless_replies(void **state)
{
    (void)state;
    static const char text[] = "PUSH_REPLY,push-continuation 2";
    struct pull p = pull_new(OPTDOC_CLIENT);
    for (unsigned i = 0; i < OV_PUSH_PARTS_MAX; i++)
    {
        assert_int_equal(give(p.pull, text, sizeof(text) - 1), OV_ERR_AGAIN);
    }
    assert_int_equal(give(p.pull, text, sizeof(text) - 1), OV_ERR_LIMIT);
    assert_int_equal(give(p.pull, "PUSH_REPLY", 10), OV_ERR_LIMIT);
    pull_free(&p);

    p = pull_new(OPTDOC_CLIENT);
    size_t cap = 20 + 10000 * 24;
    char *routes = malloc(cap);
    size_t len = (size_t)snprintf(routes, cap, "PUSH_REPLY");
    for (unsigned i = 0; i < 10000; i++)
    {
        len += (size_t)snprintf(routes + len, cap - len, ",route 10.1.%u.%u", i / 256, i % 256);
    }
    assert_int_equal(give(p.pull, routes, len), OV_ERR_LIMIT);
    assert_int_equal(ov_pull_diags(p.pull)->kept, 1);
    pull_free(&p);
    free(routes);

    p = pull_new(OPTDOC_CLIENT);
    char large[2000];
    memset(large, 'a', sizeof(large));
    memcpy(large, "PUSH_REPLY,", 11);
    assert_int_equal(give(p.pull, large, 11 + OV_PUSH_OPTION), OV_OK);
    assert_non_null(strstr(ov_pull_diags(p.pull)->first->text, "unknown option 'aaa"));
    pull_free(&p);
    p = pull_new(OPTDOC_CLIENT);
    assert_int_equal(give(p.pull, large, 1025), OV_OK);
    assert_string_equal(ov_pull_diags(p.pull)->first->text,
                        "an option of 1014 octets, at most 255 are allowed (skipped)");
    pull_free(&p);
}

static void test_every_truncation(void **state)
{
    (void)state;
    for (size_t len = 0; len <= strlen(LIVE); len++)
    {
        struct pull p = pull_new(OPTDOC_CLIENT);
        enum ov_err err = give(p.pull, LIVE, len);
        bool reply = len >= 10 && (len == 10 || LIVE[10] == ',');
        assert_true(reply ? err == OV_OK || err == OV_ERR_OPTION : err == OV_ERR_FORMAT);
        pull_free(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_live_subnet),
        cmocka_unit_test(test_live_ipv6),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_compression),
        cmocka_unit_test(test_nul_refuses_all),
        cmocka_unit_test(test_keepalive_stays),
        cmocka_unit_test(test_duplicates),
        cmocka_unit_test(test_flags_and_key_derivation),
        cmocka_unit_test(test_route_nopull),
        cmocka_unit_test(test_continuation),
        cmocka_unit_test(test_endless_replies),
        cmocka_unit_test(test_every_truncation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
