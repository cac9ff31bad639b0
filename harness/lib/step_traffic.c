#include "lib/steps.h"

#include "lib/cell.h"
#include "lib/iperf.h"
#include "lib/ping.h"
#include "lib/ready.h"
#include "lib/stats.h"
#include "lib/tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PING_TIMEOUT_MS 10000
#define IPERF_PORT      5201
#define IPERF_START_MS  5000
#define IPERF_EXTRA_MS  8000

static json_t *ping_values(const struct lab_ping *ping)
{
    const double *rtt = ping->rtt_ms;
    size_t count = ping->rtt_count;
    json_t *values =
        json_pack("{s:i, s:i, s:i, s:f}", "sent", (int)ping->sent, "received", (int)ping->received,
                  "duplicates", (int)ping->duplicates, "loss_percent", ping->loss_percent);
    json_object_set_new(values, "rtt_min_ms", lab_json_number(lab_stats_percentile(rtt, count, 0)));
    json_object_set_new(values, "rtt_p50_ms", lab_json_number(lab_stats_median(rtt, count)));
    json_object_set_new(values, "rtt_avg_ms", lab_json_number(lab_stats_mean(rtt, count)));
    json_object_set_new(values, "rtt_p99_ms", lab_json_number(lab_stats_percentile(rtt, count, 99)));
    json_object_set_new(values, "rtt_max_ms", lab_json_number(lab_stats_percentile(rtt, count, 100)));
    json_object_set_new(values, "rtt_deviation_ms", lab_json_number(lab_stats_deviation(rtt, count)));
    return values;
}

/* Over TCP a stock server may hold its last answer until something else makes it look: that is late, not
 * lost. */
static unsigned answers_that_may_wait(const struct lab_cell *cell)
{
    const struct lab_scenario *scenario = cell->item->def->scenario;
    return scenario != NULL && scenario->proto != NULL && strncmp(scenario->proto, "tcp", 3) == 0 ? 1 : 0;
}

static enum lab_go run_ping(struct lab_cell *cell, const char *name, const char *target, const char *count)
{
    const char *argv[] = {"ping", "-n", "-i", "0.01", "-c", count, "-W", "1", target, NULL};
    char log_name[32];
    struct lab_why why;
    struct lab_ping ping;
    char *text;
    snprintf(log_name, sizeof log_name, "%s.txt", name);
    enum lab_err err = lab_tool_run(cell, argv, log_name, PING_TIMEOUT_MS, &text, &why);
    if (err == LAB_OK)
    {
        err = lab_ping_parse(text, &ping, &why);
    }
    free(text);
    if (err == LAB_ERR_INTERRUPTED || err == LAB_ERR_EXITED)
    {
        return LAB_GO_STOP;
    }
    if (err != LAB_OK)
    {
        char words[256];
        lab_cell_last_words(cell, log_name, words, sizeof words);
        bool failed_itself = err == LAB_ERR_ABSENT;
        lab_cell_check(cell, name, failed_itself ? LAB_ERROR : LAB_FAIL, err == LAB_ERR_TIMEOUT,
                       "%s %s: %s%s", name, target, why.text, words);
        return LAB_GO_ON;
    }
    lab_cell_measure(cell, name, ping_values(&ping),
                     json_pack("{s:o}", "rtt_ms", lab_json_numbers(ping.rtt_ms, ping.rtt_count)));
    bool whole = ping.received + answers_that_may_wait(cell) >= ping.sent && ping.duplicates == 0;
    lab_cell_check(cell, name, whole ? LAB_PASS : LAB_FAIL, true,
                   whole ? "%s %s: %u of %u came back" : "%s %s: %u of %u came back, %u of them twice", name,
                   target, ping.received, ping.sent, ping.duplicates);
    return LAB_GO_ON;
}

enum lab_go lab_step_ping4(struct lab_cell *cell)
{
    return run_ping(cell, "ping4", cell->target4, "50");
}

enum lab_go lab_step_ping6(struct lab_cell *cell)
{
    return run_ping(cell, "ping6", cell->target6, "20");
}

static bool iperf_settled(void *arg)
{
    struct lab_cell *cell = arg;
    return !cell->traffic.running || lab_ready_tcp_listens(cell->topology->server_ns, IPERF_PORT);
}

