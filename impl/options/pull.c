/* The client's side of a push reply. */
#include <stdlib.h>
#include <string.h>

#include "options/parse.h"
#include "options/pull_private.h"
#include "options/push.h"

static void copy_routes(struct ov_parse *parse, const struct ov_tunnel *tunnel)
{
    for (size_t i = 0; i < tunnel->routes4_count; i++)
    {
        (void)ov_parse_append(parse, &parse->draft.routes4, &tunnel->routes4[i], sizeof(tunnel->routes4[i]));
    }
    for (size_t i = 0; i < tunnel->routes6_count; i++)
    {
        (void)ov_parse_append(parse, &parse->draft.routes6, &tunnel->routes6[i], sizeof(tunnel->routes6[i]));
    }
}

enum ov_err ov_pull_new(const struct ov_config *config, const struct ov_proto_flags *announced,
                        struct ov_pull **out)
{
    struct ov_pull *pull = calloc(1, sizeof(*pull));
    *out = NULL;
    if (pull == NULL || (pull->arena = ov_arena_new()) == NULL)
    {
        free(pull);
        return OV_ERR_NOMEM;
    }
    ov_diags_init(&pull->diags, pull->arena);
    pull->pulled.effective = *config;
    pull->announced = *announced;
    pull->own_mtu = config->tunnel.mtu;
    if (ov_parse_init(&pull->parse, pull->arena, &pull->diags, NULL, &pull->pulled.effective))
    {
        pull->parse.scope = OV_IN_PUSH;
        pull->parse.file = "push reply";
        pull->parse.pulled = &pull->pulled;
        pull->parse.announced = &pull->announced;
        /* Without a topology 2.x means net30 [WP-PUSH-020]. */
        pull->parse.draft.topology = config->topology_given ? config->tunnel.topology : OV_TOPOLOGY_NET30;
        copy_routes(&pull->parse, &config->tunnel);
        ov_parse_copy_hooks(&pull->parse, &config->hooks);
    }
    if (pull->parse.failed != OV_OK)
    {
        ov_pull_free(pull);
        return OV_ERR_NOMEM;
    }
    *out = pull;
    return OV_OK;
}

void ov_pull_free(struct ov_pull *pull)
{
    if (pull != NULL)
    {
        ov_arena_free(pull->arena);
        free(pull);
    }
}

/* A control character anywhere makes the whole message suspect [WP-MSG-003]:
 * what a terminal or a script reads later must not be smuggled in here. */
bool ov_pull_is(const char *text, size_t len, const char *word)
{
    const size_t word_len = strlen(word);
    for (size_t i = 0; i < len; i++)
    {
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
        {
            return false;
        }
    }
    return len >= word_len && memcmp(text, word, word_len) == 0 && (len == word_len || text[word_len] == ',');
}

void ov_pull_option(struct ov_parse *parse, const char *text, size_t len)
{
    struct ov_line line;
    const char *reason = NULL;
    if (len > OV_PUSH_OPTION)
    {
        ov_parse_error(parse, "an option of %zu octets, at most %u are allowed", len, OV_PUSH_OPTION);
        return;
    }
    enum ov_err err = ov_lex_words(parse->arena, text, len, &line, &reason);
    if (err == OV_ERR_NOMEM)
    {
        parse->failed = err;
    }
    else if (err != OV_OK)
    {
        ov_parse_error(parse, "'%.*s': %s", (int)(len < 60 ? len : 60), text, reason);
    }
    else if (line.count != 0)
    {
        line.number = 0;
        ov_parse_option(parse, &line);
    }
}

void ov_pull_split(struct ov_parse *parse, const char *at, const char *end,
                   void (*each)(void *ctx, struct ov_parse *parse, const char *text, size_t len), void *ctx)
{
    while (at < end && parse->failed == OV_OK)
    {
        at++; /* the comma */
        const char *comma = memchr(at, ',', (size_t)(end - at));
        const char *stop = comma != NULL ? comma : end;
        each(ctx, parse, at, (size_t)(stop - at));
        at = stop;
    }
}

static void pull_filtered(void *ctx, struct ov_parse *parse, const char *text, size_t len)
{
    (void)ctx;
    if (!ov_parse_filtered(parse, text, len))
    {
        ov_pull_option(parse, text, len);
    }
}

void ov_pull_finish(struct ov_pull *pull)
{
    struct ov_parse *parse = &pull->parse;
    parse->option = "ifconfig";
    ov_parse_finish_tunnel(parse);
    parse->option = NULL;
}

enum ov_err ov_pull_message(struct ov_pull *pull, const char *text, size_t len)
{
    struct ov_parse *parse = &pull->parse;
    if (pull->complete)
    {
        return OV_ERR_CLOSED;
    }
    if (parse->failed != OV_OK)
    {
        return parse->failed;
    }
    if (!ov_pull_is(text, len, "PUSH_REPLY"))
    {
        return OV_ERR_FORMAT;
    }
    pull->octets += len;
    if (++pull->parts > OV_PUSH_PARTS_MAX || pull->octets > OV_PUSH_OCTETS_MAX)
    {
        parse->failed = OV_ERR_LIMIT;
        return parse->failed;
    }
    parse->continuation = 0;
    ov_pull_split(parse, text + strlen("PUSH_REPLY"), text + len, pull_filtered, NULL);
    if (parse->failed == OV_OK && parse->continuation != 2)
    {
        ov_pull_finish(pull);
        pull->complete = parse->failed == OV_OK;
    }
    return parse->failed != OV_OK ? parse->failed : pull->complete ? OV_OK : OV_ERR_AGAIN;
}

const struct ov_pulled *ov_pull_result(const struct ov_pull *pull)
{
    return pull->complete ? &pull->pulled : NULL;
}

const struct ov_diags *ov_pull_diags(const struct ov_pull *pull)
{
    return &pull->diags;
}
