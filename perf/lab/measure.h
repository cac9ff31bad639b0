/* Measuring one arm: TCP by iperf3, round trips by ping, UDP by our own flood, many clients by our own bulk. */
#ifndef OV_PERF_MEASURE_H
#define OV_PERF_MEASURE_H

#include "perf/lab/arm.h"

#include <jansson.h>

/* Keeps what one step found: the figures of a round, and record lines. */
struct perf_notes
{
    double value[PERF_FIGURE_COUNT]; /* NaN: not measured */
    /* Called for every step; takes both references. */
    void (*measurement)(void *arg, const char *name, json_t *values, json_t *samples);
    void *arg;
};

/* Sum over both transfers of one stream, for CPU seconds per octet. */
struct perf_cost
{
    double cpu_s;
    double octets;
};

/* One TCP step. LAB_ERR_EXITED: a subject ended; LAB_ERR_TIMEOUT, LAB_ERR_FORMAT: the transfer failed;
 * other errors: interrupted, or the harness failed. Figures and cost are filled in on LAB_OK only. */
enum perf_tcp
{
    PERF_STEP_UP,   /* one stream up, with pings */
    PERF_STEP_DOWN, /* one stream down */
    PERF_STEP_4,    /* four streams up, with pings */
    PERF_STEP_BOTH, /* one stream each way */
    PERF_STEP_COUNT
};

LAB_MUST_USE enum lab_err perf_measure_tcp(struct perf_arm *arm, enum perf_tcp step, struct perf_notes *notes,
                                           struct perf_cost *cost, struct lab_why *why);

/* Pings through the idle tunnel, one after the other, all on one CPU. */
LAB_MUST_USE enum lab_err perf_measure_idle(struct perf_arm *arm, struct perf_notes *notes,
                                            struct lab_why *why);

/* Searches the packet rate for datagrams of 200 or 1400 octets. */
LAB_MUST_USE enum lab_err perf_measure_udp(struct perf_arm *arm, enum perf_figure figure,
                                           struct perf_notes *notes, struct lab_why *why);

/* One stream of each client at once: their sum and how alike they are. */
LAB_MUST_USE enum lab_err perf_measure_crowd(struct perf_arm *arm, bool down, struct perf_notes *notes,
                                             struct lab_why *why);

#endif
