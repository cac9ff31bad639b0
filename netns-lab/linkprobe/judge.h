/* What was measured of a direction against what was asked for. */
#ifndef OV_LINKPROBE_JUDGE_H
#define OV_LINKPROBE_JUDGE_H

#include "netns-lab/linkemu/spec.h"
#include "netns-lab/linkprobe/plan.h"
#include "netns-lab/linkprobe/tally.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROBE_CHECK_MAX 20u

struct probe_result
{
    struct probe_facts paced;
    uint32_t in_its_place; /* packets displaced by exactly the number asked for */
    uint32_t late;         /* packets later than the limit below */
    double late_limit_ms;
    double paced_pps; /* as it came out */
    double rate_mbps; /* of the flood, on the wire; 0: not measured */
    uint32_t flood_arrived;
    uint32_t flood_marked; /* arrived with CE */
    double flood_delay_ms; /* of nine in ten it is less */
    uint32_t fit_arrived;
    uint32_t unfit_arrived;
    uint32_t told_mtu; /* what the router said of the unfit ones; 0: nothing */
};

struct probe_check
{
    const char *name;
    double low;
    double high;
    double measured;
    bool good;
};

struct probe_judgement
{
    struct probe_check checks[PROBE_CHECK_MAX];
    size_t count;
    bool good;
};

/* damage_is_loss: the back end leaves a wrong checksum behind, so that damaged packets never arrive. */
void probe_judge(struct probe_judgement *judgement, const struct emu_spec *spec,
                 const struct probe_plan *plan, const struct probe_result *result, bool damage_is_loss);

/* Packets that are later than this were delayed on purpose, with reorder-time. */
double probe_late_limit_ms(const struct emu_spec *spec);

#endif
