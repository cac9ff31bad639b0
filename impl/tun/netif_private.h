#ifndef OV_TUN_NETIF_PRIVATE_H
#define OV_TUN_NETIF_PRIVATE_H

#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/route.h>

#include "tun/netif.h"

/* Shared by the files of netif only. */

/* "10.8.0.0/24 via 10.8.0.1 dev tun0 metric 100" */
#define OV_NETIF_WHAT 160

struct ov_netif_change
{
    struct rtnl_addr *addr; /* one of both */
    struct rtnl_route *route;
    char what[OV_NETIF_WHAT];
};

struct ov_netif
{
    struct nl_sock *socket;
    const struct ov_log *log;
    struct ov_netif_change *changes; /* oldest first */
    size_t count;
    size_t cap;
};

/* Where a change belongs. */
struct ov_netif_target
{
    const char *name;
    int index;
};

/* A network, an address, or a gateway in netlink's form; NULL without memory. */
struct nl_addr *ov_netif_ip4(uint32_t ip, uint8_t bits);
struct nl_addr *ov_netif_ip6(const uint8_t ip[static 16], uint8_t bits);

/* Room for one more entry of the undo list; NULL without memory. */
struct ov_netif_change *ov_netif_room(struct ov_netif *netif);

/* The returns are libnl's: 0, or a negative NLE_ number. */
int ov_netif_add_ip4(struct ov_netif *netif, const struct ov_netif_target *target, uint32_t ip, uint8_t bits);
/* Point to point: ip here, peer at the other end. */
int ov_netif_add_peer4(struct ov_netif *netif, const struct ov_netif_target *target, uint32_t ip,
                       uint32_t peer);
int ov_netif_add_ip6(struct ov_netif *netif, const struct ov_netif_target *target,
                     const uint8_t ip[static 16], uint8_t bits);
/* All routes of the tunnel; failures are logged as warnings. */
void ov_netif_add_routes(struct ov_netif *netif, const struct ov_netif_target *target,
                         const struct ov_tunnel *tunnel);

#endif
