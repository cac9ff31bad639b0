#include "tun/netif_private.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct nl_addr *ov_netif_ip4(uint32_t ip, uint8_t bits)
{
    uint32_t wire = htonl(ip);
    struct nl_addr *addr = nl_addr_build(AF_INET, &wire, sizeof wire);
    if (addr != NULL)
    {
        nl_addr_set_prefixlen(addr, bits);
    }
    return addr;
}

struct nl_addr *ov_netif_ip6(const uint8_t ip[static 16], uint8_t bits)
{
    struct nl_addr *addr = nl_addr_build(AF_INET6, ip, 16);
    if (addr != NULL)
    {
        nl_addr_set_prefixlen(addr, bits);
    }
    return addr;
}

enum ov_err ov_netif_new(const struct ov_log *log, struct ov_netif **out, char text[static OV_NETIF_TEXT])
{
    *out = NULL;
    struct ov_netif *netif = calloc(1, sizeof *netif);
    if (netif == NULL || (netif->socket = nl_socket_alloc()) == NULL)
    {
        free(netif);
        (void)snprintf(text, OV_NETIF_TEXT, "%s", ov_err_name(OV_ERR_NOMEM));
        return OV_ERR_NOMEM;
    }
    netif->log = log;
    int result = nl_connect(netif->socket, NETLINK_ROUTE);
    if (result < 0)
    {
        (void)snprintf(text, OV_NETIF_TEXT, "cannot open a netlink socket: %s", nl_geterror(result));
        nl_socket_free(netif->socket);
        free(netif);
        return OV_ERR_IO;
    }
    *out = netif;
    return OV_OK;
}

void ov_netif_free(struct ov_netif *netif)
{
    if (netif != NULL)
    {
        ov_netif_undo(netif);
        free(netif->changes);
        nl_socket_free(netif->socket);
        free(netif);
    }
}

struct ov_netif_change *ov_netif_room(struct ov_netif *netif)
{
    if (netif->count == netif->cap)
    {
        size_t cap = netif->cap == 0 ? 16 : netif->cap * 2;
        struct ov_netif_change *grown = realloc(netif->changes, cap * sizeof *grown);
        if (grown == NULL)
        {
            return NULL;
        }
        netif->changes = grown;
        netif->cap = cap;
    }
    memset(&netif->changes[netif->count], 0, sizeof netif->changes[0]);
    return &netif->changes[netif->count];
}

static void undo_one(struct ov_netif *netif, struct ov_netif_change *change)
{
    int result = change->addr != NULL ? rtnl_addr_delete(netif->socket, change->addr, 0)
                 : change->removed    ? rtnl_route_add(netif->socket, change->route, NLM_F_EXCL)
                                      : rtnl_route_delete(netif->socket, change->route, 0);
    /* Gone already (with its interface, its address, or by the administrator)
     * is what was wanted. */
    bool gone = change->removed ? result == -NLE_EXIST
                                : result == -NLE_OBJ_NOTFOUND || result == -NLE_NODEV ||
                                      result == -NLE_NOADDR || result == -NLE_NOATTR;
    if (result < 0 && !gone)
    {
        ov_logf(netif->log, OV_LOG_WARN, "cannot %s %s: %s", change->removed ? "put back" : "remove",
                change->what, nl_geterror(result));
    }
    else
    {
        ov_logf(netif->log, OV_LOG_INFO, "%s %s%s", change->removed ? "put back" : "removed", change->what,
                gone ? (change->removed ? " (was there already)" : " (was gone already)") : "");
    }
    if (change->addr != NULL)
    {
        rtnl_addr_put(change->addr);
    }
    if (change->route != NULL)
    {
        rtnl_route_put(change->route);
    }
}

size_t ov_netif_mark(const struct ov_netif *netif)
{
    return netif->count;
}

void ov_netif_undo_to(struct ov_netif *netif, size_t mark)
{
    while (netif->count > mark)
    {
        undo_one(netif, &netif->changes[--netif->count]);
    }
}

void ov_netif_undo(struct ov_netif *netif)
{
    ov_netif_undo_to(netif, 0);
}

