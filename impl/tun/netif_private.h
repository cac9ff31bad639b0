#ifndef OV_TUN_NETIF_PRIVATE_H
#define OV_TUN_NETIF_PRIVATE_H

#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/route.h>

#include "tun/netif.h"

/* Shared by the files of netif only. */

/* "10.8.0.0/24 via 10.8.0.1 dev tun0 metric 100" */
#define OV_NETIF_WHAT 192

struct ov_netif_change
{
    struct rtnl_addr *addr; /* one of both */
    struct rtnl_route *route;
    bool removed; /* the route was there and was taken away */
    char what[OV_NETIF_WHAT];
};

struct ov_netif
{
    struct nl_sock *socket;
    const struct ov_log *log;
    struct ov_netif_change *changes; /* oldest first */
    size_t count;
    size_t cap;
    struct ov_addr server; /* family 0: none */
};

/* One route. Not through the tunnel and without index: the kernel finds the
 * interface that leads to the gateway. */
struct ov_netif_route
{
    struct nl_addr *net;
    struct nl_addr *gateway;
    bool through_tunnel;
    int index; /* interface, where it isn't the tunnel */
    uint32_t metric;
};

/* Where a change belongs. */
struct ov_netif_target
{
    const char *name;
    int index;
    uint32_t table; /* for routes; 0: the main one */
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
/* Next hop of IPv6 routes through the tunnel; NULL: it needs none, or there is none. */
struct nl_addr *ov_netif_vpn6(const struct ov_tunnel *tunnel);
/* Takes net and gateway of route. Failures are logged as warnings. */
void ov_netif_add_route(struct ov_netif *netif, const struct ov_netif_target *target,
                        struct ov_netif_route *route);

/* netif_gateway.c: where packets went before the tunnel. */
struct ov_netif_way
{
    bool known;
    struct nl_addr *gateway; /* NULL: on the link itself */
    int index;
};

/* As the kernel would send to addr now. */
void ov_netif_way_to(struct ov_netif *netif, struct nl_addr *addr, struct ov_netif_way *out);
/* The default route of the main table with the least metric; NULL: none. The caller puts it back. */
struct rtnl_route *ov_netif_default(struct ov_netif *netif, int family);
void ov_netif_way_of(struct rtnl_route *route, struct ov_netif_way *out);
void ov_netif_way_clear(struct ov_netif_way *way);
/* Take a route away, to be put back by undo. */
void ov_netif_remove_route(struct ov_netif *netif, struct rtnl_route *route);

/* netif_redirect.c: the tunnel becomes the default route, and the server stays outside. */
void ov_netif_redirect4(struct ov_netif *netif, const struct ov_netif_target *target,
                        const struct ov_tunnel *tunnel);
void ov_netif_redirect6(struct ov_netif *netif, const struct ov_netif_target *target,
                        const struct ov_tunnel *tunnel);

#endif
