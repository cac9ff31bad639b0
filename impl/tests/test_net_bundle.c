/* Several sockets as one link: what comes by one of them is answered by it. */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/bundle.h"
#include "net/sockaddr.h"
#include "net/udp.h"
#include "tests/lib/tcprig.h"
#include "wire/opcode.h"

#define UDPS 2u

static struct ov_link *bundle;
static struct ov_addr at[UDPS];
static const struct ov_now start = {1000, 1};

/* Two UDP sockets, and behind them a TCP one if that is wanted. */
static void open_bundle(bool tcp)
{
    struct ov_link *members[UDPS + 1];
    char text[OV_LINK_TEXT] = "";
    for (size_t i = 0; i < UDPS; i++)
    {
        const struct ov_udp_settings settings = {.family = 4, .bind = true, .local = tcprig_loopback4};
        assert_int_equal(ov_udp_open(&settings, &members[i], text), OV_OK);
        assert_true(ov_udp_local(members[i], &at[i]));
    }
    if (tcp)
    {
        const struct ov_tcp_settings settings = tcprig_settings(4);
        tcprig_open(&settings);
        members[UDPS] = tcprig_server;
    }
    assert_int_equal(ov_bundle_open(members, UDPS + tcp, &bundle, text), OV_OK);
    assert_int_equal(bundle->ops->connections != NULL, tcp);
}

static int dial_udp(const struct ov_addr *to)
{
    struct sockaddr_storage sa;
    const socklen_t len = ov_sockaddr_from_addr(to, AF_INET, &sa);
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&sa, len), 0);
    return fd;
}

static size_t take(struct ov_datagram *dg, size_t n)
{
    struct pollfd poll_fd = {bundle->ops->fd(bundle), POLLIN, 0};
    assert_int_equal(poll(&poll_fd, 1, WAIT_MS), 1);
    return bundle->ops->receive(bundle, dg, n);
}

static void hear(int fd, char wanted)
{
    char got[8];
    struct pollfd poll_fd = {fd, POLLIN, 0};
    assert_int_equal(poll(&poll_fd, 1, WAIT_MS), 1);
    assert_int_equal(recv(fd, got, sizeof got, 0), 1);
    assert_int_equal(got[0], wanted);
}

static void hear_nothing(int fd)
{
    struct pollfd poll_fd = {fd, POLLIN, 0};
    assert_int_equal(poll(&poll_fd, 1, 0), 0);
}

/* A datagram that goes where *like came from. */
static void answer(struct ov_datagram *dg, uint8_t *mem, const struct ov_addr *to, char what)
{
    *dg = (struct ov_datagram){.buf = ov_buf_over(mem, 64, 32), .addr = *to, .fate = OV_FATE_LINK};
    *ov_buf_put(&dg->buf, 1) = (uint8_t)what;
}

static void answers_by_the_socket_it_came_by(void **state)
{
    (void)state;
    struct ov_datagram dg[4];
    struct ov_addr from[UDPS];
    uint8_t mem[4][64];
    open_bundle(false);
    const int fd[UDPS] = {dial_udp(&at[0]), dial_udp(&at[1])};
    for (size_t i = 0; i < UDPS; i++)
    {
        assert_int_equal(send(fd[i], "x", 1, 0), 1);
        assert_int_equal(take(dg, 4), 1);
        assert_int_equal(dg[0].addr.way, i);
        from[i] = dg[0].addr;
    }
    /* Mixed, with one that is not to be sent between them: each arrives, in its order. */
    answer(&dg[0], mem[0], &from[0], 'a');
    answer(&dg[1], mem[1], &from[1], 'b');
    dg[1].fate = OV_FATE_TUN;
    answer(&dg[2], mem[2], &from[0], 'c');
    answer(&dg[3], mem[3], &from[1], 'd');
    bundle->ops->send(bundle, dg, 4);
    hear(fd[0], 'a');
    hear(fd[0], 'c');
    hear(fd[1], 'd');
    hear_nothing(fd[1]);
    /* A client that connected to one address only hears what comes from there: had it left by the other socket, it
     * would not have arrived. */
    struct ov_link_stats stats = bundle->ops->stats(bundle);
    assert_int_equal(stats.tx_datagrams, 3);
    assert_int_equal(stats.rx_datagrams, 2);
    from[0].way = UDPS;
    answer(&dg[0], mem[0], &from[0], 'e');
    bundle->ops->send(bundle, dg, 1);
    assert_int_equal(dg[0].fate, OV_FATE_DROPPED);
    assert_int_equal(dg[0].why, OV_ERR_ADDRESS);
    assert_int_equal(bundle->stats.tx_errors, 1);
    bundle->ops->close(bundle);
    (void)close(fd[0]);
    (void)close(fd[1]);
}

