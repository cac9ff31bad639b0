/* Setters: what takes the place of parts of every remote. */
#include "options/parse.h"

OV_SETTER(remote_hint)
{
    if (line->word[1][0] == '\0')
    {
        ov_parse_error(parse, "ip-remote-hint needs a host name or address");
        return;
    }
    parse->draft.remote_hint = line->word[1];
}

/* Read as 'http-proxy', and put aside: it counts instead of those of <connection> blocks too. */
OV_SETTER(http_proxy_override)
{
    struct ov_draft *draft = &parse->draft;
    const struct ov_proxy_options own = parse->config->proxy;
    const enum ov_proxy_kind kind = draft->proxy;
    parse->config->proxy = (struct ov_proxy_options){.kind = OV_PROXY_NONE};
    draft->proxy = OV_PROXY_NONE;
    ov_set_http_proxy(parse, option, line);
    draft->override = parse->config->proxy;
    draft->has_override = draft->override.kind != OV_PROXY_NONE;
    parse->config->proxy = own;
    draft->proxy = kind;
}

static enum ov_proto proto_of(const struct ov_parse *parse, const struct ov_remote *remote)
{
    return remote->proto != OV_PROTO_LATER ? remote->proto : parse->config->proto;
}

/* The proxy carries TCP: remotes with UDP are out of reach behind it, as in 2.x. */
static void override_proxy(struct ov_parse *parse)
{
    struct ov_remote *remotes = parse->draft.remotes.items;
    size_t kept = 0;
    for (size_t i = 0; i < parse->draft.remotes.count; i++)
    {
        kept += ov_proto_is_tcp(proto_of(parse, &remotes[i])) ? 1 : 0;
    }
    ov_parse_point_at(parse, "http-proxy-override");
    if (kept == 0)
    {
        ov_parse_warn(parse,
                      "http-proxy-override is left out: it carries TCP, and no remote has 'proto tcp'");
        ov_parse_point_at(parse, NULL);
        return;
    }
    if (kept < parse->draft.remotes.count)
    {
        ov_parse_note(parse, "http-proxy-override carries TCP only: %zu of %zu remotes are left out",
                      parse->draft.remotes.count - kept, parse->draft.remotes.count);
    }
    ov_parse_point_at(parse, NULL);
    kept = 0;
    for (size_t i = 0; i < parse->draft.remotes.count; i++)
    {
        if (ov_proto_is_tcp(proto_of(parse, &remotes[i])))
        {
            remotes[kept++] = remotes[i];
        }
    }
    parse->draft.remotes.count = kept;
    parse->config->proxy = parse->draft.override;
}

void ov_parse_override(struct ov_parse *parse)
{
    struct ov_remote *remotes = parse->draft.remotes.items;
    if (parse->draft.connections.count > 0 && parse->draft.remotes.count > 0 && remotes[0].config == NULL)
    {
        return; /* blocks will take the place of these */
    }
    for (size_t i = 0; i < parse->draft.remotes.count && parse->draft.remote_hint != NULL; i++)
    {
        remotes[i].host = remotes[i].host != NULL ? parse->draft.remote_hint : NULL;
    }
    if (parse->draft.has_override && parse->draft.remotes.count > 0)
    {
        override_proxy(parse);
    }
}
