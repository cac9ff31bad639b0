#include "app/updown_private.h"

#include <stdio.h>

#include "app/script.h"
#include "options/values.h"

/* What is done in each step of a tunnel that comes or goes. */

/* ---- programs ---- */

/* OV_UPDOWN_OUTCOME_WAITS if it runs. */
static enum ov_updown_outcome call(struct ov_updown *updown, const char *type,
                                   const struct ov_command *command, const char *const *more,
                                   const char *context)
{
    struct ov_environment env;
    const struct ov_script script = {type, command, more, &env, ov_updown_program_ended, updown};
    /* Others are told of it too, without a program here. */
    ov_environment_add(&updown->plan.facts, "script_context", context);
    if (command->count == 0)
    {
        return OV_UPDOWN_OUTCOME_NEXT;
    }
    if (!ov_environment_copy(&env, &updown->plan.facts))
    {
        return OV_UPDOWN_OUTCOME_FAILED;
    }
    if (updown->reason[0] != '\0')
    {
        ov_environment_add(&env, "signal", updown->reason);
    }
    const bool runs =
        ov_script_start(updown->user.loop, updown->user.config, updown->user.log, &script, &updown->process);
    ov_environment_clear(&env);
    return runs ? OV_UPDOWN_OUTCOME_WAITS : OV_UPDOWN_OUTCOME_FAILED;
}

/* "tun0 1500 0 10.8.0.2 255.255.255.0 init"; of a tunnel without IPv4 two words are empty. */
static enum ov_updown_outcome call_updown(struct ov_updown *updown, const char *type,
                                          const struct ov_command *command, const char *context)
{
    const struct ov_tunnel *tunnel = &updown->plan.tunnel;
    char mtu[12], ip4[OV_IP4_TEXT] = "", second[OV_IP4_TEXT] = "";
    const char *const more[] = {updown->dev, mtu, "0", ip4, second, context, NULL};
    (void)snprintf(mtu, sizeof mtu, "%u", tunnel->mtu);
    if (tunnel->has_ip4)
    {
        (void)ov_value_ip4_text(tunnel->ip4, ip4);
        (void)ov_value_ip4_text(
            tunnel->has_ip4_remote ? tunnel->ip4_remote : ov_value_bits4(tunnel->ip4_bits), second);
    }
    return call(updown, type, command, more, context);
}

static enum ov_updown_outcome call_plain(struct ov_updown *updown, const char *type,
                                         const struct ov_command *command)
{
    static const char *const nothing[] = {NULL};
    return call(updown, type, command, nothing, "init");
}

/* ---- steps: up ---- */

static const struct ov_hook_options *hooks_of(const struct ov_updown *updown)
{
    return &updown->user.config->hooks;
}

static enum ov_updown_outcome do_addresses(struct ov_updown *updown, struct ov_now now)
{
    struct ov_updown_plan *plan = &updown->plan;
    updown->routes_ms = now.mono_ms + UINT64_C(1000) * plan->tunnel.route_delay_s;
    (void)snprintf(updown->dev, sizeof updown->dev, "%s", updown->user.iface->tun->name);
    return ov_interface_set_addresses(updown->user.iface, &plan->tunnel) ? OV_UPDOWN_OUTCOME_NEXT
                                                                         : OV_UPDOWN_OUTCOME_FAILED;
}

static enum ov_updown_outcome do_up(struct ov_updown *updown, struct ov_now now)
{
    (void)now;
    updown->upped = true;
    return call_updown(updown, "up", &hooks_of(updown)->up, "init");
}

static enum ov_updown_outcome do_dns_up(struct ov_updown *updown, struct ov_now now)
{
    (void)now;
    updown->named = updown->plan.dns;
    return updown->named ? call_plain(updown, "dns-up", &updown->plan.dns_command) : OV_UPDOWN_OUTCOME_NEXT;
}

static enum ov_updown_outcome do_delay(struct ov_updown *updown, struct ov_now now)
{
    return now.mono_ms >= updown->routes_ms ? OV_UPDOWN_OUTCOME_NEXT : OV_UPDOWN_OUTCOME_LATER;
}

static enum ov_updown_outcome do_routes(struct ov_updown *updown, struct ov_now now)
{
    (void)now;
    updown->routed = true;
    ov_interface_add_routes(updown->user.iface);
    ov_environment_number(&updown->plan.facts, "redirect_gateway",
                          (updown->plan.tunnel.redirect & OV_REDIRECT_IP4) != 0);
    return OV_UPDOWN_OUTCOME_NEXT;
}

static enum ov_updown_outcome do_route_up(struct ov_updown *updown, struct ov_now now)
{
    (void)now;
    return call_plain(updown, "route-up", &hooks_of(updown)->route_up);
}

