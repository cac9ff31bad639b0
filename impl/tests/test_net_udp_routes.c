#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "net/udp.h"
#include "tests/lib/private_net.h"
#include "tests/lib/trains.h"

/* Trains on routes of a private namespace that refuse them, for real. */

static bool run(const char *command)
{
    return system(command) == 0;
}

/* Rule 12: the path MTU is below the segments for one peer. Its datagrams go out singly, in fragments. */
static void test_small_mtu(void **state)
{
    struct trains *t = *state;
    assert_true(run("ip link set lo mtu 1280"));
    for (uint8_t family = 4; family <= 6; family += 2)
    {
        struct ov_addr at;
        struct ov_link *link = trains_link(family, 0, &at);
        size_t small = family == 4 ? 1 : 3;
        size_t n =
            trains_put_run(t, trains_put_run(t, trains_put_run(t, 0, 3, small - 1, 1400), 4, small, 500), 3,
                           small - 1, 1400);
        link->ops->send(link, t->dg, n);
        trains_check_arrived(t, n);
        assert_int_equal(trains_count(t, n, OV_FATE_LINK, OV_OK), n);
        assert_int_equal(link->ops->stats(link).tx_datagrams, n);
        /* Refused, singly, the other peer's train, refused, singly. */
        assert_int_equal(link->ops->stats(link).tx_calls, 5);
        /* Fragments forbidden: what doesn't fit says so, and the other peer has its train. */
        int policy = family == 4 ? IP_PMTUDISC_DO : IPV6_PMTUDISC_DO;
        assert_int_equal(setsockopt(link->ops->fd(link), family == 4 ? IPPROTO_IP : IPPROTO_IPV6,
                                    family == 4 ? IP_MTU_DISCOVER : IPV6_MTU_DISCOVER, &policy,
                                    sizeof policy),
                         0);
        n = trains_put_run(t, trains_put_run(t, trains_put_run(t, 0, 3, small - 1, 1400), 4, small, 500), 3,
                           small - 1, 1400);
        link->ops->send(link, t->dg, n);
        trains_check_arrived(t, n);
        assert_int_equal(trains_count(t, n, OV_FATE_DROPPED, OV_ERR_NOSPACE), 6);
        assert_int_equal(link->ops->stats(link).tx_too_big, 6);
        assert_int_equal(link->ops->stats(link).tx_errors, 0);
        assert_int_equal(link->ops->stats(link).tx_calls, 5 + (1 + 3) + 1 + (1 + 3));
        link->ops->close(link);
    }
    assert_true(run("ip link set lo mtu 65536"));
}

/* A socket without UDP checksums: the kernel says EINVAL to every train. */
static void test_no_checksums(void **state)
{
    struct trains *t = *state;
    struct ov_addr at;
    struct ov_link *link = trains_link(4, 0, &at);
    int on = 1;
    assert_int_equal(setsockopt(link->ops->fd(link), SOL_SOCKET, SO_NO_CHECK, &on, sizeof on), 0);
    for (int round = 0; round < 3; round++)
    {
        size_t n =
            trains_put_run(t, trains_put_run(t, trains_put_run(t, 0, 20, 0, 700), 20, 1, 600), 3, 0, 500);
        link->ops->send(link, t->dg, n);
        trains_check_arrived(t, n);
        assert_int_equal(trains_count(t, n, OV_FATE_LINK, OV_OK), n);
    }
    assert_int_equal(link->ops->stats(link).tx_calls, 3 * 3 * 2);
    link->ops->close(link);
}

/* Rules 12 and 14 on a device without checksum offload (EIO before Linux 6.11, later it sums itself), whose queue
 * then drains so slowly that the send buffer fills. */
static void test_slow_device(void **state)
{
    struct trains *t = *state;
    if (!run("ip link add v0 type veth peer name v1 && ip addr add 10.77.0.1/24 dev v0 && ip link set v0 up "
             "&& "
             "ip link set v1 up && ip neigh add 10.77.0.2 lladdr 02:00:00:00:00:02 dev v0 && "
             "ethtool -K v0 tx off >/dev/null && "
             "tc qdisc add dev v0 root tbf rate 64kbit burst 4kb limit 20mb"))
    {
        printf("SKIP test_slow_device: no veth, ethtool or tbf here\n");
        return;
    }
    struct ov_addr at;
    struct ov_link *link = trains_link(4, 65536, &at);
    uint64_t sent = 0;
    uint64_t full = 0;
    for (int round = 0; round < 20; round++)
    {
        size_t n = trains_put_run(t, 0, 100, 0, 1000);
        for (size_t i = 0; i < n; i++)
        {
            t->dg[i].addr = (struct ov_addr){.family = 4, .port = 9, .ip = {10, 77, 0, 2}};
        }
        link->ops->send(link, t->dg, n);
        sent += trains_count(t, n, OV_FATE_LINK, OV_OK);
        full += trains_count(t, n, OV_FATE_DROPPED, OV_ERR_LIMIT);
    }
    struct ov_link_stats stats = link->ops->stats(link);
    assert_int_equal(sent + full, 2000);
    assert_int_equal(stats.tx_datagrams, sent);
    assert_int_equal(stats.tx_full, full);
    assert_true(sent > 0 && full > 0);
    assert_int_equal(stats.tx_errors + stats.tx_too_big, 0);
    link->ops->close(link);
    assert_true(run("ip link del v0"));
}

int main(void)
{
    struct ov_udp_settings settings = {.family = 4};
    struct ov_link *link = NULL;
    char text[200];
    if (ov_udp_open_gso(&settings, &link, text) != OV_OK)
    {
        printf("SKIP test_net_udp_routes: %s\n", text);
        return 0;
    }
    link->ops->close(link);
    if (!private_net_enter(text, sizeof text))
    {
        printf("SKIP test_net_udp_routes: %s\n", text);
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_small_mtu, trains_open, trains_close),
        cmocka_unit_test_setup_teardown(test_no_checksums, trains_open, trains_close),
        cmocka_unit_test_setup_teardown(test_slow_device, trains_open, trains_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
