#include "lib/experiment_plan.h"

#include "lib/link.h"
#include "lib/rng.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void lab_plan_values(const struct lab_plan *plan, unsigned axis, char ***values, unsigned *count)
{
    const struct lab_axis *at = &plan->experiment->axes[axis];
    bool quick = !plan->full && at->quick_count > 0;
    *values = quick ? at->quick : at->values;
    *count = quick ? at->quick_count : at->values_count;
}

static bool in_comma_list(const char *list, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = list; at != NULL && *at != '\0';)
    {
        size_t item = strcspn(at, ",");
        if (item == len && strncmp(at, word, len) == 0)
        {
            return true;
        }
        at += item + (at[item] == ',');
    }
    return false;
}

size_t lab_plan_subjects(const struct lab_plan *plan, const char **list, size_t max)
{
    const struct lab_experiment *experiment = plan->experiment;
    bool quick = !plan->full && experiment->quick.subjects_count > 0 && plan->subjects == NULL;
    char **from = quick ? experiment->quick.subjects : experiment->subjects;
    unsigned from_count = quick ? experiment->quick.subjects_count : experiment->subjects_count;
    size_t count = 0;
    for (unsigned i = 0; i < from_count && count < max; i++)
    {
        if (plan->subjects == NULL || in_comma_list(plan->subjects, from[i]))
        {
            list[count++] = from[i];
        }
    }
    return count;
}

/* A search runs only the traffic that its outcome speaks of; of totals, all. */
static void keep_searched(struct lab_point *point, const char *when)
{
    size_t kept = 0;
    struct lab_traffic_plan all[LAB_TRAFFIC_MAX];
    memcpy(all, point->traffic, sizeof all);
    for (size_t i = 0; i < point->traffic_count; i++)
    {
        char prefix[LAB_NAME_MAX + 2];
        snprintf(prefix, sizeof prefix, "%s.", all[i].name);
        if (strstr(when, prefix) != NULL)
        {
            point->traffic[kept++] = all[i];
        }
    }
    point->searching = true;
    point->traffic_count = kept > 0 ? kept : point->traffic_count;
    point->def.step_count = lab_point_steps(point, point->steps);
}

enum lab_err lab_plan_add(struct lab_plan *plan, const struct lab_place_in *place, struct lab_point **point,
                          struct lab_why *why)
{
    struct lab_why said;
    if (plan->count == LAB_POINT_MAX)
    {
        return lab_why_set(why, LAB_ERR_USAGE, "%s: more than %d points (--only, --subjects, --repeats)",
                           plan->experiment->name, LAB_POINT_MAX);
    }
    *point = malloc(sizeof **point);
    if (*point == NULL)
    {
        return lab_why_errno(why, "a point of %s", plan->experiment->name);
    }
    enum lab_err err = lab_point_make(*point, plan->experiment, plan->pki, place, &said);
    if (err == LAB_OK && plan->bisect != NULL)
    {
        keep_searched(*point, plan->bisect->when);
    }
    const struct lab_link_spec link = {
        .up = (*point)->up, .down = (*point)->down, .told = (*point)->link_told};
    err = err == LAB_OK ? lab_link_check(&link, &said) : err;
    if (err != LAB_OK)
    {
        err = lab_why_set(why, err, "%.120s: %.360s", (*point)->id, said.text);
        free(*point);
        *point = NULL;
        return err;
    }
    (*point)->scenario.impossible = plan->places ? lab_point_needs_lab(*point) : NULL;
    plan->points[plan->count++] = *point;
    return LAB_OK;
}

/* Every combination: the last axis changes fastest. */
static enum lab_err add_round(struct lab_plan *plan, unsigned repeat, struct lab_why *why)
{
    const char *subjects[LAB_SUBJECT_MAX * 2];
    size_t subject_count = lab_plan_subjects(plan, subjects, sizeof subjects / sizeof subjects[0]);
    unsigned at[LAB_AXIS_MAX] = {0};
    const unsigned axes = plan->experiment->axes_count;
    for (;;)
    {
        struct lab_place_in place = {.repeat = repeat};
        char **values;
        unsigned count;
        for (unsigned i = 0; i < axes; i++)
        {
            lab_plan_values(plan, i, &values, &count);
            place.values[i] = values[at[i]];
        }
        for (size_t i = 0; i < subject_count; i++)
        {
            struct lab_point *point;
            place.subject = subjects[i];
            enum lab_err err = lab_plan_add(plan, &place, &point, why);
            if (err != LAB_OK)
            {
                return err;
            }
        }
        unsigned axis = axes;
        bool carried = true;
        while (carried && axis-- > 0)
        {
            lab_plan_values(plan, axis, &values, &count);
            at[axis] = (at[axis] + 1) % count;
            carried = at[axis] == 0;
        }
        if (carried)
        {
            return LAB_OK;
        }
    }
}

enum lab_err lab_plan_expand(struct lab_plan *plan, struct lab_why *why)
{
    struct lab_rng rng = {plan->seed};
    for (unsigned repeat = 1; repeat <= plan->repeats; repeat++)
    {
        size_t first = plan->count;
        enum lab_err err = add_round(plan, repeat, why);
        if (err != LAB_OK)
        {
            return err;
        }
        lab_rng_shuffle(&rng, plan->points + first, plan->count - first, sizeof plan->points[0]);
    }
    return LAB_OK;
}

