#include "lib/findings.h"

#include "lib/bound.h"
#include "lib/stats.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

static struct lab_finding *finding_of(struct lab_findings *findings, const char *id)
{
    /* Lines of a case follow each other: nearly always it is the last. */
    for (size_t i = findings->count; i-- > 0;)
    {
        if (strcmp(findings->list[i].id, id) == 0)
        {
            return &findings->list[i];
        }
    }
    if (findings->count == findings->room)
    {
        size_t room = findings->room > 0 ? findings->room * 2 : 64;
        struct lab_finding *list = realloc(findings->list, room * sizeof *list);
        if (list == NULL)
        {
            return NULL;
        }
        findings->list = list;
        findings->room = room;
    }
    struct lab_finding *finding = &findings->list[findings->count++];
    *finding = (struct lab_finding){.measured = json_object()};
    snprintf(finding->id, sizeof finding->id, "%s", id);
    return finding;
}

void lab_findings_add(void *arg, const json_t *line)
{
    struct lab_findings *findings = arg;
    const char *kind = text_at(line, "kind");
    if (strcmp(kind, "start") == 0)
    {
        json_decref(findings->experiment);
        findings->experiment = json_incref(json_object_get(line, "experiment"));
        return;
    }
    if (findings->experiment == NULL || (strcmp(kind, "measurement") != 0 && strcmp(kind, "case") != 0))
    {
        return;
    }
    struct lab_finding *finding = finding_of(findings, text_at(line, "case"));
    if (finding == NULL)
    {
        return;
    }
    if (kind[0] == 'm')
    {
        json_object_set(finding->measured, text_at(line, "name"), json_object_get(line, "values"));
        return;
    }
    json_decref(finding->line);
    finding->line = json_incref((json_t *)line);
    (void)lab_verdict_parse(text_at(line, "verdict"), &finding->verdict);
}

void lab_findings_clear(struct lab_findings *findings)
{
    for (size_t i = 0; i < findings->count; i++)
    {
        json_decref(findings->list[i].line);
        json_decref(findings->list[i].measured);
    }
    free(findings->list);
    json_decref(findings->experiment);
    *findings = (struct lab_findings){.experiment = NULL};
}

static void take_json(const json_t *from, struct lab_operand *value)
{
    *value = (struct lab_operand){.number = json_is_number(from) ? json_number_value(from) : NAN};
    if (json_is_string(from))
    {
        value->is_text = true;
        snprintf(value->text, sizeof value->text, "%s", json_string_value(from));
    }
}

static void take_bound(const struct lab_finding_scope *scope, const char *traffic, struct lab_operand *value)
{
    struct lab_bound bound;
    lab_bound_find(scope->measured, traffic, &bound);
    *value = (struct lab_operand){.is_text = true, .number = NAN};
    snprintf(value->text, sizeof value->text, "%s", lab_bound_name(bound.kind));
}

bool lab_finding_find(const void *arg, const char *name, struct lab_operand *value)
{
    const struct lab_finding_scope *scope = arg;
    const char *dot = strchr(name, '.');
    const json_t *found;
    if (dot != NULL)
    {
        char traffic[LAB_EXPR_NAME];
        snprintf(traffic, sizeof traffic, "%.*s", (int)(dot - name), name);
        if (strcmp(dot + 1, "bound") == 0)
        {
            take_bound(scope, traffic, value);
            return true;
        }
        take_json(json_object_get(json_object_get(scope->measured, traffic), dot + 1), value);
        return true;
    }
    if (strcmp(name, "repeat") == 0)
    {
        *value = (struct lab_operand){.number = scope->repeat};
        return true;
    }
    bool side = strcmp(name, "client") == 0 || strcmp(name, "server") == 0;
    found = json_object_get(scope->values, side ? "subject" : name);
    take_json(found, value);
    const char *arrow = side ? strstr(value->text, " -> ") : NULL;
    if (arrow != NULL)
    {
        char part[sizeof value->text];
        snprintf(part, sizeof part, "%.*s", (int)(arrow - value->text), value->text);
        snprintf(value->text, sizeof value->text, "%.90s",
                 name[0] == 'c' ? part : value->text + (arrow - value->text) + 4);
    }
    return found != NULL;
}

