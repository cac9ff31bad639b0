#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/client_station.h"
#include "app/key_verify.h"
#include "app/local.h"
#include "app/local_server.h"
#include "app/login_hook.h"
#include "app/manage_clients.h"
#include "app/manage_loop.h"
#include "app/pool_file.h"
#include "app/program.h"
#include "app/report.h"
#include "app/server_status.h"
#include "app/server_tunnel.h"
#include "app/status_file.h"
#include "hub/hub.h"
#include "loop/loop.h"
#include "manage/history.h"
#include "options/values.h"

/* A running server. */
struct server
{
    uint32_t manage_seen; /* ov_manage_visits that the loop knows */
    struct ov_manage_server control;
    struct ov_program *program;
    const struct ov_log *log;
    struct ov_hub_settings settings;
    struct ov_loop *loop;
    struct ov_interface iface;
    struct ov_server_tunnel tunnel;
    struct ov_link *link;
    struct ov_hub *hub;
    struct ov_login_hook *login;     /* NULL: no program judges logins */
    struct ov_manage_clients *judge; /* NULL: management doesn't either */
    struct ov_client_hook *clients;  /* NULL: every client is treated alike */
    struct ov_trouble trouble;
    struct ov_status_file status;
    struct ov_pool_file pool_file;
    bool leaving;           /* clients are being told */
    enum ov_outcome wanted; /* what the end of the hub means */
    enum ov_outcome outcome;
    struct ov_pump pump;
};

/* ---- called by the loop ---- */

static void finish(struct server *server, enum ov_outcome outcome)
{
    /* Whoever asked for the end gets it, whatever was asked beside it. */
    const bool ends = outcome == OV_OUTCOME_AGAIN && server->outcome == OV_OUTCOME_DONE;
    server->outcome = ends ? OV_OUTCOME_DONE : outcome;
    ov_loop_stop(server->loop);
}

/* ---- status ---- */

static struct ov_server_view view_of(const struct server *server)
{
    return (struct ov_server_view){server->hub, server->link, &server->iface, &server->pump,
                                   &server->program->config};
}

static void write_status_text(const struct server *server, uint32_t version, FILE *file)
{
    const struct ov_server_view view = view_of(server);
    ov_server_status_write(&view, version, file);
}

static void status_text(void *ctx, FILE *file)
{
    const struct server *server = ctx;
    write_status_text(server, server->program->config.status_version, file);
}

/* Writes the file if it is due; returns when that will be again. */
static uint64_t keep_status(struct server *server, struct ov_now now)
{
    if (now.mono_ms >= ov_status_file_deadline(&server->status))
    {
        ov_status_file_write(&server->status, status_text, server, server->log, now);
    }
    return ov_status_file_deadline(&server->status);
}

/* ---- events ---- */

static void on_event(struct server *server, const struct ov_event *event)
{
    struct ov_hub_stats stats;
    if (server->judge != NULL)
    {
        ov_manage_clients_event(server->judge, event, ov_loop_now());
    }
    switch (event->kind)
    {
    case OV_EVENT_CONNECTED:
        ov_logf(server->log, OV_LOG_INFO, "peer-id %u connected: %s", event->peer_id, event->text);
        ov_hub_stats(server->hub, &stats);
        ov_local_grow(server->program, server->link, stats.peers);
        break;
    case OV_EVENT_CLOSED:
        ov_logf(server->log, OV_LOG_INFO, "peer-id %u closed: %s", event->peer_id, event->text);
        break;
    case OV_EVENT_LOGIN:
    case OV_EVENT_ANSWER:
        if (server->login != NULL)
        {
            ov_login_hook_event(server->login, event, ov_loop_now());
        }
        break;
    case OV_EVENT_CLIENT:
        ov_client_hook_event(server->clients, event, ov_loop_now());
        break;
    case OV_EVENT_EXIT:
        finish(server, event->err == OV_OK ? server->wanted : OV_OUTCOME_FAILED);
        break;
    default:
        /* The sessions have logged everything else themselves. */
        break;
    }
}

