#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
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

#include "offload/checksum.h"
#include "tests/lib/flow_model.h"
#include "tests/lib/private_net.h"
#include "tests/lib/tunrig.h"
#include "tun/tun.h"

/* Writing to a real tun device with super-packets in a network namespace of this program's own, and what the kernel's sockets make of it.
 * Numbers of rules are those of the data path's correctness rules. */

#define BATCH 64u

static uint8_t memory[BATCH][OV_BUF_HEADROOM + OV_BUF_PACKET];
static struct ov_datagram dg[BATCH];

/* The flow's next packet, from host 100+tag to us. */
static void put_packet(size_t i, struct flow *f, uint32_t payload_len)
{
    uint8_t *p = memory[i] + OV_BUF_HEADROOM;
    struct sockaddr_storage sa[2];
    uint32_t len = flow_packet(f, p, payload_len, OV_TCP_ACK);
    for (size_t k = 0; k < 2; k++)
    {
        (void)tunrig_address(&sa[k], f->version, k == 0 ? (uint8_t)(100 + f->tag) : 2, 1);
        memcpy(p + (f->version == 4 ? 12 + 4 * k : 8 + 16 * k),
               f->version == 4 ? (void *)&((struct sockaddr_in *)&sa[k])->sin_addr
                               : (void *)&((struct sockaddr_in6 *)&sa[k])->sin6_addr,
               f->version == 4 ? 4 : 16);
    }
    flow_sums(f, p, len);
    dg[i] = (struct ov_datagram){.buf = ov_buf_over(memory[i], sizeof memory[i], OV_BUF_HEADROOM)};
    dg[i].buf.len = len;
    dg[i].fate = OV_FATE_TUN;
}

/* Take the headroom from packet i, as if a neighbour lay there. */
static void take_headroom(size_t i)
{
    struct ov_buf *buf = &dg[i].buf;
    memset(memory[i], 0xa5, buf->off);
    buf->mem += buf->off;
    buf->cap -= buf->off;
    buf->off = 0;
}

static void assert_neighbour_unharmed(size_t i)
{
    for (size_t at = 0; dg[i].buf.mem != memory[i] && at < OV_BUF_HEADROOM; at++)
    {
        assert_int_equal(memory[i][at], 0xa5);
    }
}

/* What the socket holds from one flow: the payloads of those of the batch that are good, in order. */
static void check_payloads(int fd, size_t n, const struct flow *flows, const uint8_t *flow_of,
                           const bool *bad, uint8_t (*copy)[OV_BUF_PACKET], const uint32_t *lens)
{
    size_t next[4] = {0};
    uint8_t in[OV_BUF_PACKET];
    struct sockaddr_storage from;
    for (size_t left = n; left > 0; left--)
    {
        socklen_t from_len = sizeof from;
        ssize_t len = recvfrom(fd, in, sizeof in, 0, (struct sockaddr *)&from, &from_len);
        if (len < 0)
        {
            break;
        }
        size_t tag = ntohs(((struct sockaddr_in *)&from)->sin_port) - 1000u;
        assert_true(tag < 4);
        while (next[tag] < n && (flow_of[next[tag]] != tag || bad[next[tag]]))
        {
            next[tag]++;
        }
        assert_true(next[tag] < n);
        uint32_t head = flow_l4(&flows[tag]) + 8;
        assert_int_equal(len, lens[next[tag]] - head);
        assert_memory_equal(in, copy[next[tag]] + head, (size_t)len);
        next[tag]++;
    }
    for (size_t i = 0; i < n; i++)
    {
        if (!bad[i] && i >= next[flow_of[i]])
        {
            fail_msg("packet %zu of %zu didn't arrive", i, n);
        }
    }
}

/* Rules 7, 8 and 10, and 16: payloads arrive as they were written, joined or not; a packet with a wrong checksum
 * is the kernel's to refuse, whatever its neighbours are. */
