#include "tests/lib/tcprig.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "net/sockaddr.h"
#include "wire/opcode.h"
#include "wire/tcp_frame.h"

static struct ov_tcprig the_rig;
struct ov_tcprig *const rig = &the_rig;

#define MOST  40u
#define QUEUE (64u * 2050u)

struct ov_tcp_settings ov_tcprig_settings(uint8_t family)
{
    return (struct ov_tcp_settings){
        .family = family,
        .frame_max = OV_TCP_FRAME_STANDARD,
        .queue_octets = QUEUE,
        .seed = 7,
        .max_connections = MOST,
        .max_unclaimed = OV_TCPRIG_UNCLAIMED,
        .unclaimed_ms = 60000,
    };
}

static const struct ov_addr loopback4 = {.family = 4, .ip = {127, 0, 0, 1}};
static const struct ov_addr loopback6 = {.family = 6, .ip = {[15] = 1}};

void ov_tcprig_listen(const struct ov_tcp_settings *settings)
{
    char text[OV_LINK_TEXT] = "";
    struct ov_tcp_settings own = *settings;
    own.local = own.family == 6 ? loopback6 : loopback4;
    if (ov_tcp_listen(&own, &the_rig.server, text) != OV_OK)
    {
        fail_msg("%s", text);
    }
    assert_true(ov_tcp_local(the_rig.server, &the_rig.addr));
    the_rig.server->ops->connections->tick(the_rig.server, the_rig.now);
}

int ov_tcprig_open(void **state)
{
    (void)state;
    const struct ov_tcp_settings settings = ov_tcprig_settings(4);
    the_rig.now = (struct ov_now){1000, 1};
    ov_tcprig_listen(&settings);
    return 0;
}

int ov_tcprig_close(void **state)
{
    (void)state;
    the_rig.server->ops->close(the_rig.server);
    return 0;
}

/* A plain socket that has connected to the server. */
int ov_tcprig_dial(struct ov_addr *own)
{
    struct sockaddr_storage sa;
    socklen_t len = ov_sockaddr_from_addr(&the_rig.addr, the_rig.addr.family == 6 ? AF_INET6 : AF_INET, &sa);
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

void ov_tcprig_say(int fd, const void *data, size_t len)
{
    assert_int_equal(send(fd, data, len, MSG_NOSIGNAL), (ssize_t)len);
}

bool ov_tcprig_readable(const struct ov_link *link, int ms)
{
    struct pollfd pfd = {.fd = link->ops->fd(link), .events = POLLIN};
    return link->ops->pending(link) || poll(&pfd, 1, ms) > 0;
}

/* The next batch, waiting for it; 0: nothing in time, or an event came first. */
size_t ov_tcprig_take(struct ov_link *link, struct ov_datagram *dg, size_t n)
{
    for (int tries = 0; tries < 50 && ov_tcprig_readable(link, OV_TCPRIG_WAIT_MS / 50); tries++)
    {
        size_t count = link->ops->receive(link, dg, n);
        if (count > 0 || link->ops->connections->deadline(link) == 0)
        {
            return count;
        }
    }
    return 0;
}

struct ov_link_event ov_tcprig_event(struct ov_link *link)
{
    struct ov_datagram dg[8];
    struct ov_link_event event = {0};
    for (int tries = 0; tries < 50; tries++)
    {
        if (link->ops->connections->event(link, &event))
        {
            return event;
        }
        if (ov_tcprig_readable(link, OV_TCPRIG_WAIT_MS / 50))
        {
            (void)link->ops->receive(link, dg, 8);
        }
    }
    fail_msg("no event");
    return event;
}

/* Accept what has come; nothing of it speaks. */
void ov_tcprig_settle(struct ov_link *link)
{
    struct ov_datagram dg[8];
    for (int turns = 0; turns < 20 && ov_tcprig_readable(link, 5); turns++)
    {
        assert_int_equal(link->ops->receive(link, dg, 8), 0);
    }
}

/* Frame number i: its length and content follow from i. */
static uint32_t frame_len(uint32_t i)
{
    return 1 + i * 37 % 1500;
}

size_t ov_tcprig_put(uint8_t *out, uint32_t i)
{
    uint32_t len = frame_len(i);
    out[0] = (uint8_t)(len >> 8);
    out[1] = (uint8_t)len;
    memset(out + 2, (int)(i & 0xff), len);
    return 2 + len;
}

void ov_tcprig_check(const struct ov_datagram *dg, uint32_t i, const struct ov_addr *from)
{
    const uint8_t *data = ov_buf_data(&dg->buf);
    assert_int_equal(dg->buf.len, frame_len(i));
    assert_int_equal(data[0], i & 0xff);
    assert_int_equal(data[dg->buf.len - 1], i & 0xff);
    assert_true(ov_addr_equal(&dg->addr, from));
    assert_int_equal(dg->fate, OV_FATE_NONE);
}

size_t ov_tcprig_put_many(uint32_t count)
{
    size_t len = 0;
    for (uint32_t i = 0; i < count; i++)
    {
        len += ov_tcprig_put(the_rig.stream + len, i);
    }
    return len;
}

void ov_tcprig_packets(struct ov_datagram *dg, size_t count, uint32_t len, uint32_t headroom, uint8_t opcode,
                       const struct ov_addr *to)
{
    memset(dg, 0, count * sizeof *dg);
    for (size_t i = 0; i < count; i++)
    {
        dg[i].buf = ov_buf_over(the_rig.memory[i], sizeof the_rig.memory[i], headroom);
        dg[i].buf.len = len;
        memset(ov_buf_data(&dg[i].buf), (int)(i & 0xff), len);
        ov_buf_data(&dg[i].buf)[0] = ov_opcode_join((enum ov_opcode)opcode, 0);
        dg[i].addr = *to;
        dg[i].fate = OV_FATE_LINK;
    }
}
