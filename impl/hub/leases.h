#ifndef OV_HUB_LEASES_H
#define OV_HUB_LEASES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "hub/pool.h"

/* Addresses that stay with the name of a client while it is away (--ifconfig-pool-persist): suggestions, which yield
 * when the pool has nothing else left. */

#define OV_LEASE_NAME 65
#define OV_LEASE_LINE 192

struct ov_lease
{
    char name[OV_LEASE_NAME];
    bool has_ip4, has_ip6;
    uint32_t ip4; /* as the client has it */
    uint8_t ip6[16];
    bool in_use;
    uint64_t left; /* order of leaving: the smallest yields first */
};

struct ov_leases
{
    struct ov_lease *at; /* owned */
    uint32_t count;
    uint32_t cap;
    uint64_t leavings;
};

void ov_leases_clear(struct ov_leases *leases);

/* What is known from before; its addresses are kept free as far as they are of the pool. OV_ERR_DUPLICATE: the name
 * is known. OV_ERR_LIMIT: none of its addresses is free in the pool. OV_ERR_NOMEM. */
OV_MUST_USE enum ov_err ov_leases_learn(struct ov_leases *leases, struct ov_address_pool *pool,
                                        const struct ov_lease *lease);

/* Addresses for name: those it had, else others of the pool; has_ip4 and has_ip6 say what there was. False: a family
 * of the pool is used up. */
bool ov_leases_take(struct ov_leases *leases, struct ov_address_pool *pool, const char *name, bool wants_ip4,
                    bool wants_ip6, struct ov_lease *out);
/* The client that has the lease goes its own way with its addresses: nothing waits for it. */
void ov_leases_forget(struct ov_leases *leases, const char *name);
/* The client is gone, and its addresses were given back to the pool: they wait for it. */
void ov_leases_leave(struct ov_leases *leases, struct ov_address_pool *pool, const char *name);

/* "alice,10.8.0.4,fd00::1004": an address that there isn't is empty. In topology net30 the IPv4 address is the first
 * of its block. OV_ERR_FORMAT; an empty line and a comment are OV_ERR_AGAIN. */
OV_MUST_USE enum ov_err ov_lease_read(const char *text, size_t len, bool net30, struct ov_lease *out);
void ov_lease_write(const struct ov_lease *lease, bool net30, char out[static OV_LEASE_LINE]);

#endif
