#include "perf/lab/measure.h"

#include "lib/iperf.h"
#include "lib/ping.h"
#include "lib/ready.h"
#include "lib/record.h"
#include "lib/stats.h"
#include "perf/lab/cpu.h"
#include "perf/lab/tools.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define IPERF_PORT     5201
#define IPERF_START_MS 5000
#define IPERF_EXTRA_MS 10000
#define INTERVAL_MS    125 /* of iperf3's report: what is dropped as warm-up is a multiple of it */
#define PING_EVERY_MS  4
#define MIN_PINGS      20

static const struct tcp_def
{
    const char *name;
    const char *streams;
    bool up;
    bool down;
    bool pings;
    enum perf_figure figure;
    enum perf_figure rtt;
} steps[PERF_STEP_COUNT] = {
    [PERF_STEP_UP] = {"tcp_up", "1", true, false, true, PERF_TCP_UP, PERF_RTT_1},
    [PERF_STEP_DOWN] = {"tcp_down", "1", false, true, false, PERF_TCP_DOWN, PERF_RTT_1},
    [PERF_STEP_4] = {"tcp_4", "4", true, false, true, PERF_TCP_4, PERF_RTT_4},
    [PERF_STEP_BOTH] = {"tcp_both", "1", true, true, false, PERF_TCP_BOTH, PERF_RTT_1},
};

/* One iperf3 as server for each direction: an iperf3 serves one test at a time. */
struct servers
{
    struct perf_arm *arm;
    struct lab_proc proc[2];
    size_t count;
};

static bool servers_listen(void *arg)
{
    const struct servers *servers = arg;
    bool listen = true;
    for (size_t i = 0; i < servers->count; i++)
    {
        listen =
            listen && (!servers->proc[i].running ||
                       lab_ready_tcp_listens(servers->arm->topology->server_ns, (uint16_t)(IPERF_PORT + i)));
    }
    return listen;
}

static enum lab_err servers_start(struct servers *servers, struct perf_arm *arm, size_t count,
                                  struct lab_why *why)
{
    *servers = (struct servers){.arm = arm};
    for (size_t i = 0; i < count; i++)
    {
        char port[16];
        char log[LAB_PATH_MAX];
        snprintf(port, sizeof port, "%d", IPERF_PORT + (int)i);
        enum lab_err err = lab_path_set(log, why, "%s/iperf3-server-%zu.txt", arm->log_dir, i);
        const char *argv[] = {"iperf3", "-s", "-B", arm->target, "-p", port, NULL};
        const struct lab_proc_spec spec = {.argv = argv, .netns = arm->topology->server_ns, .out_path = log};
        err = err == LAB_OK ? lab_proc_spawn(arm->house->loop, &servers->proc[i], &spec, why) : err;
        if (err != LAB_OK)
        {
            return err;
        }
        servers->count++;
    }
    enum lab_err err = lab_loop_until(arm->house->loop, servers_listen, servers, 2, IPERF_START_MS);
    for (size_t i = 0; err == LAB_OK && i < count; i++)
    {
        err = servers->proc[i].running ? LAB_OK : LAB_ERR_SYSTEM;
    }
    return err == LAB_OK ? LAB_OK : lab_why_set(why, err, "iperf3 does not listen on %s", arm->target);
}

static void servers_stop(struct servers *servers)
{
    for (size_t i = 0; i < servers->count; i++)
    {
        lab_proc_clear(&servers->proc[i]);
    }
}

/* Mean of the intervals after the warm-up. A last one that is cut short is left out. */
static double steady_mbps(const struct lab_iperf *iperf, const struct perf_pace *pace)
{
    size_t from = pace->warm_up_ms / INTERVAL_MS;
    size_t to = (size_t)pace->tcp_s * 1000 / INTERVAL_MS;
    to = to < iperf->interval_count ? to : iperf->interval_count;
    return from < to ? lab_stats_mean(iperf->interval_mbps + from, to - from) : NAN;
}

