#include "netns-lab/linkprobe/judge.h"

#include <math.h>

#define SIGMAS       5.0  /* one probe in a million disagrees by chance */
#define EARLY_MS     0.3  /* clocks and rounding */
#define LATE_MS      2.0  /* what a shared machine adds to the median of a delay, or */
#define LATE_SHARE   0.05 /* this part of it */
#define RATE_SHARE   0.05
#define STALL_SHARE  0.02 /* packets that a stalled machine may make late */
#define MARKED_SHARE 0.25 /* of a flood, while its queue fills */
#define QUEUE_LOW    0.7
#define JITTER_STEPS 5.0 /* packets that lie within the jitter */
#define FREELY_SHARE 0.2 /* about half of them are overtaken then */
#define LATE_SEEN_MS 4.0 /* a smaller reorder-time drowns in stalls */

static void add(struct probe_judgement *judgement, const char *name, double low, double measured, double high)
{
    bool good = measured >= low && measured <= high;
    judgement->checks[judgement->count++] = (struct probe_check){name, low, high, measured, good};
    judgement->good = judgement->good && good;
}

static double share(uint32_t ppb)
{
    return ppb / 1e9;
}

static double burst_share(const struct emu_spec *spec)
{
    double enter = share(spec->burst_enter_ppb);
    return enter > 0 ? enter / (enter + share(spec->burst_leave_ppb)) : 0;
}

/* A count with this mean and deviation. */
static void add_count(struct probe_judgement *judgement, const char *name, double mean, double deviation,
                      double measured)
{
    double slack = SIGMAS * deviation + 2;
    add(judgement, name, floor(mean - slack < 0 ? 0 : mean - slack), measured, ceil(mean + slack));
}

static void add_binomial(struct probe_judgement *judgement, const char *name, double trials, double p,
                         double measured)
{
    add_count(judgement, name, trials * p, sqrt(trials * p * (1 - p)), measured);
}

double probe_late_limit_ms(const struct emu_spec *spec)
{
    return (double)(spec->delay_ns + spec->jitter_ns) / 1e6 + (double)spec->late_ns / 2e6;
}

static double serialize_ms(const struct emu_spec *spec, uint32_t size)
{
    return spec->rate_bps > 0 ? 8e3 * (size + PROBE_IP_OVER + EMU_WIRE_OVER) / (double)spec->rate_bps : 0;
}

static void judge_delay(struct probe_judgement *judgement, const struct emu_spec *spec,
                        const struct probe_plan *plan, const struct probe_result *result)
{
    double asked = (double)spec->delay_ns / 1e6 + serialize_ms(spec, plan->size);
    double jitter = (double)spec->jitter_ns / 1e6;
    double more = asked * LATE_SHARE > LATE_MS ? asked * LATE_SHARE : LATE_MS;
    const double *delays = result->paced.delay_ms;
    /* Kept in order, a packet waits for the slowest before it: the median moves up. */
    double below = spec->order_free ? jitter / 4 : jitter;
    double above = spec->order_free ? jitter / 4 : jitter;
    add(judgement, "delay_p50_ms", asked - below - EARLY_MS, delays[2], asked + above + more);
    add(judgement, "delay_min_ms", asked - jitter - EARLY_MS, delays[0], asked + more);
    if (spec->jitter_ns > 0 && spec->order_free)
    {
        /* A uniform spread has 80 % of its width between these. */
        add(judgement, "delay_p90_p10_ms", 1.3 * jitter - EARLY_MS, delays[3] - delays[1],
            1.9 * jitter + 2 * LATE_MS);
    }
}

static void judge_loss(struct probe_judgement *judgement, const struct emu_spec *spec, double lost_more,
                       const struct probe_result *result)
{
    double burst = burst_share(spec);
    double p = 1 - (1 - share(spec->loss_ppb)) * (1 - burst) * (1 - lost_more);
    double variance = result->paced.sent * p * (1 - p);
    if (burst > 0)
    {
        /* Neighbours share their fate: the chain's correlation widens the spread. */
        double memory = 1 - share(spec->burst_enter_ppb) - share(spec->burst_leave_ppb);
        variance *= (1 + memory) / (1 - memory > 0 ? 1 - memory : 1e-9);
    }
    add_count(judgement, "lost", result->paced.sent * p, sqrt(variance > 0 ? variance : 0),
              result->paced.lost);
}

/* Lost packets in a row, counted once: alone they are lost in as many runs as chance makes of them, in bursts in as
 * many as the bad state was entered. With both kinds at once nothing simple can be said. */
static void judge_runs(struct probe_judgement *judgement, const struct emu_spec *spec, double lost_more,
                       const struct probe_result *result)
{
    double sent = result->paced.sent;
    double single = share(spec->loss_ppb);
    double burst = burst_share(spec);
    if (lost_more > 0 || (single > 0) == (burst > 0))
    {
        return;
    }
    double mean =
        burst > 0 ? sent * (1 - burst) * share(spec->burst_enter_ppb) : sent * single * (1 - single);
    add_count(judgement, "lost_runs", mean, sqrt(mean), result->paced.lost_runs);
}

