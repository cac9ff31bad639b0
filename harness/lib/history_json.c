#include "lib/history_json.h"

#include <math.h>

static const struct lab_history_run *run_of(const struct lab_history *history,
                                            const struct lab_history_series *series, size_t point)
{
    return &history->runs[series->points[point].run];
}

static json_t *points_of(const struct lab_history *history, const struct lab_history_series *series)
{
    json_t *points = json_array();
    for (size_t i = 0; i < series->count; i++)
    {
        const struct lab_history_run *run = run_of(history, series, i);
        json_array_append_new(points, json_pack("{s:s, s:s, s:s, s:f}", "run_id", run->run_id, "started",
                                                run->started, "commit", run->commit, "ratio",
                                                exp(series->points[i].log_ratio)));
    }
    return points;
}

/* The stretch's values are turned so that more is better; here they are ratios again. */
static json_t *change_of(const struct lab_history *history, const struct lab_history_series *series,
                         const struct lab_history_stretch *stretch, const struct lab_change *change)
{
    double sign = series->better == LAB_BETTER_SMALLER ? -1.0 : 1.0;
    size_t at = stretch->from + change->at;
    return json_pack("{s:I, s:f, s:f, s:f, s:b, s:s, s:s}", "at", (json_int_t)at, "before",
                     exp(sign * change->before), "after", exp(sign * change->after), "p", change->p, "worse",
                     change->after < change->before, "from_commit", run_of(history, series, at - 1)->commit,
                     "to_commit", run_of(history, series, at)->commit);
}

enum lab_err lab_history_series_json(const struct lab_history *history,
                                     const struct lab_history_series *series,
                                     const struct lab_change_rule *rule, json_t **object, struct lab_why *why)
{
    static const char *const better[] = {"", "bigger", "smaller"};
    json_t *epochs = json_array();
    json_t *changes = json_array();
    struct lab_history_stretch stretch = {.to = 0};
    while (stretch.to < series->count)
    {
        size_t from = stretch.to;
        enum lab_err err = lab_history_stretch(history, series, from, rule, &stretch, why);
        if (err != LAB_OK)
        {
            json_decref(epochs);
            json_decref(changes);
            return err;
        }
        json_array_append_new(epochs, json_pack("{s:I, s:s}", "from", (json_int_t)from, "epoch",
                                                run_of(history, series, from)->epoch));
        for (size_t i = 0; i < stretch.change_count; i++)
        {
            json_array_append_new(changes, change_of(history, series, &stretch, &stretch.changes[i]));
        }
    }
    *object = json_pack("{s:s, s:s, s:o, s:o, s:o}", "name", series->name, "better", better[series->better],
                        "points", points_of(history, series), "epochs", epochs, "changes", changes);
    return *object != NULL ? LAB_OK : lab_why_set(why, LAB_ERR_SYSTEM, "no memory for a series as JSON");
}
