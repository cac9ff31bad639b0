#include "app/client.h"

/* --data-threads: when a client sends and receives in two threads. */

/* auto: both directions at this rate for as long. One stream's acknowledgements are far below it, and a core
 * that is not busy gains nothing from a second one. */
#define BUSY_OCTETS_S UINT64_C(25000000)
#define CALM_OCTETS_S (BUSY_OCTETS_S / 4)
#define LOOK_MS       500u

static bool judge_busy(struct ov_client *client, struct ov_now now)
{
    struct ov_client_threads *threads = &client->threads;
    const uint64_t passed_ms = now.mono_ms - threads->looked_ms;
    if (passed_ms < LOOK_MS)
    {
        return threads->busy;
    }
    const uint64_t sent = client->iface.tun->stats.rx_octets;
    const uint64_t received = client->link->stats.rx_octets;
    const uint64_t limit = (threads->busy ? CALM_OCTETS_S : BUSY_OCTETS_S) * passed_ms / 1000;
    threads->busy = sent - threads->tun_octets > limit && received - threads->link_octets > limit;
    threads->looked_ms = now.mono_ms;
    threads->tun_octets = sent;
    threads->link_octets = received;
    return threads->busy;
}

static bool wanted(struct ov_client *client, struct ov_now now)
{
    switch (client->program->config.data_threads)
    {
    case OV_DATA_THREADS_TWO:
        return true;
    case OV_DATA_THREADS_AUTO:
        return judge_busy(client, now);
    default:
        return false;
    }
}

static void refuse(struct ov_client *client, const char *why)
{
    client->threads.refused = true;
    ov_logf(client->log, OV_LOG_INFO, "data-threads: one thread for both directions: %s", why);
}

static void start(struct ov_client *client, struct ov_now now)
{
    const char *obstacle = client->pump.block_ip6             ? "block-ipv6 answers packets"
                           : client->pump.shaper.octets_s > 0 ? "shaper counts in one place"
                                                              : ov_session_lane_obstacle(&client->session);
    struct ov_sender *sender;
    if (obstacle != NULL)
    {
        refuse(client, obstacle);
        return;
    }
    enum ov_err err = ov_sender_new(client->link, client->iface.tun, &sender);
    if (err != OV_OK)
    {
        refuse(client, err == OV_ERR_UNSUPPORTED ? "not over TCP" : ov_err_name(err));
        return;
    }
    client->threads.sender = sender;
    ov_session_lane_open(&client->session, ov_sender_lane(sender));
    (void)ov_session_lane_follow(&client->session, now);
    client->pump.tun_elsewhere = true;
    err = ov_sender_run(sender);
    if (err != OV_OK)
    {
        ov_client_join_threads(client, now);
        refuse(client, "no second thread can be started");
        return;
    }
    ov_logf(client->log, OV_LOG_INFO, "data-threads: sending in a thread of its own");
}

uint64_t ov_client_keep_threads(struct ov_client *client, struct ov_now now)
{
    struct ov_client_threads *threads = &client->threads;
    if (!client->connected || client->pump.ctx == NULL || threads->refused)
    {
        return OV_NEVER;
    }
    const bool two = wanted(client, now);
    if (two && threads->sender == NULL && !client->leaving)
    {
        start(client, now);
    }
    if (!two && threads->sender != NULL)
    {
        ov_client_join_threads(client, now);
        ov_logf(client->log, OV_LOG_INFO, "data-threads: one thread for both directions again");
    }
    if (threads->sender == NULL)
    {
        return OV_NEVER;
    }
    ov_sender_collect(threads->sender);
    const uint64_t next = ov_session_lane_follow(&client->session, now);
    ov_sender_ring(threads->sender);
    if (ov_sender_failed(threads->sender))
    {
        ov_logf(client->log, OV_LOG_ERROR, "tun device %s is gone", client->iface.tun->name);
        ov_client_finish(client, OV_OUTCOME_FAILED);
    }
    return next;
}

void ov_client_join_threads(struct ov_client *client, struct ov_now now)
{
    struct ov_client_threads *threads = &client->threads;
    if (threads->sender == NULL)
    {
        return;
    }
    ov_sender_stop(threads->sender);
    ov_session_lane_close(&client->session, now);
    ov_sender_free(threads->sender);
    threads->sender = NULL;
    client->pump.tun_elsewhere = false;
}
