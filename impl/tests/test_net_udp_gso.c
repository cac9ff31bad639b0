#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/udp.h"
#include "tests/lib/trains.h"

/* Sending trains over loopback to plain sockets, also where the kernel refuses. Numbers of rules are those of the data
 * path's correctness rules. */

/* ---- sendmmsg with faults: the system's own, or what a test wants it to say ---- */

static struct
{
    int plan[16]; /* per call: 0 as it is, errno, or -n: only the first n messages */
    size_t calls;
    unsigned trains; /* messages with a segment size that were let through */
    struct ov_test_random *chance;
} wire;

static int planned(const struct mmsghdr *msgs, unsigned n)
{
    static const int reasons[] = {EAGAIN, ENOBUFS, EMSGSIZE, EINVAL, EIO, EPERM, EINTR};
    if (wire.chance == NULL)
    {
        return wire.calls < sizeof wire.plan / sizeof wire.plan[0] ? wire.plan[wire.calls] : 0;
    }
    uint32_t roll = ov_test_below(wire.chance, 10);
    int reason = reasons[ov_test_below(wire.chance, 7)];
    bool is_train = msgs[0].msg_hdr.msg_controllen > 0;
    if (roll < 3 && (is_train || (reason != EIO && reason != EINVAL)))
    {
        return reason;
    }
    return roll < 6 ? -1 - (int)ov_test_below(wire.chance, n) : 0;
}

int sendmmsg(int fd, struct mmsghdr *msgs, unsigned n, int flags)
{
    int what = planned(msgs, n);
    wire.calls++;
    if (what > 0)
    {
        errno = what;
        return -1;
    }
    n = what < 0 && (unsigned)-what < n ? (unsigned)-what : n;
    int sent = (int)syscall(SYS_sendmmsg, fd, msgs, n, flags);
    for (int i = 0; i < sent; i++)
    {
        wire.trains += msgs[i].msg_hdr.msg_controllen > 0;
    }
    errno = sent < 0 ? errno : ENOTTY; /* means nothing after a success: whoever looks at it goes wrong */
    return sent;
}

/* How many trains of two and more the batch has; runs of at most 64 as the link looks at no more at once. */
static unsigned model_trains(const struct trains *t, size_t n)
{
    unsigned trains = 0;
    size_t seen = 0;
    size_t members = 0;
    uint32_t size = 0;
    uint32_t octets = 0;
    const struct ov_datagram *last = NULL;
    for (size_t i = 0; i < n; i++)
    {
        if (t->dg[i].fate != OV_FATE_LINK)
        {
            continue;
        }
        uint32_t len = t->dg[i].buf.len;
        bool goes_on = last != NULL && seen % OV_UDP_GSO_BATCH != 0 &&
                       ov_addr_equal(&last->addr, &t->dg[i].addr) && last->buf.len == size && len <= size &&
                       len > 0 && octets + len <= 65000;
        members = goes_on ? members + 1 : 1;
        size = goes_on ? size : len;
        octets = goes_on ? octets + len : len;
        trains += members == 2;
        last = &t->dg[i];
        seen++;
    }
    return trains;
}

/* ---- sending ---- */

/* Rules 12 and 16: what trains bring is what single datagrams bring. */
static void test_send_is_as_plain(void **state)
{
    struct trains *t = *state;
    struct ov_addr at;
    struct ov_link *link = trains_link(6, 0, &at);
    struct ov_test_random random = {ov_test_seed(1)};
    uint64_t datagrams = 0;
    uint64_t octets = 0;
    unsigned trains = 0;
    for (int round = 0; round < 400; round++)
    {
        size_t n = trains_put_random(t, &random);
        trains += model_trains(t, n);
        for (size_t i = 0; i < n; i++)
        {
            datagrams += t->dg[i].fate == OV_FATE_LINK;
            octets += t->dg[i].fate == OV_FATE_LINK ? t->dg[i].buf.len : 0;
        }
        link->ops->send(link, t->dg, n);
        trains_check_arrived(t, n);
    }
    struct ov_link_stats stats = link->ops->stats(link);
    assert_int_equal(stats.tx_datagrams, datagrams);
    assert_int_equal(stats.tx_octets, octets);
    assert_int_equal(stats.tx_full + stats.tx_too_big + stats.tx_errors, 0);
    assert_int_equal(wire.trains, trains);
    assert_true(trains > 400);
    assert_true(stats.tx_calls <= datagrams / 8);
    link->ops->close(link);
}