/* Not every device can change its address while it is up; a persistent one may be. */
static int set_mac(struct ov_netif *netif, int index, const struct ov_tunnel *tunnel)
{
    struct rtnl_link *which = rtnl_link_alloc();
    struct rtnl_link *change = rtnl_link_alloc();
    struct nl_addr *mac = nl_addr_build(AF_LLC, tunnel->mac, sizeof tunnel->mac);
    int result = -NLE_NOMEM;
    if (which != NULL && change != NULL && mac != NULL)
    {
        rtnl_link_set_ifindex(which, index);
        rtnl_link_set_ifindex(change, index);
        rtnl_link_set_addr(change, mac);
        result = rtnl_link_change(netif->socket, which, change, 0);
    }
    rtnl_link_put(which);
    rtnl_link_put(change);
    nl_addr_put(mac);
    return result;
}

bool ov_netif_mac(struct ov_netif *netif, int index, uint8_t mac[static 6])
{
    struct rtnl_link *link = NULL;
    if (netif == NULL || rtnl_link_get_kernel(netif->socket, index, NULL, &link) < 0)
    {
        return false;
    }
    const struct nl_addr *addr = rtnl_link_get_addr(link);
    const bool has = addr != NULL && nl_addr_get_len(addr) == 6;
    if (has)
    {
        memcpy(mac, nl_addr_get_binary_addr(addr), 6);
    }
    rtnl_link_put(link);
    return has;
}

static int bring_up(struct ov_netif *netif, int index, const struct ov_tunnel *tunnel)
{
    struct rtnl_link *which = rtnl_link_alloc();
    struct rtnl_link *change = rtnl_link_alloc();
    int result = -NLE_NOMEM;
    if (which != NULL && change != NULL)
    {
        rtnl_link_set_ifindex(which, index);
        rtnl_link_set_ifindex(change, index);
        rtnl_link_set_mtu(change, tunnel->mtu);
        if (tunnel->queue_len > 0)
        {
            rtnl_link_set_txqlen(change, tunnel->queue_len);
        }
        rtnl_link_set_flags(change, IFF_UP);
        result = rtnl_link_change(netif->socket, which, change, 0);
    }
    rtnl_link_put(which);
    rtnl_link_put(change);
    return result;
}

bool ov_netif_drops(struct ov_netif *netif, int index, struct ov_netif_drops *out)
{
    struct rtnl_link *link = NULL;
    *out = (struct ov_netif_drops){0};
    if (netif == NULL || rtnl_link_get_kernel(netif->socket, index, NULL, &link) < 0)
    {
        return false;
    }
    out->to_tunnel = rtnl_link_get_stat(link, RTNL_LINK_TX_DROPPED);
    out->from_tunnel = rtnl_link_get_stat(link, RTNL_LINK_RX_DROPPED);
    rtnl_link_put(link);
    return true;
}

static enum ov_err give_up(struct ov_netif *netif, char *text, const char *what, const char *name, int result)
{
    const char *advice = result == -NLE_PERM ? " (needs CAP_NET_ADMIN)" : "";
    (void)snprintf(text, OV_NETIF_TEXT, "cannot %s %s: %s%s", what, name, nl_geterror(result), advice);
    ov_netif_undo(netif);
    return OV_ERR_IO;
}

enum ov_err ov_netif_apply(struct ov_netif *netif, const char *name, int index,
                           const struct ov_tunnel *tunnel, char text[static OV_NETIF_TEXT])
{
    const struct ov_netif_target target = {name, index, 0};
    int result = tunnel->has_mac ? set_mac(netif, index, tunnel) : 0;
    if (result < 0)
    {
        return give_up(netif, text, "set the MAC address of", name, result);
    }
    result = bring_up(netif, index, tunnel);
    if (result < 0)
    {
        return give_up(netif, text, "set MTU of and bring up", name, result);
    }
    ov_logf(netif->log, OV_LOG_INFO, "%s is up, mtu %u", name, tunnel->mtu);
    if (tunnel->ifconfig_noexec)
    {
        return OV_OK;
    }
    if (tunnel->has_ip4)
    {
        result = tunnel->has_ip4_remote ? ov_netif_add_peer4(netif, &target, tunnel->ip4, tunnel->ip4_remote)
                                        : ov_netif_add_ip4(netif, &target, tunnel->ip4, tunnel->ip4_bits);
    }
    if (result < 0)
    {
        return give_up(netif, text, "add the IPv4 address to", name, result);
    }
    if (tunnel->has_ip6 && (result = ov_netif_add_ip6(netif, &target, tunnel->ip6, tunnel->ip6_bits)) < 0)
    {
        return give_up(netif, text, "add the IPv6 address to", name, result);
    }
    return OV_OK;
}
