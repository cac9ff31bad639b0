#include "app/client.h"

#include <stdio.h>
#include <string.h>

#include "app/local.h"
#include "app/retry.h"
#include "net/sockaddr.h"

/* Where a client connects to, and when it tries again. */

static void stop_session(struct ov_client *client)
{
    ov_client_forget_question(client);
    ov_client_join_threads(client, ov_loop_now());
    client->threads = (struct ov_client_threads){0};
    client->pump.ctx = NULL;
    client->pump.link = NULL;
    client->pump.tun_waits = false;
    ov_session_clear(&client->session);
    ov_loop_unwatch(client->loop, OV_WATCH_LINK);
    ov_client_drop_proxy(client);
    if (client->link != NULL)
    {
        client->link->ops->close(client->link);
        client->link = NULL;
    }
}

/* [WP-CLI-004] */
void ov_client_pause(struct ov_client *client, struct ov_now now)
{
    const struct ov_config *config = &client->program->config;
    uint32_t pause_s = ov_retry_pause_s(config->connect_retry_s, config->connect_retry_max_s,
                                        client->remotes.attempts, (uint32_t)client->remotes.count);
    pause_s = client->waited ? 0 : pause_s;
    pause_s = client->wait_s > pause_s ? client->wait_s : pause_s;
    client->waited = false;
    client->wait_s = 0;
    ov_logf(client->log, OV_LOG_INFO, "next attempt in %u s", pause_s);
    client->state = OV_CLIENT_PAUSE;
    client->pause_until_ms = now.mono_ms + UINT64_C(1000) * pause_s;
}

/* A restart of the connection. What was established is tried again where it
 * was, and so is a server that refused us; a failed attempt goes on to the
 * next address [WP-CLI-006]. */
void ov_client_restart(struct ov_client *client, const char *reason, bool advance, struct ov_now now)
{
    const enum ov_restart remapped = client->program->config.process.restart;
    if (remapped != OV_RESTART_PLAIN)
    {
        const bool reread = remapped == OV_RESTART_REREAD;
        ov_logf(client->log, OV_LOG_INFO, "SIG%s[%.*s] received (remap-usr1), process %s",
                reread ? "HUP" : "TERM", (int)strcspn(reason, ":"), reason,
                reread ? "starting over" : "exiting");
        ov_client_finish(client, reread ? OV_OUTCOME_AGAIN : OV_OUTCOME_DONE);
        return;
    }
    /* Up to the colon it is the reason as 2.x writes it [WP-CLI-010]; what
     * follows was logged by the session. */
    ov_logf(client->log, OV_LOG_INFO, "SIGUSR1[%.*s] received, process restarting", (int)strcspn(reason, ":"),
            reason);
    stop_session(client);
    if (client->connected)
    {
        ov_client_manage_updown(client, false);
    }
    char state[120];
    const char *why = strchr(reason, ',') != NULL ? strchr(reason, ',') + 1 : reason;
    (void)snprintf(state, sizeof state, "RECONNECTING,%.*s", (int)strcspn(why, ":,"), why);
    ov_client_manage_state(client, state, false);
    ov_client_tunnel_leave(client, strcmp(reason, "hard,") == 0 ? "sigusr1" : reason, now);
    if (advance && !client->connected)
    {
        ov_remotes_failed(&client->remotes);
    }
    client->connected = false;
    ov_client_pause(client, now);
}

const char *ov_client_host(struct ov_client *client, char random[static OV_REMOTES_HOST])
{
    const char *host = ov_remotes_entry(&client->remotes)->host;
    if (!client->program->config.remote_random_hostname)
    {
        return host;
    }
    return ov_remotes_random_host(host, &client->program->rng, random) == OV_OK ? random : NULL;
}

static void start_lookup(struct ov_client *client, struct ov_now now)
{
    const struct ov_remote *entry = ov_remotes_entry(&client->remotes);
    /* A SOCKS5 relay sends to IPv4 only [WP-PROXY-023]. */
    uint8_t family = ov_client_has_proxy(client) ? 4 : ov_proto_family(entry->proto);
    char random[OV_REMOTES_HOST];
    const char *host = ov_client_host(client, random);
    client->state = OV_CLIENT_LOOKUP;
    ov_client_manage_state(client, "RESOLVE", false);
    if (host == NULL || ov_loop_resolve(client->loop, host, family) != OV_OK)
    {
        ov_logf(client->log, OV_LOG_ERROR, "cannot look up %s", entry->host);
        ov_client_pause(client, now);
    }
}

