#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "app/client.h"
#include "app/login.h"
#include "app/manage_loop.h"
#include "base/wipe.h"
#include "manage/history.h"
#include "options/values.h"

/* What a client tells management, and what it waits for. */

static void go_on(void *ctx)
{
    struct ov_client *client = ctx;
    if (client->state == OV_CLIENT_PAUSE)
    {
        client->pause_until_ms = 0;
    }
    ov_loop_deadline(client->loop, 0);
}

static void on_released(void *ctx)
{
    struct ov_client *client = ctx;
    if (client->state == OV_CLIENT_PAUSE && client->pause_until_ms == OV_NEVER)
    {
        client->manage.passed = true;
        go_on(client);
    }
}

static void forget_passwords(struct ov_client *client)
{
    ov_login_wipe_password(&client->program->login);
    (void)ov_login_drop_token(&client->program->login);
}

/* The controlling program is gone: what the options want then. */
static void on_left(void *ctx)
{
    struct ov_client *client = ctx;
    const struct ov_management *management = &client->program->config.management;
    client->manage.bytecount_s = 0;
    if (management->forgets_with_it)
    {
        forget_passwords(client);
    }
    if (management->connects_out || management->ends_with_it)
    {
        client->manage.thrown = management->connects_out ? SIGTERM : SIGUSR1;
        ov_loop_deadline(client->loop, 0);
    }
}

void ov_client_manage_open(struct ov_client *client)
{
    const struct ov_manage_user user = {.ctx = client,
                                        .commands = ov_client_commands,
                                        .count = ov_client_commands_count,
                                        .released = on_released,
                                        .left = on_left};
    if (client->program->manage == NULL)
    {
        return;
    }
    if (!ov_manage_add_user(client->program->manage, &user))
    {
        ov_logf(client->log, OV_LOG_ERROR, "management: too many users of it");
    }
    client->manage.passed = client->program->control->passed;
    ov_client_manage_state(client, "CONNECTING", false);
    ov_key_desk_tell(&client->program->control->desk, ov_client_answered, client);
    client->program->control->card.running = true;
    client->program->control->card.answered = ov_client_answered;
    client->program->control->card.ctx = client;
}

void ov_client_manage_close(struct ov_client *client)
{
    if (client->program->manage != NULL)
    {
        ov_manage_remove_user(client->program->manage, client);
        ov_ask_drop(&client->program->control->ask);
        ov_key_desk_tell(&client->program->control->desk, NULL, NULL);
        client->program->control->passed = false;
    }
}

/* ---- before an attempt ---- */

static void wait_for_it(struct ov_client *client)
{
    client->state = OV_CLIENT_PAUSE;
    client->pause_until_ms = OV_NEVER;
}

static void take_login(struct ov_client *client)
{
    struct ov_login *login = &client->program->login;
    struct ov_ask *ask = &client->program->control->ask;
    (void)snprintf(login->username, sizeof login->username, "%s", ask->username);
    (void)snprintf(login->password, sizeof login->password, "%s", ask->text);
    login->filled = true;
    login->refused = false;
    login->refusal[0] = '\0';
    ov_ask_drop(ask);
}

static void on_login(void *ctx)
{
    struct ov_client *client = ctx;
    take_login(client);
    if (client->state == OV_CLIENT_RUNNING)
    {
        ov_session_proceed(&client->session, ov_loop_now());
    }
    go_on(client);
}

/* With the question of --static-challenge, if there is one. */
static void ask_login(struct ov_client *client)
{
    const struct ov_login_options *options = &client->program->config.login;
    char more[OV_MANAGE_QUESTION / 2] = "";
    if (options->challenge != NULL)
    {
        (void)snprintf(more, sizeof more, "SC:%d,%s", options->challenge_echo ? 1 : 0, options->challenge);
    }
    ov_ask_for(&client->program->control->ask, OV_ASK_LOGIN, "Auth", more, on_login, client);
}

/* A refusal that is asked about again: with interact the old answer is of no use. */
static bool needs_login(struct ov_client *client)
{
    struct ov_login *login = &client->program->login;
    const struct ov_config *config = &client->program->config;
    if (!ov_login_by_management(config) || !login->wanted)
    {
        return false;
    }
    if (login->refused && config->login.retry == OV_AUTH_RETRY_INTERACT &&
        strncmp(login->refusal, "TEMP", 4) != 0 && strncmp(login->refusal, "SESSION", 7) != 0)
    {
        ov_login_wipe_password(login);
    }
    login->refused = false;
    return !login->filled && login->token[0] == '\0';
}

