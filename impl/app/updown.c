#include "app/updown.h"

#include <stdio.h>
#include <string.h>

#include "app/script.h"
#include "options/values.h"

void ov_updown_init(struct ov_updown *updown, const struct ov_updown_user *user)
{
    *updown = (struct ov_updown){.user = *user};
}

static void clear_plan(struct ov_updown_plan *plan)
{
    ov_environment_clear(&plan->facts);
    ov_arena_free(plan->arena);
    *plan = (struct ov_updown_plan){0};
}

void ov_updown_clear(struct ov_updown *updown)
{
    ov_process_forget(updown->process);
    clear_plan(&updown->plan);
    clear_plan(&updown->next);
    *updown = (struct ov_updown){0};
}

/* ---- programs ---- */

static void advance(struct ov_updown *updown, struct ov_now now);

static void on_end(void *ctx, int status);

/* OV_STEP_WAITS if it runs. */
enum outcome
{
    OUTCOME_NEXT,  /* done: on to the next step */
    OUTCOME_WAITS, /* a program runs */
    OUTCOME_LATER, /* not yet */
    OUTCOME_FAILED
};

static enum outcome call(struct ov_updown *updown, const char *type, const struct ov_command *command,
                         const char *const *more, const char *context)
{
    struct ov_environment env;
    const struct ov_script script = {type, command, more, &env, on_end, updown};
    /* Others are told of it too, without a program here. */
    ov_environment_add(&updown->plan.facts, "script_context", context);
    if (command->count == 0)
    {
        return OUTCOME_NEXT;
    }
    if (!ov_environment_copy(&env, &updown->plan.facts))
    {
        return OUTCOME_FAILED;
    }
    if (updown->reason[0] != '\0')
    {
        ov_environment_add(&env, "signal", updown->reason);
    }
    const bool runs =
        ov_script_start(updown->user.loop, updown->user.config, updown->user.log, &script, &updown->process);
    ov_environment_clear(&env);
    return runs ? OUTCOME_WAITS : OUTCOME_FAILED;
}

/* "tun0 1500 0 10.8.0.2 255.255.255.0 init"; of a tunnel without IPv4 two words are empty. */
static enum outcome call_updown(struct ov_updown *updown, const char *type, const struct ov_command *command,
                                const char *context)
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

static enum outcome call_plain(struct ov_updown *updown, const char *type, const struct ov_command *command)
{
    static const char *const nothing[] = {NULL};
    return call(updown, type, command, nothing, "init");
}

/* ---- steps: up ---- */

static const struct ov_hook_options *hooks_of(const struct ov_updown *updown)
{
    return &updown->user.config->hooks;
}

static enum outcome do_addresses(struct ov_updown *updown, struct ov_now now)
{
    struct ov_updown_plan *plan = &updown->plan;
    updown->routes_ms = now.mono_ms + UINT64_C(1000) * plan->tunnel.route_delay_s;
    (void)snprintf(updown->dev, sizeof updown->dev, "%s", updown->user.iface->tun->name);
    return ov_interface_set_addresses(updown->user.iface, &plan->tunnel) ? OUTCOME_NEXT : OUTCOME_FAILED;
}

static enum outcome do_up(struct ov_updown *updown, struct ov_now now)
{
    (void)now;
    updown->upped = true;
    return call_updown(updown, "up", &hooks_of(updown)->up, "init");
}

static enum outcome do_dns_up(struct ov_updown *updown, struct ov_now now)
{
    (void)now;
    updown->named = updown->plan.dns;
    return updown->named ? call_plain(updown, "dns-up", &updown->plan.dns_command) : OUTCOME_NEXT;
}

static enum outcome do_delay(struct ov_updown *updown, struct ov_now now)
{
    return now.mono_ms >= updown->routes_ms ? OUTCOME_NEXT : OUTCOME_LATER;
}

static enum outcome do_routes(struct ov_updown *updown, struct ov_now now)
{
    (void)now;
    updown->routed = true;
    ov_interface_add_routes(updown->user.iface);
    ov_environment_number(&updown->plan.facts, "redirect_gateway",
                          (updown->plan.tunnel.redirect & OV_REDIRECT_IP4) != 0);
    return OUTCOME_NEXT;
}

static enum outcome do_route_up(struct ov_updown *updown, struct ov_now now)
{
    (void)now;
    return call_plain(updown, "route-up", &hooks_of(updown)->route_up);
}

static enum outcome do_up_again(struct ov_updown *updown, struct ov_now now)
{
    (void)now;
    return hooks_of(updown)->up_restart ? call_updown(updown, "up", &hooks_of(updown)->up, "restart")
                                        : OUTCOME_NEXT;
}

/* ---- steps: down ---- */

