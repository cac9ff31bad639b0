#ifndef OV_HUB_COOKIE_H
#define OV_HUB_COOKIE_H

#include "base/addr.h"
#include "base/rng.h"
#include "crypto/crypto.h"
#include "wire/session_id.h"

/* The session id of a stateless reply proves that the client can receive at
 * its address: HMAC-SHA256(key; slot u32 | address | client's session id) [WP-COOK-002], cut
 * to 8 octets [WP-COOK-001]. */
struct ov_cookie
{
    const struct ov_crypto *crypto;
    uint32_t slot_s; /* length of a time slot in seconds */
    uint8_t key[32]; /* random, of this process */
};

/* Slots before the present one that are accepted too [WP-COOK-003]. */
#define OV_COOKIE_OLDER 2u

/* The error of rng. */
OV_MUST_USE enum ov_err ov_cookie_init(struct ov_cookie *cookie, const struct ov_crypto *crypto,
                                       const struct ov_rng *rng, uint32_t hand_window_s);
void ov_cookie_clear(struct ov_cookie *cookie);

/* Server session id for this client at this time, never zero. OV_ERR_CRYPTO. */
OV_MUST_USE enum ov_err ov_cookie_make(const struct ov_cookie *cookie, const struct ov_addr *addr,
                                       const struct ov_sid *client, uint64_t now_s, struct ov_sid *out);
/* Is claimed what we gave to this client in this slot or the two before? OV_ERR_SESSION_ID: no. OV_ERR_CRYPTO. */
OV_MUST_USE enum ov_err ov_cookie_check(const struct ov_cookie *cookie, const struct ov_addr *addr,
                                        const struct ov_sid *client, uint64_t now_s,
                                        const struct ov_sid *claimed);

#endif