/* Adds what one iperf3 says to the sums of the step. */
static enum lab_err take_iperf(const struct perf_tool *tool, const struct perf_pace *pace, bool up,
                               double *mbps, double *octets, json_t *values, json_t *samples,
                               struct lab_why *why)
{
    struct lab_iperf iperf;
    enum lab_err err = lab_iperf_parse(tool->output, &iperf, why);
    if (err != LAB_OK)
    {
        return err;
    }
    double steady = steady_mbps(&iperf, pace);
    if (!(steady > 0.0))
    {
        return lab_why_set(why, LAB_ERR_FORMAT, "nothing was transferred after the warm-up");
    }
    *mbps += steady;
    *octets += iperf.goodput_mbps * 1e6 / 8.0 * iperf.seconds;
    json_object_set_new(values, up ? "up_mbps" : "down_mbps", lab_json_number(steady));
    json_object_set_new(values, up ? "up_retransmits" : "down_retransmits",
                        iperf.retransmits >= 0 ? json_integer(iperf.retransmits) : json_null());
    json_object_set_new(samples, up ? "up_interval_mbps" : "down_interval_mbps",
                        lab_json_numbers(iperf.interval_mbps, iperf.interval_count));
    return LAB_OK;
}

/* Round trips under load. A ping that is lost took longer than all that came back: it counts as the
 * longest wait, or a queue that drops would look better than one that holds. */
static enum lab_err take_pings(const char *output, double percent, double *rtt_us, json_t *values,
                               json_t *samples, struct lab_why *why)
{
    struct lab_ping ping;
    enum lab_err err = lab_ping_parse(output, &ping, why);
    if (err != LAB_OK)
    {
        return err;
    }
    if (ping.rtt_count < MIN_PINGS)
    {
        return lab_why_set(why, LAB_ERR_FORMAT, "only %zu of %u pings came back", ping.rtt_count, ping.sent);
    }
    double *all = malloc(ping.sent * sizeof *all);
    if (all == NULL)
    {
        return lab_why_errno(why, "pings");
    }
    double longest = lab_stats_percentile(ping.rtt_ms, ping.rtt_count, 100);
    for (size_t i = 0; i < ping.sent; i++)
    {
        all[i] = i < ping.rtt_count ? ping.rtt_ms[i] : longest;
    }
    *rtt_us = 1e3 * lab_stats_percentile(all, ping.sent, percent);
    free(all);
    json_object_set_new(values, "rtt_p50_ms", lab_json_number(lab_stats_median(ping.rtt_ms, ping.rtt_count)));
    json_object_set_new(values, "rtt_p99_ms",
                        lab_json_number(lab_stats_percentile(ping.rtt_ms, ping.rtt_count, 99)));
    json_object_set_new(values, "pings_sent", json_integer((json_int_t)ping.sent));
    json_object_set_new(values, "pings_lost",
                        json_integer((json_int_t)ping.sent - (json_int_t)ping.rtt_count));
    json_object_set_new(samples, "rtt_ms", lab_json_numbers(ping.rtt_ms, ping.rtt_count));
    return LAB_OK;
}

/* The words of one step's tools; the strings they point to live here. */
struct words
{
    char seconds[16], interval[16], every[16], count[16], deadline[16];
    const char *iperf[2][20];
    const char *ping[12];
    struct perf_tool tools[3];
    size_t tool_count;
    size_t iperf_count;
};

static void build_words(struct words *words, const struct perf_arm *arm, const struct tcp_def *def)
{
    const struct perf_pace *pace = arm->house->pace;
    unsigned steady_ms = pace->tcp_s * 1000 - pace->warm_up_ms;
    *words = (struct words){.tool_count = 0};
    snprintf(words->seconds, sizeof words->seconds, "%u", pace->tcp_s);
    snprintf(words->interval, sizeof words->interval, "%.3f", INTERVAL_MS / 1e3);
    snprintf(words->every, sizeof words->every, "%.3f", PING_EVERY_MS / 1e3);
    snprintf(words->count, sizeof words->count, "%u", steady_ms / PING_EVERY_MS);
    for (int reverse = def->up ? 0 : 1; reverse <= (def->down ? 1 : 0); reverse++)
    {
        size_t at = words->iperf_count++;
        const char *argv[] = {"iperf3",
                              "-J",
                              "-c",
                              arm->target,
                              "-p",
                              at == 0 ? "5201" : "5202",
                              "-t",
                              words->seconds,
                              "-i",
                              words->interval,
                              "-P",
                              def->streams,
                              "--connect-timeout",
                              "3000",
                              reverse ? "-R" : NULL,
                              NULL};
        for (size_t i = 0; i < sizeof argv / sizeof argv[0]; i++)
        {
            words->iperf[at][i] = argv[i];
        }
        words->tools[words->tool_count++] = (struct perf_tool){
            .argv = words->iperf[at], .log_name = reverse ? "iperf3-down.json" : "iperf3-up.json"};
    }
    if (def->pings)
    {
        const char *argv[] = {"ping",       "-n", "-i", words->every, "-c",
                              words->count, "-W", "1",  arm->target,  NULL};
        for (size_t i = 0; i < sizeof argv / sizeof argv[0]; i++)
        {
            words->ping[i] = argv[i];
        }
        words->tools[words->tool_count++] = (struct perf_tool){
            .argv = words->ping, .log_name = "ping-under-load.txt", .delay_ms = pace->warm_up_ms};
    }
}

