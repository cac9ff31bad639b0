#include "netns-lab/linkprobe/direction.h"

#include "netns-lab/linkprobe/wire.h"

#include <stdlib.h>

static bool evaluate_paced(struct probe_direction *d, const struct probe_tally *tally, struct emu_why *why)
{
    uint32_t *displacements = malloc((tally->sent + 1u) * sizeof *displacements);
    if (displacements == NULL || !probe_tally_facts(tally, &d->result.paced, displacements))
    {
        free(displacements);
        return emu_why_set(why, "no memory");
    }
    d->result.late_limit_ms = probe_late_limit_ms(&d->spec);
    for (uint32_t i = 0; i < tally->sent; i++)
    {
        const struct probe_arrival *arrival = &tally->arrivals[i];
        if (arrival->copies == 0)
        {
            if (d->lost != NULL)
            {
                fprintf(d->lost, "%s %u\n", d->name, i);
            }
            continue;
        }
        double delay_ms = ((double)arrival->arrived_ns - (double)arrival->sent_ns) / 1e6;
        d->result.late += delay_ms > d->result.late_limit_ms;
        d->result.in_its_place += d->spec.hold_every > 0 && displacements[i] == d->spec.hold_places;
    }
    free(displacements);
    return true;
}

static bool run_paced(struct probe_direction *d, struct probe_wire *wire, struct emu_why *why)
{
    struct probe_tally tally;
    uint32_t train = d->train > 0 ? d->train : d->plan.train;
    struct probe_stream stream = {.stage = PROBE_PACED,
                                  .count = d->plan.count,
                                  .size = d->plan.size,
                                  .train = train,
                                  .train_ns = d->plan.train_ns / d->plan.train * train,
                                  .settle_ns = d->plan.settle_ns};
    if (!probe_tally_init(&tally, stream.count))
    {
        return emu_why_set(why, "no memory");
    }
    bool done = probe_wire_run(wire, &stream, &tally, why) && evaluate_paced(d, &tally, why);
    d->result.paced_pps = stream.seconds > 0 ? stream.count / stream.seconds : 0;
    probe_tally_clear(&tally);
    return done;
}

/* Over the middle of the stream, where the link is busy for sure. */
static double rate_of(const struct probe_tally *tally, uint32_t size)
{
    uint32_t from = tally->arrived / 10;
    uint32_t to = tally->arrived - 1 - from;
    uint64_t from_ns = 0;
    uint64_t to_ns = 0;
    uint64_t copies = 0;
    for (uint32_t i = 0; i < tally->sent; i++)
    {
        const struct probe_arrival *arrival = &tally->arrivals[i];
        if (arrival->copies > 0)
        {
            from_ns = arrival->order == from ? arrival->arrived_ns : from_ns;
            to_ns = arrival->order == to ? arrival->arrived_ns : to_ns;
            copies += arrival->order > from && arrival->order <= to ? arrival->copies : 0;
        }
    }
    double bits = 8.0 * (size + PROBE_IP_OVER + EMU_WIRE_OVER) * (double)copies;
    return to_ns > from_ns ? bits * 1e3 / (double)(to_ns - from_ns) : 0;
}

static bool run_flood(struct probe_direction *d, struct probe_wire *wire, struct emu_why *why)
{
    struct probe_tally tally;
    struct probe_stream stream = {.stage = PROBE_FLOOD,
                                  .count = d->plan.flood_count,
                                  .size = d->plan.flood_size,
                                  .train = d->plan.flood_train,
                                  .train_ns = d->plan.flood_train_ns,
                                  .settle_ns = d->plan.flood_settle_ns,
                                  .ect = d->spec.ecn_mark_ns > 0};
    if (!probe_tally_init(&tally, stream.count))
    {
        return emu_why_set(why, "no memory");
    }
    struct probe_facts facts = {.sent = 0};
    bool done = probe_wire_run(wire, &stream, &tally, why);
    if (done && !probe_tally_facts(&tally, &facts, NULL))
    {
        done = emu_why_set(why, "no memory");
    }
    d->result.flood_delay_ms = facts.delay_ms[3];
    d->result.flood_arrived = tally.arrived;
    d->result.flood_marked = stream.marked;
    d->result.rate_mbps = tally.arrived > 20 ? rate_of(&tally, stream.size) : 0;
    probe_tally_clear(&tally);
    return done;
}

static bool run_fit(struct probe_direction *d, struct probe_wire *wire, struct emu_why *why)
{
    struct probe_fit fit = {
        .size = d->plan.fit_size, .count = PROBE_FIT_COUNT, .settle_ns = d->plan.settle_ns};
    bool done = probe_wire_fit(wire, &fit, d->from.netns, why);
    d->result.fit_arrived = fit.fit_arrived;
    d->result.unfit_arrived = fit.unfit_arrived;
    d->result.told_mtu = fit.told_mtu;
    return done;
}

bool probe_direction_run(struct probe_direction *d, struct emu_why *why)
{
    struct probe_wire wire;
    probe_plan_make(&d->plan, &d->spec, d->pps);
    if (d->paced_only)
    {
        d->plan.flood_count = 0;
        d->plan.fit_size = 0;
    }
    bool done = probe_wire_open(&wire, d->from.netns, d->from.address, d->to.netns, d->to.address, why) &&
                run_paced(d, &wire, why) && (d->plan.flood_count == 0 || run_flood(d, &wire, why)) &&
                (d->plan.fit_size == 0 || run_fit(d, &wire, why));
    probe_wire_close(&wire);
    if (done)
    {
        probe_judge(&d->judgement, &d->spec, &d->plan, &d->result, d->damage_is_loss);
    }
    return done;
}