/* Rule 12: 64 segments and 64 kB go as one message, more as two. */
static void test_train_limits(void **state)
{
    static const struct
    {
        size_t count;
        uint32_t len;
        unsigned trains;
    } cases[] = {{64, 100, 1},  {65, 100, 1}, {66, 100, 2}, {46, 1400, 1}, {47, 1400, 1},
                 {48, 1400, 2}, {1, 2048, 0}, {2, 0, 0},    {64, 1, 1},    {22, TRAINS_LONG, 1}};
    struct trains *t = *state;
    struct ov_addr at;
    struct ov_link *link = trains_link(4, 0, &at);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        wire.trains = 0;
        size_t n = trains_put_run(t, 0, cases[i].count, 0, cases[i].len);
        link->ops->send(link, t->dg, n);
        trains_check_arrived(t, n);
        assert_int_equal(wire.trains, cases[i].trains);
    }
    link->ops->close(link);
}

/* An address that is not of the link's family is its own problem only. */
static void test_bad_address(void **state)
{
    struct trains *t = *state;
    struct ov_addr at;
    struct ov_link *link = trains_link(4, 0, &at);
    size_t n = trains_put_run(t, 0, 3, 0, 100);
    n = trains_put_run(t, n, 2, 2, 100); /* IPv6 */
    n = trains_put_run(t, n, 3, 1, 100);
    trains_put(t, n, 0, 100);
    t->dg[n++].addr = (struct ov_addr){0};
    n = trains_put_run(t, n, 3, 0, 100);
    link->ops->send(link, t->dg, n);
    trains_check_arrived(t, n);
    assert_int_equal(trains_count(t, n, OV_FATE_DROPPED, OV_ERR_ADDRESS), 3);
    struct ov_link_stats stats = link->ops->stats(link);
    assert_int_equal(stats.tx_datagrams, 9);
    assert_int_equal(stats.tx_errors, 3);
    assert_int_equal(stats.tx_errno, EAFNOSUPPORT);
    link->ops->close(link);
}

/* Rules 12 and 14, refusal by refusal. The batch: three to peer 0, three to peer 1, two to peer 0; then once more. */
static void test_refusals(void **state)
{
    static const struct
    {
        const char *name;
        int plan[4];
        uint64_t sent;
        uint64_t full;
        uint64_t too_big;
        uint64_t errors;
        unsigned trains; /* in both batches */
        uint64_t calls;  /* of the first batch */
    } cases[] = {
        {"nothing", {0}, 8, 0, 0, 0, 6, 1},
        {"EIO: one by one from then on", {EIO}, 8, 0, 0, 0, 0, 2},
        {"EIO for the second", {-1, EIO}, 8, 0, 0, 0, 1, 3},
        {"EMSGSIZE: that train singly", {EMSGSIZE}, 8, 0, 0, 0, 5, 3},
        {"EINVAL is EMSGSIZE of older kernels", {EINVAL}, 8, 0, 0, 0, 5, 3},
        {"EMSGSIZE for the last", {-2, EMSGSIZE}, 8, 0, 0, 0, 5, 3},
        {"EMSGSIZE, and one is really too big", {EMSGSIZE, EMSGSIZE}, 7, 0, 1, 0, 5, 4},
        {"full at once", {EAGAIN}, 0, 8, 0, 0, 3, 1},
        {"full after one train", {-1, EAGAIN}, 3, 5, 0, 0, 4, 2},
        {"no memory", {-2, ENOBUFS}, 6, 2, 0, 0, 5, 2},
        {"full while singly", {EMSGSIZE, -1, EAGAIN}, 6, 2, 0, 0, 5, 4},
        {"interrupted", {EINTR}, 8, 0, 0, 0, 5, 3},
        {"filtered", {EPERM, EPERM, EPERM, EPERM}, 5, 0, 0, 3, 5, 5},
    };
    struct trains *t = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        struct ov_addr at;
        struct ov_link *link = trains_link(4, 0, &at);
        memset(&wire, 0, sizeof wire);
        memcpy(wire.plan, cases[i].plan, sizeof cases[i].plan);
        for (int round = 0; round < 2; round++)
        {
            size_t n =
                trains_put_run(t, trains_put_run(t, trains_put_run(t, 0, 3, 0, 300), 3, 1, 300), 2, 0, 300);
            link->ops->send(link, t->dg, n);
            trains_check_arrived(t, n);
            struct ov_link_stats stats = link->ops->stats(link);
            if (round == 0 && (stats.tx_datagrams != cases[i].sent || stats.tx_full != cases[i].full ||
                               stats.tx_too_big != cases[i].too_big || stats.tx_errors != cases[i].errors ||
                               stats.tx_calls != cases[i].calls || stats.tx_octets != cases[i].sent * 300 ||
                               trains_count(t, n, OV_FATE_LINK, OV_OK) != cases[i].sent ||
                               trains_count(t, n, OV_FATE_DROPPED, OV_ERR_LIMIT) != cases[i].full))
            {
                fail_msg("%s: sent %lu full %lu too big %lu errors %lu calls %lu", cases[i].name,
                         stats.tx_datagrams, stats.tx_full, stats.tx_too_big, stats.tx_errors,
                         stats.tx_calls);
            }
            wire.calls = sizeof wire.plan / sizeof wire.plan[0]; /* the second batch is let through */
        }
        if (wire.trains != cases[i].trains)
        {
            fail_msg("%s: %u trains", cases[i].name, wire.trains);
        }
        link->ops->close(link);
    }
}