static enum outcome do_pre_down(struct ov_updown *updown, struct ov_now now)
{
    (void)now;
    return updown->routed ? call_updown(updown, "route-pre-down", &hooks_of(updown)->route_pre_down, "init")
                          : OUTCOME_NEXT;
}

static enum outcome do_unroute(struct ov_updown *updown, struct ov_now now)
{
    (void)now;
    ov_interface_remove_routes(updown->user.iface);
    updown->routed = false;
    return OUTCOME_NEXT;
}

static enum outcome call_down(struct ov_updown *updown, const char *context)
{
    return updown->upped ? call_updown(updown, "down", &hooks_of(updown)->down, context) : OUTCOME_NEXT;
}

static enum outcome do_down_first(struct ov_updown *updown, struct ov_now now)
{
    (void)now;
    return hooks_of(updown)->down_pre ? call_down(updown, "init") : OUTCOME_NEXT;
}

static enum outcome do_dns_down(struct ov_updown *updown, struct ov_now now)
{
    const bool named = updown->named;
    (void)now;
    updown->named = false;
    return named ? call_plain(updown, "dns-down", &updown->plan.dns_command) : OUTCOME_NEXT;
}

static enum outcome do_remove(struct ov_updown *updown, struct ov_now now)
{
    (void)now;
    (updown->closes ? ov_interface_close : ov_interface_deconfigure)(updown->user.iface);
    return OUTCOME_NEXT;
}

static enum outcome do_down(struct ov_updown *updown, struct ov_now now)
{
    (void)now;
    return hooks_of(updown)->down_pre ? OUTCOME_NEXT : call_down(updown, "init");
}

static enum outcome do_down_kept(struct ov_updown *updown, struct ov_now now)
{
    (void)now;
    return hooks_of(updown)->up_restart ? call_down(updown, "restart") : OUTCOME_NEXT;
}

