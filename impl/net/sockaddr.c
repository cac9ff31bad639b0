#include "net/sockaddr.h"

#include <netinet/in.h>
#include <string.h>

static const uint8_t mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static socklen_t fill_in4(const struct ov_addr *addr, struct sockaddr_storage *out)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(addr->port)};
    if (addr->family == 6)
    {
        return 0;
    }
    if (addr->family == 4)
    {
        memcpy(&in.sin_addr, addr->ip, 4);
    }
    memcpy(out, &in, sizeof in);
    return sizeof in;
}

static socklen_t fill_in6(const struct ov_addr *addr, struct sockaddr_storage *out)
{
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(addr->port)};
    if (addr->family == 4)
    {
        memcpy(&in6.sin6_addr, mapped_prefix, sizeof mapped_prefix);
        memcpy((uint8_t *)&in6.sin6_addr + sizeof mapped_prefix, addr->ip, 4);
    }
    else if (addr->family == 6)
    {
        memcpy(&in6.sin6_addr, addr->ip, 16);
        in6.sin6_scope_id = addr->scope;
    }
    memcpy(out, &in6, sizeof in6);
    return sizeof in6;
}

socklen_t ov_sockaddr_from_addr(const struct ov_addr *addr, int family, struct sockaddr_storage *out)
{
    return family == AF_INET ? fill_in4(addr, out) : family == AF_INET6 ? fill_in6(addr, out) : 0;
}

static void take_in6(const struct sockaddr_in6 *in6, struct ov_addr *out)
{
    const uint8_t *ip = (const uint8_t *)&in6->sin6_addr;
    out->port = ntohs(in6->sin6_port);
    if (memcmp(ip, mapped_prefix, sizeof mapped_prefix) == 0)
    {
        out->family = 4;
        memcpy(out->ip, ip + sizeof mapped_prefix, 4);
        return;
    }
    out->family = 6;
    out->scope = in6->sin6_scope_id;
    memcpy(out->ip, ip, 16);
}

bool ov_addr_from_sockaddr(const struct sockaddr *sa, socklen_t len, struct ov_addr *out)
{
    memset(out, 0, sizeof *out);
    if (len >= sizeof(struct sockaddr_in) && sa->sa_family == AF_INET)
    {
        struct sockaddr_in in;
        memcpy(&in, sa, sizeof in);
        out->family = 4;
        out->port = ntohs(in.sin_port);
        memcpy(out->ip, &in.sin_addr, 4);
        return true;
    }
    if (len >= sizeof(struct sockaddr_in6) && sa->sa_family == AF_INET6)
    {
        struct sockaddr_in6 in6;
        memcpy(&in6, sa, sizeof in6);
        take_in6(&in6, out);
        return true;
    }
    return false;
}
