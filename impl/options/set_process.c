/* Setters: how the process lives. */
#include <stdlib.h>
#include <string.h>

#include "options/parse.h"
#include "options/values.h"

/* At once, as in 2.x: relative names that follow are meant from there. */
OV_SETTER(cd)
{
    char reason[OV_LOADER_REASON] = "there is nothing that changes directories";
    if (parse->loader == NULL || parse->loader->enter == NULL ||
        parse->loader->enter(parse->loader->ctx, line->word[1], reason) != OV_OK)
    {
        ov_parse_error(parse, "cd: can't change to '%.200s': %s", line->word[1], reason);
    }
}

OV_SETTER(daemon)
{
    struct ov_process *process = &parse->config->process;
    process->daemon = true;
    process->name = line->count > 1 ? line->word[1] : process->name;
}

OV_SETTER(syslog)
{
    struct ov_process *process = &parse->config->process;
    process->syslog = true;
    process->name = line->count > 1 ? line->word[1] : process->name;
}

OV_SETTER(log)
{
    parse->config->process.log_file = line->word[1];
    parse->config->process.log_append = strcmp(option->name, "log-append") == 0;
}

OV_SETTER(nice)
{
    const char *text = line->word[1];
    const bool negative = text[0] == '-';
    uint32_t level;
    if (!ov_value_u32(text + negative, &level) || level > (negative ? 20u : 19u))
    {
        ov_parse_error(parse, "nice must be a number from -20 to 19, not '%.40s'", text);
        return;
    }
    parse->config->process.nice = (int8_t)(negative ? -(int)level : (int)level);
    parse->config->process.has_nice = true;
}

OV_SETTER(remap_usr1)
{
    if (strcmp(line->word[1], "SIGHUP") == 0)
    {
        parse->config->process.restart = OV_RESTART_REREAD;
    }
    else if (strcmp(line->word[1], "SIGTERM") == 0)
    {
        parse->config->process.restart = OV_RESTART_END;
    }
    else
    {
        ov_parse_error(parse, "remap-usr1 must be SIGHUP or SIGTERM, not '%.40s'", line->word[1]);
    }
}

OV_SETTER(show_ciphers)
{
    parse->config->wish = OV_WISH_CIPHERS;
}

OV_SETTER(show_digests)
{
    parse->config->wish = OV_WISH_DIGESTS;
}

OV_SETTER(show_tls)
{
    parse->config->wish = OV_WISH_TLS_CIPHERS;
}

OV_SETTER(show_groups)
{
    parse->config->wish = OV_WISH_TLS_GROUPS;
}

OV_SETTER(show_gateway)
{
    parse->config->wish = OV_WISH_GATEWAY;
    parse->config->way_to = line->count > 1 ? line->word[1] : NULL;
}

OV_SETTER(test_crypto)
{
    parse->config->wish = OV_WISH_TEST_CRYPTO;
}
