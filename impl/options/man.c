/* The manual page: the option table in the man macros of roff. */
#include <stdio.h>
#include <string.h>

#include "options/options.h"
#include "options/table.h"

#define LINE 1200

struct sink
{
    void (*line)(void *ctx, const char *text);
    void *ctx;
};

/* Text as roff must see it: no minus that becomes a hyphen, no line that begins as a request. */
static const char *roff(const char *text, char out[static LINE])
{
    size_t len = 0;
    if (*text == '.' || *text == '\'')
    {
        len += (size_t)snprintf(out, LINE, "\\&");
    }
    for (; *text != '\0' && len + 8 < LINE; text++)
    {
        const char *as = *text == '\\'   ? "\\e"
                         : *text == '-'  ? "\\-"
                         : *text == '"'  ? "\\(dq"
                         : *text == '\'' ? "\\(aq"
                         : *text == '~'  ? "\\(ti"
                         : *text == '^'  ? "\\(ha"
                                         : NULL;
        len += as != NULL ? (size_t)snprintf(out + len, LINE - len, "%s", as) : 0;
        if (as == NULL)
        {
            out[len++] = *text;
        }
    }
    out[len] = '\0';
    return out;
}

static void say(const struct sink *sink, const char *before, const char *text, const char *after)
{
    char safe[LINE];
    char out[LINE + 80];
    snprintf(out, sizeof(out), "%s%s%s", before, roff(text, safe), after);
    sink->line(sink->ctx, out);
}

static void say_head(const struct sink *sink, const struct ov_option *option)
{
    char name[LINE];
    char args[LINE];
    char out[2 * LINE + 40];
    sink->line(sink->ctx, ".TP");
    if (option->args[0] == '\0')
    {
        say(sink, ".B \\-\\-", option->name, "");
        return;
    }
    snprintf(out, sizeof(out), ".BI \\-\\-%s \" %s\"", roff(option->name, name), roff(option->args, args));
    sink->line(sink->ctx, out);
}

static void say_facts(const struct sink *sink, const struct ov_option *option)
{
    char facts[LINE] = "";
    size_t len = 0;
    if (option->type == OV_TYPE_NUMBER)
    {
        len +=
            (size_t)snprintf(facts + len, sizeof(facts) - len, "From %u to %u. ", option->low, option->high);
    }
    if (option->value[0] != '\0')
    {
        len += (size_t)snprintf(facts + len, sizeof(facts) - len, "Default: %s. ", option->value);
    }
    if ((option->scope & OV_IN_PUSH) != 0)
    {
        len += (size_t)snprintf(facts + len, sizeof(facts) - len, "May be pushed. ");
    }
    if ((option->scope & OV_IN_BLOCK) != 0)
    {
        len += (size_t)snprintf(facts + len, sizeof(facts) - len, "May be an inline block. ");
    }
    if ((option->scope & (OV_ONLY_SERVER | OV_ONLY_CLIENT)) != 0)
    {
        len += (size_t)snprintf(facts + len, sizeof(facts) - len, "%s only. ",
                                (option->scope & OV_ONLY_SERVER) != 0 ? "Servers" : "Clients");
    }
    if (strcmp(option->since, "ovref") == 0)
    {
        len += (size_t)snprintf(facts + len, sizeof(facts) - len, "Not in OpenVPN. ");
    }
    else if (option->since[0] != '\0')
    {
        len += (size_t)snprintf(facts + len, sizeof(facts) - len, "Since OpenVPN %s. ", option->since);
    }
    if (len > 0)
    {
        facts[len - 1] = '\0';
        say(sink, "", facts, "");
    }
}

static void say_option(const struct sink *sink, const struct ov_option *option)
{
    say_head(sink, option);
    say(sink, "", option->help, ".");
    if (option->status == OV_OPTION_MOOT)
    {
        say(sink, "Accepted without effect: ", option->why, ".");
    }
    say_facts(sink, option);
}

static bool in_page(const struct ov_option *option)
{
    return option->status == OV_OPTION_BUILT || option->status == OV_OPTION_MOOT;
}

static void say_group(const struct sink *sink, const struct ov_option_group *group)
{
    bool titled = false;
    for (size_t i = 0; i < group->count; i++)
    {
        if (in_page(&group->rows[i]) && !titled)
        {
            char title[80];
            snprintf(title, sizeof(title), "%s", group->title);
            title[strcspn(title, ":")] = '\0';
            say(sink, ".SS ", title, "");
            titled = true;
        }
        if (in_page(&group->rows[i]))
        {
            say_option(sink, &group->rows[i]);
        }
    }
}

static void say_unbuilt(const struct sink *sink)
{
    char names[LINE];
    size_t len = 0;
    for (size_t i = 0; i < ov_option_count(); i++)
    {
        const struct ov_option *option = ov_option_at(i);
        if (option->status == OV_OPTION_PLANNED || option->status == OV_OPTION_NEVER)
        {
            len +=
                (size_t)snprintf(names + len, sizeof(names) - len, "%s%s", len > 0 ? " " : "", option->name);
        }
        if (len > 80 || (i + 1 == ov_option_count() && len > 0))
        {
            say(sink, "", names, "");
            len = 0;
        }
    }
}

static const char *const head_lines[] = {
    ".SH NAME",
    "ovref \\- client and server of the OpenVPN protocol",
    ".SH SYNOPSIS",
    ".B ovref",
    ".I file",
    ".RI [ \\-\\-option \" argument ...\" ]",
    ".br",
    ".B ovref",
    ".I \\-\\-option",
    ".RI [ argument \" ...]\" \" ...\"",
    ".SH DESCRIPTION",
    "Connects networks through an encrypted tunnel.",
    "On the wire it is what OpenVPN 2.x is, and its options have the same names and meaning.",
    "In",
    ".I file",
    "they stand without the two minus signs, one a line.",
    "An option that OpenVPN knows and ovref does not do is refused by name, never ignored.",
    ".SH OPTIONS",
};

static const char *const tail_lines[] = {
    ".SH SIGNALS",
    ".TP",
    ".B SIGTERM, SIGINT",
    "Say goodbye to the peers where that was asked for, undo addresses and routes, and end.",
    ".TP",
    ".B SIGHUP",
    "Read the options again and start anew.",
    ".TP",
    ".B SIGUSR1",
    "Connect again.",
    ".TP",
    ".B SIGUSR2",
    "Write counters and connections to the log.",
    ".SH EXIT STATUS",
    "0 after an ordinary end, 1 after an error;",
    ".B \\-\\-check\\-config",
    "ends with 0 for a configuration that can be used, warnings or not.",
};

void ov_options_man(const char *version, void (*line)(void *ctx, const char *text), void *ctx)
{
    const struct sink sink = {line, ctx};
    char title[160];
    snprintf(title, sizeof(title), ".TH OVREF 8 \"\" \"ovref %.60s\" \"System administration\"", version);
    line(ctx, title);
    for (size_t i = 0; i < sizeof(head_lines) / sizeof(head_lines[0]); i++)
    {
        line(ctx, head_lines[i]);
    }
    for (size_t g = 0; ov_option_table[g] != NULL; g++)
    {
        say_group(&sink, ov_option_table[g]);
    }
    line(ctx, ".SH REFUSED BY NAME");
    line(ctx, "Options of OpenVPN 2.x that are not built, or not for this program;");
    line(ctx, "\\-\\-help with a name says the reason:");
    line(ctx, ".PP");
    say_unbuilt(&sink);
    for (size_t i = 0; i < sizeof(tail_lines) / sizeof(tail_lines[0]); i++)
    {
        line(ctx, tail_lines[i]);
    }
}
