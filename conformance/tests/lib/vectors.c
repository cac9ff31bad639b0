#include "tests/lib/vectors.h"

#include "tests/lib/cap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum
{
    LINE_MAX_LEN = 256,
    VALUE_MAX_LEN = 8192
};

/* Appends a line's value without white space at its ends. */
static void append(char *value, const char *text)
{
    size_t used = strlen(value);
    size_t len = strcspn(text, "\n");

    while (len > 0 && *text == ' ')
    {
        text++;
        len--;
    }
    assert_true(used + len < VALUE_MAX_LEN);
    memcpy(value + used, text, len);
    value[used + len] = '\0';
}

static bool find(FILE *file, const char *section, const char *key, char *value)
{
    char line[LINE_MAX_LEN];
    char wanted[LINE_MAX_LEN];
    bool in_section = false;
    bool found = false;

    snprintf(wanted, sizeof wanted, "[%s]\n", section);
    while (fgets(line, sizeof line, file) != NULL)
    {
        size_t key_len = strlen(key);

        if (line[0] == '[')
        {
            in_section = strcmp(line, wanted) == 0;
        }
        if (found && line[0] != ' ')
        {
            return true;
        }
        if (found)
        {
            append(value, line);
        }
        else if (in_section && strncmp(line, key, key_len) == 0 && strncmp(line + key_len, " =", 2) == 0)
        {
            found = true;
            append(value, line + key_len + 2);
        }
    }
    return found;
}

uint8_t *vector_octets(const char *file, const char *section, const char *key, size_t *len)
{
    char path[128];
    char value[VALUE_MAX_LEN] = "";

    snprintf(path, sizeof path, "conformance/vectors/%s.txt", file);
    FILE *stream = fopen(path, "r");
    assert_non_null(stream);
    if (!find(stream, section, key, value))
    {
        fail_msg("%s has no [%s] %s", path, section, key);
    }
    fclose(stream);
    uint8_t *octets = malloc(VALUE_MAX_LEN);
    assert_non_null(octets);
    *len = cap_hex(value, octets, VALUE_MAX_LEN);
    return octets;
}
