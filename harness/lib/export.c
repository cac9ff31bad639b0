#include "lib/export.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const struct lab_export_def lab_exports[LAB_EXPORT_COUNT] = {
    [LAB_EXPORT_JUNIT] = {"junit", "junit.xml", "JUnit XML: what build services show as tests",
                          lab_export_junit},
    [LAB_EXPORT_TAP] = {"tap", "results.tap", "TAP 13, for prove and kernel test runners", lab_export_tap},
    [LAB_EXPORT_CSV] = {"csv", "measurements.csv", "a row for each number measured", lab_export_csv},
    [LAB_EXPORT_OPENMETRICS] = {"openmetrics", "metrics.prom", "OpenMetrics text, for Prometheus",
                                lab_export_openmetrics},
    [LAB_EXPORT_BIGGER] = {"bench-bigger", "bench-bigger.json",
                           "[{name, unit, value, range, extra}] of benchmark trackers, bigger is better",
                           lab_export_bigger},
    [LAB_EXPORT_SMALLER] = {"bench-smaller", "bench-smaller.json", "the same, smaller is better",
                            lab_export_smaller},
    [LAB_EXPORT_SUMMARY] = {"summary", "summary.md", "Markdown, for the page of a job", lab_export_summary},
};

enum lab_export lab_export_find(const char *name)
{
    size_t i = 0;
    while (i < LAB_EXPORT_COUNT && strcmp(lab_exports[i].name, name) != 0)
    {
        i++;
    }
    return (enum lab_export)i;
}

void lab_export_number(char text[static LAB_NUMBER_TEXT], double value)
{
    if (!isfinite(value))
    {
        snprintf(text, LAB_NUMBER_TEXT, "NaN");
        return;
    }
    for (int digits = 6; digits <= 17; digits++)
    {
        snprintf(text, LAB_NUMBER_TEXT, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
        {
            return;
        }
    }
}

enum lab_err lab_export_print(const struct lab_loaded *loaded, enum lab_export format, FILE *out,
                              struct lab_why *why)
{
    lab_exports[format].print(loaded, out);
    return fflush(out) == 0 && !ferror(out) ? LAB_OK
                                            : lab_why_errno(why, "writing %s", lab_exports[format].file);
}

static enum lab_err write_one(const struct lab_loaded *loaded, enum lab_export format, struct lab_why *why)
{
    char path[LAB_PATH_MAX];
    char *text = NULL;
    size_t size = 0;
    enum lab_err err = lab_path_set(path, why, "%s/%s", loaded->dir, lab_exports[format].file);
    FILE *out = err == LAB_OK ? open_memstream(&text, &size) : NULL;
    if (out == NULL)
    {
        return err != LAB_OK ? err : lab_why_errno(why, "%s", path);
    }
    err = lab_export_print(loaded, format, out, why);
    fclose(out);
    err = err == LAB_OK ? lab_file_replace(path, text, why) : err;
    free(text);
    return err;
}

enum lab_err lab_export_all(const char *dir, struct lab_why *why)
{
    struct lab_loaded loaded;
    enum lab_err err = lab_loaded_read(dir, &loaded, why);
    if (err != LAB_OK)
    {
        return err;
    }
    for (size_t i = 0; err == LAB_OK && i < LAB_EXPORT_COUNT; i++)
    {
        err = write_one(&loaded, (enum lab_export)i, why);
    }
    lab_loaded_clear(&loaded);
    return err;
}
