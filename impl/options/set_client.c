/* Setters: settings of a server for one client, and the programs that are called for clients. */
#include <string.h>

#include "options/parse.h"
#include "options/values.h"
#include "wire/key_method2.h"

OV_SETTER(disable)
{
    parse->own->config.disable = true;
}

OV_SETTER(override_username)
{
    const size_t len = strlen(line->word[1]);
    if (len == 0 || len > OV_CLIENT_NAME_MAX)
    {
        ov_parse_error(parse, "override-username: a name has 1 to %u octets", OV_CLIENT_NAME_MAX);
        return;
    }
    parse->own->config.username = line->word[1];
}

OV_SETTER(push_reset)
{
    parse->draft.push.count = 0;
}

/* The beginning of the option's text counts [WP-SRV-012]. */
OV_SETTER(push_remove)
{
    const char **items = parse->draft.push.items;
    const char *begin = line->word[1];
    const size_t len = strlen(begin);
    size_t kept = 0;
    for (size_t i = 0; i < parse->draft.push.count; i++)
    {
        if (strncmp(items[i], begin, len) != 0)
        {
            items[kept++] = items[i];
        }
    }
    parse->draft.push.count = kept;
    parse->own->config.no_ip4 |= strcmp(begin, "ifconfig") == 0;
    parse->own->config.no_ip6 |= strcmp(begin, "ifconfig-ipv6") == 0;
}

OV_SETTER(ifconfig_push)
{
    struct ov_client_config *own = &parse->own->config;
    uint32_t ip4, second, alias = 0;
    if (line->count > 3 && !ov_value_ip4(line->word[3], &alias))
    {
        ov_parse_error(parse, "ifconfig-push: the alias '%.60s' is not an IPv4 address", line->word[3]);
    }
    else if (!ov_value_ip4(line->word[1], &ip4) || !ov_value_ip4(line->word[2], &second))
    {
        ov_parse_error(parse,
                       "ifconfig-push: '%.60s %.60s' is not an IPv4 address and a netmask or remote end",
                       line->word[1], line->word[2]);
    }
    else
    {
        own->has_ip4 = true;
        own->ip4 = ip4;
        own->ip4_second = second;
        own->has_alias = line->count > 3;
        own->alias = alias;
    }
}

OV_SETTER(ifconfig6_push)
{
    struct ov_client_config *own = &parse->own->config;
    uint8_t ip6[16], remote[16];
    uint8_t bits;
    bool given;
    if (!ov_value_prefix6(line->word[1], ip6, &bits, &given) ||
        (line->count > 2 && !ov_value_ip6(line->word[2], remote)))
    {
        ov_parse_error(parse,
                       "ifconfig-ipv6-push: '%.60s' is not an IPv6 address with prefix length, and a remote "
                       "end",
                       line->word[1]);
        return;
    }
    own->has_ip6 = true;
    own->ip6_bits = given ? bits : 64;
    memcpy(own->ip6, ip6, sizeof own->ip6);
    own->has_ip6_remote = line->count > 2;
    if (own->has_ip6_remote)
    {
        memcpy(own->ip6_remote, remote, sizeof own->ip6_remote);
    }
}

static bool may_add(struct ov_parse *parse, const struct ov_list *list)
{
    if (list->count >= OV_ROUTES_MAX)
    {
        ov_parse_error(parse, "%s: more than %u", parse->option, OV_ROUTES_MAX);
        return false;
    }
    return true;
}

OV_SETTER(iroute)
{
    struct ov_route4 route = {.bits = 32};
    uint32_t mask = UINT32_MAX;
    if (!ov_value_ip4(line->word[1], &route.net) ||
        (line->count > 2 && !ov_value_ip4(line->word[2], &mask)) || !ov_value_mask4(mask, &route.bits) ||
        (route.net & ~mask) != 0)
    {
        ov_parse_error(parse, "iroute: '%.60s %.60s' is not an IPv4 network and netmask", line->word[1],
                       line->count > 2 ? line->word[2] : "");
    }
    else if (may_add(parse, &parse->own->iroutes4))
    {
        (void)ov_parse_append(parse, &parse->own->iroutes4, &route, sizeof route);
    }
}

OV_SETTER(iroute6)
{
    struct ov_route6 route = {.bits = 128};
    bool given;
    if (!ov_value_prefix6(line->word[1], route.net, &route.bits, &given) ||
        !ov_value_is_net6(route.net, route.bits))
    {
        ov_parse_error(parse, "iroute-ipv6: '%.60s' is not an IPv6 network", line->word[1]);
    }
    else if (may_add(parse, &parse->own->iroutes6))
    {
        (void)ov_parse_append(parse, &parse->own->iroutes6, &route, sizeof route);
    }
}

/* ---- programs ---- */

OV_SETTER(client_connect)
{
    (void)ov_parse_command(parse, "client-connect", line->word[1], &parse->config->clients.connect);
}

OV_SETTER(client_disconnect)
{
    (void)ov_parse_command(parse, "client-disconnect", line->word[1], &parse->config->clients.disconnect);
}

OV_SETTER(learn_address)
{
    (void)ov_parse_command(parse, "learn-address", line->word[1], &parse->config->clients.learn);
}
