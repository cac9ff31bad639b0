#include "lib/health.h"

#include "lib/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static uint64_t read_psi(const char *resource)
{
    char path[64];
    char line[256];
    uint64_t total_us = 0;
    snprintf(path, sizeof path, "/proc/pressure/%s", resource);
    FILE *file = fopen(path, "re");
    if (file == NULL)
    {
        return 0;
    }
    if (fgets(line, sizeof line, file) != NULL && strncmp(line, "some ", 5) == 0)
    {
        const char *at = strstr(line, "total=");
        if (at == NULL || sscanf(at, "total=%" SCNu64, &total_us) != 1)
        {
            total_us = 0;
        }
    }
    fclose(file);
    return total_us;
}

static uint64_t read_softnet_dropped(void)
{
    uint64_t sum = 0;
    unsigned processed;
    unsigned dropped;
    char line[512];
    FILE *file = fopen("/proc/net/softnet_stat", "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
    {
        if (sscanf(line, "%x %x", &processed, &dropped) == 2)
        {
            sum += dropped;
        }
    }
    if (file != NULL)
    {
        fclose(file);
    }
    return sum;
}

static double cpu_of(int who)
{
    struct rusage usage;
    getrusage(who, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

void lab_health_snapshot(struct lab_snapshot *snapshot)
{
    *snapshot = (struct lab_snapshot){0};
    lab_ticks_read(&snapshot->ticks);
    snapshot->own_cpu_s = cpu_of(RUSAGE_SELF) + cpu_of(RUSAGE_CHILDREN);
    snapshot->psi_cpu_some_us = read_psi("cpu");
    snapshot->psi_io_some_us = read_psi("io");
    snapshot->psi_memory_some_us = read_psi("memory");
    snapshot->softnet_dropped = read_softnet_dropped();
    snapshot->taken_us = lab_now_us();
}

static double share_percent(double part, double whole)
{
    double percent = whole > 0.0 ? 100.0 * part / whole : 0.0;
    return percent > 0.0 ? percent : 0.0;
}

void lab_health_between(const struct lab_snapshot *before, const struct lab_snapshot *after,
                        struct lab_health *health)
{
    double wall_us = (double)(after->taken_us - before->taken_us);
    double ticks = (double)(after->ticks.total - before->ticks.total);
    double busy = (double)(after->ticks.busy - before->ticks.busy);
    double own = (after->own_cpu_s - before->own_cpu_s) * (double)sysconf(_SC_CLK_TCK);
    *health = (struct lab_health){
        .seconds = wall_us / 1e6,
        .steal_percent = share_percent((double)(after->ticks.steal - before->ticks.steal), ticks),
        .own_cpu_percent = share_percent(own, ticks),
        .foreign_cpu_percent = share_percent(busy - own, ticks),
        .psi_cpu_some_percent =
            share_percent((double)(after->psi_cpu_some_us - before->psi_cpu_some_us), wall_us),
        .psi_io_some_percent =
            share_percent((double)(after->psi_io_some_us - before->psi_io_some_us), wall_us),
        .psi_memory_some_percent =
            share_percent((double)(after->psi_memory_some_us - before->psi_memory_some_us), wall_us),
        .softnet_dropped = after->softnet_dropped - before->softnet_dropped,
    };
}

bool lab_health_tainted(const struct lab_health *health, char *text, size_t size)
{
    if (health->steal_percent > LAB_STEAL_LIMIT_PERCENT)
    {
        snprintf(text, size, "the hypervisor took %.1f %% of the CPU time (limit %.0f %%)",
                 health->steal_percent, LAB_STEAL_LIMIT_PERCENT);
        return true;
    }
    if (health->foreign_cpu_percent > LAB_FOREIGN_LIMIT_PERCENT)
    {
        snprintf(text, size, "other processes used %.0f %% of the CPU time (limit %.0f %%)",
                 health->foreign_cpu_percent, LAB_FOREIGN_LIMIT_PERCENT);
        return true;
    }
    if (health->capture_dropped > 0)
    {
        snprintf(text, size, "the capture lost %" PRIu64 " packets", health->capture_dropped);
        return true;
    }
    text[0] = '\0';
    return false;
}

bool lab_health_excuses(const struct lab_health *health)
{
    return health->steal_percent > LAB_STEAL_EXCUSE_PERCENT ||
           health->foreign_cpu_percent > LAB_FOREIGN_EXCUSE_PERCENT;
}

json_t *lab_health_json(const struct lab_health *health)
{
    return json_pack("{s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:I, s:I}", "seconds", health->seconds,
                     "steal_percent", health->steal_percent, "foreign_cpu_percent",
                     health->foreign_cpu_percent, "own_cpu_percent", health->own_cpu_percent,
                     "psi_cpu_some_percent", health->psi_cpu_some_percent, "psi_io_some_percent",
                     health->psi_io_some_percent, "psi_memory_some_percent", health->psi_memory_some_percent,
                     "softnet_dropped", (json_int_t)health->softnet_dropped, "capture_dropped",
                     (json_int_t)health->capture_dropped);
}
