#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/lib/private_net.h"
#include "tun/netif.h"
#include "tun/tun.h"

/* A real tun device in a network namespace of this program's own. */

/* ---- what was logged ---- */

struct notes
{
    char text[4096];
};

static void note_line(void *ctx, enum ov_level level, const char *text)
{
    struct notes *notes = ctx;
    size_t len = strlen(notes->text);
    (void)snprintf(notes->text + len, sizeof notes->text - len, "%d %s\n", (int)level, text);
}

/* ---- what the system says ---- */

static void run_ip(const char *args, char *out, size_t cap)
{
    char command[128];
    (void)snprintf(command, sizeof command, "ip %s", args);
    FILE *pipe = popen(command, "re");
    assert_non_null(pipe);
    size_t len = fread(out, 1, cap - 1, pipe);
    out[len] = '\0';
    assert_int_equal(pclose(pipe), 0);
}

static void assert_shows(const char *args, const char *needle, bool wanted)
{
    char out[4096];
    run_ip(args, out, sizeof out);
    if ((strstr(out, needle) != NULL) != wanted)
    {
        fail_msg("'%s' %s in output of ip %s:\n%s", needle, wanted ? "missing" : "unexpected", args, out);
    }
}

/* ---- fixtures ---- */

static const struct ov_route4 routes4[] = {
    {.net = 0x0a090000, .bits = 16},
    {.net = 0xc0000200, .bits = 24, .metric = 77},
    {.net = 0xc6336400, .bits = 24, .has_gateway = true, .gateway = 0x0a080009},
};
static const struct ov_route6 routes6[] = {
    {.net = {0x20, 0x01, 0x0d, 0xb8}, .bits = 32},
    {.net = {0xfd, 1}, .bits = 64, .metric = 9},
};
static const struct ov_tunnel tunnel = {
    .dev = "tun7",
    .mtu = 1400,
    .has_ip4 = true,
    .ip4 = 0x0a080002,
    .ip4_bits = 24,
    .has_ip6 = true,
    .ip6 = {0xfd, 0, 0, 8, [15] = 2},
    .ip6_bits = 64,
    .has_route_gateway = true,
    .route_gateway = 0x0a080001,
    .routes4 = routes4,
    .routes4_count = 3,
    .routes6 = routes6,
    .routes6_count = 2,
};

static struct ov_tun *open_tun(const char *dev)
{
    struct ov_tun *tun = NULL;
    char text[OV_TUN_TEXT] = "";
    if (ov_tun_open_plain(dev, &tun, text) != OV_OK)
    {
        fail_msg("%s", text);
    }
    return tun;
}

static struct ov_netif *open_netif(struct ov_log *log, struct notes *notes)
{
    memset(notes, 0, sizeof *notes);
    *log = (struct ov_log){note_line, notes, OV_LOG_INFO};
    struct ov_netif *netif = NULL;
    char text[OV_NETIF_TEXT] = "";
    if (ov_netif_new(log, &netif, text) != OV_OK)
    {
        fail_msg("%s", text);
    }
    return netif;
}

/* ---- tests ---- */

