#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "offload/checksum.h"
#include "tests/lib/private_net.h"
#include "tests/lib/tunrig.h"

/* Two tun devices in two network namespaces, joined by this program as a tunnel without a cipher. Rule 16 of the data
 * path's correctness rules: the plain path gives the same as every other, so any two variants work together. */

#define TOTAL  2500000u /* octets of TCP in each direction */
#define PERIOD 65521u   /* of the contents; a prime, so that no lost or repeated segment goes unnoticed */

struct side
{
    struct ov_tun *tun;
    int ns;
    int tcp; /* connected, or about to be */
    int udp;
    size_t sent;
    size_t got;
    size_t pending; /* how often a super-packet was cut in two reads */
};

static uint8_t contents[2][2 * PERIOD]; /* by sending side, twice over */
static struct ov_datagram dg[OV_TUN_BATCH];
static uint32_t reads; /* makes the size of reads vary */

static void enter(int ns)
{
    assert_int_equal(setns(ns, CLONE_NEWNET), 0);
}

/* Sockets belong to the namespace they were made in, wherever this program is later. */
static void side_open(struct side *side, tunrig_open_fn *open_tun, uint8_t version, uint8_t host)
{
    assert_int_equal(unshare(CLONE_NEWNET), 0);
    *side = (struct side){.ns = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)};
    assert_true(side->ns >= 0);
    side->tun = tunrig_up(open_tun, host);
    side->tcp = tunrig_socket(version, SOCK_STREAM, host, 5001);
    side->udp = tunrig_socket(version, SOCK_DGRAM, host, 5002);
}

static void side_close(struct side *side)
{
    (void)close(side->tcp);
    (void)close(side->udp);
    (void)close(side->ns);
    side->tun->ops->close(side->tun);
}

/* Every packet is one that a tunnel can carry: not longer than the MTU, and its checksum complete. */
static void check_packet(struct ov_datagram *one)
{
    const uint8_t *packet = ov_buf_data(&one->buf);
    struct ov_inner inner;
    assert_true(one->buf.len <= TUNRIG_MTU);
    if (ov_inner_parse(packet, one->buf.len, true, &inner) == OV_OK)
    {
        assert_true(ov_l4_sum_ok(packet, &inner));
    }
    one->fate = OV_FATE_TUN;
}

/* All that waits at one device goes to the other. */
static void carry(struct side *from, struct side *to)
{
    size_t n;
    while ((n = from->tun->ops->read(from->tun, dg, 1 + reads++ % OV_TUN_BATCH)) > 0)
    {
        from->pending += from->tun->ops->pending(from->tun);
        for (size_t i = 0; i < n; i++)
        {
            check_packet(&dg[i]);
        }
        to->tun->ops->write(to->tun, dg, n);
    }
}

/* What the connection takes and gives now. */
static void talk(struct side *side, int me)
{
    static uint8_t in[PERIOD];
    size_t most = TOTAL - side->sent < PERIOD ? TOTAL - side->sent : PERIOD;
    ssize_t n = most > 0 ? send(side->tcp, contents[me] + side->sent % PERIOD, most, MSG_NOSIGNAL) : 0;
    side->sent += n > 0 ? (size_t)n : 0;
    n = recv(side->tcp, in, sizeof in, 0);
    if (n > 0)
    {
        assert_memory_equal(in, contents[!me] + side->got % PERIOD, n);
        side->got += (size_t)n;
    }
}

static void connect_sides(struct side sides[2], uint8_t version)
{
    struct sockaddr_storage sa;
    socklen_t len = tunrig_address(&sa, version, 2, 5001);
    int listener = sides[1].tcp;
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(connect(sides[0].tcp, (struct sockaddr *)&sa, len), -1);
    assert_int_equal(errno, EINPROGRESS);
    do
    {
        struct pollfd wait[2] = {{sides[0].tun->ops->fd(sides[0].tun), POLLIN, 0},
                                 {sides[1].tun->ops->fd(sides[1].tun), POLLIN, 0}};
        assert_true(poll(wait, 2, 5000) > 0);
        carry(&sides[0], &sides[1]);
        sides[1].tcp = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        carry(&sides[1], &sides[0]);
    } while (sides[1].tcp < 0);
    (void)close(listener);
}

