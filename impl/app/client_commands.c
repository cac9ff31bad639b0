#include <stdio.h>
#include <string.h>

#include "app/client.h"
#include "app/manage_loop.h"
#include "base/wipe.h"
#include "options/values.h"
#include "wire/pem.h"

/* What management asks of a client. */

static void write_status(void *ctx, FILE *file)
{
    ov_client_status_text(ctx, file);
}

static void on_status(void *ctx, const struct ov_manage_words *words)
{
    struct ov_client *client = ctx;
    (void)words; /* a client has one format */
    ov_manage_say_file(client->program->manage, write_status, client);
}

static void on_signal(void *ctx, const struct ov_manage_words *words)
{
    struct ov_client *client = ctx;
    int signum;
    if (ov_manage_throw(client->program->manage, words, &signum))
    {
        client->manage.thrown = signum;
    }
}

static void on_bytecount(void *ctx, const struct ov_manage_words *words)
{
    struct ov_client *client = ctx;
    uint32_t seconds = 0;
    (void)ov_value_u32(words->word[1], &seconds);
    client->manage.bytecount_s = seconds;
    client->manage.bytecount_ms = ov_loop_now().mono_ms + UINT64_C(1000) * seconds;
    ov_manage_say(client->program->manage, "SUCCESS: bytecount interval changed");
}

static void on_load_stats(void *ctx, const struct ov_manage_words *words)
{
    const struct ov_client *client = ctx;
    const struct ov_link *link = client->link;
    (void)words;
    ov_manage_say(client->program->manage, "SUCCESS: nclients=0,bytesin=%llu,bytesout=%llu",
                  link != NULL ? (unsigned long long)link->stats.rx_octets : 0,
                  link != NULL ? (unsigned long long)link->stats.tx_octets : 0);
}

static void on_forget(void *ctx, const struct ov_manage_words *words)
{
    struct ov_client *client = ctx;
    (void)words;
    ov_login_wipe_password(&client->program->login);
    (void)ov_login_drop_token(&client->program->login);
    ov_manage_say(client->program->manage, "SUCCESS: Passwords were forgotten");
}

static void on_auth_retry(void *ctx, const struct ov_manage_words *words)
{
    static const char *const names[] = {"none", "nointeract", "interact"};
    struct ov_client *client = ctx;
    struct ov_manage *manage = client->program->manage;
    if (words->count == 1)
    {
        ov_manage_say(manage, "SUCCESS: auth-retry=%s", names[client->program->config.login.retry]);
        return;
    }
    for (size_t i = 0; i < 3; i++)
    {
        if (strcmp(words->word[1], names[i]) == 0)
        {
            client->manage.retry_set = true;
            client->manage.retry = client->program->config.login.retry = (enum ov_auth_retry)i;
            ov_manage_say(manage, "SUCCESS: auth-retry parameter changed");
            return;
        }
    }
    ov_manage_say(manage, "ERROR: bad auth-retry parameter");
}

static void on_cr_response(void *ctx, const struct ov_manage_words *words)
{
    struct ov_client *client = ctx;
    char answer[OV_MANAGE_WORD + 1];
    size_t len = 0;
    enum ov_err err =
        ov_base64_decode(words->word[1], strlen(words->word[1]), (uint8_t *)answer, sizeof answer - 1, &len);
    answer[len] = '\0';
    if (err == OV_OK && client->state == OV_CLIENT_RUNNING)
    {
        err = ov_session_answer(&client->session, answer, ov_loop_now());
    }
    else if (err == OV_OK)
    {
        err = OV_ERR_AGAIN;
    }
    ov_wipe(answer, sizeof answer);
    ov_manage_say(client->program->manage,
                  err == OV_OK ? "SUCCESS: command succeeded" : "ERROR: command failed");
    ov_loop_deadline(client->loop, 0);
}

/* ---- remotes ---- */

static void decide(struct ov_client *client, enum ov_manage_remote state)
{
    client->manage.remote = state;
    ov_manage_answered(client->program->manage);
    ov_manage_say(client->program->manage, "SUCCESS: remote command succeeded");
    client->pause_until_ms = 0;
    ov_loop_deadline(client->loop, 0);
}

static void on_remote(void *ctx, const struct ov_manage_words *words)
{
    struct ov_client *client = ctx;
    const char *what = words->word[1];
    uint32_t number = 1;
    const bool asked = client->manage.remote == OV_REMOTE_ASKED && client->state == OV_CLIENT_PAUSE;
    if (asked && strcmp(what, "ACCEPT") == 0)
    {
        decide(client, OV_REMOTE_DECIDED);
        return;
    }
    if (asked && strcmp(what, "SKIP") == 0 &&
        (words->count < 3 || (ov_value_u32(words->word[2], &number) && number > 0)))
    {
        for (number %= (uint32_t)client->remotes.count; number > 0; number--)
        {
            ov_remotes_skip(&client->remotes);
        }
        decide(client, OV_REMOTE_UNASKED);
        return;
    }
    if (asked && strcmp(what, "MOD") == 0 && words->count > 3 && words->word[2][0] != '\0' &&
        ov_value_u32(words->word[3], &number) && number > 0 && number <= UINT16_MAX)
    {
        ov_remotes_replace(&client->remotes, words->word[2], (uint16_t)number);
        decide(client, OV_REMOTE_DECIDED);
        return;
    }
    ov_manage_say(client->program->manage, "ERROR: remote command failed");
}