/* A flood at one socket doesn't keep the other one from being read. */
static void takes_turns(void **state)
{
    (void)state;
    struct ov_datagram dg[4];
    bool seen = false;
    open_bundle(false);
    const int fd[UDPS] = {dial_udp(&at[0]), dial_udp(&at[1])};
    for (unsigned i = 0; i < 40; i++)
    {
        assert_int_equal(send(fd[0], "x", 1, 0), 1);
    }
    assert_int_equal(send(fd[1], "y", 1, 0), 1);
    for (unsigned turn = 0; turn < 2; turn++)
    {
        const size_t n = take(dg, 4);
        for (size_t i = 0; i < n; i++)
        {
            seen = seen || dg[i].addr.way == 1;
        }
    }
    assert_true(seen);
    bundle->ops->close(bundle);
    (void)close(fd[0]);
    (void)close(fd[1]);
}

static void connections_beside_datagrams(void **state)
{
    (void)state;
    struct ov_datagram dg[4];
    struct ov_link_event event;
    struct ov_addr own;
    uint8_t mem[64], heard[3];
    open_bundle(true);
    bundle->ops->connections->tick(bundle, start);
    const int udp = dial_udp(&at[1]);
    const int tcp = tcprig_dial(&own);
    tcprig_say(tcp, "\0\1z", 3);
    while (bundle->ops->receive(bundle, dg, 4) == 0)
    {
        struct pollfd poll_fd = {bundle->ops->fd(bundle), POLLIN, 0};
        assert_int_equal(poll(&poll_fd, 1, WAIT_MS), 1);
    }
    const struct ov_addr peer = dg[0].addr;
    assert_int_equal(peer.way, UDPS);
    assert_int_equal(peer.port, own.port);
    bundle->ops->connections->claim(bundle, &peer, true);
    assert_true(bundle->ops->connections->deadline(bundle) == OV_NEVER); /* it is claimed */
    answer(&dg[0], mem, &peer, 'A');
    bundle->ops->send(bundle, dg, 1);
    tcprig_hear(tcp, heard, 3);
    assert_memory_equal(heard, "\0\1A", 3);
    (void)close(tcp);
    do
    {
        struct pollfd poll_fd = {bundle->ops->fd(bundle), POLLIN, 0};
        assert_int_equal(poll(&poll_fd, 1, WAIT_MS), 1);
        (void)bundle->ops->receive(bundle, dg, 4);
    } while (!bundle->ops->connections->event(bundle, &event));
    assert_false(event.up);
    assert_true(ov_addr_equal(&event.addr, &peer)); /* with its way */
    assert_int_equal(event.err, OV_ERR_CLOSED);
    bundle->ops->close(bundle);
    (void)close(udp);
}

static void wrong_counts(void **state)
{
    (void)state;
    struct ov_link *none[1] = {NULL};
    char text[OV_LINK_TEXT] = "";
    assert_int_equal(ov_bundle_open(none, 0, &bundle, text), OV_ERR_ARG);
    assert_null(bundle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_by_the_socket_it_came_by),
        cmocka_unit_test(takes_turns),
        cmocka_unit_test(connections_beside_datagrams),
        cmocka_unit_test(wrong_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
