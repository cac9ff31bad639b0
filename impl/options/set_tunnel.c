/* Setters: tun device, addresses, routes. */
#include <string.h>

#include "options/parse.h"
#include "options/values.h"

#define DEV_NAME_MAX 15 /* IFNAMSIZ - 1 */

OV_SETTER(dev)
{
    const char *name = line->word[1];
    if (name[0] == '\0' || strlen(name) > DEV_NAME_MAX || name[strcspn(name, "/: \t")] != '\0')
    {
        ov_parse_error(
            parse, "dev '%.40s' can't be the name of an interface (1 to %d characters, no slash, no space)",
            name, DEV_NAME_MAX);
        return;
    }
    parse->config->tunnel.dev = name;
}

/* On Windows it is the name of an adapter, which nobody would take for a path. */
OV_SETTER(dev_node)
{
    if (line->word[1][0] != '/')
    {
        ov_parse_note(parse, "'dev-node' changes nothing: '%.60s' is no path but an adapter of Windows",
                      line->word[1]);
        return;
    }
    parse->config->tunnel.node = line->word[1];
}

OV_SETTER(dev_type)
{
    if (strcmp(line->word[1], "tun") != 0 && strcmp(line->word[1], "tap") != 0)
    {
        ov_parse_error(parse, "unknown dev-type '%.40s'; use tun or tap", line->word[1]);
        return;
    }
    parse->draft.dev_type = line->word[1];
}

const char *ov_topology_name(enum ov_topology topology)
{
    return topology == OV_TOPOLOGY_NET30 ? "net30" : topology == OV_TOPOLOGY_P2P ? "p2p" : "subnet";
}

/* Topology decides what a pushed ifconfig means, so a wrong one can't be skipped. */
OV_SETTER(topology)
{
    const char *name = line->word[1];
    static const enum ov_topology all[] = {OV_TOPOLOGY_SUBNET, OV_TOPOLOGY_NET30, OV_TOPOLOGY_P2P};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
    {
        if (strcmp(name, ov_topology_name(all[i])) == 0)
        {
            parse->draft.topology = all[i];
            return;
        }
    }
    ov_parse_fatal(parse, "unknown topology '%.40s'; use subnet, net30 or p2p", name);
}

OV_SETTER(ifconfig)
{
    uint32_t ip;
    for (int i = 1; i <= 2; i++)
    {
        if (!ov_value_ip4(line->word[i], &ip))
        {
            ov_parse_error(parse, "ifconfig: '%.60s' is not an IPv4 address", line->word[i]);
            return;
        }
    }
    parse->draft.ifconfig[0] = line->word[1];
    parse->draft.ifconfig[1] = line->word[2];
}

OV_SETTER(ifconfig6)
{
    struct ov_tunnel *tunnel = &parse->config->tunnel;
    uint8_t ip[16], remote[16] = {0}, bits;
    bool given;
    if (!ov_value_prefix6(line->word[1], ip, &bits, &given) || !given)
    {
        ov_parse_error(parse,
                       "ifconfig-ipv6: '%.60s' is not an IPv6 address with a prefix length (address/0..128)",
                       line->word[1]);
        return;
    }
    if (line->count > 2 && !ov_value_ip6(line->word[2], remote))
    {
        ov_parse_error(parse, "ifconfig-ipv6: '%.60s' is not an IPv6 address", line->word[2]);
        return;
    }
    memcpy(tunnel->ip6, ip, 16);
    memcpy(tunnel->ip6_remote, remote, 16);
    tunnel->ip6_bits = bits;
    tunnel->has_ip6 = true;
    tunnel->has_ip6_remote = line->count > 2;
}

/* Routes that the user keeps out, and a bound: memory must not grow with what a peer says. */
static bool may_add_route(struct ov_parse *parse, const char *option, const struct ov_list *list)
{
    if (parse->pulled != NULL && parse->config->route_nopull)
    {
        ov_parse_note(parse, "%s from the server is left out, as 'route-nopull' says", option);
        return false;
    }
    if (list->count >= OV_ROUTES_MAX)
    {
        ov_parse_fatal(parse, "more than %u routes", OV_ROUTES_MAX);
        parse->failed = parse->pulled != NULL ? OV_ERR_LIMIT : parse->failed;
        return false;
    }
    return true;
}

/* Letters, digits, dots and hyphens, at least one of them a letter: nobody means a mistyped address by that. */
static bool is_host_name(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const size_t len = strlen(text);
    bool letter = false;
    for (const char *at = text; *at != '\0'; at++)
    {
        letter = letter || strchr(letters, *at) != NULL;
        if (strchr(letters, *at) == NULL && strchr("0123456789.-_", *at) == NULL)
        {
            return false;
        }
    }
    return letter && len <= 253 && text[0] != '-' && text[0] != '.';
}

/* A name is looked up by this client when it sets the route: whether a server may make it do so is its user's
 * choice. */
static bool take_name(struct ov_parse *parse, const char *text, struct ov_route4 *route)
{
    if (!is_host_name(text))
    {
        ov_parse_error(parse, "route: '%.60s' is not an IPv4 address", text);
        return false;
    }
    if (parse->pulled != NULL && !parse->config->pull_names)
    {
        ov_parse_error(parse,
                       "route: '%.60s' is a name, which a server may only push with 'allow-pull-fqdn' here",
                       text);
        return false;
    }
    route->name = text;
    return true;
}

