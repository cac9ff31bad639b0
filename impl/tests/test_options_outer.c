/* Options about packets on their way out, and about where remotes are: --client-nat, --link-mtu, --shaper, --passtos,
 * --ip-remote-hint, --http-proxy-override, names in routes. */
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
#include "tests/lib/optdoc.h"

/* A configuration of these lines, and all that is said of it. */
static struct ov_options *parse(const char *base, const char *more, enum ov_err *err)
{
    char text[2048];
    snprintf(text, sizeof text, "%s%s", base, more);
    return optdoc_parse(text, NULL, err);
}

static const struct
{
    const char *base;
    const char *more;
    const char *said; /* part of the first error */
} refusals[] = {
    {OPTDOC_CLIENT, "client-nat nat 10.0.0.0 255.0.0.0 11.0.0.0\n", "neither 'snat' nor 'dnat'"},
    {OPTDOC_CLIENT, "client-nat snat 10.0.0 255.0.0.0 11.0.0.0\n", "network '10.0.0' is not an IPv4 address"},
    {OPTDOC_CLIENT, "client-nat snat 10.0.0.0 255.0.255.0 11.0.0.0\n", "'255.0.255.0' is not a netmask"},
    {OPTDOC_CLIENT, "client-nat snat 10.0.0.1 255.0.0.0 11.0.0.0\n", "bits behind the netmask"},
    {OPTDOC_CLIENT, "client-nat snat 10.0.0.0 255.0.0.0 x\n", "alias 'x' is not an IPv4 address"},
    {OPTDOC_CLIENT, "dev tap\nclient-nat snat 10.0.0.0 255.0.0.0 11.0.0.0\n", "carries Ethernet"},
    {OPTDOC_SERVER, "client-nat snat 10.0.0.0 255.0.0.0 11.0.0.0\n", "is for clients"},
    {OPTDOC_SERVER, "shaper 10000\n", "can't be used with 'mode server'"},
    {OPTDOC_SERVER, "mtu-test\n", "can't be used with 'mode server'"},
    {OPTDOC_CLIENT, "shaper 99\n", "from 100 to 100000000"},
    {OPTDOC_CLIENT, "link-mtu 92\n", "link-mtu must be from 93 to 9025"},
    {OPTDOC_CLIENT, "link-mtu 9026\n", "link-mtu must be from 93 to 9025"},
    {OPTDOC_CLIENT, "link-mtu 1541\ntun-mtu 1500\n", "contradicts 'tun-mtu'"},
    {OPTDOC_CLIENT, "link-mtu x\n", "must be a number"},
    {OPTDOC_CLIENT, "http-proxy-override proxy 0\n", "the port of the proxy"},
    {OPTDOC_CLIENT, "auth-user-pass username-only\nstatic-challenge PIN 1\n", "username-only"},
    {OPTDOC_CLIENT, "route a_b/c\n", "'a_b/c' is not an IPv4 address"},
    {OPTDOC_CLIENT, "route 10.1\n", "'10.1' is not an IPv4 address"},
    {OPTDOC_CLIENT, "route intranet.example 255.255.255.0\n", "stands for single addresses"},
    {OPTDOC_CLIENT, "keying-material-exporter EXPORTER-x 32\n",
     "can't be used with ovref: only plugins get it"},
    {OPTDOC_CLIENT, "setcon x\n", "SELinux"},
    {OPTDOC_CLIENT, "cryptoapicert THUMB:00\n", "store of Windows"},
    {OPTDOC_CLIENT, "memstats x\n", "'status' writes them"},
};

static void refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++)
    {
        enum ov_err err;
        struct ov_options *options = parse(refusals[i].base, refusals[i].more, &err);
        char *lines = optdoc_lines(ov_options_diags(options));
        if (err != OV_ERR_OPTION || strstr(lines, refusals[i].said) == NULL)
        {
            fail_msg("'%s': '%s' expected, it is said:\n%s", refusals[i].more, refusals[i].said, lines);
        }
        free(lines);
        ov_options_free(options);
    }
}

/* As the log of stock 2.6 has it for the same options [WP-MTU-010]. */
static void link_mtu(void **state)
{
    (void)state;
    static const struct
    {
        const char *more;
        uint32_t mtu;
    } cases[] = {
        {"link-mtu 1541\n", 1516},
        {"udp-mtu 1541\n", 1516},
        {"link-mtu 1543\nproto tcp\n", 1516},
        {"link-mtu 1541\ndata-ciphers-fallback BF-CBC\n", 1504},
        {"cipher AES-256-GCM\nlink-mtu 1449\n", 1400},
        {"cipher AES-256-GCM\ncomp-lzo no\nfragment 1300\nlink-mtu 1449\n", 1400},
        {"cipher AES-128-CBC\nlink-mtu 1541\n", 1488},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        enum ov_err err;
        struct ov_options *options = parse(OPTDOC_CLIENT, cases[i].more, &err);
        assert_int_equal(err, OV_OK);
        assert_int_equal(ov_options_config(options)->tunnel.mtu, cases[i].mtu);
        ov_options_free(options);
    }
}

