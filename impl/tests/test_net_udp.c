#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/sockaddr.h"
#include "net/sockbuf.h"
#include "net/udp.h"

/* The UDP link over loopback. A datagram to loopback is in the receiver's
 * buffer when the send call returns, so nothing here has to wait. */

static const struct ov_addr loopback4 = {.family = 4, .ip = {127, 0, 0, 1}};
static const struct ov_addr loopback6 = {.family = 6, .ip = {[15] = 1}};

static struct ov_link *open_bound(const struct ov_addr *local, uint8_t family, uint32_t rcvbuf,
                                  struct ov_addr *bound)
{
    struct ov_udp_settings settings = {.family = family, .bind = true, .local = *local, .rcvbuf = rcvbuf};
    char text[OV_LINK_TEXT] = "";
    struct ov_link *link = NULL;
    if (ov_udp_open(&settings, &link, text) != OV_OK)
    {
        fail_msg("%s", text);
    }
    assert_true(ov_udp_local(link, bound));
    assert_int_not_equal(bound->port, 0);
    return link;
}

/* count datagrams of length len whose first octets are their number. */
static void make_batch(struct ov_datagram *dg, uint8_t (*mem)[OV_BUF_PACKET], size_t count, uint32_t len,
                       const struct ov_addr *to)
{
    memset(dg, 0, count * sizeof *dg);
    for (size_t i = 0; i < count; i++)
    {
        dg[i].buf = ov_buf_over(mem[i], sizeof mem[i], 0);
        dg[i].buf.len = len;
        memset(mem[i], (int)(i & 0xff), len);
        mem[i][0] = (uint8_t)(i >> 8);
        dg[i].addr = *to;
        dg[i].fate = OV_FATE_LINK;
    }
}

static void check_batch(const struct ov_datagram *dg, size_t first, size_t count, uint32_t len,
                        const struct ov_addr *from)
{
    for (size_t i = 0; i < count; i++)
    {
        const uint8_t *data = ov_buf_data(&dg[i].buf);
        assert_int_equal(dg[i].buf.len, len);
        assert_int_equal(dg[i].fate, OV_FATE_NONE);
        assert_int_equal((data[0] << 8) + data[1], first + i);
        assert_int_equal(data[len - 1], (first + i) & 0xff);
        assert_true(ov_buf_headroom(&dg[i].buf) >= OV_BUF_HEADROOM);
        assert_true(ov_buf_tailroom(&dg[i].buf) >= OV_BUF_TAILROOM);
        assert_true(ov_addr_equal(&dg[i].addr, from));
    }
}

static uint8_t memory[200][OV_BUF_PACKET];

