/* Where clients are in the tunnel: blocks of four, ranges, addresses and networks of one client. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hub/pool.h"
#include "hub/private.h"
#include "lib/hubrig.h"

static struct ov_rig rig;
static struct ov_test_batch batch;

#define SERVER_IP 0x0a080001u
#define IP(n)     (0x0a080001u + (n))

static struct ov_rig_client *add(size_t n)
{
    char name[16];
    const struct ov_addr addr = ov_test_addr4((uint8_t)(10 + n), (uint16_t)(40000 + n));
    (void)snprintf(name, sizeof name, "client%zu", n);
    return ov_rig_add(&rig, n, name, &addr, "");
}

/* A client whose settings are text. */
static struct ov_rig_client *join(size_t n, const char *text)
{
    struct ov_rig_client *client = add(n);
    struct ov_client_options *options = NULL;
    struct ov_event event;
    ov_rig_connect(&rig, client);
    assert_true(ov_rig_event(&rig, OV_EVENT_CLIENT, &event));
    assert_int_equal(ov_client_options_new(rig.server.settings.session.config, NULL, &options), OV_OK);
    assert_int_equal(ov_client_options_add(options, "ccd", text, strlen(text)), OV_OK);
    assert_null(ov_client_options_diags(options)->first);
    assert_int_equal(ov_hub_settle(rig.server.hub, event.ticket, options, rig.now), OV_OK);
    ov_rig_settle(&rig);
    ov_rig_wait(&rig, 6000); /* the next PUSH_REQUEST */
    assert_true(ov_rig_connected(client));
    return client;
}

static const struct ov_tunnel *tunnel_of(const struct ov_rig_client *client)
{
    return &ov_session_pulled(&client->end.session)->effective.tunnel;
}

/* [WP-PUSH-022]: client k gets 4k+6 and the other end 4k+5; a place that is left is given again. */
static void blocks_of_four(void **state)
{
    (void)state;
    ov_rig_open(&rig, false, "topology net30\n");
    for (uint32_t n = 0; n < 4; n++)
    {
        struct ov_rig_client *client = add(n);
        ov_rig_connect(&rig, client);
        assert_true(ov_rig_connected(client));
        assert_int_equal(tunnel_of(client)->ip4, IP(4 * n + 5));
        assert_true(tunnel_of(client)->has_ip4_remote);
        assert_int_equal(tunnel_of(client)->ip4_remote, IP(4 * n + 4));
        assert_int_equal(tunnel_of(client)->ip4_bits, 32);
        assert_int_equal(tunnel_of(client)->topology, OV_TOPOLOGY_NET30);
        assert_true(ov_rig_send_down(&rig, IP(4 * n + 5), n, n));
    }
    assert_false(ov_rig_send_down(&rig, IP(4), 9, 0)); /* the other end is nobody */
    ov_rig_close(&rig);
}

static void one_address_each(void **state)
{
    (void)state;
    ov_rig_open(&rig, false, "topology p2p\n");
    for (uint32_t n = 0; n < 3; n++)
    {
        struct ov_rig_client *client = add(n);
        ov_rig_connect(&rig, client);
        assert_int_equal(tunnel_of(client)->ip4, IP(n + 3));
        assert_int_equal(tunnel_of(client)->ip4_remote, SERVER_IP);
        assert_int_equal(tunnel_of(client)->topology, OV_TOPOLOGY_P2P);
    }
    ov_rig_close(&rig);
}

