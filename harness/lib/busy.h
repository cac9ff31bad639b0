/* How busy the threads of running programs are: in which share of a time the busiest of them ran or waited for a
 * CPU (/proc/PID/task/TID/schedstat). A program of one thread is at its end when that is all of the time,
 * whoever else uses the machine. */
#ifndef OV_LAB_BUSY_H
#define OV_LAB_BUSY_H

#include "lib/ticks.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define LAB_BUSY_THREADS 64

struct lab_busy_thread
{
    int tid;
    uint64_t ran_ns;
    uint64_t waited_ns;
};

/* All-zero: nobody was looked at. */
struct lab_busy
{
    struct lab_busy_thread threads[LAB_BUSY_THREADS];
    size_t count;
    uint64_t taken_us;
};

struct lab_busy_share
{
    double wanted_percent; /* of the time between; NaN: no thread was there both times */
    double waited_percent; /* the part of it in which that thread got no CPU */
};

/* Of every thread in the leader's session (lib/cpu.h); leader 0: of nobody. */
void lab_busy_read(pid_t leader, struct lab_busy *busy);

/* Of the thread that wanted most. */
struct lab_busy_share lab_busy_between(const struct lab_busy *before, const struct lab_busy *after);

/* Busy share of all processors of this machine between two looks. */
double lab_busy_host_percent(const struct lab_ticks *before, const struct lab_ticks *after);

#endif
