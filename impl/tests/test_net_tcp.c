#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/sockaddr.h"
#include "net/tcp.h"
#include "wire/opcode.h"
#include "wire/tcp_frame.h"

/* The TCP link over loopback, against plain sockets and against itself. */

#define UNCLAIMED 4u
#define MOST      40u
#define QUEUE     (64u * 2050u)
#define WAIT_MS   2000

static struct ov_link *server;
static struct ov_addr server_addr;
static struct ov_now now = {1000, 1};

static struct ov_tcp_settings settings_for(uint8_t family)
{
    return (struct ov_tcp_settings){
        .family = family,
        .frame_max = OV_TCP_FRAME_STANDARD,
        .queue_octets = QUEUE,
        .seed = 7,
        .max_connections = MOST,
        .max_unclaimed = UNCLAIMED,
        .unclaimed_ms = 60000,
    };
}

static const struct ov_addr loopback4 = {.family = 4, .ip = {127, 0, 0, 1}};
static const struct ov_addr loopback6 = {.family = 6, .ip = {[15] = 1}};

static void open_server(const struct ov_tcp_settings *settings)
{
    char text[OV_LINK_TEXT] = "";
    struct ov_tcp_settings own = *settings;
    own.local = own.family == 6 ? loopback6 : loopback4;
    if (ov_tcp_listen(&own, &server, text) != OV_OK)
    {
        fail_msg("%s", text);
    }
    assert_true(ov_tcp_local(server, &server_addr));
    server->ops->connections->tick(server, now);
}

static int fresh(void **state)
{
    (void)state;
    const struct ov_tcp_settings settings = settings_for(4);
    now = (struct ov_now){1000, 1};
    open_server(&settings);
    return 0;
}

static int done(void **state)
{
    (void)state;
    server->ops->close(server);
    return 0;
}

/* A plain socket that has connected to the server. */
static int dial(struct ov_addr *own)
{
    struct sockaddr_storage sa;
    socklen_t len = ov_sockaddr_from_addr(&server_addr, server_addr.family == 6 ? AF_INET6 : AF_INET, &sa);
    int fd = socket(sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int on = 1;
    assert_true(fd >= 0);
    assert_int_equal(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&sa, len), 0);
    len = sizeof sa;
    assert_int_equal(getsockname(fd, (struct sockaddr *)&sa, &len), 0);
    assert_true(ov_addr_from_sockaddr((struct sockaddr *)&sa, len, own));
    return fd;
}

static void say(int fd, const void *data, size_t len)
{
    assert_int_equal(send(fd, data, len, MSG_NOSIGNAL), (ssize_t)len);
}

static bool readable(const struct ov_link *link, int ms)
{
    struct pollfd pfd = {.fd = link->ops->fd(link), .events = POLLIN};
    return link->ops->pending(link) || poll(&pfd, 1, ms) > 0;
}

/* The next batch, waiting for it; 0: nothing in time, or an event came first. */
static size_t take(struct ov_link *link, struct ov_datagram *dg, size_t n)
{
    for (int tries = 0; tries < 50 && readable(link, WAIT_MS / 50); tries++)
    {
        size_t count = link->ops->receive(link, dg, n);
        if (count > 0 || link->ops->connections->deadline(link) == 0)
        {
            return count;
        }
    }
    return 0;
}

static struct ov_link_event take_event(struct ov_link *link)
{
    struct ov_datagram dg[8];
    struct ov_link_event event = {0};
    for (int tries = 0; tries < 50; tries++)
    {
        if (link->ops->connections->event(link, &event))
        {
            return event;
        }
        if (readable(link, WAIT_MS / 50))
        {
            (void)link->ops->receive(link, dg, 8);
        }
    }
    fail_msg("no event");
    return event;
}

/* Accept what has come; nothing of it speaks. */
static void settle(struct ov_link *link)
{
    struct ov_datagram dg[8];
    for (int turns = 0; turns < 20 && readable(link, 5); turns++)
    {
        assert_int_equal(link->ops->receive(link, dg, 8), 0);
    }
}

/* Frame number i: its length and content follow from i. */
static uint32_t frame_len(uint32_t i)
{
    return 1 + i * 37 % 1500;
}

static size_t put_frame(uint8_t *out, uint32_t i)
{
    uint32_t len = frame_len(i);
    out[0] = (uint8_t)(len >> 8);
    out[1] = (uint8_t)len;
    memset(out + 2, (int)(i & 0xff), len);
    return 2 + len;
}

