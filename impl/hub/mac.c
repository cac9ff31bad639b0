#include "hub/mac.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS_MIN 64u

void ov_macs_init(struct ov_macs *macs, uint64_t seed, uint32_t each, uint64_t age_ms)
{
    *macs = (struct ov_macs){.seed = seed, .each = each, .age_ms = age_ms};
}

void ov_macs_clear(struct ov_macs *macs)
{
    free(macs->bucket);
    memset(macs, 0, sizeof *macs);
}

/* A multiplication spreads the upper bits, which count. */
static uint32_t hash_of(const struct ov_macs *macs, const uint8_t mac[static OV_MAC_LEN])
{
    uint64_t word = 0;
    memcpy(&word, mac, OV_MAC_LEN);
    word = (word ^ macs->seed) * UINT64_C(0x9e3779b97f4a7c15);
    word = (word ^ word >> 32) * (macs->seed | 1);
    return (uint32_t)(word >> 32) & macs->mask;
}

/* ---- hash table ---- */

static struct ov_mac_entry **place_of(const struct ov_macs *macs, const uint8_t mac[static OV_MAC_LEN])
{
    struct ov_mac_entry **at = &macs->bucket[hash_of(macs, mac)];
    while (*at != NULL && memcmp((*at)->mac, mac, OV_MAC_LEN) != 0)
    {
        at = &(*at)->next;
    }
    return at;
}

static enum ov_err grow(struct ov_macs *macs)
{
    const uint32_t buckets = macs->bucket == NULL ? BUCKETS_MIN : (macs->mask + 1) * 2;
    struct ov_mac_entry **before = macs->bucket;
    const uint32_t count = before != NULL ? macs->mask + 1 : 0;
    struct ov_mac_entry **fresh = calloc(buckets, sizeof *fresh);
    if (fresh == NULL)
    {
        return OV_ERR_NOMEM;
    }
    macs->bucket = fresh;
    macs->mask = buckets - 1;
    for (uint32_t i = 0; i < count; i++)
    {
        for (struct ov_mac_entry *entry = before[i]; entry != NULL;)
        {
            struct ov_mac_entry *next = entry->next;
            struct ov_mac_entry **at = &fresh[hash_of(macs, entry->mac)];
            entry->next = *at;
            *at = entry;
            entry = next;
        }
    }
    free(before);
    return OV_OK;
}

/* ---- the list of one owner ---- */

static void list_add(struct ov_mac_owner *owner, struct ov_mac_entry *entry)
{
    entry->owner = owner;
    entry->newer = NULL;
    entry->older = owner->newest;
    *(owner->newest != NULL ? &owner->newest->newer : &owner->oldest) = entry;
    owner->newest = entry;
    owner->count++;
}

static void list_remove(struct ov_mac_entry *entry)
{
    struct ov_mac_owner *owner = entry->owner;
    *(entry->older != NULL ? &entry->older->newer : &owner->oldest) = entry->newer;
    *(entry->newer != NULL ? &entry->newer->older : &owner->newest) = entry->older;
    owner->count--;
}

static void forget(struct ov_macs *macs, struct ov_mac_entry *entry)
{
    struct ov_mac_entry **at = place_of(macs, entry->mac);
    *at = entry->next;
    list_remove(entry);
    macs->count--;
    free(entry);
}

/* ---- the verbs ---- */

static bool is_stale(const struct ov_macs *macs, const struct ov_mac_entry *entry, uint64_t now_ms)
{
    return macs->age_ms > 0 && now_ms - entry->seen_ms >= macs->age_ms;
}

static bool is_station(const struct ov_macs *macs, const uint8_t mac[static OV_MAC_LEN])
{
    static const uint8_t zero[OV_MAC_LEN];
    return !ov_mac_is_group(mac) && memcmp(mac, zero, OV_MAC_LEN) != 0 &&
           !(macs->has_own && memcmp(mac, macs->own, OV_MAC_LEN) == 0);
}

/* Room for one more address of owner; its stale ones make some. */
static enum ov_err make_room(struct ov_macs *macs, struct ov_mac_owner *owner, uint64_t now_ms)
{
    while (owner->oldest != NULL && is_stale(macs, owner->oldest, now_ms))
    {
        forget(macs, owner->oldest);
    }
    if (owner->count >= macs->each)
    {
        return OV_ERR_LIMIT;
    }
    return macs->bucket == NULL || macs->count > macs->mask ? grow(macs) : OV_OK;
}

static void see(struct ov_mac_entry *entry, struct ov_mac_owner *owner, uint64_t now_ms)
{
    list_remove(entry);
    entry->seen_ms = now_ms;
    list_add(owner, entry);
}

enum ov_err ov_macs_learn(struct ov_macs *macs, struct ov_mac_owner *owner,
                          const uint8_t mac[static OV_MAC_LEN], uint64_t now_ms, enum ov_mac_news *news)
{
    struct ov_mac_entry *entry = macs->bucket != NULL ? *place_of(macs, mac) : NULL;
    *news = OV_MAC_KNOWN;
    if (entry != NULL && entry->owner == owner)
    {
        if (entry->seen_ms != now_ms)
        {
            see(entry, owner, now_ms);
        }
        return OV_OK;
    }
    if (!is_station(macs, mac))
    {
        return OV_ERR_ADDRESS;
    }
    enum ov_err err = make_room(macs, owner, now_ms);
    if (err != OV_OK)
    {
        return err;
    }
    if (entry != NULL)
    {
        *news = OV_MAC_MOVED;
        see(entry, owner, now_ms);
        return OV_OK;
    }
    entry = calloc(1, sizeof *entry);
    if (entry == NULL)
    {
        return OV_ERR_NOMEM;
    }
    *news = OV_MAC_NEW;
    memcpy(entry->mac, mac, OV_MAC_LEN);
    entry->seen_ms = now_ms;
    struct ov_mac_entry **bucket = &macs->bucket[hash_of(macs, mac)];
    entry->next = *bucket;
    *bucket = entry;
    list_add(owner, entry);
    macs->count++;
    return OV_OK;
}

struct ov_mac_owner *ov_macs_find(const struct ov_macs *macs, const uint8_t mac[static OV_MAC_LEN],
                                  uint64_t now_ms)
{
    const struct ov_mac_entry *entry = macs->bucket != NULL ? *place_of(macs, mac) : NULL;
    return entry != NULL && !is_stale(macs, entry, now_ms) ? entry->owner : NULL;
}

void ov_macs_forget(struct ov_macs *macs, struct ov_mac_owner *owner)
{
    while (owner->oldest != NULL)
    {
        forget(macs, owner->oldest);
    }
}
