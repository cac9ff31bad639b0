#include "options/parse.h"

#include <string.h>

#include "options/values.h"

bool ov_parse_init(struct ov_parse *parse, struct ov_arena *arena, struct ov_diags *diags,
                   const struct ov_loader *loader, struct ov_config *config)
{
    memset(parse, 0, sizeof(*parse));
    parse->arena = arena;
    parse->diags = diags;
    parse->loader = loader;
    parse->config = config;
    parse->file_scope = OV_IN_FILE;
    parse->given = ov_arena_array(arena, ov_option_count(), sizeof(*parse->given));
    parse->failed = parse->given != NULL ? OV_OK : OV_ERR_NOMEM;
    return parse->failed == OV_OK;
}

const struct ov_place *ov_parse_given(const struct ov_parse *parse, const char *name)
{
    size_t index;
    const struct ov_option *option = ov_option_find(name, &index);
    return option != NULL && parse->given[index].file != NULL ? &parse->given[index] : NULL;
}

static bool is_ignored(const struct ov_parse *parse, const char *name)
{
    const char *const *names = parse->draft.ignored.items;
    for (size_t i = 0; i < parse->draft.ignored.count; i++)
    {
        if (strcmp(names[i], name) == 0)
        {
            return true;
        }
    }
    return false;
}

/* Options that ovref can't do: unknown, not built, gone. */
static void refuse_option(struct ov_parse *parse, const char *name, const struct ov_option *option)
{
    if (is_ignored(parse, name))
    {
        ov_parse_note(parse, "option '%.60s' is left out, as 'ignore-unknown-option' says", name);
        return;
    }
    if (option == NULL)
    {
        /* A suggestion helps whoever can edit the text, and costs time: not for what a peer sends. */
        bool helps = parse->scope != OV_IN_PUSH && parse->diags->kept < OV_DIAGS_MAX;
        const char *nearest = helps ? ov_option_nearest(name) : NULL;
        ov_parse_error(
            parse, nearest != NULL ? "unknown option '%.60s'; did you mean '%s'?" : "unknown option '%.60s'",
            name, nearest);
        return;
    }
    const char *hint = option->why != NULL ? option->why : "";
    void (*say)(struct ov_parse *, const char *, ...) =
        (option->scope & OV_PUSH_VITAL) != 0 ? ov_parse_fatal : ov_parse_error;
    if (option->status == OV_OPTION_REMOVED)
    {
        say(parse, "option '%s' is gone from OpenVPN 2.x: %s", name, hint);
    }
    else if (option->status == OV_OPTION_NEVER)
    {
        say(parse, "option '%s' of OpenVPN 2.x can't be used with ovref: %s", name, hint);
    }
    else if (strcmp(option->since, "ovref") == 0)
    {
        say(parse, "option '%s' is planned for ovref but not built yet", name);
    }
    else
    {
        say(parse, "option '%s' is known to OpenVPN 2.x but not built into ovref yet%s%s", name,
            hint[0] != '\0' ? "; " : "", hint);
    }
}

static bool check_scope(struct ov_parse *parse, const struct ov_option *option, const struct ov_line *line)
{
    if ((option->scope & parse->scope) == 0)
    {
        static const struct
        {
            uint16_t scope;
            const char *text;
        } texts[] = {
            {OV_IN_PUSH, "option '%s' is not accepted from a server"},
            {OV_IN_FILE, "option '%s' can't stand in a configuration file"},
            {OV_IN_ARGS, "option '%s' can't be given on the command line"},
            {OV_IN_CLIENT, "option '%s' can't be set for a single client"},
            {OV_IN_CONNECTION, "option '%s' can't stand in a <connection> block"},
        };
        for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        {
            if (parse->scope == texts[i].scope)
            {
                ov_parse_error(parse, texts[i].text, option->name);
            }
        }
        return false;
    }
    if (line->has_block && (option->scope & OV_IN_BLOCK) == 0)
    {
        ov_parse_error(parse, "option '%s' can't be an inline block", option->name);
        return false;
    }
    return true;
}

static bool check_arity(struct ov_parse *parse, const struct ov_option *option, const struct ov_line *line)
{
    size_t count = line->count - 1;
    if (line->has_block || (count >= option->min && count <= option->max))
    {
        return true;
    }
    if (option->max == 0)
    {
        ov_parse_error(parse, "option '%s' takes no argument, not %zu", option->name, count);
    }
    else if (option->min == option->max)
    {
        ov_parse_error(parse, "option '%s' takes %u argument%s (%s), not %zu", option->name, option->min,
                       option->min == 1 ? "" : "s", option->args, count);
    }
    else
    {
        ov_parse_error(parse, "option '%s' takes %u to %u arguments (%s), not %zu", option->name, option->min,
                       option->max, option->args, count);
    }
    return false;
}