static enum lab_err start_iperf_server(struct lab_cell *cell, struct lab_why *why)
{
    const char *argv[] = {"iperf3", "-s", "-B", cell->target4, NULL};
    char log[LAB_PATH_MAX];
    /* Anew for each transfer: between two of them a running one refuses clients
     * for a moment. */
    lab_proc_clear(&cell->traffic);
    lab_cell_log(cell, "iperf3-server.txt", log);
    const struct lab_proc_spec spec = {.argv = argv, .netns = cell->topology->server_ns, .out_path = log};
    enum lab_err err = lab_proc_spawn(cell->loop, &cell->traffic, &spec, why);
    if (err == LAB_OK)
    {
        err = lab_loop_until(cell->loop, iperf_settled, cell, 5, IPERF_START_MS);
        (void)lab_why_set(why, err, "iperf3 does not listen on %s", cell->target4);
    }
    if (err == LAB_OK && !cell->traffic.running)
    {
        char words[256];
        lab_cell_last_words(cell, "iperf3-server.txt", words, sizeof words);
        err = lab_why_set(why, LAB_ERR_EXITED, "iperf3 as server ended%s", words);
    }
    return err;
}

static json_t *iperf_values(const struct lab_iperf *iperf)
{
    json_t *values = json_pack("{s:f, s:f, s:f}", "goodput_mbps", iperf->goodput_mbps, "sent_mbps",
                               iperf->sent_mbps, "seconds", iperf->seconds);
    json_object_set_new(values, "retransmits",
                        iperf->retransmits >= 0 ? json_integer(iperf->retransmits) : json_null());
    json_object_set_new(values, "iperf3_client_cpu_percent", lab_json_number(iperf->cpu_local_percent));
    json_object_set_new(values, "iperf3_server_cpu_percent", lab_json_number(iperf->cpu_remote_percent));
    return values;
}

/* way: an option of iperf3, NULL for client to server. */
static enum lab_err run_iperf(struct lab_cell *cell, const char *name, const char *way,
                              const char *interval_s, struct lab_iperf *iperf, struct lab_why *why)
{
    char seconds[16];
    char log_name[32];
    char *text;
    snprintf(seconds, sizeof seconds, "%u", cell->bulk_seconds);
    snprintf(log_name, sizeof log_name, "%s.json", name);
    const char *argv[] = {"iperf3", "-J", "-c",       cell->target4,       "-t",
                          seconds,  "-i", interval_s, "--connect-timeout", "3000",
                          way,      NULL};
    enum lab_err err =
        lab_tool_run(cell, argv, log_name, cell->bulk_seconds * 1000u + IPERF_EXTRA_MS, &text, why);
    if (err == LAB_OK)
    {
        err = lab_iperf_parse(text, iperf, why);
    }
    free(text);
    return err;
}

static enum lab_go bulk(struct lab_cell *cell, const char *name, const char *way, const char *interval_s)
{
    struct lab_why why;
    struct lab_iperf iperf;
    enum lab_err err = start_iperf_server(cell, &why);
    if (err != LAB_OK)
    {
        if (err != LAB_ERR_INTERRUPTED)
        {
            lab_cell_check(cell, name, LAB_ERROR, true, "%s", why.text);
        }
        return LAB_GO_STOP;
    }
    err = run_iperf(cell, name, way, interval_s, &iperf, &why);
    if (err == LAB_ERR_INTERRUPTED || err == LAB_ERR_EXITED)
    {
        return LAB_GO_STOP;
    }
    if (err != LAB_OK)
    {
        lab_cell_check(cell, name, err == LAB_ERR_ABSENT ? LAB_ERROR : LAB_FAIL, true, "%s: %s", name,
                       why.text);
        /* The server may still wait for the rest of a test that broke off. */
        lab_proc_clear(&cell->traffic);
        return LAB_GO_ON;
    }
    lab_cell_measure(
        cell, name, iperf_values(&iperf),
        json_pack("{s:o}", "interval_mbps", lab_json_numbers(iperf.interval_mbps, iperf.interval_count)));
    lab_cell_check(cell, name, iperf.goodput_mbps > 0.0 ? LAB_PASS : LAB_FAIL, true, "%s: %.1f Mbit/s", name,
                   iperf.goodput_mbps);
    return LAB_GO_ON;
}

enum lab_go lab_step_bulk_up(struct lab_cell *cell)
{
    return bulk(cell, "tcp_up", NULL, "1");
}

enum lab_go lab_step_bulk_down(struct lab_cell *cell)
{
    return bulk(cell, "tcp_down", "-R", "1");
}

enum lab_go lab_step_sample_up(struct lab_cell *cell)
{
    return bulk(cell, "tcp_up", NULL, "0.25");
}

enum lab_go lab_step_sample_down(struct lab_cell *cell)
{
    return bulk(cell, "tcp_down", "-R", "0.25");
}

enum lab_go lab_step_sample_both(struct lab_cell *cell)
{
    return bulk(cell, "tcp_both", "--bidir", "0.25");
}
