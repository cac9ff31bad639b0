#include "perf/lab/run.h"

#include "lib/clock.h"
#include "lib/health.h"
#include "lib/lines.h"
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
        lab_line_measurement(&writing->run->record, writing->case_id, name, values, samples, &writing->why);
    writing->err = err != LAB_OK ? err : writing->err;
}

/* The steps of the measurement. Which one it is, is the only thing that differs. */
enum step
{
    STEP_UP,
    STEP_DOWN,
    STEP_TCP_END, /* of PERF_SCOPE_TCP */
    STEP_IDLE = STEP_TCP_END,
    STEP_4,
    STEP_BOTH,
    STEP_UDP_200,
    STEP_UDP_1400,
    STEP_ALL_END,
    STEP_CROWD_UP = STEP_ALL_END,
    STEP_CROWD_DOWN,
    STEP_CROWD_END
};

static enum lab_err run_step(struct perf_arm *arm, enum step step, struct perf_notes *notes,
                             struct perf_cost *one, struct lab_why *why)
{
    struct perf_cost others = {0};
    switch (step)
    {
    case STEP_UP:
        return perf_measure_tcp(arm, PERF_STEP_UP, notes, one, why);
    case STEP_DOWN:
        return perf_measure_tcp(arm, PERF_STEP_DOWN, notes, one, why);
    case STEP_IDLE:
        return perf_measure_idle(arm, notes, why);
    case STEP_4:
        return perf_measure_tcp(arm, PERF_STEP_4, notes, &others, why);
    case STEP_BOTH:
        return perf_measure_tcp(arm, PERF_STEP_BOTH, notes, &others, why);
    case STEP_UDP_200:
        return perf_measure_udp(arm, PERF_UDP_200, notes, why);
    case STEP_UDP_1400:
        return perf_measure_udp(arm, PERF_UDP_1400, notes, why);
    default:
        return perf_measure_crowd(arm, step == STEP_CROWD_DOWN, notes, why);
    }
}

/* Of each scope: the first step, and behind the last one. */
static const struct
{
    enum step from;
    enum step to;
} scope_steps[] = {
    [PERF_SCOPE_ALL] = {STEP_UP, STEP_ALL_END},
    [PERF_SCOPE_TCP] = {STEP_UP, STEP_TCP_END},
    [PERF_SCOPE_CROWD] = {STEP_CROWD_UP, STEP_CROWD_END},
};

/* Everything that is measured of an arm that is up. A step that failed leaves its figure out; the others
 * are still worth having as long as both programs run. Returns the first failure. */
