#include "app/sender.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "app/pump.h"
#include "loop/loop.h"

#define LAST_READS 8u

enum sender_count
{
    COUNT_TX_DATAGRAMS,
    COUNT_TX_OCTETS,
    COUNT_TX_CALLS,
    COUNT_TX_FULL,
    COUNT_TX_TOO_BIG,
    COUNT_TX_ERRORS,
    COUNT_RX_PACKETS,
    COUNT_RX_OCTETS,
    COUNT_RX_ERRORS,
    COUNTS
};

struct ov_sender
{
    struct ov_lane lane;
    struct ov_link *link; /* the main thread's */
    struct ov_tun *tun;
    int bell;
    bool running;
    pthread_t thread;
    _Atomic bool stop;
    _Atomic bool failed;
    _Atomic uint64_t count[COUNTS]; /* written by the thread */
    _Atomic int tx_errno;
    _Atomic int rx_errno;
    _Atomic int ring_errno;
    uint64_t told[COUNTS]; /* main thread: what was added up already */
    struct ov_pump pump;   /* the thread's, with links of its own */
};

struct ov_lane *ov_sender_lane(struct ov_sender *sender)
{
    return &sender->lane;
}

/* ---- the thread ---- */

static void engine_send(void *ctx, struct ov_datagram *dg, size_t n, struct ov_now now)
{
    struct ov_sender *sender = ctx;
    struct ov_outlet *outlet = ov_lane_take(&sender->lane);
    if (outlet != NULL)
    {
        ov_outlet_seal(&sender->lane, outlet, dg, n, now.mono_ms);
        return;
    }
    for (size_t i = 0; i < n; i++)
    {
        ov_datagram_drop(&dg[i], OV_ERR_KEY_ID);
    }
}

/* A pump of one direction: nothing but send is ever asked for. */
static const struct ov_engine engine = {.send = engine_send};

static void publish(struct ov_sender *sender, enum sender_count which, uint64_t value)
{
    atomic_store_explicit(&sender->count[which], value, memory_order_relaxed);
}

static void publish_all(struct ov_sender *sender)
{
    const struct ov_link_stats *link = &sender->pump.link->stats;
    const struct ov_tun_stats *tun = &sender->pump.tun->stats;
    publish(sender, COUNT_TX_DATAGRAMS, link->tx_datagrams);
    publish(sender, COUNT_TX_OCTETS, link->tx_octets);
    publish(sender, COUNT_TX_CALLS, link->tx_calls);
    publish(sender, COUNT_TX_FULL, link->tx_full);
    publish(sender, COUNT_TX_TOO_BIG, link->tx_too_big);
    publish(sender, COUNT_TX_ERRORS, link->tx_errors);
    publish(sender, COUNT_RX_PACKETS, tun->rx_packets);
    publish(sender, COUNT_RX_OCTETS, tun->rx_octets);
    publish(sender, COUNT_RX_ERRORS, tun->rx_errors);
    atomic_store_explicit(&sender->tx_errno, link->tx_errno, memory_order_relaxed);
    atomic_store_explicit(&sender->rx_errno, tun->rx_errno, memory_order_relaxed);
    atomic_store_explicit(&sender->ring_errno, tun->ring_errno, memory_order_relaxed);
}

static void send_inband(struct ov_sender *sender, struct ov_now now)
{
    struct ov_outlet *outlet = ov_lane_take(&sender->lane);
    struct ov_datagram dg = {0};
    for (;;)
    {
        dg = (struct ov_datagram){.buf = ov_buf_over(sender->pump.slots[0], OV_PUMP_SLOT, OV_BUF_HEADROOM)};
        if (!ov_lane_next_inband(&sender->lane, outlet, &dg, now.mono_ms))
        {
            return;
        }
        sender->pump.link->ops->send(sender->pump.link, &dg, 1);
    }
}

static bool tun_waits(const struct ov_sender *sender)
{
    return sender->pump.tun->ops->pending(sender->pump.tun);
}