static const struct
{
    enum outcome (*run)(struct ov_updown *updown, struct ov_now now); /* NULL: it rests here */
    enum ov_updown_step next;
    bool rises;
    bool vital; /* if its program fails, the program ends */
} steps[] = {
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

/* ---- from step to step ---- */

static void start_next(struct ov_updown *updown)
{
    clear_plan(&updown->plan);
    updown->plan = updown->next;
    updown->next = (struct ov_updown_plan){0};
    updown->reason[0] = '\0';
    updown->sinks = false;
    updown->step = OV_UPDOWN_ADDRESSES;
}

/* It rests: who waits is told, or it goes on to what came in between. False: nothing more to do. */
static bool rest(struct ov_updown *updown, bool rose)
{
    if (updown->step == OV_UPDOWN_DOWN)
    {
        updown->upped = false;
        updown->sinks = false;
        if (updown->next.arena != NULL && !updown->closes)
        {
            start_next(updown);
            return true;
        }
        updown->user.lowered(updown->user.ctx);
    }
    else if (updown->sinks)
    {
        updown->step = OV_UPDOWN_PRE_DOWN;
        return true;
    }
    else if (rose)
    {
        updown->user.raised(updown->user.ctx, true);
    }
    return false;
}

static void fail(struct ov_updown *updown)
{
    updown->step = OV_UPDOWN_UP; /* as far as it came; lower takes it back */
    updown->user.raised(updown->user.ctx, false);
}

static void advance(struct ov_updown *updown, struct ov_now now)
{
    while (!updown->waiting)
    {
        const bool rises = steps[updown->step].rises;
        if (rises && updown->sinks)
        {
            updown->step = OV_UPDOWN_PRE_DOWN;
        }
        const enum outcome outcome = steps[updown->step].run(updown, now);
        const bool vital = steps[updown->step].vital;
        if (outcome == OUTCOME_LATER)
        {
            return;
        }
        updown->waiting = outcome == OUTCOME_WAITS;
        if (outcome == OUTCOME_FAILED && vital)
        {
            fail(updown);
            return;
        }
        if (!updown->waiting)
        {
            updown->step = steps[updown->step].next;
            if (steps[updown->step].run == NULL && !rest(updown, rises))
            {
                return;
            }
        }
    }
}

/* Called in the middle of the loop's work: the next step is done when it comes round. */
static void on_end(void *ctx, int status)
{
    struct ov_updown *updown = ctx;
    updown->process = NULL;
    updown->ended = true;
    updown->status = status;
    ov_loop_deadline(updown->user.loop, 0);
}

static void take_end(struct ov_updown *updown, struct ov_now now)
{
    const bool rises = steps[updown->step].rises;
    const bool vital = steps[updown->step].vital;
    updown->ended = updown->waiting = false;
    if (updown->status != 0)
    {
        ov_logf(updown->user.log, vital ? OV_LOG_ERROR : OV_LOG_WARN,
                "a program that was called for the tunnel failed: exit status %d%s", updown->status,
                vital ? ", so the tunnel can't come" : "");
    }
    if (updown->status != 0 && vital && !updown->sinks)
    {
        fail(updown);
        return;
    }
    updown->step = steps[updown->step].next;
    if (steps[updown->step].run != NULL || rest(updown, rises))
    {
        advance(updown, now);
    }
}

/* ---- what is wanted ---- */

static bool plan_init(struct ov_updown_plan *plan, const struct ov_updown_wish *wish)
{
    *plan = (struct ov_updown_plan){.arena = ov_arena_new(), .facts = *wish->facts, .dns = wish->dns};
    *wish->facts = (struct ov_environment){0};
    plan->dns_command = wish->dns_command;
    if (plan->arena == NULL || ov_tunnel_copy(plan->arena, wish->tunnel, &plan->tunnel) != OV_OK)
    {
        clear_plan(plan);
        return false;
    }
    return true;
}

/* The same tunnel, and the same is to be told of it [WP-PUSH-017]? */
static bool is_same(const struct ov_updown *updown, const struct ov_updown_plan *plan)
{
    return updown->user.iface->configured && plan->dns == updown->plan.dns &&
           ov_tunnel_equal(&plan->tunnel, &updown->plan.tunnel) &&
           ov_environment_same_begin(&plan->facts, &updown->plan.facts, "dns_") &&
           ov_environment_same_begin(&plan->facts, &updown->plan.facts, "foreign_option_");
}

void ov_updown_raise(struct ov_updown *updown, const struct ov_updown_wish *wish, struct ov_now now)
{
    clear_plan(&updown->next);
    if (!plan_init(&updown->next, wish))
    {
        ov_logf(updown->user.log, OV_LOG_ERROR, "%s", ov_err_name(OV_ERR_NOMEM));
        updown->user.raised(updown->user.ctx, false);
        return;
    }
    if (updown->step == OV_UPDOWN_DOWN)
    {
        start_next(updown);
        advance(updown, now);
    }
    else if (updown->step == OV_UPDOWN_UP && is_same(updown, &updown->next))
    {
        ov_logf(updown->user.log, OV_LOG_INFO, "%s keeps its addresses and routes", updown->dev);
        clear_plan(&updown->next);
        updown->reason[0] = '\0';
        updown->step = OV_UPDOWN_CALL_UP_AGAIN;
        advance(updown, now);
    }
    else
    {
        /* The one that stands goes first; what is on the way is waited for. */
        updown->sinks = true;
        if (updown->step == OV_UPDOWN_UP)
        {
            updown->step = OV_UPDOWN_PRE_DOWN;
            advance(updown, now);
        }
    }
}

static void set_reason(struct ov_updown *updown, const char *reason)
{
    (void)snprintf(updown->reason, sizeof updown->reason, "%s", reason);
}

void ov_updown_keep(struct ov_updown *updown, const char *reason, struct ov_now now)
{
    if (updown->step == OV_UPDOWN_UP)
    {
        set_reason(updown, reason);
        updown->step = OV_UPDOWN_CALL_DOWN_KEPT;
        advance(updown, now);
    }
}

void ov_updown_lower(struct ov_updown *updown, const char *reason, bool closes, struct ov_now now)
{
    clear_plan(&updown->next);
    set_reason(updown, reason);
    updown->closes = updown->closes || closes;
    updown->sinks = true;
    if (updown->step == OV_UPDOWN_DOWN)
    {
        (void)do_remove(updown, now);
        (void)rest(updown, false);
    }
    else if (updown->step == OV_UPDOWN_UP)
    {
        updown->step = OV_UPDOWN_PRE_DOWN;
        advance(updown, now);
    }
    else if (!updown->waiting)
    {
        advance(updown, now); /* --route-delay is cut short */
    }
}

bool ov_updown_calls(const struct ov_config *config)
{
    const struct ov_hook_options *hooks = &config->hooks;
    return hooks->up.count + hooks->route_up.count + hooks->dns_updown.count > 0;
}

bool ov_updown_busy(const struct ov_updown *updown)
{
    return updown->step != OV_UPDOWN_DOWN && updown->step != OV_UPDOWN_UP;
}

bool ov_updown_stands(const struct ov_updown *updown)
{
    return updown->step == OV_UPDOWN_UP;
}

void ov_updown_tick(struct ov_updown *updown, struct ov_now now)
{
    if (updown->ended)
    {
        take_end(updown, now);
    }
    else if (updown->step == OV_UPDOWN_DELAY)
    {
        advance(updown, now);
    }
}

uint64_t ov_updown_deadline(const struct ov_updown *updown)
{
    return updown->ended ? 0 : updown->step == OV_UPDOWN_DELAY ? updown->routes_ms : OV_NEVER;
}
