#include "app/updown_private.h"

#include <stdio.h>

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
        const bool rises = ov_updown_action(updown->step)->rises;
        if (rises && updown->sinks)
        {
            updown->step = OV_UPDOWN_PRE_DOWN;
        }
        const enum ov_updown_outcome outcome = ov_updown_action(updown->step)->run(updown, now);
        const bool vital = ov_updown_action(updown->step)->vital;
        if (outcome == OV_UPDOWN_OUTCOME_LATER)
        {
            return;
        }
        updown->waiting = outcome == OV_UPDOWN_OUTCOME_WAITS;
        if (outcome == OV_UPDOWN_OUTCOME_FAILED && vital)
        {
            fail(updown);
            return;
        }
        if (!updown->waiting)
        {
            updown->step = ov_updown_action(updown->step)->next;
            if (ov_updown_action(updown->step)->run == NULL && !rest(updown, rises))
            {
                return;
            }
        }
    }
}

/* Called in the middle of the loop's work: the next step is done when it comes round. */
void ov_updown_program_ended(void *ctx, int status)
{
    struct ov_updown *updown = ctx;
    updown->process = NULL;
    updown->ended = true;
    updown->status = status;
    ov_loop_deadline(updown->user.loop, 0);
}

static void take_end(struct ov_updown *updown, struct ov_now now)
{
    const bool rises = ov_updown_action(updown->step)->rises;
    const bool vital = ov_updown_action(updown->step)->vital;
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
    updown->step = ov_updown_action(updown->step)->next;
    if (ov_updown_action(updown->step)->run != NULL || rest(updown, rises))
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
        (void)ov_updown_action(OV_UPDOWN_REMOVE)->run(updown, now);
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
