#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/client.h"
#include "app/self.h"
#include "base/wipe.h"

/* ---- signals ---- */

/* The first SIGTERM lets the session say goodbye [WP-CLI-012], the second one
 * doesn't wait for it. */
static void leave(struct ov_client *client, const char *name, enum ov_outcome outcome)
{
    client->leaving_by = strncmp(name, "SIGTERM", 7) == 0  ? "EXITING,SIGTERM"
                         : strncmp(name, "SIGINT", 6) == 0 ? "EXITING,SIGINT"
                                                           : "RECONNECTING,SIGHUP";
    ov_logf(client->log, OV_LOG_INFO, "%s received, %s", name,
            outcome == OV_OUTCOME_AGAIN ? "starting over" : "process exiting");
    ov_client_note_signal(client, name);
    if (client->state != OV_CLIENT_RUNNING || client->leaving || outcome == OV_OUTCOME_AGAIN)
    {
        ov_client_finish(client, outcome);
        return;
    }
    client->leaving = true;
    client->wanted = outcome;
    ov_session_exit(&client->session, ov_loop_now());
    ov_client_wake(client, 0);
}

static void report(const struct ov_client *client)
{
    struct ov_counters counters;
    ov_client_counters(client, &counters);
    ov_report_drops(client->log, client->link, &counters);
    ov_report_devices(client->log, client->link, client->iface.tun);
    if (client->state == OV_CLIENT_RUNNING)
    {
        struct ov_session_status status;
        ov_session_status(&client->session, &status);
        ov_report_session(client->log, &status, "");
    }
}

void ov_client_signal(struct ov_client *client, int signum)
{
    if (client->state == OV_CLIENT_ENDING)
    {
        const bool ends = client->outcome == OV_OUTCOME_AGAIN && (signum == SIGINT || signum == SIGTERM);
        client->outcome = ends ? OV_OUTCOME_DONE : client->outcome;
        ov_client_tunnel_hurry(client);
        return;
    }
    switch (signum)
    {
    case SIGINT:
        leave(client, "SIGINT[hard,]", OV_OUTCOME_DONE);
        break;
    case SIGTERM:
        leave(client, "SIGTERM[hard,]", OV_OUTCOME_DONE);
        break;
    case SIGHUP:
        leave(client, "SIGHUP[hard,]", OV_OUTCOME_AGAIN);
        break;
    case SIGUSR1:
        if ((client->state == OV_CLIENT_RUNNING && !client->leaving) ||
            client->state == OV_CLIENT_CONNECTING || client->state == OV_CLIENT_DIALLING)
        {
            ov_client_restart(client, "hard,", false, ov_loop_now());
            ov_client_wake(client, 0);
        }
        break;
    default:
        report(client);
        break;
    }
}

static void on_signal(void *ctx, int signum)
{
    ov_client_signal(ctx, signum);
}

/* ---- start and end ---- */

/* The device is created before the connection is made: what is missing on this
 * machine is said at once, and rights can be given up early. */
static bool client_open(struct ov_client *client)
{
    const struct ov_loop_user user = {client, ov_client_wake, on_signal, ov_client_resolved};
    const struct ov_config *config = &client->program->config;
    const struct ov_tun_spec spec = {
        config->tunnel.dev, config->tunnel.tap,
        ov_buf_packet_for(ov_tunnel_packet(&config->tunnel, config->tun_mtu_max)), config->tunnel.node};
    enum ov_err err = ov_loop_new(&user, &client->loop);
    if (err != OV_OK)
    {
        ov_logf(client->log, OV_LOG_ERROR, "cannot start the event loop: %s", ov_err_name(err));
        return false;
    }
    if (!ov_interface_open(&client->iface, &spec, config->data_path, client->log))
    {
        return false;
    }
    ov_self_describe(client->program, client->iface.netif);
    client->pump.engine = &ov_engine_session;
    client->pump.tun = client->iface.tun;
    client->pump.drains = config->fragment.octets > 0;
    err = ov_loop_watch(client->loop, OV_WATCH_TUN, client->iface.tun->ops->fd(client->iface.tun));
    if (err != OV_OK)
    {
        ov_logf(client->log, OV_LOG_ERROR, "cannot watch the tun device: %s", ov_err_name(err));
        return false;
    }
    client->dialogue.loop = client->loop;
    client->dialogue.answered = ov_client_typed;
    client->dialogue.ctx = client;
    if (client->program->control != NULL)
    {
        client->program->control->card.dialogue = &client->dialogue;
    }
    ov_client_tunnel_open(client);
    ov_cert_guard_serve(&client->program->guard, client->loop, NULL, ov_client_answered, client);
    ov_client_manage_open(client);
    ov_status_file_open(&client->status, &client->program->config, client->log, ov_loop_now());
    /* 'up' and its like are called with all the rights that the program was started with, as in 2.x. */
    return ov_updown_calls(&client->program->config) ? ov_program_write_pid(client->program)
                                                     : ov_program_settle_in(client->program);
}

