#include "app/client.h"

#include <stdio.h>
#include <string.h>

#include "base/wipe.h"
#include "wire/challenge.h"
#include "wire/socks_udp.h"

/* The way through a proxy: look it up, connect, let it connect, and go on as without. */

bool ov_client_has_proxy(const struct ov_client *client)
{
    return client->program->config.proxy.kind != OV_PROXY_NONE;
}

static bool is_tcp(const struct ov_client *client)
{
    return ov_proto_is_tcp(ov_remotes_entry(&client->remotes)->proto);
}

void ov_client_drop_proxy(struct ov_client *client)
{
    ov_loop_unwatch(client->loop, OV_WATCH_PROXY);
    ov_dial_close(client->dial);
    client->dial = NULL;
}

/* Reasons are 2.x's [WP-CLI-010]. */
static void proxy_failed(struct ov_client *client, const char *why, struct ov_now now)
{
    const struct ov_proxy_options *options = &client->program->config.proxy;
    const bool http = options->kind == OV_PROXY_HTTP;
    ov_logf(client->log, OV_LOG_WARN, "%s proxy %s:%u: %s", http ? "HTTP" : "SOCKS5", options->host,
            options->port, why);
    ov_client_restart(client, http ? "soft,HTTP proxy error" : "soft,socks-error", true, now);
}

void ov_client_call_proxy(struct ov_client *client, struct ov_now now)
{
    client->state = OV_CLIENT_FIND_PROXY;
    if (ov_loop_resolve(client->loop, client->program->config.proxy.host, 0) != OV_OK)
    {
        proxy_failed(client, "cannot look it up", now);
    }
}

/* ---- name and password ---- */

/* What is written down. False: it can't be used; the log says why. */
static bool read_login(struct ov_client *client, bool *has)
{
    const struct ov_text *text = &client->program->config.proxy.login;
    bool has_password = false;
    *has = client->wish.asked || text->from != NULL;
    if (text->from == NULL)
    {
        return true;
    }
    const enum ov_err err = ov_credentials_read(text->data, text->len, client->wish.username,
                                                client->wish.password, OV_PROXY_LOGIN, &has_password);
    if (err != OV_OK || !has_password)
    {
        ov_logf(client->log, OV_LOG_ERROR, "login of the proxy (%s): %s", text->from,
                err == OV_ERR_LIMIT ? "a line is longer than 255 octets"
                                    : "two lines are needed, name and password");
        return false;
    }
    return true;
}

static bool asks_management(const struct ov_client *client)
{
    return client->program->manage != NULL && client->program->config.management.query_passwords;
}

/* The proxy wants a login and there is none: ask once. */
static bool may_ask(const struct ov_client *client)
{
    return !client->wish.asked && client->program->config.proxy.ask &&
           (asks_management(client) || ov_terminal_exists());
}

/* ---- dialling ---- */

static struct ov_dial *dial(struct ov_client *client, bool has_login, uint32_t unix_s)
{
    struct ov_program *program = client->program;
    const struct ov_proxy_options *options = &program->config.proxy;
    const struct ov_proxy_task task = {
        .kind = options->kind,
        .auth = options->auth,
        .udp = !is_tcp(client),
        .http_1_1 = options->http_1_1,
        .host = client->wish.host,
        .port = ov_remotes_entry(&client->remotes)->port,
        .agent = options->agent,
        .headers = options->headers,
        .headers_count = options->headers_count,
        .username = has_login ? client->wish.username : NULL,
        .password = client->wish.password,
        .crypto = program->crypto,
        .rng = &program->rng,
        .unix_s = unix_s,
    };
    return ov_local_dial(program, &client->proxy, &task);
}

static void start_dial(struct ov_client *client, struct ov_now now)
{
    char text[OV_ADDR_TEXT];
    char random[OV_REMOTES_HOST];
    bool has_login;
    const char *host = ov_client_host(client, random);
    if (host == NULL || !read_login(client, &has_login))
    {
        ov_client_finish(client, OV_OUTCOME_FAILED);
        return;
    }
    (void)snprintf(client->wish.host, sizeof client->wish.host, "%s", host);
    ov_logf(client->log, OV_LOG_INFO, "connecting to %s:%u through proxy %s", host,
            ov_remotes_entry(&client->remotes)->port, ov_addr_text(&client->proxy, text));
    client->dial = dial(client, has_login, now.wall_s);
    if (client->dial == NULL ||
        ov_loop_watch(client->loop, OV_WATCH_PROXY, ov_dial_fd(client->dial)) != OV_OK)
    {
        proxy_failed(client, "cannot connect", now);
        return;
    }
    client->state = OV_CLIENT_DIALLING;
    client->connect_by_ms = now.mono_ms + UINT64_C(1000) * client->program->config.connect_timeout_s;
}

