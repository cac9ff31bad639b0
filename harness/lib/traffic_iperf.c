/* TCP and UDP by iperf3. Goodput is what the receiver counted in the steady part. */
#include "lib/traffic.h"

#include "lib/iperf.h"
#include "lib/ready.h"
#include "lib/stats.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define START_MS        5000
#define END_MS          3000
#define WARM_UP_S       1.0
#define SHORT_INTERVAL  0.25
#define LONG_TRANSFER_S 30.0
#define PINGS_A_SECOND  50

static double interval_of(double seconds)
{
    return seconds + WARM_UP_S <= LONG_TRANSFER_S ? SHORT_INTERVAL : 1.0 + floor(seconds / 120.0);
}

static bool servers_listen(void *arg)
{
    const struct lab_iperf_servers *servers = arg;
    bool listen = true;
    for (size_t i = 0; i < servers->count; i++)
    {
        listen = listen &&
                 (!servers->proc[i].running ||
                  lab_ready_tcp_listens(servers->cell->topology->server_ns, (uint16_t)(LAB_IPERF_PORT + i)));
    }
    return listen;
}

static void server_log(const struct lab_cell *cell, size_t at, char path[static LAB_PATH_MAX])
{
    lab_cell_log(cell, at == 0 ? "iperf3-server-0.json" : "iperf3-server-1.json", path);
}

enum lab_err lab_iperf_servers_start(struct lab_iperf_servers *servers, struct lab_cell *cell, size_t count,
                                     double seconds, struct lab_why *why)
{
    char interval[16];
    *servers = (struct lab_iperf_servers){.cell = cell};
    snprintf(interval, sizeof interval, "%.2f", interval_of(seconds));
    for (size_t i = 0; i < count; i++)
    {
        char port[16];
        char log[LAB_PATH_MAX];
        snprintf(port, sizeof port, "%d", LAB_IPERF_PORT + (int)i);
        server_log(cell, i, log);
        remove(log);
        const char *argv[] = {"iperf3", "-s",          "-1", "-J", "-i", interval,
                              "-B",     cell->target4, "-p", port, NULL};
        const struct lab_proc_spec spec = {.argv = argv, .netns = cell->topology->server_ns, .out_path = log};
        enum lab_err err = lab_proc_spawn(cell->loop, &servers->proc[i], &spec, why);
        if (err != LAB_OK)
        {
            return err;
        }
        servers->count++;
    }
    enum lab_err err = lab_loop_until(cell->loop, servers_listen, servers, 2, START_MS);
    for (size_t i = 0; err == LAB_OK && i < count; i++)
    {
        err = servers->proc[i].running ? LAB_OK : LAB_ERR_SYSTEM;
    }
    return err == LAB_OK ? LAB_OK : lab_why_set(why, err, "iperf3 does not listen on %s", cell->target4);
}

void lab_iperf_servers_stop(struct lab_iperf_servers *servers)
{
    for (size_t i = 0; i < servers->count; i++)
    {
        lab_proc_clear(&servers->proc[i]);
    }
    servers->count = 0;
}

/* A server of one test prints its account and ends. */
static void wait_for_servers(struct lab_iperf_servers *servers)
{
    for (size_t i = 0; i < servers->count; i++)
    {
        (void)!lab_proc_wait(&servers->proc[i], END_MS);
    }
}

