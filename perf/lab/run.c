#include "perf/lab/run.h"

#include "lib/clock.h"
#include "lib/envinfo.h"
#include "lib/verdict.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define PKI_TIMEOUT_MS 60000

static enum lab_err make_pki(struct perf_run *run, struct lab_why *why)
{
    char log[LAB_PATH_MAX];
    const char *argv[] = {run->paths.make_pki, run->paths.pki, NULL};
    int status;
    enum lab_err err = lab_path_set(log, why, "%s/logs/pki.txt", run->dir);
    if (err != LAB_OK)
    {
        return err;
    }
    const struct lab_proc_spec spec = {.argv = argv, .out_path = log};
    err = lab_proc_run(&run->loop, &spec, PKI_TIMEOUT_MS, &status, why);
    return err == LAB_OK && status != 0 ? lab_why_set(why, LAB_ERR_EXITED, "%s: exit status %d, see %s",
                                                      run->paths.make_pki, status, log)
                                        : err;
}

static enum lab_err write_env(struct perf_run *run, struct lab_why *why)
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

static enum lab_err collect_env(struct perf_run *run, struct lab_why *why)
{
    run->env = lab_env_collect(&run->loop, run->subjects, run->subject_count);
    json_object_set_new(run->env, "schema", json_integer(LAB_SCHEMA_VERSION));
    json_object_set_new(run->env, "run_id", json_string(run->run_id));
    json_object_set_new(run->env, "commit", json_string(run->commit));
    json_object_set_new(run->env, "interfaces", lab_env_interfaces(&run->loop, &run->topology));
    json_object_set_new(run->env, "before", lab_env_load());
    return write_env(run, why);
}

static enum lab_err write_start(struct perf_run *run, struct lab_why *why)
{
    char seed[24];
    char now[32];
    struct utsname names;
    uname(&names);
    snprintf(seed, sizeof seed, "%" PRIu64, run->seed);
    lab_utc_extended(now, sizeof now);
    json_t *argv = json_array();
    for (int i = 0; i < run->argc; i++)
    {
        json_array_append_new(argv, json_string(run->argv[i]));
    }
    json_t *cases = json_array();
    for (size_t i = 0; i < perf_arm_count; i++)
    {
        if (run->samples.planned[i])
        {
            json_array_append_new(cases, json_string(perf_arms[i].id));
        }
    }
    return lab_record_write(
        &run->record,
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:b, s:i}", "kind", "start", "run_id",
                  run->run_id, "suite", run->pace == &perf_pace_quick ? "perf-quick" : "perf", "started", now,
                  "host", names.nodename, "commit", run->commit, "seed", seed, "argv", argv, "cases", cases,
                  "conformance", 0, "bulk_seconds", (int)run->pace->tcp_s),
        why);
}

static bool is_listed(const char *list, const char *id)
{
    size_t len = strlen(id);
    for (const char *at = list; at != NULL; at = strchr(at, ','))
    {
        at += *at == ',';
        if (strncmp(at, id, len) == 0 && (at[len] == ',' || at[len] == '\0'))
        {
            return true;
        }
    }
    return false;
}

static enum lab_err check_list(const char *list, struct lab_why *why)
{
    char copy[1024];
    snprintf(copy, sizeof copy, "%s", list);
    for (char *save = NULL, *id = strtok_r(copy, ",", &save); id != NULL; id = strtok_r(NULL, ",", &save))
    {
        if (perf_arm_find(id) == perf_arm_count)
        {
            return lab_why_set(why, LAB_ERR_USAGE, "no arm '%s' (ovperf list shows them)", id);
        }
    }
    return LAB_OK;
}

/* Which arms take part, and which of them can. */
static enum lab_err choose_arms(struct perf_run *run, struct lab_why *why)
{
    enum lab_err err = run->only != NULL ? check_list(run->only, why) : LAB_OK;
    for (size_t i = 0; err == LAB_OK && i < perf_arm_count; i++)
    {
        struct lab_why said = {""};
        run->samples.planned[i] = run->only != NULL ? is_listed(run->only, perf_arms[i].id)
                                                    : run->pace != &perf_pace_quick || perf_arms[i].quick;
        if (!run->samples.planned[i])
        {
            continue;
        }
        enum lab_err there = perf_arm_supported(&run->house, &perf_arms[i], &said);
        if (there == LAB_ERR_ABSENT)
        {
            snprintf(run->samples.unsupported[i], sizeof run->samples.unsupported[i], "%.300s", said.text);
        }
        else if (there != LAB_OK)
        {
            *why = said;
            err = there;
        }
    }
    return err;
}

