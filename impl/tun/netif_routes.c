/* All routes of a tunnel, and what their words stand for. */
#include <netinet/in.h>

#include "tun/netif_private.h"

/* Found before the first route is added: then net_gateway would be the tunnel. */
struct known
{
    struct ov_netif_way net4;
    struct ov_netif_way net6;
};

static void find_net(struct ov_netif *netif, int family, struct ov_netif_way *out)
{
    struct rtnl_route *route = ov_netif_default(netif, family);
    if (route != NULL)
    {
        ov_netif_way_of(route, out);
        rtnl_route_put(route);
    }
}

/* A new address, or NULL: nobody knows. */
static struct nl_addr *word4(const struct ov_netif *netif, const struct ov_tunnel *tunnel,
                             const struct known *known, uint8_t word, uint8_t bits)
{
    const uint8_t *ip = netif->server.ip;
    struct nl_addr *addr = NULL;
    switch ((enum ov_route_word)word)
    {
    case OV_ROUTE_VPN:
        addr = tunnel->has_route_gateway ? ov_netif_ip4(tunnel->route_gateway, 32) : NULL;
        break;
    case OV_ROUTE_NET:
        addr = known->net4.gateway != NULL ? nl_addr_clone(known->net4.gateway) : NULL;
        break;
    case OV_ROUTE_REMOTE:
        if (netif->server.family == 4)
        {
            addr = ov_netif_ip4((uint32_t)ip[0] << 24 | (uint32_t)ip[1] << 16 | (uint32_t)ip[2] << 8 | ip[3],
                                32);
        }
        break;
    case OV_ROUTE_ADDRESS:
        break;
    }
    if (addr != NULL)
    {
        nl_addr_set_prefixlen(addr, bits);
    }
    return addr;
}

static void add_route4(struct ov_netif *netif, const struct ov_netif_target *target,
                       const struct ov_tunnel *tunnel, const struct known *known,
                       const struct ov_route4 *route)
{
    struct ov_netif_route wanted = {.through_tunnel = !route->has_gateway, .metric = route->metric};
    wanted.net = route->net_word == OV_ROUTE_ADDRESS
                     ? ov_netif_ip4(route->net, route->bits)
                     : word4(netif, tunnel, known, route->net_word, route->bits);
    if (route->has_gateway && route->gateway_word == OV_ROUTE_ADDRESS)
    {
        wanted.gateway = ov_netif_ip4(route->gateway, 32);
    }
    else
    {
        const uint8_t word = route->has_gateway ? route->gateway_word : (uint8_t)OV_ROUTE_VPN;
        wanted.gateway = word4(netif, tunnel, known, word, 32);
    }
    /* On an Ethernet the next hop is one of many neighbours. */
    const bool needs_gateway = route->has_gateway || tunnel->tap;
    if (wanted.net != NULL && route->name != NULL && route->net == 0)
    {
        nl_addr_put(wanted.net); /* a name that nobody could look up */
        wanted.net = NULL;
    }
    if (wanted.net == NULL || (needs_gateway && wanted.gateway == NULL))
    {
        ov_logf(netif->log, OV_LOG_WARN, "a route is left out: its %s isn't known",
                wanted.net == NULL ? "network" : "gateway");
        nl_addr_put(wanted.net);
        nl_addr_put(wanted.gateway);
        return;
    }
    ov_netif_add_route(netif, target, &wanted);
}

/* A tun device has no neighbours to ask for: IPv6 needs no gateway through it. In an Ethernet it is who stands
 * second in ifconfig-ipv6. */
struct nl_addr *ov_netif_vpn6(const struct ov_tunnel *tunnel)
{
    return tunnel->tap && tunnel->has_ip6_remote ? ov_netif_ip6(tunnel->ip6_remote, 128) : NULL;
}

static void add_route6(struct ov_netif *netif, const struct ov_netif_target *target,
                       const struct ov_tunnel *tunnel, const struct known *known,
                       const struct ov_route6 *route)
{
    struct ov_netif_route wanted = {
        .net = ov_netif_ip6(route->net, route->bits),
        .through_tunnel = !route->has_gateway,
        .metric = route->metric,
    };
    if (!route->has_gateway)
    {
        wanted.gateway = ov_netif_vpn6(tunnel);
    }
    else if (route->gateway_word == OV_ROUTE_ADDRESS)
    {
        wanted.gateway = ov_netif_ip6(route->gateway, 128);
    }
    else
    {
        if (route->gateway_word != OV_ROUTE_NET || !known->net6.known)
        {
            ov_logf(netif->log, OV_LOG_WARN, "an IPv6 route is left out: its gateway isn't known");
            nl_addr_put(wanted.net);
            return;
        }
        wanted.gateway = known->net6.gateway != NULL ? nl_addr_clone(known->net6.gateway) : NULL;
        wanted.index = known->net6.index;
    }
    ov_netif_add_route(netif, target, &wanted);
}

void ov_netif_add_routes(struct ov_netif *netif, const char *name, int index, const struct ov_tunnel *tunnel)
{
    const struct ov_netif_target target = {name, index, tunnel->route_table};
    struct known known = {0};
    if (tunnel->route_noexec)
    {
        return;
    }
    find_net(netif, AF_INET, &known.net4);
    find_net(netif, AF_INET6, &known.net6);
    if ((tunnel->redirect & OV_REDIRECT_ON) != 0)
    {
        ov_netif_redirect4(netif, &target, tunnel);
    }
    for (size_t i = 0; i < tunnel->routes4_count; i++)
    {
        add_route4(netif, &target, tunnel, &known, &tunnel->routes4[i]);
    }
    ov_netif_redirect6(netif, &target, tunnel);
    for (size_t i = 0; i < tunnel->routes6_count; i++)
    {
        add_route6(netif, &target, tunnel, &known, &tunnel->routes6[i]);
    }
    ov_netif_way_clear(&known.net4);
    ov_netif_way_clear(&known.net6);
}
