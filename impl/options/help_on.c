/* --help NAME: one row of the table in full. */
#include <stdio.h>
#include <string.h>

#include "options/options.h"
#include "options/table.h"

#define LINE 600

struct sink
{
    void (*line)(void *ctx, const char *text);
    void *ctx;
};

static void say_scope(const struct sink *sink, const struct ov_option *option)
{
    static const struct
    {
        uint16_t bit;
        const char *text;
    } places[] = {
        {OV_IN_FILE, "configuration file"},
        {OV_IN_ARGS, "command line"},
        {OV_IN_CONNECTION, "<connection> block"},
        {OV_IN_PUSH, "pushed by the server"},
        {OV_IN_CLIENT, "settings of one client (client-config-dir)"},
        {OV_IN_MANAGEMENT, "management interface"},
        {OV_IN_BLOCK, "inline block instead of the file"},
    };
    char text[LINE];
    size_t len = (size_t)snprintf(text, sizeof(text), "  where:   ");
    const char *comma = "";
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
    {
        if ((option->scope & places[i].bit) != 0)
        {
            len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", comma, places[i].text);
            comma = ", ";
        }
    }
    snprintf(text + len, sizeof(text) - len, "%s",
             (option->scope & OV_ONLY_SERVER) != 0   ? "; servers only"
             : (option->scope & OV_ONLY_CLIENT) != 0 ? "; clients only"
                                                     : "");
    sink->line(sink->ctx, text);
}

static void say_status(const struct sink *sink, const struct ov_option *option)
{
    static const char *const words[] = {
        [OV_OPTION_BUILT] = "built",
        [OV_OPTION_MOOT] = "accepted, changes nothing",
        [OV_OPTION_PLANNED] = "known, not built: refused by name",
        [OV_OPTION_NEVER] = "not for this program: refused by name",
        [OV_OPTION_REMOVED] = "gone from OpenVPN 2.x: refused by name",
    };
    const bool why = option->why != NULL && option->why[0] != '\0';
    char text[LINE];
    snprintf(text, sizeof(text), "  here:    %s%s%s", words[option->status], why ? "; " : "",
             why ? option->why : "");
    sink->line(sink->ctx, text);
}

static void say_default(const struct sink *sink, const struct ov_option *option)
{
    char text[LINE];
    if (option->value[0] != '\0')
    {
        snprintf(text, sizeof(text), "  default: %s", option->value);
        sink->line(sink->ctx, text);
    }
    if (option->type == OV_TYPE_NUMBER)
    {
        snprintf(text, sizeof(text), "  range:   %u to %u", option->low, option->high);
        sink->line(sink->ctx, text);
    }
}

static void say_since(const struct sink *sink, const struct ov_option *option)
{
    char text[LINE];
    const bool own = strcmp(option->since, "ovref") == 0;
    snprintf(text, sizeof(text), "  since:   %s%s",
             own                        ? "ovref's own, OpenVPN has none of this name"
             : option->since[0] == '\0' ? "OpenVPN 2.0 or older"
                                        : "OpenVPN ",
             own || option->since[0] == '\0' ? "" : option->since);
    sink->line(sink->ctx, text);
}

bool ov_options_help_on(const char *name, void (*line)(void *ctx, const char *text), void *ctx)
{
    const struct sink sink = {line, ctx};
    char text[LINE];
    size_t index;
    name += strncmp(name, "--", 2) == 0 ? 2 : 0;
    const struct ov_option *option = ov_option_find(name, &index);
    if (option == NULL)
    {
        const char *nearest = ov_option_nearest(name);
        snprintf(text, sizeof(text), "there is no option '%.60s'%s%s%s", name,
                 nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "",
                 nearest != NULL ? "'?" : "");
        line(ctx, text);
        return false;
    }
    snprintf(text, sizeof(text), "--%s%s%s", option->name, option->args[0] != '\0' ? " " : "", option->args);
    line(ctx, text);
    if (option->help[0] != '\0')
    {
        snprintf(text, sizeof(text), "  %s", option->help);
        line(ctx, text);
    }
    say_default(&sink, option);
    say_scope(&sink, option);
    say_since(&sink, option);
    say_status(&sink, option);
    return true;
}
