/* From a file to the structure, by libcyaml. What it logs when something is wrong becomes one
 * sentence: where, what, and what may stand there. */
#include "lib/experiment.h"

#include "lib/experiment_schema.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX  (256 * 1024)
#define TRAIL_MAX 12

/* The words of libcyaml while it fails: the first complaint, then where it was, from the innermost
 * value outwards. */
struct complaint
{
    char what[256];
    char trail[TRAIL_MAX][64]; /* names of the mapping fields, innermost first */
    size_t trail_count;
    unsigned line;
};

static void note_place(struct complaint *complaint, const char *text)
{
    const char *line = strstr(text, "line: ");
    if (line != NULL && complaint->line == 0)
    {
        complaint->line = (unsigned)strtoul(line + 6, NULL, 10);
    }
    const char *field = strstr(text, "mapping field '");
    if (field != NULL && complaint->trail_count < TRAIL_MAX)
    {
        field += strlen("mapping field '");
        size_t len = strcspn(field, "'");
        snprintf(complaint->trail[complaint->trail_count++], sizeof complaint->trail[0], "%.*s", (int)len,
                 field);
    }
}

static void on_log(cyaml_log_t level, void *ctx, const char *fmt, va_list args)
{
    struct complaint *complaint = ctx;
    char text[512];
    (void)level;
    vsnprintf(text, sizeof text, fmt, args);
    text[strcspn(text, "\n")] = '\0';
    const char *said = strncmp(text, "Load: ", 6) == 0 ? text + 6 : text;
    if (strstr(said, "Backtrace") == NULL && strstr(said, " in ") == NULL && complaint->what[0] == '\0')
    {
        snprintf(complaint->what, sizeof complaint->what, "%.255s", said);
    }
    note_place(complaint, said);
}

/* The mapping that the trail ends in, from the outermost field inwards. */
static const cyaml_schema_value_t *innermost(const struct complaint *complaint)
{
    const cyaml_schema_value_t *at = &lab_experiment_schema;
    for (size_t i = complaint->trail_count; i-- > 0;)
    {
        const cyaml_schema_field_t *field = at->type == CYAML_MAPPING ? at->mapping.fields : NULL;
        while (field != NULL && field->key != NULL && strcmp(field->key, complaint->trail[i]) != 0)
        {
            field++;
        }
        if (field == NULL || field->key == NULL)
        {
            break;
        }
        at = &field->value;
        while (at->type == CYAML_SEQUENCE)
        {
            at = at->sequence.entry;
        }
    }
    return at;
}

static void append(char *dst, size_t size, const char *word)
{
    size_t used = strlen(dst);
    snprintf(dst + used, size - used, "%s%s", used > 0 ? ", " : "", word);
}

static void allowed_there(const cyaml_schema_value_t *at, char *dst, size_t size)
{
    dst[0] = '\0';
    switch (at->type)
    {
    case CYAML_MAPPING:
        for (const cyaml_schema_field_t *field = at->mapping.fields; field->key != NULL; field++)
        {
            append(dst, size, field->key);
        }
        break;
    case CYAML_ENUM:
        for (uint32_t i = 0; i < at->enumeration.count; i++)
        {
            append(dst, size, at->enumeration.strings[i].str);
        }
        break;
    case CYAML_BOOL:
        snprintf(dst, size, "true, false");
        break;
    case CYAML_UINT:
    case CYAML_FLOAT:
        snprintf(dst, size, "a number");
        break;
    default:
        snprintf(dst, size, "a text");
        break;
    }
}

static unsigned lines_of(const char *text, size_t len)
{
    unsigned lines = 1;
    for (size_t i = 0; i + 1 < len; i++)
    {
        lines += text[i] == '\n';
    }
    return lines;
}

/* libcyaml tells where the mapping begins; the key that does not belong there stands below. */
static unsigned line_of_key(const char *text, size_t len, unsigned from, const char *key)
{
    unsigned line = 1;
    size_t key_len = strlen(key);
    for (size_t i = 0; i < len; i++)
    {
        if (line >= from && key_len > 0 && len - i > key_len && text[i + key_len] == ':' &&
            memcmp(text + i, key, key_len) == 0)
        {
            return line;
        }
        line += text[i] == '\n';
    }
    return from;
}

