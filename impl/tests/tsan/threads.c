/* Two real threads under the thread sanitizer: a sender reads, seals and sends while the main thread opens, renews
 * keys as fast as packets allow, hands messages over and reads counters. Every packet that is fed must arrive, once,
 * in order, and be counted. Prints one closing line that .ci/check reads. */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "app/sender.h"
#include "crypto/null/null.h"
#include "net/udp.h"
#include "wire/inband.h"

const struct ov_crypto *const ov_crypto_backends[] = {&ov_crypto_null, NULL};

#define RUNS    3u
#define RENEWED 500u
#define FEED    24u
#define LEN     200u
#define SLOT    (OV_BUF_HEADROOM + 1024u)
#define WAIT_MS 5000

#define NEED(what)                                                                                           \
    do                                                                                                       \
    {                                                                                                        \
        if (!(what))                                                                                         \
        {                                                                                                    \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #what);                                       \
            exit(1);                                                                                         \
        }                                                                                                    \
    } while (0)

/* ---- a tun device: one end of a pair of sockets ---- */

struct fake_tun
{
    struct ov_tun tun; /* first */
    int fd;
    uint8_t slots[OV_TUN_BATCH][SLOT];
};

static size_t fake_read(struct ov_tun *tun, struct ov_datagram *dg, size_t n)
{
    struct fake_tun *fake = (struct fake_tun *)tun;
    size_t count = 0;
    for (; count < n && count < OV_TUN_BATCH; count++)
    {
        ssize_t len = recv(fake->fd, fake->slots[count] + OV_BUF_HEADROOM, LEN, MSG_DONTWAIT);
        if (len <= 0)
        {
            break;
        }
        dg[count] = (struct ov_datagram){.buf = ov_buf_over(fake->slots[count], SLOT, OV_BUF_HEADROOM)};
        dg[count].buf.len = (uint32_t)len;
        tun->stats.rx_packets++;
        tun->stats.rx_octets += (uint64_t)len;
    }
    return count;
}

static void fake_write(struct ov_tun *tun, struct ov_datagram *dg, size_t n)
{
    for (size_t i = 0; i < n; i++)
    {
        tun->stats.tx_packets += dg[i].fate == OV_FATE_TUN;
    }
}

static bool fake_pending(const struct ov_tun *tun)
{
    (void)tun;
    return false;
}

static int fake_fd(const struct ov_tun *tun)
{
    return ((const struct fake_tun *)tun)->fd;
}

static void fake_close(struct ov_tun *tun)
{
    (void)close(((struct fake_tun *)tun)->fd);
    free(tun);
}

static enum ov_err fake_twin(const struct ov_tun *tun, struct ov_tun **out);

static const struct ov_tun_ops fake_ops = {"fake",  fake_read, fake_write, fake_pending,
                                           fake_fd, fake_twin, fake_close};

static struct ov_tun *fake_new(int fd)
{
    struct fake_tun *fake = calloc(1, sizeof *fake);
    NEED(fake != NULL && fd >= 0);
    fake->tun.ops = &fake_ops;
    fake->fd = fd;
    return &fake->tun;
}

static enum ov_err fake_twin(const struct ov_tun *tun, struct ov_tun **out)
{
    *out = fake_new(dup(((const struct fake_tun *)tun)->fd));
    return OV_OK;
}

/* ---- both ends ---- */

static struct ov_data own;
static struct ov_data peer;
static struct ov_link *own_link;
static struct ov_link *peer_link;
static struct ov_addr own_addr;
static struct ov_addr peer_addr;
static struct ov_tun *tun;
static int feed_fd;
static uint32_t fed, arrived, pings_sent, pings_arrived, came_back;
static bool epoch;

static void open_link(struct ov_link **link, struct ov_addr *addr)
{
    char text[OV_LINK_TEXT];
    const struct ov_udp_settings settings = {
        .family = 4, .bind = true, .local = {.family = 4, .ip = {127, 0, 0, 1}}, .rcvbuf = 1 << 20};
    NEED(ov_udp_open_gso(&settings, link, text) == OV_OK || ov_udp_open(&settings, link, text) == OV_OK);
    NEED(ov_udp_local(*link, addr));
}

static void renew(uint8_t key_id, unsigned salt)
{
    struct ov_key2 key2;
    memset(&key2, (int)(salt & 0xff), sizeof key2);
    struct ov_data *both[2] = {&peer, &own};
    for (unsigned i = 0; i < 2; i++)
    {
        const struct ov_data_key_spec spec = {.crypto = &ov_crypto_null,
                                              .cipher = OV_CIPHER_AES_256_GCM,
                                              .epoch = epoch,
                                              .key2 = &key2,
                                              .role = i == 0 ? OV_ROLE_SERVER : OV_ROLE_CLIENT,
                                              .key_id = key_id,
                                              .replay_window = 64};
        struct ov_data_key key;
        NEED(ov_data_key_init(&key, &spec) == OV_OK);
        ov_data_install(both[i], &key, 0, OV_NEVER);
    }
}

static void feed(uint32_t n)
{
    uint8_t packet[LEN] = {0x45};
    for (uint32_t i = 0; i < n; i++)
    {
        memcpy(packet + 20, &fed, sizeof fed);
        if (send(feed_fd, packet, sizeof packet, MSG_DONTWAIT) != LEN)
        {
            return; /* full: later */
        }
        fed++;
    }
}

