#include "lib/run.h"

#include "lib/clock.h"
#include "lib/envinfo.h"
#include "lib/ns.h"
#include "lib/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define PKI_TIMEOUT_MS 60000

static bool needs_subjects(const struct lab_run *run)
{
    for (size_t i = 0; i < run->case_count; i++)
    {
        if (run->cases[i].def->matrix != LAB_MATRIX_NONE)
        {
            return true;
        }
    }
    return false;
}

static enum lab_err make_pki(struct lab_run *run, struct lab_why *why)
{
    char log[LAB_PATH_MAX];
    enum lab_err err = lab_path_set(log, why, "%s/logs/pki.txt", run->dir);
    if (err != LAB_OK)
    {
        return err;
    }
    const char *argv[] = {run->paths.make_pki, run->paths.pki, NULL};
    const struct lab_proc_spec spec = {.argv = argv, .out_path = log};
    int status;
    err = lab_proc_run(&run->loop, &spec, PKI_TIMEOUT_MS, &status, why);
    if (err == LAB_OK && status != 0)
    {
        char line[240];
        lab_file_last_line(log, line, sizeof line);
        err = lab_why_set(why, LAB_ERR_EXITED, "%s: exit status %d: %s", run->paths.make_pki, status, line);
    }
    return err;
}

static enum lab_err write_env(struct lab_run *run, struct lab_why *why)
{
    char path[LAB_PATH_MAX];
    enum lab_err err = lab_path_set(path, why, "%s/env.json", run->dir);
    char *text = err == LAB_OK ? json_dumps(run->env, JSON_INDENT(2)) : NULL;
    if (text != NULL)
    {
        err = lab_file_replace(path, text, why);
    }
    free(text);
    return err;
}

/* Builds the network once, so that its facts and flags are known before anything
 * is measured and a machine that cannot do it says so at once. */
static enum lab_err survey(struct lab_run *run, struct lab_why *why)
{
    char log[LAB_PATH_MAX];
    enum lab_err err = lab_path_set(log, why, "%s/logs/network.txt", run->dir);
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
    run->env = lab_env_collect(&run->loop, run->subjects, run->subject_count);
    json_object_set_new(run->env, "schema", json_integer(LAB_SCHEMA_VERSION));
    json_object_set_new(run->env, "run_id", json_string(run->run_id));
    json_object_set_new(run->env, "commit", json_string(run->commit));
    json_object_set_new(run->env, "interfaces", lab_env_interfaces(&run->loop, &run->topology));
    json_object_set_new(run->env, "before", lab_env_load());
    err = lab_topology_call(&run->loop, run->paths.topology, "down", log, why);
    return err == LAB_OK ? write_env(run, why) : err;
}

static enum lab_err write_start(struct lab_run *run, struct lab_why *why)
{
    char seed[24];
    char now[32];
    struct utsname names;
    uname(&names);
    snprintf(seed, sizeof seed, "%" PRIu64, run->options.seed);
    lab_utc_extended(now, sizeof now);
    json_t *argv = json_array();
    for (int i = 0; i < run->options.argc; i++)
    {
        json_array_append_new(argv, json_string(run->options.argv[i]));
    }
    json_t *cases = json_array();
    for (size_t i = 0; i < run->case_count; i++)
    {
        json_array_append_new(cases, json_string(run->cases[i].id));
    }
    json_t *line =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:b, s:i}", "kind", "start", "run_id",
                  run->run_id, "suite", run->options.suite->name, "started", now, "host", names.nodename,
                  "commit", run->commit, "seed", seed, "argv", argv, "cases", cases, "conformance",
                  (int)run->options.conformance, "bulk_seconds", (int)run->options.bulk_seconds);
    return lab_record_write(&run->record, line, why);
}

static enum lab_err prepare(struct lab_run *run, struct lab_why *why)
{
    char path[LAB_PATH_MAX];
    enum lab_err err = write_start(run, why);
    if (err == LAB_OK)
    {
        err = lab_path_set(path, why, "%s/logs", run->dir);
    }
    if (err == LAB_OK)
    {
        err = lab_dir_make(path, why);
    }
    if (err == LAB_OK)
    {
        err = lab_path_set(path, why, "%s/captures", run->dir);
    }
    if (err == LAB_OK)
    {
        err = lab_dir_make(path, why);
    }
    if (err == LAB_OK && needs_subjects(run))
    {
        err = make_pki(run, why);
    }
    for (size_t i = 0; err == LAB_OK && i < run->subject_count; i++)
    {
        err = lab_subject_probe(&run->loop, &run->subjects[i], why);
    }
    if (err == LAB_OK)
    {
        err = survey(run, why);
    }
    return err;
}