static void ranges(void **state)
{
    (void)state;
    static const struct
    {
        struct ov_pool range;
        uint32_t first, count, again, other;
    } cases[] = {
        {{.ip4_first = 0x0a080004, .ip4_last = 0x0a0800fb, .net30 = true},
         0x0a080006,
         62,
         0x0a08000a,
         0x0a080009},
        {{.ip4_first = 0x0a080028, .ip4_last = 0x0a08002b, .net30 = true},
         0x0a08002a,
         1,
         0x0a08002a,
         0x0a08002e},
        {{.ip4_first = 0x0a080004, .ip4_last = 0x0a0800fb}, 0x0a080004, 248, 0x0a080009, 0x0a0800fc},
        {{.ip4_first = 0x0a080004, .ip4_last = 0x0a080004}, 0x0a080004, 1, 0x0a080004, 0x0a080003},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        struct ov_address_pool pool;
        uint32_t ip4 = 0;
        assert_int_equal(ov_address_pool_init(&pool, &cases[i].range, 1000), OV_OK);
        assert_true(ov_address_pool_again4(&pool, cases[i].again));
        assert_false(ov_address_pool_again4(&pool, cases[i].again)); /* it is taken now */
        assert_false(ov_address_pool_again4(&pool, cases[i].other));
        ov_address_pool_give4(&pool, cases[i].again);
        for (uint32_t k = 0; k < cases[i].count; k++)
        {
            assert_int_equal(ov_address_pool_take4(&pool, &ip4), OV_OK);
            assert_int_equal(ip4, cases[i].first + k * (cases[i].range.net30 ? 4 : 1));
        }
        assert_int_equal(ov_address_pool_take4(&pool, &ip4), OV_ERR_LIMIT);
        ov_address_pool_give4(&pool, cases[i].other);
        assert_int_equal(ov_address_pool_take4(&pool, &ip4), OV_ERR_LIMIT);
        ov_address_pool_clear(&pool);
    }
}

/* What one client was given is no longer for others, and the pool has its first address for the next one. */
static void fixed_address(void **state)
{
    (void)state;
    ov_rig_open(&rig, false, "");
    rig.server.settings.asks = true;
    struct ov_rig_client *fixed = join(0, "ifconfig-push 10.8.0.2 255.255.255.0\n");
    struct ov_rig_client *next = join(1, "");
    struct ov_rig_client *outside = join(2, "ifconfig-push 10.9.0.7 255.255.0.0\n");
    assert_int_equal(tunnel_of(fixed)->ip4, IP(1));
    assert_int_equal(tunnel_of(next)->ip4, IP(2));
    assert_int_equal(tunnel_of(outside)->ip4, 0x0a090007);
    assert_int_equal(tunnel_of(outside)->ip4_bits, 16);
    assert_true(ov_rig_send_down(&rig, 0x0a090007, 1, 2));
    ov_rig_close(&rig);
}

