#include "lib/ratios.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Copies id with every part (between slashes) that is old replaced by the reference. */
static void replace_part(char *dst, size_t size, const char *id, const char *client, const char *server)
{
    size_t used = 0;
    dst[0] = '\0';
    while (*id != '\0')
    {
        size_t len = strcspn(id, "/");
        bool named = (strlen(client) == len && strncmp(id, client, len) == 0) ||
                     (strlen(server) == len && strncmp(id, server, len) == 0);
        int wrote = snprintf(dst + used, size - used, "%.*s%s", named ? (int)strlen(LAB_REFERENCE) : (int)len,
                             named ? LAB_REFERENCE : id, id[len] == '/' ? "/" : "");
        if (wrote < 0 || (size_t)wrote >= size - used)
        {
            return;
        }
        used += (size_t)wrote;
        id += len + (id[len] == '/');
    }
}

/* The id without the number of its round. */
static void series_id(char *dst, size_t size, const char *id)
{
    size_t digits = strspn(id, "0123456789");
    const char *from = digits > 0 && id[digits] == '/' ? id + digits + 1 : id;
    const char *slash = strrchr(from, '/');
    size_t len = strlen(from);
    if (slash != NULL && slash[1] == 'r' && isdigit((unsigned char)slash[2]) &&
        strspn(slash + 2, "0123456789") == strlen(slash + 2))
    {
        len = (size_t)(slash - from);
    }
    snprintf(dst, size, "%.*s", (int)len, from);
}

static const struct lab_loaded_case *find_case(const struct lab_loaded *loaded, const char *id)
{
    for (size_t i = 0; i < loaded->case_count; i++)
    {
        if (strcmp(loaded->cases[i].id, id) == 0 && lab_loaded_verdict(&loaded->cases[i]) == LAB_PASS)
        {
            return &loaded->cases[i];
        }
    }
    return NULL;
}

static const json_t *find_measurement(const struct lab_loaded_case *item, const char *name)
{
    for (size_t i = 0; i < json_array_size(item->measurements); i++)
    {
        const json_t *line = json_array_get(item->measurements, i);
        if (strcmp(lab_loaded_text(line, "name"), name) == 0)
        {
            return line;
        }
    }
    return NULL;
}

/* The series of that name, made when it is new; NULL: no memory. */
static struct lab_ratio_series *series_of(struct lab_ratios *ratios, const char *name)
{
    for (size_t i = 0; i < ratios->count; i++)
    {
        if (strcmp(ratios->list[i].name, name) == 0)
        {
            return &ratios->list[i];
        }
    }
    struct lab_ratio_series *grown = realloc(ratios->list, (ratios->count + 1) * sizeof *grown);
    if (grown == NULL)
    {
        return NULL;
    }
    ratios->list = grown;
    struct lab_ratio_series *series = &grown[ratios->count++];
    *series = (struct lab_ratio_series){.count = 0};
    snprintf(series->name, sizeof series->name, "%s", name);
    return series;
}

static bool add_values(struct lab_ratios *ratios, const struct lab_loaded_case *item, const json_t *line,
                       const json_t *reference)
{
    const char *key;
    json_t *value;
    json_object_foreach(json_object_get((json_t *)line, "values"), key, value)
    {
        char id[200];
        char name[320];
        double ratio = json_number_value(value) / lab_loaded_value(reference, key);
        enum lab_better better = lab_unit_better(key);
        if (better == LAB_BETTER_NEITHER || !json_is_number(value) || !(ratio > 0.0) || !isfinite(ratio))
        {
            continue;
        }
        series_id(id, sizeof id, item->id);
        snprintf(name, sizeof name, "%s %.60s %.50s", id, lab_loaded_text(line, "name"), key);
        struct lab_ratio_series *series = series_of(ratios, name);
        if (series == NULL)
        {
            return false;
        }
        series->better = better;
        if (series->count < LAB_RATIO_ROUNDS)
        {
            series->log_ratio[series->count++] = log(ratio);
        }
    }
    return true;
}

static bool add_case(struct lab_ratios *ratios, const struct lab_loaded *loaded,
                     const struct lab_loaded_case *item)
{
    char id[256];
    const char *client = lab_loaded_text(item->line, "client");
    replace_part(id, sizeof id, item->id, client, lab_loaded_text(item->line, "server"));
    if (client[0] == '\0' || lab_loaded_verdict(item) != LAB_PASS || strcmp(id, item->id) == 0)
    {
        return true;
    }
    const struct lab_loaded_case *reference = find_case(loaded, id);
    for (size_t i = 0; reference != NULL && i < json_array_size(item->measurements); i++)
    {
        const json_t *line = json_array_get(item->measurements, i);
        const json_t *other = find_measurement(reference, lab_loaded_text(line, "name"));
        if (other != NULL && !add_values(ratios, item, line, other))
        {
            return false;
        }
    }
    return true;
}

static int compare_names(const void *left, const void *right)
{
    return strcmp(((const struct lab_ratio_series *)left)->name,
                  ((const struct lab_ratio_series *)right)->name);
}

enum lab_err lab_ratios_of(const struct lab_loaded *loaded, struct lab_ratios *ratios, struct lab_why *why)
{
    *ratios = (struct lab_ratios){.list = NULL};
    for (size_t i = 0; i < loaded->case_count; i++)
    {
        if (!add_case(ratios, loaded, &loaded->cases[i]))
        {
            lab_ratios_clear(ratios);
            return lab_why_errno(why, "ratios of %s", loaded->dir);
        }
    }
    if (ratios->count > 0)
    {
        qsort(ratios->list, ratios->count, sizeof *ratios->list, compare_names);
    }
    return LAB_OK;
}

void lab_ratios_clear(struct lab_ratios *ratios)
{
    free(ratios->list);
    *ratios = (struct lab_ratios){.list = NULL};
}

const struct lab_ratio_series *lab_ratios_find(const struct lab_ratios *ratios, const char *name)
{
    for (size_t i = 0; i < ratios->count; i++)
    {
        if (strcmp(ratios->list[i].name, name) == 0)
        {
            return &ratios->list[i];
        }
    }
    return NULL;
}

void lab_ratios_epoch(const struct lab_loaded *loaded, char *text, size_t size)
{
    const json_t *host = json_object_get(loaded->env, "host");
    text[0] = '\0';
    if (host != NULL)
    {
        snprintf(text, size, "%s, microcode %s, %lld cores, Linux %s", lab_loaded_text(host, "cpu_model"),
                 lab_loaded_text(host, "microcode"),
                 (long long)json_integer_value(json_object_get(host, "cores")),
                 lab_loaded_text(host, "kernel"));
    }
}

const char *lab_ratios_reference(const struct lab_loaded *loaded)
{
    return lab_loaded_text(json_object_get(json_object_get(loaded->env, "subjects"), LAB_REFERENCE),
                           "version");
}
