#include "lib/history.h"

#include "lib/file.h"
#include "lib/ratios.h"
#include "lib/record.h"
#include "lib/stats.h"
#include "lib/stats_boot.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Grows an array by one zeroed element; NULL: no memory, the array stays. */
static void *grow(void **array, size_t *count, size_t size)
{
    char *grown = realloc(*array, (*count + 1) * size);
    if (grown == NULL)
    {
        return NULL;
    }
    *array = grown;
    memset(grown + *count * size, 0, size);
    return grown + (*count)++ * size;
}

static struct lab_history_run *find_run(const struct lab_history *history, const char *run_id)
{
    for (size_t i = 0; i < history->run_count; i++)
    {
        if (strcmp(history->runs[i].run_id, run_id) == 0)
        {
            return &history->runs[i];
        }
    }
    return NULL;
}

static struct lab_history_series *find_series(struct lab_history *history, const char *name)
{
    for (size_t i = 0; i < history->series_count; i++)
    {
        if (strcmp(history->series[i].name, name) == 0)
        {
            return &history->series[i];
        }
    }
    struct lab_history_series *series =
        grow((void **)&history->series, &history->series_count, sizeof *history->series);
    if (series != NULL)
    {
        snprintf(series->name, sizeof series->name, "%s", name);
    }
    return series;
}

/* Rounds of one run; two of them say too little. */
static void set_interval(struct lab_history_point *point, const struct lab_ratio_series *series)
{
    double half = series->count < 3 ? NAN
                                    : lab_stats_student(0.975, series->count - 1) *
                                          lab_stats_deviation(series->log_ratio, series->count) /
                                          sqrt((double)series->count);
    double mean = lab_stats_mean(series->log_ratio, series->count);
    point->log_low = mean - half;
    point->log_high = mean + half;
}

static bool add_points(struct lab_history *history, const struct lab_ratios *ratios, size_t run)
{
    for (size_t i = 0; i < ratios->count; i++)
    {
        struct lab_history_series *series = find_series(history, ratios->list[i].name);
        struct lab_history_point *point =
            series != NULL ? grow((void **)&series->points, &series->count, sizeof *series->points) : NULL;
        if (point == NULL)
        {
            return false;
        }
        series->better = ratios->list[i].better;
        point->run = run;
        point->log_ratio = lab_stats_median(ratios->list[i].log_ratio, ratios->list[i].count);
        set_interval(point, &ratios->list[i]);
    }
    return true;
}

/* A merged record takes the place of its parts. A part read later knows it by finding itself here already. */
static bool note_parts(struct lab_history *history, const struct lab_loaded *loaded)
{
    const json_t *merged = json_object_get(loaded->start, "merged");
    for (size_t i = 0; i < json_array_size(merged); i++)
    {
        const char *run_id = json_string_value(json_array_get(merged, i));
        struct lab_history_run *run = run_id != NULL ? find_run(history, run_id) : NULL;
        if (run_id != NULL && run == NULL)
        {
            run = grow((void **)&history->runs, &history->run_count, sizeof *history->runs);
            if (run == NULL)
            {
                return false;
            }
            snprintf(run->run_id, sizeof run->run_id, "%s", run_id);
        }
        if (run != NULL)
        {
            run->part = true;
        }
    }
    return true;
}

static enum lab_err add_loaded(struct lab_history *history, const struct lab_loaded *loaded,
                               struct lab_why *why)
{
    struct lab_ratios ratios;
    char epoch[256];
    if (find_run(history, lab_loaded_text(loaded->start, "run_id")) != NULL)
    {
        return LAB_OK;
    }
    enum lab_err err = lab_ratios_of(loaded, &ratios, why);
    if (err != LAB_OK)
    {
        return err;
    }
    struct lab_history_run *run = grow((void **)&history->runs, &history->run_count, sizeof *history->runs);
    bool kept = run != NULL;
    if (kept)
    {
        lab_ratios_epoch(loaded, epoch, sizeof epoch);
        snprintf(run->run_id, sizeof run->run_id, "%s", lab_loaded_text(loaded->start, "run_id"));
        snprintf(run->started, sizeof run->started, "%s", lab_loaded_text(loaded->start, "started"));
        snprintf(run->commit, sizeof run->commit, "%s", lab_loaded_text(loaded->start, "commit"));
        snprintf(run->epoch, sizeof run->epoch, "%.240s; %.120s", epoch, lab_ratios_reference(loaded));
        kept = add_points(history, &ratios, history->run_count - 1) && note_parts(history, loaded);
    }
    lab_ratios_clear(&ratios);
    return kept ? LAB_OK : lab_why_errno(why, "%s", loaded->dir);
}