static enum lab_err complain(const struct complaint *complaint, cyaml_err_t code, const char *text,
                             size_t len, const char *path, struct lab_why *why)
{
    struct complaint at = *complaint;
    char allowed[300];
    if (code == CYAML_ERR_MAPPING_FIELD_MISSING && at.trail_count > 0)
    {
        /* The innermost one is the last field that was there. */
        at.trail_count--;
        memmove(at.trail[0], at.trail[1], at.trail_count * sizeof at.trail[0]);
    }
    allowed_there(innermost(&at), allowed, sizeof allowed);
    /* What is not YAML at all has no place in the schema. */
    unsigned line = complaint->line > 0 ? complaint->line : lines_of(text, len);
    if (code == CYAML_ERR_INVALID_KEY && strncmp(complaint->what, "Unexpected key: ", 16) == 0)
    {
        line = line_of_key(text, len, line, complaint->what + 16);
    }
    if (code == CYAML_ERR_LIBYAML_PARSER || code == CYAML_ERR_LIBYAML_PARSER_INIT)
    {
        return lab_why_set(why, LAB_ERR_FORMAT, "%s:%u: not YAML: %s", path, line, complaint->what);
    }
    return lab_why_set(why, LAB_ERR_FORMAT, "%s:%u: %s%s%s (allowed: %s)", path, line,
                       complaint->what[0] != '\0' ? complaint->what : cyaml_strerror(code),
                       at.trail_count > 0 ? " in " : "", at.trail_count > 0 ? at.trail[0] : "", allowed);
}

static cyaml_config_t config_for(struct complaint *complaint)
{
    return (cyaml_config_t){
        .log_fn = on_log,
        .log_ctx = complaint,
        .mem_fn = cyaml_mem,
        .log_level = CYAML_LOG_ERROR,
        .flags = CYAML_CFG_NO_ALIAS, /* a file of a few aliases may grow without end */
    };
}

enum lab_err lab_experiment_parse(const char *text, size_t len, const char *path,
                                  struct lab_experiment **experiment, struct lab_why *why)
{
    struct complaint complaint = {.line = 0};
    cyaml_config_t config = config_for(&complaint);
    cyaml_data_t *data = NULL;
    *experiment = NULL;
    cyaml_err_t code =
        cyaml_load_data((const uint8_t *)text, len, &config, &lab_experiment_schema, &data, NULL);
    if (code != CYAML_OK)
    {
        return complain(&complaint, code, text, len, path, why);
    }
    if (data == NULL)
    {
        return lab_why_set(why, LAB_ERR_FORMAT, "%s:1: holds no experiment", path);
    }
    enum lab_err err = lab_experiment_check(data, text, path, why);
    if (err == LAB_OK)
    {
        *experiment = data;
    }
    else
    {
        lab_experiment_free(data);
    }
    return err;
}

enum lab_err lab_experiment_load(const char *path, struct lab_experiment **experiment, struct lab_why *why)
{
    char *text;
    size_t len;
    *experiment = NULL;
    enum lab_err err = lab_file_read(path, FILE_MAX, &text, &len, why);
    if (err != LAB_OK)
    {
        return err;
    }
    err = len < FILE_MAX ? lab_experiment_parse(text, len, path, experiment, why)
                         : lab_why_set(why, LAB_ERR_FORMAT, "%s:1: longer than %d octets", path, FILE_MAX);
    free(text);
    return err;
}

void lab_experiment_free(struct lab_experiment *experiment)
{
    struct complaint complaint = {.line = 0};
    cyaml_config_t config = config_for(&complaint);
    if (experiment != NULL)
    {
        (void)cyaml_free(&config, &lab_experiment_schema, experiment, 0);
    }
}

static int is_experiment(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);
    return entry->d_name[0] != '.' && len > 5 && strcmp(entry->d_name + len - 5, ".yaml") == 0;
}

enum lab_err lab_experiment_each(const char *dir, void (*each)(void *arg, const char *name), void *arg,
                                 struct lab_why *why)
{
    struct dirent **entries;
    int count = scandir(dir, &entries, is_experiment, alphasort);
    if (count < 0)
    {
        (void)lab_why_errno(why, "experiments in %s", dir);
        return LAB_ERR_ABSENT;
    }
    for (int i = 0; i < count; i++)
    {
        entries[i]->d_name[strlen(entries[i]->d_name) - 5] = '\0';
        each(arg, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return LAB_OK;
}
