/* --redirect-gateway and --redirect-private, and all routes of a tunnel. */
#include <netinet/in.h>
#include <string.h>

#include "tun/netif_private.h"

void ov_netif_toward(struct ov_netif *netif, const struct ov_addr *server)
{
    netif->server = *server;
}

static uint32_t server4(const struct ov_netif *netif)
{
    const uint8_t *ip = netif->server.ip;
    return (uint32_t)ip[0] << 24 | (uint32_t)ip[1] << 16 | (uint32_t)ip[2] << 8 | ip[3];
}

static struct nl_addr *server_addr(const struct ov_netif *netif)
{
    return netif->server.family == 4   ? ov_netif_ip4(server4(netif), 32)
           : netif->server.family == 6 ? ov_netif_ip6(netif->server.ip, 128)
                                       : NULL;
}

static struct nl_addr *vpn4(const struct ov_tunnel *tunnel)
{
    return tunnel->has_route_gateway ? ov_netif_ip4(tunnel->route_gateway, 32) : NULL;
}

static void through_tunnel4(struct ov_netif *netif, const struct ov_netif_target *target,
                            const struct ov_tunnel *tunnel, uint32_t net, uint8_t bits)
{
    struct ov_netif_route route = {ov_netif_ip4(net, bits), vpn4(tunnel), true, 0, 0};
    ov_netif_add_route(netif, target, &route);
}

/* The server's own address keeps the way that it has. */
static void keep_server_out(struct ov_netif *netif, const struct ov_netif_target *target,
                            const struct ov_netif_way *way)
{
    struct ov_netif_route route = {.net = server_addr(netif), .index = way->index};
    route.metric = netif->server.family == 6 ? 1 : 0; /* before what a router announces */
    if (way->gateway != NULL)
    {
        route.gateway = nl_addr_clone(way->gateway);
    }
    ov_netif_add_route(netif, target, &route);
}

/* Two halves of a network are more special than the network itself. */
static void block_network(struct ov_netif *netif, const struct ov_netif_target *target,
                          const struct ov_tunnel *tunnel, struct rtnl_addr *addr)
{
    struct nl_addr *local = rtnl_addr_get_local(addr);
    const int bits = rtnl_addr_get_prefixlen(addr);
    uint32_t wire;
    if (local == NULL || nl_addr_get_len(local) != sizeof wire || bits < 1 || bits > 31)
    {
        return;
    }
    memcpy(&wire, nl_addr_get_binary_addr(local), sizeof wire);
    const uint32_t half = UINT32_C(1) << (31 - bits);
    const uint32_t net = ntohl(wire) & ~(half * 2 - 1);
    through_tunnel4(netif, target, tunnel, net, (uint8_t)(bits + 1));
    through_tunnel4(netif, target, tunnel, net + half, (uint8_t)(bits + 1));
}

/* Nobody beside us in our own network is reachable any more, but the gateway is. */
static void block_local(struct ov_netif *netif, const struct ov_netif_target *target,
                        const struct ov_tunnel *tunnel, const struct ov_netif_way *way)
{
    struct nl_cache *cache = NULL;
    if (way->gateway == NULL || rtnl_addr_alloc_cache(netif->socket, &cache) < 0)
    {
        return;
    }
    struct ov_netif_route gateway = {
        .net = nl_addr_clone(way->gateway), .gateway = nl_addr_clone(way->gateway), .index = way->index};
    ov_netif_add_route(netif, target, &gateway);
    for (struct nl_object *at = nl_cache_get_first(cache); at != NULL; at = nl_cache_get_next(at))
    {
        struct rtnl_addr *addr = (struct rtnl_addr *)at;
        if (rtnl_addr_get_ifindex(addr) == way->index && rtnl_addr_get_family(addr) == AF_INET)
        {
            block_network(netif, target, tunnel, addr);
        }
    }
    nl_cache_free(cache);
}

static void replace_default4(struct ov_netif *netif, const struct ov_netif_target *target,
                             const struct ov_tunnel *tunnel, struct rtnl_route *before)
{
    if ((tunnel->redirect & OV_REDIRECT_DEF1) != 0)
    {
        through_tunnel4(netif, target, tunnel, 0, 1);
        through_tunnel4(netif, target, tunnel, UINT32_C(1) << 31, 1);
        return;
    }
    if (before != NULL)
    {
        ov_netif_remove_route(netif, before);
    }
    through_tunnel4(netif, target, tunnel, 0, 0);
}

