#include "hub/pool.h"

#include <stdlib.h>
#include <string.h>

#define IN_USE 1u
#define KEPT   2u

static enum ov_err family_init(struct ov_pool_family *family, uint64_t size, uint32_t max_clients)
{
    family->size = size < max_clients ? (uint32_t)size : max_clients;
    family->taken = calloc(family->size > 0 ? family->size : 1, 1);
    return family->taken == NULL ? OV_ERR_NOMEM : OV_OK;
}

/* Addresses that one client takes. */
static uint32_t step4(const struct ov_pool *range)
{
    return range->net30 ? 4 : 1;
}

enum ov_err ov_address_pool_init(struct ov_address_pool *pool, const struct ov_pool *range,
                                 uint32_t max_clients)
{
    *pool = (struct ov_address_pool){.range = *range};
    const bool has_ip4 = range->ip4_first != 0 && range->ip4_last >= range->ip4_first;
    const uint64_t size4 = has_ip4 ? ((uint64_t)range->ip4_last - range->ip4_first + 1) / step4(range) : 0;
    enum ov_err err = family_init(&pool->ip4, size4, max_clients);
    if (err == OV_OK)
    {
        err = family_init(&pool->ip6, range->has_ip6 ? range->ip6_count : 0, max_clients);
    }
    if (err != OV_OK)
    {
        ov_address_pool_clear(pool);
    }
    return err;
}

void ov_address_pool_clear(struct ov_address_pool *pool)
{
    free(pool->ip4.taken);
    free(pool->ip6.taken);
    memset(pool, 0, sizeof *pool);
}

static enum ov_err family_take(struct ov_pool_family *family, uint32_t *index)
{
    if (family->size == 0)
    {
        return OV_ERR_UNSUPPORTED;
    }
    const uint8_t *free_one = memchr(family->taken, 0, family->size);
    if (free_one == NULL)
    {
        return OV_ERR_LIMIT;
    }
    *index = (uint32_t)(free_one - family->taken);
    family->taken[*index] = IN_USE;
    family->used++;
    return OV_OK;
}

static void family_give(struct ov_pool_family *family, uint64_t index)
{
    if (index < family->size && family->taken[index] != 0)
    {
        family->taken[index] = 0;
        family->used--;
    }
}

static bool family_again(struct ov_pool_family *family, uint64_t index)
{
    if (index >= family->size || family->taken[index] == IN_USE)
    {
        return false;
    }
    family->used += family->taken[index] == 0;
    family->taken[index] = IN_USE;
    return true;
}

static bool family_reserve(struct ov_pool_family *family, uint64_t index)
{
    if (index >= family->size || family->taken[index] != 0)
    {
        return false;
    }
    family->taken[index] = KEPT;
    family->used++;
    return true;
}

static void family_release(struct ov_pool_family *family, uint64_t index)
{
    if (index < family->size && family->taken[index] == KEPT)
    {
        family->taken[index] = 0;
        family->used--;
    }
}

enum ov_err ov_address_pool_take4(struct ov_address_pool *pool, uint32_t *ip4)
{
    uint32_t index = 0;
    enum ov_err err = family_take(&pool->ip4, &index);
    *ip4 =
        err == OV_OK ? pool->range.ip4_first + index * step4(&pool->range) + (pool->range.net30 ? 2 : 0) : 0;
    return err;
}

/* UINT64_MAX: not an address of a client in this pool. */
static uint64_t index4(const struct ov_address_pool *pool, uint32_t ip4)
{
    const uint32_t at = ip4 - pool->range.ip4_first;
    const bool fits = ip4 >= pool->range.ip4_first && (!pool->range.net30 || at % 4 == 2);
    return fits ? at / step4(&pool->range) : UINT64_MAX;
}

void ov_address_pool_give4(struct ov_address_pool *pool, uint32_t ip4)
{
    family_give(&pool->ip4, index4(pool, ip4));
}

bool ov_address_pool_reserve4(struct ov_address_pool *pool, uint32_t ip4)
{
    return family_reserve(&pool->ip4, index4(pool, ip4));
}

void ov_address_pool_release4(struct ov_address_pool *pool, uint32_t ip4)
{
    family_release(&pool->ip4, index4(pool, ip4));
}

bool ov_address_pool_again4(struct ov_address_pool *pool, uint32_t ip4)
{
    return family_again(&pool->ip4, index4(pool, ip4));
}

/* Only the low 64 bits count: a pool never spans more. */
static uint64_t low64(const uint8_t ip6[static 16])
{
    uint64_t v = 0;
    for (unsigned i = 8; i < 16; i++)
    {
        v = v << 8 | ip6[i];
    }
    return v;
}

enum ov_err ov_address_pool_take6(struct ov_address_pool *pool, uint8_t ip6[static 16])
{
    uint32_t index = 0;
    memset(ip6, 0, 16);
    enum ov_err err = family_take(&pool->ip6, &index);
    if (err != OV_OK)
    {
        return err;
    }
    memcpy(ip6, pool->range.ip6_first, 16);
    uint64_t v = low64(ip6) + index;
    for (unsigned i = 16; i-- > 8;)
    {
        ip6[i] = (uint8_t)v;
        v >>= 8;
    }
    return OV_OK;
}

static uint64_t index6(const struct ov_address_pool *pool, const uint8_t ip6[static 16])
{
    const bool ours = memcmp(ip6, pool->range.ip6_first, 8) == 0;
    return ours ? low64(ip6) - low64(pool->range.ip6_first) : UINT64_MAX;
}

void ov_address_pool_give6(struct ov_address_pool *pool, const uint8_t ip6[static 16])
{
    family_give(&pool->ip6, index6(pool, ip6));
}

bool ov_address_pool_again6(struct ov_address_pool *pool, const uint8_t ip6[static 16])
{
    return family_again(&pool->ip6, index6(pool, ip6));
}

bool ov_address_pool_reserve6(struct ov_address_pool *pool, const uint8_t ip6[static 16])
{
    return family_reserve(&pool->ip6, index6(pool, ip6));
}

void ov_address_pool_release6(struct ov_address_pool *pool, const uint8_t ip6[static 16])
{
    family_release(&pool->ip6, index6(pool, ip6));
}