/* Free to overtake, packets that follow each other closer than the jitter do so in great numbers. */
static void judge_free_order(struct probe_judgement *judgement, const struct emu_spec *spec,
                             const struct probe_result *result)
{
    double apart_ms = result->paced_pps > 0 ? 1e3 / result->paced_pps : INFINITY;
    if (spec->jitter_ns > 0 && spec->order_free && (double)spec->jitter_ns / 1e6 >= JITTER_STEPS * apart_ms)
    {
        add(judgement, "displaced_freely", FREELY_SHARE * result->paced.arrived, result->paced.displaced,
            result->paced.arrived);
    }
}

/* With other reordering at work, or too slow a stream to fill the places in time, nothing exact can be
 * said of displacement. */
static void judge_order(struct probe_judgement *judgement, const struct emu_spec *spec,
                        const struct probe_plan *plan, const struct probe_result *result)
{
    bool mixed = spec->late_ppb > 0 || (spec->jitter_ns > 0 && spec->order_free);
    double arrived = result->paced.arrived;
    if (mixed)
    {
        return;
    }
    if (spec->hold_every == 0)
    {
        add(judgement, "displaced", 0, result->paced.displaced, 0);
        return;
    }
    double places_s = spec->hold_places / (result->paced_pps * arrived / plan->count);
    if (places_s > 0.8 * (double)spec->hold_ns / 1e9)
    {
        return;
    }
    /* The last ones have too few behind them. */
    double every = spec->hold_every;
    double tail = spec->hold_places / every + 2;
    double held = arrived / every;
    double spread = SIGMAS * sqrt(held * (1 - arrived / plan->count)) + 1;
    double low = held - tail - spread;
    add(judgement, "displaced_as_asked", low < 0 ? 0 : low, result->in_its_place, held + spread);
    add(judgement, "displaced_otherwise", 0, result->paced.displaced - result->in_its_place, tail);
}

static void judge_flood(struct probe_judgement *judgement, const struct emu_spec *spec,
                        const struct probe_plan *plan, const struct probe_result *result, bool is_netem)
{
    if (plan->flood_count > 0)
    {
        double asked = (double)spec->rate_bps / 1e6;
        add(judgement, "rate_mbps", asked * (1 - RATE_SHARE), result->rate_mbps, asked * (1 + RATE_SHARE));
    }
    if (plan->flood_count > 0 && spec->ecn_mark_ns > 0 && spec->queue_len == 0 &&
        spec->queue_ns > 2 * spec->ecn_mark_ns)
    {
        add(judgement, "marked", MARKED_SHARE * result->flood_arrived, result->flood_marked,
            result->flood_arrived);
    }
    if (plan->flood_count > 0 && plan->flood_queue_ns > 0 && spec->jitter_ns == 0 && spec->hold_every == 0 &&
        spec->late_ppb == 0 && !is_netem)
    {
        double queue = (double)plan->flood_queue_ns / 1e6;
        double delay = (double)spec->delay_ns / 1e6;
        double more = (delay + queue) * LATE_SHARE > LATE_MS ? (delay + queue) * LATE_SHARE : LATE_MS;
        /* A packet waits for those before it and for itself; a full queue has room for less than one more. */
        double own = 2 * serialize_ms(spec, plan->flood_size);
        add(judgement, "queue_ms", QUEUE_LOW * queue - own, result->flood_delay_ms - delay,
            queue + own + 2 * more);
    }
    if (plan->fit_size > 0)
    {
        add(judgement, "fit_arrived", 1, result->fit_arrived, PROBE_FIT_COUNT * 2);
        add(judgement, "unfit_arrived", 0, result->unfit_arrived, 0);
        add(judgement, "told_mtu", spec->mtu_silent ? 0 : spec->mtu, result->told_mtu,
            spec->mtu_silent ? 0 : spec->mtu);
    }
}

void probe_judge(struct probe_judgement *judgement, const struct emu_spec *spec,
                 const struct probe_plan *plan, const struct probe_result *result, bool damage_is_loss)
{
    double corrupt = share(spec->corrupt_ppb);
    double through = result->paced.arrived;
    *judgement = (struct probe_judgement){.good = true};
    judge_delay(judgement, spec, plan, result);
    judge_loss(judgement, spec, damage_is_loss ? corrupt : 0, result);
    judge_runs(judgement, spec, damage_is_loss ? corrupt : 0, result);
    add_binomial(judgement, "again", through, share(spec->dup_ppb), result->paced.again);
    /* A copy of a damaged packet is damaged too. */
    add_binomial(judgement, "damaged", through + result->paced.again, damage_is_loss ? 0 : corrupt,
                 result->paced.damaged);
    add(judgement, "strange", 0, result->paced.strange, 2);
    judge_order(judgement, spec, plan, result);
    if (spec->late_ppb > 0 && (double)spec->late_ns >= LATE_SEEN_MS * 1e6)
    {
        double p = share(spec->late_ppb);
        double slack = SIGMAS * sqrt(through * p * (1 - p)) + 2;
        double low = through * p - slack;
        add(judgement, "late", low < 0 ? 0 : low, result->late, through * (p + STALL_SHARE) + slack);
    }
    judge_free_order(judgement, spec, result);
    judge_flood(judgement, spec, plan, result, damage_is_loss);
}
