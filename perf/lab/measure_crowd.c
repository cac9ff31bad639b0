#include "perf/lab/measure.h"

#include "lib/record.h"
#include "perf/lab/judge.h"
#include "perf/lab/tools.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define BULK_PORT     5400
#define BULK_EXTRA_MS 30000 /* for the connections of all clients */

static enum lab_err take_answer(const char *output, bool down, struct perf_notes *notes, struct lab_why *why)
{
    double rates[PERF_CLIENT_MAX];
    json_error_t error;
    json_t *answer = json_loads(output, 0, &error);
    json_t *list = json_object_get(answer, "client_mbps");
    double sum = json_number_value(json_object_get(answer, "sum_mbps"));
    size_t count = json_array_size(list);
    if (count == 0 || count > PERF_CLIENT_MAX || !(sum > 0.0))
    {
        json_decref(answer);
        return lab_why_set(why, LAB_ERR_FORMAT, "the bulk transfer said: %.200s", output);
    }
    for (size_t i = 0; i < count; i++)
    {
        rates[i] = json_number_value(json_array_get(list, i));
    }
    double jain = perf_jain(rates, count);
    notes->value[down ? PERF_CROWD_DOWN : PERF_CROWD_UP] = sum;
    notes->value[down ? PERF_JAIN_DOWN : PERF_JAIN_UP] = jain;
    json_t *samples = json_pack("{s:O}", "client_mbps", list);
    json_object_del(answer, "client_mbps");
    json_object_set_new(answer, "jain", lab_json_number(jain));
    notes->measurement(notes->arg, down ? "crowd_down" : "crowd_up", answer, samples);
    return LAB_OK;
}

enum lab_err perf_measure_crowd(struct perf_arm *arm, bool down, struct perf_notes *notes,
                                struct lab_why *why)
{
    const struct perf_pace *pace = arm->house->pace;
    char words[3][16];
    char netns[PERF_CLIENT_MAX][32];
    const char *argv[8 + PERF_CLIENT_MAX + 1] = {arm->house->paths->self,
                                                 "internal-bulk",
                                                 arm->topology->server_ns,
                                                 arm->target,
                                                 words[0],
                                                 words[1],
                                                 words[2],
                                                 down ? "down" : "up"};
    snprintf(words[0], sizeof words[0], "%d", BULK_PORT + (down ? 1 : 0));
    snprintf(words[1], sizeof words[1], "%u", pace->crowd_warm_up_ms);
    snprintf(words[2], sizeof words[2], "%u", pace->crowd_ms);
    for (unsigned i = 0; i < arm->clients; i++)
    {
        lab_topology_client_ns(arm->topology, i, netns[i]);
        argv[8 + i] = netns[i];
    }
    struct perf_tool tool = {.argv = argv, .log_name = down ? "bulk-down.json" : "bulk-up.json"};
    enum lab_err err =
        perf_tools_run(arm, &tool, 1, pace->crowd_warm_up_ms + pace->crowd_ms + BULK_EXTRA_MS, why);
    err = err == LAB_OK ? take_answer(tool.output, down, notes, why) : err;
    perf_tools_clear(&tool, 1);
    return err;
}