bool ov_parse_file(struct ov_parse *parse, const struct ov_line *line, struct ov_text *out)
{
    struct ov_text text = line->block;
    if (!line->has_block)
    {
        char reason[OV_LOADER_REASON] = "there is nothing that reads files";
        enum ov_err err = parse->loader == NULL
                              ? OV_ERR_IO
                              : parse->loader->load(parse->loader->ctx, line->word[1], OV_KEY_OCTETS,
                                                    parse->arena, &text, reason);
        if (err != OV_OK)
        {
            ov_parse_error(parse, "%s: can't read '%.200s': %s", line->word[0], line->word[1],
                           err == OV_ERR_IO      ? reason
                           : err == OV_ERR_LIMIT ? "more than 1 MiB"
                                                 : "out of memory");
            parse->failed = err == OV_ERR_NOMEM ? err : parse->failed;
            return false;
        }
    }
    if (text.len == 0 || text.len > OV_KEY_OCTETS)
    {
        ov_parse_error(parse, "%s: %.200s %s", line->word[0],
                       line->has_block ? "the inline block" : line->word[1],
                       text.len == 0 ? "is empty" : "has more than 1 MiB");
        return false;
    }
    text.from = line->has_block ? "[inline]" : line->word[1];
    *out = text;
    return true;
}

static void set_value(struct ov_parse *parse, const struct ov_option *option, const struct ov_line *line)
{
    char *field = (char *)parse->config + option->offset;
    switch ((enum ov_option_type)option->type)
    {
    case OV_TYPE_OTHER:
        option->set(parse, option, line);
        return;
    case OV_TYPE_FLAG:
        *(bool *)field = true;
        return;
    case OV_TYPE_NUMBER:
        (void)ov_parse_number(parse, option->name, line->word[1], option->low, option->high,
                              (uint32_t *)field);
        return;
    case OV_TYPE_LARGE:
        if (!ov_value_u64(line->word[1], (uint64_t *)field))
        {
            ov_parse_error(parse, "%s must be a number, not '%.40s'", option->name, line->word[1]);
        }
        return;
    case OV_TYPE_TEXT:
        *(const char **)field = line->word[1];
        return;
    case OV_TYPE_FILE:
        (void)ov_parse_file(parse, line, (struct ov_text *)field);
        return;
    }
}

static void apply_option(struct ov_parse *parse, const struct ov_option *option, const struct ov_line *line)
{
    if (option->status == OV_OPTION_MOOT)
    {
        ov_parse_note(parse, "'%s' changes nothing: %s", option->name, option->why);
        return;
    }
    set_value(parse, option, line);
}

void ov_parse_option(struct ov_parse *parse, const struct ov_line *line)
{
    size_t index;
    const struct ov_option *option = ov_option_find(line->word[0], &index);
    parse->option = option != NULL ? option->name : NULL;
    if (option == NULL || !ov_option_works(option))
    {
        refuse_option(parse, line->word[0], option);
    }
    else if (check_scope(parse, option, line))
    {
        /* Given, even if wrongly: nobody shall be told that it is missing too. */
        parse->given[index] = (struct ov_place){parse->file, parse->line};
        if (check_arity(parse, option, line))
        {
            apply_option(parse, option, line);
        }
    }
    parse->option = NULL;
}

void ov_parse_text(struct ov_parse *parse, const char *name, const char *text, size_t len)
{
    struct ov_lexer lexer;
    struct ov_line line;
    ov_lexer_init(&lexer, parse->arena, text, len);
    parse->files[parse->depth++] = name;
    parse->scope = parse->file_scope;
    parse->file = name;
    while (parse->failed == OV_OK)
    {
        enum ov_err err = ov_lexer_next(&lexer, &line);
        if (err == OV_ERR_CLOSED)
        {
            break;
        }
        parse->line = line.number;
        if (err == OV_ERR_NOMEM)
        {
            parse->failed = err;
        }
        else if (err != OV_OK)
        {
            ov_parse_error(parse, "%s", lexer.reason);
        }
        else
        {
            /* 2.x lets "--option" stand in files, as people paste command lines. */
            line.word[0] += !line.has_block && strncmp(line.word[0], "--", 2) == 0 ? 2 : 0;
            ov_parse_option(parse, &line);
        }
    }
    parse->depth--;
}

static bool check_nesting(struct ov_parse *parse, const char *path)
{
    for (uint32_t i = 0; i < parse->depth; i++)
    {
        if (strcmp(parse->files[i], path) == 0)
        {
            ov_parse_error(parse, "config: '%.200s' includes itself", path);
            return false;
        }
    }
    if (parse->depth == OV_CONFIG_DEPTH)
    {
        ov_parse_error(parse, "config: '%.200s' is nested deeper than %u files", path, OV_CONFIG_DEPTH);
        return false;
    }
    return true;
}

void ov_parse_include(struct ov_parse *parse, const char *path)
{
    struct ov_text text = {0};
    char reason[OV_LOADER_REASON] = "there is nothing that reads files";
    if (!check_nesting(parse, path))
    {
        return;
    }
    enum ov_err err = parse->loader == NULL ? OV_ERR_IO
                                            : parse->loader->load(parse->loader->ctx, path, OV_CONFIG_OCTETS,
                                                                  parse->arena, &text, reason);
    if (err != OV_OK)
    {
        ov_parse_error(parse, "config: can't read '%.200s': %s", path,
                       err == OV_ERR_IO      ? reason
                       : err == OV_ERR_LIMIT ? "more than 4 MiB"
                                             : "out of memory");
        parse->failed = err == OV_ERR_NOMEM ? err : parse->failed;
        return;
    }
    uint16_t scope = parse->scope;
    const char *file = parse->file;
    uint32_t line = parse->line;
    ov_parse_text(parse, path, text.data, text.len);
    parse->scope = scope;
    parse->file = file;
    parse->line = line;
}
