/* Ping, and the harness's own traffic: numbered packets, small connections, and none at all. */
#include "lib/traffic.h"

#include "lib/ping.h"
#include "lib/stats.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OWN_PORT       5300
#define PINGS_MIN      5 /* of fewer answers no percentile is told */
#define REQUESTS_MAX_S 30

/* A ping that is lost under load waited longer than all that came back: it counts as the longest, or a
 * queue that drops would look better than one that holds. */
static double *all_waits(const struct lab_ping *ping, bool under_load, size_t *count)
{
    double *waits = calloc(LAB_PING_MAX * 2, sizeof *waits);
    double longest = lab_stats_percentile(ping->rtt_ms, ping->rtt_count, 100);
    *count = ping->rtt_count;
    if (waits == NULL)
    {
        *count = 0;
        return NULL;
    }
    memcpy(waits, ping->rtt_ms, ping->rtt_count * sizeof *waits);
    while (under_load && *count < ping->sent && *count < (size_t)LAB_PING_MAX * 2)
    {
        waits[(*count)++] = longest;
    }
    return waits;
}

enum lab_err lab_traffic_take_pings(const char *output, bool under_load, json_t *values, json_t *samples,
                                    struct lab_why *why)
{
    struct lab_ping ping;
    size_t count;
    enum lab_err err = lab_ping_parse(output, &ping, why);
    if (err != LAB_OK)
    {
        return err;
    }
    double *waits = all_waits(&ping, under_load, &count);
    bool enough = ping.rtt_count >= PINGS_MIN;
    double p50 = enough ? lab_stats_median(waits, count) : NAN;
    double p99 = enough ? lab_stats_percentile(waits, count, 99) : NAN;
    json_object_set_new(values, "rtt_p50_ms", lab_json_number(p50));
    json_object_set_new(values, "rtt_p99_ms", lab_json_number(p99));
    if (under_load)
    {
        json_object_set_new(values, "pings_sent", json_integer((json_int_t)ping.sent));
        json_object_set_new(values, "pings_lost",
                            json_integer((json_int_t)ping.sent - (json_int_t)ping.received));
    }
    else
    {
        json_object_set_new(values, "sent", json_integer((json_int_t)ping.sent));
        json_object_set_new(values, "received", json_integer((json_int_t)ping.received));
        json_object_set_new(values, "loss_percent", lab_json_number(ping.loss_percent));
        json_object_set_new(values, "rtt_max_ms",
                            lab_json_number(lab_stats_percentile(ping.rtt_ms, ping.rtt_count, 100)));
    }
    json_object_set_new(samples, "rtt_ms", lab_json_numbers(ping.rtt_ms, ping.rtt_count));
    free(waits);
    return LAB_OK;
}

enum lab_err lab_traffic_ping(struct lab_traffic_run *run, struct lab_why *why)
{
    const struct lab_traffic_plan *plan = run->plan;
    char *words = run->words[0][0];
    double count = plan->seconds * plan->pps;
    snprintf(words, 32, "%.4f", 1.0 / plan->pps);
    snprintf(words + 32, 32, "%.0f", count < 1.0 ? 1.0 : count > LAB_PING_MAX ? LAB_PING_MAX : count);
    snprintf(words + 64, 32, "%u", plan->length);
    const char *argv[] = {
        "ping", "-n", "-i", words, "-c", words + 32, "-s", words + 64, "-W", "2", run->cell->target4};
    memcpy(run->argv[0], argv, sizeof argv);
    lab_traffic_helper(run, "ping.txt", 0)->argv = run->argv[0];
    enum lab_err err = lab_traffic_go(run, why);
    return err == LAB_OK
               ? lab_traffic_take_pings(run->helpers[0].output, false, run->values, run->samples, why)
               : err;
}

/* An object of numbers; lists in it are samples. */
static enum lab_err take_object(const char *output, struct lab_traffic_run *run, struct lab_why *why)
{
    const char *key;
    json_t *value;
    json_t *object = json_loads(output, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(object))
    {
        json_decref(object);
        return lab_why_set(why, LAB_ERR_FORMAT, "%s said: %.200s", run->plan->name, output);
    }
    json_object_foreach(object, key, value)
    {
        json_object_set(json_is_array(value) ? run->samples : run->values, key, value);
    }
    json_decref(object);
    return LAB_OK;
}

enum lab_err lab_traffic_sequence(struct lab_traffic_run *run, struct lab_why *why)
{
    const struct lab_traffic_plan *plan = run->plan;
    const struct lab_cell *cell = run->cell;
    bool down = plan->def->direction == LAB_DOWN;
    char *words = run->words[0][0];
    snprintf(words, 32, "%d", OWN_PORT);
    snprintf(words + 32, 32, "%u", plan->length);
    snprintf(words + 64, 32, "%.10g", plan->pps);
    snprintf(words + 96, 32, "%.10g", plan->seconds);
    const char *argv[] = {cell->paths->self,
                          "internal-sequence",
                          down ? cell->topology->server_ns : cell->topology->client_ns,
                          down ? cell->topology->client_ns : cell->topology->server_ns,
                          down ? cell->source4 : cell->target4,
                          words,
                          words + 32,
                          words + 64,
                          words + 96};
    memcpy(run->argv[0], argv, sizeof argv);
    snprintf(run->words[0][1], LAB_PATH_MAX, "%s.json", plan->name);
    struct lab_helper *helper = lab_traffic_helper(run, run->words[0][1], 0);
    helper->argv = run->argv[0];
    helper->netns = NULL;
    helper->must_succeed = true;
    enum lab_err err = lab_traffic_go(run, why);
    return err == LAB_OK ? take_object(run->helpers[0].output, run, why) : err;
}

enum lab_err lab_traffic_requests(struct lab_traffic_run *run, struct lab_why *why)
{
    const struct lab_traffic_plan *plan = run->plan;
    const struct lab_cell *cell = run->cell;
    char *words = run->words[0][0];
    snprintf(words, 32, "%d", OWN_PORT);
    snprintf(words + 32, 32, "%u", plan->connections);
    snprintf(words + 64, 32, "%u", plan->parallel);
    snprintf(words + 96, 32, "%u", plan->request);
    snprintf(words + 128, 32, "%u", plan->response);
    snprintf(words + 160, 32, "%d", REQUESTS_MAX_S);
    const char *argv[] = {cell->paths->self,
                          "internal-requests",
                          cell->topology->client_ns,
                          cell->topology->server_ns,
                          cell->target4,
                          words,
                          words + 32,
                          words + 64,
                          words + 96,
                          words + 128,
                          words + 160};
    memcpy(run->argv[0], argv, sizeof argv);
    struct lab_helper *helper = lab_traffic_helper(run, "requests.json", 0);
    helper->argv = run->argv[0];
    helper->netns = NULL;
    helper->must_succeed = true;
    enum lab_err err = lab_traffic_go(run, why);
    return err == LAB_OK ? take_object(run->helpers[0].output, run, why) : err;
}

enum lab_err lab_traffic_wait(struct lab_traffic_run *run, struct lab_why *why)
{
    char *words = run->words[0][0];
    snprintf(words, 32, "%.2f", run->plan->seconds);
    const char *argv[] = {"sleep", words};
    memcpy(run->argv[0], argv, sizeof argv);
    lab_traffic_helper(run, "wait.txt", 0)->argv = run->argv[0];
    return lab_traffic_go(run, why);
}
