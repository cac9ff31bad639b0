#include "lib/findings.h"

#include "lib/experiment.h"
#include "lib/report.h"
#include "lib/stats.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

static enum lab_color color_of(enum lab_verdict verdict)
{
    return verdict == LAB_PASS                           ? LAB_GREEN
           : verdict == LAB_FAIL || verdict == LAB_ERROR ? LAB_RED
           : verdict == LAB_UNSUPPORTED                  ? LAB_DIM
                                                         : LAB_YELLOW;
}

void lab_findings_print_one(const struct lab_findings *findings, const struct lab_finding *finding,
                            struct lab_term *term)
{
    const char *name = strchr(finding->id, '/');
    const char *reason = text_at(finding->line, "reason");
    size_t index;
    const json_t *column;
    const char *shown = name != NULL ? name + 1 : finding->id;
    /* Its place in the run and the verdict take 20 columns; figures that would begin a second line are left out. */
    size_t room = term->tty && term->width > 60 ? term->width - 20 : SIZE_MAX;
    size_t pad = room > 100 ? 50 : 0;
    size_t used = strlen(shown) > pad ? strlen(shown) : pad;
    lab_term_print(term, "%s%-11s%s %-*s", lab_term_color(term, color_of(finding->verdict)),
                   lab_verdict_name(finding->verdict), lab_term_color(term, LAB_PLAIN), (int)pad, shown);
    json_array_foreach(json_object_get(findings->experiment, "columns"), index, column)
    {
        char number[24];
        char text[96];
        double value = lab_finding_number(finding, text_at(column, "of"));
        lab_report_number(number, sizeof number, value);
        snprintf(text, sizeof text, "  %s %s%s%s", text_at(column, "title"), number,
                 text_at(column, "unit")[0] != '\0' ? " " : "", text_at(column, "unit"));
        if (!isnan(value) && index < 3 && strlen(text) + used <= room)
        {
            lab_term_print(term, "%s", text);
            used += strlen(text);
        }
    }
    lab_term_print(term, "%s%.100s\n", reason[0] != '\0' ? "  " : "", reason);
}

struct table
{
    const struct lab_findings *findings;
    const json_t *columns;
    struct lab_term *term;
    int width; /* of the names of cells: the longest there is */
};

#define CELL_NAME_MIN 4
#define CELL_NAME_MAX 72

static void widen(void *arg, const char *title, const struct lab_finding *const *group, size_t count)
{
    struct table *table = arg;
    (void)group;
    (void)count;
    int len = strlen(title) < CELL_NAME_MAX ? (int)strlen(title) : CELL_NAME_MAX;
    table->width = len > table->width ? len : table->width;
}

/* Verdicts of a cell's repeats: the heaviest that is there. */
static enum lab_verdict verdict_of(const struct lab_finding *const *group, size_t count)
{
    static const int weights[LAB_VERDICT_COUNT] = {
        [LAB_PASS] = 0,         [LAB_UNSUPPORTED] = 1, [LAB_TAINTED] = 2,
        [LAB_INCONCLUSIVE] = 2, [LAB_FAIL] = 3,        [LAB_ERROR] = 4,
    };
    enum lab_verdict worst = LAB_PASS;
    for (size_t i = 0; i < count; i++)
    {
        worst = weights[group[i]->verdict] > weights[worst] ? group[i]->verdict : worst;
    }
    return worst;
}

static void print_numbers(const struct table *table, const struct lab_finding *const *group, size_t count,
                          size_t counted)
{
    size_t index;
    const json_t *column;
    json_array_foreach(table->columns, index, column)
    {
        char text[24];
        if (index < LAB_COLUMN_MAX)
        {
            const char *of = text_at(column, "of");
            double number = lab_findings_median(group, count, NULL, 0, of);
            double disturbed = counted == 0 ? lab_findings_disturbed(group, count, of) : NAN;
            lab_report_number(text + 1, sizeof text - 1, isnan(number) ? disturbed : number);
            text[0] = '~';
            lab_term_print(table->term, "%11s", isfinite(disturbed) ? text : text + 1);
        }
    }
}

