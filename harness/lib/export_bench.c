/* The JSON that benchmark trackers read: an array of {name, unit, value, range, extra}. They know one
 * direction for each file, so there are two files; numbers without a direction are in neither. */
#include "lib/export.h"
#include "lib/stats.h"
#include "lib/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Raw numbers a value was made from, by their unit: what varied while it was measured. */
static const struct
{
    const char *key;
    const char *samples;
} spreads[] = {
    {"goodput_mbps", "interval_mbps"},
    {"up_mbps", "up_interval_mbps"},
    {"down_mbps", "down_interval_mbps"},
    {"rtt_p50_ms", "rtt_ms"},
};

static double spread_of(const json_t *line, const char *key)
{
    for (size_t i = 0; i < sizeof spreads / sizeof spreads[0]; i++)
    {
        const json_t *list = json_object_get(json_object_get(line, "samples"), spreads[i].samples);
        size_t count = json_array_size(list);
        double *values = strcmp(key, spreads[i].key) == 0 && count > 1 ? calloc(count, sizeof *values) : NULL;
        if (values == NULL)
        {
            continue;
        }
        for (size_t at = 0; at < count; at++)
        {
            values[at] = json_number_value(json_array_get(list, at));
        }
        double deviation = lab_stats_deviation(values, count);
        free(values);
        return deviation;
    }
    return NAN;
}

static json_t *entry_of(const struct lab_loaded *loaded, const struct lab_loaded_case *item,
                        const json_t *line, const char *key, double value)
{
    char extra[512];
    double spread = spread_of(line, key);
    json_t *entry = json_object();
    json_object_set_new(entry, "name",
                        json_sprintf("%s/%s/%s %s", lab_loaded_text(loaded->start, "suite"), item->id,
                                     lab_loaded_text(line, "name"), key));
    json_object_set_new(entry, "unit", json_string(lab_unit_of(key)->text));
    json_object_set_new(entry, "value", json_real(value));
    if (isfinite(spread))
    {
        json_object_set_new(entry, "range", json_sprintf("\xc2\xb1 %.4g", spread));
    }
    snprintf(extra, sizeof extra, "%s, %s, seed %s", lab_loaded_text(loaded->start, "run_id"),
             lab_verdict_name(lab_loaded_verdict(item)), lab_loaded_text(loaded->start, "seed"));
    json_object_set_new(entry, "extra", json_string(extra));
    return entry;
}

/* Figures of a disturbed or failed case are none. */
static void print_entries(const struct lab_loaded *loaded, enum lab_better better, FILE *out)
{
    json_t *entries = json_array();
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
                if (json_is_number(value) && lab_unit_better(key) == better &&
                    lab_loaded_verdict(item) == LAB_PASS)
                {
                    json_array_append_new(entries,
                                          entry_of(loaded, item, line, key, json_number_value(value)));
                }
            }
        }
    }
    (void)json_dumpf(entries, out, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
    fputc('\n', out);
    json_decref(entries);
}

void lab_export_bigger(const struct lab_loaded *loaded, FILE *out)
{
    print_entries(loaded, LAB_BETTER_BIGGER, out);
}

void lab_export_smaller(const struct lab_loaded *loaded, FILE *out)
{
    print_entries(loaded, LAB_BETTER_SMALLER, out);
}