/* Both directions at once. */
static void transfer_tcp(struct side sides[2], uint8_t version)
{
    connect_sides(sides, version);
    while (sides[0].got < TOTAL || sides[1].got < TOTAL)
    {
        struct pollfd wait[4] = {{sides[0].tun->ops->fd(sides[0].tun), POLLIN, 0},
                                 {sides[1].tun->ops->fd(sides[1].tun), POLLIN, 0},
                                 {sides[0].tcp, POLLIN, 0},
                                 {sides[1].tcp, POLLIN, 0}};
        for (int i = 0; i < 2; i++)
        {
            wait[2 + i].events |= sides[i].sent < TOTAL ? POLLOUT : 0;
        }
        assert_true(poll(wait, 4, 5000) > 0);
        for (int i = 0; i < 2; i++)
        {
            talk(&sides[i], i);
            carry(&sides[i], &sides[!i]);
        }
    }
    assert_int_equal(sides[0].got, TOTAL);
    assert_int_equal(sides[1].got, TOTAL);
}

/* Datagrams: the same ones, in the same order. */
static void transfer_udp(struct side sides[2], uint8_t version)
{
    enum
    {
        SIZE = 1300,
        LEN = 20 * SIZE + 77
    };
    for (uint32_t round = 0; round < 60; round++)
    {
        int from = round % 2;
        uint8_t in[OV_BUF_PACKET];
        size_t at = 0;
        tunrig_send_train(sides[from].udp, version, from == 0 ? 2 : 1, 5002, SIZE, contents[from] + round,
                          LEN);
        carry(&sides[from], &sides[!from]);
        while (at < LEN)
        {
            ssize_t len = recv(sides[!from].udp, in, sizeof in, 0);
            assert_int_equal(len, LEN - at < SIZE ? LEN - at : SIZE);
            assert_memory_equal(in, contents[from] + round + at, len);
            at += (size_t)len;
        }
        assert_int_equal(recv(sides[!from].udp, in, sizeof in, 0), -1);
    }
}

/* Super-packets go through a device exactly if it is of that variant. */
static void check_side(const struct side *side)
{
    const bool offload = strcmp(side->tun->ops->name, "plain") != 0;
    enter(side->ns);
    uint64_t writes = tunrig_kernel_received();
    assert_int_equal(side->tun->stats.rx_errors, 0);
    assert_int_equal(side->tun->stats.tx_errors + side->tun->stats.tx_short, 0);
    if (offload)
    {
        assert_true(side->pending > 0);
        assert_true(writes < side->tun->stats.tx_packets * 3 / 4);
        return;
    }
    assert_int_equal(side->pending, 0);
    assert_int_equal(writes, side->tun->stats.tx_packets);
}

static void test_any_two_variants(void **state)
{
    static tunrig_open_fn *const plain = ov_tun_open_plain;
    const struct tunrig_variant *variant = *state;
    tunrig_open_fn *const other = variant->open;
    const struct
    {
        tunrig_open_fn *open[2];
        uint8_t version;
    } cases[] = {
        {{plain, other}, 4}, {{other, plain}, 4}, {{other, other}, 4}, {{plain, other}, 6},
        {{other, plain}, 6}, {{other, other}, 6}, {{plain, plain}, 4}, {{ov_tun_open_offload, other}, 4},
    };
    for (size_t i = 0; i < sizeof contents[0]; i++)
    {
        contents[0][i] = (uint8_t)(i % PERIOD * 13 + (i % PERIOD >> 8));
        contents[1][i] = (uint8_t)(i % PERIOD * 29 + (i % PERIOD >> 7) + 1);
    }
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++)
    {
        struct side sides[2];
        for (size_t i = 0; i < 2; i++)
        {
            side_open(&sides[i], cases[c].open[i], cases[c].version, (uint8_t)(1 + i));
        }
        transfer_tcp(sides, cases[c].version);
        transfer_udp(sides, cases[c].version);
        for (size_t i = 0; i < 2; i++)
        {
            check_side(&sides[i]);
            side_close(&sides[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {"test_any_two_variants, offload", test_any_two_variants, NULL, NULL, (void *)&tunrig_offload},
        {"test_any_two_variants, uring", test_any_two_variants, NULL, NULL, (void *)&tunrig_uring},
    };
    char text[OV_TUN_TEXT];
    if (!private_net_enter(text, sizeof text))
    {
        printf("SKIP test_tun_transfer: %s\n", text);
        return 0;
    }
    if (!tunrig_has(&tunrig_offload, "test_tun_transfer"))
    {
        return 0;
    }
    const size_t skipped = tunrig_has(&tunrig_uring, "test_tun_transfer") ? 0 : 1;
    return _cmocka_run_group_tests("tests", tests, sizeof tests / sizeof tests[0] - skipped, NULL, NULL);
}
