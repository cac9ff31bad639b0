/* TAP: one point a case, its checks as an indented subtest. The first line says version 13, which every
 * reader knows (Perl's prove refuses 14); readers of 14 take 13 as well, and those of 13 skip subtests. What is no result is a skipped point: "not ok" is for FAIL and ERROR alone. */
#include "lib/export.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* '#' would begin a directive, and a line must stay a line. */
static void print_words(FILE *out, const char *text)
{
    for (; *text != '\0'; text++)
    {
        if (*text == '#' || *text == '\\')
        {
            fputc('\\', out);
        }
        fputc((unsigned char)*text < 0x20 ? ' ' : *text, out);
    }
}

static void print_point(FILE *out, const char *indent, size_t number, enum lab_verdict verdict,
                        const char *name, const char *reason)
{
    bool good = verdict != LAB_FAIL && verdict != LAB_ERROR;
    fprintf(out, "%s%s %zu - ", indent, good ? "ok" : "not ok", number);
    print_words(out, name);
    if (good && verdict != LAB_PASS)
    {
        fprintf(out, " # SKIP %s: ", lab_verdict_name(verdict));
        print_words(out, reason);
    }
    fputc('\n', out);
}

/* A YAML text in double quotes is a JSON text. */
static void print_quoted(FILE *out, const char *key, const char *text)
{
    json_t *value = json_string(text);
    char *quoted = json_dumps(value, JSON_ENCODE_ANY);
    fprintf(out, "  %s: %s\n", key, quoted != NULL ? quoted : "\"\"");
    free(quoted);
    json_decref(value);
}

static void print_case(FILE *out, const struct lab_loaded *loaded, size_t index)
{
    const struct lab_loaded_case *item = &loaded->cases[index];
    enum lab_verdict verdict = lab_loaded_verdict(item);
    const char *reason = item->line != NULL ? lab_loaded_text(item->line, "reason")
                         : item->planned    ? "it did not run to its end"
                                            : "see its checks";
    size_t checks = json_array_size(item->checks);
    if (checks > 0)
    {
        fprintf(out, "    # Subtest: ");
        print_words(out, item->id);
        fprintf(out, "\n    1..%zu\n", checks);
    }
    for (size_t i = 0; i < checks; i++)
    {
        const json_t *check = json_array_get(item->checks, i);
        enum lab_verdict one = LAB_ERROR;
        (void)lab_verdict_parse(lab_loaded_text(check, "verdict"), &one);
        print_point(out, "    ", i + 1, one, lab_loaded_text(check, "name"),
                    lab_loaded_text(check, "reason"));
    }
    print_point(out, "", index + 1, verdict, item->id, reason);
    if (verdict == LAB_FAIL || verdict == LAB_ERROR)
    {
        fprintf(out, "  ---\n");
        print_quoted(out, "verdict", lab_verdict_name(verdict));
        print_quoted(out, "message", reason);
        print_quoted(out, "run", lab_loaded_text(loaded->start, "run_id"));
        print_quoted(out, "seed", lab_loaded_text(loaded->start, "seed"));
        if (strcmp(lab_loaded_text(loaded->start, "suite"), "matrix") == 0)
        {
            char again[320];
            snprintf(again, sizeof again, "build/ovlab matrix --case %s", item->id);
            print_quoted(out, "again", again);
        }
        fprintf(out, "  ...\n");
    }
}

void lab_export_tap(const struct lab_loaded *loaded, FILE *out)
{
    fprintf(out, "TAP version 13\n1..%zu\n", loaded->case_count);
    for (size_t i = 0; i < loaded->case_count; i++)
    {
        print_case(out, loaded, i);
    }
}
