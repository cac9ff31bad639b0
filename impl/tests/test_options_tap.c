/* What options mean with an Ethernet device: kind of device, server and server-bridge, addresses, what is pushed and
 * pulled, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "options/occ.h"
#include "options/push.h"
#include "tests/lib/octets.h"
#include "tests/lib/optdoc.h"

#define KEYS   "ca ca.crt\ncert s.crt\nkey s.key\n"
#define CLIENT "client\nremote vpn.example.org\nremote-cert-tls server\n" KEYS

static struct ov_options *parse(const char *base, const char *more, enum ov_err *err)
{
    char text[2048];
    (void)snprintf(text, sizeof text, "%s%s", base, more);
    return optdoc_parse(text, NULL, err);
}

static void kind_of_device(void **state)
{
    (void)state;
    static const struct
    {
        const char *text;
        bool tap;
        uint32_t extra;
    } rows[] = {
        {"dev tun\n", false, 0},
        {"dev tap\n", true, 32},
        {"dev tap3\n", true, 32},
        {"dev vpn\ndev-type tap\n", true, 32},
        {"dev-type tap\ndev tun7\n", true, 32}, /* the type counts */
        {"dev-type tun\ndev tap7\n", false, 0},
        {"dev tap\ntun-mtu-extra 64\n", true, 64},
        {"dev tap\ntun-mtu-extra 0\n", true, 0},
        {"dev tun\ntun-mtu-extra 8\n", false, 8},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        enum ov_err err;
        struct ov_options *options = parse(CLIENT, rows[i].text, &err);
        ov_assert_err(err, OV_OK);
        const struct ov_tunnel *tunnel = &ov_options_config(options)->tunnel;
        assert_int_equal(tunnel->tap, rows[i].tap);
        assert_int_equal(tunnel->mtu_extra, rows[i].extra);
        assert_int_equal(ov_tunnel_packet(tunnel, tunnel->mtu), 1500 + rows[i].extra);
        ov_options_free(options);
    }
}

/* [WP-PUSH-022], [WP-OPT-001]; the live strings are those of 2.6. */
static void options_string(void **state)
{
    (void)state;
    enum ov_err err;
    struct ov_occ occ;
    char text[OV_OCC_MAX];
    struct ov_options *options = parse(CLIENT, "dev tap\n", &err);
    ov_occ_from_config(ov_options_config(options), &occ);
    ov_assert_err(ov_occ_text(&occ, text, sizeof text), OV_OK);
    assert_string_equal(text, "V4,dev-type tap,link-mtu 1573,tun-mtu 1500,proto UDPv4,auth SHA1,keysize 128,"
                              "key-method 2,tls-client");
    ov_options_free(options);
}

static enum ov_err take(void *ctx, const char *text, size_t len)
{
    memcpy(ctx, text, len + 1);
    return OV_OK;
}

