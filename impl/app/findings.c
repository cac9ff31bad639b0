#include "app/findings.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const words[] = {
    [OV_DIAG_ERROR] = "error", [OV_DIAG_WARNING] = "warning", [OV_DIAG_NOTE] = "note"};

void ov_findings_add(struct ov_findings *findings, enum ov_severity severity, const char *file, uint32_t line,
                     const char *text)
{
    findings->of[severity]++;
    if (findings->count == OV_FINDINGS_MAX)
    {
        findings->left_out++;
        return;
    }
    struct ov_finding *row = &findings->row[findings->count++];
    row->severity = severity;
    row->file = file;
    row->line = line;
    (void)snprintf(row->text, sizeof row->text, "%s", text);
}

static int by_line(const void *left, const void *right)
{
    const struct ov_finding *a = left;
    const struct ov_finding *b = right;
    const uint32_t at_a = a->line != 0 ? a->line : UINT32_MAX;
    const uint32_t at_b = b->line != 0 ? b->line : UINT32_MAX;
    if ((a->file == NULL) != (b->file == NULL))
    {
        return a->file == NULL ? 1 : -1;
    }
    const int files = a->file != NULL ? strcmp(a->file, b->file) : 0;
    if (files != 0)
    {
        return files;
    }
    if (at_a != at_b)
    {
        return at_a < at_b ? -1 : 1;
    }
    return (int)a->severity - (int)b->severity;
}

void ov_findings_sort(struct ov_findings *findings)
{
    qsort(findings->row, findings->count, sizeof findings->row[0], by_line);
}

void ov_findings_print(const struct ov_findings *findings, const char *name)
{
    for (size_t i = 0; i < findings->count; i++)
    {
        const struct ov_finding *row = &findings->row[i];
        const char *file = row->file != NULL ? row->file : name;
        if (row->line != 0)
        {
            (void)printf("%s:%u: %s: %s\n", file, row->line, words[row->severity], row->text);
        }
        else
        {
            (void)printf("%s: %s: %s\n", file, words[row->severity], row->text);
        }
    }
    if (findings->left_out > 0)
    {
        (void)printf("%s: %zu more findings are left out\n", name, findings->left_out);
    }
    (void)printf("%s:", name);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
    {
        (void)printf(" %zu %s%s,", findings->of[i], words[i], findings->of[i] == 1 ? "" : "s");
    }
    (void)puts(findings->of[OV_DIAG_ERROR] == 0 ? " can be used" : " can't be used");
}

void ov_findings_print_json(const struct ov_findings *findings, const char *name)
{
    json_t *list = json_array();
    for (size_t i = 0; i < findings->count; i++)
    {
        const struct ov_finding *row = &findings->row[i];
        json_t *one = json_pack("{s:s, s:i, s:s, s:s}", "file", row->file != NULL ? row->file : name, "line",
                                (int)row->line, "severity", words[row->severity], "text", row->text);
        if (one == NULL)
        {
            /* JSON holds UTF-8 only; a text that quotes other octets is told without them. */
            one = json_pack("{s:i, s:s, s:s}", "line", (int)row->line, "severity", words[row->severity],
                            "text", "(the text is not UTF-8)");
        }
        (void)json_array_append_new(list, one);
    }
    json_t *all = json_pack("{s:s, s:b, s:i, s:i, s:i, s:o}", "config", name, "usable",
                            (int)(findings->of[OV_DIAG_ERROR] == 0), "errors",
                            (int)findings->of[OV_DIAG_ERROR], "warnings", (int)findings->of[OV_DIAG_WARNING],
                            "notes", (int)findings->of[OV_DIAG_NOTE], "findings", list);
    if (all != NULL)
    {
        (void)json_dumpf(all, stdout, JSON_INDENT(2));
        (void)puts("");
    }
    json_decref(all);
}
