#include "netns-lab/linkemu/decisions.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INDEX_MAX   ((uint64_t)1 << 60)
#define FIELDS_MAX  4u
#define ITEMS_FIRST 64u

static bool kind_has_value(enum emu_kind kind)
{
    return kind == EMU_CORRUPT || kind == EMU_HOLD || kind == EMU_LATE;
}

size_t emu_decision_write(char line[static EMU_DECISION_LEN], unsigned direction,
                          const struct emu_decision *decision)
{
    int len = snprintf(line, EMU_DECISION_LEN, "%s %" PRIu64 " %s", direction == 0 ? "up" : "down",
                       decision->index, emu_kind_name(decision->kind));
    if (kind_has_value(decision->kind))
    {
        len += snprintf(line + len, EMU_DECISION_LEN - (size_t)len, " %" PRIu32, decision->value);
    }
    len += snprintf(line + len, EMU_DECISION_LEN - (size_t)len, "\n");
    return (size_t)len;
}

struct field
{
    const char *text;
    size_t len;
};

static bool is(struct field field, const char *word)
{
    return field.len == strlen(word) && memcmp(field.text, word, field.len) == 0;
}

static bool read_number(struct field field, uint64_t limit, uint64_t *value)
{
    *value = 0;
    for (size_t i = 0; i < field.len; i++)
    {
        unsigned digit = (unsigned)(field.text[i] - '0');
        if (digit > 9 || *value > (limit - digit) / 10)
        {
            return false;
        }
        *value = *value * 10 + digit;
    }
    return field.len > 0;
}

/* Cuts a line at single blanks. Zero fields for a comment or an empty line. */
static unsigned cut(const char *line, size_t len, struct field fields[static FIELDS_MAX])
{
    unsigned count = 0;
    size_t at = 0;
    while (at < len && line[0] != '#')
    {
        const char *blank = memchr(line + at, ' ', len - at);
        size_t end = blank != NULL ? (size_t)(blank - line) : len;
        if (count == FIELDS_MAX || end == at)
        {
            return FIELDS_MAX + 1;
        }
        fields[count++] = (struct field){line + at, end - at};
        at = blank != NULL ? end + 1 : end;
    }
    return count;
}

static bool read_line(const struct field *fields, unsigned count, unsigned *direction,
                      struct emu_decision *decision)
{
    uint64_t value = 0;
    bool up = count >= 3 && is(fields[0], "up");
    if (!up && !(count >= 3 && is(fields[0], "down")))
    {
        return false;
    }
    *direction = up ? 0 : 1;
    unsigned kind = 0;
    while (kind < EMU_KIND_COUNT && !is(fields[2], emu_kind_name((enum emu_kind)kind)))
    {
        kind++;
    }
    if (kind == EMU_KIND_COUNT || count != 3u + kind_has_value((enum emu_kind)kind) ||
        !read_number(fields[1], INDEX_MAX, &decision->index) ||
        (count == 4 && !read_number(fields[3], UINT32_MAX, &value)) || (kind == EMU_HOLD && value == 0))
    {
        return false;
    }
    decision->kind = (enum emu_kind)kind;
    decision->value = (uint32_t)value;
    return true;
}

/* Room grows by doubling: it is full whenever the count is a power of two. */
static bool append(struct emu_decisions *list, const struct emu_decision *decision)
{
    size_t count = list->count;
    if (count == 0 || (count >= ITEMS_FIRST && (count & (count - 1)) == 0))
    {
        size_t room = count == 0 ? ITEMS_FIRST : 2 * count;
        struct emu_decision *items = realloc(list->items, room * sizeof *items);
        if (items == NULL)
        {
            return false;
        }
        list->items = items;
    }
    list->items[list->count++] = *decision;
    return true;
}

static int by_index(const void *left, const void *right)
{
    const struct emu_decision *a = left;
    const struct emu_decision *b = right;
    if (a->index != b->index)
    {
        return a->index < b->index ? -1 : 1;
    }
    return (int)a->kind - (int)b->kind;
}

bool emu_decisions_read(const char *text, size_t len, struct emu_decisions lists[static 2],
                        char why[static EMU_SPEC_WHY_LEN])
{
    unsigned line = 0;
    lists[0] = lists[1] = (struct emu_decisions){0};
    for (size_t at = 0; at < len;)
    {
        struct field fields[FIELDS_MAX];
        struct emu_decision decision;
        unsigned direction;
        const char *newline = memchr(text + at, '\n', len - at);
        size_t end = newline != NULL ? (size_t)(newline - text) : len;
        unsigned count = cut(text + at, end - at, fields);
        line++;
        at = end + 1;
        if (count == 0)
        {
            continue;
        }
        if (count > FIELDS_MAX || !read_line(fields, count, &direction, &decision) ||
            !append(&lists[direction], &decision))
        {
            snprintf(why, EMU_SPEC_WHY_LEN, "line %u is no decision", line);
            free(lists[0].items);
            free(lists[1].items);
            lists[0] = lists[1] = (struct emu_decisions){0};
            return false;
        }
    }
    for (unsigned i = 0; i < 2; i++)
    {
        if (lists[i].count > 0)
        {
            qsort(lists[i].items, lists[i].count, sizeof *lists[i].items, by_index);
        }
    }
    return true;
}