/* [WP-SRV-016] */
static void servers(void **state)
{
    (void)state;
    static const struct
    {
        const char *text;
        const char *pushed;
        uint32_t ip4, first, last, mask; /* 0: none */
        uint8_t bits;
    } rows[] = {
        {"server 10.8.0.0 255.255.255.0\n", "PUSH_REPLY,route-gateway 10.8.0.1", 0x0a080001, 0x0a080002,
         0x0a0800fe, 0, 24},
        {"server 10.8.0.0 255.255.255.252\n", "PUSH_REPLY,route-gateway 10.8.0.1", 0x0a080001, 0x0a080002,
         0x0a080002, 0, 30},
        {"server 10.8.0.0 255.255.255.0\ntopology net30\nclient-to-client\n",
         "PUSH_REPLY,route-gateway 10.8.0.1", 0x0a080001, 0x0a080002, 0x0a0800fe, 0, 24},
        {"server 10.8.0.0 255.255.255.0 nopool\nifconfig-pool 10.8.0.9 10.8.0.12\n",
         "PUSH_REPLY,route-gateway 10.8.0.1", 0x0a080001, 0x0a080009, 0x0a08000c, 0, 24},
        {"server-bridge 10.8.0.4 255.255.255.0 10.8.0.128 10.8.0.254\n", "PUSH_REPLY,route-gateway 10.8.0.4",
         0, 0x0a080080, 0x0a0800fe, 0xffffff00, 0},
        {"server-bridge\n", "PUSH_REPLY,route-gateway dhcp", 0, 0, 0, 0, 0},
        {"server-bridge nogw\n", "PUSH_REPLY", 0, 0, 0, 0, 0},
        {"server-bridge\nkeepalive 10 60\n", "PUSH_REPLY,route-gateway dhcp,ping 10,ping-restart 60", 0, 0, 0,
         0, 0},
        {"mode server\ntls-server\nifconfig-pool 10.8.0.9 10.8.0.12 255.255.0.0\n", "PUSH_REPLY", 0,
         0x0a080009, 0x0a08000c, 0xffff0000, 0},
        {"mode server\ntls-server\nifconfig 10.8.0.1 255.255.255.0\nifconfig-pool 10.8.0.9 10.8.0.12\n",
         "PUSH_REPLY", 0x0a080001, 0x0a080009, 0x0a08000c, 0, 24},
        {"server-bridge\nserver-ipv6 fd00:8::/64\n", "PUSH_REPLY,tun-ipv6,route-gateway dhcp", 0, 0, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        enum ov_err err;
        char pushed[OV_PUSH_MESSAGE] = "";
        const struct ov_push_client client = {0};
        struct ov_options *options = parse(KEYS "dev tap\n", rows[i].text, &err);
        ov_assert_err(err, OV_OK);
        const struct ov_config *config = ov_options_config(options);
        ov_assert_err(ov_push_compose(config, &client, take, pushed), OV_OK);
        assert_string_equal(pushed, rows[i].pushed);
        assert_int_equal(config->role, OV_ROLE_SERVER);
        assert_false(config->p2p);
        assert_int_equal(config->tunnel.ip4, rows[i].ip4);
        assert_int_equal(config->tunnel.ip4_bits, rows[i].bits);
        assert_false(config->tunnel.has_ip4_remote);
        assert_int_equal(config->pool.ip4_first, rows[i].first);
        assert_int_equal(config->pool.ip4_last, rows[i].last);
        assert_int_equal(config->pool.ip4_mask, rows[i].mask);
        assert_false(config->pool.net30);
        ov_options_free(options);
    }
}

#define SERVER "tls-server\nmode server\n" KEYS

static const struct
{
    const char *base;
    const char *more;
    const char *lines; /* "": none */
} findings[] = {
    {CLIENT "dev tap\n", "lladdr 02:aa:bb:cc:dd:ee\n", ""},
    {CLIENT "dev tap\n", "lladdr 02-AA-bb-cc-dd-ee\n", ""},
    {CLIENT "dev tap\n", "lladdr 02:aa:bb:cc:dd\n",
     "t.ovpn:8: lladdr: '02:aa:bb:cc:dd' is not the MAC address of one station (aa:bb:cc:dd:ee:ff)\n"},
    {CLIENT "dev tap\n", "lladdr 02:aa:bb:cc:dd:eef\n",
     "t.ovpn:8: lladdr: '02:aa:bb:cc:dd:eef' is not the MAC address of one station (aa:bb:cc:dd:ee:ff)\n"},
    {CLIENT "dev tap\n", "lladdr 2:aa:bb:cc:dd:ee\n",
     "t.ovpn:8: lladdr: '2:aa:bb:cc:dd:ee' is not the MAC address of one station (aa:bb:cc:dd:ee:ff)\n"},
    {CLIENT "dev tap\n", "lladdr 01:00:5e:00:00:01\n",
     "t.ovpn:8: lladdr: '01:00:5e:00:00:01' is not the MAC address of one station (aa:bb:cc:dd:ee:ff)\n"},
    {CLIENT "dev tap\n", "lladdr 00:00:00:00:00:00\n",
     "t.ovpn:8: lladdr: '00:00:00:00:00:00' is not the MAC address of one station (aa:bb:cc:dd:ee:ff)\n"},
    {CLIENT "dev tun\n", "lladdr 02:aa:bb:cc:dd:ee\n",
     "t.ovpn:8: 'lladdr' is for 'dev tap', and this is a tun device\n"},
    {CLIENT "dev tap\n", "tun-mtu-extra 1001\n",
     "t.ovpn:8: tun-mtu-extra must be a number from 0 to 1000, not '1001'\n"},
    {CLIENT "dev tap\n", "ifconfig 10.8.0.2 10.8.0.1\n",
     "t.ovpn:8: ifconfig: '10.8.0.1' is not a netmask (topology is that of a tap device)\n"},
    {CLIENT "dev tap\n", "topology p2p\nifconfig 10.8.0.2 255.255.255.0\n", ""},
    {SERVER "dev tun\n", "server-bridge\n",
     "t.ovpn:7: 'server-bridge' is for 'dev tap', and this is a tun device\n"},
    {SERVER "dev tap\n", "server-bridge gw\n",
     "t.ovpn:7: server-bridge has no argument, 'nogw', or four: gateway netmask first last\n"},
    {SERVER "dev tap\n", "server-bridge 10.8.0.1 255.255.255.0\n",
     "t.ovpn:7: server-bridge has no argument, 'nogw', or four: gateway netmask first last\n"},
    {SERVER "dev tap\n", "server-bridge 10.8.0.1 255.255.255.0 10.8.0.x 10.8.0.9\n",
     "t.ovpn:7: server-bridge: '10.8.0.x' is not an IPv4 address\n"},
    {SERVER "dev tap\n", "server-bridge 10.8.0.1 255.0.255.0 10.8.0.2 10.8.0.9\n",
     "t.ovpn:7: server-bridge: '255.0.255.0' is not a netmask\n"},
    {SERVER "dev tap\n", "server-bridge 10.8.0.1 255.255.255.0 10.8.1.2 10.8.1.9\n",
     "t.ovpn:7: server-bridge: 10.8.1.2 to 10.8.1.9 is not a range of at most 65536 addresses in the network "
     "of "
     "10.8.0.1\n"},
    {SERVER "dev tap\n", "server-bridge 10.8.0.1 255.255.255.0 10.8.0.9 10.8.0.2\n",
     "t.ovpn:7: server-bridge: 10.8.0.9 to 10.8.0.2 is not a range of at most 65536 addresses in the network "
     "of "
     "10.8.0.1\n"},
    {SERVER "dev tap\n", "server 10.8.0.0 255.255.255.0\nserver-bridge\n",
     "t.ovpn:8: 'server-bridge' contradicts 'server'\n"},
    {SERVER "dev tap\n",
     "server-bridge 10.8.0.1 255.255.255.0 10.8.0.2 10.8.0.9\nifconfig-pool 10.8.0.2 10.8.0.9\n",
     "t.ovpn:8: 'ifconfig-pool' contradicts 'server-bridge', which has a pool\n"},
    {SERVER "dev tap\n", "ifconfig-pool 10.8.0.2 10.8.0.9\n",
     "t.ovpn:7: 'ifconfig-pool' with 'dev tap' needs a netmask\n"},
    {CLIENT "dev tap\n", "server-bridge\n",
     "t.ovpn:1: one program can't be client and server: 'client' contradicts 'server-bridge'\n"},
    {SERVER "dev tap\n",
     "server-bridge\nstale-routes-check 300 60\nmax-routes-per-client 10\nbcast-buffers 9\n", ""},
    {SERVER "dev tap\n", "server-bridge\nstale-routes-check 0\n",
     "t.ovpn:8: the age of stale-routes-check must be a number from 1 to 2147483647, not '0'\n"},
    {SERVER "dev tap\n", "server-bridge\nstale-routes-check 300 0\n",
     "t.ovpn:8: the interval of stale-routes-check must be a number from 1 to 2147483647, not '0'\n"},
};

static void what_is_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof findings / sizeof findings[0]; i++)
    {
        enum ov_err err;
        struct ov_options *options = parse(findings[i].base, findings[i].more, &err);
        char *lines = optdoc_lines(ov_options_diags(options));
        if (strcmp(lines, findings[i].lines) != 0)
        {
            fail_msg("%s: said\n%snot\n%s", findings[i].more, lines, findings[i].lines);
        }
        ov_assert_err(err, findings[i].lines[0] == '\0' ? OV_OK : OV_ERR_OPTION);
        free(lines);
        ov_options_free(options);
    }
}