static void test_batches(void **state)
{
    static const struct
    {
        const char *name;
        const struct ov_addr *local; /* NULL: any */
        const struct ov_addr *to;
        const struct ov_addr *from_local;
        uint8_t to_family;
        uint8_t from_family;
        size_t count;
        uint32_t len;
    } cases[] = {
        {"IPv4, one datagram", &loopback4, &loopback4, &loopback4, 4, 4, 1, 100},
        {"IPv4, one batch", &loopback4, &loopback4, &loopback4, 4, 4, 64, 1400},
        {"IPv4, three batches and a bit", &loopback4, &loopback4, &loopback4, 4, 4, 200, 60},
        {"IPv6", &loopback6, &loopback6, &loopback6, 6, 6, 70, 1300},
        {"dual-stack receives IPv4 as IPv4", NULL, &loopback4, &loopback4, 6, 4, 10, 100},
        {"dual-stack receives IPv6", NULL, &loopback6, &loopback6, 6, 6, 10, 100},
        {"dual-stack sends IPv4", &loopback4, &loopback4, NULL, 4, 6, 10, 100},
        {"longest", &loopback4, &loopback4, &loopback4, 4, 4, 3, OV_BUF_PACKET},
    };
    static const struct ov_addr any;
    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++)
    {
        struct ov_addr bound;
        struct ov_addr from;
        struct ov_link *rx =
            open_bound(cases[c].local ? cases[c].local : &any, cases[c].to_family, 0, &bound);
        struct ov_link *tx =
            open_bound(cases[c].from_local ? cases[c].from_local : &any, cases[c].from_family, 0, &from);
        struct ov_addr to = *cases[c].to;
        to.port = bound.port;
        uint16_t from_port = from.port;
        from = *cases[c].to;
        from.port = from_port;

        struct ov_datagram dg[200];
        make_batch(dg, memory, cases[c].count, cases[c].len, &to);
        tx->ops->send(tx, dg, cases[c].count);
        assert_int_equal(tx->ops->stats(tx).tx_datagrams, cases[c].count);
        assert_int_equal(tx->ops->stats(tx).tx_octets, cases[c].count * cases[c].len);

        size_t got = 0;
        size_t n;
        while ((n = rx->ops->receive(rx, dg, 200)) > 0)
        {
            assert_true(n <= OV_LINK_BATCH);
            check_batch(dg, got, n, cases[c].len, &from);
            got += n;
        }
        if (got != cases[c].count)
        {
            fail_msg("%s: %zu of %zu datagrams", cases[c].name, got, cases[c].count);
        }
        assert_int_equal(rx->ops->stats(rx).rx_datagrams, cases[c].count);
        rx->ops->close(rx);
        tx->ops->close(tx);
    }
}

static void test_other_fates_are_passed_over(void **state)
{
    (void)state;
    struct ov_addr to;
    struct ov_link *link = open_bound(&loopback4, 4, 0, &to);
    struct ov_datagram dg[6];
    make_batch(dg, memory, 6, 20, &to);
    dg[0].fate = OV_FATE_NONE;
    dg[2].fate = OV_FATE_CONSUMED;
    ov_datagram_drop(&dg[3], OV_ERR_REPLAY);
    dg[4].fate = OV_FATE_TUN;
    link->ops->send(link, dg, 6);
    struct ov_datagram in[6];
    assert_int_equal(link->ops->receive(link, in, 6), 2);
    assert_int_equal(ov_buf_data(&in[0].buf)[1], 1);
    assert_int_equal(ov_buf_data(&in[1].buf)[1], 5);
    assert_int_equal(dg[3].why, OV_ERR_REPLAY);
    link->ops->close(link);
}

static void test_truncated_is_dropped(void **state)
{
    (void)state;
    struct ov_addr to;
    struct ov_link *link = open_bound(&loopback4, 4, 0, &to);
    struct sockaddr_storage sa;
    socklen_t len = ov_sockaddr_from_addr(&to, AF_INET, &sa);
    static const uint8_t big[6000];
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(sendto(fd, "a", 1, 0, (struct sockaddr *)&sa, len), 1);
    assert_int_equal(sendto(fd, big, sizeof big, 0, (struct sockaddr *)&sa, len), sizeof big);
    assert_int_equal(sendto(fd, "b", 1, 0, (struct sockaddr *)&sa, len), 1);
    struct ov_datagram dg[8];
    assert_int_equal(link->ops->receive(link, dg, 8), 2);
    assert_int_equal(*ov_buf_data(&dg[0].buf), 'a');
    assert_int_equal(*ov_buf_data(&dg[1].buf), 'b');
    assert_int_equal(link->ops->stats(link).rx_truncated, 1);
    (void)close(fd);
    link->ops->close(link);
}

