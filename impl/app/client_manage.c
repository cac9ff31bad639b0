#include <arpa/inet.h>
#include <string.h>

#include "app/client.h"
#include "app/login.h"
#include "app/manage_loop.h"
#include "app/version.h"
#include "manage/history.h"
#include "options/values.h"

/* What the management interface asks of a client. */

static void write_status(void *ctx, FILE *file)
{
    ov_client_status_text(ctx, file);
}

static void on_status(struct ov_client *client, const struct ov_manage_words *words)
{
    (void)words; /* a client has one format */
    ov_manage_say_file(client->program->manage, write_status, client);
}

static void on_signal(struct ov_client *client, const struct ov_manage_words *words)
{
    const int signum = words->count > 1 ? ov_manage_signal(words->word[1]) : 0;
    if (signum == 0)
    {
        ov_manage_say(client->program->manage, "ERROR: signal is one of SIGHUP, SIGTERM, SIGUSR1, SIGUSR2");
        return;
    }
    ov_manage_say(client->program->manage, "SUCCESS: signal %s thrown", words->word[1]);
    ov_client_signal(client, signum);
}

static void on_version(struct ov_client *client, const struct ov_manage_words *words)
{
    char line[OV_VERSION_LINE];
    (void)words;
    ov_manage_say(client->program->manage, "OpenVPN Version: %s", ov_version_line(line));
    ov_manage_say(client->program->manage, "Management Version: 5");
    ov_manage_say(client->program->manage, "END");
}

/* "username Auth alice", "password Auth secret": both together are a login. */
static void on_login(struct ov_client *client, const struct ov_manage_words *words)
{
    struct ov_login *login = &client->program->login;
    struct ov_manage *manage = client->program->manage;
    const bool is_password = words->word[0][0] == 'p';
    const char *what = is_password ? "password" : "username";
    if (words->count != 3 || strcmp(words->word[1], "Auth") != 0)
    {
        ov_manage_say(manage, "ERROR: the %s command needs a type, which is 'Auth', and the text", what);
        return;
    }
    if (!client->manage_asked)
    {
        ov_manage_say(manage, "ERROR: no %s is currently needed at this time", what);
        return;
    }
    char *to = is_password ? login->password : login->username;
    memcpy(to, words->word[2], strlen(words->word[2]) + 1); /* at most OV_MANAGE_WORD, which is shorter */
    client->manage_got |= is_password ? 2u : 1u;
    ov_manage_say(manage, "SUCCESS: 'Auth' %s entered, but not yet verified", what);
    if (client->manage_got == 3)
    {
        ov_manage_answered(manage);
        login->filled = true;
        client->manage_asked = false;
        client->pause_until_ms = 0;
        ov_loop_deadline(client->loop, 0);
    }
}

static const struct
{
    const char *name;
    void (*run)(struct ov_client *client, const struct ov_manage_words *words);
    const char *help;
} commands[] = {
    {"password", on_login, "Auth TEXT: when it is asked for"},
    {"signal", on_signal, "SIGHUP|SIGTERM|SIGUSR1|SIGUSR2"},
    {"status", on_status, "The status file's text"},
    {"username", on_login, "Auth TEXT: when it is asked for"},
    {"version", on_version, "Versions of program and interface"},
};

static bool on_command(void *ctx, const struct ov_manage_words *words)
{
    struct ov_client *client = ctx;
    const bool help = strcmp(words->word[0], "help") == 0;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
    {
        if (help)
        {
            ov_manage_say(client->program->manage, "%-24s : %s", commands[i].name, commands[i].help);
        }
        else if (strcmp(commands[i].name, words->word[0]) == 0)
        {
            commands[i].run(client, words);
            return true;
        }
    }
    return help;
}

static void on_released(void *ctx)
{
    struct ov_client *client = ctx;
    if (client->manage_held)
    {
        client->manage_held = false;
        client->pause_until_ms = 0;
        ov_loop_deadline(client->loop, 0);
    }
}

void ov_client_manage_open(struct ov_client *client)
{
    const struct ov_manage_user user = {client, on_command, on_released};
    if (client->program->manage != NULL)
    {
        ov_manage_set_user(client->program->manage, &user);
    }
}

static void wait_for_it(struct ov_client *client)
{
    client->state = OV_CLIENT_PAUSE;
    client->pause_until_ms = OV_NEVER;
}

bool ov_client_manage_waits(struct ov_client *client, struct ov_now now)
{
    struct ov_manage *manage = client->program->manage;
    const struct ov_login *login = &client->program->login;
    (void)now;
    if (manage == NULL)
    {
        return false;
    }
    if (ov_manage_holds(manage, 0))
    {
        client->manage_held = true;
        wait_for_it(client);
        return true;
    }
    if (ov_login_by_management(&client->program->config) && login->wanted && !login->filled)
    {
        client->manage_asked = true;
        client->manage_got = 0;
        ov_manage_ask(manage, ">PASSWORD:Need 'Auth' username/password");
        wait_for_it(client);
        return true;
    }
    return false;
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
        (void)snprintf(line, sizeof line, "%s,,,,,,", state);
    }
    else
    {
        const struct ov_tunnel *tunnel = &client->iface.applied;
        const struct ov_addr *addr = &client->iface.server;
        (void)inet_ntop(addr->family == 6 ? AF_INET6 : AF_INET, addr->ip, remote, sizeof remote);
        (void)snprintf(line, sizeof line, "%s,%s,%s,%u,,,%s", state,
                       tunnel->has_ip4 ? ov_value_ip4_text(tunnel->ip4, ip4) : "", remote, addr->port,
                       tunnel->has_ip6 ? ov_value_ip6_text(tunnel->ip6, ip6) : "");
    }
    ov_manage_state(client->program->manage, ov_loop_now(), line);
}