static enum ov_updown_outcome do_up_again(struct ov_updown *updown, struct ov_now now)
{
    (void)now;
    return hooks_of(updown)->up_restart ? call_updown(updown, "up", &hooks_of(updown)->up, "restart")
                                        : OV_UPDOWN_OUTCOME_NEXT;
}

/* ---- steps: down ---- */

static enum ov_updown_outcome do_pre_down(struct ov_updown *updown, struct ov_now now)
{
    (void)now;
    return updown->routed ? call_updown(updown, "route-pre-down", &hooks_of(updown)->route_pre_down, "init")
                          : OV_UPDOWN_OUTCOME_NEXT;
}

static enum ov_updown_outcome do_unroute(struct ov_updown *updown, struct ov_now now)
{
    (void)now;
    ov_interface_remove_routes(updown->user.iface);
    updown->routed = false;
    return OV_UPDOWN_OUTCOME_NEXT;
}

static enum ov_updown_outcome call_down(struct ov_updown *updown, const char *context)
{
    return updown->upped ? call_updown(updown, "down", &hooks_of(updown)->down, context)
                         : OV_UPDOWN_OUTCOME_NEXT;
}

static enum ov_updown_outcome do_down_first(struct ov_updown *updown, struct ov_now now)
{
    (void)now;
    return hooks_of(updown)->down_pre ? call_down(updown, "init") : OV_UPDOWN_OUTCOME_NEXT;
}

static enum ov_updown_outcome do_dns_down(struct ov_updown *updown, struct ov_now now)
{
    const bool named = updown->named;
    (void)now;
    updown->named = false;
    return named ? call_plain(updown, "dns-down", &updown->plan.dns_command) : OV_UPDOWN_OUTCOME_NEXT;
}

static enum ov_updown_outcome do_remove(struct ov_updown *updown, struct ov_now now)
{
    (void)now;
    (updown->closes ? ov_interface_close : ov_interface_deconfigure)(updown->user.iface);
    return OV_UPDOWN_OUTCOME_NEXT;
}

static enum ov_updown_outcome do_down(struct ov_updown *updown, struct ov_now now)
{
    (void)now;
    return hooks_of(updown)->down_pre ? OV_UPDOWN_OUTCOME_NEXT : call_down(updown, "init");
}

static enum ov_updown_outcome do_down_kept(struct ov_updown *updown, struct ov_now now)
{
    (void)now;
    return hooks_of(updown)->up_restart ? call_down(updown, "restart") : OV_UPDOWN_OUTCOME_NEXT;
}

static const struct ov_updown_action steps[] = {
    [OV_UPDOWN_DOWN] = {.run = NULL},
    [OV_UPDOWN_ADDRESSES] = {do_addresses, OV_UPDOWN_DNS_UP, true, true},
    [OV_UPDOWN_DNS_UP] = {do_dns_up, OV_UPDOWN_CALL_UP, true, false},
    [OV_UPDOWN_CALL_UP] = {do_up, OV_UPDOWN_DELAY, true, true},
    [OV_UPDOWN_DELAY] = {do_delay, OV_UPDOWN_ROUTES, true, false},
    [OV_UPDOWN_ROUTES] = {do_routes, OV_UPDOWN_ROUTE_UP, true, false},
    [OV_UPDOWN_ROUTE_UP] = {do_route_up, OV_UPDOWN_UP, true, false},
    [OV_UPDOWN_UP] = {.run = NULL},
    [OV_UPDOWN_CALL_UP_AGAIN] = {do_up_again, OV_UPDOWN_UP, true, true},
    [OV_UPDOWN_PRE_DOWN] = {do_pre_down, OV_UPDOWN_UNROUTE, false, false},
    [OV_UPDOWN_UNROUTE] = {do_unroute, OV_UPDOWN_CALL_DOWN_FIRST, false, false},
    [OV_UPDOWN_CALL_DOWN_FIRST] = {do_down_first, OV_UPDOWN_DNS_DOWN, false, false},
    [OV_UPDOWN_DNS_DOWN] = {do_dns_down, OV_UPDOWN_REMOVE, false, false},
    [OV_UPDOWN_REMOVE] = {do_remove, OV_UPDOWN_CALL_DOWN, false, false},
    [OV_UPDOWN_CALL_DOWN] = {do_down, OV_UPDOWN_DOWN, false, false},
    [OV_UPDOWN_CALL_DOWN_KEPT] = {do_down_kept, OV_UPDOWN_UP, false, false},
};

const struct ov_updown_action *ov_updown_action(enum ov_updown_step step)
{
    return &steps[step];
}