static void check_frame(const struct ov_datagram *dg, uint32_t i, const struct ov_addr *from)
{
    const uint8_t *data = ov_buf_data(&dg->buf);
    assert_int_equal(dg->buf.len, frame_len(i));
    assert_int_equal(data[0], i & 0xff);
    assert_int_equal(data[dg->buf.len - 1], i & 0xff);
    assert_true(ov_addr_equal(&dg->addr, from));
    assert_int_equal(dg->fate, OV_FATE_NONE);
}

static uint8_t stream[2000 * 800];

static size_t put_frames(uint32_t count)
{
    size_t len = 0;
    for (uint32_t i = 0; i < count; i++)
    {
        len += put_frame(stream + len, i);
    }
    return len;
}

/* ---- receiving ---- */

/* Three frames in two segments, cut at every octet: between the two of the length too [WP-FRM-003]. */
static void test_cut_at_every_octet(void **state)
{
    (void)state;
    struct ov_addr addr;
    int fd = dial(&addr);
    size_t len = put_frame(stream, 3);
    len += put_frame(stream + len, 0);
    len += put_frame(stream + len, 1);
    const uint32_t numbers[] = {3, 0, 1};
    for (size_t cut = 1; cut < len; cut++)
    {
        struct ov_datagram dg[4];
        uint32_t got = 0;
        say(fd, stream, cut);
        while (readable(server, 0) && got < 3)
        {
            size_t count = server->ops->receive(server, dg, 4);
            for (size_t i = 0; i < count; i++)
            {
                check_frame(&dg[i], numbers[got++], &addr);
            }
        }
        say(fd, stream + cut, len - cut);
        while (got < 3)
        {
            size_t count = take(server, dg, 4);
            assert_true(count > 0);
            for (size_t i = 0; i < count; i++)
            {
                check_frame(&dg[i], numbers[got++], &addr);
            }
        }
    }
    (void)close(fd);
}

static void test_one_octet_a_segment(void **state)
{
    (void)state;
    struct ov_addr addr;
    struct ov_datagram dg[4];
    int fd = dial(&addr);
    size_t len = put_frame(stream, 2);
    for (size_t i = 0; i < len; i++)
    {
        say(fd, stream + i, 1);
        size_t count = readable(server, WAIT_MS) ? server->ops->receive(server, dg, 4) : 99;
        /* The first wake-up only accepts. */
        count = i == 0 && count == 0 && readable(server, 0) ? server->ops->receive(server, dg, 4) : count;
        assert_int_equal(count, i + 1 == len);
    }
    check_frame(&dg[0], 2, &addr);
    (void)close(fd);
}

/* Many frames at once, taken in batches of different sizes, from two connections. */
static void test_thousand_frames_at_once(void **state)
{
    (void)state;
    enum
    {
        COUNT = 1000
    };
    struct ov_addr addr[2];
    uint32_t got[2] = {0, 0};
    int fd[2] = {dial(&addr[0]), dial(&addr[1])};
    size_t len = put_frames(COUNT);
    size_t sent[2] = {0, 0};
    struct ov_datagram dg[64];
    for (unsigned turn = 1; got[0] + got[1] < 2 * COUNT; turn++)
    {
        for (int i = 0; i < 2; i++)
        {
            ssize_t n = send(fd[i], stream + sent[i], len - sent[i], MSG_DONTWAIT | MSG_NOSIGNAL);
            sent[i] += n > 0 ? (size_t)n : 0;
        }
        size_t count = take(server, dg, 1 + turn * 7 % 64);
        assert_true(count > 0);
        for (size_t i = 0; i < count; i++)
        {
            int which = ov_addr_equal(&dg[i].addr, &addr[1]);
            check_frame(&dg[i], got[which]++, &addr[which]);
        }
    }
    struct ov_link_stats stats = server->ops->stats(server);
    assert_int_equal(stats.rx_datagrams, 2 * COUNT);
    assert_int_equal(stats.rx_octets, 2 * (len - 2 * COUNT));
    (void)close(fd[0]);
    (void)close(fd[1]);
}

