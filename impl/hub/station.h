#ifndef OV_HUB_STATION_H
#define OV_HUB_STATION_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/err.h"
#include "wire/ether.h"

/* Which client an address is behind, learned from what comes from it: MAC addresses as a switch learns them
 * [WP-SRV-008], and addresses in its iroute networks [WP-SRV-009]. Memory is bounded: so many for each owner. */

/* One of those addresses; every octet counts in comparisons. */
struct ov_station
{
    uint8_t octets[16]; /* zero behind len */
    uint16_t len;       /* OV_MAC_LEN, 4 or 16 */
    uint16_t vlan;      /* a MAC address is known in its VLAN; 0: there are none */
};

static inline struct ov_station ov_station_of(const uint8_t *octets, uint8_t len, uint16_t vlan)
{
    struct ov_station station = {.len = len, .vlan = vlan};
    memcpy(station.octets, octets, len);
    return station;
}

struct ov_station_entry
{
    struct ov_station station;
    uint64_t seen_ms;
    struct ov_station_owner *owner;
    struct ov_station_entry *next;          /* in its bucket */
    struct ov_station_entry *older, *newer; /* of the same owner, by seen_ms */
};

/* A client's addresses; all-zero: none. Part of the client. */
struct ov_station_owner
{
    struct ov_station_entry *oldest, *newest;
    uint32_t count;
    uint32_t most; /* instead of those that everybody may have; 0: as everybody */
};

struct ov_stations
{
    uint64_t seed;   /* against chosen collisions */
    uint32_t each;   /* most of one owner */
    uint64_t age_ms; /* those not seen for so long are nobody's; 0: never */
    bool has_own;
    uint8_t own[OV_MAC_LEN]; /* the tap device's: no client has it */
    uint32_t count;
    uint32_t mask;                    /* buckets - 1 */
    struct ov_station_entry **bucket; /* NULL: nothing was learned yet */
};

/* What became of an address that was seen. */
enum ov_station_news
{
    OV_STATION_KNOWN = 0,
    OV_STATION_NEW,
    OV_STATION_MOVED /* it was another owner's: stations move, and the last one that sent has it, as stock has it */
};

void ov_stations_init(struct ov_stations *stations, uint64_t seed, uint32_t each, uint64_t age_ms);
/* Owners must be forgotten before. */
void ov_stations_clear(struct ov_stations *stations);

/* Something came from owner with this source address. OV_ERR_ADDRESS: a MAC address that is zero, a group's, or our own;
 * OV_ERR_LIMIT: it would be one too many of this owner; OV_ERR_NOMEM. */
OV_MUST_USE enum ov_err ov_stations_learn(struct ov_stations *stations, struct ov_station_owner *owner,
                                          const struct ov_station *station, uint64_t now_ms,
                                          enum ov_station_news *news);
/* Not seen for so long that it is nobody's. */
bool ov_station_is_stale(const struct ov_stations *stations, const struct ov_station_entry *entry,
                         uint64_t now_ms);
/* Behind whom is it? NULL: nobody knows. */
struct ov_station_owner *ov_stations_find(const struct ov_stations *stations,
                                          const struct ov_station *station, uint64_t now_ms);
/* All of one owner's. */
void ov_stations_forget(struct ov_stations *stations, struct ov_station_owner *owner);

#endif
