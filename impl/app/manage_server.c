#include <string.h>

#include "app/manage_loop.h"
#include "app/manage_push.h"
#include "app/version.h"
#include "options/values.h"

/* What the management interface asks of a server. */

struct status_call
{
    const struct ov_manage_server *server;
    uint32_t version;
};

static void write_status(void *ctx, FILE *file)
{
    const struct status_call *call = ctx;
    call->server->status(call->server->ctx, call->version, file);
}

static void on_status(const struct ov_manage_server *server, const struct ov_manage_words *words)
{
    struct status_call call = {server, 1};
    if (words->count > 1 &&
        (!ov_value_u32(words->word[1], &call.version) || call.version < 1 || call.version > 3))
    {
        ov_manage_say(server->manage, "ERROR: unknown status version number");
        return;
    }
    ov_manage_say_file(server->manage, write_status, &call);
}

static void on_signal(const struct ov_manage_server *server, const struct ov_manage_words *words)
{
    const int signum = words->count > 1 ? ov_manage_signal(words->word[1]) : 0;
    if (signum == 0)
    {
        ov_manage_say(server->manage, "ERROR: signal is one of SIGHUP, SIGTERM, SIGUSR1, SIGUSR2");
        return;
    }
    ov_manage_say(server->manage, "SUCCESS: signal %s thrown", words->word[1]);
    server->signal(server->ctx, signum);
}

static void on_version(const struct ov_manage_server *server, const struct ov_manage_words *words)
{
    char line[OV_VERSION_LINE];
    (void)words;
    ov_manage_say(server->manage, "OpenVPN Version: %s", ov_version_line(line));
    ov_manage_say(server->manage, "Management Version: 5");
    ov_manage_say(server->manage, "END");
}

static void on_load_stats(const struct ov_manage_server *server, const struct ov_manage_words *words)
{
    struct ov_hub *hub = server->hub(server->ctx);
    struct ov_hub_peer peer;
    unsigned long long in = 0, out = 0;
    unsigned count = 0;
    (void)words;
    for (uint32_t at = 0; hub != NULL && ov_hub_next_peer(hub, &at, &peer); count++)
    {
        in += peer.session.data.tun_octets_out;
        out += peer.session.data.tun_octets_in;
    }
    ov_manage_say(server->manage, "SUCCESS: nclients=%u,bytesin=%llu,bytesout=%llu", count, in, out);
}

/* By common name, or by "1.2.3.4:5". */
static void on_kill(const struct ov_manage_server *server, const struct ov_manage_words *words)
{
    struct ov_hub *hub = server->hub(server->ctx);
    struct ov_hub_peer peer;
    char addr[OV_ADDR_TEXT];
    unsigned count = 0;
    bool named = false;
    for (uint32_t at = 0; words->count > 1 && hub != NULL && ov_hub_next_peer(hub, &at, &peer);)
    {
        const bool by_name = strcmp(peer.session.common_name, words->word[1]) == 0;
        if (by_name || strcmp(ov_addr_text(&peer.session.addr, addr), words->word[1]) == 0)
        {
            named = named || by_name;
            count += ov_hub_kill(hub, peer.session.peer_id, NULL, ov_loop_now()) == OV_OK;
        }
    }
    if (count == 0)
    {
        ov_manage_say(server->manage, "ERROR: common name '%s' not found",
                      words->count > 1 ? words->word[1] : "");
        return;
    }
    ov_manage_say(server->manage,
                  named ? "SUCCESS: common name '%s' found, %u client(s) killed"
                        : "SUCCESS: %s: %u client(s) killed",
                  words->word[1], count);
    server->wake(server->ctx);
}

/* CID is the number of the client since the start. */
static void on_client_kill(const struct ov_manage_server *server, const struct ov_manage_words *words)
{
    struct ov_hub *hub = server->hub(server->ctx);
    struct ov_hub_peer peer;
    uint32_t cid;
    const bool good = words->count > 1 && ov_value_u32(words->word[1], &cid) && hub != NULL;
    for (uint32_t at = 0; good && ov_hub_next_peer(hub, &at, &peer);)
    {
        if (peer.number == cid &&
            ov_hub_kill(hub, peer.session.peer_id, words->count > 2 ? words->word[2] : "RESTART",
                        ov_loop_now()) == OV_OK)
        {
            ov_manage_say(server->manage, "SUCCESS: client-kill command succeeded");
            server->wake(server->ctx);
            return;
        }
    }
    ov_manage_say(server->manage, "ERROR: client-kill command failed");
}

static const struct
{
    const char *name;
    void (*run)(const struct ov_manage_server *server, const struct ov_manage_words *words);
    const char *help;
} commands[] = {
    {"client-kill", on_client_kill, "CID [message]: end a client's session"},
    {"kill", on_kill, "NAME|ADDRESS:PORT: end sessions"},
    {"load-stats", on_load_stats, "How many clients, and their octets"},
    {"push-update-broad", ov_manage_push_all, "\"OPTIONS\": change pushed options of all clients"},
    {"push-update-cid", ov_manage_push_one, "CID \"OPTIONS\": change pushed options of one client"},
    {"signal", on_signal, "SIGHUP|SIGTERM|SIGUSR1|SIGUSR2"},
    {"status", on_status, "[1|2|3]: the status file's text"},
    {"version", on_version, "Versions of program and interface"},
};

static bool on_command(void *ctx, const struct ov_manage_words *words)
{
    const struct ov_manage_server *server = ctx;
    const bool help = strcmp(words->word[0], "help") == 0;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
    {
        if (help)
        {
            ov_manage_say(server->manage, "%-24s : %s", commands[i].name, commands[i].help);
        }
        else if (strcmp(commands[i].name, words->word[0]) == 0)
        {
            commands[i].run(server, words);
            return true;
        }
    }
    return help;
}

void ov_manage_server_open(struct ov_manage_server *server)
{
    const struct ov_manage_user user = {server, on_command, NULL};
    if (server->manage != NULL)
    {
        ov_manage_set_user(server->manage, &user);
    }
}