/* Called by management, in the middle of its work. */
static void on_proxy_login(void *ctx)
{
    struct ov_client *client = ctx;
    struct ov_client_proxy *wish = &client->wish;
    struct ov_ask *ask = &client->program->control->ask;
    const bool good =
        strlen(ask->username) < sizeof wish->username && strlen(ask->text) < sizeof wish->password;
    if (good)
    {
        memcpy(wish->username, ask->username, strlen(ask->username) + 1);
        memcpy(wish->password, ask->text, strlen(ask->text) + 1);
    }
    ov_ask_drop(ask);
    wish->asked = true;
    if (!good)
    {
        proxy_failed(client, "name or password is longer than 255 octets", ov_loop_now());
    }
    else
    {
        start_dial(client, ov_loop_now());
    }
    ov_loop_deadline(client->loop, 0);
}

static void wait_for_login(struct ov_client *client)
{
    client->state = OV_CLIENT_PAUSE;
    client->pause_until_ms = OV_NEVER;
}

void ov_client_ask_proxy_login(struct ov_client *client, struct ov_now now)
{
    struct ov_client_proxy *wish = &client->wish;
    struct ov_dialogue *dialogue = &client->dialogue;
    if (asks_management(client))
    {
        const bool http = client->program->config.proxy.kind == OV_PROXY_HTTP;
        wait_for_login(client);
        ov_ask_for(&client->program->control->ask, OV_ASK_LOGIN, http ? "HTTP Proxy" : "SOCKS Proxy", "",
                   on_proxy_login, client);
        return;
    }
    enum ov_err err =
        ov_dialogue_ask(dialogue, "Enter Proxy Username: ", true, wish->username, sizeof wish->username);
    if (err == OV_OK)
    {
        err =
            ov_dialogue_ask(dialogue, "Enter Proxy Password: ", false, wish->password, sizeof wish->password);
    }
    if (err == OV_ERR_AGAIN)
    {
        client->question = OV_QUESTION_PROXY;
        wait_for_login(client);
        return;
    }
    ov_dialogue_drop(dialogue);
    wish->asked = true;
    if (err != OV_OK)
    {
        proxy_failed(client, "it wants a login, and nobody gives one", now);
        return;
    }
    start_dial(client, now);
}

void ov_client_proxy_found(struct ov_client *client, const struct ov_addr *addr, const char *why,
                           struct ov_now now)
{
    if (addr == NULL)
    {
        proxy_failed(client, why[0] != '\0' ? why : "it has no address", now);
        return;
    }
    client->proxy = *addr;
    client->proxy.port = client->program->config.proxy.port;
    ov_interface_toward(&client->iface, &client->proxy); /* what has to stay outside the tunnel */
    start_dial(client, now);
}

/* The proxy has done its part. */
static void go_on(struct ov_client *client, struct ov_now now)
{
    struct ov_session_settings *settings = &client->program->settings;
    const bool tcp = is_tcp(client);
    settings->stream = tcp;
    settings->outer_more = tcp ? 0 : OV_SOCKS_UDP_HEAD;
    client->link = tcp ? ov_local_adopt(client->program, client->dial, &client->proxy)
                       : ov_local_relay(client->program, client->dial);
    if (client->link == NULL)
    {
        ov_client_finish(client, OV_OUTCOME_FAILED);
        return;
    }
    if (tcp)
    {
        ov_client_drop_proxy(client);
    }
    ov_client_begin(client, tcp ? &client->proxy : ov_remotes_addr(&client->remotes), now);
}

void ov_client_watch_proxy(struct ov_client *client, struct ov_now now)
{
    char reason[OV_LINK_TEXT];
    switch (ov_dial_work(client->dial))
    {
    case OV_DIAL_DONE:
        ov_logf(client->log, OV_LOG_INFO, "the proxy has connected us");
        go_on(client, now);
        return;
    case OV_DIAL_FAILED:
        (void)snprintf(reason, sizeof reason, "%s", ov_dial_reason(client->dial));
        if (ov_dial_wants_login(client->dial) && may_ask(client))
        {
            ov_client_drop_proxy(client);
            ov_client_ask_proxy_login(client, now);
            return;
        }
        proxy_failed(client, reason, now);
        return;
    default:
        if (now.mono_ms >= client->connect_by_ms)
        {
            proxy_failed(client, "no answer in time (--connect-timeout)", now);
        }
        return;
    }
}

void ov_client_check_proxy(struct ov_client *client, struct ov_now now)
{
    if (client->dial != NULL && !ov_dial_stands(client->dial))
    {
        proxy_failed(client, "it has hung up", now);
    }
}