static void on_wake(void *ctx, unsigned ready)
{
    struct server *server = ctx;
    struct ov_now now = ov_loop_now();
    struct ov_event event;
    if (ov_server_tunnel_turn(&server->tunnel, now))
    {
        return;
    }
    if ((ready & OV_FAILED(OV_WATCH_TUN)) != 0)
    {
        ov_logf(server->log, OV_LOG_ERROR, "tun device %s is gone", server->iface.tun->name);
        finish(server, OV_OUTCOME_FAILED);
        return;
    }
    struct ov_pump_ready which = {(ready & OV_READY(OV_WATCH_LINK)) != 0,
                                  (ready & OV_READY(OV_WATCH_TUN)) != 0};
    ov_pump_run(&server->pump, which, now);
    const uint64_t manage_ms =
        ov_manage_turn(server->program->manage, server->loop, &server->manage_seen, now);
    if (server->login != NULL)
    {
        ov_login_hook_tick(server->login, now);
    }
    if (server->clients != NULL)
    {
        ov_client_hook_tick(server->clients, now);
    }
    uint64_t deadline = ov_pump_settle(&server->pump, now);
    while (ov_hub_event(server->hub, &event))
    {
        on_event(server, &event);
    }
    if (server->login != NULL)
    {
        deadline = ov_time_earlier(deadline, ov_login_hook_deadline(server->login));
        deadline = ov_time_earlier(deadline, ov_hub_deadline(server->hub));
    }
    if (server->clients != NULL)
    {
        deadline = ov_time_earlier(deadline, ov_client_hook_deadline(server->clients));
        deadline = ov_time_earlier(deadline, ov_hub_deadline(server->hub));
    }
    ov_loop_pause(server->loop, OV_WATCH_TUN, server->pump.tun_waits);
    ov_report_trouble(server->log, &server->trouble, &server->pump, now);
    deadline = ov_time_earlier(deadline, manage_ms);
    deadline = ov_time_earlier(deadline, ov_manage_server_tick(&server->control, now));
    deadline = ov_time_earlier(deadline, server->judge != NULL ? ov_hub_deadline(server->hub) : OV_NEVER);
    deadline = ov_time_earlier(deadline, ov_manage_flush(server->program->manage, now));
    deadline = ov_time_earlier(deadline, ov_pool_file_keep(&server->pool_file, server->hub, now));
    ov_loop_deadline(server->loop, ov_time_earlier(deadline, keep_status(server, now)));
}

/* With --explicit-exit-notify clients are told before the server goes
 * [WP-MSG-010]; the second signal doesn't wait for that. */
static void leave(struct server *server, const char *name, enum ov_outcome outcome)
{
    ov_logf(server->log, OV_LOG_INFO, "%s received, %s", name,
            outcome == OV_OUTCOME_AGAIN ? "starting over" : "process exiting");
    if (ov_server_tunnel_signal(&server->tunnel, name) || server->leaving ||
        server->program->config.exit_notify == 0)
    {
        finish(server, server->leaving && server->wanted == OV_OUTCOME_DONE ? OV_OUTCOME_DONE : outcome);
        return;
    }
    server->leaving = true;
    server->wanted = outcome;
    ov_hub_shutdown(server->hub, ov_loop_now());
    on_wake(server, 0);
}

static void report(const struct server *server)
{
    const struct ov_server_view view = view_of(server);
    ov_server_report(&view, server->log);
}

static void on_signal(void *ctx, int signum)
{
    struct server *server = ctx;
    switch (signum)
    {
    case SIGINT:
        leave(server, "SIGINT[hard,]", OV_OUTCOME_DONE);
        break;
    case SIGTERM:
        leave(server, "SIGTERM[hard,]", OV_OUTCOME_DONE);
        break;
    case SIGHUP:
        leave(server, "SIGHUP[hard,]", OV_OUTCOME_AGAIN);
        break;
    case SIGUSR1:
        leave(server, "SIGUSR1[hard,]",
              server->program->config.process.restart == OV_RESTART_END ? OV_OUTCOME_DONE : OV_OUTCOME_AGAIN);
        break;
    default:
        if (server->hub != NULL)
        {
            report(server);
        }
        break;
    }
}

static void on_resolved(void *ctx, const struct addrinfo *list, const char *text)
{
    (void)ctx; /* a server looks nothing up while it runs */
    (void)list;
    (void)text;
}

/* ---- management ---- */

static struct ov_hub *hub_of(void *ctx)
{
    return ((struct server *)ctx)->hub;
}