enum lab_err lab_finding_eval(const struct lab_finding *finding, const char *expr, struct lab_operand *value,
                              struct lab_why *why)
{
    const json_t *cell = json_object_get(finding->line, "cell");
    const struct lab_finding_scope from = {
        .values = json_object_get(cell, "values"),
        .measured = finding->measured,
        .repeat = (unsigned)json_integer_value(json_object_get(cell, "repeat")),
    };
    const struct lab_scope scope = {lab_finding_find, &from};
    return lab_expr_eval(expr, &scope, value, why);
}

double lab_finding_number(const struct lab_finding *finding, const char *expr)
{
    struct lab_operand value;
    struct lab_why why;
    bool known = lab_finding_eval(finding, expr, &value, &why) == LAB_OK && !value.is_text;
    return known ? value.number : NAN;
}

bool lab_finding_counts(const struct lab_finding *finding)
{
    return finding->line != NULL && (finding->verdict == LAB_PASS || finding->verdict == LAB_FAIL);
}

static const json_t *value_of(const struct lab_finding *finding, const char *key)
{
    return json_object_get(json_object_get(json_object_get(finding->line, "cell"), "values"), key);
}

void lab_finding_value(const struct lab_finding *finding, const char *key, char *dst, size_t size)
{
    const json_t *value = value_of(finding, key);
    if (json_is_string(value))
    {
        snprintf(dst, size, "%s", json_string_value(value));
        return;
    }
    double number = json_is_number(value) ? json_number_value(value) : NAN;
    if (number >= 1048576.0 && fmod(number, 1048576.0) == 0.0)
    {
        snprintf(dst, size, "%.0fM", number / 1048576.0);
    }
    else if (number >= 4096.0 && fmod(number, 1024.0) == 0.0)
    {
        snprintf(dst, size, "%.0fk", number / 1024.0);
    }
    else
    {
        snprintf(dst, size, "%.10g", number);
    }
}

/* A value of the file against one of a cell: 8k is 8192 there. */
static bool has_value(const struct lab_finding *finding, const char *key, const char *value)
{
    struct lab_operand wanted;
    struct lab_operand seen;
    lab_value_parse(value, &wanted);
    take_json(value_of(finding, key), &seen);
    /* A subject such as "7" stays a text. */
    return wanted.is_text == seen.is_text
               ? (wanted.is_text ? strcmp(wanted.text, seen.text) == 0 : wanted.number == seen.number)
               : seen.is_text && strcmp(value, seen.text) == 0;
}

static double median_of(const struct lab_finding *const *group, size_t count,
                        bool (*is_taken)(const struct lab_finding *finding), const struct lab_finding_at *at,
                        size_t at_count, const char *expr)
{
    double *numbers = calloc(count + 1, sizeof *numbers);
    size_t found = 0;
    for (size_t i = 0; numbers != NULL && i < count; i++)
    {
        bool fits = is_taken(group[i]);
        for (size_t j = 0; fits && j < at_count; j++)
        {
            fits = has_value(group[i], at[j].key, at[j].value);
        }
        double number = fits ? lab_finding_number(group[i], expr) : NAN;
        if (!isnan(number))
        {
            numbers[found++] = number;
        }
    }
    double median = numbers != NULL ? lab_stats_median(numbers, found) : NAN;
    free(numbers);
    return median;
}

double lab_findings_median(const struct lab_finding *const *group, size_t count,
                           const struct lab_finding_at *at, size_t at_count, const char *expr)
{
    return median_of(group, count, lab_finding_counts, at, at_count, expr);
}

