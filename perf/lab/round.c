#include "perf/lab/run.h"

#include "lib/clock.h"
#include "lib/health.h"
#include "lib/ns.h"
#include "lib/rng.h"
#include "perf/lab/measure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define PORT_FIRST 20000
#define GIVE_UP    2 /* failures in a row after which an arm is left out */

/* Where the measurement lines of one arm go. */
struct writing
{
    struct perf_run *run;
    char case_id[96];
    enum lab_err err;
    struct lab_why why;
};

static void write_measurement(void *arg, const char *name, json_t *values, json_t *samples)
{
    struct writing *writing = arg;
    enum lab_err err =
        lab_record_write(&writing->run->record,
                         json_pack("{s:s, s:s, s:s, s:o, s:o}", "kind", "measurement", "case",
                                   writing->case_id, "name", name, "values", values, "samples", samples),
                         &writing->why);
    writing->err = err != LAB_OK ? err : writing->err;
}

/* One step of the measurement. Which one it is, is the only thing that differs. */
static enum lab_err run_step(struct perf_arm *arm, size_t step, struct perf_notes *notes,
                             struct perf_cost *one, struct lab_why *why)
{
    struct perf_cost others = {0};
    switch (step)
    {
    case 0:
        return perf_measure_tcp(arm, PERF_STEP_UP, notes, one, why);
    case 1:
        return perf_measure_tcp(arm, PERF_STEP_DOWN, notes, one, why);
    case 2:
        return perf_measure_idle(arm, notes, why);
    case 3:
        return perf_measure_tcp(arm, PERF_STEP_4, notes, &others, why);
    case 4:
        return perf_measure_tcp(arm, PERF_STEP_BOTH, notes, &others, why);
    case 5:
        return perf_measure_udp(arm, PERF_UDP_200, notes, why);
    default:
        return perf_measure_udp(arm, PERF_UDP_1400, notes, why);
    }
}

#define STEPS_TCP 2 /* of PERF_SCOPE_TCP */
#define STEPS_ALL 7

/* Everything that is measured of an arm that is up. A step that failed leaves its figure out; the others
 * are still worth having as long as both programs run. Returns the first failure. */
static enum lab_err measure(struct perf_arm *arm, struct perf_notes *notes, struct lab_why *why)
{
    struct perf_cost one = {0};
    size_t steps = arm->def->scope == PERF_SCOPE_TCP ? STEPS_TCP : STEPS_ALL;
    enum lab_err first = LAB_OK;
    for (size_t step = 0; step < steps; step++)
    {
        struct lab_why said;
        enum lab_err err = run_step(arm, step, notes, &one, &said);
        if (err != LAB_OK && (first == LAB_OK || err == LAB_ERR_INTERRUPTED))
        {
            first = err;
            *why = said;
        }
        if (err == LAB_ERR_INTERRUPTED || !perf_arm_alive(arm))
        {
            break;
        }
    }
    if (arm->def->client != NULL && one.octets > 0.0)
    {
        notes->value[PERF_CPU] = one.cpu_s / (one.octets / 1e9);
    }
    return first;
}

static bool is_harness_error(enum lab_err err)
{
    return err == LAB_ERR_INTERRUPTED || err == LAB_ERR_SYSTEM || err == LAB_ERR_ABSENT ||
           err == LAB_ERR_USAGE;
}

static enum lab_err write_case(struct perf_run *run, const struct perf_arm_def *def, const char *case_id,
                               const char *logs, enum lab_verdict verdict, const char *reason,
                               const char *taint, uint64_t began_ms, const struct lab_health *health,
                               struct lab_why *why)
{
    json_t *taints = json_array();
    if (taint[0] != '\0')
    {
        json_array_append_new(taints, json_string(taint));
    }
    json_t *line = json_pack(
        "{s:s, s:s, s:I, s:s, s:s, s:s, s:s, s:o, s:f, s:o, s:{s:s}}", "kind", "case", "case", case_id,
        "number", (json_int_t)++run->case_number, "client", def->client != NULL ? def->client : "", "server",
        def->server != NULL ? def->server : "", "verdict", lab_verdict_name(verdict), "reason", reason,
        "taints", taints, "seconds", (double)(lab_now_ms() - began_ms) / 1e3, "health",
        lab_health_json(health), "files", "logs", logs);
    return lab_record_write(&run->record, line, why);
}