static void write_status(void *ctx, uint32_t version, FILE *file)
{
    write_status_text(ctx, version, file);
}

/* A verdict was given: the hub wants to send. */
static void on_verdict(void *ctx)
{
    const struct server *server = ctx;
    ov_loop_deadline(server->loop, 0);
}

/* A program has judged a certificate or a client key. */
static void on_judged(void *ctx)
{
    const struct server *server = ctx;
    ov_hub_answered(server->hub, ov_loop_now());
    ov_loop_deadline(server->loop, 0);
}

static void open_manage(struct server *server)
{
    server->control = (struct ov_manage_server){.manage = server->program->manage,
                                                .ctx = server,
                                                .config = &server->program->config,
                                                .hub = hub_of,
                                                .status = write_status,
                                                .signal = on_signal,
                                                .wake = on_verdict};
    ov_manage_server_open(&server->control);
    ov_control_runs(server->program->control);
}

/* ---- start and end ---- */

static enum ov_err open_login(struct server *server)
{
    if (server->program->config.management.judges && server->program->manage != NULL)
    {
        const struct ov_manage_clients_spec spec = {.manage = server->program->manage,
                                                    .config = &server->program->config,
                                                    .log = server->log,
                                                    .hub = server->hub,
                                                    .hook = server->clients,
                                                    .world = &server->tunnel.updown.plan.facts,
                                                    .seen = &server->program->guard.seen,
                                                    .changed = on_verdict,
                                                    .ctx = server};
        server->judge = ov_manage_clients_new(&spec);
        return server->judge != NULL ? OV_OK : OV_ERR_NOMEM;
    }
    if (!server->settings.session.judged)
    {
        return OV_OK;
    }
    const struct ov_login_hook_spec spec = {.config = &server->program->config,
                                            .log = server->log,
                                            .loop = server->loop,
                                            .hub = server->hub,
                                            .world = &server->tunnel.updown.plan.facts,
                                            .seen = &server->program->guard.seen,
                                            .changed = on_verdict,
                                            .ctx = server};
    server->login = ov_login_hook_new(&spec);
    return server->login != NULL ? OV_OK : OV_ERR_NOMEM;
}

static const char *given_by_management(void *ctx, uint64_t ticket)
{
    const struct server *server = ctx;
    return server->judge != NULL ? ov_manage_clients_given(server->judge, ticket) : NULL;
}

/* Called in the middle of the hub's work. */
static void on_left(void *ctx, uint64_t ticket, const struct ov_hub_peer *last)
{
    struct server *server = ctx;
    if (server->judge != NULL)
    {
        ov_manage_clients_left(server->judge, ticket, last);
    }
    ov_client_hook_left(server->clients, ticket, last);
}

static enum ov_err open_clients(struct server *server)
{
    const struct ov_config *config = &server->program->config;
    const struct ov_client_hook_spec spec = {.config = config,
                                             .log = server->log,
                                             .loop = server->loop,
                                             .world = &server->tunnel.updown.plan.facts,
                                             .seen = &server->program->guard.seen,
                                             .changed = on_verdict,
                                             .ctx = server,
                                             .given = given_by_management};
    if (!ov_client_hook_wanted(config))
    {
        return OV_OK;
    }
    server->clients = ov_client_hook_new(&spec);
    server->settings.asks = true;
    server->settings.session.adapts = true;
    server->settings.session.keeps_info = true;
    server->settings.left = on_left;
    server->settings.left_ctx = server;
    server->settings.learn =
        config->tunnel.tap && config->clients.learn.count > 0 ? ov_client_station_learn : NULL;
    server->settings.learn_ctx = server->clients;
    return server->clients != NULL ? OV_OK : OV_ERR_NOMEM;
}

static enum ov_err open_engine(struct server *server)
{
    enum ov_err err = open_clients(server);
    if (err == OV_OK)
    {
        err = ov_hub_new(&server->settings, &server->program->rng, server->log, ov_loop_now(), &server->hub);
    }
    if (err == OV_OK)
    {
        err = open_login(server);
    }
    if (err == OV_OK)
    {
        err = ov_loop_watch(server->loop, OV_WATCH_LINK, server->link->ops->fd(server->link));
    }
    if (err == OV_OK)
    {
        err = ov_loop_watch(server->loop, OV_WATCH_TUN, server->iface.tun->ops->fd(server->iface.tun));
    }
    return err;
}