bool ov_client_manage_login(struct ov_client *client)
{
    if (!ov_login_by_management(&client->program->config))
    {
        return false;
    }
    ask_login(client);
    return true;
}

static void ask_remote(struct ov_client *client)
{
    const struct ov_remote *entry = ov_remotes_entry(&client->remotes);
    char line[OV_MANAGE_QUESTION];
    (void)snprintf(line, sizeof line, ">REMOTE:%s,%u,%s", entry->host, entry->port,
                   ov_proto_is_tcp(entry->proto) ? "tcp-client" : "udp");
    client->manage.remote = OV_REMOTE_ASKED;
    ov_manage_ask(client->program->manage, line);
}

/* As 2.x asks: number of the entry, transport, name. */
static void ask_proxy(struct ov_client *client)
{
    const struct ov_remote *entry = ov_remotes_entry(&client->remotes);
    char line[OV_MANAGE_QUESTION];
    (void)snprintf(line, sizeof line, ">PROXY:%zu,%s,%s", client->remotes.at + 1,
                   ov_proto_is_tcp(entry->proto) ? "TCP" : "UDP", entry->host);
    client->manage.through.given = false;
    client->manage.proxy = OV_REMOTE_ASKED;
    ov_manage_ask(client->program->manage, line);
}

void ov_client_manage_apply(struct ov_client *client)
{
    const struct ov_client_manage_proxy *through = &client->manage.through;
    struct ov_proxy_options *proxy = &client->program->config.proxy;
    if (through->given)
    {
        proxy->kind = through->kind;
        proxy->auth = through->auth;
        proxy->host = through->host;
        proxy->port = through->port;
        proxy->ask = through->kind == OV_PROXY_HTTP;
    }
}

bool ov_client_manage_waits(struct ov_client *client, struct ov_now now)
{
    struct ov_manage *manage = client->program->manage;
    (void)now;
    if (manage == NULL)
    {
        return false;
    }
    if (client->manage.retry_set)
    {
        client->program->config.login.retry = client->manage.retry;
    }
    bool waits = false;
    if (!client->manage.passed && ov_manage_holds(manage, 0))
    {
        waits = true;
    }
    else if (client->manage.passed = true, needs_login(client))
    {
        ask_login(client);
        waits = true;
    }
    else if (client->program->config.management.query_remote && client->manage.remote != OV_REMOTE_DECIDED)
    {
        ask_remote(client);
        waits = true;
    }
    else if (client->program->config.management.query_proxy &&
             !client->program->config.management.query_remote && client->manage.proxy != OV_REMOTE_DECIDED)
    {
        ask_proxy(client);
        waits = true;
    }
    if (waits)
    {
        wait_for_it(client);
        return true;
    }
    client->manage.passed = false; /* the next attempt is held again */
    client->manage.remote = client->manage.proxy = OV_REMOTE_UNASKED;
    return false;
}

/* ---- what it is told ---- */

static void tell_refusal(struct ov_client *client, const struct ov_event *event)
{
    struct ov_manage *manage = client->program->manage;
    const char *reason = client->program->login.refusal; /* longer than an event */
    if (reason[0] == '\0' && strncmp(event->text, "AUTH_FAILED,", 12) == 0)
    {
        reason = event->text + 12;
    }
    if (reason[0] != '\0')
    {
        ov_manage_say(manage, ">PASSWORD:Verification Failed: 'Auth' ['%s']", reason);
    }
    else
    {
        ov_manage_say(manage, ">PASSWORD:Verification Failed: 'Auth'");
    }
}

static void tell_message(struct ov_client *client, const char *text)
{
    const char *rest = strchr(text, ',');
    char state[80];
    if (strncmp(text, "AUTH_PENDING", 12) == 0)
    {
        (void)snprintf(state, sizeof state, "AUTH_PENDING,%.60s", rest != NULL ? rest + 1 : "");
        ov_client_manage_state(client, state, false);
    }
    else if (strncmp(text, "INFO", 4) == 0 && rest != NULL)
    {
        ov_manage_say(client->program->manage, ">INFOMSG:%s", rest + 1);
    }
    else if (strncmp(text, "RESTART", 7) == 0 || strncmp(text, "HALT", 4) == 0)
    {
        ov_manage_say(client->program->manage, ">NOTIFY:info,server-pushed-%s,%s",
                      text[0] == 'R' ? "connection-reset" : "halt", rest != NULL ? rest + 1 : "");
    }
}

