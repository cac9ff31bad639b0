#ifndef OV_DATA_KEY_H
#define OV_DATA_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/key2.h"
#include "crypto/crypto.h"
#include "kdf/key2.h"
#include "replay/issue.h"
#include "replay/window.h"

/* The data channel keys of one key-id, both directions, with everything that
 * must never be shared between keys: packet ids, replay window, usage counts.
 * All-zero is "no key". */
struct ov_data_key
{
    const struct ov_aead_ops *ops; /* NULL: no key */
    struct ov_aead_key *seal;
    struct ov_aead_key *open;
    uint8_t key_id;
    enum ov_aead_id cipher;
    uint8_t seal_iv[OV_IMPLICIT_IV_LEN];
    uint8_t open_iv[OV_IMPLICIT_IV_LEN];
    struct ov_issue issue;
    struct ov_replay replay;
    uint64_t *ring; /* of replay, for windows above 64; owned */

    uint64_t sealed_packets, sealed_blocks, sealed_octets; /* blocks of 16 octets [WP-DATA-040] */
    uint64_t opened_packets, opened_blocks, opened_octets;
    uint64_t failed; /* packets that did not authenticate [WP-DATA-041] */
};

/* What a key is made of; borrowed for the call. */
struct ov_data_key_spec
{
    const struct ov_aead_ops *ops;
    enum ov_aead_id cipher;
    const struct ov_key2 *key2;
    enum ov_role role;
    uint8_t key_id;
    uint32_t replay_window; /* packets */
    uint32_t replay_time_s; /* 0: no time part */
};

/* OV_ERR_UNSUPPORTED: the library lacks the cipher; OV_ERR_NOMEM, OV_ERR_CRYPTO,
 * OV_ERR_ARG (window). key is all-zero on failure. */
OV_MUST_USE enum ov_err ov_data_key_init(struct ov_data_key *key, const struct ov_data_key_spec *spec);
/* Frees and wipes; all-zero afterwards, and fine before. */
void ov_data_key_clear(struct ov_data_key *key);

static inline bool ov_data_key_usable(const struct ov_data_key *key)
{
    return key->ops != NULL;
}

/* Limits that the user set, 0 for none [WP-STATE-024]. */
struct ov_data_limits
{
    uint64_t octets;  /* --reneg-bytes */
    uint64_t packets; /* --reneg-pkts */
};

/* Why this key should be replaced soon, NULL if it is still good: packet ids near their end
 * [WP-DATA-042], AEAD usage above 7/8 of its limit [WP-DATA-040], too many forgeries
 * [WP-DATA-041], or a limit of the user. */
const char *ov_data_key_worn(const struct ov_data_key *key, const struct ov_data_limits *limits);

/* AES-GCM: packets and blocks together stay at or below this [WP-DATA-040]. */
#define OV_DATA_GCM_LIMIT ((UINT64_C(1) << 36) - 1)
/* Forgeries: ask for a new key, stop opening [WP-DATA-041]. */
#define OV_DATA_FAILED_RENEG (UINT64_C(1) << 35)
#define OV_DATA_FAILED_LIMIT (UINT64_C(1) << 36)

#endif
