#include "app/route_names.h"

#include <string.h>

#include "net/sockaddr.h"
#include "tun/netif.h"

bool ov_route_names_exist(const struct ov_tunnel *tunnel)
{
    for (size_t i = 0; i < tunnel->routes4_count; i++)
    {
        if (tunnel->routes4[i].name != NULL)
        {
            return true;
        }
    }
    return false;
}

static bool add(struct ov_route_names *names, const struct ov_route4 *route)
{
    if (names->count == names->room)
    {
        const size_t room = names->room != 0 ? 2 * names->room : 16;
        struct ov_route4 *grown = ov_arena_array(names->arena, room, sizeof *grown);
        if (grown == NULL)
        {
            return false;
        }
        if (names->count > 0)
        {
            memcpy(grown, names->routes, names->count * sizeof *grown);
        }
        names->routes = grown;
        names->room = room;
    }
    names->routes[names->count++] = *route;
    return true;
}

/* On to the next route with a name; behind the last one the routes are complete. */
static bool advance(struct ov_route_names *names)
{
    struct ov_tunnel *tunnel = &names->tunnel;
    while (names->at < tunnel->routes4_count && tunnel->routes4[names->at].name == NULL)
    {
        if (!add(names, &tunnel->routes4[names->at++]))
        {
            return false;
        }
    }
    if (names->at == tunnel->routes4_count)
    {
        tunnel->routes4 = names->routes;
        tunnel->routes4_count = names->at = names->count;
    }
    return true;
}

bool ov_route_names_begin(struct ov_route_names *names, const struct ov_tunnel *tunnel,
                          const struct ov_log *log)
{
    ov_route_names_clear(names);
    names->log = log;
    names->arena = ov_arena_new();
    if (names->arena == NULL || ov_tunnel_copy(names->arena, tunnel, &names->tunnel) != OV_OK ||
        !advance(names))
    {
        ov_route_names_clear(names);
        return false;
    }
    return true;
}

const char *ov_route_names_next(const struct ov_route_names *names)
{
    return names->arena != NULL && names->at < names->tunnel.routes4_count
               ? names->tunnel.routes4[names->at].name
               : NULL;
}

bool ov_route_names_answer(struct ov_route_names *names, const struct addrinfo *list, const char *why)
{
    struct ov_route4 route = names->tunnel.routes4[names->at++];
    size_t found = 0;
    for (; list != NULL && found < OV_ROUTE_NAMES_ADDRS; list = list->ai_next)
    {
        struct ov_addr addr;
        if (!ov_addr_from_sockaddr(list->ai_addr, list->ai_addrlen, &addr) || addr.family != 4)
        {
            continue;
        }
        struct ov_route4 one = route;
        one.net =
            (uint32_t)addr.ip[0] << 24 | (uint32_t)addr.ip[1] << 16 | (uint32_t)addr.ip[2] << 8 | addr.ip[3];
        one.name = NULL;
        found++;
        if (!add(names, &one))
        {
            return false;
        }
    }
    if (found == 0)
    {
        ov_logf(names->log, OV_LOG_WARN, "the route to %s is left out: %s", route.name,
                why[0] != '\0' ? why : "it has no IPv4 address");
    }
    return advance(names);
}

bool ov_route_names_wait(struct ov_route_names *names)
{
    const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_DGRAM};
    const char *name;
    bool good = true;
    while (good && (name = ov_route_names_next(names)) != NULL)
    {
        struct addrinfo *list = NULL;
        const int result = getaddrinfo(name, NULL, &hints, &list);
        good =
            ov_route_names_answer(names, result == 0 ? list : NULL, result == 0 ? "" : gai_strerror(result));
        if (result == 0)
        {
            freeaddrinfo(list);
        }
    }
    return good;
}

void ov_route_names_clear(struct ov_route_names *names)
{
    ov_arena_free(names->arena);
    *names = (struct ov_route_names){0};
}
