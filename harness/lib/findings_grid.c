/* Two axes as a grid whose shade follows the number, and where along an axis the best is reached. */
#include "lib/findings.h"

#include "lib/report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define COLUMN 9

struct grid
{
    const struct lab_findings *findings;
    const json_t *def;
    const json_t *rows; /* axes of start.experiment */
    const json_t *across;
    struct lab_term *term;
};

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

const json_t *lab_findings_axis(const struct lab_findings *findings, const char *key)
{
    size_t index;
    const json_t *axis;
    json_array_foreach(json_object_get(findings->experiment, "axes"), index, axis)
    {
        if (strcmp(text_at(axis, "key"), key) == 0)
        {
            return axis;
        }
    }
    return NULL;
}

static size_t value_count(const json_t *axis)
{
    return json_array_size(json_object_get(axis, "values"));
}

static const char *value_at(const json_t *axis, size_t index)
{
    return json_string_value(json_array_get(json_object_get(axis, "values"), index));
}

static double number_at(const struct grid *grid, const struct lab_finding *const *group, size_t count,
                        size_t row, size_t column)
{
    const struct lab_finding_at at[] = {{text_at(grid->rows, "key"), value_at(grid->rows, row)},
                                        {text_at(grid->across, "key"), value_at(grid->across, column)}};
    return lab_findings_median(group, count, at, 2, text_at(grid->def, "of"));
}

/* By the logarithm where all is positive: a factor looks the same everywhere. */
static const char *shade(double number, double low, double high)
{
    static const char *const shades[] = {" ", "░", "▒", "▓", "█"};
    if (isnan(number) || !(high > low))
    {
        return " ";
    }
    double place = low > 0.0 ? log(number / low) / log(high / low) : (number - low) / (high - low);
    int at = (int)(place * 4.999);
    return shades[at < 0 ? 0 : at > 4 ? 4 : at];
}

static void range_of(const struct grid *grid, const struct lab_finding *const *group, size_t count,
                     double *low, double *high)
{
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t row = 0; row < value_count(grid->rows); row++)
    {
        for (size_t column = 0; column < value_count(grid->across); column++)
        {
            double number = number_at(grid, group, count, row, column);
            *low = number < *low ? number : *low;
            *high = number > *high ? number : *high;
        }
    }
}

static void print_grid(void *arg, const char *title, const struct lab_finding *const *group, size_t count)
{
    struct grid *grid = arg;
    double low;
    double high;
    range_of(grid, group, count, &low, &high);
    if (!(low <= high))
    {
        return; /* nothing was measured there */
    }
    const char *unit = text_at(grid->def, "unit");
    lab_term_print(grid->term, "\n %s%s%s%s%s%s\n", text_at(grid->def, "title"), unit[0] != '\0' ? ", " : "",
                   unit, title[0] != '\0' ? " (" : "", title, title[0] != '\0' ? ")" : "");
    lab_term_print(grid->term, "   %14.14s \\ %.20s\n   %14s", text_at(grid->rows, "title"),
                   text_at(grid->across, "title"), "");
    for (size_t column = 0; column < value_count(grid->across); column++)
    {
        lab_term_print(grid->term, "%*.*s", COLUMN, COLUMN - 1, value_at(grid->across, column));
    }
    lab_term_print(grid->term, "\n");
    for (size_t row = 0; row < value_count(grid->rows); row++)
    {
        lab_term_print(grid->term, "   %14.14s", value_at(grid->rows, row));
        for (size_t column = 0; column < value_count(grid->across); column++)
        {
            char text[24];
            double number = number_at(grid, group, count, row, column);
            lab_report_number(text, sizeof text, number);
            lab_term_print(grid->term, "%*s%s", COLUMN - 1, text, shade(number, low, high));
        }
        lab_term_print(grid->term, "\n");
    }
}

void lab_findings_print_grids(const struct lab_findings *findings, struct lab_term *term)
{
    size_t index;
    const json_t *def;
    json_array_foreach(json_object_get(findings->experiment, "grids"), index, def)
    {
        struct grid grid = {.findings = findings,
                            .def = def,
                            .rows = lab_findings_axis(findings, text_at(def, "rows")),
                            .across = lab_findings_axis(findings, text_at(def, "across")),
                            .term = term};
        const char *const without[] = {text_at(def, "rows"), text_at(def, "across"), NULL};
        if (grid.rows != NULL && grid.across != NULL)
        {
            lab_findings_each_group(findings, without, print_grid, &grid);
        }
    }
}

struct knee
{
    const json_t *def;
    const json_t *axis;
    struct lab_term *term;
    bool begun;
};

bool lab_findings_knee(const json_t *def, const json_t *axis, const struct lab_finding *const *group,
                       size_t count, struct lab_knee_found *knee)
{
    const char *key = text_at(axis, "key");
    const char *of = text_at(def, "of");
    double share = json_number_value(json_object_get(def, "share"));
    *knee = (struct lab_knee_found){.there = NAN, .best = -INFINITY, .last = NAN};
    for (size_t i = 0; i < value_count(axis); i++)
    {
        const struct lab_finding_at here = {key, value_at(axis, i)};
        double number = lab_findings_median(group, count, &here, 1, of);
        knee->best = number > knee->best ? number : knee->best;
        knee->last = !isnan(number) ? number : knee->last;
    }
    for (size_t i = value_count(axis); i-- > 0;)
    {
        const struct lab_finding_at here = {key, value_at(axis, i)};
        double number = lab_findings_median(group, count, &here, 1, of);
        if (number >= share * knee->best)
        {
            knee->value = value_at(axis, i);
            knee->there = number;
        }
    }
    knee->worse = knee->last < share * knee->best;
    return knee->value != NULL;
}

static void print_knee(void *arg, const char *title, const struct lab_finding *const *group, size_t count)
{
    struct knee *knee = arg;
    struct lab_knee_found found;
    char here[24];
    char top[24];
    char end[24];
    if (!lab_findings_knee(knee->def, knee->axis, group, count, &found))
    {
        return;
    }
    lab_report_number(here, sizeof here, found.there);
    lab_report_number(top, sizeof top, found.best);
    lab_report_number(end, sizeof end, found.last);
    if (!knee->begun)
    {
        lab_term_print(knee->term, "\n %s: from where on %.0f %% of the best are reached\n",
                       text_at(knee->def, "title"),
                       json_number_value(json_object_get(knee->def, "share")) * 100.0);
        knee->begun = true;
    }
    /* More is not always better: say it where it is not. */
    lab_term_print(knee->term, "   %-52.52s %s %-8s %s of %s%s%s\n", title, text_at(knee->axis, "key"),
                   found.value, here, top, found.worse ? "; the last value is worse: " : "",
                   found.worse ? end : "");
}

void lab_findings_print_knees(const struct lab_findings *findings, struct lab_term *term)
{
    size_t index;
    const json_t *def;
    json_array_foreach(json_object_get(findings->experiment, "knees"), index, def)
    {
        struct knee knee = {.def = def,
                            .axis = lab_findings_axis(findings, text_at(def, "along")),
                            .term = term,
                            .begun = false};
        const char *const without[] = {text_at(def, "along"), NULL};
        if (knee.axis != NULL)
        {
            lab_findings_each_group(findings, without, print_knee, &knee);
        }
    }
}
