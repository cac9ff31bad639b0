/* Markdown for the page of a job: the sum first, what went wrong next, the figures last. */
#include "lib/export.h"
#include "lib/report.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* A bar would end the cell. */
static void print_cell(FILE *out, const char *text)
{
    fputs("| ", out);
    for (; *text != '\0'; text++)
    {
        fputs(*text == '|' ? "\\|" : (char[]){(unsigned char)*text < 0x20 ? ' ' : *text, '\0'}, out);
    }
    fputc(' ', out);
}

static double figure(const struct lab_loaded_case *item, const char *name, const char *key)
{
    for (size_t i = 0; i < json_array_size(item->measurements); i++)
    {
        const json_t *line = json_array_get(item->measurements, i);
        if (strcmp(lab_loaded_text(line, "name"), name) == 0)
        {
            return lab_loaded_value(line, key);
        }
    }
    return NAN;
}

static const struct
{
    const char *title;
    const char *name;
    const char *key;
} columns[] = {
    {"connect, ms", "connect", "answered_ms"},
    {"ping, ms", "ping4", "rtt_p50_ms"},
    {"up, Mbit/s", "tcp_up", "goodput_mbps"},
    {"down, Mbit/s", "tcp_down", "goodput_mbps"},
};
#define COLUMN_COUNT (sizeof columns / sizeof columns[0])

static void print_head(const struct lab_loaded *loaded, FILE *out)
{
    size_t counts[LAB_VERDICT_COUNT];
    const char *separator = "";
    lab_loaded_counts(loaded, counts);
    fprintf(out, "### ovlab %s: ", lab_loaded_text(loaded->start, "suite"));
    for (size_t i = 0; i < LAB_VERDICT_COUNT; i++)
    {
        if (counts[i] > 0)
        {
            fprintf(out, "%s%zu %s", separator, counts[i], lab_verdict_name((enum lab_verdict)i));
            separator = ", ";
        }
    }
    fprintf(out, "\n\nRun `%s`, commit `%s`, seed %s%s%s\n\n", lab_loaded_text(loaded->start, "run_id"),
            lab_loaded_text(loaded->start, "commit"), lab_loaded_text(loaded->start, "seed"),
            loaded->end != NULL ? ", ended: " : ", **without an end**",
            loaded->end != NULL ? lab_loaded_text(loaded->end, "reason") : "");
}

static void print_failures(const struct lab_loaded *loaded, FILE *out)
{
    for (size_t i = 0; i < loaded->case_count; i++)
    {
        const struct lab_loaded_case *item = &loaded->cases[i];
        enum lab_verdict verdict = lab_loaded_verdict(item);
        if (verdict == LAB_FAIL || verdict == LAB_ERROR)
        {
            fprintf(out, "- **%s** `%s`: %s\n", lab_verdict_name(verdict), item->id,
                    item->line != NULL ? lab_loaded_text(item->line, "reason")
                    : item->planned    ? "did not run to its end"
                                       : "see below");
        }
    }
}

/* Verdicts of comparisons and goals are checks: one line each. */
static void print_checks(const struct lab_loaded *loaded, FILE *out)
{
    for (size_t i = 0; i < loaded->case_count; i++)
    {
        const struct lab_loaded_case *item = &loaded->cases[i];
        if (item->planned || item->line != NULL)
        {
            continue;
        }
        for (size_t at = 0; at < json_array_size(item->checks); at++)
        {
            const json_t *check = json_array_get(item->checks, at);
            fprintf(out, "- %s `%s`: %s\n", lab_loaded_text(check, "verdict"), lab_loaded_text(check, "name"),
                    lab_loaded_text(check, "reason"));
        }
    }
}

void lab_export_summary(const struct lab_loaded *loaded, FILE *out)
{
    print_head(loaded, out);
    print_failures(loaded, out);
    print_checks(loaded, out);
    fprintf(out, "\n| case | verdict ");
    for (size_t i = 0; i < COLUMN_COUNT; i++)
    {
        print_cell(out, columns[i].title);
    }
    fprintf(out, "|\n|---|---|--:|--:|--:|--:|\n");
    for (size_t i = 0; i < loaded->case_count; i++)
    {
        const struct lab_loaded_case *item = &loaded->cases[i];
        print_cell(out, item->id);
        print_cell(out, lab_verdict_name(lab_loaded_verdict(item)));
        for (size_t column = 0; column < COLUMN_COUNT; column++)
        {
            char text[32];
            lab_report_number(text, sizeof text, figure(item, columns[column].name, columns[column].key));
            print_cell(out, text);
        }
        fprintf(out, "|\n");
    }
}