/* A session over the link that is open. */
static enum ov_err begin_session(struct ov_client *client, const struct ov_addr *server, struct ov_now now)
{
    const struct ov_session_env env = {
        .settings = &client->program->settings, .rng = &client->program->rng, .log = client->log};
    enum ov_err err = ov_session_init(&client->session, &env, server, now);
    if (err == OV_OK)
    {
        client->pump.ctx = &client->session;
        client->state = OV_CLIENT_RUNNING;
        ov_client_manage_state(client, "WAIT", false);
    }
    if (err == OV_OK && ov_client_is_peer(client))
    {
        ov_client_tunnel_raise(client,
                               now); /* what the tunnel carries is what makes the other end notice this one */
    }
    return err;
}

static void give_up(struct ov_client *client, enum ov_err err)
{
    ov_logf(client->log, OV_LOG_ERROR, "cannot start a session: %s", ov_err_name(err));
    ov_client_finish(client, OV_OUTCOME_FAILED);
}

void ov_client_begin(struct ov_client *client, const struct ov_addr *server, struct ov_now now)
{
    enum ov_err err = ov_loop_watch(client->loop, OV_WATCH_LINK, client->link->ops->fd(client->link));
    client->pump.link = client->link;
    err = err != OV_OK ? err : begin_session(client, server, now);
    if (err != OV_OK)
    {
        give_up(client, err);
    }
}

static void start_session(struct ov_client *client, const struct ov_addr *server, struct ov_now now)
{
    const bool tcp = ov_proto_is_tcp(ov_remotes_entry(&client->remotes)->proto);
    char text[OV_ADDR_TEXT];
    if (ov_client_has_proxy(client))
    {
        ov_client_call_proxy(client, now);
        return;
    }
    if (ov_client_waits_for_call(client))
    {
        ov_client_await(client, server, now);
        return;
    }
    ov_logf(client->log, OV_LOG_INFO, "connecting to %s", ov_addr_text(server, text));
    ov_interface_toward(&client->iface, server);
    client->program->settings.stream = tcp;
    client->program->settings.outer_more = 0;
    client->link =
        tcp ? ov_local_connect(client->program, server) : ov_local_open(client->program, server->family);
    enum ov_err err = client->link == NULL ? OV_ERR_IO : OV_OK;
    if (err == OV_OK)
    {
        err = ov_loop_watch(client->loop, OV_WATCH_LINK, client->link->ops->fd(client->link));
    }
    client->pump.link = client->link;
    if (err == OV_OK && tcp)
    {
        client->state = OV_CLIENT_CONNECTING;
        ov_client_manage_state(client, "TCP_CONNECT", false);
        client->connect_by_ms = now.mono_ms + UINT64_C(1000) * client->program->config.connect_timeout_s;
        return;
    }
    if (err == OV_OK)
    {
        err = begin_session(client, server, now);
    }
    if (err != OV_OK)
    {
        give_up(client, err);
    }
}

static void connect_failed(struct ov_client *client, const char *why, struct ov_now now)
{
    char text[OV_ADDR_TEXT];
    ov_logf(client->log, OV_LOG_WARN, "TCP: connect to %s failed: %s",
            ov_addr_text(ov_remotes_addr(&client->remotes), text), why);
    ov_client_restart(client, "soft,init_instance", true, now); /* [WP-CLI-010] */
}

void ov_client_watch_connect(struct ov_client *client, struct ov_now now)
{
    struct ov_link_event event;
    if (client->link->ops->connections->event(client->link, &event))
    {
        if (!event.up)
        {
            connect_failed(client, event.text, now);
            return;
        }
        enum ov_err err = begin_session(client, ov_remotes_addr(&client->remotes), now);
        if (err != OV_OK)
        {
            give_up(client, err);
        }
    }
    else if (now.mono_ms >= client->connect_by_ms)
    {
        connect_failed(client, "no answer (--connect-timeout)", now);
    }
}

/* The tunnel isn't up in time, however far it came. */
void ov_client_watch_master(struct ov_client *client, struct ov_now now)
{
    if (now.mono_ms >= client->master_ms && !client->connected && client->state != OV_CLIENT_PAUSE)
    {
        client->master_ms = OV_NEVER;
        ov_logf(client->log, OV_LOG_WARN, "not connected within %u s (--connect-timeout)",
                client->program->config.connect_master_s);
        ov_client_restart(client, "soft,connect-timeout", true, now);
    }
}

