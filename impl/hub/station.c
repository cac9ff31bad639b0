#include "hub/station.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS_MIN 64u

void ov_stations_init(struct ov_stations *stations, uint64_t seed, uint32_t each, uint64_t age_ms)
{
    *stations = (struct ov_stations){.seed = seed, .each = each, .age_ms = age_ms};
}

void ov_stations_clear(struct ov_stations *stations)
{
    free(stations->bucket);
    memset(stations, 0, sizeof *stations);
}

static uint64_t mix(uint64_t word, uint64_t seed)
{
    word = (word ^ seed) * UINT64_C(0x9e3779b97f4a7c15);
    return (word ^ word >> 32) * (seed | 1);
}

/* A multiplication spreads the upper bits, which count. */
static uint32_t hash_of(const struct ov_stations *stations, const struct ov_station *station)
{
    uint64_t word[2];
    memcpy(word, station->octets, sizeof word);
    word[0] = mix(word[0] ^ station->vlan, stations->seed);
    return (uint32_t)((station->len > sizeof word[0] ? mix(word[1] ^ word[0], stations->seed) : word[0]) >>
                      32) &
           stations->mask;
}

/* ---- hash table ---- */

static struct ov_station_entry **place_of(const struct ov_stations *stations,
                                          const struct ov_station *station)
{
    struct ov_station_entry **at = &stations->bucket[hash_of(stations, station)];
    while (*at != NULL && memcmp(&(*at)->station, station, sizeof *station) != 0)
    {
        at = &(*at)->next;
    }
    return at;
}

static enum ov_err grow(struct ov_stations *stations)
{
    const uint32_t buckets = stations->bucket == NULL ? BUCKETS_MIN : (stations->mask + 1) * 2;
    struct ov_station_entry **before = stations->bucket;
    const uint32_t count = before != NULL ? stations->mask + 1 : 0;
    struct ov_station_entry **fresh = calloc(buckets, sizeof *fresh);
    if (fresh == NULL)
    {
        return OV_ERR_NOMEM;
    }
    stations->bucket = fresh;
    stations->mask = buckets - 1;
    for (uint32_t i = 0; i < count; i++)
    {
        for (struct ov_station_entry *entry = before[i]; entry != NULL;)
        {
            struct ov_station_entry *next = entry->next;
            struct ov_station_entry **at = &fresh[hash_of(stations, &entry->station)];
            entry->next = *at;
            *at = entry;
            entry = next;
        }
    }
    free(before);
    return OV_OK;
}

/* ---- the list of one owner ---- */

static void list_add(struct ov_station_owner *owner, struct ov_station_entry *entry)
{
    entry->owner = owner;
    entry->newer = NULL;
    entry->older = owner->newest;
    *(owner->newest != NULL ? &owner->newest->newer : &owner->oldest) = entry;
    owner->newest = entry;
    owner->count++;
}

static void list_remove(struct ov_station_entry *entry)
{
    struct ov_station_owner *owner = entry->owner;
    *(entry->older != NULL ? &entry->older->newer : &owner->oldest) = entry->newer;
    *(entry->newer != NULL ? &entry->newer->older : &owner->newest) = entry->older;
    owner->count--;
}

static void forget(struct ov_stations *stations, struct ov_station_entry *entry)
{
    struct ov_station_entry **at = place_of(stations, &entry->station);
    *at = entry->next;
    list_remove(entry);
    stations->count--;
    free(entry);
}

/* ---- the verbs ---- */

bool ov_station_is_stale(const struct ov_stations *stations, const struct ov_station_entry *entry,
                         uint64_t now_ms)
{
    return stations->age_ms > 0 && now_ms - entry->seen_ms >= stations->age_ms;
}

static bool is_station(const struct ov_stations *stations, const struct ov_station *station)
{
    static const uint8_t zero[OV_MAC_LEN];
    const uint8_t *mac = station->octets;
    if (station->len != OV_MAC_LEN)
    {
        return true;
    }
    return !ov_mac_is_group(mac) && memcmp(mac, zero, OV_MAC_LEN) != 0 &&
           !(stations->has_own && memcmp(mac, stations->own, OV_MAC_LEN) == 0);
}

/* Room for one more address of owner; its stale ones make some. */
static enum ov_err make_room(struct ov_stations *stations, struct ov_station_owner *owner, uint64_t now_ms)
{
    while (owner->oldest != NULL && ov_station_is_stale(stations, owner->oldest, now_ms))
    {
        forget(stations, owner->oldest);
    }
    if (owner->count >= (owner->most > 0 ? owner->most : stations->each))
    {
        return OV_ERR_LIMIT;
    }
    return stations->bucket == NULL || stations->count > stations->mask ? grow(stations) : OV_OK;
}

static void see(struct ov_station_entry *entry, struct ov_station_owner *owner, uint64_t now_ms)
{
    list_remove(entry);
    entry->seen_ms = now_ms;
    list_add(owner, entry);
}

enum ov_err ov_stations_learn(struct ov_stations *stations, struct ov_station_owner *owner,
                              const struct ov_station *station, uint64_t now_ms, enum ov_station_news *news)
{
    struct ov_station_entry *entry = stations->bucket != NULL ? *place_of(stations, station) : NULL;
    *news = OV_STATION_KNOWN;
    if (entry != NULL && entry->owner == owner)
    {
        if (entry->seen_ms != now_ms)
        {
            see(entry, owner, now_ms);
        }
        return OV_OK;
    }
    if (!is_station(stations, station))
    {
        return OV_ERR_ADDRESS;
    }
    enum ov_err err = make_room(stations, owner, now_ms);
    if (err != OV_OK)
    {
        return err;
    }
    if (entry != NULL)
    {
        *news = OV_STATION_MOVED;
        see(entry, owner, now_ms);
        return OV_OK;
    }
    entry = calloc(1, sizeof *entry);
    if (entry == NULL)
    {
        return OV_ERR_NOMEM;
    }
    *news = OV_STATION_NEW;
    entry->station = *station;
    entry->seen_ms = now_ms;
    struct ov_station_entry **bucket = &stations->bucket[hash_of(stations, station)];
    entry->next = *bucket;
    *bucket = entry;
    list_add(owner, entry);
    stations->count++;
    return OV_OK;
}

struct ov_station_owner *ov_stations_find(const struct ov_stations *stations,
                                          const struct ov_station *station, uint64_t now_ms)
{
    const struct ov_station_entry *entry = stations->bucket != NULL ? *place_of(stations, station) : NULL;
    return entry != NULL && !ov_station_is_stale(stations, entry, now_ms) ? entry->owner : NULL;
}

void ov_stations_forget(struct ov_stations *stations, struct ov_station_owner *owner)
{
    while (owner->oldest != NULL)
    {
        forget(stations, owner->oldest);
    }
}