void ov_netif_redirect4(struct ov_netif *netif, const struct ov_netif_target *target,
                        const struct ov_tunnel *tunnel)
{
    struct rtnl_route *before = ov_netif_default(netif, AF_INET);
    struct ov_netif_way way = {0}, out = {0};
    const bool redirected = (tunnel->redirect & OV_REDIRECT_IP4) != 0;
    bool local = (tunnel->redirect & OV_REDIRECT_LOCAL) != 0;
    if (before != NULL)
    {
        ov_netif_way_of(before, &out);
    }
    if (netif->server.family == 4)
    {
        struct nl_addr *server = server_addr(netif);
        ov_netif_way_to(netif, server, &way);
        nl_addr_put(server);
        local =
            local || ((tunnel->redirect & OV_REDIRECT_AUTOLOCAL) != 0 && way.known && way.gateway == NULL);
    }
    const bool needed = netif->server.family == 4 && !local;
    if (redirected && !tunnel->has_route_gateway)
    {
        ov_logf(netif->log, OV_LOG_WARN, "the default route stays as it is: there is no route-gateway");
    }
    else if (needed && !way.known)
    {
        ov_logf(netif->log, OV_LOG_WARN, "the default route stays as it is: no route leads to the server");
    }
    else
    {
        if (needed)
        {
            keep_server_out(netif, target, &way);
        }
        if ((tunnel->redirect & OV_REDIRECT_BLOCK_LOCAL) != 0)
        {
            block_local(netif, target, tunnel, &out);
        }
        if (redirected)
        {
            replace_default4(netif, target, tunnel, before);
        }
    }
    ov_netif_way_clear(&way);
    ov_netif_way_clear(&out);
    rtnl_route_put(before);
}

/* What is in use of IPv6: more special than a default route, which so can stay. */
static const struct ov_route6 all_of_ip6[] = {
    {.net = {0}, .bits = 3},
    {.net = {0x20}, .bits = 4},
    {.net = {0x30}, .bits = 4},
    {.net = {0xfc}, .bits = 7},
};

static bool covers6(const struct ov_route6 *route, const uint8_t ip[static 16])
{
    const uint8_t whole = route->bits / 8, rest = route->bits % 8;
    return memcmp(route->net, ip, whole) == 0 &&
           (rest == 0 || ((route->net[whole] ^ ip[whole]) >> (8 - rest)) == 0);
}

/* Does a route of the tunnel lead to the server? */
static bool needs_server6(const struct ov_netif *netif, const struct ov_tunnel *tunnel)
{
    const bool redirected = (tunnel->redirect & OV_REDIRECT_IP6) != 0;
    bool needed = false;
    for (size_t i = 0; redirected && i < sizeof all_of_ip6 / sizeof all_of_ip6[0]; i++)
    {
        needed = needed || covers6(&all_of_ip6[i], netif->server.ip);
    }
    for (size_t i = 0; i < tunnel->routes6_count; i++)
    {
        needed =
            needed || (!tunnel->routes6[i].has_gateway && covers6(&tunnel->routes6[i], netif->server.ip));
    }
    return needed && netif->server.family == 6;
}

void ov_netif_redirect6(struct ov_netif *netif, const struct ov_netif_target *target,
                        const struct ov_tunnel *tunnel)
{
    if (needs_server6(netif, tunnel))
    {
        struct ov_netif_way way;
        struct nl_addr *server = server_addr(netif);
        ov_netif_way_to(netif, server, &way);
        nl_addr_put(server);
        if (way.known)
        {
            keep_server_out(netif, target, &way);
        }
        else
        {
            ov_logf(netif->log, OV_LOG_WARN, "no IPv6 route leads to the server outside the tunnel");
        }
        ov_netif_way_clear(&way);
    }
    for (size_t i = 0;
         (tunnel->redirect & OV_REDIRECT_IP6) != 0 && i < sizeof all_of_ip6 / sizeof all_of_ip6[0]; i++)
    {
        struct ov_netif_route route = {.net = ov_netif_ip6(all_of_ip6[i].net, all_of_ip6[i].bits),
                                       .gateway = ov_netif_vpn6(tunnel),
                                       .through_tunnel = true};
        ov_netif_add_route(netif, target, &route);
    }
}