static void print_row(void *arg, const char *title, const struct lab_finding *const *group, size_t count)
{
    const struct table *table = arg;
    size_t counted = 0;
    char died[64] = "";
    for (size_t i = 0; i < count; i++)
    {
        counted += lab_finding_counts(group[i]);
        if (died[0] == '\0')
        {
            (void)lab_finding_died(group[i], died, sizeof died);
        }
    }
    enum lab_verdict verdict = verdict_of(group, count);
    lab_term_print(table->term, " %-*.*s %2zu", table->width, table->width, title, counted);
    print_numbers(table, group, count, counted);
    lab_term_print(table->term, "  %s%-11s%s %s\n", lab_term_color(table->term, color_of(verdict)),
                   lab_verdict_name(verdict), lab_term_color(table->term, LAB_PLAIN), died);
}

static void print_table(const struct lab_findings *findings, struct lab_term *term)
{
    static const char *const without[] = {NULL};
    struct table table = {findings, json_object_get(findings->experiment, "columns"), term, CELL_NAME_MIN};
    size_t index;
    const json_t *column;
    lab_findings_each_group(findings, without, widen, &table);
    lab_term_print(term, "\n%s %-*s  n", lab_term_color(term, LAB_BOLD), table.width, "cell");
    json_array_foreach(table.columns, index, column)
    {
        if (index < LAB_COLUMN_MAX)
        {
            lab_term_print(term, "%11.10s", text_at(column, "title"));
        }
    }
    lab_term_print(term, "  verdict     died most\n %-*s   ", table.width, "");
    json_array_foreach(table.columns, index, column)
    {
        if (index < LAB_COLUMN_MAX)
        {
            lab_term_print(term, "%11.10s", text_at(column, "unit"));
        }
    }
    lab_term_print(term, "%s\n", lab_term_color(term, LAB_PLAIN));
    lab_findings_each_group(findings, without, print_row, &table);
    lab_term_print(term,
                   " n: undisturbed repeats, whose median is shown; ~: only disturbed ones, no result\n");
}

/* Each reason once, with how many points gave it. */
static void print_reasons(const struct lab_findings *findings, struct lab_term *term)
{
    size_t shown = 0;
    for (size_t i = 0; i < findings->count && shown < 12; i++)
    {
        const char *reason = text_at(findings->list[i].line, "reason");
        size_t same = 0;
        bool before = reason[0] == '\0';
        for (size_t j = 0; j < findings->count; j++)
        {
            bool equal = lab_text_same_words(text_at(findings->list[j].line, "reason"), reason);
            same += equal;
            before = before || (equal && j < i);
        }
        if (!before)
        {
            const char *name = strchr(findings->list[i].id, '/');
            lab_term_print(term, "%s   %-12s %3zu x  %.150s\n      first at %s\n",
                           shown == 0 ? "\n not PASS\n" : "", lab_verdict_name(findings->list[i].verdict),
                           same, reason, name != NULL ? name + 1 : "");
            shown++;
        }
    }
}

void lab_findings_print(const struct lab_findings *findings, struct lab_term *term, const char *dir)
{
    size_t counts[LAB_VERDICT_COUNT] = {0};
    size_t finished = 0;
    for (size_t i = 0; i < findings->count; i++)
    {
        if (findings->list[i].line != NULL)
        {
            counts[findings->list[i].verdict]++;
            finished++;
        }
    }
    lab_term_print(term, "\n%s: %s%s\n", text_at(findings->experiment, "name"),
                   text_at(findings->experiment, "title"),
                   json_is_true(json_object_get(findings->experiment, "quick")) ? " (quick selection)" : "");
    if (json_object_get(findings->experiment, "bisect") == NULL)
    {
        print_table(findings, term);
        lab_findings_print_grids(findings, term);
        lab_findings_print_knees(findings, term);
    }
    lab_findings_print_cliffs(findings, term);
    lab_findings_print_died(findings, term);
    lab_findings_print_bound(findings, term);
    print_reasons(findings, term);
    lab_term_print(term, "\n %zu points:", finished);
    for (size_t i = 0; i < LAB_VERDICT_COUNT; i++)
    {
        if (counts[i] > 0)
        {
            lab_term_print(term, " %zu %s", counts[i], lab_verdict_name((enum lab_verdict)i));
        }
    }
    lab_term_print(term, "; record %s\n", dir);
}
