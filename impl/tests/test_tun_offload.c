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

/* A real tun device with super-packets in a network namespace of this program's own, between the kernel's sockets.
 * Numbers of rules are those of the data path's correctness rules. */

#define BATCH 64u

static struct ov_datagram dg[BATCH];

/* A whole packet with right lengths and sums that the tunnel can carry; false: the kernel's own multicast. */
static bool check_packet(const struct ov_datagram *one, struct ov_inner *inner)
{
    const uint8_t *packet = ov_buf_data(&one->buf);
    assert_int_equal(one->fate, OV_FATE_NONE);
    assert_true(one->buf.len <= TUNRIG_MTU);
    assert_true(ov_buf_headroom(&one->buf) >= OV_BUF_HEADROOM);
    assert_true(ov_buf_tailroom(&one->buf) >= OV_BUF_TAILROOM);
    if (ov_inner_parse(packet, one->buf.len, true, inner) != OV_OK)
    {
        return false;
    }
    assert_true(inner->version == 6 || ov_sum_fold(ov_sum_add(0, packet, inner->l4)) == 0xffff);
    assert_true(ov_l4_sum_ok(packet, inner));
    return true;
}

/* Rules 1, 2, 4 and 6: a train comes as datagrams with their own lengths, sums and, IPv4, ids; a datagram alone has
 * its checksum, which the kernel left to us. */
static void test_read_udp(void **state)
{
    static const struct
    {
        uint16_t size;
        uint32_t len;
    } trains[] = {{1300, 40 * 1300 + 1}, {100, 64 * 100}, {1352, 2 * 1352}, {500, 500}, {1000, 3},
                  {9, 9 * 7 + 8}};
    static const size_t reads[] = {1, 7, 64};
    static uint8_t data[65536];
    const struct tunrig_variant *variant = *state;
    for (size_t i = 0; i < sizeof data; i++)
    {
        data[i] = (uint8_t)(i * 13 + (i >> 8));
    }
    struct ov_tun *tun = tunrig_up(variant->open, 2);
    size_t pending = 0;
    for (size_t round = 0; round < 2 * 3 * 6; round++)
    {
        uint8_t version = round % 2 == 0 ? 4 : 6;
        size_t i = round / 2 % 6;
        int fd = tunrig_socket(version, SOCK_DGRAM, 2, 0);
        tunrig_send_train(fd, version, 99, 7, trains[i].size, data, trains[i].len);
        uint32_t at = 0;
        uint32_t id = 0;
        size_t n;
        while ((n = tun->ops->read(tun, dg, reads[round / 12])) > 0)
        {
            pending += tun->ops->pending(tun);
            assert_true(n == reads[round / 12] || !tun->ops->pending(tun));
            for (size_t k = 0; k < n; k++)
            {
                struct ov_inner inner;
                if (!check_packet(&dg[k], &inner) || inner.protocol != OV_INNER_UDP ||
                    inner.version != version)
                {
                    continue;
                }
                const uint8_t *packet = ov_buf_data(&dg[k].buf);
                uint32_t len = dg[k].buf.len - inner.payload;
                assert_true(len == trains[i].size || at + len == trains[i].len);
                assert_memory_equal(packet + inner.payload, data + at, len);
                assert_true(version == 6 || at == 0 || flow_get16(packet + 4) == ((id + 1) & 0xffff));
                id = flow_get16(packet + 4);
                at += len;
            }
        }
        assert_int_equal(at, trains[i].len);
        (void)close(fd);
    }
    assert_int_equal(tun->stats.rx_errors, 0);
    if (pending == 0)
    {
        printf("SKIP part of test_read_udp: this kernel's tun device has no UDP super-packets\n");
    }
    tun->ops->close(tun);
}

/* Source and destination address change places: the sums stay what they are. */
static void reflect(size_t n)
{
    for (size_t i = 0; i < n; i++)
    {
        uint8_t *p = ov_buf_data(&dg[i].buf);
        uint8_t old[16];
        size_t at = p[0] >> 4 == 4 ? 12 : 8;
        size_t len = p[0] >> 4 == 4 ? 4 : 16;
        memcpy(old, p + at, len);
        memmove(p + at, p + at + len, len);
        memcpy(p + at + len, old, len);
        dg[i].fate = OV_FATE_TUN;
    }
}

#define TOTAL 3000000u