/* Each refused datagram says why; those around it are sent. */
static void test_refused_alone(void **state)
{
    (void)state;
    struct ov_addr to;
    struct ov_link *link = open_bound(&loopback4, 4, 0, &to);
    static uint8_t huge[70000];
    struct ov_datagram dg[6];
    make_batch(dg, memory, 6, 20, &to);
    dg[1].buf = ov_buf_over(huge, sizeof huge, 0);
    dg[1].buf.len = sizeof huge;
    dg[3].addr = loopback6;
    dg[3].addr.port = to.port;
    dg[4].addr = (struct ov_addr){0};
    link->ops->send(link, dg, 6);
    assert_int_equal(dg[1].fate, OV_FATE_DROPPED);
    assert_int_equal(dg[1].why, OV_ERR_NOSPACE);
    assert_int_equal(dg[3].fate, OV_FATE_DROPPED);
    assert_int_equal(dg[3].why, OV_ERR_ADDRESS);
    assert_int_equal(dg[4].why, OV_ERR_ADDRESS);
    struct ov_link_stats stats = link->ops->stats(link);
    assert_int_equal(stats.tx_datagrams, 3);
    assert_int_equal(stats.tx_too_big, 1);
    assert_int_equal(stats.tx_errors, 2);
    assert_int_equal(stats.tx_errno, EAFNOSUPPORT);
    struct ov_datagram in[6];
    assert_int_equal(link->ops->receive(link, in, 6), 3);
    link->ops->close(link);
}

/* What a full receive buffer drops is visible. */
static void test_overflow_is_counted(void **state)
{
    (void)state;
    struct ov_addr to;
    struct ov_link *link = open_bound(&loopback4, 4, 4096, &to);
    struct ov_datagram dg[200];
    make_batch(dg, memory, 200, 1000, &to);
    link->ops->send(link, dg, 200);
    assert_int_equal(link->ops->stats(link).tx_datagrams, 200);
    size_t got = 0;
    size_t n;
    struct ov_datagram in[64];
    while ((n = link->ops->receive(link, in, 64)) > 0)
    {
        got += n;
    }
    assert_true(got < 200);
    assert_int_equal(link->ops->stats(link).rx_overflow + got, 200);
    /* The datagrams that were queued before the first drop carried no word of it; the next one does, and then
     * nobody has to be asked. */
    link->ops->send(link, dg, 1);
    assert_int_equal(link->ops->receive(link, in, 64), 1);
    assert_int_equal(link->stats.rx_overflow, 200 - got);
    assert_int_equal(link->ops->stats(link).rx_overflow, 200 - got);
    link->ops->close(link);
}

static void test_buffer_for_peers(void **state)
{
    static const struct
    {
        uint32_t peers, octets;
    } sizes[] = {
        {0, OV_SOCKBUF_DEFAULT_RECEIVE}, {1, OV_SOCKBUF_DEFAULT_RECEIVE}, {8, OV_SOCKBUF_DEFAULT_RECEIVE},
        {9, 9 * OV_SOCKBUF_PEER},        {10, 10 * OV_SOCKBUF_PEER},      {32, OV_SOCKBUF_MOST},
        {50, OV_SOCKBUF_MOST},           {UINT32_MAX, OV_SOCKBUF_MOST},
    };
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
    {
        assert_int_equal(ov_sockbuf_for_peers(sizes[i].peers), sizes[i].octets);
    }
}

