#include "lib/run.h"

#include "lib/clock.h"
#include "lib/experiment_plan.h"
#include "lib/experiment_point.h"
#include "lib/health.h"
#include "lib/lines.h"
#include "lib/ns.h"
#include "lib/remote.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LEFTOVER_WAIT_MS 1000

static enum lab_err cell_open(struct lab_run *run, size_t index, struct lab_cell *cell, struct lab_why *why)
{
    const struct lab_case *item = &run->cases[index];
    *cell = (struct lab_cell){
        .loop = &run->loop,
        .record = &run->record,
        .paths = &run->paths,
        .topology = &run->topology,
        .item = item,
        .bulk_seconds = run->options.bulk_seconds,
        .patience_percent = run->options.patience_percent,
    };
    snprintf(cell->slug, sizeof cell->slug, "%02zu-%s", index + 1, item->id);
    lab_file_slug(cell->slug);
    snprintf(cell->target4, sizeof cell->target4, "%s", run->topology.server_addr4);
    snprintf(cell->target6, sizeof cell->target6, "%s", run->topology.server_addr6);
    snprintf(cell->source4, sizeof cell->source4, "%s", run->topology.client_addr4);
    if (item->point != NULL)
    {
        cell->measured = json_object();
        cell->link_seed = run->options.seed; /* the same losses for every program */
    }
    enum lab_err err = lab_path_set(cell->log_dir, why, "%s/logs/%s", run->place.dir, cell->slug);
    if (err == LAB_OK)
    {
        err = lab_path_set(cell->pcap, why, "%s/captures/%s.pcap", run->place.dir, cell->slug);
    }
    return err == LAB_OK ? lab_dir_make(cell->log_dir, why) : err;
}

static bool lacks(struct lab_cell *cell, const char *role, struct lab_subject *subject, const char *feature)
{
    bool supported;
    char said[256];
    struct lab_why why;
    enum lab_err err =
        lab_subject_supports(cell->loop, subject, feature, &supported, said, sizeof said, &why);
    if (err != LAB_OK)
    {
        lab_cell_note(cell, err == LAB_ERR_INTERRUPTED ? LAB_INCONCLUSIVE : LAB_ERROR, false, "%s", why.text);
        return true;
    }
    if (!supported)
    {
        lab_cell_note(cell, LAB_UNSUPPORTED, false, "%s %s lacks %s: %s", role, subject->name, feature, said);
    }
    return !supported;
}

static bool subject_lacks(struct lab_cell *cell, const char *role, struct lab_subject *subject)
{
    if (!subject->available)
    {
        lab_cell_note(cell, LAB_UNSUPPORTED, false, "%s %s is not here: %s", role, subject->name,
                      subject->version);
        return true;
    }
    struct lab_why why;
    if (lab_subject_ask_all(cell->loop, subject, cell->item->def->scenario->features, &why) != LAB_OK)
    {
        lab_cell_note(cell, LAB_ERROR, false, "%s", why.text);
        return true;
    }
    if (lacks(cell, role, subject, role))
    {
        return true;
    }
    for (const char *const *feature = cell->item->def->scenario->features; *feature != NULL; feature++)
    {
        if (lacks(cell, role, subject, *feature))
        {
            return true;
        }
    }
    return false;
}

static bool is_impossible(struct lab_cell *cell)
{
    const struct lab_scenario *scenario = cell->item->def->scenario;
    bool impossible = scenario != NULL && scenario->impossible != NULL;
    if (impossible)
    {
        lab_cell_note(cell, LAB_UNSUPPORTED, false, "%s", scenario->impossible);
    }
    return impossible;
}

static bool is_missing(struct lab_cell *cell)
{
    const struct lab_case *item = cell->item;
    return item->client != NULL &&
           (subject_lacks(cell, "client", item->client) || subject_lacks(cell, "server", item->server));
}

static void run_steps(struct lab_run *run, struct lab_cell *cell)
{
    const struct lab_case_def *def = cell->item->def;
    bool going = true;
    for (size_t i = 0; i < def->step_count; i++)
    {
        const struct lab_step *step = &def->steps[i];
        bool left_out = (step->flags & LAB_STEP_CONFORMANCE) != 0 && !run->options.conformance;
        if (left_out || (!going && (step->flags & LAB_STEP_ALWAYS) == 0))
        {
            continue;
        }
        lab_progress_step(run, step->name);
        if (step->run(cell) == LAB_GO_STOP)
        {
            going = false;
        }
        if (run->loop.stop_signal != 0 || cell->record_failed)
        {
            return;
        }
    }
}

static int count_others(void)
{
    int count = 0;
    DIR *proc = opendir("/proc");
    for (struct dirent *entry; proc != NULL && (entry = readdir(proc)) != NULL;)
    {
        long pid = strtol(entry->d_name, NULL, 10);
        count += pid > 1 && pid != getpid();
    }
    if (proc != NULL)
    {
        closedir(proc);
    }
    return count;
}

static bool nobody_left(void *arg)
{
    (void)arg;
    return count_others() == 0;
}

static void end_known(struct lab_cell *cell)
{
    lab_proc_clear(&cell->traffic);
    lab_proc_clear(&cell->event);
    lab_proc_clear(&cell->manager);
    lab_proc_clear(&cell->client);
    lab_proc_clear(&cell->server);
    lab_proc_clear(&cell->helper);
    lab_capture_clear(&cell->capture);
    lab_link_clear(&cell->link);
}

/* All processes that the harness knows have been ended: whoever is left now was
 * started by a subject and deserted. */
