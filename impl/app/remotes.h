#ifndef OV_APP_REMOTES_H
#define OV_APP_REMOTES_H

#include <stdbool.h>

#include "base/addr.h"
#include "base/rng.h"
#include "options/config.h"

/* Which address a client tries next. A value without I/O; all-zero with list
 * and count set is a valid start. */

#define OV_REMOTES_ADDRS 32u
#define OV_REMOTES_HOST  272

struct ov_remotes
{
    const struct ov_remote *list; /* borrowed, never empty */
    struct ov_remote *shuffled;   /* --remote-random: the same in another order, owned; NULL: as written */
    size_t count;
    size_t at; /* the entry that is being tried */
    struct ov_addr addrs[OV_REMOTES_ADDRS];
    size_t addrs_count; /* 0: the entry has to be looked up */
    size_t addr_at;
    uint32_t attempts; /* since the last success */
    bool is_other;     /* management gave another host and port instead of this entry's */
    struct ov_remote other;
    char other_host[OV_REMOTES_HOST];
};

/* Another host and port for this attempt, all else as the entry says. */
void ov_remotes_replace(struct ov_remotes *remotes, const char *host, uint16_t port);

/* An order drawn once [WP-CLI-002]. OV_ERR_NOMEM, or the generator's error. */
OV_MUST_USE enum ov_err ov_remotes_shuffle(struct ov_remotes *remotes, const struct ov_rng *rng);
void ov_remotes_clear(struct ov_remotes *remotes);
/* How often the whole list has been tried since the last success. */
uint32_t ov_remotes_rounds(const struct ov_remotes *remotes);
/* --remote-random-hostname: "1f2e3d4c5b6a." in front of a name; an address stays as it is. */
OV_MUST_USE enum ov_err ov_remotes_random_host(const char *host, const struct ov_rng *rng,
                                               char out[static OV_REMOTES_HOST]);

/* The entry to try, or to look up. */
const struct ov_remote *ov_remotes_entry(const struct ov_remotes *remotes);
/* The address to try; NULL: the entry has to be looked up first. */
const struct ov_addr *ov_remotes_addr(const struct ov_remotes *remotes);
/* What the lookup of the entry gave; those that don't suit its protocol are
 * left out. False: none remains, the attempt has failed. */
bool ov_remotes_resolved(struct ov_remotes *remotes, const struct ov_addr *addrs, size_t count);
/* The attempt failed: next address, after the last one the next entry [WP-CLI-002]. */
void ov_remotes_failed(struct ov_remotes *remotes);
/* Next entry, whatever addresses are left: what a server may ask for. */
void ov_remotes_skip(struct ov_remotes *remotes);
/* Connected: when this is lost, the same address is tried first [WP-CLI-006]. */
void ov_remotes_connected(struct ov_remotes *remotes);

#endif