/* [WP-SRV-011, 008]: a network is reached through its client, and may be a source there only. */
static void networks_behind(void **state)
{
    (void)state;
    ov_rig_open(&rig, false, "client-to-client\npush \"route 10.50.0.0 255.255.0.0\"\n");
    rig.server.settings.asks = true;
    struct ov_rig_client *wide = join(0, "iroute 10.50.0.0 255.255.0.0\niroute-ipv6 fd00:50::/32\n");
    struct ov_rig_client *close = join(1, "iroute 10.50.7.0 255.255.255.0\niroute 10.60.1.1\n");
    struct ov_rig_client *none = join(2, "");
    const struct
    {
        uint32_t dst;
        size_t n; /* 9: nobody */
    } down[] = {{0x0a320001, 0}, {0x0a3207ff, 1}, {0x0a320700, 1}, {0x0a320800, 0}, {0x0a3c0101, 1},
                {0x0a3c0102, 9}, {0x0a330000, 9}, {0x0a31ffff, 9}, {IP(1), 0},      {IP(3), 2}};
    for (size_t i = 0; i < sizeof down / sizeof down[0]; i++)
    {
        for (size_t n = 0; n < 3; n++)
        {
            assert_int_equal(ov_rig_send_down(&rig, down[i].dst, 1, n), n == down[i].n);
        }
    }
    const struct
    {
        struct ov_rig_client *from;
        uint32_t src;
        enum ov_fate fate;
    } up[] = {{wide, 0x0a320001, OV_FATE_TUN},     {wide, 0x0a320701, OV_FATE_DROPPED},
              {close, 0x0a320701, OV_FATE_TUN},    {close, 0x0a320001, OV_FATE_DROPPED},
              {none, 0x0a320001, OV_FATE_DROPPED}, {wide, IP(1), OV_FATE_TUN},
              {close, 0x0a3c0101, OV_FATE_TUN},    {wide, 0x0a3c0101, OV_FATE_DROPPED}};
    for (size_t i = 0; i < sizeof up / sizeof up[0]; i++)
    {
        ov_rig_send_up(&rig, up[i].from, up[i].src, SERVER_IP, (uint32_t)i, &batch);
        assert_int_equal(batch.dg[0].fate, up[i].fate);
    }
    ov_rig_send_up(&rig, none, IP(3), 0x0a320701, 77, &batch); /* from client to network */
    assert_int_equal(batch.dg[0].fate, OV_FATE_LINK);
    /* Its own network isn't pushed to it. */
    assert_int_equal(tunnel_of(wide)->routes4_count, 0);
    assert_int_equal(tunnel_of(none)->routes4_count, 1);
    /* It leaves, and its network with it. */
    assert_int_equal(ov_hub_kill(rig.server.hub, 1, NULL, rig.now), OV_OK);
    ov_rig_wait(&rig, 3000);
    assert_true(ov_rig_send_down(&rig, 0x0a3207ff, 1, 0));
    assert_false(ov_rig_send_down(&rig, 0x0a3c0101, 1, 1));
    ov_rig_close(&rig);
}

/* Every length of prefix, both families: against the definition. */
static void longest_prefix(void **state)
{
    (void)state;
    static struct ov_peer peers[33];
    struct ov_inner_routes routes = {.seed = 7};
    const struct ov_route6 all6 = {.bits = 0};
    for (uint32_t bits = 0; bits <= 32; bits++)
    {
        static struct ov_route4 nets[33];
        static struct ov_client_config own[33];
        nets[bits] = (struct ov_route4){.net = 0xc0a85511 & (uint32_t)(UINT64_C(0xffffffff) << (32 - bits)),
                                        .bits = (uint8_t)bits};
        own[bits] = (struct ov_client_config){.iroutes4 = &nets[bits], .iroutes4_count = 1};
        if (bits == 0)
        {
            own[bits].iroutes6 = &all6;
            own[bits].iroutes6_count = 1;
        }
        peers[bits].client = &own[bits];
        assert_int_equal(ov_inner_routes_add(&routes, &peers[bits]), OV_OK);
    }
    for (unsigned flip = 0; flip <= 32; flip++)
    {
        const uint32_t ip = flip == 32 ? 0xc0a85511 : 0xc0a85511 ^ (UINT32_C(1) << (31 - flip));
        const uint8_t octets[4] = {(uint8_t)(ip >> 24), (uint8_t)(ip >> 16), (uint8_t)(ip >> 8), (uint8_t)ip};
        assert_ptr_equal(ov_inner_routes_find(&routes, octets, 4), &peers[flip]);
    }
    assert_ptr_equal(ov_inner_routes_find(&routes, (const uint8_t[16]){0xfe, 0x80}, 16), &peers[0]);
    for (size_t i = 0; i < 33; i++)
    {
        ov_inner_routes_remove(&routes, &peers[i]);
    }
    assert_int_equal(routes.count, 0);
    assert_null(ov_inner_routes_find(&routes, (const uint8_t[4]){192, 168, 85, 17}, 4));
    ov_inner_routes_clear(&routes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_of_four),  cmocka_unit_test(one_address_each),
        cmocka_unit_test(ranges),          cmocka_unit_test(fixed_address),
        cmocka_unit_test(networks_behind), cmocka_unit_test(longest_prefix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
