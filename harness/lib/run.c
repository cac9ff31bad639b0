#include "lib/run.h"

#include "lib/envinfo.h"
#include "lib/experiment_plan.h"
#include "lib/experiment_search.h"
#include "lib/export.h"
#include "lib/lines.h"
#include "lib/pki.h"
#include "report/page.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool needs_subjects(const struct lab_run *run)
{
    for (size_t i = 0; i < run->case_count; i++)
    {
        if (run->cases[i].def->matrix != LAB_MATRIX_NONE)
        {
            return true;
        }
    }
    return run->plan != NULL && run->plan->bisect != NULL;
}

/* Elsewhere only those that will run are asked: it takes time. */
static enum lab_err ask_versions(struct lab_run *run, struct lab_why *why)
{
    enum lab_err err = LAB_OK;
    bool all = !lab_run_has_places(run);
    for (size_t i = 0; err == LAB_OK && all && i < run->subject_count; i++)
    {
        err = lab_subject_probe(&run->loop, &run->subjects[i], why);
    }
    for (size_t i = 0; err == LAB_OK && !all && i < run->case_count; i++)
    {
        struct lab_case *item = &run->cases[i];
        err = item->client != NULL ? lab_subject_probe(&run->loop, item->client, why) : LAB_OK;
        err = err == LAB_OK && item->server != NULL ? lab_subject_probe(&run->loop, item->server, why) : err;
    }
    return err;
}

/* Of a program at both ends the record has both versions. */
static void add_servers(const struct lab_run *run)
{
    json_t *programs = json_object_get(run->env, "subjects");
    for (size_t i = 0; lab_run_has_places(run) && i < run->subject_count; i++)
    {
        char name[160];
        const struct lab_subject *at = &run->at_server[i];
        if (!at->probed)
        {
            continue;
        }
        snprintf(name, sizeof name, "%s at the server's end, %.64s", at->name,
                 at->place != NULL ? at->place : "here");
        json_object_set_new(programs, name,
                            json_pack("{s:b, s:s}", "available", (int)at->available, "version", at->version));
    }
}

/* Builds the network once, so that its facts and flags are known before anything
 * is measured and a machine that cannot do it says so at once. */
static enum lab_err survey(struct lab_run *run, struct lab_why *why)
{
    char log[LAB_PATH_MAX];
    enum lab_err err = lab_path_set(log, why, "%s/logs/network.txt", run->place.dir);
    if (err == LAB_OK)
    {
        err = lab_topology_describe(&run->loop, run->paths.topology, &run->topology, why);
    }
    if (err == LAB_OK)
    {
        err = lab_topology_call(&run->loop, run->paths.topology, "up", log, why);
    }
    if (err != LAB_OK)
    {
        return err;
    }
    err = ask_versions(run, why);
    if (err != LAB_OK)
    {
        return err;
    }
    run->env = lab_env_collect(&run->loop, &run->place, run->subjects, run->subject_count, &run->topology);
    add_servers(run);
    err = lab_topology_call(&run->loop, run->paths.topology, "down", log, why);
    return err == LAB_OK ? lab_env_write(run->env, &run->place, why) : err;
}

static enum lab_err write_start(struct lab_run *run, struct lab_why *why)
{
    json_t *cases = json_array();
    for (size_t i = 0; i < run->case_count && !run->options.open_ended; i++)
    {
        json_array_append_new(cases, json_string(run->cases[i].id));
    }
    const struct lab_line_start start = {
        .place = &run->place,
        .suite = run->options.suite->name,
        .seed = run->options.seed,
        .argc = run->options.argc,
        .argv = run->options.argv,
        .cases = cases,
        .conformance = run->options.conformance,
        .bulk_seconds = run->options.bulk_seconds,
        .experiment = run->plan != NULL ? lab_plan_json(run->plan) : NULL,
        .shard = run->options.shard,
        .plan = run->options.plan,
    };
    return lab_line_start(&run->record, &start, why);
}

static enum lab_err prepare(struct lab_run *run, struct lab_why *why)
{
    enum lab_err err = write_start(run, why);
    err = err == LAB_OK ? lab_place_dir(&run->place, "logs", why) : err;
    err = err == LAB_OK ? lab_place_dir(&run->place, "captures", why) : err;
    if (err == LAB_OK && needs_subjects(run))
    {
        err = lab_pki_make(&run->loop, &run->paths, &run->place, why);
    }
    return err == LAB_OK ? survey(run, why) : err;
}

static enum lab_err run_cases(struct lab_run *run, struct lab_why *why)
{
    enum lab_err err = LAB_OK;
    if (run->plan != NULL && run->plan->bisect != NULL)
    {
        return lab_search_run(run, why);
    }
    for (size_t i = 0; err == LAB_OK && i < run->case_count; i++)
    {
        enum lab_verdict verdict = LAB_PASS;
        err = lab_run_case(run, i, &verdict, why);
        if (err == LAB_OK && verdict == LAB_ERROR && !run->options.keep_going && i + 1 < run->case_count)
        {
            err = lab_why_set(why, LAB_ERR_EXITED,
                              "stopped at the first ERROR of the harness (--keep-going goes on)");
        }
    }
    return err;
}

static void print_report(const struct lab_run *run, struct lab_term *term, const char *dir)
{
    if (run->plan != NULL)
    {
        lab_findings_print(&run->findings, term, dir);
    }
    else
    {
        (run->options.print != NULL ? run->options.print : lab_report_print)(&run->report, term, dir);
    }
}