/* A client takes the netmask, whatever topology says; of a gateway from DHCP it says that there is none. */
static void pulled(void **state)
{
    (void)state;
    static const struct
    {
        const char *text;
        bool has_gateway;
        const char *lines;
    } rows[] = {
        {"PUSH_REPLY,route-gateway 10.8.0.1,ifconfig 10.8.0.2 255.255.255.0,peer-id 0", true, ""},
        {"PUSH_REPLY,topology net30,ifconfig 10.8.0.2 255.255.255.0,peer-id 0", false, ""},
        {"PUSH_REPLY,route-gateway dhcp,ifconfig 10.8.0.2 255.255.255.0", false,
         "push reply: warning: route-gateway 'dhcp': ovref takes no gateway from DHCP; a DHCP client on the "
         "tap "
         "device sets the "
         "routes (skipped)\n"},
    };
    const struct ov_proto_flags none = {0};
    enum ov_err err;
    struct ov_options *options = parse(CLIENT, "dev tap\n", &err);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        struct ov_pull *pull = NULL;
        ov_assert_err(ov_pull_new(ov_options_config(options), &none, &pull), OV_OK);
        ov_assert_err(ov_pull_message(pull, rows[i].text, strlen(rows[i].text)), OV_OK);
        const struct ov_tunnel *tunnel = &ov_pull_result(pull)->effective.tunnel;
        char *lines = optdoc_lines(ov_pull_diags(pull));
        assert_true(tunnel->tap && tunnel->has_ip4);
        assert_int_equal(tunnel->ip4, 0x0a080002);
        assert_int_equal(tunnel->ip4_bits, 24);
        assert_int_equal(tunnel->topology, OV_TOPOLOGY_SUBNET);
        assert_int_equal(tunnel->mtu_extra, 32);
        assert_int_equal(tunnel->has_route_gateway, rows[i].has_gateway);
        assert_string_equal(lines, rows[i].lines);
        free(lines);
        ov_pull_free(pull);
    }
    ov_options_free(options);
}