/* Who is no peer is told from the length alone, and harms nobody else [WP-FRM-004]. */
static void test_bad_lengths(void **state)
{
    (void)state;
    static const struct
    {
        const char *octets;
        size_t len;
        const char *number;
    } rows[] = {
        {"\x00\x00rest", 6, "length 0,"},
        {"\xff\xff", 2, "length 65535,"},
        {"\x06\xe9", 2, "length 1769,"},
        {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 27, "length 18245,"},
        {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11, "length 5635,"},
        {"SSH-2.0-OpenSSH_9.2\r\n", 21, "length 21331,"},
        {"\x00\x01\xaa\x00\x00", 5, "length 0,"}, /* behind a good one */
    };
    struct ov_addr good;
    int fd = dial(&good);
    settle(server);
    server->ops->connections->claim(server, &good, true);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        struct ov_addr addr;
        int bad = dial(&addr);
        say(bad, rows[i].octets, rows[i].len);
        struct ov_link_event event = take_event(server);
        assert_false(event.up);
        assert_int_equal(event.err, OV_ERR_FORMAT);
        assert_true(ov_addr_equal(&event.addr, &addr));
        assert_non_null(strstr(event.text, "Bad encapsulated packet length"));
        assert_non_null(strstr(event.text, rows[i].number));
        char end;
        assert_true(recv(bad, &end, 1, 0) <= 0); /* closed, or reset because of what was not read */
        (void)close(bad);
        struct ov_datagram dg[2];
        say(fd, stream, put_frame(stream, 5));
        assert_int_equal(take(server, dg, 2), 1);
        check_frame(&dg[0], 5, &good);
    }
    (void)close(fd);
}

static void test_end_of_stream(void **state)
{
    (void)state;
    struct ov_addr addr;
    struct ov_datagram dg[4];
    struct ov_link_event event;
    int fd = dial(&addr);
    say(fd, stream, put_frame(stream, 1));
    (void)close(fd);
    assert_int_equal(take(server, dg, 4), 1); /* what came before the end is not lost */
    check_frame(&dg[0], 1, &addr);
    event = take_event(server);
    assert_int_equal(event.err, OV_ERR_CLOSED);
    assert_true(ov_addr_equal(&event.addr, &addr));
    assert_false(server->ops->connections->event(server, &event));
    /* In the middle of a frame. */
    fd = dial(&addr);
    say(fd, "\x01\x00half", 6);
    (void)close(fd);
    assert_int_equal(take_event(server).err, OV_ERR_CLOSED);
}

/* ---- sending ---- */

static uint8_t memory[64][2048];

static void make_packets(struct ov_datagram *dg, size_t count, uint32_t len, uint32_t headroom,
                         uint8_t opcode, const struct ov_addr *to)
{
    memset(dg, 0, count * sizeof *dg);
    for (size_t i = 0; i < count; i++)
    {
        dg[i].buf = ov_buf_over(memory[i], sizeof memory[i], headroom);
        dg[i].buf.len = len;
        memset(ov_buf_data(&dg[i].buf), (int)(i & 0xff), len);
        ov_buf_data(&dg[i].buf)[0] = ov_opcode_join((enum ov_opcode)opcode, 0);
        dg[i].addr = *to;
        dg[i].fate = OV_FATE_LINK;
    }
}

static void hear(int fd, uint8_t *out, size_t len)
{
    while (len > 0)
    {
        ssize_t got = recv(fd, out, len, 0);
        assert_true(got > 0);
        out += got;
        len -= (size_t)got;
    }
}

/* With and without room for the length in front, some of the batch for others or not to be sent. */
static void test_send_batch(void **state)
{
    (void)state;
    struct ov_addr addr[2];
    int fd[2] = {dial(&addr[0]), dial(&addr[1])};
    const struct ov_addr nobody = {.family = 4, .port = 1, .ip = {127, 0, 0, 1}};
    settle(server);
    for (uint32_t headroom = 0; headroom <= 3; headroom++)
    {
        struct ov_datagram dg[8];
        uint8_t got[102];
        make_packets(dg, 8, 100, headroom, OV_OP_DATA_V2, &addr[0]);
        dg[1].fate = OV_FATE_TUN;
        dg[2].addr = addr[1];
        dg[5].addr = nobody;
        dg[6].buf.len = 0;
        uint64_t calls = server->ops->stats(server).tx_calls;
        server->ops->send(server, dg, 8);
        for (int i = 0; i < 5; i++)
        {
            static const size_t order[5] = {0, 3, 4, 7, 2};
            hear(fd[i == 4], got, 102);
            assert_memory_equal(got, "\0\x64", 2);
            assert_int_equal(got[101], order[i]);
        }
        assert_int_equal(dg[5].fate, OV_FATE_DROPPED);
        assert_int_equal(dg[5].why, OV_ERR_ADDRESS);
        assert_int_equal(dg[6].why, OV_ERR_NOSPACE);
        assert_int_equal(server->ops->stats(server).tx_calls - calls, 4); /* 0; 2; 3 and 4; 7 */
    }
    (void)close(fd[0]);
    (void)close(fd[1]);
}

