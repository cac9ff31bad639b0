#ifndef OV_KDF_EPOCH_H
#define OV_KDF_EPOCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/key2.h"
#include "crypto/crypto.h"

/* The key schedule of the epoch data format: a chain E_1, E_2, ... per
 * direction, and from each link the key and IV that packets of this epoch are
 * sealed with [WP-EPOCH-002, WP-EPOCH-003]. Secrets: the owner wipes them. */

#define OV_EPOCH_SECRET_LEN 32u

/* HKDF-Expand with SHA-256 and the label format of TLS 1.3, prefix "ovpn "
 * [WP-EPOCH-003]. OV_ERR_ARG: label over 250 octets, context over 255, out_len
 * over 8160. OV_ERR_CRYPTO. out is zeroed on failure. */
OV_MUST_USE enum ov_err ov_expand_label(const struct ov_crypto *crypto,
                                        const uint8_t secret[static OV_EPOCH_SECRET_LEN], const char *label,
                                        const void *context, size_t context_len, uint8_t *out,
                                        size_t out_len);

/* One link of the chain: E_n of one direction. */
struct ov_epoch_secret
{
    uint16_t epoch; /* 1..65535; 0 is invalid [WP-EPOCH-005] */
    uint8_t secret[OV_EPOCH_SECRET_LEN];
};

/* E_1 from the sender's half of key2. */
void ov_epoch_first(struct ov_epoch_secret *link, const struct ov_key_half *half);

/* E_n becomes E_n+1; the old link is overwritten. OV_ERR_WRAP at epoch 65535,
 * OV_ERR_CRYPTO; link is unchanged on failure. */
OV_MUST_USE enum ov_err ov_epoch_advance(const struct ov_crypto *crypto, struct ov_epoch_secret *link);

/* What packets of one epoch are sealed and opened with. */
struct ov_epoch_key
{
    uint8_t key[OV_AEAD_KEY_MAX]; /* first ov_aead_key_len octets are used, the rest is zero */
    uint8_t iv[OV_AEAD_NONCE_LEN];
};

/* K_n and I_n. OV_ERR_CRYPTO; out is zeroed on failure. */
OV_MUST_USE enum ov_err ov_epoch_key_of(const struct ov_crypto *crypto, const struct ov_epoch_secret *link,
                                        enum ov_aead_id aead, struct ov_epoch_key *out);

/* nonce = (epoch | counter | 0000) xor iv [WP-EPOCH-004]. packet_id is the
 * epoch in the upper 16 bits and the counter in the lower 48. */
void ov_epoch_nonce(uint64_t packet_id, const uint8_t iv[static OV_AEAD_NONCE_LEN],
                    uint8_t nonce[static OV_AEAD_NONCE_LEN]);

#endif