static void print_progress(struct perf_run *run, size_t round, const struct perf_arm_def *def,
                           const double *value, const char *trouble)
{
    char text[512];
    int len = snprintf(text, sizeof text, "round %zu  %-22s", round + 1, def->id);
    for (size_t i = 0; i < PERF_FIGURE_COUNT; i++)
    {
        if (!isnan(value[i]))
        {
            len += snprintf(text + len, sizeof text - (size_t)len, " %s %.4g", perf_figures[i].id,
                            value[i] * perf_figures[i].scale);
        }
    }
    lab_term_print(&run->term, "%s%s%s\n", text, trouble[0] != '\0' ? "  ! " : "", trouble);
}

/* What was started by a subject and deserted would take time from the next arm. */
static void sweep(struct perf_arm *arm)
{
    perf_arm_stop(arm);
    (void)lab_ns_kill_all();
}

static enum lab_err run_arm(struct perf_run *run, size_t round, size_t index, struct lab_why *why)
{
    const struct perf_arm_def *def = &perf_arms[index];
    struct writing writing = {.run = run};
    struct perf_notes notes = {.measurement = write_measurement, .arg = &writing};
    struct perf_arm arm;
    struct lab_snapshot before, after;
    struct lab_health health;
    struct lab_why said = {""};
    char logs[128];
    char log_dir[LAB_PATH_MAX];
    char taint[200];
    uint64_t began_ms = lab_now_ms();
    for (size_t i = 0; i < PERF_FIGURE_COUNT; i++)
    {
        notes.value[i] = NAN;
    }
    snprintf(writing.case_id, sizeof writing.case_id, "%zu/%s", round + 1, def->id);
    snprintf(logs, sizeof logs, "logs/%zu-%s", round + 1, def->id);
    for (char *at = logs + strlen("logs/"); *at != '\0'; at++)
    {
        *at = *at == '/' ? '_' : *at;
    }
    enum lab_err err = lab_path_set(log_dir, why, "%s/%s", run->dir, logs);
    if (err != LAB_OK)
    {
        return err;
    }
    lab_health_snapshot(&before);
    uint16_t port = (uint16_t)(PORT_FIRST + run->case_number);
    err = perf_arm_start(&arm, &run->house, def, log_dir, port, &said);
    bool dead = err != LAB_OK;
    if (err == LAB_OK)
    {
        err = measure(&arm, &notes, &said);
        dead = !perf_arm_alive(&arm);
    }
    sweep(&arm);
    lab_health_snapshot(&after);
    lab_health_between(&before, &after, &health);
    bool disturbed = lab_health_tainted(&health, taint, sizeof taint);
    if (err == LAB_ERR_INTERRUPTED || writing.err != LAB_OK)
    {
        *why = writing.err != LAB_OK ? writing.why : said;
        return writing.err != LAB_OK ? writing.err : err;
    }
    for (size_t i = 0; i < PERF_FIGURE_COUNT; i++)
    {
        run->samples.value[index][i][round] = notes.value[i];
    }
    run->samples.disturbed[index][round] = disturbed;
    run->failures[index] = dead ? run->failures[index] + 1 : 0;
    if (err != LAB_OK)
    {
        snprintf(run->samples.failed[index], sizeof run->samples.failed[index], "%.300s", said.text);
    }
    print_progress(run, round, def, notes.value, err != LAB_OK ? said.text : taint);
    enum lab_verdict verdict = err == LAB_OK           ? (disturbed ? LAB_TAINTED : LAB_PASS)
                               : is_harness_error(err) ? LAB_ERROR
                                                       : LAB_FAIL;
    return write_case(run, def, writing.case_id, logs, verdict, err != LAB_OK ? said.text : taint, taint,
                      began_ms, &health, why);
}

enum lab_err perf_round(struct perf_run *run, size_t round, struct lab_why *why)
{
    size_t order[PERF_ARM_MAX];
    size_t count = 0;
    struct lab_rng rng = {run->seed + round};
    for (size_t i = 0; i < perf_arm_count; i++)
    {
        if (run->samples.planned[i] && run->samples.unsupported[i][0] == '\0' && run->failures[i] < GIVE_UP)
        {
            order[count++] = i;
        }
    }
    /* A fixed order would give every arm the same neighbour's drift in each round. */
    for (size_t left = count; left > 1; left--)
    {
        size_t other = lab_rng_below(&rng, left);
        size_t moved = order[left - 1];
        order[left - 1] = order[other];
        order[other] = moved;
    }
    run->samples.rounds = round + 1;
    enum lab_err err = LAB_OK;
    for (size_t i = 0; err == LAB_OK && i < count; i++)
    {
        err = run_arm(run, round, order[i], why);
    }
    return err;
}
