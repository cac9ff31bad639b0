#ifndef OV_DATA_KEY_H
#define OV_DATA_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/key2.h"
#include "base/rng.h"
#include "crypto/crypto.h"
#include "kdf/key2.h"
#include "replay/issue.h"
#include "replay/window.h"

struct ov_data_format;
struct ov_data_epoch;

/* AEAD with short packet ids (section 6.2). */
struct ov_data_aead
{
    struct ov_aead_key *seal;
    struct ov_aead_key *open;
    uint8_t seal_iv[OV_IMPLICIT_IV_LEN];
    uint8_t open_iv[OV_IMPLICIT_IV_LEN];
};

/* Cipher and HMAC (sections 6.5, 6.6). */
struct ov_data_etm
{
    struct ov_etm_key *seal;
    struct ov_etm_key *open;
    const struct ov_rng *rng;   /* IVs */
    uint8_t mac_len;            /* 0: --auth none */
    uint8_t iv_len;             /* 0: cipher none */
    uint8_t unit;               /* what padding fills up: a block with CBC, else 1 */
    uint8_t id_len;             /* packet id in front of the plaintext: 4, 8 (long); 0: the IV is the id */
    bool bare;                  /* static key mode: no opcode in front [WP-FRM-024] */
    struct ov_issue_long issue; /* long ids */
    uint32_t wall_s;            /* the time in them until ids wrap */
};

/* Which packet ids were seen; short ones have time 0. */
struct ov_data_window
{
    struct ov_replay_long seen;
    uint64_t *ring; /* for windows above 64; owned */
};

/* The data channel keys of one key-id, both directions, with everything that
 * must never be shared between keys: packet ids, replay window, usage counts.
 * All-zero is "no key". */
struct ov_data_key
{
    const struct ov_data_format *format; /* NULL: no key. Says which of the union's members is meant. */
    const struct ov_crypto *crypto;
    enum ov_cipher_id cipher;
    uint8_t key_id;
    uint64_t lent; /* not 0: the sealing half is with the outlet of this number (data/outlet.h) */
    union
    {
        struct ov_data_aead aead;
        struct ov_data_etm etm;
        struct ov_data_epoch *epoch; /* owned */
    };
    struct ov_issue issue;        /* short ids; not in the epoch format, which numbers by epoch */
    struct ov_data_window window; /* the same */

    uint64_t sealed_packets, sealed_blocks, sealed_octets; /* blocks of 16 octets [WP-DATA-040] */
    uint64_t opened_packets, opened_blocks, opened_octets;
    uint64_t failed; /* packets that did not authenticate [WP-DATA-041] */
};

/* What a key is made of; key2 is borrowed for the call, crypto and rng for the life of the key. */
struct ov_data_key_spec
{
    const struct ov_crypto *crypto;
    const struct ov_rng *rng; /* needed by CBC alone */
    uint32_t wall_s;          /* now: what long packet ids begin with [WP-RPL-002] */
    enum ov_cipher_id cipher;
    bool epoch; /* epoch format; AEAD only [WP-EPOCH-001] */
    bool
        bare; /* static key mode; never AEAD [WP-DATA-058]. Role and key2 as everywhere: a client seals with K0. */
    bool auth_none; /* --auth none; not looked at with AEAD */
    enum ov_digest_id auth;
    const struct ov_key2 *key2;
    enum ov_role role;
    uint8_t key_id;
    uint32_t replay_window; /* packets */
    uint32_t replay_time_s; /* 0: no time part */
};

/* OV_ERR_UNSUPPORTED: the library lacks the cipher or digest; OV_ERR_NOMEM, OV_ERR_CRYPTO,
 * OV_ERR_ARG (window; epoch without AEAD). key is all-zero on failure. */
OV_MUST_USE enum ov_err ov_data_key_init(struct ov_data_key *key, const struct ov_data_key_spec *spec);
/* Frees and wipes; all-zero afterwards, and fine before. */
void ov_data_key_clear(struct ov_data_key *key);

static inline bool ov_data_key_usable(const struct ov_data_key *key)
{
    return key->format != NULL;
}

/* Largest tunnel packet that is at most octets long once it is sealed, without outer IP and UDP; 0: none
 * is [WP-MTU-002]. v2: DATA_V2. */
uint32_t ov_data_key_fits(const struct ov_data_key *key, bool v2, uint32_t octets);

/* Octets that sealing adds in front of a tunnel packet and behind it, at most. */
struct ov_data_room
{
    uint32_t head;
    uint32_t tail;
};

/* 0 and 0 without a key. */
struct ov_data_room ov_data_key_room(const struct ov_data_key *key, bool v2);

/* Is anything authentic under this key, or may anybody make its packets (--auth none without AEAD)? */
bool ov_data_key_authenticates(const struct ov_data_key *key);

/* Limits that the user set, 0 for none [WP-STATE-024]. */
struct ov_data_limits
{
    uint64_t octets;  /* --reneg-bytes */
    uint64_t packets; /* --reneg-pkts */
};

/* Why this key should be replaced soon, NULL if it is still good: packet ids or epochs near their end
 * [WP-DATA-042, WP-EPOCH-010], AEAD usage above 7/8 of its limit [WP-DATA-040], too many forgeries
 * [WP-DATA-041], or a limit of the user. */
const char *ov_data_key_worn(const struct ov_data_key *key, const struct ov_data_limits *limits);

/* AES-GCM: packets and blocks together stay at or below this [WP-DATA-040]. */
#define OV_DATA_GCM_LIMIT ((UINT64_C(1) << 36) - 1)
/* From here on: a new key, or a new epoch. */
#define OV_DATA_GCM_SOFT (OV_DATA_GCM_LIMIT / 8 * 7)
/* Forgeries: ask for a new key, stop opening [WP-DATA-041]. */
#define OV_DATA_FAILED_RENEG (UINT64_C(1) << 35)
#define OV_DATA_FAILED_LIMIT (UINT64_C(1) << 36)

#endif
