#ifndef OV_CRYPTO_CIPHER_H
#define OV_CRYPTO_CIPHER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* Ciphers of the data channel, by what they need: AEAD ciphers authenticate by
 * themselves, the others have an HMAC beside them (crypto/etm.h). */

enum ov_aead_id
{
    OV_AEAD_AES_128_GCM,
    OV_AEAD_AES_192_GCM,
    OV_AEAD_AES_256_GCM,
    OV_AEAD_CHACHA20_POLY1305,
    OV_AEAD_COUNT
};

/* Every cipher that can be negotiated. The AEAD ones come first, with the
 * numbers of enum ov_aead_id. */
enum ov_cipher_id
{
    OV_CIPHER_AES_128_GCM = OV_AEAD_AES_128_GCM,
    OV_CIPHER_AES_192_GCM = OV_AEAD_AES_192_GCM,
    OV_CIPHER_AES_256_GCM = OV_AEAD_AES_256_GCM,
    OV_CIPHER_CHACHA20_POLY1305 = OV_AEAD_CHACHA20_POLY1305,
    OV_CIPHER_AES_128_CBC = OV_AEAD_COUNT,
    OV_CIPHER_AES_192_CBC,
    OV_CIPHER_AES_256_CBC,
    OV_CIPHER_NONE,
    OV_CIPHER_COUNT
};

#define OV_CIPHER_KEY_MAX 32u

/* Is it one of enum ov_aead_id? The numbers are the same, so a cast turns one into the other. */
static inline bool ov_cipher_is_aead(enum ov_cipher_id id)
{
    return (unsigned)id < OV_AEAD_COUNT;
}

/* Octets of key: 16, 24, 32; 0 for none. */
uint32_t ov_cipher_key_len(enum ov_cipher_id id);
/* Canonical name as on the wire, such as "AES-256-GCM" or "none" [WP-NCP-013]. */
const char *ov_cipher_name(enum ov_cipher_id id);
/* OV_ERR_UNSUPPORTED for any other name. Case-insensitive. */
OV_MUST_USE enum ov_err ov_cipher_by_name(const char *name, enum ov_cipher_id *id);

/* The same for AEAD ciphers only. */
uint32_t ov_aead_key_len(enum ov_aead_id id); /* [WP-DATA-026] */
const char *ov_aead_name(enum ov_aead_id id);
/* OV_ERR_UNSUPPORTED for a name that is not an AEAD. Case-insensitive. */
OV_MUST_USE enum ov_err ov_aead_by_name(const char *name, enum ov_aead_id *id);

#endif
