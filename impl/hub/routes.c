#include "hub/private.h"

#include <stdlib.h>
#include <string.h>

/* Networks behind clients. One hash table over (length of prefix, network); a lookup tries the lengths that are in
 * use, longest first: a handful in practice, however many routes there are. */

#define BUCKETS 1024u

static void mask_net(const uint8_t *ip, uint8_t len, uint8_t bits, uint8_t net[static 16])
{
    memset(net, 0, 16);
    memcpy(net, ip, bits / 8);
    if (bits % 8 != 0 && bits / 8 < len)
    {
        net[bits / 8] = ip[bits / 8] & (uint8_t)(0xff00u >> bits % 8);
    }
}

/* The table that hashes outer addresses has a function against chosen collisions; the port is free for the prefix. */
static uint32_t bucket_of(const struct ov_inner_routes *routes, const uint8_t net[static 16], uint8_t len,
                          uint8_t bits)
{
    struct ov_addr addr = {.family = len == 16 ? 6 : 4, .port = bits};
    memcpy(addr.ip, net, len);
    return ov_addr_hash(&addr, routes->seed) & routes->mask;
}

static void link_route(struct ov_inner_routes *routes, struct ov_inner_route *route)
{
    struct ov_inner_route **bucket = &routes->bucket[bucket_of(routes, route->net, route->len, route->bits)];
    route->next = *bucket;
    *bucket = route;
    routes->count++;
    ++*(route->len == 4 ? &routes->prefixes4[route->bits] : &routes->prefixes6[route->bits]);
}

enum ov_err ov_inner_routes_add(struct ov_inner_routes *routes, struct ov_peer *peer)
{
    const struct ov_client_config *own = peer->client;
    const size_t count = own->iroutes4_count + own->iroutes6_count;
    if (count == 0)
    {
        return OV_OK;
    }
    if (routes->bucket == NULL)
    {
        routes->bucket = calloc(BUCKETS, sizeof *routes->bucket);
        routes->mask = BUCKETS - 1;
    }
    struct ov_inner_route *list = calloc(count, sizeof *list);
    if (routes->bucket == NULL || list == NULL)
    {
        free(list);
        return OV_ERR_NOMEM;
    }
    peer->routes = list;
    for (size_t i = 0; i < own->iroutes4_count; i++)
    {
        const uint32_t net = own->iroutes4[i].net;
        const uint8_t octets[4] = {(uint8_t)(net >> 24), (uint8_t)(net >> 16), (uint8_t)(net >> 8),
                                   (uint8_t)net};
        list[i] = (struct ov_inner_route){.peer = peer, .len = 4, .bits = own->iroutes4[i].bits};
        mask_net(octets, 4, list[i].bits, list[i].net);
        link_route(routes, &list[i]);
    }
    list += own->iroutes4_count;
    for (size_t i = 0; i < own->iroutes6_count; i++)
    {
        list[i] = (struct ov_inner_route){.peer = peer, .len = 16, .bits = own->iroutes6[i].bits};
        mask_net(own->iroutes6[i].net, 16, list[i].bits, list[i].net);
        link_route(routes, &list[i]);
    }
    peer->routes_count = (uint32_t)count;
    return OV_OK;
}

void ov_inner_routes_remove(struct ov_inner_routes *routes, struct ov_peer *peer)
{
    for (uint32_t i = 0; i < peer->routes_count; i++)
    {
        const struct ov_inner_route *route = &peer->routes[i];
        struct ov_inner_route **at = &routes->bucket[bucket_of(routes, route->net, route->len, route->bits)];
        while (*at != route)
        {
            at = &(*at)->next;
        }
        *at = route->next;
        routes->count--;
        --*(route->len == 4 ? &routes->prefixes4[route->bits] : &routes->prefixes6[route->bits]);
    }
    free(peer->routes);
    peer->routes = NULL;
    peer->routes_count = 0;
}

void ov_inner_routes_clear(struct ov_inner_routes *routes)
{
    free(routes->bucket);
    memset(routes, 0, sizeof *routes);
}

static struct ov_peer *find_prefix(const struct ov_inner_routes *routes, const uint8_t *ip, uint8_t len,
                                   uint8_t bits)
{
    uint8_t net[16];
    mask_net(ip, len, bits, net);
    const struct ov_inner_route *route = routes->bucket[bucket_of(routes, net, len, bits)];
    while (route != NULL &&
           (route->len != len || route->bits != bits || memcmp(route->net, net, sizeof net) != 0))
    {
        route = route->next;
    }
    return route != NULL ? route->peer : NULL;
}

struct ov_peer *ov_inner_routes_find(const struct ov_inner_routes *routes, const uint8_t *ip, uint8_t len)
{
    const uint32_t *prefixes = len == 4 ? routes->prefixes4 : routes->prefixes6;
    struct ov_peer *peer = NULL;
    for (unsigned bits = len * 8u + 1; routes->count > 0 && peer == NULL && bits-- > 0;)
    {
        peer = prefixes[bits] > 0 ? find_prefix(routes, ip, len, (uint8_t)bits) : NULL;
    }
    return peer;
}
