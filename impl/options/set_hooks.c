/* Setters: programs that are called when the tunnel comes and goes, and their variables. */
#include <string.h>

#include "options/parse.h"

OV_SETTER(hook)
{
    struct ov_hook_options *hooks = &parse->config->hooks;
    const struct
    {
        const char *name;
        struct ov_command *command;
    } all[] = {
        {"up", &hooks->up},
        {"down", &hooks->down},
        {"route-up", &hooks->route_up},
        {"route-pre-down", &hooks->route_pre_down},
        {"ipchange", &hooks->ipchange},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
    {
        if (strcmp(option->name, all[i].name) == 0)
        {
            (void)ov_parse_command(parse, option->name, line->word[1], all[i].command);
        }
    }
}

/* ---- variables ---- */

static bool is_name(const char *text)
{
    for (const char *p = text; *p != '\0'; p++)
    {
        const bool letter = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || *p == '_';
        if (!letter && (p == text || *p < '0' || *p > '9'))
        {
            return false;
        }
    }
    return text[0] != '\0';
}

/* The latest value of a name counts. */
static void set_variable(struct ov_parse *parse, const char *name, const char *value)
{
    struct ov_list *list = &parse->draft.variables;
    struct ov_variable *all = list->items;
    const struct ov_variable variable = {name, value};
    for (size_t i = 0; i < list->count; i++)
    {
        if (strcmp(all[i].name, name) == 0)
        {
            all[i].value = value;
            return;
        }
    }
    if (list->count >= OV_VARIABLES_MAX)
    {
        ov_parse_error(parse, "more than %u variables", OV_VARIABLES_MAX);
        return;
    }
    (void)ov_parse_append(parse, list, &variable, sizeof variable);
}

/* "setenv opt NAME ..." is an option that may be unknown; some names ask for an older or other program. */
OV_SETTER(setenv)
{
    const char *name = line->word[1];
    if (strcmp(name, "opt") == 0)
    {
        struct ov_line rest = *line;
        size_t index;
        if (line->count < 3)
        {
            ov_parse_error(parse, "setenv opt: the option is missing");
            return;
        }
        rest.count = line->count - 2;
        memmove(rest.word, line->word + 2, rest.count * sizeof rest.word[0]);
        const struct ov_option *inner = ov_option_find(rest.word[0], &index);
        if (inner == NULL || !ov_option_works(inner))
        {
            ov_parse_note(parse, "option '%.60s' can't be done and is left out, as 'setenv opt' says",
                          rest.word[0]);
            return;
        }
        ov_parse_option(parse, &rest);
        parse->option = option->name;
        return;
    }
    if (strcmp(name, "GENERIC_CONFIG") == 0)
    {
        ov_parse_error(parse, "this is a generic configuration, which has no keys: get one of your own");
        return;
    }
    if (line->count > 3)
    {
        ov_parse_error(parse, "option 'setenv' takes 1 to 2 arguments (name [value]), not %zu",
                       line->count - 1);
        return;
    }
    if (!is_name(name))
    {
        ov_parse_error(parse, "setenv: '%.60s' can't be the name of a variable", name);
        return;
    }
    set_variable(parse, name, line->count > 2 ? line->word[2] : "");
}

/* Comes from servers too: the prefix keeps it away from what programs and the system mean. */
OV_SETTER(setenv_safe)
{
    const char *name = line->word[1];
    const char prefix[] = "OPENVPN_";
    const size_t len = strlen(name);
    char *whole = ov_arena_alloc(parse->arena, sizeof prefix + len);
    if (whole == NULL)
    {
        parse->failed = OV_ERR_NOMEM;
        return;
    }
    memcpy(whole, prefix, sizeof prefix - 1);
    memcpy(whole + sizeof prefix - 1, name, len + 1);
    if (len == 0 || !is_name(whole))
    {
        ov_parse_error(parse, "setenv-safe: '%.60s' can't be the end of a variable's name", name);
        return;
    }
    set_variable(parse, whole, line->count > 2 ? line->word[2] : "");
}

/* ---- together ---- */

void ov_parse_take_hooks(struct ov_parse *parse)
{
    struct ov_hook_options *hooks = &parse->config->hooks;
    const struct ov_draft *draft = &parse->draft;
    hooks->variables = draft->variables.items;
    hooks->variables_count = draft->variables.count;
    hooks->echoes = draft->echoes.items;
    hooks->echoes_count = draft->echoes.count;
    hooks->foreign = draft->foreign.items;
    hooks->foreign_count = draft->foreign.count;
    hooks->servers = draft->dns_servers.items;
    hooks->servers_count = draft->dns_servers.count;
    hooks->search = draft->dns_search.items;
    hooks->search_count = draft->dns_search.count;
}

static void copy_list(struct ov_parse *parse, struct ov_list *to, const void *items, size_t count,
                      size_t size)
{
    for (size_t i = 0; i < count; i++)
    {
        (void)ov_parse_append(parse, to, (const char *)items + i * size, size);
    }
}

void ov_parse_copy_hooks(struct ov_parse *parse, const struct ov_hook_options *hooks)
{
    struct ov_draft *draft = &parse->draft;
    copy_list(parse, &draft->variables, hooks->variables, hooks->variables_count, sizeof *hooks->variables);
    copy_list(parse, &draft->echoes, hooks->echoes, hooks->echoes_count, sizeof *hooks->echoes);
    copy_list(parse, &draft->foreign, hooks->foreign, hooks->foreign_count, sizeof *hooks->foreign);
    copy_list(parse, &draft->dns_servers, hooks->servers, hooks->servers_count, sizeof *hooks->servers);
    copy_list(parse, &draft->dns_search, hooks->search, hooks->search_count, sizeof *hooks->search);
}

void ov_parse_finish_hooks(struct ov_parse *parse)
{
    const struct ov_config *config = parse->config;
    const struct ov_hook_options *hooks = &config->hooks;
    const struct
    {
        const char *name;
        const struct ov_command *command;
    } all[] = {
        {"up", &hooks->up},
        {"down", &hooks->down},
        {"route-up", &hooks->route_up},
        {"route-pre-down", &hooks->route_pre_down},
        {"ipchange", &hooks->ipchange},
        {"dns-updown", &hooks->dns_updown},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
    {
        ov_parse_point_at(parse, all[i].name);
        if (all[i].command->count > 0 && config->login.script_security < OV_SCRIPT_SECURITY_USER)
        {
            ov_parse_error(parse, "'%s' needs 'script-security 2': no program may be called", all[i].name);
        }
    }
    ov_parse_point_at(parse, "ipchange");
    if (hooks->ipchange.count > 0 && config->role == OV_ROLE_SERVER && !config->p2p)
    {
        ov_parse_error(parse, "'ipchange' is not for a server with many clients: use 'client-connect'");
    }
    ov_parse_point_at(parse, "down-pre");
    if (hooks->down_pre && hooks->down.count == 0)
    {
        ov_parse_warn(parse, "'down-pre' does nothing without 'down'");
    }
    ov_parse_point_at(parse, NULL);
}
