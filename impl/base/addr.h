#ifndef OV_BASE_ADDR_H
#define OV_BASE_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* An outer transport address: IPv4, or IPv6. An IPv4-mapped IPv6 address is
 * always stored as IPv4, so that one peer has one address on a dual-stack
 * socket. All-zero is "no address". */
struct ov_addr
{
    uint8_t family; /* 0 none, 4, 6 */
    uint8_t way; /* by which of a server's sockets, from 0: the same address at another one is another peer */
    uint16_t port;  /* host order */
    uint32_t scope; /* IPv6 scope id, 0 otherwise */
    uint8_t ip[16]; /* network order; IPv4 uses the first 4 */
};

static inline bool ov_addr_equal(const struct ov_addr *a, const struct ov_addr *b)
{
    if (a->family != b->family || a->port != b->port || a->scope != b->scope || a->way != b->way)
    {
        return false;
    }
    return a->family == 4 ? memcmp(a->ip, b->ip, 4) == 0
                          : a->family != 6 || memcmp(a->ip, b->ip, sizeof a->ip) == 0;
}

/* Cheap hash for tables, seeded against chosen collisions. */
uint32_t ov_addr_hash(const struct ov_addr *addr, uint64_t seed);

/* "192.0.2.1:1194", "[2001:db8::1]:1194" or "none". Returns text. */
#define OV_ADDR_TEXT 64
const char *ov_addr_text(const struct ov_addr *addr, char text[static OV_ADDR_TEXT]);

#endif