static uint8_t
    contents[65521]; /* of the connection, again and again; a prime, so that nothing lost goes unnoticed */

/* A connection from us to .99, who is ourselves again. */
struct self
{
    struct ov_tun *tun;
    int listener, client, server;
    size_t sent, got;
    size_t pending; /* how often a super-packet was cut in two reads */
};

static void reflect_all(struct self *self)
{
    size_t n;
    while ((n = self->tun->ops->read(self->tun, dg, 1 + self->got % BATCH)) > 0)
    {
        struct ov_inner inner;
        for (size_t i = 0; i < n; i++)
        {
            (void)check_packet(&dg[i], &inner);
        }
        self->pending += self->tun->ops->pending(self->tun);
        reflect(n);
        self->tun->ops->write(self->tun, dg, n);
    }
}

static void talk(struct self *self)
{
    static uint8_t in[sizeof contents];
    size_t at = self->sent % sizeof contents;
    size_t most = sizeof contents - at < TOTAL - self->sent ? sizeof contents - at : TOTAL - self->sent;
    ssize_t n = most > 0 ? send(self->client, contents + at, most, MSG_NOSIGNAL) : 0;
    self->sent += n > 0 ? (size_t)n : 0;
    self->server = self->server < 0 ? accept4(self->listener, NULL, NULL, SOCK_NONBLOCK) : self->server;
    at = self->got % sizeof contents;
    n = self->server >= 0 ? recv(self->server, in, sizeof in - at, 0) : 0;
    if (n > 0)
    {
        assert_memory_equal(in, contents + at, n);
        self->got += (size_t)n;
    }
}

/* Rules 1 to 3 and 7 to 11 with the kernel's TCP as judge. */
static void test_tcp_through_reflection(void **state)
{
    const struct tunrig_variant *variant = *state;
    for (size_t i = 0; i < sizeof contents; i++)
    {
        contents[i] = (uint8_t)(i * 13 + (i >> 8));
    }
    for (uint8_t version = 4; version <= 6; version += 2)
    {
        struct sockaddr_storage sa;
        socklen_t len = tunrig_address(&sa, version, 99, 5001);
        struct self self = {.tun = tunrig_up(variant->open, 2), .server = -1};
        self.listener = tunrig_socket(version, SOCK_STREAM, 2, 5001);
        self.client = tunrig_socket(version, SOCK_STREAM, 2, 0);
        assert_int_equal(listen(self.listener, 1), 0);
        assert_int_equal(connect(self.client, (struct sockaddr *)&sa, len), -1);
        assert_int_equal(errno, EINPROGRESS);
        while (self.got < TOTAL)
        {
            struct pollfd wait[3] = {{self.tun->ops->fd(self.tun), POLLIN, 0},
                                     {self.server >= 0 ? self.server : self.listener, POLLIN, 0},
                                     {self.client, self.sent < TOTAL ? POLLOUT : 0, 0}};
            assert_true(poll(wait, 3, 5000) > 0);
            reflect_all(&self);
            talk(&self);
        }
        assert_int_equal(self.got, TOTAL);
        assert_true(self.pending > 0); /* there were super-packets */
        assert_int_equal(self.tun->stats.rx_errors, 0);
        (void)close(self.client);
        (void)close(self.server);
        (void)close(self.listener);
        self.tun->ops->close(self.tun);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {"test_read_udp, offload", test_read_udp, NULL, NULL, (void *)&tunrig_offload},
        {"test_tcp_through_reflection, offload", test_tcp_through_reflection, NULL, NULL,
         (void *)&tunrig_offload},
        {"test_read_udp, uring", test_read_udp, NULL, NULL, (void *)&tunrig_uring},
        {"test_tcp_through_reflection, uring", test_tcp_through_reflection, NULL, NULL,
         (void *)&tunrig_uring},
    };
    char text[OV_TUN_TEXT];
    if (!private_net_enter(text, sizeof text))
    {
        printf("SKIP test_tun_offload: %s\n", text);
        return 0;
    }
    if (!tunrig_has(&tunrig_offload, "test_tun_offload"))
    {
        return 0;
    }
    const size_t skipped = tunrig_has(&tunrig_uring, "test_tun_offload") ? 0 : 2;
    return _cmocka_run_group_tests("tests", tests, sizeof tests / sizeof tests[0] - skipped, NULL, NULL);
}
