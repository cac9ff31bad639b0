/* PUSH_UPDATE: options that change while the client is connected (wire-protocol.md 5.5). */
#include <string.h>

#include "options/parse.h"
#include "options/pull_private.h"

enum kind
{
    KIND_TOPOLOGY,
    KIND_IFCONFIG,
    KIND_IFCONFIG6,
    KIND_ROUTE,
    KIND_ROUTE6,
    KIND_GATEWAY,
    KIND_METRIC,
    KIND_REDIRECT,
    KIND_MTU,
    KIND_CONTINUATION,
    KIND_DHCP,
    KIND_DNS,
    KIND_BLOCK6,
    KIND_OTHER /* updatable, not built: nothing to clear */
};

/* All that may be updated [WP-PUSH-032]. */
static const struct
{
    const char *name;
    enum kind kind;
} updatable[] = {
    {"topology", KIND_TOPOLOGY},         {"ifconfig", KIND_IFCONFIG},
    {"ifconfig-ipv6", KIND_IFCONFIG6},   {"route", KIND_ROUTE},
    {"route-ipv6", KIND_ROUTE6},         {"route-gateway", KIND_GATEWAY},
    {"route-metric", KIND_METRIC},       {"redirect-gateway", KIND_REDIRECT},
    {"redirect-private", KIND_REDIRECT}, {"tun-mtu", KIND_MTU},
    {"keepalive", KIND_OTHER},           {"push-continuation", KIND_CONTINUATION},
    {"block-ipv6", KIND_BLOCK6},         {"block-outside-dns", KIND_OTHER},
    {"dhcp-option", KIND_DHCP},          {"dns", KIND_DNS},
};

static bool find_kind(const char *name, size_t len, enum kind *out)
{
    for (size_t i = 0; i < sizeof(updatable) / sizeof(updatable[0]); i++)
    {
        if (strlen(updatable[i].name) == len && memcmp(updatable[i].name, name, len) == 0)
        {
            *out = updatable[i].kind;
            return true;
        }
    }
    return false;
}

/* All earlier values of a type go, the user's own too, as in 2.7 [WP-PUSH-034]. */
static void clear_kind(struct ov_pull *pull, enum kind kind)
{
    struct ov_config *config = &pull->pulled.effective;
    struct ov_draft *draft = &pull->parse.draft;
    switch (kind)
    {
    case KIND_TOPOLOGY:
        draft->topology = OV_TOPOLOGY_UNSET;
        break;
    case KIND_IFCONFIG:
        draft->ifconfig[0] = draft->ifconfig[1] = NULL;
        config->tunnel.has_ip4 = false;
        break;
    case KIND_IFCONFIG6:
        config->tunnel.has_ip6 = config->tunnel.has_ip6_remote = false;
        break;
    case KIND_ROUTE:
        draft->routes4 = (struct ov_list){0};
        break;
    case KIND_ROUTE6:
        draft->routes6 = (struct ov_list){0};
        break;
    case KIND_GATEWAY:
        config->tunnel.has_route_gateway = false;
        break;
    case KIND_METRIC:
        config->route_metric = 0;
        break;
    case KIND_REDIRECT:
        config->tunnel.redirect = 0;
        break;
    case KIND_MTU:
        config->tunnel.mtu = pull->own_mtu;
        break;
    case KIND_DHCP:
        draft->foreign = (struct ov_list){0};
        break;
    case KIND_BLOCK6:
        config->tunnel.block_ip6 = false;
        break;
    case KIND_DNS:
        draft->dns_servers = draft->dns_search = (struct ov_list){0};
        break;
    case KIND_CONTINUATION:
    case KIND_OTHER:
        break;
    }
}

/* One option without its prefixes; wrong ones are fatal unless it is optional [WP-PUSH-033]. */
static void update_option(struct ov_pull *pull, const char *text, size_t len, bool optional, bool remove)
{
    struct ov_parse *parse = &pull->parse;
    const char *space = memchr(text, ' ', len);
    const size_t name_len = space != NULL ? (size_t)(space - text) : len;
    const int shown = (int)(name_len < 60 ? name_len : 60);
    enum kind kind;
    if (!find_kind(text, name_len, &kind) || (remove && (space != NULL || kind == KIND_CONTINUATION)))
    {
        (optional ? ov_parse_note : ov_parse_fatal)(parse, "the server updates '%.*s', which can't be %s",
                                                    shown, text, remove ? "removed so" : "updated");
        return;
    }
    if (kind != KIND_CONTINUATION && (remove || (pull->seen & 1u << kind) == 0))
    {
        clear_kind(pull, kind);
        pull->seen |= 1u << kind;
    }
    if (remove)
    {
        return;
    }
    const uint32_t warnings = parse->diags->warning_count;
    ov_pull_option(parse, text, len);
    if (!optional && kind != KIND_OTHER && parse->diags->warning_count != warnings)
    {
        ov_parse_fatal(parse, "the server's update of '%.*s' can't be used", shown, text);
    }
}

/* -name, ?name, -?name; "?-name" is wrong [WP-PUSH-031]. Filters look at the option behind the prefixes. */
static void read_prefixes(void *ctx, struct ov_parse *parse, const char *text, size_t len)
{
    struct ov_pull *pull = ctx;
    bool remove = false, optional = false;
    while (len > 0 && text[0] == ' ') /* the list is what somebody typed into 2.7's management */
    {
        text++, len--;
    }
    if (len > 0 && text[0] == '-')
    {
        remove = true;
        text++, len--;
    }
    if (len > 0 && text[0] == '?')
    {
        optional = true;
        text++, len--;
    }
    if (len > 0 && (text[0] == '-' || text[0] == '?'))
    {
        ov_parse_fatal(parse, "the server's update has wrong prefixes: '%.20s'",
                       text[0] == '-' ? "?-" : "??");
        return;
    }
    if (len == 0)
    {
        if (remove || optional)
        {
            ov_parse_fatal(parse, "the server updates an option without a name");
        }
        return;
    }
    if (!ov_parse_filtered(parse, text, len))
    {
        update_option(pull, text, len, optional, remove);
    }
}

enum ov_err ov_pull_update(struct ov_pull *pull, const char *text, size_t len)
{
    struct ov_parse *parse = &pull->parse;
    if (!pull->complete)
    {
        return OV_ERR_CLOSED;
    }
    if (parse->failed != OV_OK)
    {
        return parse->failed;
    }
    if (!ov_pull_is(text, len, "PUSH_UPDATE"))
    {
        return OV_ERR_FORMAT;
    }
    pull->update_octets += len;
    if (++pull->update_parts > OV_PUSH_PARTS_MAX || pull->update_octets > OV_PUSH_UPDATES_MAX)
    {
        parse->failed = OV_ERR_LIMIT;
        return parse->failed;
    }
    parse->file = "push update";
    parse->continuation = 0;
    ov_pull_split(parse, text + strlen("PUSH_UPDATE"), text + len, read_prefixes, pull);
    if (parse->failed == OV_OK && parse->continuation != 2)
    {
        ov_pull_finish(pull);
        pull->seen = 0;
        pull->update_parts = 0;
    }
    return parse->failed != OV_OK ? parse->failed : parse->continuation == 2 ? OV_ERR_AGAIN : OV_OK;
}

bool ov_push_updatable(const char *name, size_t len)
{
    enum kind kind;
    return find_kind(name, len, &kind);
}
