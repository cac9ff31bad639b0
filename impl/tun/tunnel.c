#include <string.h>

#include "tun/netif.h"

static bool names_equal(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool routes4_equal(const struct ov_tunnel *a, const struct ov_tunnel *b)
{
    if (a->routes4_count != b->routes4_count)
    {
        return false;
    }
    for (size_t i = 0; i < a->routes4_count; i++)
    {
        const struct ov_route4 *x = &a->routes4[i];
        const struct ov_route4 *y = &b->routes4[i];
        if (x->net != y->net || x->bits != y->bits || x->has_gateway != y->has_gateway ||
            (x->has_gateway && x->gateway != y->gateway) || x->metric != y->metric ||
            x->net_word != y->net_word || x->gateway_word != y->gateway_word ||
            !names_equal(x->name, y->name))
        {
            return false;
        }
    }
    return true;
}

static bool routes6_equal(const struct ov_tunnel *a, const struct ov_tunnel *b)
{
    if (a->routes6_count != b->routes6_count)
    {
        return false;
    }
    for (size_t i = 0; i < a->routes6_count; i++)
    {
        const struct ov_route6 *x = &a->routes6[i];
        const struct ov_route6 *y = &b->routes6[i];
        if (memcmp(x->net, y->net, 16) != 0 || x->bits != y->bits || x->has_gateway != y->has_gateway ||
            (x->has_gateway && memcmp(x->gateway, y->gateway, 16) != 0) || x->metric != y->metric ||
            x->gateway_word != y->gateway_word)
        {
            return false;
        }
    }
    return true;
}

static bool addresses_equal(const struct ov_tunnel *a, const struct ov_tunnel *b)
{
    return a->has_ip4 == b->has_ip4 && (!a->has_ip4 || (a->ip4 == b->ip4 && a->ip4_bits == b->ip4_bits)) &&
           a->has_ip4_remote == b->has_ip4_remote && (!a->has_ip4_remote || a->ip4_remote == b->ip4_remote) &&
           a->has_ip6 == b->has_ip6 &&
           (!a->has_ip6 || (memcmp(a->ip6, b->ip6, 16) == 0 && a->ip6_bits == b->ip6_bits)) &&
           a->has_route_gateway == b->has_route_gateway &&
           (!a->has_route_gateway || a->route_gateway == b->route_gateway);
}

bool ov_tunnel_equal(const struct ov_tunnel *a, const struct ov_tunnel *b)
{
    return strcmp(a->dev, b->dev) == 0 && a->tap == b->tap && a->mtu == b->mtu && a->has_mac == b->has_mac &&
           memcmp(a->mac, b->mac, sizeof a->mac) == 0 && addresses_equal(a, b) && routes4_equal(a, b) &&
           routes6_equal(a, b) && a->redirect == b->redirect && a->route_table == b->route_table &&
           a->block_ip6 == b->block_ip6 && a->route_noexec == b->route_noexec &&
           a->ifconfig_noexec == b->ifconfig_noexec;
}

enum ov_err ov_tunnel_copy(struct ov_arena *arena, const struct ov_tunnel *tunnel, struct ov_tunnel *out)
{
    *out = *tunnel;
    char *dev = ov_arena_strdup(arena, tunnel->dev);
    struct ov_route4 *routes4 = ov_arena_array(arena, tunnel->routes4_count, sizeof *routes4);
    struct ov_route6 *routes6 = ov_arena_array(arena, tunnel->routes6_count, sizeof *routes6);
    if (dev == NULL || routes4 == NULL || routes6 == NULL)
    {
        return OV_ERR_NOMEM;
    }
    if (tunnel->routes4_count > 0)
    {
        memcpy(routes4, tunnel->routes4, tunnel->routes4_count * sizeof *routes4);
    }
    if (tunnel->routes6_count > 0)
    {
        memcpy(routes6, tunnel->routes6, tunnel->routes6_count * sizeof *routes6);
    }
    for (size_t i = 0; i < tunnel->routes4_count; i++)
    {
        routes4[i].name =
            tunnel->routes4[i].name != NULL ? ov_arena_strdup(arena, tunnel->routes4[i].name) : NULL;
        if (routes4[i].name == NULL && tunnel->routes4[i].name != NULL)
        {
            return OV_ERR_NOMEM;
        }
    }
    out->dev = dev;
    out->routes4 = routes4;
    out->routes6 = routes6;
    return OV_OK;
}
