#include "app/client.h"
#include "app/manage_loop.h"

#include <stdio.h>
#include <string.h>

/* What a client does with what its session says, and with what is ready. */

void ov_client_finish(struct ov_client *client, enum ov_outcome outcome)
{
    /* Whoever asked for the end gets it, whatever was asked beside it. */
    const bool ends = outcome == OV_OUTCOME_AGAIN && (client->leaving || client->outcome == OV_OUTCOME_DONE);
    client->outcome = ends ? OV_OUTCOME_DONE : outcome;
    ov_loop_stop(client->loop);
}

/* ---- what the session says ---- */

static void on_connected(struct ov_client *client, struct ov_now now)
{
    const struct ov_config *effective = &ov_session_pulled(&client->session)->effective;
    const struct ov_config *own = &client->program->config;
    struct ov_link *link = client->link;
    if (effective->sndbuf != own->sndbuf)
    {
        ov_logf(client->log, OV_LOG_INFO, "sndbuf %u granted",
                link->ops->buffer(link, OV_SOCKBUF_SEND, effective->sndbuf));
    }
    if (effective->rcvbuf != own->rcvbuf)
    {
        ov_logf(client->log, OV_LOG_INFO, "rcvbuf %u granted",
                link->ops->buffer(link, OV_SOCKBUF_RECEIVE, effective->rcvbuf));
    }
    client->pump.shaper = (struct ov_shaper){.octets_s = effective->outer.shaper_octets_s};
    ov_manage_echoes(client->program->manage, client->log, &effective->hooks, true);
    ov_client_manage_assigned(client, &effective->tunnel);
    client->connected = true;
    ov_remotes_connected(&client->remotes);
    if (!ov_client_is_peer(client))
    {
        ov_client_tunnel_raise(client, now);
    }
    else if (ov_updown_stands(&client->updown)) /* since the session began */
    {
        ov_client_tunnel_ready(client);
    }
}

/* PUSH_UPDATE: other addresses or routes. Before the tunnel is ready, its start finds them anyway. */
static void on_updated(struct ov_client *client, struct ov_now now)
{
    /* The interface and what may be sent through it change: not under a thread that sends. */
    ov_client_join_threads(client, now);
    if (client->connected)
    {
        ov_client_tunnel_raise(client, now);
    }
}

/* Where to go on is the server's wish, or follows from how far we came. */
static void on_restart(struct ov_client *client, const struct ov_event *event, struct ov_now now)
{
    char reason[sizeof event->text + 8];
    (void)snprintf(reason, sizeof reason, "soft,%s", event->text);
    /* Nobody answered for --connect-timeout: that was pause enough, on UDP. */
    client->waited = strcmp(event->text, "server_poll") == 0 && !client->program->settings.stream;
    client->wait_s = event->wait_s;
    if (event->next_remote)
    {
        ov_remotes_skip(&client->remotes);
    }
    else if (event->next_addr)
    {
        ov_remotes_failed(&client->remotes);
    }
    if (client->program->config.tls_exit && strncmp(event->text, "tls-error", 9) == 0)
    {
        ov_logf(client->log, OV_LOG_ERROR, "the handshake failed, and --tls-exit is given: process exiting");
        ov_client_finish(client, OV_OUTCOME_FAILED);
        return;
    }
    bool told = event->next_remote || event->next_addr || event->err == OV_ERR_AUTH;
    ov_client_restart(client, reason, !told, now);
}

static void on_event(struct ov_client *client, const struct ov_event *event, struct ov_now now)
{
    ov_client_manage_event(client, event);
    switch (event->kind)
    {
    case OV_EVENT_CONNECTED:
        on_connected(client, now);
        break;
    case OV_EVENT_RESTART:
        on_restart(client, event, now);
        break;
    case OV_EVENT_HANDSHAKE:
        ov_client_tunnel_address(client);
        if (!client->connected)
        {
            ov_client_manage_state(client, "AUTH", false);
            ov_client_manage_state(client, "GET_CONFIG", false);
        }
        break;
    case OV_EVENT_UPDATED:
        on_updated(client, now);
        break;
    case OV_EVENT_LOGIN:
        ov_client_login_wanted(client, now);
        break;
    case OV_EVENT_CHALLENGE:
        ov_client_challenged(client, event->text);
        break;
    case OV_EVENT_EXIT:
        if (!client->leaving)
        {
            (void)snprintf(client->reason, sizeof client->reason, "%.*s", (int)strcspn(event->text, ": "),
                           event->text);
        }
        ov_client_finish(client, event->err == OV_OK ? client->wanted : OV_OUTCOME_FAILED);
        break;
    default:
        /* The session has logged everything else itself. */
        break;
    }
}