static void test_write_udp(void **state)
{
    static uint8_t copy[BATCH][OV_BUF_PACKET];
    const struct tunrig_variant *variant = *state;
    flow_seed = 77;
    struct ov_tun *tun = tunrig_up(variant->open, 2);
    uint64_t written = 0;
    for (int round = 0; round < 200; round++)
    {
        uint8_t version = round % 2 == 0 ? 4 : 6;
        int fd = tunrig_socket(version, SOCK_DGRAM, 2, 443);
        struct flow flows[4];
        uint8_t flow_of[BATCH];
        bool bad[BATCH];
        uint32_t lens[BATCH];
        for (uint8_t k = 0; k < 4; k++)
        {
            flows[k] = flow_random(k);
            flows[k].version = version;
            flows[k].protocol = OV_INNER_UDP;
            flows[k].ext_words = 0;
        }
        size_t n = 1 + flow_chance(BATCH);
        uint32_t size = 1 + flow_chance(1300);
        for (size_t i = 0; i < n; i++)
        {
            flow_of[i] = (uint8_t)(flow_chance(3) > 0 && i > 0 ? flow_of[i - 1] : flow_chance(4));
            put_packet(i, &flows[flow_of[i]], flow_chance(10) > 0 ? size : 1 + flow_chance(size));
            bad[i] = flow_chance(12) == 0;
            ov_buf_data(&dg[i].buf)[flow_l4(&flows[flow_of[i]]) + 8] ^= bad[i] ? 0x10 : 0;
            lens[i] = dg[i].buf.len;
            memcpy(copy[i], ov_buf_data(&dg[i].buf), lens[i]);
            if (flow_chance(3) == 0)
            {
                take_headroom(i);
            }
        }
        tun->ops->write(tun, dg, n);
        for (size_t i = 0; i < n; i++)
        {
            assert_neighbour_unharmed(i);
        }
        written += n;
        check_payloads(fd, n, flows, flow_of, bad, copy, lens);
        (void)close(fd);
    }
    assert_int_equal(tun->stats.tx_packets, written);
    assert_int_equal(tun->stats.tx_errors + tun->stats.tx_full + tun->stats.tx_short, 0);
    if (tunrig_kernel_received() >= written)
    {
        printf("SKIP part of test_write_udp: this kernel's tun device takes no UDP super-packets\n");
    }
    tun->ops->close(tun);
}

/* A batch with packets that are none; which ones says the table. */
static const struct
{
    const char *name;
    uint32_t at; /* the octet that is changed */
    uint8_t value;
    uint32_t len; /* 0: as it is; UINT32_MAX: empty */
    bool refused; /* by the device; else the kernel takes it, and its stack may drop it */
} broken[] = {
    {"version 0", 0, 0x05, 0, true},
    {"version 15", 0, 0xf5, 0, true},
    {"empty", 0, 0x45, UINT32_MAX, true},
    {"one octet", 0, 0x45, 1, false},
    {"header cut", 0, 0x45, 19, false},
    {"header length 0", 0, 0x40, 0, false},
    {"header length 60", 0, 0x4f, 40, false},
    {"total length too long", 2, 0xff, 0, false},
    {"total length too short", 3, 1, 0, false},
    {"fragment", 6, 0x20, 0, false},
    {"UDP length too long", 24, 0xff, 0, false},
    {"UDP length 0", 25, 0, 0, false},
    {"TCP cut", 9, 6, 30, false},
    {"protocol 255", 9, 255, 0, false},
};
#define BROKEN (sizeof broken / sizeof broken[0])

static size_t put_broken(struct flow *f)
{
    size_t n = 0;
    for (size_t i = 0; i < BROKEN; i++)
    {
        put_packet(n++, f, 200); /* good ones around each */
        put_packet(n++, f, 200);
        put_packet(n, f, 200);
        ov_buf_data(&dg[n].buf)[broken[i].at] = broken[i].value;
        dg[n].buf.len = broken[i].len == 0 ? dg[n].buf.len : broken[i].len == UINT32_MAX ? 0 : broken[i].len;
        n++;
    }
    return n;
}

