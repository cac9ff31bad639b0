/* Traffic of an experiment through the tunnel (or over the bare link), measured: each kind runs its
 * tools and adds what they say to the values of one record line. */
#ifndef OV_LAB_TRAFFIC_H
#define OV_LAB_TRAFFIC_H

#include "lib/cell.h"
#include "lib/experiment_point.h"
#include "lib/group.h"

/* What a kind of traffic works on. */
struct lab_traffic_run
{
    struct lab_cell *cell;
    const struct lab_traffic_plan *plan;
    json_t *values;  /* borrowed; the kind adds its own */
    json_t *samples; /* borrowed */
    /* Words of the events' and tools' command lines live here. */
    char words[LAB_GROUP_MAX][3][LAB_PATH_MAX];
    const char *argv[LAB_GROUP_MAX][24];
    struct lab_helper helpers[LAB_GROUP_MAX];
    size_t helper_count;
};

/* Runs one traffic and records it as a measurement of its name, counters and CPU time included. A traffic
 * that fails is noted as a check of its name; LAB_GO_STOP when what comes after makes no sense. */
enum lab_go lab_traffic_measure(struct lab_cell *cell, const struct lab_traffic_plan *plan, json_t *total);

/* The kinds. Errors as of lab_group_run, and LAB_ERR_FORMAT for an answer that is none. */
LAB_MUST_USE enum lab_err lab_traffic_tcp(struct lab_traffic_run *run, struct lab_why *why);
LAB_MUST_USE enum lab_err lab_traffic_udp(struct lab_traffic_run *run, struct lab_why *why);
LAB_MUST_USE enum lab_err lab_traffic_ping(struct lab_traffic_run *run, struct lab_why *why);
LAB_MUST_USE enum lab_err lab_traffic_sequence(struct lab_traffic_run *run, struct lab_why *why);
LAB_MUST_USE enum lab_err lab_traffic_requests(struct lab_traffic_run *run, struct lab_why *why);
LAB_MUST_USE enum lab_err lab_traffic_wait(struct lab_traffic_run *run, struct lab_why *why);

/* Shared by them. Adds a helper: argv ends with NULL and must live as long as run. */
struct lab_helper *lab_traffic_helper(struct lab_traffic_run *run, const char *log_name, unsigned delay_ms);

/* traffic_flood.c: the flood of the traffic, if it has one. */
LAB_MUST_USE enum lab_err lab_traffic_flood_add(struct lab_traffic_run *run, struct lab_why *why);
LAB_MUST_USE enum lab_err lab_traffic_flood_take(struct lab_traffic_run *run, struct lab_why *why);

/* traffic_sockets.c: looks at the sockets of a TCP transfer that warms up for so long; what they tell, into values
 * (up_window_percent ..., of a tunnel over TCP client_outer_window_percent ...: results/SCHEMA.md). */
void lab_traffic_sockets_add(struct lab_traffic_run *run, double warm_up_s);
void lab_traffic_sockets_take(struct lab_traffic_run *run);

/* Runs the helpers and the events of the traffic side by side. */
LAB_MUST_USE enum lab_err lab_traffic_go(struct lab_traffic_run *run, struct lab_why *why);

/* What the helper with this log printed; NULL: there is none. */
const char *lab_traffic_output(const struct lab_traffic_run *run, const char *log_name);

/* Round trips of a ping's output, into values and samples. */
LAB_MUST_USE enum lab_err lab_traffic_take_pings(const char *output, bool under_load, json_t *values,
                                                 json_t *samples, struct lab_why *why);

/* iperf3 as server in the server's namespace, count of them on ports from LAB_IPERF_PORT on, each for
 * one transfer of so many seconds. */
#define LAB_IPERF_PORT 5201
struct lab_iperf_servers
{
    struct lab_cell *cell;
    struct lab_proc proc[2];
    size_t count;
};
LAB_MUST_USE enum lab_err lab_iperf_servers_start(struct lab_iperf_servers *servers, struct lab_cell *cell,
                                                  size_t count, double seconds, struct lab_why *why);
void lab_iperf_servers_stop(struct lab_iperf_servers *servers);

/* True while the programs under test run, as far as there are any. arg is the cell. */
bool lab_cell_alive(const void *cell);

#endif
