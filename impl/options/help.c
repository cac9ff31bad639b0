#include <stdio.h>
#include <string.h>

#include "options/options.h"
#include "options/table.h"

#define WIDTH  100
#define INDENT 38

struct sink
{
    void (*line)(void *ctx, const char *text);
    void *ctx;
};

/* Words of text from column INDENT on; head stands left of the first line. */
static void say_wrapped(const struct sink *sink, const char *head, const char *text)
{
    char line[WIDTH + 64];
    int len = snprintf(line, sizeof(line), "  %.90s", head);
    if (len >= INDENT)
    {
        sink->line(sink->ctx, line);
        len = 0;
    }
    len += snprintf(line + len, sizeof(line) - (size_t)len, "%*s", INDENT - len, "");
    while (*text != '\0')
    {
        int word = (int)strcspn(text, " ");
        if (len > INDENT && len + 1 + word > WIDTH)
        {
            sink->line(sink->ctx, line);
            len = snprintf(line, sizeof(line), "%*s", INDENT, "");
        }
        word = word < WIDTH - INDENT ? word : WIDTH - INDENT;
        len +=
            snprintf(line + len, sizeof(line) - (size_t)len, "%s%.*s", len > INDENT ? " " : "", word, text);
        text += word;
        text += strspn(text, " ");
    }
    sink->line(sink->ctx, line);
}

static void say_option(const struct sink *sink, const struct ov_option *option)
{
    char head[160];
    char text[400];
    char range[40] = "";
    if (option->type == OV_TYPE_NUMBER)
    {
        snprintf(range, sizeof(range), " (%u to %u)", option->low, option->high);
    }
    snprintf(head, sizeof(head), "--%s%s%s", option->name, option->args[0] != '\0' ? " " : "", option->args);
    snprintf(text, sizeof(text), "%s%s%s%s%s", option->help, range,
             option->value[0] != '\0' ? "; default " : "", option->value,
             option->status == OV_OPTION_MOOT ? " (changes nothing here)" : "");
    say_wrapped(sink, head, text);
}

static bool is_listed(const struct ov_option *option)
{
    return ov_option_works(option) && (option->scope & OV_IN_BOTH) != 0;
}

static void say_names(const struct sink *sink, enum ov_option_status status, const char *title)
{
    char line[WIDTH + 64] = "";
    size_t len = 0;
    for (size_t i = 0; i < ov_option_count(); i++)
    {
        const struct ov_option *option = ov_option_at(i);
        if (option->status != (uint8_t)status || strcmp(option->since, "ovref") == 0)
        {
            continue;
        }
        if (len == 0 && title != NULL)
        {
            sink->line(sink->ctx, title);
            title = NULL;
        }
        if (len + strlen(option->name) + 3 > WIDTH)
        {
            sink->line(sink->ctx, line);
            len = 0;
        }
        len += (size_t)snprintf(line + len, sizeof(line) - len, "%s%s", len == 0 ? "  " : " ", option->name);
    }
    if (len > 0)
    {
        sink->line(sink->ctx, line);
    }
}

void ov_options_help(void (*line)(void *ctx, const char *text), void *ctx)
{
    const struct sink sink = {line, ctx};
    line(ctx, "usage: ovref FILE [--option argument ...]");
    line(ctx, "       ovref --option argument ...");
    line(ctx,
         "Options have the names and meaning of OpenVPN 2.x; in FILE they stand without '--', one a line.");
    line(ctx, "");
    for (size_t g = 0; ov_option_table[g] != NULL; g++)
    {
        const struct ov_option_group *group = ov_option_table[g];
        bool titled = false;
        for (size_t i = 0; i < group->count; i++)
        {
            if (!is_listed(&group->rows[i]))
            {
                continue;
            }
            if (!titled)
            {
                line(ctx, group->title);
                titled = true;
            }
            say_option(&sink, &group->rows[i]);
        }
        if (titled)
        {
            line(ctx, "");
        }
    }
    say_names(&sink, OV_OPTION_PLANNED, "Known to OpenVPN 2.x but not built yet (refused by name):");
    say_names(&sink, OV_OPTION_NEVER,
              "Known to OpenVPN 2.x and refused with the reason ('--help NAME' says it):");
}
