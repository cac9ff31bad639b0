/* Slots of a text, and the records they name: each is read once. */
#include "report/figures.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORDS_MAX 64

struct record
{
    char name[160]; /* as the slots say it */
    char dir[256];  /* directory below the baselines */
    struct lab_loaded loaded;
    struct lab_findings findings;
};

struct records
{
    const char *dir;
    struct record *list[RECORDS_MAX];
    size_t count;
};

/* NAME-DATE-COMMIT, where NAME is the whole name. */
static bool is_of(const char *entry, const char *name)
{
    size_t len = strlen(name);
    return strncmp(entry, name, len) == 0 && entry[len] == '-' && strspn(entry + len + 1, "0123456789") == 8;
}

static void clear_record(struct record *record)
{
    lab_findings_clear(&record->findings);
    lab_loaded_clear(&record->loaded);
    free(record);
}

static enum lab_err load(const struct records *records, const char *entry, struct record **record,
                         struct lab_why *why)
{
    char path[LAB_PATH_MAX];
    enum lab_err err = lab_path_set(path, why, "%s/%s", records->dir, entry);
    *record = err == LAB_OK ? calloc(1, sizeof **record) : NULL;
    if (*record == NULL)
    {
        return err != LAB_OK ? err : lab_why_errno(why, "%s", entry);
    }
    err = lab_loaded_read(path, &(*record)->loaded, why);
    if (err != LAB_OK)
    {
        free(*record);
        *record = NULL;
        return err;
    }
    snprintf((*record)->dir, sizeof(*record)->dir, "%s", entry);
    for (size_t i = 0; i < json_array_size((*record)->loaded.lines); i++)
    {
        lab_findings_add(&(*record)->findings, json_array_get((*record)->loaded.lines, i));
    }
    return LAB_OK;
}

/* The newest by the time it began: two of one day differ in their commits only. */
static enum lab_err find_newest(const struct records *records, const char *name, struct record **newest,
                                struct lab_why *why)
{
    DIR *list = opendir(records->dir);
    enum lab_err err = LAB_OK;
    *newest = NULL;
    if (list == NULL)
    {
        return lab_why_errno(why, "%s", records->dir);
    }
    for (struct dirent *entry; err == LAB_OK && (entry = readdir(list)) != NULL;)
    {
        struct record *record = NULL;
        if (!is_of(entry->d_name, name))
        {
            continue;
        }
        err = load(records, entry->d_name, &record, why);
        if (err == LAB_OK &&
            (*newest == NULL || strcmp(lab_loaded_text(record->loaded.start, "started"),
                                       lab_loaded_text((*newest)->loaded.start, "started")) > 0))
        {
            struct record *older = *newest;
            *newest = record;
            record = older;
        }
        if (record != NULL)
        {
            clear_record(record);
        }
    }
    closedir(list);
    return err;
}

static enum lab_err record_of(struct records *records, const char *name, const struct record **found,
                              struct lab_why *why)
{
    for (size_t i = 0; i < records->count; i++)
    {
        if (strcmp(records->list[i]->name, name) == 0)
        {
            *found = records->list[i];
            return LAB_OK;
        }
    }
    struct record *record = NULL;
    enum lab_err err = find_newest(records, name, &record, why);
    if (err == LAB_OK && (record == NULL || records->count == RECORDS_MAX))
    {
        err = lab_why_set(why, LAB_ERR_FORMAT, "no record '%s-DATE-COMMIT' in %s", name, records->dir);
    }
    if (err != LAB_OK)
    {
        if (record != NULL)
        {
            clear_record(record);
        }
        return err;
    }
    snprintf(record->name, sizeof record->name, "%s", name);
    records->list[records->count++] = record;
    *found = record;
    return LAB_OK;
}

static enum lab_err read_slot(const char *text, size_t len, char name[static LAB_FIGURE_TEXT],
                              struct lab_figure_slot *slot, struct lab_why *why)
{
    const char *end = text + len;
    *slot = (struct lab_figure_slot){.count = 0};
    for (size_t part = 0; text <= end; part++)
    {
        const char *bar = memchr(text, '|', (size_t)(end - text));
        const char *stop = bar != NULL ? bar : end;
        char whole[LAB_FIGURE_TEXT * 2];
        if (part == 4 || (size_t)(stop - text) >= LAB_FIGURE_TEXT)
        {
            return lab_why_set(why, LAB_ERR_FORMAT, "a slot has at most 4 parts of %d octets",
                               LAB_FIGURE_TEXT);
        }
        snprintf(whole, sizeof whole, "%.*s", (int)(stop - text), text);
        lab_text_trim(part == 0 ? name : slot->parts[slot->count], LAB_FIGURE_TEXT, whole);
        slot->count += part > 0;
        text = stop + 1;
    }
    return LAB_OK;
}

static enum lab_err fill_slot(struct records *records, const char *text, size_t len, FILE *out,
                              struct lab_why *why)
{
    char name[LAB_FIGURE_TEXT];
    char figure[LAB_FIGURE_TEXT];
    struct lab_figure_slot slot;
    const struct record *record = NULL;
    enum lab_err err = read_slot(text, len, name, &slot, why);
    err = err == LAB_OK ? record_of(records, name, &record, why) : err;
    if (err == LAB_OK && slot.count == 0)
    {
        const json_t *start = record->loaded.start;
        fprintf(out, "[%s](baselines/%s) (%.10s, commit %s)", name, record->dir,
                lab_loaded_text(start, "started"), lab_loaded_text(start, "commit"));
        return LAB_OK;
    }
    err = err == LAB_OK ? lab_figure(&record->loaded, &record->findings, &slot, figure, why) : err;
    if (err == LAB_OK)
    {
        fputs(figure, out);
    }
    return err;
}

static size_t line_of(const char *text, const char *at)
{
    size_t line = 1;
    for (; text < at; text++)
    {
        line += *text == '\n';
    }
    return line;
}

static enum lab_err fill_all(struct records *records, const char *text, FILE *out, struct lab_why *why)
{
    const char *from = text;
    const char *open;
    while ((open = strstr(from, "{{")) != NULL)
    {
        const char *close = strstr(open, "}}");
        struct lab_why said;
        enum lab_err err =
            close == NULL ? lab_why_set(&said, LAB_ERR_FORMAT, "a slot without an end") : LAB_OK;
        fwrite(from, 1, (size_t)(open - from), out);
        err = err == LAB_OK ? fill_slot(records, open + 2, (size_t)(close - open - 2), out, &said) : err;
        if (err != LAB_OK)
        {
            return lab_why_set(why, err, "line %zu: %s", line_of(text, open), said.text);
        }
        from = close + 2;
    }
    fputs(from, out);
    return LAB_OK;
}

enum lab_err lab_figures_fill(const char *dir, const char *text, char **filled, struct lab_why *why)
{
    struct records records = {.dir = dir};
    size_t len = 0;
    *filled = NULL;
    FILE *out = open_memstream(filled, &len);
    if (out == NULL)
    {
        return lab_why_errno(why, "text of figures");
    }
    enum lab_err err = fill_all(&records, text, out, why);
    bool whole = fflush(out) == 0 && !ferror(out);
    fclose(out);
    err = err == LAB_OK && !whole ? lab_why_errno(why, "text of figures") : err;
    for (size_t i = 0; i < records.count; i++)
    {
        clear_record(records.list[i]);
    }
    if (err != LAB_OK)
    {
        free(*filled);
        *filled = NULL;
    }
    return err;
}