static void remotes(void **state)
{
    (void)state;
    enum ov_err err;
    struct ov_options *options = parse(OPTDOC_CLIENT, "remote b.example\nip-remote-hint 192.0.2.7\n", &err);
    const struct ov_config *c = ov_options_config(options);
    assert_int_equal(c->remotes_count, 2);
    assert_string_equal(c->remotes[0].host, "192.0.2.7");
    assert_string_equal(c->remotes[1].host, "192.0.2.7");
    ov_options_free(options);

    /* Only TCP goes through the proxy, whatever a block says of another one. */
    options = parse(OPTDOC_CLIENT, "remote t.example 443 tcp\nhttp-proxy-override p.example 3128\n", &err);
    c = ov_options_config(options);
    assert_int_equal(c->remotes_count, 1);
    assert_string_equal(c->remotes[0].host, "t.example");
    assert_string_equal(c->proxy.host, "p.example");
    assert_int_equal(c->proxy.port, 3128);
    ov_options_free(options);

    options = parse("client\ndev tun\nca ca.crt\ncert c.crt\nkey c.key\nremote-cert-tls server\n",
                    "<connection>\nremote u.example\n</connection>\n"
                    "<connection>\nremote t.example 443 tcp\nhttp-proxy old.example 80\n</connection>\n"
                    "http-proxy-override p.example 3128 auto\n",
                    &err);
    c = ov_options_config(options);
    assert_non_null(c);
    assert_int_equal(c->remotes_count, 1);
    assert_string_equal(c->remotes[0].config->proxy.host, "p.example");
    assert_true(c->remotes[0].config->proxy.ask);
    ov_options_free(options);

    /* Without any it is left out, with a warning. */
    options = parse(OPTDOC_CLIENT, "http-proxy-override p.example 3128\n", &err);
    c = ov_options_config(options);
    assert_int_equal(c->remotes_count, 1);
    assert_int_equal(c->proxy.kind, OV_PROXY_NONE);
    assert_int_equal(ov_options_diags(options)->warning_count, 1);
    ov_options_free(options);
}

static const struct ov_config *pulled(const char *more, const char *push, struct ov_options **options,
                                      struct ov_pull **pull)
{
    static const struct ov_proto_flags announced;
    enum ov_err err;
    *options = parse(OPTDOC_CLIENT, more, &err);
    assert_int_equal(err, OV_OK);
    assert_int_equal(ov_pull_new(ov_options_config(*options), &announced, pull), OV_OK);
    assert_int_equal(ov_pull_message(*pull, push, strlen(push)), OV_OK);
    return &ov_pull_result(*pull)->effective;
}

/* A server may push names only to who allows it; NAT rules and a rate to everybody. */
static void pushed(void **state)
{
    (void)state;
    static const char push[] = "PUSH_REPLY,route intranet.example,route 10.1.0.0 255.255.0.0,"
                               "client-nat dnat 10.2.0.0 255.255.0.0 10.3.0.0,shaper 50000,ip-win32 dynamic,"
                               "topology subnet,ifconfig 10.8.0.2 255.255.255.0";
    for (unsigned allowed = 0; allowed < 2; allowed++)
    {
        struct ov_options *options;
        struct ov_pull *pull;
        const struct ov_config *c =
            pulled(allowed ? "allow-pull-fqdn\nclient-nat snat 10.4.0.0 255.255.0.0 10.5.0.0\n" : "", push,
                   &options, &pull);
        assert_int_equal(c->tunnel.routes4_count, 1 + allowed);
        assert_true(!allowed || strcmp(c->tunnel.routes4[0].name, "intranet.example") == 0);
        assert_null(c->tunnel.routes4[allowed].name);
        assert_int_equal(c->outer.shaper_octets_s, 50000);
        assert_int_equal(c->nat_count, 1 + allowed);
        assert_true(c->nat[allowed].theirs);
        assert_int_equal(c->nat[allowed].alias, 0x0a030000);
        assert_int_equal(ov_options_config(options)->nat_count, allowed);
        ov_pull_free(pull);
        ov_options_free(options);
    }
}

/* A peer can't make a client hold any number of rules. */
static void bounded(void **state)
{
    (void)state;
    char push[16384] = "PUSH_REPLY,ifconfig 10.8.0.2 10.8.0.1";
    size_t len = strlen(push);
    for (unsigned i = 0; i < 200; i++)
    {
        len += (size_t)snprintf(push + len, sizeof push - len,
                                ",client-nat snat 10.%u.0.0 255.255.0.0 11.%u.0.0", i, i);
    }
    struct ov_options *options;
    struct ov_pull *pull;
    const struct ov_config *c = pulled("", push, &options, &pull);
    assert_int_equal(c->nat_count, OV_NAT_RULES);
    ov_pull_free(pull);
    ov_options_free(options);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refused), cmocka_unit_test(link_mtu), cmocka_unit_test(remotes),
        cmocka_unit_test(pushed),  cmocka_unit_test(bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
