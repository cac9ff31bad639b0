#include "tests/lib/tcprig.h"

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
#include "wire/opcode.h"

struct ov_link *tcprig_server;
struct ov_addr tcprig_server_addr;
struct ov_now tcprig_now = {1000, 1};

struct ov_tcp_settings tcprig_settings(uint8_t family)
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

const struct ov_addr tcprig_loopback4 = {.family = 4, .ip = {127, 0, 0, 1}};
const struct ov_addr tcprig_loopback6 = {.family = 6, .ip = {[15] = 1}};

void tcprig_open(const struct ov_tcp_settings *settings)
{
    char text[OV_LINK_TEXT] = "";
    struct ov_tcp_settings own = *settings;
    own.local = own.family == 6 ? tcprig_loopback6 : tcprig_loopback4;
    if (ov_tcp_listen(&own, &tcprig_server, text) != OV_OK)
    {
        fail_msg("%s", text);
    }
    assert_true(ov_tcp_local(tcprig_server, &tcprig_server_addr));
    tcprig_server->ops->connections->tick(tcprig_server, tcprig_now);
}

int tcprig_fresh(void **state)
{
    (void)state;
    const struct ov_tcp_settings settings = tcprig_settings(4);
    tcprig_now = (struct ov_now){1000, 1};
    tcprig_open(&settings);
    return 0;
}

int tcprig_done(void **state)
{
    (void)state;
    tcprig_server->ops->close(tcprig_server);
    return 0;
}

/* A plain socket that has connected to the server. */
int tcprig_dial(struct ov_addr *own)
{
    struct sockaddr_storage sa;
    socklen_t len =
        ov_sockaddr_from_addr(&tcprig_server_addr, tcprig_server_addr.family == 6 ? AF_INET6 : AF_INET, &sa);
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

void tcprig_say(int fd, const void *data, size_t len)
{
    assert_int_equal(send(fd, data, len, MSG_NOSIGNAL), (ssize_t)len);
}

bool tcprig_readable(const struct ov_link *link, int ms)
{
    struct pollfd pfd = {.fd = link->ops->fd(link), .events = POLLIN};
    return link->ops->pending(link) || poll(&pfd, 1, ms) > 0;
}

/* The next batch, waiting for it; 0: nothing in time, or an event came first. */
size_t tcprig_take(struct ov_link *link, struct ov_datagram *dg, size_t n)
{
    for (int tries = 0; tries < 50 && tcprig_readable(link, WAIT_MS / 50); tries++)
    {
        size_t count = link->ops->receive(link, dg, n);
        if (count > 0 || link->ops->connections->deadline(link) == 0)
        {
            return count;
        }
    }
    return 0;
}

struct ov_link_event tcprig_take_event(struct ov_link *link)
{
    struct ov_datagram dg[8];
    struct ov_link_event event = {0};
    for (int tries = 0; tries < 50; tries++)
    {
        if (link->ops->connections->event(link, &event))
        {
            return event;
        }
        if (tcprig_readable(link, WAIT_MS / 50))
        {
            (void)link->ops->receive(link, dg, 8);
        }
    }
    fail_msg("no event");
    return event;
}

/* Accept what has come; nothing of it speaks. */
void tcprig_settle(struct ov_link *link)
{
    struct ov_datagram dg[8];
    for (int turns = 0; turns < 20 && tcprig_readable(link, 5); turns++)
    {
        assert_int_equal(link->ops->receive(link, dg, 8), 0);
    }
}

/* Frame number i: its length and content follow from i. */
uint32_t tcprig_frame_len(uint32_t i)
{
    return 1 + i * 37 % 1500;
}

size_t tcprig_put_frame(uint8_t *out, uint32_t i)
{
    uint32_t len = tcprig_frame_len(i);
    out[0] = (uint8_t)(len >> 8);
    out[1] = (uint8_t)len;
    memset(out + 2, (int)(i & 0xff), len);
    return 2 + len;
}

void tcprig_check_frame(const struct ov_datagram *dg, uint32_t i, const struct ov_addr *from)
{
    const uint8_t *data = ov_buf_data(&dg->buf);
    assert_int_equal(dg->buf.len, tcprig_frame_len(i));
    assert_int_equal(data[0], i & 0xff);
    assert_int_equal(data[dg->buf.len - 1], i & 0xff);
    assert_true(ov_addr_equal(&dg->addr, from));
    assert_int_equal(dg->fate, OV_FATE_NONE);
}

uint8_t tcprig_stream[2000 * 800];

size_t tcprig_put_frames(uint32_t count)
{
    size_t len = 0;
    for (uint32_t i = 0; i < count; i++)
    {
        len += tcprig_put_frame(tcprig_stream + len, i);
    }
    return len;
}
static uint8_t memory[64][2048];

void tcprig_packets(struct ov_datagram *dg, size_t count, uint32_t len, uint32_t headroom, uint8_t opcode,
                    const struct ov_addr *to)
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

void tcprig_hear(int fd, uint8_t *out, size_t len)
{
    while (len > 0)
    {
        ssize_t got = recv(fd, out, len, 0);
        assert_true(got > 0);
        out += got;
        len -= (size_t)got;
    }
}
