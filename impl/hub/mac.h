#ifndef OV_HUB_MAC_H
#define OV_HUB_MAC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "wire/ether.h"

/* Which client a MAC address is behind, learned from the frames that come from it, as a switch does [WP-SRV-008].
 * Memory is bounded: so many addresses for each owner. */

struct ov_mac_entry
{
    uint8_t mac[OV_MAC_LEN];
    uint64_t seen_ms;
    struct ov_mac_owner *owner;
    struct ov_mac_entry *next;          /* in its bucket */
    struct ov_mac_entry *older, *newer; /* of the same owner, by seen_ms */
};

/* A client's addresses; all-zero: none. Part of the client. */
struct ov_mac_owner
{
    struct ov_mac_entry *oldest, *newest;
    uint32_t count;
};

struct ov_macs
{
    uint64_t seed;   /* against chosen collisions */
    uint32_t each;   /* most of one owner */
    uint64_t age_ms; /* those not seen for so long are nobody's; 0: never */
    bool has_own;
    uint8_t own[OV_MAC_LEN]; /* the tap device's: no client has it */
    uint32_t count;
    uint32_t mask;                /* buckets - 1 */
    struct ov_mac_entry **bucket; /* NULL: nothing was learned yet */
};

/* What became of an address that was seen. */
enum ov_mac_news
{
    OV_MAC_KNOWN = 0,
    OV_MAC_NEW,
    OV_MAC_MOVED /* it was another owner's: stations move, and the last one that sent has it, as stock has it */
};

void ov_macs_init(struct ov_macs *macs, uint64_t seed, uint32_t each, uint64_t age_ms);
/* Owners must be forgotten before. */
void ov_macs_clear(struct ov_macs *macs);

/* A frame came from owner with this source address. OV_ERR_ADDRESS: it is zero, a group's, or our own;
 * OV_ERR_LIMIT: it would be one too many of this owner; OV_ERR_NOMEM. */
OV_MUST_USE enum ov_err ov_macs_learn(struct ov_macs *macs, struct ov_mac_owner *owner,
                                      const uint8_t mac[static OV_MAC_LEN], uint64_t now_ms,
                                      enum ov_mac_news *news);
/* Behind whom is it? NULL: nobody knows. */
struct ov_mac_owner *ov_macs_find(const struct ov_macs *macs, const uint8_t mac[static OV_MAC_LEN],
                                  uint64_t now_ms);
/* All of one owner's. */
void ov_macs_forget(struct ov_macs *macs, struct ov_mac_owner *owner);

#endif
