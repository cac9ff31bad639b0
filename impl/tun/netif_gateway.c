/* What the routing table says before the tunnel changes it. */
#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "tun/netif_private.h"

void ov_netif_way_of(struct rtnl_route *route, struct ov_netif_way *out)
{
    *out = (struct ov_netif_way){0};
    struct rtnl_nexthop *hop = rtnl_route_get_nnexthops(route) > 0 ? rtnl_route_nexthop_n(route, 0) : NULL;
    if (hop == NULL)
    {
        return;
    }
    struct nl_addr *gateway = rtnl_route_nh_get_gateway(hop);
    out->known = true;
    out->index = rtnl_route_nh_get_ifindex(hop);
    out->gateway = gateway != NULL ? nl_addr_clone(gateway) : NULL;
    if (out->gateway != NULL)
    {
        nl_addr_set_prefixlen(out->gateway, (int)nl_addr_get_len(out->gateway) * 8);
    }
}

void ov_netif_way_to(struct ov_netif *netif, struct nl_addr *addr, struct ov_netif_way *out)
{
    struct rtnl_route *route = NULL;
    *out = (struct ov_netif_way){0};
    if (addr != NULL && rtnl_route_lookup(netif->socket, addr, &route) == 0)
    {
        ov_netif_way_of(route, out);
        rtnl_route_put(route);
    }
}

void ov_netif_way_clear(struct ov_netif_way *way)
{
    nl_addr_put(way->gateway);
    *way = (struct ov_netif_way){0};
}

static bool is_default(struct rtnl_route *route)
{
    struct nl_addr *net = rtnl_route_get_dst(route);
    return rtnl_route_get_table(route) == RT_TABLE_MAIN && rtnl_route_get_type(route) == RTN_UNICAST &&
           (net == NULL || nl_addr_get_prefixlen(net) == 0);
}

struct rtnl_route *ov_netif_default(struct ov_netif *netif, int family)
{
    struct nl_cache *cache = NULL;
    struct rtnl_route *best = NULL;
    if (rtnl_route_alloc_cache(netif->socket, family, 0, &cache) < 0)
    {
        return NULL;
    }
    for (struct nl_object *at = nl_cache_get_first(cache); at != NULL; at = nl_cache_get_next(at))
    {
        struct rtnl_route *route = (struct rtnl_route *)at;
        if (is_default(route) &&
            (best == NULL || rtnl_route_get_priority(route) < rtnl_route_get_priority(best)))
        {
            best = route;
        }
    }
    if (best != NULL)
    {
        nl_object_get((struct nl_object *)best);
    }
    nl_cache_free(cache);
    return best;
}

bool ov_netif_gateway(struct ov_netif *netif, uint8_t family, struct ov_addr *out)
{
    struct rtnl_route *route = ov_netif_default(netif, family == 6 ? AF_INET6 : AF_INET);
    struct ov_netif_way way = {0};
    *out = (struct ov_addr){0};
    if (route != NULL)
    {
        ov_netif_way_of(route, &way);
        rtnl_route_put(route);
    }
    const bool known = way.gateway != NULL && nl_addr_get_len(way.gateway) <= sizeof out->ip;
    if (known)
    {
        out->family = family;
        memcpy(out->ip, nl_addr_get_binary_addr(way.gateway), nl_addr_get_len(way.gateway));
    }
    ov_netif_way_clear(&way);
    return known;
}

/* The route that the kernel would take, or the default one. */
static void find_way(struct ov_netif *netif, uint8_t family, const struct ov_addr *target,
                     struct ov_netif_way *out)
{
    const int af = family == 6 ? AF_INET6 : AF_INET;
    *out = (struct ov_netif_way){0};
    if (target != NULL)
    {
        struct nl_addr *addr = nl_addr_build(af, target->ip, family == 6 ? 16 : 4);
        ov_netif_way_to(netif, addr, out);
        nl_addr_put(addr);
        return;
    }
    struct rtnl_route *route = ov_netif_default(netif, af);
    if (route != NULL)
    {
        ov_netif_way_of(route, out);
        rtnl_route_put(route);
    }
}

bool ov_netif_way_text(struct ov_netif *netif, uint8_t family, const struct ov_addr *target,
                       char text[static OV_NETIF_TEXT])
{
    struct ov_netif_way way;
    char via[INET6_ADDRSTRLEN] = "";
    char name[IF_NAMESIZE] = "?";
    find_way(netif, family, target, &way);
    if (way.known)
    {
        const void *ip = way.gateway != NULL ? nl_addr_get_binary_addr(way.gateway) : NULL;
        const bool gateway =
            ip != NULL && inet_ntop(nl_addr_get_family(way.gateway), ip, via, sizeof via) != NULL;
        (void)if_indextoname((unsigned)way.index, name);
        (void)snprintf(text, OV_NETIF_TEXT, "%s%s on %s", gateway ? "gateway " : "directly", via, name);
    }
    const bool known = way.known;
    ov_netif_way_clear(&way);
    return known;
}

bool ov_netif_default_mac(struct ov_netif *netif, uint8_t mac[static 6])
{
    struct rtnl_route *route = ov_netif_default(netif, AF_INET);
    struct rtnl_link *link = NULL;
    struct ov_netif_way way = {0};
    bool found = false;
    if (route != NULL)
    {
        ov_netif_way_of(route, &way);
        rtnl_route_put(route);
    }
    if (way.known && rtnl_link_get_kernel(netif->socket, way.index, NULL, &link) == 0)
    {
        struct nl_addr *addr = rtnl_link_get_addr(link);
        found = addr != NULL && nl_addr_get_len(addr) == 6;
        if (found)
        {
            memcpy(mac, nl_addr_get_binary_addr(addr), 6);
        }
        rtnl_link_put(link);
    }
    ov_netif_way_clear(&way);
    return found;
}

void ov_netif_remove_route(struct ov_netif *netif, struct rtnl_route *route)
{
    struct ov_netif_change *change = ov_netif_room(netif);
    struct ov_netif_way way;
    char via[64] = "";
    ov_netif_way_of(route, &way);
    if (way.gateway != NULL)
    {
        (void)nl_addr2str(way.gateway, via, sizeof via);
    }
    int result = change == NULL ? -NLE_NOMEM : rtnl_route_delete(netif->socket, route, 0);
    if (result < 0)
    {
        ov_logf(netif->log, OV_LOG_WARN, "cannot remove the default route: %s", nl_geterror(result));
    }
    else
    {
        nl_object_get((struct nl_object *)route);
        change->route = route;
        change->removed = true;
        (void)snprintf(change->what, sizeof change->what, "the default route%s%.50s",
                       via[0] != '\0' ? " via " : "", via);
        netif->count++;
        ov_logf(netif->log, OV_LOG_INFO, "removed %s until the end", change->what);
    }
    ov_netif_way_clear(&way);
}