/* NONE, or HTTP|SOCKS host port [nct]. Whatever is wrong with it, it is an answer, as in 2.x: the attempt goes on. */
static void on_proxy(void *ctx, const struct ov_manage_words *words)
{
    struct ov_client *client = ctx;
    struct ov_client_manage_proxy *through = &client->manage.through;
    const bool asked = client->manage.proxy == OV_REMOTE_ASKED && client->state == OV_CLIENT_PAUSE;
    const bool http = strcmp(words->word[1], "HTTP") == 0, socks = strcmp(words->word[1], "SOCKS") == 0;
    bool good = strcmp(words->word[1], "NONE") == 0;
    uint32_t port;
    if (asked && (http || socks) && words->count > 3 && words->word[2][0] != '\0' &&
        strlen(words->word[2]) < sizeof through->host && ov_value_u32(words->word[3], &port) && port > 0 &&
        port <= UINT16_MAX && (socks || ov_proto_is_tcp(ov_remotes_entry(&client->remotes)->proto)))
    {
        *through = (struct ov_client_manage_proxy){
            .given = true, .kind = http ? OV_PROXY_HTTP : OV_PROXY_SOCKS5, .port = (uint16_t)port};
        (void)snprintf(through->host, sizeof through->host, "%s", words->word[2]);
        if (http)
        {
            const bool secret = words->count > 4 && strcmp(words->word[4], "nct") == 0;
            through->auth = secret ? OV_PROXY_AUTH_AUTO_NCT : OV_PROXY_AUTH_AUTO;
        }
        good = true;
    }
    if (asked)
    {
        client->manage.proxy = OV_REMOTE_DECIDED;
        ov_manage_answered(client->program->manage);
        client->pause_until_ms = 0;
        ov_loop_deadline(client->loop, 0);
    }
    ov_manage_say(client->program->manage,
                  good ? "SUCCESS: proxy command succeeded" : "ERROR: proxy command failed");
}

static void on_entry_count(void *ctx, const struct ov_manage_words *words)
{
    struct ov_client *client = ctx;
    (void)words;
    ov_manage_say(client->program->manage, "%zu", client->remotes.count);
    ov_manage_say(client->program->manage, "END");
}

static void on_entry_get(void *ctx, const struct ov_manage_words *words)
{
    struct ov_client *client = ctx;
    const struct ov_remotes *remotes = &client->remotes;
    const bool all = strcmp(words->word[1], "all") == 0;
    uint32_t from = 0, to = (uint32_t)remotes->count;
    /* What is no number is 0, as in 2.x. */
    bool good = all || !ov_value_u32(words->word[1], &from) || from < remotes->count;
    to = all ? to : from + 1;
    good = good && (all || words->count < 3 || ov_value_u32(words->word[2], &to));
    to = to < remotes->count ? to : (uint32_t)remotes->count;
    for (uint32_t i = from; good && i < to; i++)
    {
        const struct ov_remote *entry = &remotes->list[i];
        ov_manage_say(client->program->manage, "%u,%s,%u,%s,enabled", i, entry->host, entry->port,
                      ov_proto_is_tcp(entry->proto) ? "tcp-client" : "udp");
    }
    ov_manage_say(client->program->manage, "END");
}

const struct ov_manage_command ov_client_commands[] = {
    {"auth-retry", 0, on_auth_retry, "[none|nointeract|interact]: after a refused login"},
    {"bytecount", 1, on_bytecount, "n: tell octets in and out every n seconds, 0: no more"},
    {"cr-response", 1, on_cr_response, "BASE64: the answer to a question of the server"},
    {"forget-passwords", 0, on_forget, "Passwords that were entered"},
    {"load-stats", 0, on_load_stats, "Octets in and out"},
    {"proxy", 1, on_proxy, "NONE|HTTP HOST PORT [nct]|SOCKS HOST PORT: when it is asked for"},
    {"remote", 1, on_remote, "ACCEPT|SKIP [n]|MOD HOST PORT: when it is asked for"},
    {"remote-entry-count", 0, on_entry_count, "How many remotes there are"},
    {"remote-entry-get", 1 | OV_MANAGE_OR_MORE, on_entry_get, "i [j]|all: remotes, from i up to before j"},
    {"signal", 1, on_signal, "SIGHUP|SIGTERM|SIGUSR1|SIGUSR2"},
    {"status", 0, on_status, "The status file's text"},
};
const size_t ov_client_commands_count = sizeof ov_client_commands / sizeof ov_client_commands[0];