/* Let the session work until it has nothing more to do now; returns its deadline. */
static uint64_t advance_session(struct ov_client *client, struct ov_now now)
{
    struct ov_event event;
    uint64_t deadline = ov_pump_settle(&client->pump, now);
    while (client->pump.ctx != NULL && ov_session_event(&client->session, &event))
    {
        on_event(client, &event, now);
        deadline = ov_pump_settle(&client->pump, now);
    }
    ov_report_trouble(client->log, &client->trouble, &client->pump, now);
    return deadline;
}

void ov_client_answered(void *ctx)
{
    struct ov_client *client = ctx;
    if (client->state == OV_CLIENT_RUNNING)
    {
        ov_session_proceed(&client->session, ov_loop_now());
        ov_loop_deadline(client->loop, 0);
    }
}

/* On the way to a session. */
static void try_to_connect(struct ov_client *client, unsigned ready, struct ov_now now)
{
    if (client->state == OV_CLIENT_PAUSE && now.mono_ms >= client->pause_until_ms &&
        !ov_updown_busy(&client->updown))
    {
        ov_client_attempt(client, now);
    }
    if (client->state == OV_CLIENT_CONNECTING)
    {
        ov_client_watch_connect(client, now);
    }
    if (client->state == OV_CLIENT_DIALLING)
    {
        ov_client_watch_proxy(client, now);
    }
    else if ((ready & OV_READY(OV_WATCH_PROXY)) != 0)
    {
        ov_client_check_proxy(client, now);
    }
}

/* ---- called by the loop ---- */

void ov_client_wake(void *ctx, unsigned ready)
{
    struct ov_client *client = ctx;
    struct ov_now now = ov_loop_now();
    ov_updown_tick(&client->updown, now);
    if (client->state == OV_CLIENT_ENDING)
    {
        ov_loop_deadline(client->loop, ov_updown_deadline(&client->updown));
        return;
    }
    if ((ready & OV_FAILED(OV_WATCH_TUN)) != 0)
    {
        ov_logf(client->log, OV_LOG_ERROR, "tun device %s is gone", client->iface.tun->name);
        ov_client_finish(client, OV_OUTCOME_FAILED);
        return;
    }
    struct ov_pump_ready which = {(ready & OV_READY(OV_WATCH_LINK)) != 0,
                                  (ready & OV_READY(OV_WATCH_TUN)) != 0};
    ov_pump_run(&client->pump, which, now);
    if ((ready & OV_READY(OV_WATCH_TERMINAL)) != 0)
    {
        ov_dialogue_typed(&client->dialogue);
    }
    const uint64_t manage_ms =
        ov_manage_turn(client->program->manage, client->loop, &client->manage.seen, now);
    if (client->manage.thrown != 0)
    {
        const int signum = client->manage.thrown;
        client->manage.thrown = 0;
        ov_client_signal(client, signum); /* which comes here again */
        return;
    }
    try_to_connect(client, ready, now);
    ov_client_watch_master(client, now);
    uint64_t deadline = OV_NEVER;
    if (client->state == OV_CLIENT_RUNNING)
    {
        deadline = advance_session(client, now);
        deadline = ov_time_earlier(deadline, ov_client_keep_threads(client, now));
    }
    ov_loop_pause(client->loop, OV_WATCH_TUN, client->pump.tun_waits || client->pump.tun_elsewhere);
    if (client->state == OV_CLIENT_CONNECTING || client->state == OV_CLIENT_DIALLING)
    {
        deadline = client->connect_by_ms;
    }
    if (!client->connected)
    {
        deadline = ov_time_earlier(deadline, client->master_ms);
    }
    if (client->state == OV_CLIENT_PAUSE)
    {
        deadline = ov_updown_busy(&client->updown) ? OV_NEVER : client->pause_until_ms;
    }
    deadline = ov_time_earlier(deadline, ov_time_earlier(manage_ms, ov_updown_deadline(&client->updown)));
    deadline = ov_time_earlier(deadline, ov_client_manage_tick(client, now));
    deadline = ov_time_earlier(deadline, ov_manage_flush(client->program->manage, now));
    ov_loop_deadline(client->loop, ov_time_earlier(deadline, ov_client_keep_status(client, now)));
}
