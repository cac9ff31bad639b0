#ifndef OV_CRYPTO_CIPHER_H
#define OV_CRYPTO_CIPHER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/cipher_list.h"

/* Ciphers of the data channel, by what they need: AEAD ciphers authenticate by
 * themselves, the others have an HMAC beside them (crypto/etm.h). */

enum ov_cipher_mode
{
    OV_MODE_AEAD,
    OV_MODE_CBC,    /* whole blocks, padded */
    OV_MODE_STREAM, /* CFB and OFB: as many octets as there are [WP-DATA-052] */
    OV_MODE_NONE
};

/* Every cipher that has a name, OV_CIPHER_AES_128_GCM and so on. No library has all of them. */
enum ov_cipher_id
{
#define OV_CIPHER_ID(id, name, key_len, mode, block_len) OV_CIPHER_##id,
    OV_CIPHER_LIST(OV_CIPHER_ID)
#undef OV_CIPHER_ID
    OV_CIPHER_COUNT
};

/* The AEAD ones, with the same numbers. */
enum ov_aead_id
{
    OV_AEAD_AES_128_GCM = OV_CIPHER_AES_128_GCM,
    OV_AEAD_AES_192_GCM = OV_CIPHER_AES_192_GCM,
    OV_AEAD_AES_256_GCM = OV_CIPHER_AES_256_GCM,
    OV_AEAD_CHACHA20_POLY1305 = OV_CIPHER_CHACHA20_POLY1305,
    OV_AEAD_ARIA_128_GCM = OV_CIPHER_ARIA_128_GCM,
    OV_AEAD_ARIA_192_GCM = OV_CIPHER_ARIA_192_GCM,
    OV_AEAD_ARIA_256_GCM = OV_CIPHER_ARIA_256_GCM,
    OV_AEAD_COUNT
};

#define OV_CIPHER_KEY_MAX   32u
#define OV_CIPHER_BLOCK_MAX 16u
#define OV_CIPHER_BLOCK_MIN 8u

/* Is it one of enum ov_aead_id? The numbers are the same, so a cast turns one into the other. */
static inline bool ov_cipher_is_aead(enum ov_cipher_id id)
{
    return (unsigned)id < OV_AEAD_COUNT;
}

enum ov_cipher_mode ov_cipher_mode(enum ov_cipher_id id);
/* Octets of key: 5 to 32; 0 for none. */
uint32_t ov_cipher_key_len(enum ov_cipher_id id);
/* Octets of the block cipher's block, 8 or 16; 1 for a pure stream cipher, 0 for none. */
uint32_t ov_cipher_block_len(enum ov_cipher_id id);
/* Blocks of 8 octets repeat after some gigabytes under one key: such a key has to go early [WP-STATE-024]. */
static inline bool ov_cipher_is_narrow(enum ov_cipher_id id)
{
    return ov_cipher_block_len(id) == OV_CIPHER_BLOCK_MIN;
}
/* Canonical name as on the wire, such as "AES-256-GCM" or "none" [WP-NCP-013]. */
const char *ov_cipher_name(enum ov_cipher_id id);
/* OV_ERR_UNSUPPORTED for any other name. Case-insensitive. */
OV_MUST_USE enum ov_err ov_cipher_by_name(const char *name, enum ov_cipher_id *id);

/* The same for AEAD ciphers only. */
uint32_t ov_aead_key_len(enum ov_aead_id id);
const char *ov_aead_name(enum ov_aead_id id);
/* OV_ERR_UNSUPPORTED for a name that is not an AEAD. Case-insensitive. */
OV_MUST_USE enum ov_err ov_aead_by_name(const char *name, enum ov_aead_id *id);

#endif
