#include "app/server_tunnel.h"

#include <stdio.h>

#include "app/facts.h"
#include "app/route_names.h"

/* Told in the middle of a call, there is no loop to stop: the one of the server would be. */
static void stop(const struct ov_server_tunnel *tunnel)
{
    if (tunnel->runs)
    {
        ov_loop_stop(tunnel->loop);
    }
}

static void on_raised(void *ctx, bool good)
{
    struct ov_server_tunnel *tunnel = ctx;
    tunnel->good = good;
    stop(tunnel);
}

static void on_lowered(void *ctx)
{
    stop(ctx);
}

static void settle(struct ov_server_tunnel *tunnel)
{
    while (ov_updown_busy(&tunnel->updown))
    {
        ov_loop_deadline(tunnel->loop, ov_updown_deadline(&tunnel->updown));
        tunnel->runs = true;
        ov_loop_run(tunnel->loop);
    }
    tunnel->runs = false;
}

static bool raise_with(struct ov_server_tunnel *tunnel, const struct ov_config *config)
{
    struct ov_environment facts;
    struct ov_updown_wish wish = {.tunnel = &config->tunnel, .facts = &facts};
    if (!ov_environment_init(&facts))
    {
        return false;
    }
    ov_facts_program(&facts, tunnel->program);
    ov_facts_tunnel(&facts, config, tunnel->updown.user.iface);
    wish.dns = ov_facts_dns(&facts, tunnel->program, config, &wish.dns_command);
    ov_updown_raise(&tunnel->updown, &wish, ov_loop_now());
    return true;
}

bool ov_server_tunnel_raise(struct ov_server_tunnel *tunnel, const struct ov_program *program,
                            struct ov_loop *loop, struct ov_interface *iface)
{
    const struct ov_updown_user user = {&program->config, &program->log, loop,  iface,
                                        on_raised,        on_lowered,    tunnel};
    struct ov_route_names names = {0};
    *tunnel = (struct ov_server_tunnel){.program = program, .loop = loop};
    ov_updown_init(&tunnel->updown, &user);
    bool good =
        ov_route_names_begin(&names, &program->config.tunnel, &program->log) && ov_route_names_wait(&names);
    if (good)
    {
        struct ov_config with = program->config;
        with.tunnel = names.tunnel;
        good = raise_with(tunnel, &with);
    }
    ov_route_names_clear(&names);
    if (!good)
    {
        ov_logf(&program->log, OV_LOG_ERROR, "%s", ov_err_name(OV_ERR_NOMEM));
        return false;
    }
    settle(tunnel);
    return tunnel->good;
}

void ov_server_tunnel_lower(struct ov_server_tunnel *tunnel)
{
    if (tunnel->loop == NULL || tunnel->updown.user.loop == NULL)
    {
        return; /* it never began, or a signal has ended it */
    }
    for (unsigned which = 0; which < OV_WATCH_COUNT; which++)
    {
        ov_loop_unwatch(tunnel->loop, (enum ov_watch)which);
    }
    ov_updown_lower(&tunnel->updown, tunnel->reason[0] != '\0' ? tunnel->reason : "error", true,
                    ov_loop_now());
    settle(tunnel);
    ov_updown_clear(&tunnel->updown);
}

bool ov_server_tunnel_turn(struct ov_server_tunnel *tunnel, struct ov_now now)
{
    if (!ov_updown_busy(&tunnel->updown))
    {
        return false;
    }
    ov_updown_tick(&tunnel->updown, now);
    ov_loop_deadline(tunnel->loop, ov_updown_deadline(&tunnel->updown));
    return true;
}

bool ov_server_tunnel_signal(struct ov_server_tunnel *tunnel, const char *name)
{
    ov_facts_signal(name, tunnel->reason, sizeof tunnel->reason);
    if (!ov_updown_busy(&tunnel->updown))
    {
        return false;
    }
    ov_logf(&tunnel->program->log, OV_LOG_WARN, "%s received: the programs called for the tunnel are ended",
            name);
    tunnel->good = false;
    ov_updown_clear(&tunnel->updown);
    stop(tunnel);
    return true;
}
