/* What setters say, and the small things they share. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "options/parse.h"
#include "options/values.h"

#define TEXT_MAX 400

static void add_diag(struct ov_parse *parse, enum ov_severity severity, const char *suffix,
                     const char *format, va_list args)
{
    char text[TEXT_MAX];
    vsnprintf(text, sizeof(text), format, args);
    ov_diags_add(parse->diags, severity, parse->file, parse->line, parse->option, "%s%s", text, suffix);
}

void ov_parse_error(struct ov_parse *parse, const char *format, ...)
{
    bool pushed = parse->scope == OV_IN_PUSH || parse->scope == OV_IN_CLIENT;
    va_list args;
    va_start(args, format);
    add_diag(parse, pushed ? OV_DIAG_WARNING : OV_DIAG_ERROR, pushed ? " (skipped)" : "", format, args);
    va_end(args);
}

void ov_parse_fatal(struct ov_parse *parse, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_diag(parse, OV_DIAG_ERROR, "", format, args);
    va_end(args);
    if (parse->scope == OV_IN_PUSH && parse->failed == OV_OK)
    {
        parse->failed = OV_ERR_OPTION;
    }
}

void ov_parse_warn(struct ov_parse *parse, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_diag(parse, OV_DIAG_WARNING, "", format, args);
    va_end(args);
}

void ov_parse_note(struct ov_parse *parse, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_diag(parse, OV_DIAG_NOTE, "", format, args);
    va_end(args);
}

static bool read_number(const char *text, uint32_t low, uint32_t high, uint32_t *out)
{
    uint32_t value;
    if (!ov_value_u32(text, &value) || value < low || value > high)
    {
        return false;
    }
    *out = value;
    return true;
}

bool ov_parse_number(struct ov_parse *parse, const char *what, const char *text, uint32_t low, uint32_t high,
                     uint32_t *out)
{
    bool ok = read_number(text, low, high, out);
    if (!ok)
    {
        ov_parse_error(parse, "%s must be a number from %u to %u, not '%.40s'", what, low, high, text);
    }
    return ok;
}

bool ov_parse_vital_number(struct ov_parse *parse, const char *what, const char *text, uint32_t low,
                           uint32_t high, uint32_t *out)
{
    bool ok = read_number(text, low, high, out);
    if (!ok)
    {
        ov_parse_fatal(parse, "%s must be a number from %u to %u, not '%.40s'", what, low, high, text);
    }
    return ok;
}

void ov_parse_point_at(struct ov_parse *parse, const char *name)
{
    const struct ov_place *place = name != NULL ? ov_parse_given(parse, name) : NULL;
    parse->file = place != NULL ? place->file : NULL;
    parse->line = place != NULL ? place->line : 0;
    parse->option = name;
}

bool ov_parse_append(struct ov_parse *parse, struct ov_list *list, const void *item, size_t size)
{
    if (list->count == list->cap)
    {
        size_t cap = list->cap != 0 ? 2 * list->cap : 8;
        char *items = ov_arena_array(parse->arena, cap, size);
        if (items == NULL)
        {
            parse->failed = OV_ERR_NOMEM;
            return false;
        }
        if (list->count != 0)
        {
            memcpy(items, list->items, list->count * size);
        }
        list->items = items;
        list->cap = cap;
    }
    memcpy((char *)list->items + list->count * size, item, size);
    list->count++;
    return true;
}
