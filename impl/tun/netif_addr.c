#include "tun/netif_private.h"

#include <linux/if_addr.h>
#include <stdio.h>

/* Takes local, broadcast and peer; both of these may be NULL. The kernel adds the prefix route of the subnet by itself. */
static int add_address(struct ov_netif *netif, const struct ov_netif_target *target, struct nl_addr *local,
                       struct nl_addr *broadcast, struct nl_addr *peer, uint32_t flags)
{
    struct ov_netif_change *change = ov_netif_room(netif);
    struct rtnl_addr *addr = rtnl_addr_alloc();
    int result = -NLE_NOMEM;
    if (change != NULL && addr != NULL && local != NULL)
    {
        char ip[64];
        rtnl_addr_set_ifindex(addr, target->index);
        rtnl_addr_set_flags(addr, flags);
        result = rtnl_addr_set_local(addr, local);
        if (result >= 0 && broadcast != NULL)
        {
            result = rtnl_addr_set_broadcast(addr, broadcast);
        }
        if (result >= 0 && peer != NULL)
        {
            result = rtnl_addr_set_peer(addr, peer);
        }
        if (result >= 0)
        {
            result = rtnl_addr_add(netif->socket, addr, 0);
        }
        (void)snprintf(change->what, sizeof change->what, "address %s dev %s",
                       nl_addr2str(local, ip, sizeof ip), target->name);
    }
    if (result >= 0)
    {
        ov_logf(netif->log, OV_LOG_INFO, "added %s", change->what);
        change->addr = addr;
        netif->count++;
    }
    else
    {
        rtnl_addr_put(addr);
    }
    nl_addr_put(local);
    nl_addr_put(broadcast);
    nl_addr_put(peer);
    return result;
}

int ov_netif_add_ip4(struct ov_netif *netif, const struct ov_netif_target *target, uint32_t ip, uint8_t bits)
{
    /* A /31 or /32 has no broadcast address. */
    struct nl_addr *broadcast = bits < 31 ? ov_netif_ip4(ip | UINT32_MAX >> bits, 32) : NULL;
    return add_address(netif, target, ov_netif_ip4(ip, bits), broadcast, NULL, 0);
}

int ov_netif_add_peer4(struct ov_netif *netif, const struct ov_netif_target *target, uint32_t ip,
                       uint32_t peer)
{
    return add_address(netif, target, ov_netif_ip4(ip, 32), NULL, ov_netif_ip4(peer, 32), 0);
}

int ov_netif_add_ip6(struct ov_netif *netif, const struct ov_netif_target *target,
                     const uint8_t ip[static 16], uint8_t bits)
{
    /* Nobody else can have it: addresses in a tunnel are assigned by its server. */
    return add_address(netif, target, ov_netif_ip6(ip, bits), NULL, NULL, IFA_F_NODAD);
}
