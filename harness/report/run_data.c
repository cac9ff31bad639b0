/* What the charts of a record draw, as JSON. Long samples are thinned to quantiles, in order of size, or to the
 * values in order of time that fit; the record keeps them all. */
#include "report/page.h"

#include "lib/findings.h"
#include "lib/stats.h"
#include "report/gist.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLE_MAX 128

json_t *lab_page_number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static bool cell_word(const json_t *values, const char *const *keys, char word[static LAB_PAGE_WORD])
{
    for (; *keys != NULL; keys++)
    {
        const char *text = json_string_value(json_object_get(values, *keys));
        if (text != NULL)
        {
            snprintf(word, LAB_PAGE_WORD, "%s", text);
            return true;
        }
    }
    return false;
}

void lab_page_cipher(const struct lab_loaded_case *item, char word[static LAB_PAGE_WORD])
{
    static const char *const keys[] = {"cipher", "ciphers", NULL};
    static const struct
    {
        const char *in_id;
        const char *cipher;
    } known[] = {{"aes256gcm", "AES-256-GCM"},    {"aes128gcm", "AES-128-GCM"},
                 {"chacha", "CHACHA20-POLY1305"}, {"AES-256-GCM", "AES-256-GCM"},
                 {"AES-128-GCM", "AES-128-GCM"},  {"/cbc", "AES-256-CBC"},
                 {"AES-256-CBC", "AES-256-CBC"},  {"/none", "none"}};
    const char *agreed = lab_loaded_text(json_object_get(item->line, "negotiated"), "cipher");
    word[0] = '\0';
    if (agreed[0] != '\0')
    {
        snprintf(word, LAB_PAGE_WORD, "%s", agreed);
        return;
    }
    if (cell_word(json_object_get(json_object_get(item->line, "cell"), "values"), keys, word))
    {
        return;
    }
    for (size_t i = 0; i < sizeof known / sizeof known[0] && word[0] == '\0'; i++)
    {
        snprintf(word, LAB_PAGE_WORD, "%s", strstr(item->id, known[i].in_id) != NULL ? known[i].cipher : "");
    }
}

void lab_page_profile(const struct lab_loaded_case *item, char word[static LAB_PAGE_WORD])
{
    static const char *const keys[] = {"profile", "host", NULL};
    word[0] = '\0';
    (void)cell_word(json_object_get(json_object_get(item->line, "cell"), "values"), keys, word);
}

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

/* rtt_ms is drawn as a distribution: quantiles keep it. The rest is drawn over time: as it came, cut. */
static json_t *thin(const char *name, const json_t *list)
{
    size_t count = json_array_size(list);
    json_t *thinned = json_array();
    double *values = malloc((count + 1) * sizeof *values);
    size_t used = 0;
    for (size_t i = 0; values != NULL && i < count; i++)
    {
        const json_t *value = json_array_get(list, i);
        if (json_is_number(value))
        {
            values[used++] = json_number_value(value);
        }
    }
    bool spread = strcmp(name, "rtt_ms") == 0 && used > SAMPLE_MAX;
    if (spread)
    {
        qsort(values, used, sizeof *values, ascending);
    }
    for (size_t i = 0; values != NULL && i < used && i < SAMPLE_MAX; i++)
    {
        size_t at = spread ? i * (used - 1) / (SAMPLE_MAX - 1) : i;
        json_array_append_new(thinned, json_real(values[at]));
    }
    free(values);
    return thinned;
}

static json_t *measurement_data(const json_t *line)
{
    const char *name;
    json_t *list;
    json_t *samples = json_object();
    json_object_foreach(json_object_get((json_t *)line, "samples"), name, list)
    {
        json_object_set_new(samples, name, thin(name, list));
    }
    return json_pack("{s:O, s:O, s:O, s:o}", "name", json_object_get(line, "name"), "t",
                     json_object_get(line, "t_s"), "values", json_object_get(line, "values"), "samples",
                     samples);
}

