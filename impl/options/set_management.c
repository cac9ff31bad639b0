/* Setters: the management interface. */
#include <string.h>

#include "options/parse.h"

OV_SETTER(management)
{
    struct ov_management *management = &parse->config->management;
    uint32_t port;
    if (strcmp(line->word[2], "unix") != 0 &&
        !ov_parse_number(parse, "the port of management", line->word[2], 1, 65535, &port))
    {
        return;
    }
    if (line->count > 3)
    {
        /* The file comes where others have it: in the first argument. */
        struct ov_line file = *line;
        file.word[1] = line->word[3];
        file.count = 2;
        if (!ov_parse_file(parse, &file, &management->password))
        {
            return;
        }
    }
    management->address = line->word[1];
    management->port = line->word[2];
}

/* The words as one text, from servers too. */
OV_SETTER(echo)
{
    struct ov_list *list = &parse->draft.echoes;
    size_t size = 1;
    for (size_t i = 1; i < line->count; i++)
    {
        size += strlen(line->word[i]) + 1;
    }
    char *text = list->count < OV_ECHOES_MAX ? ov_arena_alloc(parse->arena, size) : NULL;
    if (list->count >= OV_ECHOES_MAX)
    {
        ov_parse_error(parse, "more than %u echoes", OV_ECHOES_MAX);
        return;
    }
    if (text == NULL)
    {
        parse->failed = OV_ERR_NOMEM;
        return;
    }
    size_t at = 0;
    for (size_t i = 1; i < line->count; i++)
    {
        const size_t len = strlen(line->word[i]);
        text[at] = ' ';
        at += i > 1;
        memcpy(text + at, line->word[i], len);
        at += len;
    }
    text[at] = '\0';
    const struct ov_echo echo = {text, parse->scope == OV_IN_PUSH};
    (void)ov_parse_append(parse, list, &echo, sizeof echo);
}

OV_SETTER(external_key)
{
    struct ov_cert_options *certs = &parse->config->certs;
    const struct
    {
        const char *word;
        bool *flag;
    } known[] = {{"nopadding", &certs->external_raw},
                 {"pkcs1", &certs->external_pkcs1},
                 {"pss", &certs->external_pss},
                 {"digest", &certs->external_digest}};
    for (size_t i = 1; i < line->count; i++)
    {
        size_t k = 0;
        while (k < sizeof known / sizeof known[0] && strcmp(line->word[i], known[k].word) != 0)
        {
            k++;
        }
        if (k == sizeof known / sizeof known[0])
        {
            ov_parse_error(parse, "management-external-key: '%.40s' is none of nopadding, pkcs1, pss, digest",
                           line->word[i]);
            return;
        }
        *known[k].flag = true;
    }
    certs->external_pkcs1 = certs->external_pkcs1 || !certs->external_raw;
    certs->external_key = true;
}

/* Beside each other, and with the socket itself. */
void ov_parse_finish_management(struct ov_parse *parse)
{
    const struct ov_management *management = &parse->config->management;
    static const char *const dependent[] = {"management-client",
                                            "management-client-auth",
                                            "management-client-group",
                                            "management-client-user",
                                            "management-external-cert",
                                            "management-external-key",
                                            "management-forget-disconnect",
                                            "management-hold",
                                            "management-log-cache",
                                            "management-query-passwords",
                                            "management-query-proxy",
                                            "management-query-remote",
                                            "management-signal",
                                            "management-up-down",
                                            "pkcs11-id-management"};
    for (size_t i = 0; management->address == NULL && i < sizeof dependent / sizeof dependent[0]; i++)
    {
        if (ov_parse_given(parse, dependent[i]) != NULL && ov_parse_given(parse, "management") == NULL)
        {
            ov_parse_error(parse, "'%s' needs 'management'", dependent[i]);
        }
    }
    static const char *const rivals[][2] = {{"key", "management-external-key"},
                                            {"pkcs12", "management-external-key"},
                                            {"cert", "management-external-cert"},
                                            {"auth-user-pass-verify", "management-client-auth"}};
    for (size_t i = 0; i < sizeof rivals / sizeof rivals[0]; i++)
    {
        if (ov_parse_given(parse, rivals[i][0]) != NULL && ov_parse_given(parse, rivals[i][1]) != NULL)
        {
            ov_parse_error(parse, "'%s' contradicts '%s'", rivals[i][0], rivals[i][1]);
        }
    }
    if (management->cert_hint != NULL && !parse->config->certs.external_key)
    {
        ov_parse_error(parse, "'management-external-cert' needs 'management-external-key'");
    }
    if ((management->peer_user != NULL || management->peer_group != NULL) && management->port != NULL &&
        strcmp(management->port, "unix") != 0)
    {
        ov_parse_error(parse, "who comes to 'management' is known only over a unix socket");
    }
    if (management->address != NULL && management->connects_out && management->port != NULL &&
        management->password.from != NULL)
    {
        ov_parse_warn(parse, "with 'management-client' nobody is asked for the password of 'management'");
    }
}
