#include "base/addr.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static size_t ip_len(const struct ov_addr *addr)
{
    return addr->family == 4 ? 4 : addr->family == 6 ? 16 : 0;
}

static uint64_t mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ h >> 29;
}

uint32_t ov_addr_hash(const struct ov_addr *addr, uint64_t seed)
{
    uint64_t halves[2] = {0, 0};
    memcpy(halves, addr->ip, ip_len(addr));
    uint64_t h = mix(seed, (uint64_t)addr->way << 24 | (uint64_t)addr->family << 16 | addr->port);
    h = mix(h, halves[0]);
    h = mix(h, halves[1] ^ addr->scope);
    return (uint32_t)(mix(h, seed) >> 32);
}

const char *ov_addr_text(const struct ov_addr *addr, char text[static OV_ADDR_TEXT])
{
    char ip[INET6_ADDRSTRLEN] = "?";
    if (addr->family == 4)
    {
        (void)inet_ntop(AF_INET, addr->ip, ip, sizeof ip);
        (void)snprintf(text, OV_ADDR_TEXT, "%s:%u", ip, addr->port);
    }
    else if (addr->family == 6)
    {
        (void)inet_ntop(AF_INET6, addr->ip, ip, sizeof ip);
        (void)snprintf(text, OV_ADDR_TEXT, "[%s]:%u", ip, addr->port);
    }
    else
    {
        (void)snprintf(text, OV_ADDR_TEXT, "none");
    }
    return text;
}