/* The session first: its last packets are gone. Then what it used. */
static void client_close(struct ov_client *client)
{
    if (client->connected)
    {
        ov_client_manage_updown(client, false);
    }
    ov_client_manage_state(client, client->leaving_by != NULL ? client->leaving_by : "EXITING", false);
    ov_client_manage_close(client);
    ov_client_join_threads(client, ov_loop_now());
    ov_status_file_close(&client->status);
    ov_session_clear(&client->session);
    ov_cert_guard_serve(&client->program->guard, NULL, NULL, NULL, NULL);
    if (client->loop != NULL)
    {
        if (client->program->control != NULL)
        {
            client->program->control->card.dialogue = NULL;
        }
        ov_client_forget_question(client);
        ov_client_tunnel_close(client);
    }
    if (client->loop != NULL && !ov_loop_free(client->loop))
    {
        client->program->leave_hard = true;
    }
    if (client->link != NULL)
    {
        client->link->ops->close(client->link);
    }
    ov_dial_close(client->dial);
    ov_wipe(&client->wish, sizeof client->wish);
    ov_interface_close(&client->iface);
}

static bool shuffle(struct ov_client *client)
{
    if (!client->program->config.remote_random)
    {
        return true;
    }
    const enum ov_err err = ov_remotes_shuffle(&client->remotes, &client->program->rng);
    if (err != OV_OK)
    {
        ov_logf(client->log, OV_LOG_ERROR, "cannot shuffle the remotes: %s", ov_err_name(err));
    }
    return err == OV_OK;
}

/* What decides how long a user waits, in one line. */
static void say_timers(const struct ov_client *client)
{
    const struct ov_config *config = &client->program->config;
    char master[40] = "no limit";
    if (config->connect_master_s > 0)
    {
        (void)snprintf(master, sizeof master, "%u s", config->connect_master_s);
    }
    ov_logf(client->log, OV_LOG_INFO,
            "timers: first answer %u s (server-poll-timeout), TLS and options %u s each (hand-window), whole "
            "attempt "
            "%s, pause %u to %u s (connect-retry), ping-restart %u s",
            config->connect_timeout_s, config->hand_window_s, master, config->connect_retry_s,
            config->connect_retry_max_s, config->keepalive.ping_restart_s);
    if (client->remotes.count > 1 && config->connect_timeout_s >= 60)
    {
        ov_logf(client->log, OV_LOG_INFO,
                "hint: %zu remotes, and each that is silent costs %u s; 'server-poll-timeout 10' goes on "
                "sooner%s",
                client->remotes.count, config->connect_timeout_s,
                config->remote_random ? "" : ", 'remote-random' spreads clients");
    }
}

enum ov_outcome ov_client_run(struct ov_program *program)
{
    struct ov_client *client = calloc(1, sizeof *client);
    if (client == NULL)
    {
        ov_logf(&program->log, OV_LOG_ERROR, "%s", ov_err_name(OV_ERR_NOMEM));
        return OV_OUTCOME_FAILED;
    }
    client->program = program;
    client->log = &program->log;
    client->remotes.list = program->config.remotes;
    client->remotes.count = program->config.remotes_count;
    client->master_ms = OV_NEVER;
    client->outcome = OV_OUTCOME_FAILED;
    if (client_open(client) && shuffle(client))
    {
        if (!ov_client_is_peer(client))
        {
            say_timers(client);
        }
        ov_client_wake(client, 0); /* the pause is over at once: first attempt */
        ov_loop_run(client->loop);
    }
    client_close(client);
    ov_remotes_clear(&client->remotes);
    enum ov_outcome outcome = client->outcome;
    free(client);
    return outcome;
}
