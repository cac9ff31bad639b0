#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/interface.h"
#include "tests/lib/private_net.h"

/* What a client does with its interface over reconnects, on a real device in a
 * network namespace of this program's own. */

static char notes[8192];

static void note_line(void *ctx, enum ov_level level, const char *text)
{
    (void)ctx;
    size_t len = strlen(notes);
    (void)snprintf(notes + len, sizeof notes - len, "%d %s\n", (int)level, text);
}

static const struct ov_log log_notes = {note_line, NULL, OV_LOG_INFO};

static const struct ov_route4 route4 = {.net = 0xc0000200, .bits = 24};
static const struct ov_route4 route4_other = {.net = 0xc0000200, .bits = 24, .metric = 5};
static const struct ov_route6 route6 = {.net = {0x20, 0x01, 0x0d, 0xb8}, .bits = 32};
static const struct ov_route6 route6_other = {.net = {0x20, 0x01, 0x0d, 0xb8}, .bits = 33};

static struct ov_tunnel base_tunnel(void)
{
    struct ov_tunnel tunnel = {
        .dev = "tun4",
        .mtu = 1500,
        .has_ip4 = true,
        .ip4 = 0x0a080002,
        .ip4_bits = 24,
        .has_ip6 = true,
        .ip6 = {0xfd, 8, [15] = 2},
        .ip6_bits = 64,
        .has_route_gateway = true,
        .route_gateway = 0x0a080001,
        .routes4 = &route4,
        .routes4_count = 1,
        .routes6 = &route6,
        .routes6_count = 1,
    };
    return tunnel;
}

/* Each field counts, so that a reconnect with another push changes the interface [WP-PUSH-017]. */
static void test_equal(void **state)
{
    (void)state;
    struct ov_tunnel a = base_tunnel();
    struct ov_tunnel b[17];
    for (size_t i = 0; i < sizeof b / sizeof b[0]; i++)
    {
        b[i] = base_tunnel();
    }
    b[0].dev = "tun5";
    b[1].mtu = 1400;
    b[2].has_ip4 = false;
    b[3].ip4++;
    b[4].ip4_bits = 25;
    b[5].has_ip6 = false;
    b[6].ip6[15] = 3;
    b[7].ip6_bits = 63;
    b[8].has_route_gateway = false;
    b[9].route_gateway = 0x0a080005;
    b[10].routes4_count = 0;
    b[11].routes4 = &route4_other;
    b[12].routes6_count = 0;
    b[13].routes6 = &route6_other;
    b[14].tap = true;
    b[15].has_mac = true;
    b[16].mac[5] = 1;
    for (size_t i = 0; i < sizeof b / sizeof b[0]; i++)
    {
        if (ov_tunnel_equal(&a, &b[i]))
        {
            fail_msg("change %zu isn't seen", i);
        }
    }
    struct ov_tunnel same = base_tunnel();
    assert_true(ov_tunnel_equal(&a, &same));
}

static void test_copy_outlives_the_original(void **state)
{
    (void)state;
    struct ov_arena *arena = ov_arena_new();
    struct ov_tunnel original = base_tunnel();
    struct ov_route4 mutable_route4 = route4;
    char dev[] = "tun4";
    original.routes4 = &mutable_route4;
    original.dev = dev;
    struct ov_tunnel copy;
    assert_int_equal(ov_tunnel_copy(arena, &original, &copy), OV_OK);
    memset(&mutable_route4, 0, sizeof mutable_route4);
    dev[3] = '9';
    struct ov_tunnel expected = base_tunnel();
    assert_true(ov_tunnel_equal(&copy, &expected));
    original.routes4 = NULL;
    original.routes4_count = 0;
    assert_int_equal(ov_tunnel_copy(arena, &original, &copy), OV_OK);
    ov_arena_free(arena);
}

static int can_use_tun;