static void add_transfer(struct lab_traffic_run *run, bool down, double seconds)
{
    const struct lab_traffic_plan *plan = run->plan;
    size_t at = run->helper_count;
    bool udp = plan->def->kind == LAB_TRAFFIC_UDP;
    char *words = run->words[at][0];
    snprintf(words, LAB_PATH_MAX, "%.2f", seconds);
    snprintf(words + 32, 32, "%.2f", interval_of(plan->seconds));
    snprintf(words + 64, 32, "%u", plan->streams);
    snprintf(words + 96, 32, "%.6gM", plan->mbps);
    snprintf(words + 128, 32, "%u", plan->length);
    snprintf(run->words[at][1], LAB_PATH_MAX, "%s-%s.json", plan->name, down ? "down" : "up");
    const char *argv[] = {"iperf3",
                          "-J",
                          "-c",
                          run->cell->target4,
                          "-p",
                          at == 0 ? "5201" : "5202",
                          "-t",
                          words,
                          "-i",
                          words + 32,
                          "-P",
                          words + 64,
                          "--connect-timeout",
                          "9000"};
    size_t count = sizeof argv / sizeof argv[0];
    memcpy(run->argv[at], argv, sizeof argv);
    if (udp)
    {
        const char *more[] = {"-u", "-b", words + 96, "-l", words + 128};
        memcpy(run->argv[at] + count, more, sizeof more);
        count += sizeof more / sizeof more[0];
    }
    if (down)
    {
        run->argv[at][count++] = "-R";
    }
    if (plan->def->payload == LAB_PAYLOAD_REPEATING)
    {
        run->argv[at][count++] = "--repeating-payload";
    }
    lab_traffic_helper(run, run->words[at][1], 0)->argv = run->argv[at];
}

static void add_pings(struct lab_traffic_run *run)
{
    size_t at = run->helper_count;
    char *words = run->words[at][0];
    snprintf(words, 32, "%.3f", 1.0 / PINGS_A_SECOND);
    snprintf(words + 32, 32, "%u", (unsigned)(run->plan->seconds * PINGS_A_SECOND));
    const char *argv[] = {"ping", "-n", "-i", words, "-c", words + 32, "-W", "2", run->cell->target4};
    memcpy(run->argv[at], argv, sizeof argv);
    lab_traffic_helper(run, "ping-under-load.txt", (unsigned)(WARM_UP_S * 1e3))->argv = run->argv[at];
}

/* What the receiver saw: of a transfer up that is iperf3's server, which tells it in its own log. */
static enum lab_err receiver_intervals(struct lab_traffic_run *run, size_t at, bool down,
                                       struct lab_iperf *iperf, struct lab_why *why)
{
    char path[LAB_PATH_MAX];
    char *text;
    size_t len;
    if (down)
    {
        return LAB_OK;
    }
    server_log(run->cell, at, path);
    enum lab_err err = lab_file_read(path, 4 * 1024 * 1024, &text, &len, why);
    if (err == LAB_OK)
    {
        err = lab_iperf_intervals(text, iperf, why);
    }
    free(text);
    return err;
}

static double steady_mbps(const struct lab_iperf *iperf, double seconds)
{
    double interval = interval_of(seconds);
    size_t before = 0;
    /* The server counts from when it was spoken to; the stream may be long in coming. */
    while (before < iperf->interval_count && iperf->interval_mbps[before] <= 0.0)
    {
        before++;
    }
    size_t from = before + (size_t)(WARM_UP_S / interval + 0.5);
    size_t to = before + (size_t)((seconds + WARM_UP_S) / interval + 0.5);
    to = to < iperf->interval_count ? to : iperf->interval_count;
    /* Of a transfer that hardly began, all of it. */
    return from < to ? lab_stats_mean(iperf->interval_mbps + from, to - from) : iperf->goodput_mbps;
}

struct sums
{
    double goodput_mbps;
    double octets;
    int64_t retransmits;
    double client_cpu_percent; /* of the busiest of them */
    double server_cpu_percent;
};

static double larger(double one, double other)
{
    return one >= other ? one : other;
}

static enum lab_err take_transfer(struct lab_traffic_run *run, size_t at, bool down, struct sums *sums,
                                  struct lab_why *why)
{
    struct lab_iperf iperf;
    enum lab_err err = lab_iperf_parse(run->helpers[at].output, &iperf, why);
    err = err == LAB_OK ? receiver_intervals(run, at, down, &iperf, why) : err;
    if (err != LAB_OK)
    {
        return err;
    }
    double mbps = steady_mbps(&iperf, run->plan->seconds);
    sums->goodput_mbps += mbps;
    sums->octets += iperf.goodput_mbps * 1e6 / 8.0 * iperf.seconds;
    sums->retransmits += iperf.retransmits > 0 ? iperf.retransmits : 0;
    sums->client_cpu_percent = larger(iperf.cpu_local_percent, sums->client_cpu_percent);
    sums->server_cpu_percent = larger(iperf.cpu_remote_percent, sums->server_cpu_percent);
    json_object_set_new(run->values, down ? "down_mbps" : "up_mbps", lab_json_number(mbps));
    json_object_set_new(run->samples, down ? "down_interval_mbps" : "up_interval_mbps",
                        lab_json_numbers(iperf.interval_mbps, iperf.interval_count));
    return LAB_OK;
}

