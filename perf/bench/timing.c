#include "perf/bench/bench.h"

#include "lib/stats.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define RUN_NS   1000000.0 /* length of one run: short enough that many see no interruption */
#define RUNS_MAX 1000u

static double now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static double time_run(const struct bench_unit *unit, void *ctx, size_t count)
{
    double begin = now_ns();
    unit->run(ctx, count);
    return now_ns() - begin;
}

/* How many operations fill one run; warms caches and branch predictors on the way. */
static size_t calibrate(const struct bench_unit *unit, void *ctx)
{
    size_t count = 1;
    double took = time_run(unit, ctx, count);
    while (took < RUN_NS && count < SIZE_MAX / 4)
    {
        count *= 2;
        took = time_run(unit, ctx, count);
    }
    size_t fitting = (size_t)((double)count * RUN_NS / took);
    return fitting > 0 ? fitting : 1;
}

void bench_print_head(void)
{
    printf("%-38s %12s %10s %10s %9s   %s\n", "unit", "ns/packet", "ns/octet", "Gbit/s", "spread",
           "(median of runs of 1 ms; spread: half of the way from the 10th to the 90th percentile)");
}

void bench_time(const struct bench_unit *unit, unsigned runs)
{
    double ns[RUNS_MAX];
    runs = runs < RUNS_MAX ? runs : RUNS_MAX;
    void *ctx = unit->open(unit);
    size_t count = calibrate(unit, ctx);
    for (unsigned i = 0; i < runs; i++)
    {
        ns[i] = time_run(unit, ctx, count) / (double)count;
    }
    unit->close(ctx);
    double median = lab_stats_median(ns, runs);
    double spread = (lab_stats_percentile(ns, runs, 90) - lab_stats_percentile(ns, runs, 10)) / 2.0;
    printf("%-38s %12.1f", unit->name, median / unit->packets);
    if (unit->octets > 0)
    {
        printf(" %10.4f %10.2f", median / unit->octets, unit->octets * 8.0 / median);
    }
    else
    {
        printf(" %10s %10s", "-", "-");
    }
    printf(" %8.1f%%\n", 100.0 * spread / median);
    fflush(stdout);
}

__attribute__((noinline)) void bench_counted(const struct bench_unit *unit, void *ctx, size_t count)
{
    unit->run(ctx, count);
    bench_keep(count);
}
