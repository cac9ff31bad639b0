#include "hub/private.h"

#include <stdlib.h>
#include <string.h>

enum ov_err ov_index_init(struct ov_index_table *table, enum ov_index kind, uint32_t peers, uint64_t seed)
{
    uint32_t buckets = 16;
    while (buckets < peers)
    {
        buckets *= 2;
    }
    *table = (struct ov_index_table){.kind = kind, .mask = buckets - 1, .seed = seed};
    table->bucket = calloc(buckets, sizeof table->bucket[0]);
    return table->bucket == NULL ? OV_ERR_NOMEM : OV_OK;
}

void ov_index_clear(struct ov_index_table *table)
{
    free(table->bucket);
    memset(table, 0, sizeof *table);
}

/* One hash for every kind of address: a tunnel address is an outer address without port. */
static uint32_t hash_ip(const struct ov_index_table *table, const uint8_t *ip, size_t len)
{
    struct ov_addr addr = {.family = len == 16 ? 6 : 4};
    memcpy(addr.ip, ip, len);
    return ov_addr_hash(&addr, table->seed) & table->mask;
}

static uint32_t hash_ip4(const struct ov_index_table *table, uint32_t ip4)
{
    const uint8_t ip[4] = {(uint8_t)(ip4 >> 24), (uint8_t)(ip4 >> 16), (uint8_t)(ip4 >> 8), (uint8_t)ip4};
    return hash_ip(table, ip, sizeof ip);
}

static struct ov_peer **bucket_of(const struct ov_index_table *table, const struct ov_peer *peer)
{
    switch (table->kind)
    {
    case OV_INDEX_OUTER:
        return &table->bucket[ov_addr_hash(ov_session_addr(&peer->session), table->seed) & table->mask];
    case OV_INDEX_IP4:
        return &table->bucket[hash_ip4(table, peer->ip4)];
    default:
        return &table->bucket[hash_ip(table, peer->ip6, sizeof peer->ip6)];
    }
}

void ov_index_add(struct ov_index_table *table, struct ov_peer *peer)
{
    struct ov_peer **bucket = bucket_of(table, peer);
    peer->link[table->kind] = (struct ov_link){*bucket, true};
    *bucket = peer;
}

void ov_index_remove(struct ov_index_table *table, struct ov_peer *peer)
{
    if (!peer->link[table->kind].linked)
    {
        return;
    }
    struct ov_peer **at = bucket_of(table, peer);
    while (*at != peer)
    {
        at = &(*at)->link[table->kind].next;
    }
    *at = peer->link[table->kind].next;
    peer->link[table->kind] = (struct ov_link){NULL, false};
}

struct ov_peer *ov_index_outer(const struct ov_index_table *table, const struct ov_addr *addr)
{
    return table->bucket[ov_addr_hash(addr, table->seed) & table->mask];
}

struct ov_peer *ov_index_ip4(const struct ov_index_table *table, uint32_t ip4)
{
    return table->bucket[hash_ip4(table, ip4)];
}

struct ov_peer *ov_index_ip6(const struct ov_index_table *table, const uint8_t ip6[static 16])
{
    return table->bucket[hash_ip(table, ip6, 16)];
}
