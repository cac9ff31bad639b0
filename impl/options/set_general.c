/* Setters: what the program is, and where its options come from. */
#include <string.h>

#include "options/parse.h"

OV_SETTER(config)
{
    ov_parse_include(parse, line->word[1]);
}

OV_SETTER(help)
{
    parse->config->wish = OV_WISH_HELP;
}

OV_SETTER(version)
{
    parse->config->wish = OV_WISH_VERSION;
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
