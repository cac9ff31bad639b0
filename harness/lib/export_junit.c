/* JUnit XML as build services read it: a suite for each scenario, a test case for each case. TAINTED and
 * INCONCLUSIVE are no results, so they are skipped tests whose message says why, never failures. */
#include "lib/export.h"
#include "lib/markup.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define OUTPUT_MAX (64 * 1024) /* of a test case's system-out */

static void print_attribute(FILE *out, const char *name, const char *text)
{
    fprintf(out, " %s=\"", name);
    lab_markup_text(out, text, strlen(text));
    fputc('"', out);
}

static size_t suite_len(const char *id)
{
    return strcspn(id, "/");
}

static bool same_suite(const char *left, const char *right)
{
    size_t len = suite_len(left);
    return len == suite_len(right) && strncmp(left, right, len) == 0;
}

struct sums
{
    size_t tests;
    size_t failures;
    size_t errors;
    size_t skipped;
    double seconds;
};

static void add(struct sums *sums, const struct lab_loaded_case *item)
{
    enum lab_verdict verdict = lab_loaded_verdict(item);
    sums->tests++;
    sums->failures += verdict == LAB_FAIL;
    sums->errors += verdict == LAB_ERROR;
    sums->skipped += verdict == LAB_UNSUPPORTED || verdict == LAB_TAINTED || verdict == LAB_INCONCLUSIVE;
    sums->seconds += json_number_value(json_object_get(item->line, "seconds"));
}

static void print_sums(FILE *out, const struct sums *sums)
{
    fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"%.3f\"", sums->tests,
            sums->failures, sums->errors, sums->skipped, sums->seconds);
}

static void print_property(FILE *out, const char *name, const char *value)
{
    fprintf(out, "      <property");
    print_attribute(out, "name", name);
    print_attribute(out, "value", value);
    fprintf(out, "/>\n");
}

/* What it takes to do the same again. */
static void print_properties(FILE *out, const struct lab_loaded *loaded)
{
    static const char *const names[] = {"run_id", "suite", "commit", "seed"};
    char *words = json_dumps(json_object_get(loaded->start, "argv"), JSON_COMPACT);
    fprintf(out, "    <properties>\n");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    {
        print_property(out, names[i], lab_loaded_text(loaded->start, names[i]));
    }
    print_property(out, "argv", words != NULL ? words : "");
    fprintf(out, "    </properties>\n");
    free(words);
}

static void print_result(FILE *out, const struct lab_loaded_case *item)
{
    char message[640];
    enum lab_verdict verdict = lab_loaded_verdict(item);
    const char *reason = item->line != NULL ? lab_loaded_text(item->line, "reason")
                         : item->planned    ? "the case was planned and did not run to its end"
                                            : "see its checks";
    const char *element = verdict == LAB_FAIL ? "failure" : verdict == LAB_ERROR ? "error" : "skipped";
    if (verdict == LAB_PASS)
    {
        return;
    }
    snprintf(message, sizeof message, "%s: %s", lab_verdict_name(verdict), reason);
    fprintf(out, "      <%s", element);
    print_attribute(out, "message", message);
    if (element[0] != 's')
    {
        print_attribute(out, "type", lab_verdict_name(verdict));
    }
    fprintf(out, "/>\n");
}

/* Each check and each measurement as a line, cut at a line's end. */
static void print_output(FILE *out, const struct lab_loaded *loaded, const struct lab_loaded_case *item)
{
    size_t total = 0;
    const json_t *const lists[] = {item->checks, item->measurements};
    fprintf(out, "      <system-out>");
    if (strcmp(lab_loaded_text(loaded->start, "suite"), "matrix") == 0)
    {
        fprintf(out, "again: build/ovlab matrix --case ");
        lab_markup_text(out, item->id, strlen(item->id));
        fputc('\n', out);
    }
    for (size_t list = 0; list < 2; list++)
    {
        for (size_t i = 0; i < json_array_size(lists[list]); i++)
        {
            const json_t *line = json_array_get(lists[list], i);
            char *values = json_dumps(json_object_get(line, "values"), JSON_COMPACT | JSON_REAL_PRECISION(6));
            char text[2048];
            int len = snprintf(text, sizeof text, "%s %s %s%s\n", lab_loaded_text(line, "name"),
                               lab_loaded_text(line, "verdict"), lab_loaded_text(line, "reason"),
                               values != NULL ? values : "");
            free(values);
            size_t used = len < 0 ? 0 : (size_t)len < sizeof text ? (size_t)len : sizeof text - 1;
            total += used;
            if (total > OUTPUT_MAX)
            {
                fprintf(out, "(more in run.jsonl)\n</system-out>\n");
                return;
            }
            lab_markup_text(out, text, used);
        }
    }
    fprintf(out, "</system-out>\n");
}

static void print_case(FILE *out, const struct lab_loaded *loaded, const struct lab_loaded_case *item)
{
    char classname[320];
    snprintf(classname, sizeof classname, "%s.%.*s", lab_loaded_text(loaded->start, "suite"),
             (int)suite_len(item->id), item->id);
    fprintf(out, "    <testcase");
    print_attribute(out, "classname", classname);
    print_attribute(out, "name", item->id);
    fprintf(out, " time=\"%.3f\">\n", json_number_value(json_object_get(item->line, "seconds")));
    print_result(out, item);
    print_output(out, loaded, item);
    fprintf(out, "    </testcase>\n");
}

static void print_suite(FILE *out, const struct lab_loaded *loaded, size_t first)
{
    struct sums sums = {0};
    char name[320];
    const char *id = loaded->cases[first].id;
    for (size_t i = first; i < loaded->case_count; i++)
    {
        if (same_suite(loaded->cases[i].id, id))
        {
            add(&sums, &loaded->cases[i]);
        }
    }
    snprintf(name, sizeof name, "%s/%.*s", lab_loaded_text(loaded->start, "suite"), (int)suite_len(id), id);
    fprintf(out, "  <testsuite");
    print_attribute(out, "name", name);
    print_sums(out, &sums);
    print_attribute(out, "timestamp", lab_loaded_text(loaded->start, "started"));
    print_attribute(out, "hostname", lab_loaded_text(loaded->start, "host"));
    fprintf(out, ">\n");
    print_properties(out, loaded);
    for (size_t i = first; i < loaded->case_count; i++)
    {
        if (same_suite(loaded->cases[i].id, id))
        {
            print_case(out, loaded, &loaded->cases[i]);
        }
    }
    fprintf(out, "  </testsuite>\n");
}

void lab_export_junit(const struct lab_loaded *loaded, FILE *out)
{
    struct sums sums = {0};
    for (size_t i = 0; i < loaded->case_count; i++)
    {
        add(&sums, &loaded->cases[i]);
    }
    fprintf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
    print_attribute(out, "name", lab_loaded_text(loaded->start, "run_id"));
    print_sums(out, &sums);
    fprintf(out, ">\n");
    for (size_t i = 0; i < loaded->case_count; i++)
    {
        bool seen = false;
        for (size_t before = 0; before < i && !seen; before++)
        {
            seen = same_suite(loaded->cases[before].id, loaded->cases[i].id);
        }
        if (!seen)
        {
            print_suite(out, loaded, i);
        }
    }
    fprintf(out, "</testsuites>\n");
}