static bool server_open(struct server *server)
{
    const struct ov_loop_user user = {server, on_wake, on_signal, on_resolved};
    const struct ov_tunnel *tunnel = &server->program->config.tunnel;
    const struct ov_tun_spec spec = {tunnel->dev, tunnel->tap,
                                     ov_buf_packet_for(ov_tunnel_packet(tunnel, tunnel->mtu)), tunnel->node};
    enum ov_err err = ov_loop_new(&user, &server->loop);
    if (err != OV_OK)
    {
        ov_logf(server->log, OV_LOG_ERROR, "cannot start the event loop: %s", ov_err_name(err));
        return false;
    }
    server->link = ov_local_serve(server->program, &server->settings);
    if (server->link == NULL ||
        !ov_interface_open(&server->iface, &spec, server->program->config.data_path, server->log) ||
        !ov_server_tunnel_raise(&server->tunnel, server->program, server->loop, &server->iface))
    {
        return false;
    }
    ov_cert_guard_serve(&server->program->guard, server->loop, &server->tunnel.updown.plan.facts, on_judged,
                        server);
    server->settings.has_mac =
        tunnel->tap && ov_netif_mac(server->iface.netif, server->iface.tun->index, server->settings.mac);
    err = open_engine(server);
    if (err == OV_OK && server->clients != NULL)
    {
        ov_client_hook_serve(server->clients, server->hub);
    }
    if (err != OV_OK)
    {
        ov_logf(server->log, OV_LOG_ERROR, "cannot start the server: %s", ov_err_name(err));
        return false;
    }
    server->pump.engine = &ov_engine_hub;
    server->pump.ctx = server->hub;
    server->pump.link = server->link;
    server->pump.tun = server->iface.tun;
    if (server->program->config.data_threads != OV_DATA_THREADS_OFF)
    {
        ov_logf(server->log, OV_LOG_INFO, "data-threads: a server has one thread for both directions");
    }
    ov_pool_file_open(&server->pool_file, &server->program->config, server->log, server->hub, ov_loop_now());
    ov_status_file_open(&server->status, &server->program->config, server->log, ov_loop_now());
    server->pump.drains = server->program->config.fragment.octets > 0;
    return ov_program_settle_in(server->program);
}

static void server_close(struct server *server)
{
    ov_login_hook_free(server->login);
    ov_status_file_close(&server->status);
    ov_pool_file_close(&server->pool_file, server->hub);
    ov_hub_free(server->hub);
    ov_manage_clients_free(server->judge);
    ov_client_hook_free(server->clients);
    ov_cert_guard_serve(&server->program->guard, NULL, NULL, NULL, NULL);
    ov_server_tunnel_lower(&server->tunnel);
    if (!ov_loop_free(server->loop))
    {
        server->program->leave_hard = true;
    }
    if (server->link != NULL)
    {
        server->link->ops->close(server->link);
    }
    ov_interface_close(&server->iface);
}

enum ov_outcome ov_server_run(struct ov_program *program)
{
    struct server *server = calloc(1, sizeof *server);
    if (server == NULL)
    {
        ov_logf(&program->log, OV_LOG_ERROR, "%s", ov_err_name(OV_ERR_NOMEM));
        return OV_OUTCOME_FAILED;
    }
    server->program = program;
    server->log = &program->log;
    server->outcome = OV_OUTCOME_FAILED;
    ov_hub_settings_init(&server->settings, &program->settings);
    if (program->config.certs.key_verify.count > 0)
    {
        server->settings.judge_key = ov_key_verify_judge;
        server->settings.judge_key_left = ov_key_verify_left;
        server->settings.judge_key_ctx = &program->guard;
    }
    ov_manage_wait(program->manage);
    open_manage(server);
    if (server_open(server))
    {
        ov_logf(server->log, OV_LOG_ERROR, OV_READY_WORDS);
        ov_manage_server_state(&server->control, "CONNECTED,SUCCESS");
        on_wake(server, 0);
        ov_loop_run(server->loop);
    }
    ov_manage_server_state(&server->control, "EXITING");
    ov_manage_server_close(&server->control);
    server_close(server);
    enum ov_outcome outcome = server->outcome;
    free(server);
    return outcome;
}
