#include "netns-lab/linkemu/decide.h"

#include "netns-lab/linkemu/draw.h"

static const char *const kind_names[EMU_KIND_COUNT] = {
    [EMU_LOSS] = "loss", [EMU_DUP] = "dup",   [EMU_CORRUPT] = "corrupt",
    [EMU_HOLD] = "hold", [EMU_LATE] = "late",
};

const char *emu_kind_name(enum emu_kind kind)
{
    return (unsigned)kind < EMU_KIND_COUNT ? kind_names[kind] : "unknown";
}

static void apply(struct emu_decider *decider, struct emu_fate *fate, enum emu_kind kind, uint32_t value)
{
    const struct emu_decision decision = {decider->index, kind, value};
    decider->counts[kind]++;
    decider->hash = emu_mix(decider->hash ^ emu_mix(decision.index << 3 | (uint64_t)kind) ^ value);
    if (decider->note != NULL)
    {
        decider->note(decider->note_arg, &decision);
    }
    switch (kind)
    {
    case EMU_LOSS:
        fate->lost = true;
        break;
    case EMU_DUP:
        fate->twice = true;
        break;
    case EMU_CORRUPT:
        fate->corrupt = true;
        fate->bit = value;
        break;
    case EMU_HOLD:
        fate->places = value;
        break;
    default:
        fate->late_ns = (uint64_t)value * 1000;
        break;
    }
}

static uint64_t draw(const struct emu_decider *decider, enum emu_draw what)
{
    return emu_draw(decider->key, what, decider->index);
}

static bool chance(const struct emu_decider *decider, enum emu_draw what, uint32_t ppb)
{
    return ppb > 0 && emu_draw_chance(draw(decider, what), ppb);
}

/* The chain moves first and then loses, so that a mean burst is 1 / leave long and the share of lost
 * packets enter / (enter + leave). */
static bool burst_loses(struct emu_decider *decider)
{
    const struct emu_spec *spec = decider->spec;
    uint32_t move = decider->bursting ? spec->burst_leave_ppb : spec->burst_enter_ppb;
    if (chance(decider, EMU_DRAW_BURST, move))
    {
        decider->bursting = !decider->bursting;
    }
    return decider->bursting;
}

static void decide_by_draws(struct emu_decider *decider, struct emu_fate *fate)
{
    const struct emu_spec *spec = decider->spec;
    bool burst = spec->burst_enter_ppb > 0 && burst_loses(decider);
    if (burst || chance(decider, EMU_DRAW_LOSS, spec->loss_ppb))
    {
        apply(decider, fate, EMU_LOSS, 0);
        return;
    }
    if (chance(decider, EMU_DRAW_DUP, spec->dup_ppb))
    {
        apply(decider, fate, EMU_DUP, 0);
    }
    if (chance(decider, EMU_DRAW_CORRUPT, spec->corrupt_ppb))
    {
        apply(decider, fate, EMU_CORRUPT, (uint32_t)draw(decider, EMU_DRAW_BIT));
    }
    if (spec->hold_every > 0 && decider->index % spec->hold_every == spec->hold_every - 1)
    {
        apply(decider, fate, EMU_HOLD, spec->hold_places);
    }
    if (chance(decider, EMU_DRAW_LATE, spec->late_ppb))
    {
        apply(decider, fate, EMU_LATE, (uint32_t)(spec->late_ns / 1000));
    }
}

static void decide_by_file(struct emu_decider *decider, struct emu_fate *fate)
{
    while (decider->replay_at < decider->replay_count &&
           decider->replay[decider->replay_at].index <= decider->index)
    {
        const struct emu_decision *decision = &decider->replay[decider->replay_at++];
        if (decision->index == decider->index)
        {
            apply(decider, fate, decision->kind, decision->value);
        }
    }
}

void emu_decide(struct emu_decider *decider, struct emu_fate *fate)
{
    *fate = (struct emu_fate){0};
    if (decider->replaying)
    {
        decide_by_file(decider, fate);
    }
    else
    {
        decide_by_draws(decider, fate);
    }
    uint64_t jitter = decider->spec->jitter_ns;
    if (jitter > 0 && !fate->lost)
    {
        fate->jitter_ns =
            (int64_t)emu_draw_below(draw(decider, EMU_DRAW_JITTER), 2 * jitter + 1) - (int64_t)jitter;
    }
    decider->index++;
}

void emu_decider_rewind(struct emu_decider *decider)
{
    decider->index = 0;
    decider->bursting = false;
    decider->hash = 0;
    decider->replay_at = 0;
    for (unsigned i = 0; i < EMU_KIND_COUNT; i++)
    {
        decider->counts[i] = 0;
    }
}