/* Wait for packets or the bell. True: there are packets. */
static bool wait_for_work(struct ov_sender *sender, bool tun_gone)
{
    const struct ov_tun *tun = sender->pump.tun;
    struct pollfd files[2] = {{.fd = tun_gone ? -1 : tun->ops->fd(tun), .events = POLLIN},
                              {.fd = sender->bell, .events = POLLIN}};
    if (poll(files, 2, tun_waits(sender) ? 0 : -1) < 0)
    {
        return false; /* interrupted */
    }
    uint64_t rung;
    if ((files[1].revents & POLLIN) != 0 && read(sender->bell, &rung, sizeof rung) < 0 && errno != EAGAIN)
    {
        atomic_store_explicit(&sender->failed, true, memory_order_relaxed);
    }
    if ((files[0].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0)
    {
        atomic_store_explicit(&sender->failed, true, memory_order_relaxed);
        return false;
    }
    return (files[0].revents & POLLIN) != 0;
}

static void *sender_main(void *arg)
{
    struct ov_sender *sender = arg;
    bool over = false;
    while (!over)
    {
        const bool tun_gone = atomic_load_explicit(&sender->failed, memory_order_relaxed);
        const bool ready = wait_for_work(sender, tun_gone);
        const struct ov_now now = ov_loop_now();
        over = atomic_load_explicit(&sender->stop, memory_order_acquire);
        send_inband(sender, now);
        if (!over)
        {
            ov_pump_run(&sender->pump, (struct ov_pump_ready){.tun = ready}, now);
        }
        publish_all(sender);
    }
    /* The rest of a super-packet is nowhere else. */
    for (unsigned i = 0; i < LAST_READS && tun_waits(sender); i++)
    {
        ov_pump_run(&sender->pump, (struct ov_pump_ready){0}, ov_loop_now());
    }
    publish_all(sender);
    return NULL;
}

/* ---- main thread ---- */

enum ov_err ov_sender_new(struct ov_link *link, struct ov_tun *tun, struct ov_sender **out)
{
    *out = NULL;
    if (link->ops->twin == NULL || tun->ops->twin == NULL)
    {
        return OV_ERR_UNSUPPORTED;
    }
    struct ov_sender *sender = calloc(1, sizeof *sender);
    if (sender == NULL)
    {
        return OV_ERR_NOMEM;
    }
    sender->link = link;
    sender->tun = tun;
    sender->bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    enum ov_err err = sender->bell < 0 ? OV_ERR_IO : link->ops->twin(link, &sender->pump.link);
    err = err == OV_OK ? tun->ops->twin(tun, &sender->pump.tun) : err;
    if (err != OV_OK)
    {
        ov_sender_free(sender);
        return err;
    }
    sender->pump.engine = &engine;
    sender->pump.ctx = sender;
    *out = sender;
    return OV_OK;
}

enum ov_err ov_sender_run(struct ov_sender *sender)
{
    sigset_t all;
    sigset_t before;
    (void)sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0) /* signals are the main thread's */
    {
        return OV_ERR_IO;
    }
    sender->running = pthread_create(&sender->thread, NULL, sender_main, sender) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return sender->running ? OV_OK : OV_ERR_IO;
}

static void ring(const struct ov_sender *sender)
{
    const uint64_t once = 1;
    ssize_t len;
    do
    {
        len = write(sender->bell, &once, sizeof once);
    } while (len < 0 && errno == EINTR);
}

void ov_sender_ring(struct ov_sender *sender)
{
    if (sender->lane.bell)
    {
        sender->lane.bell = false;
        ring(sender);
    }
}

static uint64_t more(struct ov_sender *sender, enum sender_count which)
{
    const uint64_t now = atomic_load_explicit(&sender->count[which], memory_order_relaxed);
    const uint64_t delta = now - sender->told[which];
    sender->told[which] = now;
    return delta;
}

void ov_sender_collect(struct ov_sender *sender)
{
    struct ov_link_stats *link = &sender->link->stats;
    struct ov_tun_stats *tun = &sender->tun->stats;
    const uint64_t tx_errors = more(sender, COUNT_TX_ERRORS);
    const uint64_t rx_errors = more(sender, COUNT_RX_ERRORS);
    const int ring_errno = atomic_load_explicit(&sender->ring_errno, memory_order_relaxed);
    tun->ring_errno = ring_errno != 0 ? ring_errno : tun->ring_errno;
    link->tx_datagrams += more(sender, COUNT_TX_DATAGRAMS);
    link->tx_octets += more(sender, COUNT_TX_OCTETS);
    link->tx_calls += more(sender, COUNT_TX_CALLS);
    link->tx_full += more(sender, COUNT_TX_FULL);
    link->tx_too_big += more(sender, COUNT_TX_TOO_BIG);
    link->tx_errors += tx_errors;
    tun->rx_packets += more(sender, COUNT_RX_PACKETS);
    tun->rx_octets += more(sender, COUNT_RX_OCTETS);
    tun->rx_errors += rx_errors;
    if (tx_errors > 0)
    {
        link->tx_errno = atomic_load_explicit(&sender->tx_errno, memory_order_relaxed);
    }
    if (rx_errors > 0)
    {
        tun->rx_errno = atomic_load_explicit(&sender->rx_errno, memory_order_relaxed);
    }
}

bool ov_sender_failed(const struct ov_sender *sender)
{
    return atomic_load_explicit(&sender->failed, memory_order_relaxed);
}

void ov_sender_stop(struct ov_sender *sender)
{
    if (sender->running)
    {
        atomic_store_explicit(&sender->stop, true, memory_order_release);
        ring(sender);
        (void)pthread_join(sender->thread, NULL);
        sender->running = false;
    }
    ov_sender_collect(sender);
}

void ov_sender_free(struct ov_sender *sender)
{
    if (sender == NULL)
    {
        return;
    }
    if (sender->pump.link != NULL)
    {
        sender->pump.link->ops->close(sender->pump.link);
    }
    if (sender->pump.tun != NULL)
    {
        sender->pump.tun->ops->close(sender->pump.tun);
    }
    if (sender->bell >= 0)
    {
        (void)close(sender->bell);
    }
    free(sender);
}