static enum lab_err run_cases(struct lab_run *run, struct lab_why *why)
{
    enum lab_err err = LAB_OK;
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

static int exit_status_of(const struct lab_run *run, enum lab_err err)
{
    if (run->loop.stop_signal != 0)
    {
        return 128 + run->loop.stop_signal;
    }
    return err != LAB_OK ? LAB_EXIT_ERROR : (int)lab_verdict_exit(run->report.counts);
}

static enum lab_err write_end(struct lab_run *run, enum lab_err err, const char *said, struct lab_why *why)
{
    const char *reason = run->loop.stop_signal != 0 ? lab_loop_stop_name(&run->loop)
                         : err != LAB_OK            ? said
                                                    : "complete";
    json_t *verdicts = json_object();
    for (size_t i = 0; i < LAB_VERDICT_COUNT; i++)
    {
        json_object_set_new(verdicts, lab_verdict_name((enum lab_verdict)i),
                            json_integer((json_int_t)run->report.counts[i]));
    }
    double seconds = (double)(lab_now_us() - run->record.started_us) / 1e6;
    enum lab_err env_err = LAB_OK;
    if (run->env != NULL)
    {
        json_object_set_new(run->env, "after", lab_env_load());
        env_err = write_env(run, why);
    }
    enum lab_err end_err =
        lab_record_write(&run->record,
                         json_pack("{s:s, s:s, s:f, s:o, s:i}", "kind", "end", "reason", reason, "seconds",
                                   seconds, "verdicts", verdicts, "exit_status", exit_status_of(run, err)),
                         why);
    return end_err != LAB_OK ? end_err : env_err;
}

/* The table as a file, for who finds the record later. */
static void write_summary(struct lab_run *run, const char *shown_dir)
{
    char path[LAB_PATH_MAX + 16];
    snprintf(path, sizeof path, "%s/summary.txt", run->dir);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd >= 0)
    {
        struct lab_term file;
        lab_term_init(&file, fd);
        lab_report_print(&run->report, &file, shown_dir);
        close(fd);
    }
}

/* Relative to the working directory where it lies below it: shorter to read. */
static const char *shown_dir(const struct lab_run *run)
{
    char here[LAB_PATH_MAX];
    size_t len;
    if (getcwd(here, sizeof here) != NULL && (len = strlen(here)) > 1 && strncmp(run->dir, here, len) == 0 &&
        run->dir[len] == '/')
    {
        return run->dir + len + 1;
    }
    return run->dir;
}

static int finish(struct lab_run *run, enum lab_err err, struct lab_why *said)
{
    struct lab_why why;
    run->loop.cleaning = true;
    run->step = NULL;
    bool begun = run->report.run_id[0] != '\0';
    if (err != LAB_OK && err != LAB_ERR_INTERRUPTED)
    {
        lab_term_print(&run->term, "\novlab: %s\n", said->text);
    }
    if (begun)
    {
        enum lab_err end_err = write_end(run, err, said->text, &why);
        if (end_err != LAB_OK)
        {
            lab_term_print(&run->term, "\novlab: %s\n", why.text);
            err = end_err;
        }
        lab_report_print(&run->report, &run->term, shown_dir(run));
        write_summary(run, shown_dir(run));
    }
    int status = exit_status_of(run, err);
    lab_record_close(&run->record);
    json_decref(run->env);
    lab_loop_clear(&run->loop);
    return status;
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
    double planned = 0.0;
    for (size_t i = 0; i < run->case_count; i++)
    {
        planned += lab_case_seconds(run->cases[i].def, run->options.bulk_seconds);
    }
    lab_term_print(&run->term, "ovlab %s: %zu case%s, about %.0f s, seed %" PRIu64 ", commit %s\n",
                   run->options.suite->name, run->case_count, run->case_count == 1 ? "" : "s", planned,
                   run->options.seed, run->commit);
    lab_term_live(&run->term, "preparing: keys, versions, a first network");
    err = lab_record_open(&run->record, run->dir, &why);
    run->record.on_line = lab_report_add;
    run->record.on_line_arg = &run->report;
    if (err == LAB_OK)
    {
        err = prepare(run, &why);
    }
    if (err == LAB_OK)
    {
        err = run_cases(run, &why);
    }
    return finish(run, err, &why);
}
