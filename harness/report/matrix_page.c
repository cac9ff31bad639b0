/* A record of the interop matrix by the values its cases were made of: which of them something fails with. */
#include "report/html.h"
#include "report/page.h"

#include <stdlib.h>
#include <string.h>

#define VALUES_MAX 256
#define VALUE_TEXT 40

struct value
{
    char name[VALUE_TEXT];
    size_t counts[LAB_VERDICT_COUNT];
};

struct values
{
    struct value list[VALUES_MAX];
    size_t count;
};

static void count_in(struct values *values, const char *name, size_t len, enum lab_verdict verdict)
{
    char word[VALUE_TEXT];
    size_t at = 0;
    snprintf(word, sizeof word, "%.*s", (int)len, name);
    while (at < values->count && strcmp(values->list[at].name, word) != 0)
    {
        at++;
    }
    if (at == VALUES_MAX)
    {
        return;
    }
    if (at == values->count)
    {
        values->list[at] = (struct value){.counts = {0}};
        memcpy(values->list[at].name, word, sizeof word);
        values->count++;
    }
    values->list[at].counts[verdict]++;
}

/* CLIENT/SERVER/VALUE.VALUE...: a factor whose value is the usual one is not named. */
static void read_cases(struct values *values, const struct lab_loaded *loaded)
{
    for (size_t i = 0; i < loaded->case_count; i++)
    {
        const struct lab_loaded_case *item = &loaded->cases[i];
        const char *name = strchr(item->id, '/');
        name = name != NULL ? strchr(name + 1, '/') : NULL;
        for (name = name != NULL ? name + 1 : ""; *name != '\0';)
        {
            size_t len = strcspn(name, ".");
            count_in(values, name, len, lab_loaded_verdict(item));
            name += len + (name[len] == '.');
        }
    }
}

/* What fails comes first, then what is not supported most. */
static int heaviest(const void *left, const void *right)
{
    const struct value *a = left;
    const struct value *b = right;
    static const enum lab_verdict order[] = {LAB_FAIL, LAB_ERROR, LAB_TAINTED, LAB_INCONCLUSIVE,
                                             LAB_UNSUPPORTED};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
    {
        if (a->counts[order[i]] != b->counts[order[i]])
        {
            return a->counts[order[i]] > b->counts[order[i]] ? -1 : 1;
        }
    }
    return strcmp(a->name, b->name);
}

static void put_value(FILE *out, const struct value *value)
{
    fputs("<tr><th>", out);
    lab_html_text(out, value->name);
    fputs("</th>", out);
    for (size_t v = 0; v < LAB_VERDICT_COUNT; v++)
    {
        if (value->counts[v] == 0)
        {
            fputs("<td class=\"n\"></td>", out);
            continue;
        }
        fprintf(out, "<td class=\"n v-%s\">%zu</td>", lab_verdict_name((enum lab_verdict)v),
                value->counts[v]);
    }
    fputs("</tr>\n", out);
}

void lab_page_matrix(FILE *out, const struct lab_loaded *loaded)
{
    struct values *values =
        strcmp(lab_loaded_text(loaded->start, "suite"), "matrix") == 0 ? calloc(1, sizeof *values) : NULL;
    if (values == NULL)
    {
        return;
    }
    read_cases(values, loaded);
    qsort(values->list, values->count, sizeof values->list[0], heaviest);
    fputs("<section id=\"values\"><h2>By value</h2><p class=\"sub\">Cases that hold each value, by verdict; "
          "`ovlab matrix --list` says what a value is.</p><details><summary>all, as a table</summary>"
          "<div class=\"wide\"><table class=\"list\"><thead><tr><th>value</th>",
          out);
    for (size_t v = 0; v < LAB_VERDICT_COUNT; v++)
    {
        fputs("<th>", out);
        lab_page_verdict(out, lab_verdict_name((enum lab_verdict)v));
        fputs("</th>", out);
    }
    fputs("</tr></thead><tbody>\n", out);
    for (size_t i = 0; i < values->count; i++)
    {
        put_value(out, &values->list[i]);
    }
    fputs("</tbody></table></div></details></section>\n", out);
    free(values);
}
