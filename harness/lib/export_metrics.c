/* OpenMetrics text that older scrapers take as well: gauges only, in base units, each family in one block.
 * A measurement whose name is a plain word is a family of its own, such as
 * ovlab_tcp_up_goodput_bytes_per_second; all others share ovlab_measurement. */
#include "lib/export.h"
#include "lib/unit.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define FAMILY_MAX 160

struct point
{
    char family[FAMILY_MAX];
    const struct lab_loaded_case *item;
    const char *name;
    const char *key;
    double value;
    size_t place; /* keeps the order of the record within a family */
};

struct points
{
    struct point *list;
    size_t count;
};

static bool is_word(const char *text)
{
    for (const char *at = text; *at != '\0'; at++)
    {
        if (!(islower((unsigned char)*at) || *at == '_' || (at > text && isdigit((unsigned char)*at))))
        {
            return false;
        }
    }
    return text[0] != '\0' && strlen(text) < 60;
}

static void name_family(struct point *point)
{
    const struct lab_unit *unit = lab_unit_of(point->key);
    if (!is_word(point->name) || !is_word(point->key))
    {
        snprintf(point->family, FAMILY_MAX, "ovlab_measurement");
        return;
    }
    snprintf(point->family, FAMILY_MAX, "ovlab_%s_%.*s%s%s", point->name,
             (int)(strlen(point->key) - strlen(unit->suffix)), point->key, unit->base[0] != '\0' ? "_" : "",
             unit->base);
    point->value *= unit->scale;
}

static size_t count_values(const struct lab_loaded *loaded)
{
    size_t count = 0;
    for (size_t i = 0; i < loaded->case_count; i++)
    {
        const json_t *list = loaded->cases[i].measurements;
        for (size_t at = 0; at < json_array_size(list); at++)
        {
            count += json_object_size(json_object_get(json_array_get(list, at), "values"));
        }
    }
    return count;
}

static void collect(const struct lab_loaded *loaded, struct points *points)
{
    for (size_t i = 0; i < loaded->case_count; i++)
    {
        const struct lab_loaded_case *item = &loaded->cases[i];
        for (size_t at = 0; at < json_array_size(item->measurements); at++)
        {
            json_t *line = json_array_get(item->measurements, at);
            const char *key;
            json_t *value;
            json_object_foreach(json_object_get(line, "values"), key, value)
            {
                struct point *point = &points->list[points->count];
                *point = (struct point){.item = item, .name = lab_loaded_text(line, "name"), .key = key};
                point->value = json_is_number(value) ? json_number_value(value) : NAN;
                point->place = points->count++;
                name_family(point);
            }
        }
    }
}

static int compare_points(const void *left, const void *right)
{
    const struct point *a = left;
    const struct point *b = right;
    int order = strcmp(a->family, b->family);
    return order != 0 ? order : (a->place > b->place) - (a->place < b->place);
}

static void print_label(FILE *out, const char *before, const char *name, const char *text)
{
    fprintf(out, "%s%s=\"", before, name);
    for (; *text != '\0'; text++)
    {
        if (*text == '\\' || *text == '"')
        {
            fputc('\\', out);
        }
        fputs(*text == '\n' ? "\\n" : (char[]){*text, '\0'}, out);
    }
    fputc('"', out);
}

static void print_family(FILE *out, const char *name, const char *help)
{
    fprintf(out, "# TYPE %s gauge\n# HELP %s %s\n", name, name, help);
}

/* The same number measured twice in a case is one series: the last holds. */
static bool is_last(const struct points *points, size_t index)
{
    const struct point *point = &points->list[index];
    for (size_t i = index + 1; i < points->count && strcmp(points->list[i].family, point->family) == 0; i++)
    {
        const struct point *other = &points->list[i];
        if (other->item == point->item && strcmp(other->name, point->name) == 0 &&
            strcmp(other->key, point->key) == 0)
        {
            return false;
        }
    }
    return true;
}

static void print_points(FILE *out, const struct lab_loaded *loaded, const struct points *points)
{
    for (size_t i = 0; i < points->count; i++)
    {
        const struct point *point = &points->list[i];
        char number[LAB_NUMBER_TEXT];
        bool shared = strcmp(point->family, "ovlab_measurement") == 0;
        if (i == 0 || strcmp(point->family, points->list[i - 1].family) != 0)
        {
            char help[256];
            snprintf(help, sizeof help, "%s of measurement %s in base units.", point->key, point->name);
            print_family(out, point->family, shared ? "Measurements whose name is no plain word." : help);
        }
        if (!is_last(points, i))
        {
            continue;
        }
        lab_export_number(number, point->value);
        fprintf(out, "%s{", point->family);
        print_label(out, "", "suite", lab_loaded_text(loaded->start, "suite"));
        print_label(out, ",", "case", point->item->id);
        print_label(out, ",", "client", lab_loaded_text(point->item->line, "client"));
        print_label(out, ",", "server", lab_loaded_text(point->item->line, "server"));
        if (shared)
        {
            print_label(out, ",", "measurement", point->name);
            print_label(out, ",", "key", point->key);
        }
        fprintf(out, "} %s\n", number);
    }
}

static void print_run(FILE *out, const struct lab_loaded *loaded)
{
    static const char *const labels[] = {"suite", "host", "commit", "started"};
    size_t counts[LAB_VERDICT_COUNT];
    print_family(out, "ovlab_run_info", "The run whose figures these are; always 1.");
    fprintf(out, "ovlab_run_info{");
    print_label(out, "", "run_id", lab_loaded_text(loaded->start, "run_id"));
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
    {
        print_label(out, ",", labels[i], lab_loaded_text(loaded->start, labels[i]));
    }
    fprintf(out, "} 1\n");
    lab_loaded_counts(loaded, counts);
    print_family(out, "ovlab_cases", "Cases by verdict.");
    for (size_t i = 0; i < LAB_VERDICT_COUNT; i++)
    {
        fprintf(out, "ovlab_cases{");
        print_label(out, "", "suite", lab_loaded_text(loaded->start, "suite"));
        print_label(out, ",", "verdict", lab_verdict_name((enum lab_verdict)i));
        fprintf(out, "} %zu\n", counts[i]);
    }
    print_family(out, "ovlab_run_complete", "1 when the run came to its end, 0 when it was cut short.");
    fprintf(out, "ovlab_run_complete{");
    print_label(out, "", "suite", lab_loaded_text(loaded->start, "suite"));
    fprintf(out, "} %d\n", strcmp(lab_loaded_text(loaded->end, "reason"), "complete") == 0);
}

void lab_export_openmetrics(const struct lab_loaded *loaded, FILE *out)
{
    struct points points = {.list = calloc(count_values(loaded) + 1, sizeof *points.list)};
    print_run(out, loaded);
    if (points.list != NULL)
    {
        collect(loaded, &points);
        qsort(points.list, points.count, sizeof *points.list, compare_points);
        print_points(out, loaded, &points);
    }
    fprintf(out, "# EOF\n");
    free(points.list);
}