/* The table, and the exit status that it comes to. */
static int show(struct lab_run *run, struct lab_term *term, const char *shown_dir, bool write)
{
    if (run->conclude == NULL)
    {
        print_report(run, term, shown_dir);
        return (int)lab_verdict_exit(run->report.counts);
    }
    int status = run->conclude(run, run->drive_arg, term, write);
    lab_term_print(term, "record %s\n", shown_dir);
    return status;
}

/* The table as a file, for who finds the record later. */
static void write_summary(struct lab_run *run, const char *shown_dir)
{
    char path[LAB_PATH_MAX + 16];
    snprintf(path, sizeof path, "%s/summary.txt", run->place.dir);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd >= 0)
    {
        struct lab_term file;
        lab_term_init(&file, fd);
        (void)show(run, &file, shown_dir, false);
        close(fd);
    }
}

/* Relative to the working directory where it lies below it: shorter to read. */
static const char *shown_dir(const struct lab_run *run)
{
    char here[LAB_PATH_MAX];
    size_t len;
    if (getcwd(here, sizeof here) != NULL && (len = strlen(here)) > 1 &&
        strncmp(run->place.dir, here, len) == 0 && run->place.dir[len] == '/')
    {
        return run->place.dir + len + 1;
    }
    return run->place.dir;
}

static int finish(struct lab_run *run, enum lab_err err, const struct lab_why *said)
{
    struct lab_why why;
    struct lab_line_end end = {
        .loop = &run->loop, .err = err, .said = said->text, .counts = run->report.counts};
    run->loop.cleaning = true;
    run->step = NULL;
    end.by_counts = lab_verdict_exit(run->report.counts);
    bool started = run->report.run_id[0] != '\0';
    if (started && run->conclude != NULL)
    {
        end.by_counts = (enum lab_exit)show(run, &run->term, shown_dir(run), true);
    }
    if (err != LAB_OK && err != LAB_ERR_INTERRUPTED)
    {
        lab_term_print(&run->term, "\novlab: %s\n", said->text);
    }
    if (started)
    {
        enum lab_err env_err = run->env != NULL ? lab_env_finish(run->env, &run->place, &why) : LAB_OK;
        enum lab_err end_err = lab_line_end(&run->record, &end, &why);
        if (end_err != LAB_OK || env_err != LAB_OK)
        {
            lab_term_print(&run->term, "\novlab: %s\n", why.text);
            end.err = LAB_ERR_SYSTEM;
        }
        if (run->conclude == NULL)
        {
            (void)show(run, &run->term, shown_dir(run), false);
        }
        write_summary(run, shown_dir(run));
        if (lab_export_all(run->place.dir, &why) != LAB_OK)
        {
            lab_term_print(&run->term, "\novlab: %s\n", why.text);
            end.err = LAB_ERR_SYSTEM;
        }
        lab_page_after(run->place.dir, shown_dir(run), &run->term);
    }
    lab_record_close(&run->record);
    json_decref(run->env);
    lab_findings_clear(&run->findings);
    lab_loop_clear(&run->loop);
    return lab_end_status(&end);
}

static void take_line(void *arg, const json_t *line)
{
    struct lab_run *run = arg;
    lab_report_add(&run->report, line);
    lab_findings_add(&run->findings, line);
}

static void print_opening(struct lab_run *run)
{
    double planned = 0.0;
    for (size_t i = 0; i < run->case_count; i++)
    {
        const struct lab_scenario *scenario = run->cases[i].def->scenario;
        bool runs = scenario == NULL || scenario->impossible == NULL;
        planned += runs ? lab_case_seconds(run->cases[i].def, run->options.bulk_seconds) : 0.0;
    }
    planned /= (double)(run->options.jobs > 1 ? run->options.jobs : 1);
    lab_term_print(&run->term, "ovlab %s: %zu %s%s, about %u:%02u minutes, seed %" PRIu64 ", commit %s\n",
                   run->options.suite->name, run->case_count, run->plan != NULL ? "point" : "case",
                   run->case_count == 1 ? "" : "s", (unsigned)planned / 60, (unsigned)planned % 60,
                   run->options.seed, run->place.commit);
    if (run->plan != NULL)
    {
        lab_plan_print_limits(run, &run->term);
    }
    lab_term_live(&run->term, "preparing: keys, versions, a first network");
}

int lab_run_inside(void *arg)
{
    struct lab_run *run = arg;
    struct lab_why why = {""};
    lab_term_init(&run->term, STDOUT_FILENO);
    enum lab_err err = lab_loop_init(&run->loop, STDOUT_FILENO, &why);
    if (err != LAB_OK)
    {
        fprintf(stderr, "ovlab: %s\n", why.text);
        return LAB_EXIT_ERROR;
    }
    run->loop.on_tick = lab_progress_tick;
    run->loop.tick_arg = run;
    run->record.fd = -1;
    print_opening(run);
    err = lab_record_open(&run->record, run->place.dir, &why);
    run->record.on_line = take_line;
    run->record.on_line_arg = run;
    if (err == LAB_OK)
    {
        err = prepare(run, &why);
    }
    if (err == LAB_OK)
    {
        err = run->drive != NULL      ? run->drive(run, run->drive_arg, &why)
              : run->options.jobs > 1 ? lab_run_parallel(run, &why)
                                      : run_cases(run, &why);
    }
    return finish(run, err, &why);
}