static enum lab_err run_step(struct perf_arm *arm, const struct tcp_def *def, struct perf_notes *notes,
                             struct perf_cost *cost, struct lab_why *why)
{
    const struct perf_pace *pace = arm->house->pace;
    struct words words;
    double mbps = 0.0;
    double rtt_us = NAN;
    double octets = 0.0;
    build_words(&words, arm, def);
    double cpu_s = -perf_arm_cpu_seconds(arm);
    enum lab_err err =
        perf_tools_run(arm, words.tools, words.tool_count, pace->tcp_s * 1000u + IPERF_EXTRA_MS, why);
    cpu_s += perf_arm_cpu_seconds(arm);
    json_t *values = json_object();
    json_t *samples = json_object();
    for (size_t i = 0; err == LAB_OK && i < words.iperf_count; i++)
    {
        err = take_iperf(&words.tools[i], pace, def->up && i == 0, &mbps, &octets, values, samples, why);
    }
    if (err == LAB_OK && def->pings)
    {
        err = take_pings(words.tools[words.iperf_count].output, 99.0, &rtt_us, values, samples, why);
    }
    if (err == LAB_OK)
    {
        notes->value[def->figure] = mbps;
        if (def->pings)
        {
            notes->value[def->rtt] = rtt_us;
        }
        cost->cpu_s += cpu_s;
        cost->octets += octets;
        json_object_set_new(values, "subjects_cpu_s", json_real(cpu_s));
        json_object_set_new(values, "payload_octets", json_real(octets));
        notes->measurement(notes->arg, def->name, json_incref(values), json_incref(samples));
    }
    json_decref(values);
    json_decref(samples);
    perf_tools_clear(words.tools, words.tool_count);
    return err;
}

enum lab_err perf_measure_tcp(struct perf_arm *arm, enum perf_tcp step, struct perf_notes *notes,
                              struct perf_cost *cost, struct lab_why *why)
{
    const struct tcp_def *def = &steps[step];
    struct servers servers;
    enum lab_err err = servers_start(&servers, arm, def->up && def->down ? 2 : 1, why);
    if (err == LAB_OK)
    {
        err = run_step(arm, def, notes, cost, why);
    }
    servers_stop(&servers);
    return err;
}

/* The next ping as soon as the last one is back, and both programs and ping on one CPU: else what is measured is how
 * the kernel places them from one start to the next, and how fast the host wakes a halted CPU: a factor of four
 * between two starts of one program. METHOD.md has the figures. */
enum lab_err perf_measure_idle(struct perf_arm *arm, struct perf_notes *notes, struct lab_why *why)
{
    char count[16];
    char cpu[16];
    snprintf(count, sizeof count, "%u", arm->house->pace->idle_pings);
    snprintf(cpu, sizeof cpu, "%d", perf_cpu_last());
    const char *argv[] = {"taskset", "-c",  cpu,  "ping", "-n",        "-A",
                          "-c",      count, "-W", "1",    arm->target, NULL};
    struct perf_tool tool = {.argv = argv, .log_name = "ping-idle.txt"};
    double rtt_us = NAN;
    json_t *values = json_object();
    json_t *samples = json_object();
    perf_arm_pin(arm, perf_cpu_last());
    enum lab_err err = perf_tools_run(arm, &tool, 1, IPERF_EXTRA_MS, why);
    perf_arm_pin(arm, -1);
    err = err == LAB_OK ? take_pings(tool.output, 50.0, &rtt_us, values, samples, why) : err;
    if (err == LAB_OK)
    {
        notes->value[PERF_RTT_IDLE] = rtt_us;
        notes->measurement(notes->arg, "rtt_idle", json_incref(values), json_incref(samples));
    }
    json_decref(values);
    json_decref(samples);
    perf_tools_clear(&tool, 1);
    return err;
}
