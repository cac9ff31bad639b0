/* A server's settings for one client: from texts to struct ov_client_config. */
#include "options/client.h"

#include <stdlib.h>
#include <string.h>

#include "options/parse.h"
#include "options/values.h"

struct ov_client_options
{
    struct ov_arena *arena;
    struct ov_diags diags;
    struct ov_config config;        /* the server's, with what this client has instead */
    struct ov_ciphers data_ciphers; /* the server's */
    enum ov_cipher_id fallback;
    bool has_fallback;
    struct ov_parse parse;
    struct ov_client_draft draft;
    struct ov_client_config result;
};

enum ov_err ov_client_options_new(const struct ov_config *config, const struct ov_loader *loader,
                                  struct ov_client_options **out)
{
    struct ov_client_options *options = calloc(1, sizeof *options);
    *out = NULL;
    if (options == NULL || (options->arena = ov_arena_new()) == NULL)
    {
        free(options);
        return OV_ERR_NOMEM;
    }
    ov_diags_init(&options->diags, options->arena);
    options->config = *config;
    options->data_ciphers = config->data_ciphers;
    options->fallback = config->fallback;
    options->has_fallback = config->has_fallback;
    if (ov_parse_init(&options->parse, options->arena, &options->diags, loader, &options->config))
    {
        options->parse.file_scope = OV_IN_CLIENT;
        options->parse.own = &options->draft;
    }
    for (size_t i = 0; i < config->push_count && options->parse.failed == OV_OK; i++)
    {
        (void)ov_parse_append(&options->parse, &options->parse.draft.push, &config->push[i],
                              sizeof config->push[i]);
    }
    if (options->parse.failed != OV_OK)
    {
        ov_client_options_free(options);
        return OV_ERR_NOMEM;
    }
    *out = options;
    return OV_OK;
}

void ov_client_options_free(struct ov_client_options *options)
{
    if (options != NULL)
    {
        ov_arena_free(options->arena);
        free(options);
    }
}

enum ov_err ov_client_options_add(struct ov_client_options *options, const char *name, const char *text,
                                  size_t len)
{
    const char *copy = ov_arena_strndup(options->arena, text, len);
    const char *called = ov_arena_strdup(options->arena, name);
    if (copy == NULL || called == NULL)
    {
        return OV_ERR_NOMEM;
    }
    ov_parse_text(&options->parse, called, copy, len);
    return options->parse.failed;
}

/* ---- what the client reaches without the tunnel is not pushed to it [WP-SRV-011] ---- */

static bool is_iroute4(const struct ov_client_draft *draft, const struct ov_line *line)
{
    const struct ov_route4 *routes = draft->iroutes4.items;
    uint32_t net, mask = UINT32_MAX;
    uint8_t bits;
    if (line->count < 2 || !ov_value_ip4(line->word[1], &net) ||
        (line->count > 2 && !ov_value_ip4(line->word[2], &mask)) || !ov_value_mask4(mask, &bits))
    {
        return false;
    }
    for (size_t i = 0; i < draft->iroutes4.count; i++)
    {
        if (routes[i].net == net && routes[i].bits == bits)
        {
            return true;
        }
    }
    return false;
}

static bool is_iroute6(const struct ov_client_draft *draft, const struct ov_line *line)
{
    const struct ov_route6 *routes = draft->iroutes6.items;
    uint8_t net[16];
    uint8_t bits;
    bool given;
    if (line->count < 2 || !ov_value_prefix6(line->word[1], net, &bits, &given))
    {
        return false;
    }
    for (size_t i = 0; i < draft->iroutes6.count; i++)
    {
        if (memcmp(routes[i].net, net, sizeof net) == 0 && routes[i].bits == bits)
        {
            return true;
        }
    }
    return false;
}

static bool is_own(struct ov_client_options *options, const char *push)
{
    struct ov_line line;
    const char *reason;
    if (strncmp(push, "route", 5) != 0 ||
        options->draft.iroutes4.count + options->draft.iroutes6.count == 0 ||
        ov_lex_words(options->arena, push, strlen(push), &line, &reason) != OV_OK || line.count == 0)
    {
        return false;
    }
    return strcmp(line.word[0], "route") == 0
               ? is_iroute4(&options->draft, &line)
               : strcmp(line.word[0], "route-ipv6") == 0 && is_iroute6(&options->draft, &line);
}

const struct ov_client_config *ov_client_options_result(struct ov_client_options *options)
{
    const struct ov_list *all = &options->parse.draft.push;
    const char *const *from = all->items;
    const char **to = ov_arena_array(options->arena, all->count, sizeof *to);
    size_t count = 0;
    if (to == NULL || options->parse.failed != OV_OK)
    {
        return NULL;
    }
    for (size_t i = 0; i < all->count; i++)
    {
        if (!is_own(options, from[i]))
        {
            to[count++] = from[i];
        }
    }
    options->result = options->draft.config;
    options->result.config = &options->config;
    options->result.push = to;
    options->result.push_count = count;
    options->result.iroutes4 = options->draft.iroutes4.items;
    options->result.iroutes4_count = options->draft.iroutes4.count;
    options->result.iroutes6 = options->draft.iroutes6.items;
    options->result.iroutes6_count = options->draft.iroutes6.count;
    return &options->result;
}

bool ov_client_options_limit(struct ov_client_options *options, const struct ov_crypto *crypto)
{
    struct ov_config *config = &options->config;
    enum ov_cipher_id missing;
    bool good = true;
    for (size_t i = 0; i < config->data_ciphers.count; i++)
    {
        config->data_ciphers.optional[i] = true;
    }
    if (ov_ciphers_limit(&config->data_ciphers, crypto, &missing) != OV_OK)
    {
        config->data_ciphers = options->data_ciphers;
        good = false;
    }
    if (config->has_fallback && !ov_crypto_has_cipher(crypto, config->fallback))
    {
        config->fallback = options->fallback;
        config->has_fallback = options->has_fallback;
        good = false;
    }
    return good;
}

const struct ov_diags *ov_client_options_diags(const struct ov_client_options *options)
{
    return &options->diags;
}