static enum lab_err add_record(struct lab_history *history, const char *dir, struct lab_why *why)
{
    char path[LAB_PATH_MAX + 16];
    struct lab_loaded loaded;
    snprintf(path, sizeof path, "%s/%s", dir, LAB_RECORD_NAME);
    if (access(path, R_OK) != 0)
    {
        return LAB_OK;
    }
    struct lab_why said;
    if (lab_loaded_read(dir, &loaded, &said) != LAB_OK)
    {
        history->unread++;
        snprintf(history->unread_why, sizeof history->unread_why, "%.200s: %.300s", dir, said.text);
        return LAB_OK;
    }
    enum lab_err err = add_loaded(history, &loaded, why);
    lab_loaded_clear(&loaded);
    return err;
}

enum lab_err lab_history_add(struct lab_history *history, const char *dir, struct lab_why *why)
{
    enum lab_err err = add_record(history, dir, why);
    DIR *list = opendir(dir);
    if (list == NULL)
    {
        return lab_why_set(why, LAB_ERR_ABSENT, "%s is no directory", dir);
    }
    for (struct dirent *entry; err == LAB_OK && (entry = readdir(list)) != NULL;)
    {
        char path[LAB_PATH_MAX];
        if (entry->d_name[0] != '.' && lab_path_set(path, why, "%s/%s", dir, entry->d_name) == LAB_OK)
        {
            err = add_record(history, path, why);
        }
    }
    closedir(list);
    return err;
}

struct ranked
{
    struct lab_history_run run;
    size_t was;
};

static int compare_runs(const void *left, const void *right)
{
    const struct ranked *a = left;
    const struct ranked *b = right;
    int order = strcmp(a->run.started, b->run.started);
    return order != 0 ? order : strcmp(a->run.run_id, b->run.run_id);
}

static int compare_points(const void *left, const void *right)
{
    const struct lab_history_point *a = left;
    const struct lab_history_point *b = right;
    return (a->run > b->run) - (a->run < b->run);
}

static int compare_series(const void *left, const void *right)
{
    return strcmp(((const struct lab_history_series *)left)->name,
                  ((const struct lab_history_series *)right)->name);
}

/* Points of parts go, the others learn the new places of their runs. */
static void renumber(const struct lab_history *history, struct lab_history_series *series,
                     const size_t *place)
{
    size_t kept = 0;
    for (size_t i = 0; i < series->count; i++)
    {
        struct lab_history_point point = series->points[i];
        point.run = place[point.run];
        if (!history->runs[point.run].part)
        {
            series->points[kept++] = point;
        }
    }
    series->count = kept;
    if (kept > 0)
    {
        qsort(series->points, kept, sizeof *series->points, compare_points);
    }
}

void lab_history_sort(struct lab_history *history)
{
    struct ranked *order = calloc(history->run_count + 1, sizeof *order);
    size_t *place = calloc(history->run_count + 1, sizeof *place);
    if (order != NULL && place != NULL && history->series_count > 0)
    {
        for (size_t i = 0; i < history->run_count; i++)
        {
            order[i] = (struct ranked){history->runs[i], i};
        }
        qsort(order, history->run_count, sizeof *order, compare_runs);
        for (size_t i = 0; i < history->run_count; i++)
        {
            history->runs[i] = order[i].run;
            place[order[i].was] = i;
        }
        for (size_t i = 0; i < history->series_count; i++)
        {
            renumber(history, &history->series[i], place);
        }
        qsort(history->series, history->series_count, sizeof *history->series, compare_series);
    }
    free(order);
    free(place);
}

void lab_history_clear(struct lab_history *history)
{
    for (size_t i = 0; i < history->series_count; i++)
    {
        free(history->series[i].points);
    }
    free(history->series);
    free(history->runs);
    *history = (struct lab_history){.runs = NULL};
}

enum lab_err lab_history_stretch(const struct lab_history *history, const struct lab_history_series *series,
                                 size_t from, const struct lab_change_rule *rule,
                                 struct lab_history_stretch *stretch, struct lab_why *why)
{
    const char *epoch = history->runs[series->points[from].run].epoch;
    double *values = calloc(series->count - from + 1, sizeof *values);
    *stretch = (struct lab_history_stretch){.from = from, .to = from};
    if (values == NULL)
    {
        return lab_why_errno(why, "history");
    }
    while (stretch->to < series->count &&
           strcmp(history->runs[series->points[stretch->to].run].epoch, epoch) == 0)
    {
        double value = series->points[stretch->to].log_ratio;
        values[stretch->to - from] = series->better == LAB_BETTER_SMALLER ? -value : value;
        stretch->to++;
    }
    size_t count = stretch->to - from;
    stretch->threshold = lab_change_threshold(values, count, rule);
    enum lab_err err = lab_change_find(values, count, rule, stretch->changes, LAB_HISTORY_CHANGES,
                                       &stretch->change_count, why);
    free(values);
    return err;
}
