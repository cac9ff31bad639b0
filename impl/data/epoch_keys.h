#ifndef OV_DATA_EPOCH_KEYS_H
#define OV_DATA_EPOCH_KEYS_H

#include "data/format.h"
#include "kdf/epoch.h"

/* The keys of the epoch format (section 6.3): one chain of secrets for each
 * direction. Only data/ includes this. */

#define OV_EPOCH_FUTURE       16u     /* epochs ahead that are accepted [WP-EPOCH-007] */
#define OV_EPOCH_RENEGOTIATE  0xF000u /* [WP-EPOCH-010] */
#define OV_EPOCH_COUNTER_MAX  ((UINT64_C(1) << 48) - 1)
#define OV_EPOCH_COUNTER_SOFT (OV_EPOCH_COUNTER_MAX / 8 * 7) /* from here on the next epoch */

/* Packet id as on the wire: the epoch in the upper 16 bits. */
static inline uint64_t ov_epoch_id(uint16_t epoch, uint64_t counter)
{
    return (uint64_t)epoch << 48 | counter;
}

/* Key of one epoch in one direction. */
struct ov_epoch_end
{
    uint16_t epoch; /* 0: none */
    struct ov_aead_key *key;
    uint8_t iv[OV_AEAD_NONCE_LEN];
};

struct ov_epoch_usage
{
    uint64_t packets;
    uint64_t blocks;
};

struct ov_data_epoch
{
    enum ov_aead_id aead;

    struct ov_epoch_secret seal_chain; /* of the epoch that seals */
    struct ov_epoch_end seal;
    struct ov_epoch_usage sealed; /* in this epoch */
    uint64_t counter;             /* last one given out in this epoch */

    struct ov_epoch_secret open_chain; /* of the newest epoch that has a key */
    struct ov_epoch_end current;
    struct ov_epoch_end previous;
    struct ov_epoch_end future[OV_EPOCH_FUTURE]; /* [i] is current + 1 + i; made when first asked for */
    struct ov_epoch_usage opened;                /* in the current one */
    struct ov_data_window window;                /* of current [WP-EPOCH-009] */
    struct ov_data_window previous_window;
};

/* Both directions at epoch 1 [WP-EPOCH-002, 005]. Errors as ov_data_key_init. */
OV_MUST_USE enum ov_err ov_epoch_keys_init(struct ov_data_key *key, const struct ov_data_key_spec *spec);
void ov_epoch_keys_clear(struct ov_data_key *key);

/* The key that opens packets of this epoch. Keys of future epochs are made here, at most
 * OV_EPOCH_FUTURE of them ahead of what was authentic, whatever anybody claims. OV_ERR_WINDOW: an
 * epoch outside of what is accepted; OV_ERR_NOMEM, OV_ERR_CRYPTO. */
OV_MUST_USE enum ov_err ov_epoch_find(struct ov_data_key *key, uint16_t epoch, struct ov_epoch_end **out);
/* Only a key that exists; NULL: none, or no longer. */
struct ov_epoch_end *ov_epoch_known(struct ov_data_epoch *state, uint16_t epoch);
/* Its replay window; NULL unless it is current or previous. */
struct ov_data_window *ov_epoch_window(struct ov_data_epoch *state, uint16_t epoch);

/* A packet of a future epoch authenticated: that epoch becomes current, the former previous, and what
 * was before or between is forgotten [WP-EPOCH-008]. OV_ERR_ARG never happens with keys from init. */
OV_MUST_USE enum ov_err ov_epoch_promote(struct ov_data_key *key, uint16_t epoch);

/* Which epoch should seal: the peer's, or one further when a limit is near. */
uint16_t ov_epoch_wanted(const struct ov_data_key *key);
/* format.h's move_seal. Whoever opens goes on telling the other which epoch is wanted. */
OV_MUST_USE enum ov_err ov_epoch_move_seal(struct ov_data_key *from, struct ov_data_key *to);

/* Before sealing: follow the peer, or go one epoch on when a limit is near [WP-EPOCH-006]. OV_ERR_NOMEM,
 * OV_ERR_CRYPTO: the epoch stays as it is. At the last epoch it stays too. */
OV_MUST_USE enum ov_err ov_epoch_keep_up(struct ov_data_key *key);

#endif