static bool is_disturbed(const struct lab_finding *finding)
{
    return finding->line != NULL && finding->verdict == LAB_TAINTED;
}

double lab_findings_disturbed(const struct lab_finding *const *group, size_t count, const char *expr)
{
    return median_of(group, count, is_disturbed, NULL, 0, expr);
}

static bool is_left_out(const char *const *without, const char *key)
{
    while (*without != NULL && strcmp(*without, key) != 0)
    {
        without++;
    }
    return *without != NULL;
}

void lab_finding_title(const struct lab_findings *findings, const struct lab_finding *finding,
                       const char *const *without, char *dst, size_t size)
{
    size_t index;
    const json_t *axis;
    size_t used = 0;
    dst[0] = '\0';
    json_array_foreach(json_object_get(findings->experiment, "axes"), index, axis)
    {
        const char *key = text_at(axis, "key");
        char value[128];
        bool varies = json_array_size(json_object_get(axis, "values")) != 1;
        if (is_left_out(without, key) || (!varies && strcmp(key, "subject") != 0))
        {
            continue;
        }
        lab_finding_value(finding, key, value, sizeof value);
        bool subject = strcmp(key, "subject") == 0;
        int len = snprintf(dst + used, size - used, "%s%s%s%s", used > 0 ? ", " : "", subject ? "" : key,
                           subject ? "" : " ", value);
        used += len > 0 && used + (size_t)len < size ? (size_t)len : 0;
    }
}

/* Where a cell stands in the order of the file: the last axis counts least. A value that the file does not
 * have (of a search) comes last. */
static unsigned long long rank_of(const struct lab_findings *findings, const struct lab_finding *finding,
                                  const char *const *without)
{
    unsigned long long rank = 0;
    size_t index;
    const json_t *axis;
    json_array_foreach(json_object_get(findings->experiment, "axes"), index, axis)
    {
        const json_t *values = json_object_get(axis, "values");
        const char *key = text_at(axis, "key");
        size_t at = 0;
        while (at < json_array_size(values) &&
               !has_value(finding, key, json_string_value(json_array_get(values, at))))
        {
            at++;
        }
        rank = rank * (json_array_size(values) + 1) + (is_left_out(without, key) ? 0 : at);
    }
    return rank;
}

struct group
{
    unsigned long long rank;
    char title[256];
    const struct lab_finding **members;
    size_t count;
};

static int by_rank(const void *left, const void *right)
{
    const struct group *a = left;
    const struct group *b = right;
    return a->rank != b->rank ? (a->rank > b->rank) - (a->rank < b->rank) : strcmp(a->title, b->title);
}

void lab_findings_each_group(const struct lab_findings *findings, const char *const *without,
                             void (*each)(void *arg, const char *title,
                                          const struct lab_finding *const *group, size_t count),
                             void *arg)
{
    struct group *groups = calloc(findings->count + 1, sizeof *groups);
    size_t group_count = 0;
    for (size_t i = 0; groups != NULL && i < findings->count; i++)
    {
        struct group wanted = {.count = 0};
        const struct lab_finding *finding = &findings->list[i];
        if (finding->line == NULL)
        {
            continue;
        }
        lab_finding_title(findings, finding, without, wanted.title, sizeof wanted.title);
        wanted.rank = rank_of(findings, finding, without);
        size_t at = 0;
        while (at < group_count && by_rank(&groups[at], &wanted) != 0)
        {
            at++;
        }
        if (at == group_count)
        {
            wanted.members = calloc(findings->count, sizeof *wanted.members);
            groups[group_count++] = wanted;
        }
        if (groups[at].members != NULL)
        {
            groups[at].members[groups[at].count++] = finding;
        }
    }
    if (groups != NULL)
    {
        qsort(groups, group_count, sizeof *groups, by_rank);
    }
    for (size_t i = 0; i < group_count; i++)
    {
        each(arg, groups[i].title, groups[i].members, groups[i].count);
        free(groups[i].members);
    }
    free(groups);
}
