#include <stdio.h>
#include <string.h>

#include "app/client.h"
#include "app/facts.h"
#include "app/script.h"
#include "session/server.h"

/* A client's tunnel: what the server's options make of it, and who is told. */

void ov_client_tunnel_ready(struct ov_client *client)
{
    ov_logf(client->log, OV_LOG_ERROR, OV_READY_WORDS);
    ov_client_manage_updown(client, true);
    ov_client_manage_state(client, "CONNECTED,SUCCESS", true);
}

static void on_raised(void *ctx, bool good)
{
    struct ov_client *client = ctx;
    if (!good || !ov_program_settle_in(client->program))
    {
        (void)snprintf(client->reason, sizeof client->reason, "error");
        ov_client_finish(client, OV_OUTCOME_FAILED);
        return;
    }
    if (client->connected)
    {
        ov_client_tunnel_ready(client);
    }
}

static void on_lowered(void *ctx)
{
    struct ov_client *client = ctx;
    if (client->state == OV_CLIENT_ENDING)
    {
        ov_loop_stop(client->loop);
        return;
    }
    ov_loop_deadline(client->loop, 0); /* the next attempt may have waited for it */
}

void ov_client_tunnel_open(struct ov_client *client)
{
    const struct ov_updown_user user = {
        &client->program->config, client->log, client->loop, &client->iface, on_raised, on_lowered, client};
    ov_updown_init(&client->updown, &user);
}

static const struct ov_config *effective_of(const struct ov_client *client)
{
    const struct ov_pulled *pulled = ov_session_pulled(&client->session);
    return pulled != NULL ? &pulled->effective : &client->program->config;
}

static void out_of_memory(struct ov_client *client)
{
    ov_logf(client->log, OV_LOG_ERROR, "%s", ov_err_name(OV_ERR_NOMEM));
    ov_client_finish(client, OV_OUTCOME_FAILED);
}

static void raise_with(struct ov_client *client, const struct ov_config *effective, struct ov_now now)
{
    struct ov_environment facts;
    struct ov_updown_wish wish = {.tunnel = &effective->tunnel, .facts = &facts};
    if (!ov_environment_init(&facts))
    {
        out_of_memory(client);
        return;
    }
    ov_facts_program(&facts, client->program);
    ov_facts_peer(&facts, "untrusted", ov_session_addr(&client->session));
    ov_facts_peer(&facts, "trusted", ov_session_addr(&client->session));
    ov_cert_seen_tell(&client->program->guard.seen, &facts);
    client->pump.block_ip6 = effective->tunnel.block_ip6;
    ov_facts_tunnel(&facts, effective, &client->iface);
    wish.dns = ov_facts_dns(&facts, client->program, effective, &wish.dns_command);
    ov_updown_raise(&client->updown, &wish, now);
}

/* The next name is looked up, or the tunnel with all of them comes. */
static void find_names(struct ov_client *client, struct ov_now now)
{
    const char *name = ov_route_names_next(&client->names);
    while (name != NULL && ov_loop_resolve(client->loop, name, 4) != OV_OK)
    {
        if (!ov_route_names_answer(&client->names, NULL, "it can't be looked up"))
        {
            out_of_memory(client);
            return;
        }
        name = ov_route_names_next(&client->names);
    }
    if (name == NULL)
    {
        struct ov_config with = *effective_of(client);
        with.tunnel = client->names.tunnel;
        raise_with(client, &with, now);
        ov_route_names_clear(&client->names);
    }
}

bool ov_client_tunnel_name(struct ov_client *client, const struct addrinfo *list, const char *text,
                           struct ov_now now)
{
    if (ov_route_names_next(&client->names) == NULL)
    {
        return false;
    }
    if (!ov_route_names_answer(&client->names, list, text))
    {
        out_of_memory(client);
        return true;
    }
    find_names(client, now);
    return true;
}

void ov_client_tunnel_raise(struct ov_client *client, struct ov_now now)
{
    const struct ov_config *effective = effective_of(client);
    ov_route_names_clear(&client->names);
    if (!ov_route_names_exist(&effective->tunnel))
    {
        raise_with(client, effective, now);
        return;
    }
    if (!ov_route_names_begin(&client->names, &effective->tunnel, client->log))
    {
        out_of_memory(client);
        return;
    }
    find_names(client, now);
}

/* "soft,ping-restart: no answer" is "ping-restart" for programs. */
static void short_reason(const char *reason, char *out, size_t cap)
{
    const char *comma = strchr(reason, ',');
    const char *begin = comma != NULL ? comma + 1 : reason;
    (void)snprintf(out, cap, "%.*s", (int)strcspn(begin, ": "), begin);
}

void ov_client_tunnel_leave(struct ov_client *client, const char *reason, struct ov_now now)
{
    char text[sizeof client->reason];
    short_reason(reason, text, sizeof text);
    client->told = (struct ov_addr){0};
    ov_route_names_clear(&client->names);
    if (!client->program->config.persist_tun)
    {
        ov_updown_lower(&client->updown, text, false, now);
    }
    else if (ov_updown_stands(&client->updown))
    {
        ov_updown_keep(&client->updown, text, now);
    }
}

void ov_client_tunnel_address(struct ov_client *client)
{
    const struct ov_addr *addr = ov_session_addr(&client->session);
    const struct ov_command *command = &client->program->config.hooks.ipchange;
    char ip[OV_FACTS_IP], port[8];
    const char *const more[] = {ip, port, NULL};
    struct ov_environment facts;
    const struct ov_script script = {.type = "ipchange", .command = command, .more = more, .env = &facts};
    struct ov_process *process;
    if (command->count == 0 || ov_addr_equal(&client->told, addr) || !ov_environment_init(&facts))
    {
        return;
    }
    client->told = *addr;
    ov_facts_ip(addr, ip);
    (void)snprintf(port, sizeof port, "%u", addr->port);
    ov_facts_program(&facts, client->program);
    ov_facts_peer(&facts, "untrusted", addr);
    ov_facts_peer(&facts, "trusted", addr);
    ov_cert_seen_tell(&client->program->guard.seen, &facts);
    (void)ov_script_start(client->loop, &client->program->config, client->log, &script, &process);
    ov_environment_clear(&facts);
}

void ov_client_note_signal(struct ov_client *client, const char *name)
{
    ov_facts_signal(name, client->reason, sizeof client->reason);
}

void ov_client_tunnel_hurry(struct ov_client *client)
{
    ov_logf(client->log, OV_LOG_WARN, "another signal: the programs called for the tunnel are ended");
    ov_updown_clear(&client->updown);
    ov_loop_stop(client->loop);
}

/* Packets have no way any more, but signals have: one of them ends programs that hang. */
void ov_client_tunnel_close(struct ov_client *client)
{
    client->state = OV_CLIENT_ENDING;
    ov_route_names_clear(&client->names);
    if (client->updown.user.loop == NULL)
    {
        return;
    }
    for (unsigned which = 0; which < OV_WATCH_COUNT; which++)
    {
        ov_loop_unwatch(client->loop, (enum ov_watch)which);
    }
    client->pump.ctx = NULL;
    client->pump.link = NULL;
    client->pump.tun = NULL;
    ov_updown_lower(&client->updown, client->reason, true, ov_loop_now());
    while (ov_updown_busy(&client->updown))
    {
        ov_loop_run(client->loop);
    }
    ov_updown_clear(&client->updown);
}