static void test_names(void **state)
{
    static const struct
    {
        const char *dev;
        enum ov_err err;
        const char *result; /* name, or text of the error */
    } cases[] = {
        {"tun", OV_OK, "tun0"},
        {"tun7", OV_OK, "tun7"},
        {"office", OV_OK, "office"},
        {"", OV_ERR_ARG, "'' cannot be the name of an interface"},
        {"a/b", OV_ERR_ARG, "'a/b' cannot be the name of an interface"},
        {"t%d", OV_ERR_ARG, "'t%d' cannot be the name of an interface"},
        {"sixteen-letters-", OV_ERR_ARG, "'sixteen-letters-' cannot be the name of an interface"},
        {"lo", OV_ERR_IO,
         "cannot create tun device lo: Invalid argument (there is an interface of this name that is not a "
         "tun device)"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        struct ov_tun *tun = NULL;
        char text[OV_TUN_TEXT] = "";
        assert_int_equal(ov_tun_open_plain(cases[i].dev, &tun, text), cases[i].err);
        assert_string_equal(tun != NULL ? tun->name : text, cases[i].result);
        if (tun != NULL)
        {
            assert_int_equal(tun->index, if_nametoindex(tun->name));
            tun->ops->close(tun);
            assert_int_equal(if_nametoindex(cases[i].result), 0);
        }
    }
}

static void test_busy(void **state)
{
    (void)state;
    struct ov_tun *first = open_tun("tun7");
    struct ov_tun *second = NULL;
    char text[OV_TUN_TEXT] = "";
    assert_int_equal(ov_tun_open_plain("tun7", &second, text), OV_ERR_IO);
    assert_string_equal(text, "cannot create tun device tun7: Device or resource busy (another program has "
                              "this device open)");
    first->ops->close(first);
}

static void test_apply_and_undo(void **state)
{
    static const struct
    {
        const char *args;
        const char *needle;
    } shown[] = {
        {"addr show dev tun7", "mtu 1400"},
        {"addr show dev tun7", "inet 10.8.0.2/24 brd 10.8.0.255"},
        {"addr show dev tun7", "inet6 fd00:8::2/64"},
        {"route show", "10.9.0.0/16 via 10.8.0.1 dev tun7 proto static"},
        {"route show", "192.0.2.0/24 via 10.8.0.1 dev tun7 proto static metric 77"},
        {"route show", "198.51.100.0/24 via 10.8.0.9 dev tun7 proto static"},
        {"-6 route show", "2001:db8::/32 dev tun7 proto static"},
        {"-6 route show", "fd01::/64 dev tun7 proto static metric 9"},
    };
    (void)state;
    struct ov_log log;
    struct notes notes;
    char text[OV_NETIF_TEXT] = "";
    struct ov_tun *tun = open_tun("tun7");
    struct ov_netif *netif = open_netif(&log, &notes);
    /* Twice: an undone interface can be set up again, as a reconnect with persist-tun does. */
    for (int round = 0; round < 2; round++)
    {
        if (ov_netif_apply(netif, tun->name, tun->index, &tunnel, text) != OV_OK)
        {
            fail_msg("%s", text);
        }
        ov_netif_add_routes(netif, tun->name, tun->index, &tunnel);
        assert_null(strstr(notes.text, "\n1 "));
        for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++)
        {
            assert_shows(shown[i].args, shown[i].needle, true);
        }
        ov_netif_undo(netif);
        for (size_t i = 1; i < sizeof shown / sizeof shown[0]; i++)
        {
            assert_shows(shown[i].args, shown[i].needle, false);
        }
    }
    ov_netif_free(netif);
    tun->ops->close(tun);
}

/* The device may be closed first: everything went with it, and undo is content. */
static void test_undo_after_close(void **state)
{
    (void)state;
    struct ov_log log;
    struct notes notes;
    char text[OV_NETIF_TEXT] = "";
    struct ov_tun *tun = open_tun("tun7");
    struct ov_netif *netif = open_netif(&log, &notes);
    assert_int_equal(ov_netif_apply(netif, tun->name, tun->index, &tunnel, text), OV_OK);
    ov_netif_add_routes(netif, tun->name, tun->index, &tunnel);
    tun->ops->close(tun);
    ov_netif_free(netif);
    if (strstr(notes.text, "cannot remove") != NULL)
    {
        fail_msg("%s", notes.text);
    }
    assert_non_null(strstr(notes.text, "(was gone already)"));
}

static void test_bad_routes_are_warnings(void **state)
{
    static const struct ov_route4 bad4[] = {
        {.net = 0xcb007100, .bits = 24, .has_gateway = true, .gateway = 0xac10fe01},
        {.net = 0x0a080000, .bits = 24, .metric = 5},
        {.net = 0x0a080000, .bits = 24, .metric = 5},
    };
    (void)state;
    struct ov_log log;
    struct notes notes;
    char text[OV_NETIF_TEXT] = "";
    struct ov_tunnel bad = tunnel;
    bad.routes4 = bad4;
    bad.routes6_count = 0;
    struct ov_tun *tun = open_tun("tun7");
    struct ov_netif *netif = open_netif(&log, &notes);
    assert_int_equal(ov_netif_apply(netif, tun->name, tun->index, &bad, text), OV_OK);
    ov_netif_add_routes(netif, tun->name, tun->index, &bad);
    assert_non_null(strstr(notes.text, "1 cannot add route 203.0.113.0/24 via 172.16.254.1: "));
    assert_non_null(strstr(notes.text, "1 cannot add route 10.8.0.0/24 via 10.8.0.1 dev tun7 metric 5: "));
    assert_non_null(strstr(notes.text, "(left as it is)"));
    ov_netif_free(netif);
    tun->ops->close(tun);
}

