/* Setters: what the program is, and where its options come from. */
#include <string.h>

#include "options/parse.h"

OV_SETTER(config)
{
    if (parse->config->hooks.config_file == NULL)
    {
        parse->config->hooks.config_file = line->word[1];
    }
    ov_parse_include(parse, line->word[1]);
}

OV_SETTER(help)
{
    parse->config->wish = OV_WISH_HELP;
    parse->config->help_on = line->count > 1 ? line->word[1] : NULL;
}

OV_SETTER(man)
{
    parse->config->wish = OV_WISH_MAN;
}

OV_SETTER(check_config)
{
    if (line->count > 2 && strcmp(line->word[2], "json") != 0)
    {
        ov_parse_error(parse, "check-config: the findings come as text or as 'json', not '%.40s'",
                       line->word[2]);
        return;
    }
    parse->config->wish = OV_WISH_CHECK;
    parse->config->checked = line->word[1];
    parse->config->check_json = line->count > 2;
    ov_parse_include(parse, line->word[1]);
}

OV_SETTER(version)
{
    parse->config->wish = OV_WISH_VERSION;
}

/* "--genkey file" is what older releases had: a static key. */
OV_SETTER(genkey)
{
    static const struct
    {
        const char *name;
        enum ov_genkey_kind kind;
    } kinds[] = {
        {"secret", OV_GENKEY_STATIC},
        {"tls-auth", OV_GENKEY_STATIC},
        {"tls-crypt", OV_GENKEY_STATIC},
        {"tls-crypt-v2-server", OV_GENKEY_V2_SERVER},
        {"tls-crypt-v2-client", OV_GENKEY_V2_CLIENT},
        {"auth-token", OV_GENKEY_AUTH_TOKEN},
    };
    struct ov_genkey *genkey = &parse->config->genkey;
    const char *type = line->word[1];
    bool known = false;
    *genkey = (struct ov_genkey){.path = line->count > 2 ? line->word[2] : NULL};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
    {
        if (strcmp(type, kinds[i].name) == 0)
        {
            genkey->kind = kinds[i].kind;
            known = true;
        }
    }
    if (!known && line->count == 2)
    {
        genkey->path = type;
    }
    else if (!known)
    {
        ov_parse_error(parse, "genkey: unknown type '%.40s'", type);
    }
    else if (genkey->path == NULL)
    {
        ov_parse_error(parse, "genkey %s: the name of the file is missing", type);
    }
    else if (line->count > 3 && genkey->kind != OV_GENKEY_V2_CLIENT)
    {
        ov_parse_error(parse, "genkey %s: only client keys have metadata", type);
    }
    genkey->metadata = line->count > 3 ? line->word[3] : NULL;
    parse->config->wish = OV_WISH_GENKEY;
}

/* "--status file [seconds]" */
OV_SETTER(status)
{
    parse->config->status = line->word[1];
    if (line->count > 2)
    {
        (void)ov_parse_number(parse, "status: the interval", line->word[2], 1, 86400,
                              &parse->config->status_s);
    }
}

OV_SETTER(ignore_unknown)
{
    for (size_t i = 1; i < line->count; i++)
    {
        if (!ov_parse_append(parse, &parse->draft.ignored, &line->word[i], sizeof(line->word[i])))
        {
            return;
        }
    }
}

OV_SETTER(providers)
{
    struct ov_list list = {0};
    for (size_t i = 1; i < line->count; i++)
    {
        if (!ov_parse_append(parse, &list, &line->word[i], sizeof(line->word[i])))
        {
            return;
        }
    }
    parse->config->providers = list.items;
    parse->config->providers_count = list.count;
}

OV_SETTER(mode)
{
    if (strcmp(line->word[1], "server") == 0)
    {
        parse->draft.mode_server = true;
    }
    else if (strcmp(line->word[1], "p2p") == 0)
    {
        parse->draft.mode_server = false;
    }
    else
    {
        ov_parse_error(parse, "mode must be 'server' or 'p2p', not '%.40s'", line->word[1]);
    }
}

OV_SETTER(client)
{
    parse->draft.client = true;
    parse->draft.tls_client = true;
    parse->draft.pull = true;
}

OV_SETTER(tls_client)
{
    parse->draft.tls_client = true;
}

OV_SETTER(tls_server)
{
    parse->draft.tls_server = true;
}

OV_SETTER(pull)
{
    parse->draft.pull = true;
}
