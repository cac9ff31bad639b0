#include "perf/lab/measure.h"

#include "lib/record.h"
#include "perf/lab/flood.h"
#include "perf/lab/tools.h"

#include <stdio.h>
#include <string.h>

#define FLOOD_PORT     5300
#define FLOOD_EXTRA_MS 5000
#define TRIAL_DRAIN_MS 250

/* The lists of the flood's answer, as samples of the record. */
static json_t *lists_of(json_t *answer)
{
    static const char *const names[] = {"trial_offered_pps", "trial_arrived_pps", "trial_loss"};
    json_t *samples = json_object();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    {
        json_t *list = json_object_get(answer, names[i]);
        json_object_set(samples, names[i], list);
        json_object_del(answer, names[i]);
    }
    return samples;
}

static enum lab_err take_answer(const char *output, enum perf_figure figure, struct perf_notes *notes,
                                struct lab_why *why)
{
    json_error_t error;
    json_t *answer = json_loads(output, 0, &error);
    const json_t *pps = json_object_get(answer, "pps");
    if (!json_is_number(pps))
    {
        json_decref(answer);
        return lab_why_set(why, LAB_ERR_FORMAT, "the UDP flood said: %.200s", output);
    }
    double value = json_number_value(pps);
    json_t *samples = lists_of(answer);
    notes->measurement(notes->arg, perf_figures[figure].id, answer, samples);
    if (!(value > 0.0))
    {
        return lab_why_set(why, LAB_ERR_FORMAT, "no rate of UDP packets arrived at less than 2 %% loss");
    }
    notes->value[figure] = value;
    return LAB_OK;
}

enum lab_err perf_measure_udp(struct perf_arm *arm, enum perf_figure figure, struct perf_notes *notes,
                              struct lab_why *why)
{
    char length[16];
    char trial[16];
    char port[16];
    const struct perf_house *house = arm->house;
    snprintf(length, sizeof length, "%d", figure == PERF_UDP_200 ? 200 : 1400);
    snprintf(trial, sizeof trial, "%u", house->pace->trial_ms);
    snprintf(port, sizeof port, "%d", FLOOD_PORT);
    const char *argv[] = {house->paths->self,
                          "internal-flood",
                          arm->topology->client_ns,
                          arm->topology->server_ns,
                          arm->target,
                          port,
                          length,
                          trial,
                          NULL};
    struct perf_tool tool = {.argv = argv,
                             .log_name = figure == PERF_UDP_200 ? "udp-200.json" : "udp-1400.json"};
    enum lab_err err = perf_tools_run(
        arm, &tool, 1, PERF_FLOOD_TRIALS * (house->pace->trial_ms + TRIAL_DRAIN_MS) + FLOOD_EXTRA_MS, why);
    err = err == LAB_OK ? take_answer(tool.output, figure, notes, why) : err;
    perf_tools_clear(&tool, 1);
    return err;
}
