#include "netns-lab/linkemu/steer.h"

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <netlink/netlink.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>
#include <netlink/route/rule.h>
#include <sys/socket.h>

#define TABLE_FIRST  7700u /* far from what a lab script would choose */
#define RULE_PRIO    770u
#define BLACKHOLE_AT 4000u /* metric: behind the route to the emulator */

static const int families[2] = {AF_INET, AF_INET6};

static int set_rule(struct nl_sock *sock, const char *interface, unsigned side, int family, bool on)
{
    struct rtnl_rule *rule = rtnl_rule_alloc();
    if (rule == NULL)
    {
        return -NLE_NOMEM;
    }
    rtnl_rule_set_family(rule, family);
    rtnl_rule_set_prio(rule, RULE_PRIO + side);
    rtnl_rule_set_table(rule, TABLE_FIRST + side);
    rtnl_rule_set_action(rule, FR_ACT_TO_TBL);
    int status = rtnl_rule_set_iif(rule, interface);
    if (status == 0)
    {
        status = on ? rtnl_rule_add(sock, rule, NLM_F_CREATE | NLM_F_EXCL) : rtnl_rule_delete(sock, rule, 0);
    }
    rtnl_rule_put(rule);
    return status == -NLE_EXIST ? 0 : status;
}

/* A default route: to a device, or into the blackhole (device 0). */
static int set_route(struct nl_sock *sock, unsigned device, unsigned side, int family, bool on)
{
    struct nl_addr *any = NULL;
    struct rtnl_route *route = rtnl_route_alloc();
    int status = route != NULL ? nl_addr_parse("default", family, &any) : -NLE_NOMEM;
    if (status == 0)
    {
        rtnl_route_set_family(route, (uint8_t)family);
        rtnl_route_set_table(route, TABLE_FIRST + side);
        rtnl_route_set_protocol(route, RTPROT_STATIC);
        rtnl_route_set_type(route, device != 0 ? RTN_UNICAST : RTN_BLACKHOLE);
        rtnl_route_set_scope(route, device != 0 && family == AF_INET ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE);
        rtnl_route_set_priority(route, device != 0 ? 1 : BLACKHOLE_AT);
        status = rtnl_route_set_dst(route, any);
    }
    struct rtnl_nexthop *hop = status == 0 && device != 0 ? rtnl_route_nh_alloc() : NULL;
    if (hop != NULL)
    {
        rtnl_route_nh_set_ifindex(hop, (int)device);
        rtnl_route_add_nexthop(route, hop);
    }
    if (status == 0)
    {
        status = on ? rtnl_route_add(sock, route, NLM_F_CREATE | NLM_F_REPLACE)
                    : rtnl_route_delete(sock, route, 0);
    }
    nl_addr_put(any);
    rtnl_route_put(route);
    return status;
}

static struct nl_sock *connect_netlink(void)
{
    struct nl_sock *sock = nl_socket_alloc();
    if (sock != NULL && nl_connect(sock, NETLINK_ROUTE) != 0)
    {
        nl_socket_free(sock);
        sock = NULL;
    }
    return sock;
}

static bool steer_side(struct nl_sock *sock, const struct emu_steer *steer, unsigned side, int family,
                       struct emu_why *why)
{
    const char *version = family == AF_INET ? "IPv4" : "IPv6";
    int status = set_route(sock, 0, side, family, true);
    if (status == 0)
    {
        status = set_route(sock, steer->tun[side], side, family, true);
    }
    if (status != 0)
    {
        return emu_why_set(why, "%s route for %s: %s", version, steer->interface[side], nl_geterror(status));
    }
    status = set_rule(sock, steer->interface[side], side, family, true);
    return status == 0 ||
           emu_why_set(why, "%s rule for %s: %s", version, steer->interface[side], nl_geterror(status));
}

bool emu_steer_on(const struct emu_steer *steer, struct emu_why *why)
{
    struct nl_sock *sock = connect_netlink();
    if (sock == NULL)
    {
        return emu_why_set(why, "no netlink socket");
    }
    bool done = true;
    for (unsigned i = 0; done && i < 4; i++)
    {
        done = steer_side(sock, steer, i / 2, families[i % 2], why);
    }
    nl_socket_free(sock);
    if (!done)
    {
        emu_steer_off(steer);
    }
    return done;
}

void emu_steer_off(const struct emu_steer *steer)
{
    struct nl_sock *sock = connect_netlink();
    for (unsigned i = 0; sock != NULL && i < 4; i++)
    {
        unsigned side = i / 2;
        /* The rule first: then nothing comes here any more. What fails was not there. */
        (void)set_rule(sock, steer->interface[side], side, families[i % 2], false);
        (void)set_route(sock, steer->tun[side], side, families[i % 2], false);
        (void)set_route(sock, 0, side, families[i % 2], false);
    }
    nl_socket_free(sock);
}