/* Passes over the whole list, all in vain [WP-CLI-005]. */
static bool enough(const struct ov_client *client)
{
    const uint32_t rounds = client->program->config.connect_retry_rounds;
    return rounds > 0 && ov_remotes_rounds(&client->remotes) >= rounds;
}

/* The entry's own settings, and how long this attempt may take. */
static bool prepare(struct ov_client *client, struct ov_now now)
{
    if (!ov_program_select(client->program, ov_remotes_entry(&client->remotes)->config))
    {
        return false;
    }
    const uint32_t master_s = client->program->config.connect_master_s;
    client->master_ms =
        master_s > 0 && !ov_client_is_peer(client) ? now.mono_ms + UINT64_C(1000) * master_s : OV_NEVER;
    return true;
}

void ov_client_attempt(struct ov_client *client, struct ov_now now)
{
    if (enough(client))
    {
        ov_logf(client->log, OV_LOG_ERROR,
                "all remotes were tried %u times without success (--connect-retry-max)",
                client->program->config.connect_retry_rounds);
        ov_client_finish(client, OV_OUTCOME_FAILED);
        return;
    }
    if (!prepare(client, now))
    {
        ov_client_finish(client, OV_OUTCOME_FAILED);
        return;
    }
    const bool asked = client->question == OV_QUESTION_ATTEMPT; /* management has let it pass before */
    if (!asked && ov_client_manage_waits(client, now))
    {
        return;
    }
    ov_client_manage_apply(client);
    const struct ov_addr *server = ov_remotes_addr(&client->remotes);
    if (!ov_client_log_in(client, OV_QUESTION_ATTEMPT))
    {
        client->pause_until_ms = OV_NEVER; /* until somebody has typed it */
        return;
    }
    client->remotes.attempts++;
    if (ov_client_has_proxy(client) && ov_proto_is_tcp(ov_remotes_entry(&client->remotes)->proto))
    {
        ov_client_call_proxy(client, now); /* it looks the server up */
        return;
    }
    if (ov_remotes_entry(&client->remotes)->host == NULL)
    {
        ov_client_await(client, NULL, now);
        return;
    }
    if (server == NULL)
    {
        start_lookup(client, now);
        return;
    }
    start_session(client, server, now);
}

/* --resolv-retry: give up after that long without an answer. */
static void lookup_failed(struct ov_client *client, struct ov_now now)
{
    uint32_t limit_s = client->program->config.resolv_retry_s;
    if (client->lookup_fails_since_ms == 0)
    {
        client->lookup_fails_since_ms = now.mono_ms;
    }
    if (limit_s != OV_INFINITE && now.mono_ms - client->lookup_fails_since_ms >= UINT64_C(1000) * limit_s)
    {
        ov_logf(client->log, OV_LOG_ERROR, "no server name could be resolved for %u s (--resolv-retry)",
                limit_s);
        ov_client_finish(client, OV_OUTCOME_FAILED);
        return;
    }
    ov_remotes_failed(&client->remotes);
    ov_client_pause(client, now);
}

void ov_client_resolved(void *ctx, const struct addrinfo *list, const char *text)
{
    struct ov_client *client = ctx;
    const struct ov_remote *entry = ov_remotes_entry(&client->remotes);
    struct ov_addr addrs[OV_REMOTES_ADDRS];
    size_t count = 0;
    struct ov_now now = ov_loop_now();
    if (ov_client_tunnel_name(client, list, text, now))
    {
        ov_client_wake(client, 0);
        return;
    }
    for (; list != NULL && count < OV_REMOTES_ADDRS; list = list->ai_next)
    {
        count += ov_addr_from_sockaddr(list->ai_addr, list->ai_addrlen, &addrs[count]);
    }
    if (client->state == OV_CLIENT_FIND_PROXY)
    {
        ov_client_proxy_found(client, count > 0 ? &addrs[0] : NULL, text, now);
        ov_client_wake(client, 0);
        return;
    }
    if (ov_remotes_resolved(&client->remotes, addrs, count))
    {
        client->lookup_fails_since_ms = 0;
        start_session(client, ov_remotes_addr(&client->remotes), now);
    }
    else
    {
        ov_logf(client->log, OV_LOG_WARN, "cannot resolve %s: %s", entry->host,
                text[0] != '\0' ? text : "no address of the wanted family");
        lookup_failed(client, now);
    }
    ov_client_wake(client, 0);
}
