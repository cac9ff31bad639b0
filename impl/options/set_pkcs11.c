/* Setters: keys on tokens. */
#include <string.h>

#include "options/parse.h"

/* The words behind the name. */
static void take_list(struct ov_parse *parse, const struct ov_line *line, struct ov_command *out)
{
    const size_t count = line->count - 1;
    const char **words = ov_arena_alloc(parse->arena, (count + 1) * sizeof *words);
    if (words == NULL)
    {
        parse->failed = OV_ERR_NOMEM;
        return;
    }
    for (size_t i = 0; i < count; i++)
    {
        words[i] = line->word[i + 1];
    }
    words[count] = NULL;
    *out = (struct ov_command){words, count};
}

static bool all_flags(struct ov_parse *parse, const struct ov_line *line)
{
    for (size_t i = 1; i < line->count; i++)
    {
        if (strcmp(line->word[i], "0") != 0 && strcmp(line->word[i], "1") != 0)
        {
            ov_parse_error(parse, "%s: 0 or 1 for each provider, not '%.40s'", line->word[0], line->word[i]);
            return false;
        }
    }
    return true;
}

OV_SETTER(pkcs11_providers)
{
    take_list(parse, line, &parse->config->certs.pkcs11.providers);
}

OV_SETTER(pkcs11_protected)
{
    if (all_flags(parse, line))
    {
        take_list(parse, line, &parse->config->certs.pkcs11.protected_auth);
    }
}

OV_SETTER(pkcs11_cert_private)
{
    if (all_flags(parse, line))
    {
        take_list(parse, line, &parse->config->certs.pkcs11.cert_private);
    }
}

OV_SETTER(pkcs11_private_mode)
{
    for (size_t i = 1; i < line->count; i++)
    {
        if (line->word[i][0] == '\0' ||
            line->word[i][strspn(line->word[i], "0123456789abcdefABCDEFx")] != '\0')
        {
            ov_parse_error(parse, "pkcs11-private-mode: '%.40s' is no hexadecimal mask", line->word[i]);
            return;
        }
    }
    take_list(parse, line, &parse->config->certs.pkcs11.private_mode);
}

OV_SETTER(show_pkcs11_ids)
{
    struct ov_pkcs11_options *pkcs11 = &parse->config->certs.pkcs11;
    parse->config->wish = OV_WISH_PKCS11_IDS;
    if (line->count > 1)
    {
        struct ov_line provider = *line;
        provider.count = 2;
        take_list(parse, &provider, &pkcs11->providers);
    }
    if (line->count > 2)
    {
        struct ov_line flag = *line;
        flag.word[1] = line->word[2];
        flag.count = 2;
        if (all_flags(parse, &flag))
        {
            take_list(parse, &flag, &pkcs11->cert_private);
        }
    }
}

/* Beside each other. */
void ov_parse_finish_pkcs11(struct ov_parse *parse)
{
    const struct ov_pkcs11_options *pkcs11 = &parse->config->certs.pkcs11;
    const bool wanted = pkcs11->id != NULL || pkcs11->id_management;
    static const char *const others[] = {"cert", "key", "pkcs12", "management-external-key",
                                         "management-external-cert"};
    if (pkcs11->id != NULL && pkcs11->id_management)
    {
        ov_parse_error(parse, "'pkcs11-id' contradicts 'pkcs11-id-management'");
    }
    if (wanted && pkcs11->providers.count == 0)
    {
        ov_parse_error(parse, "'pkcs11-id' needs 'pkcs11-providers': the libraries of the tokens");
    }
    if (!wanted && pkcs11->providers.count > 0)
    {
        ov_parse_warn(parse, "'pkcs11-providers' without 'pkcs11-id': no token is used "
                             "('--show-pkcs11-ids LIBRARY' lists what is there)");
    }
    for (size_t i = 0; wanted && i < sizeof others / sizeof others[0]; i++)
    {
        if (ov_parse_given(parse, others[i]) != NULL)
        {
            ov_parse_error(parse, "'%s' contradicts 'pkcs11-id'", others[i]);
        }
    }
}
