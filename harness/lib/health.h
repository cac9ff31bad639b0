/* Was the host quiet? Snapshots around a case, and limits that say when the
 * case's numbers are worth nothing. Our own load is no disturbance: what counts is
 * time the hypervisor took away (steal), time that processes outside this run
 * used, and packets that the capture lost. */
#ifndef OV_LAB_HEALTH_H
#define OV_LAB_HEALTH_H

#include "lib/err.h"
#include "lib/ticks.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define LAB_STEAL_LIMIT_PERCENT    5.0  /* of the time of all cores */
#define LAB_FOREIGN_LIMIT_PERCENT  25.0 /* of the time of all cores */
#define LAB_STEAL_EXCUSE_PERCENT   20.0
#define LAB_FOREIGN_EXCUSE_PERCENT 75.0

struct lab_snapshot
{
    struct lab_ticks ticks;
    double own_cpu_s; /* this process and its children that ended */
    uint64_t psi_cpu_some_us;
    uint64_t psi_io_some_us;
    uint64_t psi_memory_some_us;
    uint64_t softnet_dropped;
    uint64_t taken_us;
};

struct lab_health
{
    double seconds;
    double steal_percent;
    double foreign_cpu_percent;
    double own_cpu_percent;
    double psi_cpu_some_percent; /* our own load raises it: recorded, not judged */
    double psi_io_some_percent;
    double psi_memory_some_percent;
    uint64_t softnet_dropped;
    uint64_t capture_dropped;
};

void lab_health_snapshot(struct lab_snapshot *snapshot);

/* capture_dropped stays 0; the caller fills it in. */
void lab_health_between(const struct lab_snapshot *before, const struct lab_snapshot *after,
                        struct lab_health *health);

/* True when the host disturbed the time described; text says how. */
bool lab_health_tainted(const struct lab_health *health, char *text, size_t size);

/* True when the disturbance was heavy enough to make a program miss a deadline or
 * lose packets: then such a failure is no result either. */
bool lab_health_excuses(const struct lab_health *health);

/* As a JSON object with units in the names. New reference. */
json_t *lab_health_json(const struct lab_health *health);

#endif