static void test_reconnects(void **state)
{
    (void)state;
    if (!can_use_tun)
    {
        skip();
    }
    struct ov_interface iface = {0};
    struct ov_tunnel tunnel = base_tunnel();
    notes[0] = '\0';
    assert_true(ov_interface_open(&iface, &(struct ov_tun_spec){tunnel.dev, false, OV_BUF_PACKET, NULL},
                                  OV_DATA_PATH_AUTO, &log_notes));
    assert_true(ov_interface_configure(&iface, &tunnel));
    assert_non_null(strstr(notes, "3 added route 192.0.2.0/24 via 10.8.0.1 dev tun4\n"));

    notes[0] = '\0'; /* the same again: nothing is touched */
    struct ov_tunnel again = base_tunnel();
    assert_true(ov_interface_configure(&iface, &again));
    assert_string_equal(notes, "3 tun4 keeps its addresses and routes\n");

    notes[0] = '\0'; /* another address: the old one goes */
    again.ip4 = 0x0a080007;
    assert_true(ov_interface_configure(&iface, &again));
    assert_non_null(strstr(notes, "3 removed address 10.8.0.2/24 dev tun4\n"));
    assert_non_null(strstr(notes, "3 added address 10.8.0.7/24 dev tun4\n"));

    notes[0] = '\0';
    ov_interface_deconfigure(&iface);
    assert_non_null(strstr(notes, "3 removed address 10.8.0.7/24 dev tun4\n"));
    assert_int_not_equal(if_nametoindex("tun4"), 0);
    ov_interface_deconfigure(&iface);
    assert_true(ov_interface_configure(&iface, &tunnel));
    ov_interface_close(&iface);
    assert_int_equal(if_nametoindex("tun4"), 0);
    ov_interface_close(&iface);
}

/* A tap device: its address, and the next hop of every route, without which there is none. */
static void test_ethernet(void **state)
{
    (void)state;
    if (!can_use_tun)
    {
        skip();
    }
    struct ov_interface iface = {0};
    struct ov_tunnel tunnel = base_tunnel();
    uint8_t mac[6] = {0};
    tunnel.dev = "tap4";
    tunnel.tap = true;
    tunnel.has_mac = true;
    memcpy(tunnel.mac, "\x02\xaa\xbb\xcc\xdd\xee", 6);
    tunnel.has_ip6_remote = true;
    memcpy(tunnel.ip6_remote, tunnel.ip6, 16);
    tunnel.ip6_remote[15] = 1;
    notes[0] = '\0';
    assert_true(ov_interface_open(&iface, &(struct ov_tun_spec){tunnel.dev, true, OV_BUF_PACKET, NULL},
                                  OV_DATA_PATH_AUTO, &log_notes));
    assert_true(ov_interface_configure(&iface, &tunnel));
    assert_non_null(strstr(notes, "3 added route 192.0.2.0/24 via 10.8.0.1 dev tap4\n"));
    assert_non_null(strstr(notes, " via fd08::1 dev tap4\n"));
    assert_true(ov_netif_mac(iface.netif, iface.tun->index, mac));
    assert_memory_equal(mac, tunnel.mac, sizeof mac);
    notes[0] = '\0';
    tunnel.has_route_gateway = false;
    assert_true(ov_interface_configure(&iface, &tunnel));
    assert_non_null(strstr(notes, "a route is left out: its gateway isn't known\n"));
    ov_interface_close(&iface);
}

static void test_open_failure_is_clean(void **state)
{
    (void)state;
    struct ov_interface iface = {0};
    notes[0] = '\0';
    assert_false(ov_interface_open(&iface, &(struct ov_tun_spec){"not a name", false, OV_BUF_PACKET, NULL},
                                   OV_DATA_PATH_AUTO, &log_notes));
    assert_string_equal(notes, "0 'not a name' cannot be the name of an interface\n");
    assert_null(iface.tun);
}

int main(void)
{
    char text[200] = "";
    int fd = -1;
    can_use_tun =
        private_net_enter(text, sizeof text) && (fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC)) >= 0;
    if (!can_use_tun)
    {
        printf("SKIP part of test_app_interface: %s\n", text[0] != '\0' ? text : strerror(errno));
    }
    if (fd >= 0)
    {
        (void)close(fd);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal),
        cmocka_unit_test(test_copy_outlives_the_original),
        cmocka_unit_test(test_reconnects),
        cmocka_unit_test(test_ethernet),
        cmocka_unit_test(test_open_failure_is_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