/* What was forced while there were rights to can't be had again without them: asking must not take it away. */
static void test_buffer_without_rights(void **state)
{
    (void)state;
    struct ov_addr bound;
    struct ov_link *link = open_bound(&loopback4, 4, 2u << 20, &bound);
    const struct ov_sockbuf_grant before = link->buffer[OV_SOCKBUF_RECEIVE];
    assert_int_equal(before.asked, 2u << 20);
    if (getuid() != 0 || !before.forced)
    {
        link->ops->close(link);
        skip(); /* nothing was forced here */
    }
    assert_int_equal(before.granted, 2u << 20);
    pid_t child = fork();
    if (child == 0)
    {
        bool kept = setresuid(65534, 65534, 65534) == 0 &&
                    link->ops->buffer(link, OV_SOCKBUF_RECEIVE, 4u << 20) == 2u << 20 &&
                    link->buffer[OV_SOCKBUF_RECEIVE].asked == 4u << 20 &&
                    link->ops->buffer(link, OV_SOCKBUF_RECEIVE, 65536) == 65536 &&
                    !link->buffer[OV_SOCKBUF_RECEIVE].forced;
        _exit(kept ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    link->ops->close(link);
}

static void test_open_errors(void **state)
{
    (void)state;
    struct ov_addr bound;
    struct ov_link *first = open_bound(&loopback4, 4, 0, &bound);
    struct ov_udp_settings settings = {.family = 4, .bind = true, .local = bound};
    struct ov_link *link = NULL;
    char text[OV_LINK_TEXT] = "";
    char want[OV_LINK_TEXT];
    (void)snprintf(want, sizeof want, "cannot bind UDP socket to 127.0.0.1:%u: Address already in use",
                   bound.port);
    assert_int_equal(ov_udp_open(&settings, &link, text), OV_ERR_IO);
    assert_null(link);
    assert_string_equal(text, want);

    settings.local = loopback6;
    assert_int_equal(ov_udp_open(&settings, &link, text), OV_ERR_ARG);
    assert_string_equal(text, "[::1]:0 cannot be the local address of a UDPv4 socket");
    first->ops->close(first);
}

static void test_describe(void **state)
{
    (void)state;
    struct ov_addr bound;
    struct ov_link *link = open_bound(&loopback4, 4, 65536, &bound);
    char text[OV_LINK_TEXT];
    char want[OV_LINK_TEXT];
    (void)snprintf(want, sizeof want, "UDPv4 127.0.0.1:%u, udp, sndbuf ", bound.port);
    assert_memory_equal(link->ops->describe(link, text), want, strlen(want));
    assert_non_null(strstr(text, ", rcvbuf 65536 of 65536 granted"));
    link->ops->close(link);

    struct ov_udp_settings unbound = {.family = 6};
    assert_int_equal(ov_udp_open(&unbound, &link, text), OV_OK);
    assert_memory_equal(link->ops->describe(link, text), "UDPv6 unbound", 13);
    link->ops->close(link);
}

static void test_addresses_both_ways(void **state)
{
    static const struct
    {
        struct ov_addr addr;
        int family;
        socklen_t len; /* 0: not possible */
    } cases[] = {
        {{4, 0, 1194, 0, {192, 0, 2, 1}}, AF_INET, 16},
        {{4, 0, 1194, 0, {192, 0, 2, 1}}, AF_INET6, 28},
        {{6, 0, 53, 3, {0xfe, 0x80, [15] = 9}}, AF_INET6, 28},
        {{6, 0, 53, 0, {0x20, 0x01, [15] = 9}}, AF_INET, 0},
        {{4, 0, 0, 0, {0}}, AF_UNIX, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        struct sockaddr_storage sa;
        struct ov_addr back;
        socklen_t len = ov_sockaddr_from_addr(&cases[i].addr, cases[i].family, &sa);
        assert_int_equal(len, cases[i].len);
        for (socklen_t cut = 0; cut < len; cut++)
        {
            /* sockaddr_in is accepted from a longer buffer only when the family says so. */
            assert_false(ov_addr_from_sockaddr((struct sockaddr *)&sa, cut, &back));
        }
        if (len > 0)
        {
            assert_true(ov_addr_from_sockaddr((struct sockaddr *)&sa, len, &back));
            assert_true(ov_addr_equal(&back, &cases[i].addr));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_batches),
        cmocka_unit_test(test_other_fates_are_passed_over),
        cmocka_unit_test(test_truncated_is_dropped),
        cmocka_unit_test(test_refused_alone),
        cmocka_unit_test(test_overflow_is_counted),
        cmocka_unit_test(test_buffer_for_peers),
        cmocka_unit_test(test_buffer_without_rights),
        cmocka_unit_test(test_open_errors),
        cmocka_unit_test(test_describe),
        cmocka_unit_test(test_addresses_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
