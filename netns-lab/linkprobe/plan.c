#include "netns-lab/linkprobe/plan.h"

#define NS_PER_S         1000000000u
#define PACED_SIZE       200u
#define FLOOD_SIZE       1200u
#define TRAIN_MAX        32u
#define PACED_PPS_MAX    100000.0
#define PACED_S          0.7
#define PACED_PLAIN_S    0.3 /* where nothing is left to chance */
#define PACED_MAX_S      4.0
#define PACED_COUNT_LOW  200u
#define PACED_COUNT_SLOW 10u
#define COUNT_MAX        400000u
#define FLOOD_S          0.5
#define FLOOD_OVER       1.6 /* times the rate */
#define FLOOD_RATE_MAX   2e9 /* more than that this machine may not be able to send */
#define SETTLE_NS        100000000u

static uint64_t longest_way_ns(const struct emu_spec *spec)
{
    uint64_t hold_ns = spec->hold_every > 0 ? spec->hold_ns : 0;
    uint64_t late_ns = spec->late_ppb > 0 ? spec->late_ns : 0;
    return spec->delay_ns + spec->jitter_ns + hold_ns + late_ns + SETTLE_NS;
}

static double wire_bits(uint32_t size)
{
    return 8.0 * (size + PROBE_IP_OVER + EMU_WIRE_OVER);
}

/* Half of the rate, and so fast that a packet that is held is not let go by its time. */
static double paced_pps(const struct emu_spec *spec, double pps)
{
    if (spec->hold_every > 0 && spec->hold_ns > 0)
    {
        double needed = 3.0 * spec->hold_places / ((double)spec->hold_ns / NS_PER_S);
        pps = needed > pps ? needed : pps;
    }
    pps = pps > PACED_PPS_MAX ? PACED_PPS_MAX : pps;
    if (spec->rate_bps > 0)
    {
        double limit = 0.5 * (double)spec->rate_bps / wire_bits(PACED_SIZE);
        pps = limit < pps ? limit : pps;
    }
    return pps;
}

static uint32_t clamp_count(double count, uint32_t low)
{
    count = count < low ? low : count;
    return count > COUNT_MAX ? COUNT_MAX : (uint32_t)count;
}

static void plan_paced(struct probe_plan *plan, const struct emu_spec *spec, double asked_pps)
{
    double pps = paced_pps(spec, asked_pps);
    bool chances = spec->loss_ppb > 0 || spec->burst_enter_ppb > 0 || spec->dup_ppb > 0 ||
                   spec->corrupt_ppb > 0 || spec->late_ppb > 0 || spec->jitter_ns > 0;
    double count = pps * (chances ? PACED_S : PACED_PLAIN_S);
    if (spec->hold_every > 0)
    {
        double needed = 6.0 * spec->hold_every + 2.0 * spec->hold_places;
        count = needed > count ? needed : count;
    }
    double most = PACED_MAX_S * pps; /* a slow link says less, but says it in time */
    plan->count = clamp_count(count > most && most < PACED_COUNT_LOW ? most : count,
                              most < PACED_COUNT_LOW ? PACED_COUNT_SLOW : PACED_COUNT_LOW);
    plan->size =
        spec->mtu > 0 && spec->mtu < PACED_SIZE + PROBE_IP_OVER ? spec->mtu - PROBE_IP_OVER : PACED_SIZE;
    /* Few wake-ups a second; a slow link gets its packets one by one. */
    plan->train = pps > 2.0 * PROBE_PPS ? TRAIN_MAX : 1;
    plan->train_ns = (uint64_t)(1e9 * plan->train / pps);
    plan->settle_ns = longest_way_ns(spec);
}

static uint64_t queue_ns(const struct emu_spec *spec)
{
    return spec->queue_len > 0 ? spec->queue_len * 8 * NS_PER_S / spec->rate_bps : spec->queue_ns;
}

static void plan_flood(struct probe_plan *plan, const struct emu_spec *spec)
{
    if (spec->rate_bps == 0 || (double)spec->rate_bps > FLOOD_RATE_MAX)
    {
        return;
    }
    double size =
        spec->mtu > 0 && spec->mtu < FLOOD_SIZE + PROBE_IP_OVER ? spec->mtu - PROBE_IP_OVER : FLOOD_SIZE;
    plan->flood_size = (uint32_t)size;
    double pps = FLOOD_OVER * (double)spec->rate_bps / wire_bits(plan->flood_size);
    plan->flood_count = clamp_count(pps * FLOOD_S, 60);
    plan->flood_train = pps > PROBE_PPS ? TRAIN_MAX : 1;
    plan->flood_train_ns = (uint64_t)(1e9 * plan->flood_train / pps);
    plan->flood_settle_ns = longest_way_ns(spec) + queue_ns(spec);
    /* It must be full for most of the flood. */
    double fills_s = (FLOOD_OVER - 1.0) * FLOOD_S / 2.0;
    plan->flood_queue_ns = (double)queue_ns(spec) / NS_PER_S <= fills_s ? queue_ns(spec) : 0;
}

void probe_plan_make(struct probe_plan *plan, const struct emu_spec *spec, double pps)
{
    *plan = (struct probe_plan){0};
    plan_paced(plan, spec, pps);
    plan_flood(plan, spec);
    plan->fit_size = spec->mtu < PROBE_LINK_MTU && spec->mtu > 0 ? spec->mtu - PROBE_IP_OVER : 0;
}
