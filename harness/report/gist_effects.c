/* What the axis that an experiment turns does: each of its values against the first, repeat by repeat. */
#include "report/gist.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define EFFECTS_MAX 6
#define ROUNDS_MAX  64

struct effects
{
    const struct lab_findings *findings;
    const json_t *axis;
    const json_t *column;
    struct lab_gist *gist;
    size_t groups;
};

static double value_in(const struct effects *effects, const struct lab_finding *const *group, size_t count,
                       const char *value, size_t round)
{
    const struct lab_finding_at at = {lab_loaded_text(effects->axis, "key"), value};
    for (size_t i = 0; i < count; i++)
    {
        const json_t *cell = json_object_get(group[i]->line, "cell");
        if ((size_t)json_integer_value(json_object_get(cell, "repeat")) == round)
        {
            double number = lab_findings_median(&group[i], 1, &at, 1, lab_loaded_text(effects->column, "of"));
            if (!isnan(number))
            {
                return number;
            }
        }
    }
    return NAN;
}

/* Each value of the axis against its first, repeat by repeat. */
static void say_group(void *arg, const char *title, const struct lab_finding *const *group, size_t count)
{
    struct effects *effects = arg;
    const json_t *values = json_object_get(effects->axis, "values");
    const char *first = json_string_value(json_array_get(values, 0));
    struct lab_gist_list text = {.used = 0};
    for (size_t v = 1; v < json_array_size(values) && v <= EFFECTS_MAX; v++)
    {
        const char *value = json_string_value(json_array_get(values, v));
        double logs[ROUNDS_MAX];
        size_t rounds = 0;
        char ratio[96], part[200];
        for (size_t round = 1; round <= ROUNDS_MAX; round++)
        {
            double apart =
                value_in(effects, group, count, value, round) / value_in(effects, group, count, first, round);
            if (isfinite(apart) && apart > 0.0)
            {
                logs[rounds++] = log(apart);
            }
        }
        if (lab_ratio_of_logs(ratio, sizeof ratio, logs, rounds))
        {
            snprintf(part, sizeof part, "%s gives %s", value, ratio);
            lab_gist_part(&text, part);
        }
    }
    if (text.parts > 0 && effects->groups++ < EFFECTS_MAX)
    {
        lab_gist_add(effects->gist, "%s of %s, against %s %s: %s.", lab_loaded_text(effects->column, "title"),
                     title, lab_loaded_text(effects->axis, "key"), first, text.of);
    }
}

/* A count at each value of the axis: ratios of counts, many of them nought, say little. */
static void say_counts(void *arg, const char *title, const struct lab_finding *const *group, size_t count)
{
    struct effects *effects = arg;
    const json_t *values = json_object_get(effects->axis, "values");
    struct lab_gist_list text = {.used = 0};
    for (size_t v = 0; v < json_array_size(values) && v <= 2 * EFFECTS_MAX; v++)
    {
        const char *value = json_string_value(json_array_get(values, v));
        const struct lab_finding_at at = {lab_loaded_text(effects->axis, "key"), value};
        double number = lab_findings_median(group, count, &at, 1, lab_loaded_text(effects->column, "of"));
        char part[96];
        if (!isnan(number))
        {
            snprintf(part, sizeof part, "%.10g with %s", number, value);
            lab_gist_part(&text, part);
        }
    }
    if (text.parts > 0 && effects->groups++ < EFFECTS_MAX)
    {
        lab_gist_add(effects->gist, "%s of %s, by %s: %s.", lab_loaded_text(effects->column, "title"), title,
                     lab_loaded_text(effects->axis, "key"), text.of);
    }
}

/* What the experiment turns: the axis of its knee, else the one with the most values. */
static const json_t *main_axis(const struct lab_findings *findings)
{
    const json_t *knee = json_array_get(json_object_get(findings->experiment, "knees"), 0);
    const json_t *best = knee != NULL ? lab_findings_axis(findings, lab_loaded_text(knee, "along")) : NULL;
    size_t most = best != NULL ? SIZE_MAX : 1;
    size_t index;
    const json_t *axis;
    json_array_foreach(json_object_get(findings->experiment, "axes"), index, axis)
    {
        size_t values = json_array_size(json_object_get(axis, "values"));
        if (values > most && strcmp(lab_loaded_text(axis, "key"), "subject") != 0)
        {
            best = axis;
            most = values;
        }
    }
    return best;
}

void lab_gist_effects(const struct lab_findings *findings, struct lab_gist *gist)
{
    struct effects effects = {
        .findings = findings,
        .axis = main_axis(findings),
        .column = json_array_get(json_object_get(findings->experiment, "columns"), 0),
        .gist = gist,
    };
    if (effects.axis != NULL && effects.column != NULL)
    {
        const char *const without[] = {lab_loaded_text(effects.axis, "key"), NULL};
        bool counts = lab_loaded_text(effects.column, "unit")[0] == '\0';
        lab_findings_each_group(findings, without, counts ? say_counts : say_group, &effects);
    }
}
