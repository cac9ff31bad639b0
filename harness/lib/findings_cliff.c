/* What searches found: where an outcome changes, and what was measured on both sides of it. */
#include "lib/findings.h"

#include "lib/report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIDE_POINTS 8 /* a side of a cliff is measured twice, and more only if it was an end of the range */

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

/* Points of the same search at this value. */
static size_t points_at(const struct lab_findings *findings, const struct lab_finding *same, const char *key,
                        double value, const struct lab_finding *list[static SIDE_POINTS])
{
    const char *const without[] = {key, NULL};
    char wanted[256];
    size_t count = 0;
    lab_finding_title(findings, same, without, wanted, sizeof wanted);
    for (size_t i = 0; i < findings->count && count < SIDE_POINTS; i++)
    {
        char title[256];
        const struct lab_finding *finding = &findings->list[i];
        const json_t *values = json_object_get(json_object_get(finding->line, "cell"), "values");
        lab_finding_title(findings, finding, without, title, sizeof title);
        if (strcmp(title, wanted) == 0 && json_number_value(json_object_get(values, key)) == value)
        {
            list[count++] = finding;
        }
    }
    return count;
}

/* "      63: late 120, rejected 0", the experiment's columns; ~ where the host disturbed all of them. */
static void print_side(const struct lab_findings *findings, const struct lab_finding *same, const char *key,
                       double value, struct lab_term *term)
{
    const struct lab_finding *list[SIDE_POINTS];
    size_t count = points_at(findings, same, key, value, list);
    size_t index;
    bool begun = false;
    const json_t *column;
    json_array_foreach(json_object_get(findings->experiment, "columns"), index, column)
    {
        char text[24];
        double number = lab_findings_median(list, count, NULL, 0, text_at(column, "of"));
        bool disturbed = isnan(number);
        number = disturbed ? lab_findings_disturbed(list, count, text_at(column, "of")) : number;
        if (!isnan(number))
        {
            lab_report_number(text, sizeof text, number);
            if (!begun)
            {
                lab_term_print(term, "      %.10g: ", value);
            }
            lab_term_print(term, "%s%s %s%s%s%s", begun ? ", " : "", text_at(column, "title"),
                           disturbed ? "~" : "", text, text_at(column, "unit")[0] != '\0' ? " " : "",
                           text_at(column, "unit"));
            begun = true;
        }
    }
    if (begun)
    {
        lab_term_print(term, "\n");
    }
}

void lab_findings_print_cliffs(const struct lab_findings *findings, struct lab_term *term)
{
    const json_t *bisect = json_object_get(findings->experiment, "bisect");
    const char *key = text_at(bisect, "key");
    if (bisect == NULL)
    {
        return;
    }
    lab_term_print(term, "\n where '%s' changes along %s\n", text_at(bisect, "when"), key);
    for (size_t i = 0; i < findings->count; i++)
    {
        const struct lab_finding *finding = &findings->list[i];
        const json_t *cliff = json_object_get(finding->measured, "cliff");
        if (cliff == NULL)
        {
            continue;
        }
        char cell[256];
        const char *const without[] = {key, NULL};
        lab_finding_title(findings, finding, without, cell, sizeof cell);
        const json_t *good = json_object_get(cliff, "good");
        const json_t *bad = json_object_get(cliff, "bad");
        if (!json_is_number(good) || !json_is_number(bad))
        {
            lab_term_print(term, "   %-56.56s no change (%.0f tried)\n", cell,
                           json_number_value(json_object_get(cliff, "tried")));
            continue;
        }
        lab_term_print(
            term, "   %-56.56s %s %.10g: %s, %.10g: %s%s (%.0f tried)\n", cell, key, json_number_value(good),
            json_integer_value(json_object_get(cliff, "before")) ? "yes" : "no", json_number_value(bad),
            json_integer_value(json_object_get(cliff, "before")) ? "no" : "yes",
            json_integer_value(json_object_get(cliff, "confirmed")) ? "" : ", NOT CONFIRMED",
            json_number_value(json_object_get(cliff, "tried")));
        print_side(findings, finding, key, json_number_value(good), term);
        print_side(findings, finding, key, json_number_value(bad), term);
    }
}
