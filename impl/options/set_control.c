/* Setters: control channel and TLS. */
#include <string.h>

#include "options/parse.h"

/* Finite-field Diffie-Hellman needs parameters, elliptic curves don't. Nearly
 * every server configuration names a file from the time before; refusing it
 * would help nobody, but nobody shall believe that it is used. */
OV_SETTER(dh)
{
    if (line->has_block || strcmp(line->word[1], "none") != 0)
    {
        ov_parse_warn(parse, "dh: the parameters are not read; ovref only does ECDHE, as with 'dh none'");
    }
}

OV_SETTER(remote_cert_tls)
{
    if (strcmp(line->word[1], "server") != 0 && strcmp(line->word[1], "client") != 0)
    {
        ov_parse_error(parse, "remote-cert-tls must be 'server' or 'client', not '%.40s'", line->word[1]);
        return;
    }
    parse->draft.remote_cert_tls = line->word[1];
}

static void set_direction(struct ov_parse *parse, const char *option, const char *text)
{
    if (strcmp(text, "0") != 0 && strcmp(text, "1") != 0)
    {
        ov_parse_error(parse, "%s: the direction must be 0 or 1, not '%.40s'", option, text);
        return;
    }
    parse->config->key_direction = text[0] == '1' ? 1 : 0;
}

OV_SETTER(key_direction)
{
    set_direction(parse, option->name, line->word[1]);
}

OV_SETTER(tls_auth)
{
    if (ov_parse_file(parse, line, &parse->config->tls_auth) && !line->has_block && line->count > 2)
    {
        set_direction(parse, option->name, line->word[2]);
    }
}

OV_SETTER(secret)
{
    if (ov_parse_file(parse, line, &parse->config->secret) && !line->has_block && line->count > 2)
    {
        set_direction(parse, option->name, line->word[2]);
    }
}

OV_SETTER(tls_crypt_v2)
{
    if (!ov_parse_file(parse, line, &parse->config->tls_crypt_v2) || line->has_block || line->count <= 2)
    {
        return;
    }
    parse->config->tls_crypt_v2_force_cookie = strcmp(line->word[2], "force-cookie") == 0;
    if (!parse->config->tls_crypt_v2_force_cookie && strcmp(line->word[2], "allow-noncookie") != 0)
    {
        ov_parse_error(parse, "tls-crypt-v2: '%.40s' is neither 'force-cookie' nor 'allow-noncookie'",
                       line->word[2]);
    }
}

OV_SETTER(tls_version)
{
    bool is_min = strcmp(option->name, "tls-version-min") == 0;
    enum ov_tls_version *field = is_min ? &parse->config->tls_version_min : &parse->config->tls_version_max;
    const char *text = line->word[1];
    if (strcmp(text, "1.2") == 0 || strcmp(text, "1.3") == 0)
    {
        *field = text[2] == '2' ? OV_TLS_VERSION_1_2 : OV_TLS_VERSION_1_3;
    }
    else if (is_min && (strcmp(text, "1.0") == 0 || strcmp(text, "1.1") == 0))
    {
        /* It asks for nothing more than what is done anyway; profiles have it from when 1.0 was young. */
        ov_parse_note(parse, "tls-version-min %s: ovref starts at 1.2", text);
        *field = OV_TLS_VERSION_1_2;
    }
    else if (strcmp(text, "1.0") == 0 || strcmp(text, "1.1") == 0)
    {
        ov_parse_error(parse, "%s: TLS %s is too old; ovref does 1.2 and 1.3", option->name, text);
    }
    else
    {
        ov_parse_error(parse, "%s must be 1.2 or 1.3, not '%.40s'", option->name, text);
    }
    if (line->count > 2)
    {
        parse->config->tls_version_min_or_highest = strcmp(line->word[2], "or-highest") == 0;
        if (!parse->config->tls_version_min_or_highest)
        {
            ov_parse_error(parse,
                           "tls-version-min: the second argument can only be 'or-highest', not '%.40s'",
                           line->word[2]);
        }
    }
}

OV_SETTER(reneg)
{
    uint32_t most, least;
    if (!ov_parse_number(parse, "reneg-sec", line->word[1], 0, INT32_MAX, &most))
    {
        return;
    }
    if (line->count > 2)
    {
        if (!ov_parse_number(parse, "the minimum of reneg-sec", line->word[2], 0, most, &least))
        {
            return;
        }
        parse->config->reneg_min_s = least;
    }
    parse->config->reneg_s = most;
    parse->draft.has_reneg_min = line->count > 2;
}
