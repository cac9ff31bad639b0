#include <stdio.h>
#include <string.h>

#include "app/facts.h"
#include "options/values.h"

/* What programs are told of routes. */

/* What words in routes stand for. */
struct known
{
    struct ov_addr net4;
    const struct ov_tunnel *tunnel;
    const struct ov_addr *server;
};

static uint32_t ip4_of(const struct ov_addr *addr)
{
    return (uint32_t)addr->ip[0] << 24 | (uint32_t)addr->ip[1] << 16 | (uint32_t)addr->ip[2] << 8 |
           addr->ip[3];
}

/* False: nobody knows. */
static bool stands_for(const struct known *known, uint8_t word, uint32_t address, uint32_t *out)
{
    switch ((enum ov_route_word)word)
    {
    case OV_ROUTE_VPN:
        *out = known->tunnel->route_gateway;
        return known->tunnel->has_route_gateway;
    case OV_ROUTE_NET:
        *out = ip4_of(&known->net4);
        return known->net4.family == 4;
    case OV_ROUTE_REMOTE:
        *out = ip4_of(known->server);
        return known->server->family == 4;
    default:
        *out = address;
        return true;
    }
}

static void add_route4(struct ov_environment *env, size_t n, const struct ov_route4 *route,
                       const struct known *known)
{
    char text[OV_IP4_TEXT], metric[12];
    uint32_t net, gateway;
    const uint8_t word = route->has_gateway ? route->gateway_word : (uint8_t)OV_ROUTE_VPN;
    if (!stands_for(known, route->net_word, route->net, &net))
    {
        return;
    }
    ov_environment_add_nth(env, "route_network", n, ov_value_ip4_text(net, text));
    ov_environment_add_nth(env, "route_netmask", n, ov_value_ip4_text(ov_value_bits4(route->bits), text));
    if (stands_for(known, word, route->gateway, &gateway))
    {
        ov_environment_add_nth(env, "route_gateway", n, ov_value_ip4_text(gateway, text));
    }
    if (route->metric != 0)
    {
        (void)snprintf(metric, sizeof metric, "%u", route->metric);
        ov_environment_add_nth(env, "route_metric", n, metric);
    }
}

static void add_route6(struct ov_environment *env, size_t n, const struct ov_route6 *route,
                       const struct ov_tunnel *tunnel)
{
    char text[OV_IP6_TEXT], whole[OV_IP6_TEXT + 8];
    (void)snprintf(whole, sizeof whole, "%s/%u", ov_value_ip6_text(route->net, text), route->bits);
    ov_environment_add_nth(env, "route_ipv6_network", n, whole);
    if (route->has_gateway && route->gateway_word == OV_ROUTE_ADDRESS)
    {
        ov_environment_add_nth(env, "route_ipv6_gateway", n, ov_value_ip6_text(route->gateway, text));
    }
    else if (!route->has_gateway && tunnel->has_route6_gateway)
    {
        ov_environment_add_nth(env, "route_ipv6_gateway", n, ov_value_ip6_text(tunnel->route6_gateway, text));
    }
    else if (!route->has_gateway && tunnel->has_ip6_remote)
    {
        ov_environment_add_nth(env, "route_ipv6_gateway", n, ov_value_ip6_text(tunnel->ip6_remote, text));
    }
}

void ov_facts_routes(struct ov_environment *env, const struct ov_tunnel *tunnel,
                     const struct ov_interface *iface)
{
    struct known known = {.tunnel = tunnel, .server = &iface->server};
    struct ov_addr net6;
    char text[OV_IP6_TEXT];
    const bool four = tunnel->routes4_count > 0 || (tunnel->redirect & OV_REDIRECT_IP4) != 0;
    const bool six = tunnel->routes6_count > 0 || (tunnel->redirect & OV_REDIRECT_IP6) != 0;
    if (six && iface->netif != NULL && ov_netif_gateway(iface->netif, 6, &net6))
    {
        ov_environment_add(env, "net_gateway_ipv6", ov_value_ip6_text(net6.ip, text));
    }
    const bool leaves = iface->netif != NULL && ov_netif_gateway(iface->netif, 4, &known.net4);
    if (four && leaves)
    {
        ov_environment_add(env, "route_net_gateway", ov_value_ip4_text(ip4_of(&known.net4), text));
    }
    if (four && tunnel->has_route_gateway)
    {
        ov_environment_add(env, "route_vpn_gateway", ov_value_ip4_text(tunnel->route_gateway, text));
    }
    for (size_t i = 0; i < tunnel->routes4_count; i++)
    {
        add_route4(env, i + 1, &tunnel->routes4[i], &known);
    }
    for (size_t i = 0; i < tunnel->routes6_count; i++)
    {
        add_route6(env, i + 1, &tunnel->routes6[i], tunnel);
    }
}
