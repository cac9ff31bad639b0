#include "tun/netif_private.h"

#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>

static void describe(const struct ov_netif_route *wanted, const struct ov_netif_target *target,
                     char out[static OV_NETIF_WHAT])
{
    char net[64];
    char gateway[64] = "";
    char metric[24] = "";
    char table[24] = "";
    char dev[IF_NAMESIZE] = "";
    (void)nl_addr2str(wanted->net, net, sizeof net);
    if (wanted->gateway != NULL)
    {
        (void)nl_addr2str(wanted->gateway, gateway, sizeof gateway);
    }
    if (wanted->metric != 0)
    {
        (void)snprintf(metric, sizeof metric, " metric %u", wanted->metric);
    }
    if (target->table != 0)
    {
        (void)snprintf(table, sizeof table, " table %u", target->table);
    }
    if (wanted->through_tunnel)
    {
        (void)snprintf(dev, sizeof dev, "%s", target->name);
    }
    else if (wanted->index != 0)
    {
        (void)if_indextoname((unsigned)wanted->index, dev);
    }
    (void)snprintf(out, OV_NETIF_WHAT, "route %.50s%s%.42s%s%.15s%s%s", net,
                   gateway[0] != '\0' ? " via " : "", gateway, dev[0] != '\0' ? " dev " : "", dev, metric,
                   table);
}

static struct rtnl_route *build(const struct ov_netif_route *wanted, const struct ov_netif_target *target)
{
    struct rtnl_route *route = rtnl_route_alloc();
    struct rtnl_nexthop *hop = rtnl_route_nh_alloc();
    if (route == NULL || hop == NULL || rtnl_route_set_dst(route, wanted->net) < 0)
    {
        if (hop != NULL)
        {
            rtnl_route_nh_free(hop);
        }
        rtnl_route_put(route);
        return NULL;
    }
    rtnl_route_set_family(route, (uint8_t)nl_addr_get_family(wanted->net));
    rtnl_route_set_table(route, target->table != 0 ? target->table : RT_TABLE_MAIN);
    rtnl_route_set_protocol(route, RTPROT_STATIC);
    rtnl_route_set_scope(route, wanted->gateway != NULL || nl_addr_get_family(wanted->net) == AF_INET6
                                    ? RT_SCOPE_UNIVERSE
                                    : RT_SCOPE_LINK);
    if (wanted->metric != 0)
    {
        rtnl_route_set_priority(route, wanted->metric);
    }
    if (wanted->gateway != NULL)
    {
        rtnl_route_nh_set_gateway(hop, wanted->gateway);
    }
    if (wanted->through_tunnel || wanted->index != 0)
    {
        rtnl_route_nh_set_ifindex(hop, wanted->through_tunnel ? target->index : wanted->index);
    }
    rtnl_route_add_nexthop(route, hop);
    return route;
}

void ov_netif_add_route(struct ov_netif *netif, const struct ov_netif_target *target,
                        struct ov_netif_route *wanted)
{
    char what[OV_NETIF_WHAT] = "route";
    struct ov_netif_change *change = ov_netif_room(netif);
    struct rtnl_route *route = wanted->net == NULL ? NULL : build(wanted, target);
    int result = -NLE_NOMEM;
    if (change != NULL && route != NULL)
    {
        describe(wanted, target, what);
        result = rtnl_route_add(netif->socket, route, NLM_F_EXCL);
    }
    if (result >= 0)
    {
        ov_logf(netif->log, OV_LOG_INFO, "added %s", what);
        change->route = route;
        (void)snprintf(change->what, sizeof change->what, "%s", what);
        netif->count++;
    }
    else
    {
        /* A route that was there before isn't ours, so it isn't undone either. */
        ov_logf(netif->log, OV_LOG_WARN, "cannot add %s: %s%s", what, nl_geterror(result),
                result == -NLE_EXIST ? " (left as it is)" : "");
        rtnl_route_put(route);
    }
    nl_addr_put(wanted->net);
    nl_addr_put(wanted->gateway);
}