void ov_client_manage_event(struct ov_client *client, const struct ov_event *event)
{
    if (client->program->manage == NULL)
    {
        return;
    }
    if (event->kind == OV_EVENT_MESSAGE && event->err == OV_ERR_AUTH)
    {
        tell_refusal(client, event);
    }
    else if (event->kind == OV_EVENT_MESSAGE)
    {
        tell_message(client, event->text);
    }
    else if (event->kind == OV_EVENT_CHALLENGE)
    {
        ov_manage_say(client->program->manage, ">INFOMSG:%s", event->text);
    }
    else if (event->kind == OV_EVENT_TOKEN)
    {
        ov_manage_say(client->program->manage, ">PASSWORD:Auth-Token:%s", event->text);
    }
}

/* Told as programs are told. */
void ov_client_manage_updown(struct ov_client *client, bool up)
{
    struct ov_manage *manage = client->program->manage;
    if (manage != NULL && client->program->config.management.up_down)
    {
        ov_manage_say(manage, ">UPDOWN:%s", up ? "UP" : "DOWN");
        ov_manage_say_environment(manage, ">UPDOWN:ENV,", &client->updown.plan.facts);
    }
}

uint64_t ov_client_manage_tick(struct ov_client *client, struct ov_now now)
{
    struct ov_client_manage *own = &client->manage;
    if (own->bytecount_s == 0 || client->program->manage == NULL)
    {
        return OV_NEVER;
    }
    if (now.mono_ms >= own->bytecount_ms)
    {
        const struct ov_link *link = client->link;
        own->bytecount_ms = now.mono_ms + UINT64_C(1000) * own->bytecount_s;
        ov_manage_say(client->program->manage, ">BYTECOUNT:%llu,%llu",
                      link != NULL ? (unsigned long long)link->stats.rx_octets : 0,
                      link != NULL ? (unsigned long long)link->stats.tx_octets : 0);
    }
    return own->bytecount_ms;
}

void ov_client_manage_assigned(struct ov_client *client, const struct ov_tunnel *tunnel)
{
    char line[OV_HISTORY_LINE], ip4[OV_IP4_TEXT] = "", ip6[OV_IP6_TEXT] = "";
    if (client->program->manage == NULL)
    {
        return;
    }
    (void)snprintf(line, sizeof line, "ASSIGN_IP,,%s,,,,%s%s",
                   tunnel->has_ip4 ? ov_value_ip4_text(tunnel->ip4, ip4) : "", tunnel->has_ip6 ? "," : "",
                   tunnel->has_ip6 ? ov_value_ip6_text(tunnel->ip6, ip6) : "");
    ov_manage_state(client->program->manage, ov_loop_now(), line);
    if (tunnel->routes4_count + tunnel->routes6_count > 0 || tunnel->redirect != 0)
    {
        ov_client_manage_state(client, "ADD_ROUTES", false);
    }
}

void ov_client_manage_state(struct ov_client *client, const char *state, bool up)
{
    char line[OV_HISTORY_LINE], ip4[OV_IP4_TEXT] = "", ip6[OV_IP6_TEXT] = "", remote[INET6_ADDRSTRLEN] = "";
    if (client->program->manage == NULL)
    {
        return;
    }
    if (!up)
    {
        (void)snprintf(line, sizeof line, "%s%s,,,,,", state, strchr(state, ',') != NULL ? "" : ",");
    }
    else
    {
        const struct ov_tunnel *tunnel = &client->iface.applied;
        const struct ov_addr *addr = &client->iface.server;
        (void)inet_ntop(addr->family == 6 ? AF_INET6 : AF_INET, addr->ip, remote, sizeof remote);
        /* The last field is left out, with its comma, where there is no IPv6 [WP-MGMT-010]. */
        (void)snprintf(line, sizeof line, "%s,%s,%s,%u,,%s%s", state,
                       tunnel->has_ip4 ? ov_value_ip4_text(tunnel->ip4, ip4) : "", remote, addr->port,
                       tunnel->has_ip6 ? "," : "",
                       tunnel->has_ip6 ? ov_value_ip6_text(tunnel->ip6, ip6) : "");
    }
    ov_manage_state(client->program->manage, ov_loop_now(), line);
}
