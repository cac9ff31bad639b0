#include "lib/loaded.h"

#include "lib/record.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *lab_loaded_text(const json_t *line, const char *key)
{
    const char *text = json_string_value(json_object_get(line, key));
    return text != NULL ? text : "";
}

double lab_loaded_value(const json_t *measurement, const char *key)
{
    const json_t *value = json_object_get(json_object_get(measurement, "values"), key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static void keep_line(void *arg, const json_t *line)
{
    json_array_append(arg, (json_t *)line);
}

static struct lab_loaded_case *case_of(struct lab_loaded *loaded, const char *id)
{
    for (size_t i = 0; i < loaded->case_count; i++)
    {
        if (strcmp(loaded->cases[i].id, id) == 0)
        {
            return &loaded->cases[i];
        }
    }
    struct lab_loaded_case *item = &loaded->cases[loaded->case_count++];
    *item = (struct lab_loaded_case){.id = id, .checks = json_array(), .measurements = json_array()};
    return item;
}

static void take_line(struct lab_loaded *loaded, json_t *line)
{
    const char *kind = lab_loaded_text(line, "kind");
    if (strcmp(kind, "end") == 0)
    {
        loaded->end = line;
        return;
    }
    if (strcmp(kind, "check") != 0 && strcmp(kind, "measurement") != 0 && strcmp(kind, "case") != 0)
    {
        return;
    }
    struct lab_loaded_case *item = case_of(loaded, lab_loaded_text(line, "case"));
    if (kind[0] == 'm')
    {
        json_array_append(item->measurements, line);
    }
    else if (strcmp(kind, "check") == 0)
    {
        json_array_append(item->checks, line);
    }
    else
    {
        item->line = line;
    }
}

static bool ran_in_rounds(const struct lab_loaded *loaded, const char *id)
{
    for (size_t i = 0; i < loaded->case_count; i++)
    {
        const char *slash = strchr(loaded->cases[i].id, '/');
        if (!loaded->cases[i].planned && slash != NULL && strcmp(slash + 1, id) == 0)
        {
            return true;
        }
    }
    return false;
}

/* A plan may name arms, of which each round makes a case of its own. */
static void drop_rounds(struct lab_loaded *loaded)
{
    size_t kept = 0;
    for (size_t i = 0; i < loaded->case_count; i++)
    {
        struct lab_loaded_case item = loaded->cases[i];
        bool empty =
            item.line == NULL && json_array_size(item.checks) + json_array_size(item.measurements) == 0;
        if (item.planned && empty && ran_in_rounds(loaded, item.id))
        {
            json_decref(item.checks);
            json_decref(item.measurements);
            continue;
        }
        loaded->cases[kept++] = item;
    }
    loaded->case_count = kept;
}

static enum lab_err group(struct lab_loaded *loaded, struct lab_why *why)
{
    loaded->start = json_array_get(loaded->lines, 0);
    if (strcmp(lab_loaded_text(loaded->start, "kind"), "start") != 0)
    {
        return lab_why_set(why, LAB_ERR_FORMAT, "%s: its first line is no start", loaded->dir);
    }
    const json_t *plan = json_object_get(loaded->start, "cases");
    /* A line brings one case at most. */
    loaded->cases = calloc(json_array_size(plan) + json_array_size(loaded->lines), sizeof *loaded->cases);
    if (loaded->cases == NULL)
    {
        return lab_why_errno(why, "%s", loaded->dir);
    }
    for (size_t i = 0; i < json_array_size(plan); i++)
    {
        case_of(loaded, json_string_value(json_array_get(plan, i)))->planned = true;
    }
    for (size_t i = 1; i < json_array_size(loaded->lines); i++)
    {
        take_line(loaded, json_array_get(loaded->lines, i));
    }
    drop_rounds(loaded);
    return LAB_OK;
}

static enum lab_err read_env(struct lab_loaded *loaded, struct lab_why *why)
{
    char path[LAB_PATH_MAX];
    json_error_t error;
    enum lab_err err = lab_path_set(path, why, "%s/env.json", loaded->dir);
    if (err != LAB_OK || access(path, F_OK) != 0)
    {
        return err;
    }
    loaded->env = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    return json_is_object(loaded->env) ? LAB_OK
                                       : lab_why_set(why, LAB_ERR_FORMAT, "%s: %s", path,
                                                     loaded->env != NULL ? "no object" : error.text);
}

enum lab_err lab_loaded_read(const char *dir, struct lab_loaded *loaded, struct lab_why *why)
{
    *loaded = (struct lab_loaded){.lines = json_array()};
    enum lab_err err = lab_path_set(loaded->dir, why, "%s", dir);
    err = err == LAB_OK ? lab_record_read(dir, keep_line, loaded->lines, why) : err;
    err = err == LAB_OK ? group(loaded, why) : err;
    err = err == LAB_OK ? read_env(loaded, why) : err;
    if (err != LAB_OK)
    {
        lab_loaded_clear(loaded);
    }
    return err;
}

void lab_loaded_clear(struct lab_loaded *loaded)
{
    for (size_t i = 0; i < loaded->case_count; i++)
    {
        json_decref(loaded->cases[i].checks);
        json_decref(loaded->cases[i].measurements);
    }
    free(loaded->cases);
    json_decref(loaded->lines);
    json_decref(loaded->env);
    *loaded = (struct lab_loaded){0};
}

enum lab_verdict lab_loaded_verdict(const struct lab_loaded_case *item)
{
    static const int weights[LAB_VERDICT_COUNT] = {
        [LAB_UNSUPPORTED] = 0, [LAB_PASS] = 1, [LAB_INCONCLUSIVE] = 2,
        [LAB_TAINTED] = 2,     [LAB_FAIL] = 3, [LAB_ERROR] = 4};
    enum lab_verdict verdict = LAB_ERROR;
    enum lab_verdict worst = LAB_UNSUPPORTED;
    if (item->line != NULL || item->planned || json_array_size(item->checks) == 0)
    {
        (void)lab_verdict_parse(lab_loaded_text(item->line, "verdict"), &verdict);
        return verdict;
    }
    for (size_t i = 0; i < json_array_size(item->checks); i++)
    {
        (void)lab_verdict_parse(lab_loaded_text(json_array_get(item->checks, i), "verdict"), &verdict);
        worst = weights[verdict] > weights[worst] ? verdict : worst;
    }
    return worst;
}

void lab_loaded_counts(const struct lab_loaded *loaded, size_t counts[static LAB_VERDICT_COUNT])
{
    memset(counts, 0, LAB_VERDICT_COUNT * sizeof counts[0]);
    for (size_t i = 0; i < loaded->case_count; i++)
    {
        counts[lab_loaded_verdict(&loaded->cases[i])]++;
    }
}
