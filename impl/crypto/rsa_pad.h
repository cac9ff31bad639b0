#ifndef OV_CRYPTO_RSA_PAD_H
#define OV_CRYPTO_RSA_PAD_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/crypto.h"

/* What RSA signs instead of a bare digest, for keys that are elsewhere [RFC 8017]. */

#define OV_RSA_INFO_MAX (19u + OV_DIGEST_MAX)

/* DigestInfo. OV_ERR_UNSUPPORTED: TLS signs with no such digest. */
OV_MUST_USE enum ov_err ov_rsa_digest_info(enum ov_digest_id id, const uint8_t *digest,
                                           uint8_t out[static OV_RSA_INFO_MAX], size_t *out_len);

/* EMSA-PKCS1-v1_5: len octets to size, those of the modulus. OV_ERR_LIMIT: the key is too short for them. */
OV_MUST_USE enum ov_err ov_rsa_pad_pkcs1(const uint8_t *in, size_t len, uint8_t *out, size_t size);

/* EMSA-PSS as TLS has it: mask of the same digest, salt as long as it. bits are those of the modulus, out gets as many
 * octets as it has. OV_ERR_LIMIT: the key is too short; what hash says. */
typedef enum ov_err ov_rsa_hash(enum ov_digest_id id, const struct ov_slice *in, size_t count, uint8_t *out);
OV_MUST_USE enum ov_err ov_rsa_pad_pss(ov_rsa_hash *hash, enum ov_digest_id id, const uint8_t *digest,
                                       const uint8_t *salt, size_t bits, uint8_t *out);

#endif