static bool read_net4(struct ov_parse *parse, const struct ov_line *line, struct ov_route4 *route)
{
    uint32_t mask = UINT32_MAX;
    char text[OV_IP4_TEXT];
    bool masked = line->count > 2 && strcmp(line->word[2], "default") != 0;
    route->net_word = (uint8_t)ov_parse_route_word(line->word[1]);
    if (route->net_word == OV_ROUTE_ADDRESS && !ov_value_ip4(line->word[1], &route->net) &&
        !take_name(parse, line->word[1], route))
    {
        return false;
    }
    if (masked && (!ov_value_ip4(line->word[2], &mask) || !ov_value_mask4(mask, &route->bits)))
    {
        ov_parse_error(parse, "route: '%.60s' is not a netmask", line->word[2]);
        return false;
    }
    route->bits = masked ? route->bits : 32;
    if (route->name != NULL && route->bits != 32)
    {
        ov_parse_error(
            parse, "route: a name ('%.60s') stands for single addresses, not for a network with netmask %s",
            route->name, line->word[2]);
        return false;
    }
    if ((route->net & ~mask) != 0)
    {
        ov_parse_error(parse, "route: %s/%u has bits behind its netmask; the network is %s", line->word[1],
                       route->bits, ov_value_ip4_text(route->net & mask, text));
        return false;
    }
    return true;
}

OV_SETTER(route)
{
    struct ov_route4 route = {.metric = OV_INFINITE};
    if (!may_add_route(parse, option->name, &parse->draft.routes4) || !read_net4(parse, line, &route))
    {
        return;
    }
    if (line->count > 3 && strcmp(line->word[3], "default") != 0)
    {
        route.gateway_word = (uint8_t)ov_parse_route_word(line->word[3]);
        route.has_gateway = route.gateway_word != OV_ROUTE_VPN;
        if (route.gateway_word == OV_ROUTE_ADDRESS && !ov_value_ip4(line->word[3], &route.gateway))
        {
            ov_parse_error(parse, "route: gateway '%.60s' is not an IPv4 address", line->word[3]);
            return;
        }
    }
    if (line->count > 4 && strcmp(line->word[4], "default") != 0 &&
        !ov_parse_number(parse, "the metric of route", line->word[4], 0, INT32_MAX, &route.metric))
    {
        return;
    }
    (void)ov_parse_append(parse, &parse->draft.routes4, &route, sizeof(route));
}

OV_SETTER(route6)
{
    struct ov_route6 route = {.metric = OV_INFINITE};
    bool given;
    if (!may_add_route(parse, option->name, &parse->draft.routes6))
    {
        return;
    }
    if (!ov_value_prefix6(line->word[1], route.net, &route.bits, &given))
    {
        ov_parse_error(parse, "route-ipv6: '%.60s' is not an IPv6 network (address/0..128)", line->word[1]);
        return;
    }
    if (!ov_value_is_net6(route.net, route.bits))
    {
        ov_parse_error(parse, "route-ipv6: '%.60s' has bits behind its prefix length", line->word[1]);
        return;
    }
    if (line->count > 2 && strcmp(line->word[2], "default") != 0)
    {
        route.gateway_word = (uint8_t)ov_parse_route_word(line->word[2]);
        route.has_gateway = route.gateway_word != OV_ROUTE_VPN;
        if (route.gateway_word == OV_ROUTE_ADDRESS && !ov_value_ip6(line->word[2], route.gateway))
        {
            ov_parse_error(parse, "route-ipv6: gateway '%.60s' is not an IPv6 address", line->word[2]);
            return;
        }
    }
    if (line->count > 3 && strcmp(line->word[3], "default") != 0 &&
        !ov_parse_number(parse, "the metric of route-ipv6", line->word[3], 0, INT32_MAX, &route.metric))
    {
        return;
    }
    (void)ov_parse_append(parse, &parse->draft.routes6, &route, sizeof(route));
}

OV_SETTER(route6_gateway)
{
    struct ov_tunnel *tunnel = &parse->config->tunnel;
    if (!ov_value_ip6(line->word[1], tunnel->route6_gateway))
    {
        ov_parse_error(parse, "route-ipv6-gateway: '%.60s' is not an IPv6 address", line->word[1]);
        return;
    }
    tunnel->has_route6_gateway = true;
}

OV_SETTER(route_gateway)
{
    struct ov_tunnel *tunnel = &parse->config->tunnel;
    uint32_t gateway;
    if (strcmp(line->word[1], "dhcp") == 0)
    {
        ov_parse_error(
            parse, "route-gateway 'dhcp': ovref takes no gateway from DHCP; a DHCP client on the tap device "
                   "sets the routes");
        return;
    }
    if (!ov_value_ip4(line->word[1], &gateway))
    {
        ov_parse_error(parse, "route-gateway: '%.60s' is not an IPv4 address", line->word[1]);
        return;
    }
    tunnel->route_gateway = gateway;
    tunnel->has_route_gateway = true;
}
