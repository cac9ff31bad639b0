#include "vectors.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LINE_MAX_LEN 1024

static void *grow(void *array, size_t count, size_t size)
{
    void *bigger = realloc(array, count * size);
    assert_non_null(bigger);
    return bigger;
}

static char *copy_of(const char *text)
{
    char *copy = strdup(text);
    assert_non_null(copy);
    return copy;
}

/* Cut white space at both ends, in place. */
static char *trim(char *text)
{
    while (isspace((unsigned char)*text))
    {
        text++;
    }
    size_t len = strlen(text);
    while (len > 0 && isspace((unsigned char)text[len - 1]))
    {
        text[--len] = '\0';
    }
    return text;
}

static void add_section(struct ov_vec_file *file, const char *name)
{
    for (size_t i = 0; i < file->count; i++)
    {
        if (strcmp(file->sections[i].name, name) == 0)
        {
            fail_msg("%s.txt: section [%s] stands there twice", file->name, name);
        }
    }
    file->sections = grow(file->sections, file->count + 1, sizeof(*file->sections));
    file->sections[file->count] = (struct ov_vec_section){.name = copy_of(name)};
    file->count++;
}

static void add_entry(struct ov_vec_file *file, const char *key, const char *value)
{
    struct ov_vec_section *section = &file->sections[file->count - 1];
    if (ov_vec_has(section, key))
    {
        fail_msg("%s.txt [%s]: entry %s stands there twice", file->name, section->name, key);
    }
    section->entries = grow(section->entries, section->count + 1, sizeof(*section->entries));
    section->entries[section->count] = (struct ov_vec_entry){copy_of(key), copy_of(value)};
    section->count++;
}

static void continue_entry(struct ov_vec_file *file, const char *more)
{
    struct ov_vec_section *section = &file->sections[file->count - 1];
    struct ov_vec_entry *entry = &section->entries[section->count - 1];
    size_t len = strlen(entry->value);
    size_t more_len = strlen(more);
    entry->value = grow(entry->value, len + more_len + 1, 1);
    memcpy(entry->value + len, more, more_len + 1);
}

static void take_line(struct ov_vec_file *file, char *line, unsigned number)
{
    bool continues = isspace((unsigned char)line[0]);
    char *text = trim(line);
    if (*text == '\0' || *line == '#')
    {
        return;
    }
    size_t len = strlen(text);
    char *equals = strchr(text, '=');
    if (text[0] == '[' && text[len - 1] == ']' && !continues)
    {
        text[len - 1] = '\0';
        add_section(file, text + 1);
    }
    else if (continues && file->count > 0 && file->sections[file->count - 1].count > 0)
    {
        continue_entry(file, text);
    }
    else if (!continues && equals != NULL && file->count > 0)
    {
        *equals = '\0';
        add_entry(file, trim(text), trim(equals + 1));
    }
    else
    {
        fail_msg("%s.txt:%u: neither section, entry, continuation nor comment", file->name, number);
    }
}

struct ov_vec_file *ov_vec_load(const char *name)
{
    const char *dir = getenv("OV_VECTORS");
    char path[512];
    (void)snprintf(path, sizeof(path), "%s/%s.txt", dir != NULL ? dir : "conformance/vectors", name);
    FILE *in = fopen(path, "r");
    if (in == NULL)
    {
        fail_msg("%s can't be read; run from the top of the tree or set OV_VECTORS", path);
    }
    struct ov_vec_file *file = calloc(1, sizeof(*file));
    assert_non_null(file);
    file->name = copy_of(name);
    char line[LINE_MAX_LEN];
    unsigned number = 0;
    while (fgets(line, sizeof(line), in) != NULL)
    {
        number++;
        if (strchr(line, '\n') == NULL && !feof(in))
        {
            fail_msg("%s:%u: line is too long", path, number);
        }
        take_line(file, line, number);
    }
    (void)fclose(in);
    assert_true(file->count > 0);
    return file;
}

void ov_vec_free(struct ov_vec_file *file)
{
    for (size_t i = 0; i < file->count; i++)
    {
        struct ov_vec_section *section = &file->sections[i];
        for (size_t k = 0; k < section->count; k++)
        {
            free(section->entries[k].key);
            free(section->entries[k].value);
        }
        free(section->entries);
        free(section->name);
    }
    free(file->sections);
    free(file->name);
    free(file);
}

const struct ov_vec_section *ov_vec_section(const struct ov_vec_file *file, const char *name)
{
    for (size_t i = 0; i < file->count; i++)
    {
        if (strcmp(file->sections[i].name, name) == 0)
        {
            return &file->sections[i];
        }
    }
    fail_msg("%s.txt has no section [%s]", file->name, name);
    abort(); /* fail_msg does not return, but does not say so either */
}

static const char *find(const struct ov_vec_section *section, const char *key)
{
    for (size_t i = 0; i < section->count; i++)
    {
        if (strcmp(section->entries[i].key, key) == 0)
        {
            return section->entries[i].value;
        }
    }
    return NULL;
}

bool ov_vec_has(const struct ov_vec_section *section, const char *key)
{
    return find(section, key) != NULL;
}

const char *ov_vec_text(const struct ov_vec_section *section, const char *key)
{
    const char *value = find(section, key);
    if (value == NULL)
    {
        fail_msg("section [%s] has no entry %s", section->name, key);
    }
    return value;
}

uint64_t ov_vec_number(const struct ov_vec_section *section, const char *key)
{
    const char *value = ov_vec_text(section, key);
    char *end = NULL;
    uint64_t number = strtoull(value, &end, 10);
    if (*value == '\0' || *end != '\0')
    {
        fail_msg("[%s] %s: \"%s\" is not a decimal number", section->name, key, value);
    }
    return number;
}

/* The value of a lower case hex digit, -1 for anything else. */
static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c == '\0' ? NULL : strchr(digits, c);
    return at == NULL ? -1 : (int)(at - digits);
}

size_t ov_vec_octets(const struct ov_vec_section *section, const char *key, uint8_t *out, size_t cap)
{
    const char *value = ov_vec_text(section, key);
    size_t digits = strlen(value);
    if (digits % 2 != 0 || digits / 2 > cap)
    {
        fail_msg("[%s] %s: %zu hex digits, room for %zu octets", section->name, key, digits, cap);
    }
    for (size_t i = 0; i < digits; i += 2)
    {
        int high = hex_digit(value[i]);
        int low = hex_digit(value[i + 1]);
        if (high < 0 || low < 0)
        {
            fail_msg("[%s] %s: octet %zu is not lower case hex", section->name, key, i / 2);
        }
        out[i / 2] = (uint8_t)(high * 16 + low);
    }
    return digits / 2;
}

void ov_vec_exactly(const struct ov_vec_section *section, const char *key, uint8_t *out, size_t len)
{
    size_t got = ov_vec_octets(section, key, out, len);
    if (got != len)
    {
        fail_msg("[%s] %s: %zu octets, expected %zu", section->name, key, got, len);
    }
}