static void test_apply_failure_undoes_all(void **state)
{
    (void)state;
    struct ov_log log;
    struct notes notes;
    char text[OV_NETIF_TEXT] = "";
    struct ov_tunnel bad = tunnel;
    memset(bad.ip6, 0xff, sizeof bad.ip6); /* multicast: no host can have it */
    struct ov_tun *tun = open_tun("tun7");
    struct ov_netif *netif = open_netif(&log, &notes);
    assert_int_equal(ov_netif_apply(netif, tun->name, tun->index, &bad, text), OV_ERR_IO);
    assert_memory_equal(text, "cannot add the IPv6 address to tun7: ", 37);
    assert_shows("addr show dev tun7", "10.8.0.2", false);
    ov_netif_free(netif);
    tun->ops->close(tun);
}

/* ---- packets ---- */

static int udp_socket(const char *ip, uint16_t port)
{
    struct sockaddr_in sa = {.sin_family = AF_INET, .sin_port = htons(port)};
    assert_int_equal(inet_pton(AF_INET, ip, &sa.sin_addr), 1);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof sa), 0);
    return fd;
}

static bool is_udp_to(const struct ov_datagram *dg, const uint8_t ip[4])
{
    const uint8_t *data = ov_buf_data(&dg->buf);
    return dg->buf.len > 28 && data[0] == 0x45 && data[9] == IPPROTO_UDP && memcmp(data + 16, ip, 4) == 0;
}

static void test_read(void **state)
{
    (void)state;
    struct ov_log log;
    struct notes notes;
    char text[OV_NETIF_TEXT] = "";
    struct ov_tun *tun = open_tun("tun7");
    struct ov_netif *netif = open_netif(&log, &notes);
    assert_int_equal(ov_netif_apply(netif, tun->name, tun->index, &tunnel, text), OV_OK);
    ov_netif_add_routes(netif, tun->name, tun->index, &tunnel);
    int fd = udp_socket("10.8.0.2", 5000);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};
    assert_int_equal(inet_pton(AF_INET, "10.9.1.2", &to.sin_addr), 1);
    for (uint8_t i = 0; i < 100; i++)
    {
        uint8_t payload[1000] = {i};
        assert_int_equal(sendto(fd, payload, sizeof payload, 0, (struct sockaddr *)&to, sizeof to), 1000);
    }
    static const uint8_t wanted[4] = {10, 9, 1, 2};
    struct ov_datagram dg[80];
    size_t seen = 0;
    size_t n;
    while ((n = tun->ops->read(tun, dg, 80)) > 0)
    {
        assert_true(n <= OV_TUN_BATCH);
        for (size_t i = 0; i < n; i++)
        {
            if (is_udp_to(&dg[i], wanted)) /* besides the kernel's own IPv6 multicast */
            {
                assert_int_equal(dg[i].buf.len, 1028);
                assert_int_equal(ov_buf_data(&dg[i].buf)[28], seen++);
                assert_int_equal(dg[i].fate, OV_FATE_NONE);
                assert_true(ov_buf_headroom(&dg[i].buf) >= OV_BUF_HEADROOM);
                assert_true(ov_buf_tailroom(&dg[i].buf) >= OV_BUF_TAILROOM);
            }
        }
    }
    assert_int_equal(seen, 100);
    assert_true(tun->stats.rx_packets >= 100);
    assert_int_equal(tun->stats.rx_errors, 0);
    (void)close(fd);
    ov_netif_free(netif);
    tun->ops->close(tun);
}