static enum lab_err take_tcp(struct lab_traffic_run *run, struct lab_why *why)
{
    const struct lab_traffic *def = run->plan->def;
    struct sums sums = {0};
    enum lab_err err = LAB_OK;
    size_t at = 0;
    if (def->direction != LAB_DOWN)
    {
        err = take_transfer(run, at++, false, &sums, why);
    }
    if (err == LAB_OK && def->direction != LAB_UP)
    {
        err = take_transfer(run, at++, true, &sums, why);
    }
    if (err == LAB_OK && def->pings)
    {
        err = lab_traffic_take_pings(lab_traffic_output(run, "ping-under-load.txt"), true, run->values,
                                     run->samples, why);
    }
    if (err == LAB_OK)
    {
        json_object_set_new(run->values, "goodput_mbps", lab_json_number(sums.goodput_mbps));
        json_object_set_new(run->values, "octets", lab_json_number(sums.octets));
        json_object_set_new(run->values, "retransmits", json_integer(sums.retransmits));
        json_object_set_new(run->values, "iperf3_client_cpu_percent",
                            lab_json_number(sums.client_cpu_percent));
        json_object_set_new(run->values, "iperf3_server_cpu_percent",
                            lab_json_number(sums.server_cpu_percent));
        lab_traffic_sockets_take(run);
    }
    return err;
}

enum lab_err lab_traffic_tcp(struct lab_traffic_run *run, struct lab_why *why)
{
    struct lab_iperf_servers servers;
    const struct lab_traffic *def = run->plan->def;
    enum lab_err err = lab_iperf_servers_start(&servers, run->cell, def->direction == LAB_BOTH ? 2 : 1,
                                               run->plan->seconds, why);
    if (def->direction != LAB_DOWN)
    {
        add_transfer(run, false, run->plan->seconds + WARM_UP_S);
    }
    if (def->direction != LAB_UP)
    {
        add_transfer(run, true, run->plan->seconds + WARM_UP_S);
    }
    if (def->pings)
    {
        add_pings(run);
    }
    lab_traffic_sockets_add(run, WARM_UP_S);
    err = err == LAB_OK ? lab_traffic_go(run, why) : err;
    if (err == LAB_OK)
    {
        wait_for_servers(&servers);
        err = take_tcp(run, why);
    }
    lab_iperf_servers_stop(&servers);
    return err;
}

static enum lab_err take_udp(struct lab_traffic_run *run, struct lab_why *why)
{
    struct lab_iperf_udp udp;
    enum lab_err err = lab_iperf_udp_parse(run->helpers[0].output, &udp, why);
    if (err != LAB_OK)
    {
        return err;
    }
    double arrived = udp.packets > 0 ? 1.0 - (double)udp.lost / (double)udp.packets : NAN;
    json_object_set_new(run->values, "offered_mbps", lab_json_number(udp.offered_mbps));
    json_object_set_new(run->values, "goodput_mbps", lab_json_number(udp.offered_mbps * arrived));
    json_object_set_new(run->values, "packets", json_integer(udp.packets));
    json_object_set_new(run->values, "lost", json_integer(udp.lost));
    json_object_set_new(run->values, "loss_percent", lab_json_number(100.0 * (1.0 - arrived)));
    json_object_set_new(run->values, "jitter_ms", lab_json_number(udp.jitter_ms));
    return LAB_OK;
}

enum lab_err lab_traffic_udp(struct lab_traffic_run *run, struct lab_why *why)
{
    struct lab_iperf_servers servers;
    enum lab_err err = lab_iperf_servers_start(&servers, run->cell, 1, run->plan->seconds, why);
    add_transfer(run, run->plan->def->direction == LAB_DOWN, run->plan->seconds);
    err = err == LAB_OK ? lab_traffic_go(run, why) : err;
    err = err == LAB_OK ? take_udp(run, why) : err;
    lab_iperf_servers_stop(&servers);
    return err;
}
