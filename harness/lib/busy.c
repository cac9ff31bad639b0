#include "lib/busy.h"

#include "lib/clock.h"
#include "lib/cpu.h"

#include <dirent.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define PROCESSES 64

static void read_thread(int pid, int tid, struct lab_busy *busy)
{
    char path[80];
    struct lab_busy_thread *thread = &busy->threads[busy->count];
    snprintf(path, sizeof path, "/proc/%d/task/%d/schedstat", pid, tid);
    FILE *file = fopen(path, "re");
    if (file != NULL && fscanf(file, "%" SCNu64 " %" SCNu64, &thread->ran_ns, &thread->waited_ns) == 2)
    {
        thread->tid = tid;
        busy->count++;
    }
    if (file != NULL)
    {
        fclose(file);
    }
}

static void read_threads(int pid, struct lab_busy *busy)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR *tasks = opendir(path);
    for (struct dirent *entry; tasks != NULL && (entry = readdir(tasks)) != NULL;)
    {
        int tid = (int)strtol(entry->d_name, NULL, 10);
        if (tid > 0 && busy->count < LAB_BUSY_THREADS)
        {
            read_thread(pid, tid, busy);
        }
    }
    if (tasks != NULL)
    {
        closedir(tasks);
    }
}

void lab_busy_read(pid_t leader, struct lab_busy *busy)
{
    int pids[PROCESSES];
    size_t count = leader > 0 ? lab_cpu_session(leader, pids, PROCESSES) : 0;
    *busy = (struct lab_busy){.taken_us = lab_now_us()};
    for (size_t i = 0; i < count; i++)
    {
        read_threads(pids[i], busy);
    }
}

static const struct lab_busy_thread *find(const struct lab_busy *busy, int tid)
{
    for (size_t i = 0; i < busy->count; i++)
    {
        if (busy->threads[i].tid == tid)
        {
            return &busy->threads[i];
        }
    }
    return NULL;
}

struct lab_busy_share lab_busy_between(const struct lab_busy *before, const struct lab_busy *after)
{
    struct lab_busy_share share = {NAN, NAN};
    double time_ns = 1e3 * (double)(after->taken_us - before->taken_us);
    for (size_t i = 0; i < after->count && time_ns > 0.0; i++)
    {
        const struct lab_busy_thread *now = &after->threads[i];
        const struct lab_busy_thread *then = find(before, now->tid);
        /* A number that was given to another thread meanwhile has no past. */
        if (then == NULL || now->ran_ns < then->ran_ns || now->waited_ns < then->waited_ns)
        {
            continue;
        }
        double waited = 100.0 * (double)(now->waited_ns - then->waited_ns) / time_ns;
        double wanted = 100.0 * (double)(now->ran_ns - then->ran_ns) / time_ns + waited;
        if (!(wanted <= share.wanted_percent))
        {
            share = (struct lab_busy_share){wanted, waited};
        }
    }
    return share;
}

double lab_busy_host_percent(const struct lab_ticks *before, const struct lab_ticks *after)
{
    double all = (double)after->total - (double)before->total;
    double idle = (double)after->idle - (double)before->idle;
    return all > 0.0 ? 100.0 * (1.0 - idle / all) : NAN;
}
