#ifndef OV_HUB_POOL_H
#define OV_HUB_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "options/config.h"

/* Tunnel addresses for clients, lowest free first. IPv4 and IPv6 are given
 * independently: a client may get either, both or none [WP-SRV-013]. */
struct ov_pool_family
{
    uint32_t size; /* addresses in the range, cut at what hub can ever need */
    uint32_t used;
    uint8_t *taken; /* one octet an address: 0 free, 1 in use, 2 kept for somebody; owned */
};

struct ov_address_pool
{
    struct ov_pool range;
    struct ov_pool_family ip4;
    struct ov_pool_family ip6;
};

/* max_clients: no more are ever taken at one time. OV_ERR_NOMEM. */
OV_MUST_USE enum ov_err ov_address_pool_init(struct ov_address_pool *pool, const struct ov_pool *range,
                                             uint32_t max_clients);
void ov_address_pool_clear(struct ov_address_pool *pool);

/* OV_ERR_LIMIT: none is free; OV_ERR_UNSUPPORTED: no pool of this family. */
OV_MUST_USE enum ov_err ov_address_pool_take4(struct ov_address_pool *pool, uint32_t *ip4);
/* Kept for somebody who is away: take doesn't give it, again and give do. False: it isn't free. */
bool ov_address_pool_reserve4(struct ov_address_pool *pool, uint32_t ip4);
bool ov_address_pool_reserve6(struct ov_address_pool *pool, const uint8_t ip6[static 16]);
/* Not kept any more; one that is in use stays so. */
void ov_address_pool_release4(struct ov_address_pool *pool, uint32_t ip4);
void ov_address_pool_release6(struct ov_address_pool *pool, const uint8_t ip6[static 16]);
/* The one that was his before, if it is one of the pool and free or kept. */
bool ov_address_pool_again4(struct ov_address_pool *pool, uint32_t ip4);
bool ov_address_pool_again6(struct ov_address_pool *pool, const uint8_t ip6[static 16]);
OV_MUST_USE enum ov_err ov_address_pool_take6(struct ov_address_pool *pool, uint8_t ip6[static 16]);
/* Give back what take gave; other addresses are none of the pool's. */
void ov_address_pool_give4(struct ov_address_pool *pool, uint32_t ip4);
void ov_address_pool_give6(struct ov_address_pool *pool, const uint8_t ip6[static 16]);

#endif
