#ifndef OV_CRYPTO_DIGEST_H
#define OV_CRYPTO_DIGEST_H

#include <stdint.h>

#include "base/err.h"

/* Every digest that OpenVPN 2.x takes for its HMAC (--show-digests). No library has all of them. */
enum ov_digest_id
{
    OV_DIGEST_MD5,
    OV_DIGEST_SHA1,
    OV_DIGEST_SHA224,
    OV_DIGEST_SHA256,
    OV_DIGEST_SHA384,
    OV_DIGEST_SHA512,
    OV_DIGEST_SHA512_224,
    OV_DIGEST_SHA512_256,
    OV_DIGEST_SHA3_224,
    OV_DIGEST_SHA3_256,
    OV_DIGEST_SHA3_384,
    OV_DIGEST_SHA3_512,
    OV_DIGEST_BLAKE2B512,
    OV_DIGEST_BLAKE2S256,
    OV_DIGEST_RIPEMD160,
    OV_DIGEST_SM3,
    OV_DIGEST_MD5_SHA1,
    OV_DIGEST_MD4,
    OV_DIGEST_WHIRLPOOL,
    OV_DIGEST_COUNT
};

#define OV_DIGEST_MAX 64u

/* Octets of output. */
uint32_t ov_digest_len(enum ov_digest_id id);
/* Canonical name: "SHA256". */
const char *ov_digest_name(enum ov_digest_id id);
/* OV_ERR_UNSUPPORTED for an unknown name. Case-insensitive; other spellings such as "SHA-256" are accepted too. */
OV_MUST_USE enum ov_err ov_digest_by_name(const char *name, enum ov_digest_id *id);

#endif