static void devices_that_stay(void **state)
{
    (void)state;
    static const struct
    {
        const char *args[6];
        size_t count;
        enum ov_wish wish;
        bool tap;
        enum ov_err err;
    } rows[] = {
        {{"--mktun", "--dev", "tap5"}, 3, OV_WISH_MKTUN, true, OV_OK},
        {{"--dev", "tun5", "--rmtun"}, 3, OV_WISH_RMTUN, false, OV_OK},
        {{"--mktun", "--dev", "vpn", "--dev-type", "tap"}, 5, OV_WISH_MKTUN, true, OV_OK},
        {{"--mktun", "--dev", "tap"}, 3, OV_WISH_MKTUN, true, OV_ERR_OPTION},
        {{"--rmtun"}, 1, OV_WISH_RMTUN, false, OV_ERR_OPTION},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        const struct ov_loader loader = optdoc_loader(NULL);
        struct ov_options *options = NULL;
        ov_assert_err(ov_options_from_args(rows[i].count, rows[i].args, &loader, &options), rows[i].err);
        const struct ov_config *config = ov_options_config(options);
        assert_int_equal(config != NULL, rows[i].err == OV_OK);
        if (config != NULL)
        {
            assert_int_equal(config->wish, rows[i].wish);
            assert_int_equal(config->tunnel.tap, rows[i].tap);
        }
        ov_options_free(options);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kind_of_device), cmocka_unit_test(options_string),    cmocka_unit_test(servers),
        cmocka_unit_test(what_is_said),   cmocka_unit_test(devices_that_stay), cmocka_unit_test(pulled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
