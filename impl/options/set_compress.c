/* Setters: compression framing and fragments. */
#include <string.h>

#include "options/parse.h"

#define FRAGMENT_MIN 68u

OV_SETTER(allow_compression)
{
    static const struct
    {
        const char *word;
        enum ov_comp_allow allow;
    } words[] = {
        {"no", OV_COMP_ALLOW_NO},
        {"stub-only", OV_COMP_ALLOW_NO},
        {"asym", OV_COMP_ALLOW_ASYM},
        {"yes", OV_COMP_ALLOW_YES},
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
    {
        if (strcmp(line->word[1], words[i].word) == 0)
        {
            parse->config->compression.allow = words[i].allow;
            return;
        }
    }
    ov_parse_error(parse, "allow-compression: '%.40s' is not yes, no, asym or stub-only", line->word[1]);
}

/* What is done with packets follows from the framing and what is allowed. */
static void follow_mode(struct ov_compression *compression)
{
    const bool real = ov_comp_mode_alg(compression->mode) != OV_COMP_ALG_NONE;
    compression->expands = compression->allow == OV_COMP_ALLOW_YES ||
                           compression->allow == OV_COMP_ALLOW_ASYM ||
                           (real && compression->allow == OV_COMP_ALLOW_DEFAULT);
    compression->compresses = compression->allow == OV_COMP_ALLOW_YES;
}

/* A server that pushes an algorithm sends packets that somebody has to expand, so what is not allowed ends the
 * connection [WP-COMP-013]. */
static void set_mode(struct ov_parse *parse, enum ov_comp_mode mode)
{
    struct ov_compression *compression = &parse->config->compression;
    if (parse->pulled != NULL && ov_comp_mode_alg(mode) != OV_COMP_ALG_NONE && !compression->expands)
    {
        ov_parse_fatal(parse, "the server wants '%s', and compression is not allowed (see allow-compression)",
                       ov_comp_mode_name(mode));
        return;
    }
    if (parse->own != NULL && ov_comp_mode_alg(mode) != OV_COMP_ALG_NONE &&
        compression->allow == OV_COMP_ALLOW_NO)
    {
        ov_parse_error(parse, "'%s' contradicts 'allow-compression no'", ov_comp_mode_name(mode));
        return;
    }
    compression->mode = mode;
    compression->migrate = false;
    if (parse->own != NULL)
    {
        follow_mode(compression);
    }
}

OV_SETTER(comp_lzo)
{
    const char *word = line->count > 1 ? line->word[1] : "adaptive";
    if (strcmp(word, "no") == 0)
    {
        set_mode(parse, OV_COMP_LZO_STUB);
    }
    else if (strcmp(word, "yes") == 0 || strcmp(word, "adaptive") == 0)
    {
        set_mode(parse, OV_COMP_LZO);
    }
    else
    {
        ov_parse_fatal(parse, "comp-lzo: '%.40s' is not yes, no or adaptive", word);
    }
}

/* In a configuration or pushed [WP-COMP-011]. */
OV_SETTER(compress)
{
    const char *word = line->count > 1 ? line->word[1] : "stub";
    enum ov_comp_mode mode;
    if (ov_comp_mode_by_name(word, &mode))
    {
        set_mode(parse, mode);
    }
    else if (strcmp(word, "migrate") == 0 && parse->pulled == NULL && parse->own == NULL)
    {
        parse->config->compression.mode = OV_COMP_OFF;
        parse->config->compression.migrate = true;
    }
    else if (parse->own != NULL && strcmp(word, "migrate") == 0)
    {
        ov_parse_error(parse, "'compress migrate' can't be set for a single client");
    }
    else
    {
        ov_parse_fatal(parse, "compress: '%.40s' is not stub, stub-v2, lz4, lz4-v2, lzo or migrate%s", word,
                       strcmp(word, "snappy") == 0 ? " (snappy is gone from OpenVPN 2.x too)" : "");
    }
}

OV_SETTER(fragment)
{
    struct ov_fragmenting fragment = {0, line->count > 2};
    if (fragment.mtu && strcmp(line->word[2], "mtu") != 0)
    {
        ov_parse_error(parse, "fragment: '%.40s' is not 'mtu'", line->word[2]);
        return;
    }
    if (ov_parse_number(parse, "fragment", line->word[1], FRAGMENT_MIN, 65535, &fragment.octets))
    {
        parse->config->fragment = fragment;
    }
}

/* The place of an error between options. */
static void point_at(struct ov_parse *parse, const char *name)
{
    const struct ov_place *place = ov_parse_given(parse, name);
    parse->file = place != NULL ? place->file : NULL;
    parse->line = place != NULL ? place->line : 0;
    parse->option = name;
}

static void finish_compression(struct ov_parse *parse)
{
    struct ov_config *config = parse->config;
    struct ov_compression *compression = &config->compression;
    const bool real = ov_comp_mode_alg(compression->mode) != OV_COMP_ALG_NONE;
    const char *given = ov_parse_given(parse, "compress") != NULL ? "compress" : "comp-lzo";
    point_at(parse, given);
    if (real && compression->allow == OV_COMP_ALLOW_NO)
    {
        ov_parse_error(parse, "'%s' contradicts 'allow-compression no'",
                       ov_comp_mode_name(compression->mode));
    }
    if (compression->migrate && config->role != OV_ROLE_SERVER)
    {
        ov_parse_error(parse, "'compress migrate' is for a server, and this is a client");
    }
    follow_mode(compression);
    if (real || compression->compresses)
    {
        point_at(parse, real ? given : "allow-compression");
        ov_parse_warn(parse,
                      "compression lets whoever can put text into the tunnel guess what else is in it%s",
                      compression->compresses ? "" : " (this end only expands what comes)");
    }
}

/* A packet that TCP cut and put together again needs no second time. */
static void finish_fragment(struct ov_parse *parse)
{
    const struct ov_config *config = parse->config;
    bool any_tcp = config->role == OV_ROLE_SERVER && ov_config_serves(config, true);
    for (size_t i = 0; i < config->remotes_count; i++)
    {
        any_tcp = any_tcp || ov_proto_is_tcp(config->remotes[i].proto);
    }
    if (config->fragment.octets > 0 && any_tcp)
    {
        point_at(parse, "fragment");
        ov_parse_error(parse, "'fragment' can only be used with proto udp");
    }
}

void ov_parse_finish_framing(struct ov_parse *parse)
{
    finish_compression(parse);
    finish_fragment(parse);
    parse->file = NULL;
    parse->line = 0;
    parse->option = NULL;
}