static json_t *case_data(const struct lab_loaded_case *item)
{
    char cipher[LAB_PAGE_WORD], profile[LAB_PAGE_WORD];
    lab_page_cipher(item, cipher);
    lab_page_profile(item, profile);
    json_t *measurements = json_array();
    for (size_t i = 0; i < json_array_size(item->measurements); i++)
    {
        json_array_append_new(measurements, measurement_data(json_array_get(item->measurements, i)));
    }
    json_t *data = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "id", item->id, "client",
        lab_loaded_text(item->line, "client"), "server", lab_loaded_text(item->line, "server"), "verdict",
        lab_verdict_name(lab_loaded_verdict(item)), "reason", lab_loaded_text(item->line, "reason"), "cipher",
        cipher, "profile", profile, "measurements", measurements);
    static const char *const kept[] = {"t_s", "cell", "files", "health", "taints"};
    for (size_t i = 0; data != NULL && i < sizeof kept / sizeof kept[0]; i++)
    {
        json_t *value = json_object_get(item->line, kept[i]);
        if (value != NULL)
        {
            json_object_set(data, kept[i], value);
        }
    }
    return data;
}

/* Each of a list of expressions (grids, columns) at one point. */
static json_t *computed(const struct lab_finding *finding, const json_t *defs)
{
    json_t *values = json_array();
    bool measured = lab_finding_counts(finding) || finding->verdict == LAB_TAINTED;
    for (size_t i = 0; i < json_array_size(defs); i++)
    {
        const char *of = lab_loaded_text(json_array_get(defs, i), "of");
        json_array_append_new(values,
                              measured ? lab_page_number(lab_finding_number(finding, of)) : json_null());
    }
    return values;
}

/* Grids and columns of an experiment. Both lists are long in a large record: the ids are looked up, not searched. */
static void add_computed(json_t *cases, const struct lab_findings *findings)
{
    json_t *by_id = json_object();
    for (size_t c = 0; c < json_array_size(cases); c++)
    {
        json_t *item = json_array_get(cases, c);
        json_object_set(by_id, lab_loaded_text(item, "id"), item);
    }
    for (size_t i = 0; i < findings->count; i++)
    {
        const struct lab_finding *finding = &findings->list[i];
        json_t *item = json_object_get(by_id, finding->id);
        if (item != NULL)
        {
            json_object_set_new(item, "grids",
                                computed(finding, json_object_get(findings->experiment, "grids")));
            json_object_set_new(item, "columns",
                                computed(finding, json_object_get(findings->experiment, "columns")));
        }
    }
    json_decref(by_id);
}

/* Names of figures as words, so that charts and sentences say the same. */
static json_t *word_data(const json_t *cases)
{
    json_t *words = json_object();
    for (size_t c = 0; c < json_array_size(cases); c++)
    {
        const json_t *list = json_object_get(json_array_get(cases, c), "measurements");
        for (size_t m = 0; m < json_array_size(list); m++)
        {
            char name[64], said[64];
            const char *whole = lab_loaded_text(json_array_get(list, m), "name");
            snprintf(name, sizeof name, "%.*s", (int)strcspn(whole, ":"), whole);
            lab_gist_words(said, sizeof said, name);
            json_object_set_new(words, name, json_string(said));
        }
    }
    return words;
}

json_t *lab_page_run_data(const struct lab_loaded *loaded)
{
    struct lab_findings findings = {.list = NULL};
    json_t *cases = json_array();
    for (size_t i = 0; i < json_array_size(loaded->lines); i++)
    {
        lab_findings_add(&findings, json_array_get(loaded->lines, i));
    }
    for (size_t i = 0; i < loaded->case_count; i++)
    {
        const struct lab_loaded_case *item = &loaded->cases[i];
        /* A plan that names rounds has no results of its own in the plan's ids. */
        if (item->line != NULL || json_array_size(item->measurements) > 0)
        {
            json_array_append_new(cases, case_data(item));
        }
    }
    json_t *explain = json_array();
    for (size_t i = 0; i < json_array_size(loaded->lines); i++)
    {
        json_t *line = json_array_get(loaded->lines, i);
        if (strcmp(lab_loaded_text(line, "kind"), "explain") == 0)
        {
            json_array_append(explain, line);
        }
    }
    add_computed(cases, &findings);
    lab_findings_clear(&findings);
    return json_pack("{s:s, s:o, s:o, s:O, s:O?, s:O?, s:o}", "page", "run", "words", word_data(cases),
                     "explain", explain, "start", loaded->start, "end", loaded->end, "env", loaded->env,
                     "cases", cases);
}
