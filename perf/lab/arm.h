/* One arm while it is measured: its server and its clients, started anew for each round. */
#ifndef OV_PERF_ARM_H
#define OV_PERF_ARM_H

#include "lib/file.h"
#include "lib/loop.h"
#include "lib/paths.h"
#include "lib/proc.h"
#include "lib/subject.h"
#include "lib/topology.h"
#include "perf/lab/plan.h"

/* What all arms of a run share; borrowed. */
struct perf_house
{
    struct lab_loop *loop;
    const struct lab_paths *paths;
    const struct lab_topology *topology; /* one client */
    const struct lab_topology *crowd;    /* many; not up unless an arm of the run needs it */
    struct lab_subject *subjects;
    size_t subject_count;
    const struct perf_pace *pace;
};

struct perf_arm
{
    const struct perf_house *house;
    const struct perf_arm_def *def;
    const struct lab_topology *topology; /* of the house */
    char log_dir[LAB_PATH_MAX];          /* absolute */
    uint16_t port;                       /* of the tunnel; no two rounds share one */
    struct lab_proc server;              /* all-zero for the bare link */
    struct lab_proc client[PERF_CLIENT_MAX];
    unsigned clients; /* of these */
    char target[64];  /* where traffic goes */
};

/* Can this arm be measured here? LAB_OK; LAB_ERR_ABSENT with the reason: a subject or a feature is
 * missing; other errors: the harness failed. */
LAB_MUST_USE enum lab_err perf_arm_supported(const struct perf_house *house, const struct perf_arm_def *def,
                                             struct lab_why *why);

/* Starts server and clients and returns when all have a tunnel and a ping through the first came back. Needs
 * stop and clear afterwards in any case. LAB_ERR_EXITED, LAB_ERR_TIMEOUT: the subjects' fault. */
LAB_MUST_USE enum lab_err perf_arm_start(struct perf_arm *arm, const struct perf_house *house,
                                         const struct perf_arm_def *def, const char *log_dir, uint16_t port,
                                         struct lab_why *why);

/* Asks all to end, kills what does not. */
void perf_arm_stop(struct perf_arm *arm);

/* True while what was started still runs. */
bool perf_arm_alive(const struct perf_arm *arm);

/* Keeps all its programs on one CPU; -1: ends that. */
void perf_arm_pin(const struct perf_arm *arm, int cpu);

/* CPU seconds used so far by all programs and everything they started; 0 for the bare link. */
double perf_arm_cpu_seconds(const struct perf_arm *arm);

#endif