/* Rule 14 at random: each datagram is sent once to the right peer, or has a reason and is counted. */
static void test_refusals_at_random(void **state)
{
    struct trains *t = *state;
    struct ov_test_random random = {ov_test_seed(2)};
    for (int round = 0; round < 400; round++)
    {
        struct ov_addr at;
        struct ov_link *link = trains_link(6, 0, &at);
        size_t n = trains_put_random(t, &random);
        size_t dropped = trains_count(t, n, OV_FATE_DROPPED, OV_OK);
        size_t wanted = trains_count(t, n, OV_FATE_LINK, OV_OK);
        wire.chance = &random;
        link->ops->send(link, t->dg, n);
        wire.chance = NULL;
        trains_check_arrived(t, n);
        struct ov_link_stats stats = link->ops->stats(link);
        assert_int_equal(stats.tx_datagrams, trains_count(t, n, OV_FATE_LINK, OV_OK));
        assert_int_equal(stats.tx_full, trains_count(t, n, OV_FATE_DROPPED, OV_ERR_LIMIT));
        assert_int_equal(stats.tx_too_big, trains_count(t, n, OV_FATE_DROPPED, OV_ERR_NOSPACE));
        assert_int_equal(stats.tx_errors, trains_count(t, n, OV_FATE_DROPPED, OV_ERR_IO));
        assert_int_equal(stats.tx_datagrams + stats.tx_full + stats.tx_too_big + stats.tx_errors, wanted);
        assert_int_equal(trains_count(t, n, OV_FATE_DROPPED, OV_OK), dropped);
        link->ops->close(link);
    }
}

static int start(void **state)
{
    memset(&wire, 0, sizeof wire);
    return trains_open(state);
}

int main(void)
{
    struct ov_udp_settings settings = {.family = 4};
    struct ov_link *link = NULL;
    char text[OV_LINK_TEXT];
    if (ov_udp_open_gso(&settings, &link, text) != OV_OK)
    {
        printf("SKIP test_net_udp_gso: %s\n", text);
        return 0;
    }
    link->ops->close(link);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_send_is_as_plain, start, trains_close),
        cmocka_unit_test_setup_teardown(test_train_limits, start, trains_close),
        cmocka_unit_test_setup_teardown(test_bad_address, start, trains_close),
        cmocka_unit_test_setup_teardown(test_refusals, start, trains_close),
        cmocka_unit_test_setup_teardown(test_refusals_at_random, start, trains_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