/* A peer that doesn't read: data packets are dropped when the queue is full, control packets only much later,
 * and what arrives in the end is whole frames in order. */
static void test_slow_peer(void **state)
{
    (void)state;
    struct ov_addr addr;
    struct ov_datagram dg[64];
    uint32_t sent = 0;
    uint32_t dropped = 0;
    int small = 4096;
    int fd = dial(&addr);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small), 0);
    settle(server);
    server->ops->connections->claim(server, &addr, true);
    assert_false(server->ops->connections->full(server));
    for (int turn = 0; turn < 1000 && dropped == 0; turn++)
    {
        make_packets(dg, 64, 1400, 8, OV_OP_DATA_V2, &addr);
        for (uint32_t i = 0; i < 64; i++)
        {
            memcpy(ov_buf_data(&dg[i].buf) + 4, &(uint32_t){turn * 64u + i}, 4);
        }
        server->ops->send(server, dg, 64);
        for (int i = 0; i < 64; i++)
        {
            assert_true(dropped == 0 || dg[i].fate == OV_FATE_DROPPED); /* the newest go */
            dropped += dg[i].fate == OV_FATE_DROPPED;
            sent += dg[i].fate == OV_FATE_LINK;
        }
    }
    assert_true(dropped > 0);
    assert_int_equal(server->ops->stats(server).tx_full, dropped);
    assert_true(server->ops->connections->full(server));
    make_packets(dg, 1, 1200, 8, OV_OP_CONTROL_V1, &addr);
    server->ops->send(server, dg, 1);
    assert_int_equal(dg[0].fate, OV_FATE_LINK);
    /* Now it reads. */
    uint8_t frame[1402];
    for (uint32_t i = 0; i < sent; i++)
    {
        uint32_t number;
        struct pollfd pfd = {.fd = fd, .events = POLLIN};
        while (poll(&pfd, 1, 5) == 0)
        {
            assert_int_equal(server->ops->receive(server, dg, 64), 0);
        }
        hear(fd, frame, 2);
        assert_memory_equal(frame, "\x05\x78", 2);
        for (size_t have = 0; have < 1400;)
        {
            ssize_t got = recv(fd, frame + 2 + have, 1400 - have, MSG_DONTWAIT);
            have += got > 0 ? (size_t)got : 0;
            assert_int_equal(got <= 0 ? server->ops->receive(server, dg, 64) : 0, 0);
        }
        memcpy(&number, frame + 6, 4);
        assert_int_equal(number, i);
    }
    assert_int_equal(server->ops->receive(server, dg, 64), 0);
    hear(fd, frame, 1202);
    assert_memory_equal(frame, "\x04\xb0\x20", 3);
    assert_false(server->ops->connections->full(server));
    (void)close(fd);
}

/* Given up: what waits is still sent, then it is closed; one that never reads ends by time. */
static void test_given_up(void **state)
{
    (void)state;
    struct ov_addr addr;
    struct ov_datagram dg[64];
    struct ov_link_event event;
    for (int reads = 0; reads < 2; reads++)
    {
        int fd = dial(&addr);
        uint64_t out = server->ops->stats(server).tx_octets;
        settle(server);
        server->ops->connections->claim(server, &addr, true);
        while (!server->ops->connections->full(server))
        {
            make_packets(dg, 64, 1400, 8, OV_OP_DATA_V2, &addr);
            server->ops->send(server, dg, 64);
        }
        out = server->ops->stats(server).tx_octets - out;
        server->ops->connections->claim(server, &addr, false);
        make_packets(dg, 1, 100, 8, OV_OP_DATA_V2, &addr);
        server->ops->send(server, dg, 1);
        assert_int_equal(dg[0].why, OV_ERR_ADDRESS);
        if (reads == 0)
        {
            now.mono_ms += 2000;
            server->ops->connections->tick(server, now);
        }
        uint64_t in = 0;
        for (ssize_t got = 1; got != 0;)
        {
            uint8_t some[4096];
            got = recv(fd, some, sizeof some, MSG_DONTWAIT);
            in += got > 0 ? (uint64_t)got : 0;
            assert_int_equal(got < 0 && readable(server, 1) ? server->ops->receive(server, dg, 64) : 0, 0);
        }
        assert_true(reads == 1 ? in > out : in > 0);
        assert_false(server->ops->connections->event(server, &event)); /* whoever gave it up knows */
        assert_false(server->ops->connections->full(server));
        (void)close(fd);
    }
}