static enum lab_err measure(struct perf_arm *arm, struct perf_notes *notes, struct lab_why *why)
{
    struct perf_cost one = {0};
    enum lab_err first = LAB_OK;
    for (enum step step = scope_steps[arm->def->scope].from; step < scope_steps[arm->def->scope].to; step++)
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

/* What one arm's turn in a round came to. */
struct turn
{
    struct perf_notes notes;
    enum lab_err err;
    struct lab_why said; /* why err */
    bool dead;           /* it did not start, or a program ended on its own */
    struct lab_health health;
    char taint[200];
    uint64_t began_ms;
};

/* Starts the arm, measures it and ends it, and watches the host meanwhile. */
static void take_turn(struct perf_run *run, const struct perf_arm_def *def, const char *log_dir,
                      struct turn *turn)
{
    struct perf_arm arm;
    struct lab_snapshot before, after;
    uint16_t port = (uint16_t)(PORT_FIRST + run->case_number);
    turn->began_ms = lab_now_ms();
    lab_health_snapshot(&before);
    turn->err = perf_arm_start(&arm, &run->house, def, log_dir, port, &turn->said);
    turn->dead = turn->err != LAB_OK;
    if (turn->err == LAB_OK)
    {
        turn->err = measure(&arm, &turn->notes, &turn->said);
        turn->dead = !perf_arm_alive(&arm);
    }
    sweep(&arm);
    lab_health_snapshot(&after);
    lab_health_between(&before, &after, &turn->health);
    (void)lab_health_tainted(&turn->health, turn->taint, sizeof turn->taint);
}

static void keep_figures(struct perf_run *run, size_t round, size_t index, const struct turn *turn)
{
    for (size_t i = 0; i < PERF_FIGURE_COUNT; i++)
    {
        run->samples.value[index][i][round] = turn->notes.value[i];
    }
    run->samples.disturbed[index][round] = turn->taint[0] != '\0';
    run->failures[index] = turn->dead ? run->failures[index] + 1 : 0;
    if (turn->err != LAB_OK)
    {
        snprintf(run->samples.failed[index], sizeof run->samples.failed[index], "%.300s", turn->said.text);
    }
}

static enum lab_err write_case(struct perf_run *run, const struct perf_arm_def *def, const char *case_id,
                               const char *logs, const struct turn *turn, struct lab_why *why)
{
    bool disturbed = turn->taint[0] != '\0';
    const struct lab_line_case line = {
        .id = case_id,
        .number = ++run->case_number,
        .client = def->client,
        .server = def->server,
        .verdict = turn->err == LAB_OK           ? (disturbed ? LAB_TAINTED : LAB_PASS)
                   : is_harness_error(turn->err) ? LAB_ERROR
                                                 : LAB_FAIL,
        .reason = turn->err != LAB_OK ? turn->said.text : turn->taint,
        .taint = turn->taint,
        .seconds = (double)(lab_now_ms() - turn->began_ms) / 1e3,
        .health = &turn->health,
        .logs = logs,
    };
    return lab_line_case(&run->record, &line, why);
}

static enum lab_err run_arm(struct perf_run *run, size_t round, size_t index, struct lab_why *why)
{
    const struct perf_arm_def *def = &perf_arms[index];
    struct writing writing = {.run = run};
    struct turn turn = {.notes = {.measurement = write_measurement, .arg = &writing}};
    char logs[128];
    char log_dir[LAB_PATH_MAX];
    for (size_t i = 0; i < PERF_FIGURE_COUNT; i++)
    {
        turn.notes.value[i] = NAN;
    }
    snprintf(writing.case_id, sizeof writing.case_id, "%zu/%s", round + 1, def->id);
    snprintf(logs, sizeof logs, "logs/%zu-%s", round + 1, def->id);
    lab_file_slug(logs + strlen("logs/"));
    enum lab_err err = lab_path_set(log_dir, why, "%s/%s", run->place.dir, logs);
    if (err != LAB_OK)
    {
        return err;
    }
    take_turn(run, def, log_dir, &turn);
    if (turn.err == LAB_ERR_INTERRUPTED || writing.err != LAB_OK)
    {
        *why = writing.err != LAB_OK ? writing.why : turn.said;
        return writing.err != LAB_OK ? writing.err : turn.err;
    }
    keep_figures(run, round, index, &turn);
    print_progress(run, round, def, turn.notes.value, turn.err != LAB_OK ? turn.said.text : turn.taint);
    return write_case(run, def, writing.case_id, logs, &turn, why);
}

enum lab_err perf_round(struct perf_run *run, size_t round, struct lab_why *why)
{
    size_t order[PERF_ARM_MAX];
    size_t count = 0;
    struct lab_rng rng = {run->seed + round};
    for (size_t i = 0; i < perf_arm_count; i++)
    {
        bool turn = perf_arms[i].every <= 1 || round % perf_arms[i].every == perf_arms[i].phase;
        if (turn && run->samples.planned[i] && run->samples.unsupported[i][0] == '\0' &&
            run->failures[i] < GIVE_UP)
        {
            order[count++] = i;
        }
    }
    /* A fixed order would give every arm the same neighbour's drift in each round. */
    lab_rng_shuffle(&rng, order, count, sizeof order[0]);
    run->samples.rounds = round + 1;
    enum lab_err err = LAB_OK;
    for (size_t i = 0; err == LAB_OK && i < count; i++)
    {
        err = run_arm(run, round, order[i], why);
    }
    return err;
}