static enum lab_err prepare(struct perf_run *run, struct lab_why *why)
{
    char path[LAB_PATH_MAX];
    enum lab_err err = lab_path_set(path, why, "%s/logs", run->dir);
    err = err == LAB_OK ? lab_dir_make(path, why) : err;
    err = err == LAB_OK ? make_pki(run, why) : err;
    err = err == LAB_OK ? lab_topology_describe(&run->loop, run->paths.topology, &run->topology, why) : err;
    err = err == LAB_OK ? lab_path_set(path, why, "%s/logs/network.txt", run->dir) : err;
    err = err == LAB_OK ? lab_topology_call(&run->loop, run->paths.topology, "up", path, why) : err;
    run->house = (struct perf_house){.loop = &run->loop,
                                     .paths = &run->paths,
                                     .topology = &run->topology,
                                     .subjects = run->subjects,
                                     .subject_count = run->subject_count,
                                     .pace = run->pace};
    err = err == LAB_OK ? choose_arms(run, why) : err;
    err = err == LAB_OK ? write_start(run, why) : err;
    return err == LAB_OK ? collect_env(run, why) : err;
}

/* As many rounds as fit: a round is begun only if one as long as the longest so far would end in time. */
static enum lab_err run_rounds(struct perf_run *run, struct lab_why *why)
{
    uint64_t longest_ms = 0;
    size_t rounds = run->rounds > 0 ? run->rounds : run->pace->rounds;
    enum lab_err err = LAB_OK;
    for (size_t round = 0; err == LAB_OK && round < rounds && round < PERF_ROUND_MAX; round++)
    {
        uint64_t began_ms = lab_now_ms();
        if (round > 0 && began_ms - run->started_ms + longest_ms > run->pace->budget_s * UINT64_C(1000))
        {
            break;
        }
        err = perf_round(run, round, why);
        uint64_t took_ms = lab_now_ms() - began_ms;
        longest_ms = took_ms > longest_ms ? took_ms : longest_ms;
    }
    return err;
}

static int exit_status_of(const struct perf_run *run, enum lab_err err)
{
    if (run->loop.stop_signal != 0)
    {
        return 128 + run->loop.stop_signal;
    }
    if (err != LAB_OK)
    {
        return LAB_EXIT_ERROR;
    }
    return run->gate ? (int)lab_verdict_exit(run->verdicts) : LAB_EXIT_OK;
}

static enum lab_err write_end(struct perf_run *run, enum lab_err err, const char *said, struct lab_why *why)
{
    const char *reason = run->loop.stop_signal != 0 ? lab_loop_stop_name(&run->loop)
                         : err != LAB_OK            ? said
                                                    : "complete";
    json_t *verdicts = json_object();
    for (size_t i = 0; i < LAB_VERDICT_COUNT; i++)
    {
        json_object_set_new(verdicts, lab_verdict_name((enum lab_verdict)i),
                            json_integer((json_int_t)run->verdicts[i]));
    }
    enum lab_err env_err = LAB_OK;
    if (run->env != NULL)
    {
        json_object_set_new(run->env, "after", lab_env_load());
        env_err = write_env(run, why);
    }
    enum lab_err end_err =
        lab_record_write(&run->record,
                         json_pack("{s:s, s:s, s:f, s:o, s:i}", "kind", "end", "reason", reason, "seconds",
                                   (double)(lab_now_ms() - run->started_ms) / 1e3, "verdicts", verdicts,
                                   "exit_status", exit_status_of(run, err)),
                         why);
    return end_err != LAB_OK ? end_err : env_err;
}

static int finish(struct perf_run *run, enum lab_err err, const struct lab_why *said)
{
    struct lab_why why;
    run->loop.cleaning = true;
    if (err != LAB_OK)
    {
        lab_term_print(&run->term, "ovperf: %s\n", said->text);
    }
    /* An interrupted run still shows what it found; its record says that it is partial. */
    if (run->samples.rounds > 0 && perf_report(run, &why) != LAB_OK && err == LAB_OK)
    {
        lab_term_print(&run->term, "ovperf: %s\n", why.text);
        err = LAB_ERR_SYSTEM;
    }
    if (run->record.fd >= 0 && run->env != NULL && write_end(run, err, said->text, &why) != LAB_OK)
    {
        lab_term_print(&run->term, "ovperf: %s\n", why.text);
        err = LAB_ERR_SYSTEM;
    }
    int status = exit_status_of(run, err);
    lab_record_close(&run->record);
    json_decref(run->env);
    lab_loop_clear(&run->loop);
    return status;
}

int perf_run_inside(void *arg)
{
    struct perf_run *run = arg;
    struct lab_why why = {""};
    lab_term_init(&run->term, STDOUT_FILENO);
    run->record.fd = -1;
    run->started_ms = lab_now_ms();
    perf_samples_init(&run->samples);
    enum lab_err err = lab_loop_init(&run->loop, STDOUT_FILENO, &why);
    if (err != LAB_OK)
    {
        fprintf(stderr, "ovperf: %s\n", why.text);
        return LAB_EXIT_ERROR;
    }
    lab_term_print(&run->term, "ovperf: %s, at most %u rounds in %u s, seed %" PRIu64 ", commit %s\n",
                   run->pace->name, run->pace->rounds, run->pace->budget_s, run->seed, run->commit);
    err = lab_record_open(&run->record, run->dir, &why);
    err = err == LAB_OK ? prepare(run, &why) : err;
    err = err == LAB_OK ? run_rounds(run, &why) : err;
    return finish(run, err, &why);
}