/* ---- connections without a session ---- */

static void test_unclaimed(void **state)
{
    (void)state;
    struct ov_addr claimed;
    struct ov_addr addr[UNCLAIMED + 2];
    int fd[UNCLAIMED + 2];
    int kept = dial(&claimed);
    settle(server);
    server->ops->connections->claim(server, &claimed, true);
    for (unsigned i = 0; i < UNCLAIMED + 2; i++)
    {
        fd[i] = dial(&addr[i]);
        now.mono_ms += 10;
        server->ops->connections->tick(server, now);
        settle(server);
    }
    for (unsigned i = 0; i < 2; i++) /* the oldest went */
    {
        struct ov_link_event event = take_event(server);
        assert_int_equal(event.err, OV_ERR_LIMIT);
        assert_true(ov_addr_equal(&event.addr, &addr[i]));
    }
    assert_int_equal(server->ops->connections->deadline(server), 1000 + 30 + 60000);
    now.mono_ms = 1000 + 30 + 60000;
    server->ops->connections->tick(server, now);
    struct ov_link_event event = take_event(server);
    assert_int_equal(event.err, OV_ERR_TIMEOUT);
    assert_true(ov_addr_equal(&event.addr, &addr[2]));
    now.mono_ms += 3600000;
    server->ops->connections->tick(server, now);
    for (unsigned i = 3; i < UNCLAIMED + 2; i++)
    {
        event = take_event(server);
        assert_true(ov_addr_equal(&event.addr, &addr[i]));
    }
    assert_true(server->ops->connections->deadline(server) == OV_NEVER);
    struct ov_datagram dg[2];
    say(kept, stream, put_frame(stream, 9));
    assert_int_equal(take(server, dg, 2), 1);
    check_frame(&dg[0], 9, &claimed);
    for (unsigned i = 0; i < UNCLAIMED + 2; i++)
    {
        (void)close(fd[i]);
    }
    (void)close(kept);
}

/* A thousand come and stay silent while one works. */
static void test_storm(void **state)
{
    (void)state;
    struct ov_addr claimed;
    struct ov_addr other;
    struct ov_datagram dg[8];
    struct ov_link_event event;
    uint32_t lost = 0;
    int storm[20];
    int kept = dial(&claimed);
    settle(server);
    server->ops->connections->claim(server, &claimed, true);
    for (uint32_t i = 0; i < 1000; i++)
    {
        if (i >= 20)
        {
            (void)close(storm[i % 20]);
        }
        storm[i % 20] = dial(&other);
        if (i % 10 == 0)
        {
            say(kept, stream, put_frame(stream, i));
            assert_int_equal(take(server, dg, 8), 1);
            check_frame(&dg[0], i, &claimed);
        }
        while (server->ops->connections->event(server, &event))
        {
            assert_false(ov_addr_equal(&event.addr, &claimed));
            lost++;
        }
    }
    assert_true(lost > 900);
    for (int i = 0; i < 20; i++)
    {
        (void)close(storm[i]);
    }
    (void)close(kept);
}

