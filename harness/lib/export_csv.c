/* CSV as RFC 4180 has it, save that lines end in LF: one row for each number. */
#include "lib/export.h"
#include "lib/unit.h"

#include <math.h>
#include <string.h>

static void print_field(FILE *out, const char *text, const char *after)
{
    if (strpbrk(text, ",\"\r\n") == NULL)
    {
        fprintf(out, "%s%s", text, after);
        return;
    }
    fputc('"', out);
    for (; *text != '\0'; text++)
    {
        if (*text == '"')
        {
            fputc('"', out);
        }
        fputc(*text, out);
    }
    fprintf(out, "\"%s", after);
}

static void print_rows(FILE *out, const struct lab_loaded *loaded, const struct lab_loaded_case *item,
                       const json_t *measurement)
{
    static const char *const of_run[] = {"run_id", "suite", "started", "host", "commit"};
    const char *key;
    json_t *value;
    json_object_foreach(json_object_get((json_t *)measurement, "values"), key, value)
    {
        char number[LAB_NUMBER_TEXT];
        lab_export_number(number, json_is_number(value) ? json_number_value(value) : NAN);
        for (size_t i = 0; i < sizeof of_run / sizeof of_run[0]; i++)
        {
            print_field(out, lab_loaded_text(loaded->start, of_run[i]), ",");
        }
        print_field(out, item->id, ",");
        print_field(out, lab_loaded_text(item->line, "client"), ",");
        print_field(out, lab_loaded_text(item->line, "server"), ",");
        print_field(out, lab_verdict_name(lab_loaded_verdict(item)), ",");
        print_field(out, lab_loaded_text(measurement, "name"), ",");
        print_field(out, key, ",");
        print_field(out, json_is_number(value) ? number : "", ",");
        print_field(out, lab_unit_of(key)->text, "\n");
    }
}

void lab_export_csv(const struct lab_loaded *loaded, FILE *out)
{
    fprintf(out, "run_id,suite,started,host,commit,case,client,server,verdict,measurement,key,value,unit\n");
    for (size_t i = 0; i < loaded->case_count; i++)
    {
        const struct lab_loaded_case *item = &loaded->cases[i];
        for (size_t at = 0; at < json_array_size(item->measurements); at++)
        {
            print_rows(out, loaded, item, json_array_get(item->measurements, at));
        }
    }
}