static void take_at_peer(void)
{
    struct ov_datagram dg[OV_LINK_BATCH];
    const size_t n = peer_link->ops->receive(peer_link, dg, OV_LINK_BATCH);
    NEED(ov_data_open(&peer, dg, n) == n);
    for (size_t i = 0; i < n; i++)
    {
        const uint8_t *data = ov_buf_data(&dg[i].buf);
        if (ov_data_kind_of(&dg[i].buf) == OV_DATA_PING)
        {
            pings_arrived++;
            continue;
        }
        uint32_t number;
        memcpy(&number, data + 20, sizeof number);
        NEED(dg[i].buf.len == LEN && number == arrived);
        arrived++;
    }
}

/* The other direction, all of it in the main thread. */
static void send_back(void)
{
    uint8_t room[8][SLOT];
    struct ov_datagram dg[OV_LINK_BATCH];
    for (unsigned i = 0; i < 8; i++)
    {
        dg[i] = (struct ov_datagram){.buf = ov_buf_over(room[i], SLOT, OV_BUF_HEADROOM)};
        memset(ov_buf_put(&dg[i].buf, LEN), 0x45, LEN);
    }
    ov_data_seal(&peer, &own_addr, dg, 8, 0);
    peer_link->ops->send(peer_link, dg, 8);
    const size_t n = own_link->ops->receive(own_link, dg, OV_LINK_BATCH);
    came_back += (uint32_t)ov_data_open(&own, dg, n);
    tun->ops->write(tun, dg, n);
}

static void send_ping(void)
{
    uint8_t room[SLOT];
    struct ov_datagram dg = {.buf = ov_buf_over(room, SLOT, OV_BUF_HEADROOM)};
    memcpy(ov_buf_put(&dg.buf, OV_PING_LEN), ov_ping_payload, OV_PING_LEN);
    ov_data_seal_inband(&own, &peer_addr, &dg, 0);
    pings_sent += dg.fate == OV_FATE_CONSUMED;
}

static void turn(struct ov_sender *sender)
{
    const struct ov_mss mss = {.v4 = 1300, .v6 = 1300};
    ov_lane_collect(ov_sender_lane(sender), &own);
    NEED(ov_lane_refresh(ov_sender_lane(sender), &own, &peer_addr, mss, 0) == OV_OK);
    ov_sender_collect(sender);
    ov_sender_ring(sender);
    send_back();
    struct pollfd file = {.fd = peer_link->ops->fd(peer_link), .events = POLLIN};
    if (poll(&file, 1, 1) > 0 || peer_link->ops->pending(peer_link))
    {
        take_at_peer();
    }
}

static void until_arrived(struct ov_sender *sender, uint32_t number)
{
    for (unsigned i = 0; i < WAIT_MS && (arrived < number || pings_arrived < pings_sent); i++)
    {
        turn(sender);
    }
    NEED(arrived >= number && pings_arrived == pings_sent);
}

/* A key is renewed as soon as nothing is under way with the one that its coming removes. */
static void hammer(struct ov_sender *sender, unsigned salt)
{
    uint32_t before = fed;
    for (unsigned i = 0; i < RENEWED; i++)
    {
        until_arrived(sender, before);
        before = fed;
        renew((uint8_t)(i % 7 + 1), salt + i);
        feed(FEED / 2);
        send_ping();
        turn(sender);
        feed(FEED / 2);
        turn(sender);
    }
    until_arrived(sender, fed);
}

/* After the thread the main thread goes on where it was. */
static void alone(void)
{
    uint8_t room[SLOT];
    struct ov_datagram dg = {.buf = ov_buf_over(room, SLOT, OV_BUF_HEADROOM)};
    uint8_t *data = ov_buf_put(&dg.buf, LEN);
    memset(data, 0x45, LEN);
    ov_data_seal(&own, &peer_addr, &dg, 1, 0);
    NEED(dg.fate == OV_FATE_LINK);
    dg.fate = OV_FATE_NONE;
    NEED(ov_data_open(&peer, &dg, 1) == 1);
}

static void run_once(unsigned run)
{
    struct ov_sender *sender;
    NEED(ov_sender_new(own_link, tun, &sender) == OV_OK);
    ov_lane_open(ov_sender_lane(sender), &own);
    NEED(ov_lane_refresh(ov_sender_lane(sender), &own, &peer_addr, (struct ov_mss){0}, 0) == OV_OK);
    NEED(ov_sender_run(sender) == OV_OK);
    hammer(sender, run * RENEWED);
    send_ping(); /* a goodbye: it is sent before the thread ends */
    ov_sender_stop(sender);
    ov_lane_collect(ov_sender_lane(sender), &own);
    ov_lane_close(ov_sender_lane(sender), &own);
    ov_sender_free(sender);
    take_at_peer();
    NEED(pings_arrived == pings_sent);
    NEED(own.stats.tun_packets_in == fed + run && own.stats.pings_out == pings_sent);
    NEED(tun->stats.rx_packets == fed && own_link->stats.tx_datagrams == fed + pings_sent);
    alone();
}

int main(void)
{
    int pair[2];
    NEED(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) == 0);
    feed_fd = pair[0];
    tun = fake_new(pair[1]);
    open_link(&own_link, &own_addr);
    open_link(&peer_link, &peer_addr);
    ov_data_init(&own, 1500);
    ov_data_init(&peer, 1500);
    own.peer_id = peer.peer_id = 5;
    for (unsigned run = 0; run < RUNS; run++)
    {
        epoch = run == 1;
        renew(0, 7);
        run_once(run);
    }
    ov_data_clear(&own);
    ov_data_clear(&peer);
    own_link->ops->close(own_link);
    peer_link->ops->close(peer_link);
    tun->ops->close(tun);
    (void)close(feed_fd);
    printf("%u packets sent by a thread, %u pings, %u received meanwhile, %u keys\n", fed, pings_arrived,
           came_back, RUNS * RENEWED);
    NEED(fed > 1000 && came_back > 1000);
    printf("1 passed, 0 failed, 0 skipped\n");
    return 0;
}
