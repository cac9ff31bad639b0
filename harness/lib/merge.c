#include "lib/merge.h"

#include "lib/envinfo.h"
#include "lib/export.h"
#include "lib/proc.h"
#include "lib/record.h"
#include "lib/retold.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COPY_TIMEOUT_MS 600000

static const char *run_id(const struct lab_loaded *part)
{
    return lab_loaded_text(part->start, "run_id");
}

/* The ids a part knows to belong to the whole. */
static const json_t *plan_of(const struct lab_loaded *part)
{
    const json_t *plan = json_object_get(part->start, "plan");
    return plan != NULL ? plan : json_object_get(part->start, "cases");
}

static bool holds(const json_t *list, const char *id)
{
    for (size_t i = 0; i < json_array_size(list); i++)
    {
        const char *text = json_string_value(json_array_get(list, i));
        if (text != NULL && strcmp(text, id) == 0)
        {
            return true;
        }
    }
    return false;
}

static bool same_plan(const json_t *left, const json_t *right)
{
    bool same = json_array_size(left) == json_array_size(right);
    for (size_t i = 0; same && i < json_array_size(left); i++)
    {
        const char *id = json_string_value(json_array_get(left, i));
        same = id != NULL && holds(right, id);
    }
    return same;
}

/* Settings that would make two parts measure different things. */
static enum lab_err check_settings(const struct lab_loaded *first, const struct lab_loaded *part,
                                   struct lab_why *why)
{
    static const char *const names[] = {"suite", "commit", "conformance", "bulk_seconds"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    {
        if (!json_equal(json_object_get(first->start, names[i]), json_object_get(part->start, names[i])))
        {
            return lab_why_set(why, LAB_ERR_FORMAT, "%s and %s differ in %s", run_id(first), run_id(part),
                               names[i]);
        }
    }
    const json_t *one = json_object_get(first->start, "plan");
    const json_t *two = json_object_get(part->start, "plan");
    if ((one != NULL) != (two != NULL) || (one != NULL && !same_plan(one, two)))
    {
        return lab_why_set(why, LAB_ERR_FORMAT, "%s and %s are no parts of one plan", run_id(first),
                           run_id(part));
    }
    return LAB_OK;
}

/* The part that has run a case to its end; NULL: none. other gets a second one. */
static const struct lab_loaded *who_ran(const struct lab_merge *merge, const char *id,
                                        const struct lab_loaded **other)
{
    const struct lab_loaded *found = NULL;
    *other = NULL;
    for (size_t i = 0; i < merge->count; i++)
    {
        for (size_t at = 0; at < merge->parts[i].case_count; at++)
        {
            const struct lab_loaded_case *item = &merge->parts[i].cases[at];
            if (item->line != NULL && strcmp(item->id, id) == 0)
            {
                *other = found != NULL ? &merge->parts[i] : *other;
                found = found != NULL ? found : &merge->parts[i];
            }
        }
    }
    return found;
}

static enum lab_err check_case(const struct lab_merge *merge, const char *id, size_t *holes,
                               struct lab_why *why)
{
    const struct lab_loaded *other;
    const struct lab_loaded *ran = who_ran(merge, id, &other);
    if (other != NULL)
    {
        return lab_why_set(why, LAB_ERR_FORMAT, "case %s is in %s and again in %s", id, run_id(ran),
                           run_id(other));
    }
    if (ran == NULL && (*holes)++ == 0)
    {
        (void)lab_why_set(why, LAB_ERR_FORMAT, "a hole: no part has run %s", id);
    }
    return LAB_OK;
}

enum lab_err lab_merge_check(const struct lab_merge *merge, struct lab_why *why)
{
    size_t holes = 0;
    enum lab_err err = LAB_OK;
    for (size_t i = 1; err == LAB_OK && i < merge->count; i++)
    {
        err = check_settings(&merge->parts[0], &merge->parts[i], why);
    }
    for (size_t i = 0; err == LAB_OK && i < merge->count; i++)
    {
        const json_t *plan = plan_of(&merge->parts[i]);
        for (size_t at = 0; err == LAB_OK && at < merge->parts[i].case_count; at++)
        {
            err = check_case(merge, merge->parts[i].cases[at].id, &holes, why);
        }
        for (size_t at = 0; err == LAB_OK && at < json_array_size(plan); at++)
        {
            err = check_case(merge, json_string_value(json_array_get(plan, at)), &holes, why);
        }
    }
    return err == LAB_OK && holes > 0 ? LAB_ERR_FORMAT : err;
}

static json_t *whole_plan(const struct lab_merge *merge)
{
    json_t *whole = json_array();
    for (size_t i = 0; i < merge->count; i++)
    {
        const json_t *plan = plan_of(&merge->parts[i]);
        for (size_t at = 0; at < json_array_size(plan); at++)
        {
            if (!holds(whole, json_string_value(json_array_get(plan, at))))
            {
                json_array_append(whole, json_array_get(plan, at));
            }
        }
    }
    return whole;
}

static enum lab_err write_start(const struct lab_merge *merge, struct lab_record *record, struct lab_why *why)
{
    const char *slash = strrchr(merge->out, '/');
    const char *started = lab_loaded_text(merge->parts[0].start, "started");
    json_t *line = json_copy((json_t *)merge->parts[0].start);
    json_t *merged = json_array();
    json_t *argv = json_array();
    for (size_t i = 0; i < merge->count; i++)
    {
        const char *other = lab_loaded_text(merge->parts[i].start, "started");
        started = strcmp(other, started) < 0 ? other : started;
        json_array_append_new(merged, json_string(run_id(&merge->parts[i])));
    }
    for (int i = 0; i < merge->argc; i++)
    {
        json_array_append_new(argv, json_string(merge->argv[i]));
    }
    json_object_del(line, "shard");
    json_object_del(line, "plan");
    json_object_set_new(line, "run_id", json_string(slash != NULL ? slash + 1 : merge->out));
    json_object_set_new(line, "started", json_string(started));
    json_object_set_new(line, "argv", argv);
    json_object_set_new(line, "cases", whole_plan(merge));
    json_object_set_new(line, "merged", merged);
    enum lab_err err = lab_record_copy(record, line, why);
    json_decref(line);
    return err;
}

/* Paths of a part lie in a directory of its own. */
static void move_files(json_t *line, const char *part)
{
    json_t *files = json_object();
    const char *key;
    json_t *path;
    json_object_foreach(json_object_get(line, "files"), key, path)
    {
        json_object_set_new(files, key, json_sprintf("%s/%s", part, json_string_value(path)));
    }
    json_object_set_new(line, "files", files);
}

static enum lab_err write_part(const struct lab_loaded *part, struct lab_record *record, struct lab_why *why)
{
    enum lab_err err = LAB_OK;
    for (size_t i = 1; err == LAB_OK && i < json_array_size(part->lines); i++)
    {
        const json_t *given = json_array_get(part->lines, i);
        const char *kind = lab_loaded_text(given, "kind");
        if (strcmp(kind, "end") == 0)
        {
            continue;
        }
        json_t *line = json_copy((json_t *)given);
        json_object_set_new(line, "run", json_string(run_id(part)));
        if (strcmp(kind, "case") == 0)
        {
            move_files(line, run_id(part));
        }
        err = lab_record_copy(record, line, why);
        json_decref(line);
    }
    return err;
}

static enum lab_err write_end(const struct lab_merge *merge, const struct lab_report *report,
                              struct lab_record *record, struct lab_why *why)
{
    double seconds = 0.0;
    json_t *verdicts = json_object();
    for (size_t i = 0; i < LAB_VERDICT_COUNT; i++)
    {
        json_object_set_new(verdicts, lab_verdict_name((enum lab_verdict)i),
                            json_integer((json_int_t)report->counts[i]));
    }
    for (size_t i = 0; i < merge->count; i++)
    {
        seconds += json_number_value(json_object_get(merge->parts[i].end, "seconds"));
    }
    return lab_record_write(record,
                            json_pack("{s:s, s:s, s:f, s:o, s:i}", "kind", "end", "reason", "complete",
                                      "seconds", seconds, "verdicts", verdicts, "exit_status",
                                      (int)lab_verdict_exit(report->counts)),
                            why);
}

/* What all machines have in common stands where a reader of one machine looks; the rest by part. */
static enum lab_err write_env(const struct lab_merge *merge, struct lab_why *why)
{
    static const char *const shared[] = {"ovlab", "host", "tools", "libraries", "subjects", "commit"};
    char path[LAB_PATH_MAX];
    json_t *machines = json_object();
    json_t *env = json_pack("{s:i}", "schema", LAB_SCHEMA_VERSION);
    for (size_t i = 0; i < merge->count; i++)
    {
        json_object_set(machines, run_id(&merge->parts[i]),
                        merge->parts[i].env != NULL ? merge->parts[i].env : json_null());
    }
    for (size_t at = 0; at < sizeof shared / sizeof shared[0]; at++)
    {
        json_t *first = json_object_get(merge->parts[0].env, shared[at]);
        bool same = first != NULL;
        for (size_t i = 1; same && i < merge->count; i++)
        {
            same = json_equal(first, json_object_get(merge->parts[i].env, shared[at]));
        }
        if (same)
        {
            json_object_set(env, shared[at], first);
        }
    }
    json_object_set_new(env, "machines", machines);
    char *text = json_dumps(env, JSON_INDENT(2));
    enum lab_err err = lab_path_set(path, why, "%s/env.json", merge->out);
    err = err == LAB_OK && text != NULL ? lab_file_replace(path, text, why) : err;
    free(text);
    json_decref(env);
    return err;
}

static enum lab_err copy_files(const struct lab_merge *merge, struct lab_loop *loop, struct lab_why *why)
{
    static const char *const names[] = {"logs", "captures"};
    enum lab_err err = LAB_OK;
    for (size_t i = 0; err == LAB_OK && i < 2 * merge->count; i++)
    {
        char from[LAB_PATH_MAX];
        char to[LAB_PATH_MAX];
        int status = 0;
        const struct lab_loaded *part = &merge->parts[i / 2];
        err = lab_path_set(from, why, "%s/%s", part->dir, names[i % 2]);
        err = err == LAB_OK ? lab_path_set(to, why, "%s/%s", merge->out, run_id(part)) : err;
        if (err != LAB_OK || access(from, R_OK) != 0)
        {
            continue;
        }
        const char *argv[] = {"cp", "-a", "--reflink=auto", from, to, NULL};
        const struct lab_proc_spec spec = {.argv = argv};
        err = lab_dir_make(to, why);
        err = err == LAB_OK ? lab_proc_run(loop, &spec, COPY_TIMEOUT_MS, &status, why) : err;
        if (err == LAB_OK && status != 0)
        {
            err = lab_why_set(why, LAB_ERR_SYSTEM, "%s could not be copied to %s", from, to);
        }
    }
    return err;
}

static enum lab_err write_lines(const struct lab_merge *merge, struct lab_retold *retold, struct lab_why *why)
{
    struct lab_record record;
    enum lab_err err = lab_dir_make(merge->out, why);
    err = err == LAB_OK ? lab_record_open(&record, merge->out, why) : err;
    if (err != LAB_OK)
    {
        return err;
    }
    record.on_line = lab_retold_add;
    record.on_line_arg = retold;
    err = write_start(merge, &record, why);
    for (size_t i = 0; err == LAB_OK && i < merge->count; i++)
    {
        err = write_part(&merge->parts[i], &record, why);
    }
    err = err == LAB_OK ? write_end(merge, &retold->report, &record, why) : err;
    lab_record_close(&record);
    return err;
}

static void print_report(const struct lab_merge *merge, const struct lab_retold *retold)
{
    char path[LAB_PATH_MAX + 16];
    struct lab_term term;
    snprintf(path, sizeof path, "%s/summary.txt", merge->out);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd >= 0)
    {
        lab_term_init(&term, fd);
        lab_retold_print(retold, &term, merge->out);
        close(fd);
    }
    lab_term_init(&term, STDOUT_FILENO);
    lab_retold_print(retold, &term, merge->out);
}

enum lab_err lab_merge_write(const struct lab_merge *merge, struct lab_loop *loop, int *status,
                             struct lab_why *why)
{
    struct lab_retold *retold = calloc(1, sizeof *retold);
    enum lab_err err = retold != NULL ? lab_merge_check(merge, why) : lab_why_errno(why, "merge");
    err = err == LAB_OK ? write_lines(merge, retold, why) : err;
    err = err == LAB_OK ? write_env(merge, why) : err;
    err = err == LAB_OK ? copy_files(merge, loop, why) : err;
    err = err == LAB_OK ? lab_export_all(merge->out, why) : err;
    if (err == LAB_OK)
    {
        print_report(merge, retold);
        *status = (int)lab_verdict_exit(retold->report.counts);
    }
    if (retold != NULL)
    {
        lab_retold_clear(retold);
    }
    free(retold);
    return err;
}