enum lab_err lab_plan_cases(struct lab_plan *plan, struct lab_run *run, struct lab_why *why)
{
    run->case_count = 0;
    for (size_t i = 0; i < plan->count; i++)
    {
        struct lab_point *point = plan->points[i];
        enum lab_err err = lab_case_of_point(run, point, &run->cases[run->case_count], why);
        if (err != LAB_OK)
        {
            return err;
        }
        run->case_count += lab_case_is_wanted(point->id, run->options.only);
    }
    return run->case_count > 0 ? LAB_OK
                               : lab_why_set(why, LAB_ERR_USAGE, "no point of %s fits --only and --subjects",
                                             plan->experiment->name);
}

static json_t *texts(char *const *list, unsigned count)
{
    json_t *array = json_array();
    for (unsigned i = 0; i < count; i++)
    {
        json_array_append_new(array, json_string(list[i]));
    }
    return array;
}

static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

static json_t *axes_json(const struct lab_plan *plan)
{
    const char *subjects[LAB_SUBJECT_MAX * 2];
    size_t count = lab_plan_subjects(plan, subjects, sizeof subjects / sizeof subjects[0]);
    json_t *axes = json_array();
    json_array_append_new(axes,
                          json_pack("{s:s, s:s, s:s, s:o}", "key", "subject", "title", "subject", "unit", "",
                                    "values", texts((char *const *)subjects, (unsigned)count)));
    for (unsigned i = 0; i < plan->experiment->axes_count; i++)
    {
        const struct lab_axis *axis = &plan->experiment->axes[i];
        char **values;
        unsigned value_count;
        lab_plan_values(plan, i, &values, &value_count);
        json_array_append_new(axes, json_pack("{s:s, s:s, s:s, s:o}", "key", axis->key, "title",
                                              axis->title != NULL ? axis->title : axis->key, "unit",
                                              or_empty(axis->unit), "values", texts(values, value_count)));
    }
    return axes;
}

static void add_findings(const struct lab_experiment *experiment, json_t *object)
{
    json_t *columns = json_array();
    json_t *grids = json_array();
    json_t *knees = json_array();
    for (unsigned i = 0; i < experiment->columns_count; i++)
    {
        const struct lab_column *column = &experiment->columns[i];
        json_array_append_new(columns, json_pack("{s:s, s:s, s:s}", "title", column->title, "unit",
                                                 or_empty(column->unit), "of", column->of));
    }
    for (unsigned i = 0; i < experiment->grids_count; i++)
    {
        const struct lab_grid *grid = &experiment->grids[i];
        json_array_append_new(grids, json_pack("{s:s, s:s, s:s, s:s, s:s}", "title", grid->title, "rows",
                                               grid->rows, "across", grid->across, "of", grid->of, "unit",
                                               or_empty(grid->unit)));
    }
    for (unsigned i = 0; i < experiment->knees_count; i++)
    {
        const struct lab_knee *knee = &experiment->knees[i];
        json_array_append_new(knees, json_pack("{s:s, s:s, s:s, s:f}", "title", knee->title, "along",
                                               knee->along, "of", knee->of, "share", knee->share));
    }
    json_object_set_new(object, "columns", columns);
    json_object_set_new(object, "grids", grids);
    json_object_set_new(object, "knees", knees);
}

json_t *lab_plan_json(const struct lab_plan *plan)
{
    char seed[24];
    snprintf(seed, sizeof seed, "%" PRIu64, plan->seed);
    json_t *object = json_pack("{s:s, s:s, s:s, s:b, s:i, s:o}", "name", plan->experiment->name, "title",
                               plan->experiment->title, "seed", seed, "quick", (int)!plan->full, "repeats",
                               (int)plan->repeats, "axes", axes_json(plan));
    add_findings(plan->experiment, object);
    if (plan->bisect != NULL)
    {
        json_object_set_new(object, "bisect",
                            json_pack("{s:s, s:s}", "key", plan->bisect->key, "when", plan->bisect->when));
    }
    return object;
}

void lab_plan_print(const struct lab_plan *plan, const struct lab_run *run)
{
    double sum = 0.0;
    printf("%s: %s\n", plan->experiment->name, plan->experiment->title);
    for (size_t i = 0; i < run->case_count; i++)
    {
        const struct lab_point *point = run->cases[i].point;
        double seconds = lab_point_seconds(point);
        sum += seconds;
        printf("%4zu  %-66s about %4.1f s%s%s%s%s\n", i + 1, point->id, seconds,
               point->up[0] != '\0' ? "  up: " : "", point->up, point->down[0] != '\0' ? "  down: " : "",
               point->down);
    }
    printf("%zu points in %u round%s, about %u:%02u minutes; seed %" PRIu64 "; %s; nothing was run\n",
           run->case_count, plan->repeats, plan->repeats == 1 ? "" : "s", (unsigned)sum / 60,
           (unsigned)sum % 60, plan->seed,
           plan->full ? "all values" : "the quick selection (--full takes all values)");
}

void lab_plan_clear(struct lab_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
    {
        free(plan->points[i]);
    }
    plan->count = 0;
}