/* Rule 16: what is no packet has the same fate and the same counters with both variants, and harms nobody. */
static void test_write_malformed(void **state)
{
    const struct tunrig_variant *variant = *state;
    tunrig_open_fn *const opens[] = {ov_tun_open_plain, variant->open};
    for (size_t v = 0; v < 2; v++)
    {
        struct flow f = {.version = 4, .protocol = OV_INNER_UDP, .ttl = 64, .df = true};
        struct ov_tun *tun = tunrig_up(opens[v], 2);
        int fd = tunrig_socket(4, SOCK_DGRAM, 2, 443);
        uint8_t in[OV_BUF_PACKET];
        uint64_t octets = 0;
        size_t n = put_broken(&f);
        for (size_t i = 0; i < n; i++)
        {
            octets += i % 3 == 2 && broken[i / 3].refused ? 0 : dg[i].buf.len;
        }
        tun->ops->write(tun, dg, n);
        size_t refused = 0;
        for (size_t i = 0; i < n; i++)
        {
            bool is_refused = i % 3 == 2 && broken[i / 3].refused;
            refused += is_refused;
            if (dg[i].fate != (is_refused ? OV_FATE_DROPPED : OV_FATE_TUN) ||
                dg[i].why != (is_refused ? OV_ERR_IO : OV_OK))
            {
                fail_msg("%s, %s: fate %u, %s", tun->ops->name, i % 3 == 2 ? broken[i / 3].name : "good",
                         dg[i].fate, ov_err_name(dg[i].why));
            }
        }
        assert_int_equal(tun->stats.tx_packets, n - refused);
        assert_int_equal(tun->stats.tx_octets, octets);
        assert_int_equal(tun->stats.tx_errors, refused);
        assert_int_equal(tun->stats.tx_errno, EINVAL);
        for (size_t i = 0; i < 2 * BROKEN; i++)
        {
            assert_int_equal(recv(fd, in, sizeof in, 0), 200);
        }
        assert_int_equal(recv(fd, in, sizeof in, 0), -1);
        (void)close(fd);
        tun->ops->close(tun);
    }
}

/* Rule 14: a refused super-packet is refused for each of its packets; other fates are passed over. */
static void test_write_while_down(void **state)
{
    const struct tunrig_variant *variant = *state;
    struct flow f = {.version = 4, .protocol = OV_INNER_TCP, .ttl = 64, .df = true};
    struct ov_tun *tun = tunrig_down(variant->open);
    for (size_t i = 0; i < 20; i++)
    {
        put_packet(i, &f, 1000);
    }
    dg[3].fate = OV_FATE_LINK;
    dg[4].fate = OV_FATE_CONSUMED;
    tun->ops->write(tun, dg, 20);
    for (size_t i = 0; i < 20; i++)
    {
        assert_int_equal(dg[i].fate, i == 3 ? OV_FATE_LINK : i == 4 ? OV_FATE_CONSUMED : OV_FATE_DROPPED);
        assert_int_equal(dg[i].why, i == 3 || i == 4 ? OV_OK : OV_ERR_IO);
    }
    assert_int_equal(tun->stats.tx_errors, 18);
    assert_int_equal(tun->stats.tx_errno, EIO);
    assert_int_equal(tun->stats.tx_packets, 0);
    tun->ops->close(tun);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {"test_write_udp, offload", test_write_udp, NULL, NULL, (void *)&tunrig_offload},
        {"test_write_malformed, offload", test_write_malformed, NULL, NULL, (void *)&tunrig_offload},
        {"test_write_while_down, offload", test_write_while_down, NULL, NULL, (void *)&tunrig_offload},
        {"test_write_udp, uring", test_write_udp, NULL, NULL, (void *)&tunrig_uring},
        {"test_write_malformed, uring", test_write_malformed, NULL, NULL, (void *)&tunrig_uring},
        {"test_write_while_down, uring", test_write_while_down, NULL, NULL, (void *)&tunrig_uring},
    };
    char text[OV_TUN_TEXT];
    if (!private_net_enter(text, sizeof text))
    {
        printf("SKIP test_tun_offload_write: %s\n", text);
        return 0;
    }
    if (!tunrig_has(&tunrig_offload, "test_tun_offload_write"))
    {
        return 0;
    }
    const size_t skipped = tunrig_has(&tunrig_uring, "test_tun_offload_write") ? 0 : 3;
    return _cmocka_run_group_tests("tests", tests, sizeof tests / sizeof tests[0] - skipped, NULL, NULL);
}
