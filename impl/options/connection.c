/* <connection> blocks: each is a remote with settings of its own on top of those of the whole configuration
 * [WP-CLI-001]. */
#include <string.h>

#include "options/parse.h"

/* What a block says is read when the rest is complete. 2.x takes only what stood before the block; a warning says
 * where that makes a difference. */
struct block
{
    const char *file;
    uint32_t line;
    struct ov_text text;
};

OV_SETTER(connection)
{
    const struct block block = {parse->file, parse->line, line->block};
    if (!line->has_block)
    {
        ov_parse_error(parse, "connection is a block: <connection>, options, </connection>");
        return;
    }
    (void)ov_parse_append(parse, &parse->draft.connections, &block, sizeof(block));
}

static void read_lines(struct ov_parse *sub, const struct block *block)
{
    struct ov_lexer lexer;
    struct ov_line line;
    ov_lexer_init(&lexer, sub->arena, block->text.data, block->text.len);
    while (sub->failed == OV_OK)
    {
        const enum ov_err err = ov_lexer_next(&lexer, &line);
        if (err == OV_ERR_CLOSED)
        {
            return;
        }
        sub->line = block->line + line.number;
        if (err == OV_ERR_NOMEM)
        {
            sub->failed = err;
        }
        else if (err != OV_OK)
        {
            ov_parse_error(sub, "%s", lexer.reason);
        }
        else
        {
            ov_parse_option(sub, &line);
        }
    }
}

static void check_block(struct ov_parse *sub)
{
    const struct ov_config *config = sub->config;
    if (sub->draft.remotes.count != 1 && ov_parse_given(sub, "remote") == NULL)
    {
        ov_parse_error(sub, "a <connection> block needs one 'remote'");
    }
    else if (sub->draft.remotes.count > 1)
    {
        ov_parse_error(sub, "a <connection> block has one 'remote', not %zu", sub->draft.remotes.count);
    }
    if (sub->draft.tcp_role == OV_TCP_ROLE_SERVER)
    {
        ov_parse_error(sub, "this is a client: its proto is 'tcp' or 'tcp-client'");
    }
    if (config->tls_auth.from != NULL && config->tls_crypt.from != NULL)
    {
        ov_parse_error(sub, "'tls-auth' contradicts 'tls-crypt'");
    }
    if (config->tls_crypt_v2.from != NULL &&
        (config->tls_auth.from != NULL || config->tls_crypt.from != NULL))
    {
        ov_parse_error(sub, "on a client 'tls-crypt-v2' contradicts '%s'",
                       config->tls_auth.from != NULL ? "tls-auth" : "tls-crypt");
    }
}

/* A key in the block takes the place of the configuration's, whichever kind that was. */
static void forget_other_keys(struct ov_parse *sub, const struct ov_config *base)
{
    struct ov_text *const keys[] = {&sub->config->tls_auth, &sub->config->tls_crypt,
                                    &sub->config->tls_crypt_v2};
    const struct ov_text *const outer[] = {&base->tls_auth, &base->tls_crypt, &base->tls_crypt_v2};
    bool own = false;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
    {
        own = own || keys[i]->data != outer[i]->data;
    }
    for (size_t i = 0; own && i < sizeof(keys) / sizeof(keys[0]); i++)
    {
        if (keys[i]->data == outer[i]->data)
        {
            *keys[i] = (struct ov_text){0};
        }
    }
}

void ov_parse_timers(struct ov_parse *parse)
{
    const uint32_t poll_s = parse->draft.server_poll_s;
    const uint32_t timeout_s = parse->draft.connect_timeout_s;
    if (poll_s > 0 || timeout_s > 0)
    {
        parse->config->connect_master_s = poll_s > 0 ? timeout_s : 0;
        parse->config->connect_timeout_s = poll_s > 0 ? poll_s : timeout_s;
    }
}

static bool add_remote(struct ov_parse *parse, struct ov_parse *sub)
{
    struct ov_config *config = sub->config;
    ov_parse_timers(sub);
    struct ov_remote remote = *(const struct ov_remote *)sub->draft.remotes.items;
    remote.port = remote.port != 0 ? remote.port : config->rport;
    remote.proto = remote.proto != OV_PROTO_LATER ? remote.proto : config->proto;
    remote.config = config;
    config->proto = remote.proto;
    ov_parse_link_mtu(sub);
    if (parse->draft.has_override && ov_proto_is_tcp(remote.proto))
    {
        config->proxy = parse->draft.override;
    }
    ov_parse_check_proxy(sub, remote.proto);
    config->exit_notify = ov_proto_is_tcp(remote.proto) ? 0 : config->exit_notify; /* [WP-CLI-012] */
    return ov_parse_append(parse, &parse->draft.remotes, &remote, sizeof(remote));
}

static void warn_of_later_options(struct ov_parse *parse, const struct block *first)
{
    for (size_t i = 0; i < ov_option_count(); i++)
    {
        const struct ov_option *option = ov_option_at(i);
        const struct ov_place *place = &parse->given[i];
        const bool remote = strcmp(option->name, "remote") == 0;
        if ((option->scope & OV_IN_CONNECTION) == 0 || place->file == NULL)
        {
            continue;
        }
        if (!remote && (place->file != first->file || place->line < first->line))
        {
            continue;
        }
        ov_diags_add(
            parse->diags, OV_DIAG_WARNING, place->file, place->line, option->name,
            remote ? "'%s' beside <connection> blocks is not used"
                   : "'%s' stands behind a <connection> block: ovref uses it for that block too, OpenVPN "
                     "2.x does not",
            option->name);
    }
}

void ov_parse_connections(struct ov_parse *parse)
{
    const struct block *blocks = parse->draft.connections.items;
    warn_of_later_options(parse, &blocks[0]);
    parse->draft.remotes = (struct ov_list){0};
    for (size_t i = 0; i < parse->draft.connections.count && parse->failed == OV_OK; i++)
    {
        struct ov_parse sub;
        struct ov_config *config = ov_arena_array(parse->arena, 1, sizeof(*config));
        if (config == NULL || !ov_parse_init(&sub, parse->arena, parse->diags, parse->loader, config))
        {
            parse->failed = OV_ERR_NOMEM;
            return;
        }
        *config = *parse->config;
        sub.scope = OV_IN_CONNECTION;
        sub.file = blocks[i].file;
        const uint32_t errors = parse->diags->error_count;
        read_lines(&sub, &blocks[i]);
        sub.line = blocks[i].line;
        forget_other_keys(&sub, parse->config);
        ov_parse_finish_local(&sub);
        check_block(&sub);
        parse->failed = sub.failed;
        if (parse->failed == OV_OK && parse->diags->error_count == errors && !add_remote(parse, &sub))
        {
            return;
        }
    }
}