static void sweep(struct lab_cell *cell)
{
    if (!lab_ns_is_private())
    {
        return;
    }
    if (lab_loop_until(cell->loop, nobody_left, NULL, 10, LEFTOVER_WAIT_MS) != LAB_OK)
    {
        int count = count_others();
        lab_ns_kill_all();
        if (count > 0 && cell->loop->stop_signal == 0)
        {
            lab_cell_check(cell, "no_process_left", LAB_FAIL, false, "left %d process%s running", count,
                           count == 1 ? "" : "es");
        }
        (void)!lab_loop_until(cell->loop, nobody_left, NULL, 10, LEFTOVER_WAIT_MS);
    }
}

/* Figures of a disturbed time are no result, nor is a missed deadline when the host
 * was very busy. Every other failure stays one. */
static void judge_health(struct lab_cell *cell, const struct lab_health *health, bool figures, char *taint,
                         size_t size)
{
    if (!lab_health_tainted(health, taint, size))
    {
        return;
    }
    bool doubtful = (figures && (cell->verdict == LAB_PASS || cell->verdict == LAB_INCONCLUSIVE)) ||
                    (cell->verdict == LAB_FAIL && cell->host_may_cause && lab_health_excuses(health));
    if (doubtful)
    {
        char seen[sizeof cell->reason];
        snprintf(seen, sizeof seen, "%s", cell->reason);
        snprintf(cell->reason, sizeof cell->reason, "%.150s%s%.300s", taint,
                 seen[0] != '\0' ? "; meanwhile: " : "", seen);
        cell->verdict = LAB_TAINTED;
    }
}

static enum lab_err write_case(struct lab_run *run, struct lab_cell *cell, size_t index, uint64_t started_us,
                               const struct lab_health *health, const char *taint, struct lab_why *why)
{
    const struct lab_case *item = cell->item;
    char logs[256];
    char pcap[256];
    snprintf(logs, sizeof logs, "logs/%s", cell->slug);
    snprintf(pcap, sizeof pcap, "captures/%s.pcap", cell->slug);
    const struct lab_line_case line = {
        .id = item->id,
        .number = index + 1,
        .client = item->client != NULL ? item->client->name : NULL,
        .server = item->server != NULL ? item->server->name : NULL,
        .verdict = cell->verdict,
        .reason = cell->reason,
        .taint = taint,
        .seconds = (double)(lab_now_us() - started_us) / 1e6,
        .health = health,
        .logs = logs,
        .capture = cell->captured ? pcap : NULL,
        .cell = item->point != NULL ? lab_point_cell(item->point) : NULL,
        .negotiated = json_incref(cell->negotiated),
        .link = json_incref(cell->link_report),
    };
    return lab_line_case(&run->record, &line, why);
}

static void cell_close(struct lab_cell *cell)
{
    json_decref(cell->measured);
    json_decref(cell->negotiated);
    json_decref(cell->link_report);
}

static void with_network(struct lab_run *run, struct lab_cell *cell)
{
    char log[LAB_PATH_MAX];
    struct lab_why why;
    bool remote = lab_remote_any(cell->topology);
    lab_cell_log(cell, "network.txt", log);
    enum lab_err err = lab_topology_call(&run->loop, run->paths.topology, "up", log, &why);
    if (err == LAB_OK && (!remote || !is_missing(cell)))
    {
        run_steps(run, cell);
    }
    else if (err != LAB_OK && err != LAB_ERR_INTERRUPTED)
    {
        lab_cell_note(cell, LAB_ERROR, false, "%s", why.text);
    }
    end_known(cell);
    /* The connections to other machines are processes too: they end before anybody is looked for. */
    if (!remote)
    {
        sweep(cell);
    }
    /* When interrupted, the namespaces end with the run anyway. */
    if (run->loop.stop_signal == 0 &&
        lab_topology_call(&run->loop, run->paths.topology, "down", log, &why) != LAB_OK)
    {
        lab_cell_note(cell, LAB_ERROR, false, "%s", why.text);
    }
    if (remote)
    {
        sweep(cell);
    }
}

enum lab_err lab_run_case(struct lab_run *run, size_t index, enum lab_verdict *verdict, struct lab_why *why)
{
    struct lab_cell cell;
    struct lab_snapshot before;
    struct lab_snapshot after;
    struct lab_health health;
    char taint[200] = "";
    uint64_t started_us = lab_now_us();
    lab_progress_case(run, index);
    enum lab_err err = cell_open(run, index, &cell, why);
    if (err != LAB_OK)
    {
        return err;
    }
    lab_health_snapshot(&before);
    /* Of programs elsewhere it is asked once there is a way to them. */
    bool missing = is_impossible(&cell) || (!lab_remote_any(&run->topology) && is_missing(&cell));
    if (!missing)
    {
        with_network(run, &cell);
    }
    if (run->loop.stop_signal != 0)
    {
        cell_close(&cell);
        return lab_why_set(why, LAB_ERR_INTERRUPTED, "interrupted by %s", lab_loop_stop_name(&run->loop));
    }
    if (cell.record_failed)
    {
        cell_close(&cell);
        return lab_why_set(why, LAB_ERR_SYSTEM, "%s", cell.reason);
    }
    lab_health_snapshot(&after);
    lab_health_between(&before, &after, &health);
    health.capture_dropped = cell.capture.dropped;
    judge_health(&cell, &health, !run->options.no_figures, taint, sizeof taint);
    *verdict = cell.verdict;
    err = write_case(run, &cell, index, started_us, &health, taint, why);
    cell_close(&cell);
    lab_progress_done(run);
    return err;
}