/* Out of file descriptors: the oldest stranger makes room; with none the listener rests and tries again. */
static void test_out_of_files(void **state)
{
    (void)state;
    struct rlimit before;
    struct ov_addr addr[3];
    struct ov_link_event event;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    int first = dial(&addr[0]);
    settle(server);
    int second = dial(&addr[1]); /* in the backlog */
    int third = dial(&addr[2]);
    int next = dup(0);
    (void)close(next);
    struct rlimit tight = {.rlim_cur = (rlim_t)next, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
    event = take_event(server);
    assert_int_equal(event.err, OV_ERR_LIMIT);
    assert_true(ov_addr_equal(&event.addr, &addr[0]));
    settle(server);
    while (server->ops->connections->event(server, &event))
    {
    }
    server->ops->connections->claim(server, &addr[2], true);
    int fourth = -1;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    struct ov_addr last;
    fourth = dial(&last);
    tight.rlim_cur = (rlim_t)fourth;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
    settle(server);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_false(readable(server, 0)); /* it rests: no busy loop */
    assert_int_equal(server->ops->connections->deadline(server), now.mono_ms + 200);
    now.mono_ms += 200;
    server->ops->connections->tick(server, now);
    say(fourth, stream, put_frame(stream, 4));
    struct ov_datagram dg[2];
    assert_int_equal(take(server, dg, 2), 1);
    check_frame(&dg[0], 4, &last);
    (void)close(first);
    (void)close(second);
    (void)close(third);
    (void)close(fourth);
}

/* ---- the client ---- */

static struct ov_link *connect_to(const struct ov_addr *remote)
{
    struct ov_tcp_settings settings = settings_for(remote->family);
    char text[OV_LINK_TEXT] = "";
    struct ov_link *link = NULL;
    if (ov_tcp_connect(&settings, remote, &link, text) != OV_OK)
    {
        fail_msg("%s", text);
    }
    return link;
}

/* Up, packets both ways, the server goes, the client is told. Both families. */
static void test_client(void **state)
{
    (void)state;
    for (uint8_t family = 4; family <= 6; family = (uint8_t)(family + 2))
    {
        const struct ov_tcp_settings settings = settings_for(family);
        struct ov_datagram dg[64];
        struct ov_datagram got[64];
        size_t count = 0;
        server->ops->close(server);
        open_server(&settings);
        struct ov_link *client = connect_to(&server_addr);
        struct ov_link_event event = take_event(client);
        assert_true(event.up);
        assert_true(ov_addr_equal(&event.addr, &server_addr));
        assert_false(client->ops->pending(client));
        make_packets(dg, 64, 1300, 8, OV_OP_DATA_V2, &server_addr);
        client->ops->send(client, dg, 64);
        assert_int_equal(client->ops->stats(client).tx_calls, 1);
        while (count < 64)
        {
            size_t n = take(server, got, 64 - count);
            assert_true(n > 0);
            for (size_t i = 0; i < n; i++, count++)
            {
                assert_int_equal(got[i].buf.len, 1300);
                assert_int_equal(ov_buf_data(&got[i].buf)[1299], count);
            }
        }
        /* Back from where it came, out of the received view itself: its length field is the room. */
        struct ov_addr from = got[0].addr;
        got[0].fate = OV_FATE_LINK;
        server->ops->send(server, got, 1);
        assert_int_equal(take(client, dg, 64), 1);
        assert_int_equal(dg[0].buf.len, 1300);
        assert_true(ov_addr_equal(&dg[0].addr, &server_addr));
        server->ops->connections->claim(server, &from, false);
        event = take_event(client);
        assert_false(event.up);
        assert_int_equal(event.err, OV_ERR_CLOSED);
        client->ops->close(client);
    }
}

static void test_refused(void **state)
{
    (void)state;
    struct ov_addr gone = server_addr;
    server->ops->close(server);
    struct ov_link *client = connect_to(&gone);
    struct ov_link_event event = take_event(client);
    assert_false(event.up);
    assert_int_equal(event.err, OV_ERR_IO);
    assert_string_equal(event.text, "Connection refused");
    client->ops->close(client);
    (void)fresh(state);
    /* The port is taken: said in words. */
    struct ov_tcp_settings settings = settings_for(4);
    char text[OV_LINK_TEXT] = "";
    struct ov_link *second = NULL;
    settings.local = server_addr;
    assert_int_equal(ov_tcp_listen(&settings, &second, text), OV_ERR_IO);
    assert_non_null(strstr(text, "Address already in use"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, done)
    const struct CMUnitTest tests[] = {
        TEST(test_cut_at_every_octet),
        TEST(test_one_octet_a_segment),
        TEST(test_thousand_frames_at_once),
        TEST(test_bad_lengths),
        TEST(test_end_of_stream),
        TEST(test_send_batch),
        TEST(test_slow_peer),
        TEST(test_given_up),
        TEST(test_unclaimed),
        TEST(test_storm),
        TEST(test_out_of_files),
        TEST(test_client),
        TEST(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
