#ifndef OV_CRYPTO_DIGEST_H
#define OV_CRYPTO_DIGEST_H

#include <stdint.h>

#include "base/err.h"

enum ov_digest_id
{
    OV_DIGEST_MD5,
    OV_DIGEST_SHA1,
    OV_DIGEST_SHA224,
    OV_DIGEST_SHA256,
    OV_DIGEST_SHA384,
    OV_DIGEST_SHA512,
    OV_DIGEST_COUNT
};

#define OV_DIGEST_MAX 64u

/* Octets of output. */
uint32_t ov_digest_len(enum ov_digest_id id);
/* Canonical name: "SHA256". */
const char *ov_digest_name(enum ov_digest_id id);
/* OV_ERR_UNSUPPORTED for an unknown name. Case-insensitive; "SHA-256" is accepted too. */
OV_MUST_USE enum ov_err ov_digest_by_name(const char *name, enum ov_digest_id *id);

#endif
