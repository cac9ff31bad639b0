#include <string.h>

#include "app/manage_loop.h"
#include "app/manage_push.h"
#include "app/outer_text.h"
#include "manage/history.h"
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

static void on_status(void *ctx, const struct ov_manage_words *words)
{
    const struct ov_manage_server *server = ctx;
    struct status_call call = {server, 1};
    if (words->count > 1 &&
        (!ov_value_u32(words->word[1], &call.version) || call.version < 1 || call.version > 3))
    {
        ov_manage_say(server->manage, "ERROR: bad status format version number");
        return;
    }
    ov_manage_say_file(server->manage, write_status, &call);
}

static void on_signal(void *ctx, const struct ov_manage_words *words)
{
    const struct ov_manage_server *server = ctx;
    int signum;
    if (ov_manage_throw(server->manage, words, &signum))
    {
        server->signal(server->ctx, signum);
    }
}

static void on_load_stats(void *ctx, const struct ov_manage_words *words)
{
    const struct ov_manage_server *server = ctx;
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

/* By common name, or by "1.2.3.4:5" or "udp4:1.2.3.4:5", as status tells it. */
static void on_kill(void *ctx, const struct ov_manage_words *words)
{
    const struct ov_manage_server *server = ctx;
    struct ov_hub *hub = server->hub(server->ctx);
    struct ov_hub_peer peer;
    char addr[OV_OUTER_TEXT];
    unsigned count = 0;
    const char *what = words->word[1];
    const bool address = strchr(what, ':') != NULL;
    for (uint32_t at = 0; hub != NULL && ov_hub_next_peer(hub, &at, &peer);)
    {
        const char *own = address ? ov_outer_text(&peer.session.addr, server->config->listeners,
                                                  server->config->listeners_count, addr)
                                  : peer.session.common_name;
        if (strcmp(own, what) == 0)
        {
            count += ov_hub_kill(hub, peer.session.peer_id, NULL, ov_loop_now()) == OV_OK;
        }
    }
    if (count == 0)
    {
        ov_manage_say(server->manage,
                      address ? "ERROR: client at address %s not found" : "ERROR: common name '%s' not found",
                      what);
        return;
    }
    if (address)
    {
        ov_manage_say(server->manage, "SUCCESS: %u client(s) at address %s killed", count, what);
    }
    else
    {
        ov_manage_say(server->manage, "SUCCESS: common name '%s' found, %u client(s) killed", what, count);
    }
    server->wake(server->ctx);
}

/* CID is the number of the client since the start. */
static void on_client_kill(void *ctx, const struct ov_manage_words *words)
{
    const struct ov_manage_server *server = ctx;
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

static void on_bytecount(void *ctx, const struct ov_manage_words *words)
{
    struct ov_manage_server *server = ctx;
    uint32_t seconds = 0;
    (void)ov_value_u32(words->word[1], &seconds);
    server->bytecount_s = seconds;
    server->bytecount_ms = ov_loop_now().mono_ms + UINT64_C(1000) * seconds;
    ov_manage_say(server->manage, "SUCCESS: bytecount interval changed");
    server->wake(server->ctx);
}

uint64_t ov_manage_server_tick(struct ov_manage_server *server, struct ov_now now)
{
    struct ov_hub *hub = server->hub != NULL ? server->hub(server->ctx) : NULL;
    struct ov_hub_peer peer;
    if (server->manage == NULL || server->bytecount_s == 0 || hub == NULL)
    {
        return OV_NEVER;
    }
    if (now.mono_ms >= server->bytecount_ms)
    {
        server->bytecount_ms = now.mono_ms + UINT64_C(1000) * server->bytecount_s;
        for (uint32_t at = 0; ov_hub_next_peer(hub, &at, &peer);)
        {
            const struct ov_data_stats *data = &peer.session.data;
            const struct ov_control_stats *control = &peer.session.control;
            ov_manage_say(server->manage, ">BYTECOUNT_CLI:%llu,%llu,%llu", (unsigned long long)peer.number,
                          (unsigned long long)(data->link_octets_in + control->octets_in),
                          (unsigned long long)(data->link_octets_out + control->octets_out));
        }
    }
    return server->bytecount_ms;
}

static void on_left(void *ctx)
{
    struct ov_manage_server *server = ctx;
    server->bytecount_s = 0;
}

static const struct ov_manage_command commands[] = {
    {"bytecount", 1, on_bytecount, "n: tell octets of each client every n seconds, 0: no more"},
    {"client-kill", 1, on_client_kill, "CID [message]: end a client's session"},
    {"kill", 1, on_kill, "NAME|ADDRESS:PORT: end sessions"},
    {"load-stats", 0, on_load_stats, "How many clients, and their octets"},
    {"push-update-broad", 0, ov_manage_push_all, "\"OPTIONS\": change pushed options of all clients"},
    {"push-update-cid", 0, ov_manage_push_one, "CID \"OPTIONS\": change pushed options of one client"},
    {"signal", 1, on_signal, "SIGHUP|SIGTERM|SIGUSR1|SIGUSR2"},
    {"status", 0, on_status, "[1|2|3]: the status file's text"},
};

void ov_manage_server_open(struct ov_manage_server *server)
{
    const struct ov_manage_user user = {
        .ctx = server, .commands = commands, .count = sizeof commands / sizeof commands[0], .left = on_left};
    if (server->manage != NULL && !ov_manage_add_user(server->manage, &user))
    {
        server->manage = NULL;
    }
}

void ov_manage_server_close(struct ov_manage_server *server)
{
    ov_manage_remove_user(server->manage, server);
}

void ov_manage_server_state(const struct ov_manage_server *server, const char *state)
{
    const struct ov_tunnel *tunnel = &server->config->tunnel;
    const bool up = strcmp(state, "EXITING") != 0;
    char ip4[OV_IP4_TEXT] = "", ip6[OV_IP6_TEXT] = "", line[OV_HISTORY_LINE];
    if (server->manage != NULL)
    {
        (void)snprintf(line, sizeof line, "%s%s,%s,,,,,%s", state, up ? "" : ",",
                       up && tunnel->has_ip4 ? ov_value_ip4_text(tunnel->ip4, ip4) : "",
                       up && tunnel->has_ip6 ? ov_value_ip6_text(tunnel->ip6, ip6) : "");
        ov_manage_state(server->manage, ov_loop_now(), line);
    }
}
