/* The steps of a point: link, programs, traffic, what was expected of it, and the way out. */
#include "lib/experiment_point.h"

#include "lib/cell.h"
#include "lib/evidence.h"
#include "lib/findings.h"
#include "lib/limits.h"
#include "lib/profile_told.h"
#include "lib/steps.h"
#include "lib/traffic.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#define SYSCTL_TIMEOUT_MS 5000
#define STOP_TIMEOUT_MS   3000
#define LINK_S            2.5
#define START_S           0.3
#define CONNECT_S         1.6
#define STOP_S            0.7
#define TRANSFER_EXTRA_S  1.6 /* warm-up, and both ends of iperf3 */
#define OWN_EXTRA_S       0.9
#define REQUESTS_S        2.0

static const struct lab_point *point_of(const struct lab_cell *cell)
{
    return cell->item->point;
}

static enum lab_go stop_on(struct lab_cell *cell, enum lab_err err, const struct lab_why *why)
{
    if (err == LAB_OK)
    {
        return LAB_GO_ON;
    }
    if (err != LAB_ERR_INTERRUPTED)
    {
        lab_cell_note(cell, LAB_ERROR, err == LAB_ERR_FORMAT, "%s", why->text);
    }
    return LAB_GO_STOP;
}

static enum lab_err set_system(struct lab_cell *cell, const char *netns, const char *line,
                               struct lab_why *why)
{
    const char *argv[] = {"sysctl", "-q", "-w", line, NULL};
    char log[LAB_PATH_MAX];
    int status = 0;
    lab_cell_log(cell, "system.txt", log);
    const struct lab_proc_spec spec = {.argv = argv, .netns = netns, .out_path = log};
    enum lab_err err = lab_proc_run(cell->loop, &spec, SYSCTL_TIMEOUT_MS, &status, why);
    return err == LAB_OK && status != 0
               ? lab_why_set(why, LAB_ERR_ABSENT, "sysctl refuses '%s' (system.txt)", line)
               : err;
}

static bool has_link(const struct lab_point *point)
{
    return point->up[0] != '\0' || point->down[0] != '\0' || point->link_told;
}

/* Settings of the system, and the impairment: verified before anything is measured over it. */
static enum lab_go step_link(struct lab_cell *cell)
{
    const struct lab_point *point = point_of(cell);
    const struct lab_link_spec spec = {
        .up = point->up, .down = point->down, .seed = cell->link_seed, .told = point->link_told};
    struct lab_why why;
    enum lab_err err = LAB_OK;
    for (size_t i = 0; err == LAB_OK && i < point->system_count; i++)
    {
        err = set_system(cell, cell->topology->client_ns, point->system[i], &why);
        err = err == LAB_OK ? set_system(cell, cell->topology->server_ns, point->system[i], &why) : err;
    }
    if (err == LAB_ERR_ABSENT)
    {
        lab_cell_note(cell, LAB_UNSUPPORTED, false, "this machine: %s", why.text);
        return LAB_GO_STOP;
    }
    if (err == LAB_OK && !has_link(point))
    {
        return LAB_GO_ON;
    }
    /* A busy host may spoil a probe: what it says twice is believed. */
    for (int attempt = 0; attempt < 2 && (attempt == 0 || err == LAB_ERR_FORMAT); attempt++)
    {
        lab_link_clear(&cell->link);
        err = attempt > 0 ? LAB_OK : err;
        err = err == LAB_OK ? lab_link_start(cell->loop, &cell->link, &spec, cell->paths, cell->topology,
                                             cell->log_dir, &why)
                            : err;
        err = err == LAB_OK ? lab_link_verify(&cell->link, &why) : err;
    }
    return stop_on(cell, err, &why);
}

static enum lab_go step_link_end(struct lab_cell *cell)
{
    struct lab_why why;
    char text[200];
    if (!cell->link.started)
    {
        return LAB_GO_ON;
    }
    enum lab_err err = lab_link_stop(&cell->link, &cell->link_report, &why);
    if (err == LAB_OK && lab_link_tainted(cell->link_report, text, sizeof text))
    {
        lab_cell_note(cell, LAB_TAINTED, true, "%s", text);
    }
    return stop_on(cell, err, &why);
}

static enum lab_go step_traffic(struct lab_cell *cell)
{
    const struct lab_point *point = point_of(cell);
    struct lab_tcp_memory memory;
    struct lab_limits limits;
    json_t *total = json_object();
    enum lab_go go = LAB_GO_ON;
    lab_tcp_memory_read(&memory);
    lab_limits_foresee(point, &memory, &limits);
    lab_cell_measure(cell, "limits", lab_limits_json(&limits), NULL);
    json_decref(cell->negotiated);
    cell->negotiated = lab_evidence_negotiated(cell);
    for (size_t i = 0; go == LAB_GO_ON && i < point->traffic_count && !cell->record_failed; i++)
    {
        go = lab_traffic_measure(cell, &point->traffic[i], total);
    }
    if (json_object_size(total) > 0 && !cell->record_failed)
    {
        lab_cell_measure(cell, "total", total, NULL);
    }
    else
    {
        json_decref(total);
    }
    return go;
}

