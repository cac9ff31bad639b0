#include "perf/lab/run.h"

#include "lib/clock.h"
#include "lib/envinfo.h"
#include "lib/export.h"
#include "lib/lines.h"
#include "lib/pki.h"
#include "report/page.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum lab_err write_start(struct perf_run *run, struct lab_why *why)
{
    json_t *cases = json_array();
    for (size_t i = 0; i < perf_arm_count; i++)
    {
        if (run->samples.planned[i])
        {
            json_array_append_new(cases, json_string(perf_arms[i].id));
        }
    }
    const struct lab_line_start start = {
        .place = &run->place,
        .suite = run->pace == &perf_pace_quick ? "perf-quick" : "perf",
        .seed = run->seed,
        .argc = run->argc,
        .argv = run->argv,
        .cases = cases,
        .conformance = false,
        .bulk_seconds = run->pace->tcp_s,
    };
    return lab_line_start(&run->record, &start, why);
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
        run->samples.planned[i] =
            run->only != NULL ? is_listed(run->only, perf_arms[i].id)
                              : !perf_arms[i].asked && (run->pace != &perf_pace_quick || perf_arms[i].quick);
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

/* What cannot run here is a case too: a record says so, instead of saying nothing. */
static enum lab_err write_unsupported(struct perf_run *run, struct lab_why *why)
{
    static const struct lab_health untouched;
    enum lab_err err = LAB_OK;
    for (size_t i = 0; err == LAB_OK && i < perf_arm_count; i++)
    {
        if (!run->samples.planned[i] || run->samples.unsupported[i][0] == '\0')
        {
            continue;
        }
        const struct lab_line_case line = {
            .id = perf_arms[i].id,
            .number = ++run->case_number,
            .client = perf_arms[i].client,
            .server = perf_arms[i].server,
            .verdict = LAB_UNSUPPORTED,
            .reason = run->samples.unsupported[i],
            .taint = "",
            .health = &untouched,
            .logs = "logs",
        };
        err = lab_line_case(&run->record, &line, why);
    }
    return err;
}

/* The network of many clients, if an arm that takes part has any: as many as the largest of them. */
static enum lab_err raise_crowd(struct perf_run *run, struct lab_why *why)
{
    char script[LAB_PATH_MAX];
    char log[LAB_PATH_MAX];
    char count[16];
    unsigned clients = 0;
    for (size_t i = 0; i < perf_arm_count; i++)
    {
        bool counts = run->samples.planned[i] && run->samples.unsupported[i][0] == '\0';
        clients = counts && perf_arms[i].clients > clients ? perf_arms[i].clients : clients;
    }
    if (clients == 0)
    {
        return LAB_OK;
    }
    snprintf(count, sizeof count, "%u", clients);
    enum lab_err err = setenv("OVLAB_CLIENTS", count, 1) == 0 ? LAB_OK : lab_why_errno(why, "setenv");
    err = err == LAB_OK ? lab_path_set(script, why, "%s/netns-lab/topology/many-clients.sh", run->paths.root)
                        : err;
    err = err == LAB_OK ? lab_path_set(log, why, "%s/logs/network-of-many.txt", run->place.dir) : err;
    err = err == LAB_OK ? lab_topology_describe(&run->loop, script, &run->crowd, why) : err;
    if (err == LAB_OK && lab_topology_clients(&run->crowd) < clients)
    {
        err = lab_why_set(why, LAB_ERR_FORMAT, "%s has %u clients, %u are wanted", script,
                          lab_topology_clients(&run->crowd), clients);
    }
    return err == LAB_OK ? lab_topology_call(&run->loop, script, "up", log, why) : err;
}

static enum lab_err prepare(struct perf_run *run, struct lab_why *why)
{
    char path[LAB_PATH_MAX];
    enum lab_err err = lab_place_dir(&run->place, "logs", why);
    err = err == LAB_OK ? lab_pki_make(&run->loop, &run->paths, &run->place, why) : err;
    err = err == LAB_OK ? lab_topology_describe(&run->loop, run->paths.topology, &run->topology, why) : err;
    err = err == LAB_OK ? lab_path_set(path, why, "%s/logs/network.txt", run->place.dir) : err;
    err = err == LAB_OK ? lab_topology_call(&run->loop, run->paths.topology, "up", path, why) : err;
    run->house = (struct perf_house){.loop = &run->loop,
                                     .paths = &run->paths,
                                     .topology = &run->topology,
                                     .crowd = &run->crowd,
                                     .subjects = run->subjects,
                                     .subject_count = run->subject_count,
                                     .pace = run->pace};
    err = err == LAB_OK ? choose_arms(run, why) : err;
    err = err == LAB_OK ? raise_crowd(run, why) : err;
    err = err == LAB_OK ? write_start(run, why) : err;
    err = err == LAB_OK ? write_unsupported(run, why) : err;
    if (err != LAB_OK)
    {
        return err;
    }
    run->env = lab_env_collect(&run->loop, &run->place, run->subjects, run->subject_count, &run->topology);
    return lab_env_write(run->env, &run->place, why);
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

static int finish(struct perf_run *run, enum lab_err err, const struct lab_why *said)
{
    struct lab_why why;
    struct lab_line_end end = {.loop = &run->loop, .err = err, .said = said->text, .counts = run->verdicts};
    run->loop.cleaning = true;
    if (err != LAB_OK)
    {
        lab_term_print(&run->term, "ovperf: %s\n", said->text);
    }
    /* An interrupted run still shows what it found; its record says that it is partial. */
    if (run->samples.rounds > 0 && perf_report(run, &why) != LAB_OK && err == LAB_OK)
    {
        lab_term_print(&run->term, "ovperf: %s\n", why.text);
        end.err = LAB_ERR_SYSTEM;
        end.said = why.text;
    }
    end.by_counts = run->gate ? lab_verdict_exit(run->verdicts) : LAB_EXIT_OK;
    if (run->env != NULL)
    {
        struct lab_why trouble;
        enum lab_err env_err = lab_env_finish(run->env, &run->place, &trouble);
        enum lab_err end_err = lab_line_end(&run->record, &end, &trouble);
        enum lab_err export_err = lab_export_all(run->place.dir, &trouble);
        if (env_err != LAB_OK || end_err != LAB_OK || export_err != LAB_OK)
        {
            lab_term_print(&run->term, "ovperf: %s\n", trouble.text);
            end.err = LAB_ERR_SYSTEM;
        }
        lab_page_after(run->place.dir, run->place.dir, &run->term);
    }
    lab_record_close(&run->record);
    json_decref(run->env);
    lab_loop_clear(&run->loop);
    return lab_end_status(&end);
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
                   run->pace->name, run->pace->rounds, run->pace->budget_s, run->seed, run->place.commit);
    err = lab_record_open(&run->record, run->place.dir, &why);
    err = err == LAB_OK ? prepare(run, &why) : err;
    err = err == LAB_OK ? run_rounds(run, &why) : err;
    return finish(run, err, &why);
}