static void put_checksum(uint8_t *header)
{
    uint32_t sum = 0;
    header[10] = header[11] = 0;
    for (size_t i = 0; i < 20; i += 2)
    {
        sum += (uint32_t)header[i] << 8 | header[i + 1];
    }
    sum = (sum & 0xffff) + (sum >> 16);
    sum = ~(sum + (sum >> 16)) & 0xffff;
    header[10] = (uint8_t)(sum >> 8);
    header[11] = (uint8_t)sum;
}

/* 10.8.0.1:7 to 10.8.0.2:5001, one octet of payload, no UDP checksum. */
static void make_udp(struct ov_datagram *dg, uint8_t *mem, uint8_t payload)
{
    static const uint8_t packet[29] = {0x45, 0, 0,  29, 0, 0, 0, 0, 64,   17,   0, 0, 10, 8,
                                       0,    1, 10, 8,  0, 2, 0, 7, 0x13, 0x89, 0, 9, 0,  0};
    dg->buf = ov_buf_over(mem, 64, 0);
    dg->buf.len = sizeof packet;
    memcpy(mem, packet, sizeof packet);
    mem[28] = payload;
    put_checksum(mem);
    dg->fate = OV_FATE_TUN;
    dg->why = OV_OK;
}

static void test_write(void **state)
{
    (void)state;
    struct ov_log log;
    struct notes notes;
    char text[OV_NETIF_TEXT] = "";
    struct ov_tun *tun = open_tun("tun7");
    struct ov_netif *netif = open_netif(&log, &notes);
    assert_int_equal(ov_netif_apply(netif, tun->name, tun->index, &tunnel, text), OV_OK);
    ov_netif_add_routes(netif, tun->name, tun->index, &tunnel);
    int fd = udp_socket("10.8.0.2", 5001);
    struct ov_datagram dg[5];
    uint8_t mem[5][64];
    for (uint8_t i = 0; i < 5; i++)
    {
        make_udp(&dg[i], mem[i], i);
    }
    dg[1].fate = OV_FATE_CONSUMED;
    mem[3][0] = 0; /* neither IPv4 nor IPv6 */
    tun->ops->write(tun, dg, 5);
    assert_int_equal(dg[3].fate, OV_FATE_DROPPED);
    assert_int_equal(dg[3].why, OV_ERR_IO);
    assert_int_equal(tun->stats.tx_errors, 1);
    assert_int_equal(tun->stats.tx_errno, EINVAL);
    assert_int_equal(tun->stats.tx_packets, 3);
    assert_int_equal(tun->stats.tx_octets, 87);
    static const uint8_t expected[] = {0, 2, 4};
    for (size_t i = 0; i < sizeof expected; i++)
    {
        struct pollfd wait = {fd, POLLIN, 0};
        uint8_t got = 0xff;
        assert_int_equal(poll(&wait, 1, 2000), 1);
        assert_int_equal(recv(fd, &got, 1, 0), 1);
        assert_int_equal(got, expected[i]);
    }
    (void)close(fd);
    ov_netif_free(netif);
    tun->ops->close(tun);
}

/* Nobody set the interface up: what is written is refused, and counted. */
static void test_write_while_down(void **state)
{
    (void)state;
    struct ov_tun *tun = open_tun("tun7");
    struct ov_datagram dg;
    uint8_t mem[64];
    make_udp(&dg, mem, 0);
    tun->ops->write(tun, &dg, 1);
    assert_int_equal(dg.fate, OV_FATE_DROPPED);
    assert_int_equal(tun->stats.tx_errors, 1);
    assert_int_equal(tun->stats.tx_errno, EIO);
    tun->ops->close(tun);
}

int main(void)
{
    char text[200];
    if (!private_net_enter(text, sizeof text))
    {
        printf("SKIP test_tun_device: %s\n", text);
        return 0;
    }
    int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    if (fd < 0)
    {
        printf("SKIP test_tun_device: /dev/net/tun: %s\n", strerror(errno));
        return 0;
    }
    (void)close(fd);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_busy),
        cmocka_unit_test(test_apply_and_undo),
        cmocka_unit_test(test_undo_after_close),
        cmocka_unit_test(test_bad_routes_are_warnings),
        cmocka_unit_test(test_apply_failure_undoes_all),
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_write),
        cmocka_unit_test(test_write_while_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