static void judge_one(struct lab_cell *cell, const struct lab_expectation *expect,
                      const struct lab_scope *scope)
{
    struct lab_operand when = {.number = 1.0};
    struct lab_operand that;
    struct lab_why why;
    char name[120];
    enum lab_err err = expect->when != NULL ? lab_expr_eval(expect->when, scope, &when, &why) : LAB_OK;
    if (err == LAB_OK && when.number == 0.0)
    {
        return;
    }
    err = err == LAB_OK ? lab_expr_eval(expect->that, scope, &that, &why) : err;
    snprintf(name, sizeof name, "expect: %.100s", expect->that);
    if (err != LAB_OK)
    {
        lab_cell_check(cell, name, LAB_ERROR, false, "%s", why.text);
    }
    else if (isnan(when.number) || isnan(that.number))
    {
        lab_cell_check(cell, name, LAB_INCONCLUSIVE, true, "'%s' was not measured", expect->that);
    }
    else
    {
        bool met = that.number != 0.0;
        lab_cell_check(cell, name, met ? LAB_PASS : LAB_FAIL, true, "%s'%s'%s%s",
                       met ? "" : "not as expected: ", expect->that, expect->because != NULL ? ": " : "",
                       expect->because != NULL ? expect->because : "");
    }
}

static json_t *values_of(const struct lab_point *point)
{
    json_t *values = json_object();
    json_object_set_new(values, "subject", json_string(point->subject));
    for (unsigned i = 0; i < point->experiment->axes_count; i++)
    {
        const struct lab_operand *value = &point->values[i];
        bool whole = !value->is_text && value->number == floor(value->number);
        json_object_set_new(values, point->experiment->axes[i].key,
                            value->is_text ? json_string(value->text)
                            : whole        ? json_integer((json_int_t)value->number)
                                           : json_real(value->number));
    }
    return values;
}

json_t *lab_point_cell(const struct lab_point *point)
{
    return json_pack("{s:i, s:o}", "repeat", (int)point->repeat, "values", values_of(point));
}

static enum lab_go step_expect(struct lab_cell *cell)
{
    const struct lab_point *point = point_of(cell);
    json_t *values = values_of(point);
    const struct lab_finding_scope from = {
        .values = values, .measured = cell->measured, .repeat = point->repeat};
    const struct lab_scope scope = {lab_finding_find, &from};
    for (unsigned i = 0; !point->searching && i < point->experiment->expect_count; i++)
    {
        judge_one(cell, &point->experiment->expect[i], &scope);
    }
    json_decref(values);
    return LAB_GO_ON;
}

/* How programs end is the business of the suites; here they only make room. */
static enum lab_go step_stop(struct lab_cell *cell)
{
    struct lab_proc *const procs[] = {&cell->client, &cell->server};
    for (size_t i = 0; i < 2; i++)
    {
        if (procs[i]->running)
        {
            lab_proc_signal(procs[i], SIGTERM);
        }
    }
    for (size_t i = 0; i < 2; i++)
    {
        (void)!lab_proc_wait(procs[i], STOP_TIMEOUT_MS);
        lab_proc_clear(procs[i]);
    }
    /* What the profile did counts once there was traffic for it. */
    for (size_t i = 0; i < 2 && json_object_get(cell->measured, "total") != NULL && !cell->record_failed; i++)
    {
        lab_profile_told(cell, i == 0 ? "client" : "server");
    }
    return LAB_GO_ON;
}

static double traffic_seconds(const struct lab_point *point)
{
    double sum = 0.0;
    for (size_t i = 0; i < point->traffic_count; i++)
    {
        const struct lab_traffic_plan *plan = &point->traffic[i];
        static const double extra[LAB_TRAFFIC_KINDS] = {
            [LAB_TRAFFIC_TCP] = TRANSFER_EXTRA_S,
            [LAB_TRAFFIC_UDP] = TRANSFER_EXTRA_S - 1.0,
            [LAB_TRAFFIC_SEQUENCE] = OWN_EXTRA_S,
        };
        sum += plan->def->kind == LAB_TRAFFIC_REQUESTS ? REQUESTS_S : plan->seconds + extra[plan->def->kind];
    }
    return sum;
}

size_t lab_point_steps(const struct lab_point *point, struct lab_step steps[static LAB_POINT_STEPS])
{
    bool tunnel = point->client[0] != '\0';
    bool impaired = has_link(point);
    /* Handshakes take their round trips. */
    double rtt_s = lab_link_quantity(point->up, "delay", 0.0) + lab_link_quantity(point->down, "delay", 0.0);
    size_t count = 0;
    steps[count++] = (struct lab_step){"link", impaired ? LINK_S + 4.0 * rtt_s : 0.05, 0, step_link};
    if (tunnel)
    {
        steps[count++] = (struct lab_step){"server start", START_S, 0, lab_step_server};
        steps[count++] = (struct lab_step){"connect", CONNECT_S + 6.0 * rtt_s, 0, lab_step_connect};
    }
    steps[count++] = (struct lab_step){"traffic", traffic_seconds(point), 0, step_traffic};
    if (tunnel)
    {
        steps[count++] = (struct lab_step){"stop", STOP_S, LAB_STEP_ALWAYS, step_stop};
    }
    /* What a profile did is told once its program has ended. */
    steps[count++] = (struct lab_step){"judging", 0.0, 0, step_expect};
    steps[count++] = (struct lab_step){"end of link", impaired ? 0.2 : 0.0, LAB_STEP_ALWAYS, step_link_end};
    return count;
}
