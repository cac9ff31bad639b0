#ifndef OV_CRYPTO_ETM_H
#define OV_CRYPTO_ETM_H

#include <stddef.h>

#include "crypto/cipher.h"
#include "crypto/digest.h"

/* Encrypt-then-MAC: data channel ciphers that are not AEAD, and none
 * [WP-DATA-050..053]. The HMAC covers everything behind it:
 *
 *   CBC:       | HMAC | IV b | whole blocks of b octets, encrypted |
 *   CFB, OFB:  | HMAC | IV b | text, encrypted |
 *   none:      | HMAC | text |
 *
 * Padding and packet id belong to the data channel, not to the crypto library. */

#define OV_ETM_IV_MAX OV_CIPHER_BLOCK_MAX

/* Octets of IV in front of the text: a block, and 0 for none. */
static inline uint32_t ov_etm_iv_len(enum ov_cipher_id cipher)
{
    return ov_cipher_block_len(cipher);
}

/* What the text must be a multiple of: a block for CBC, else 1. */
static inline uint32_t ov_etm_unit(enum ov_cipher_id cipher)
{
    return ov_cipher_mode(cipher) == OV_MODE_CBC ? ov_cipher_block_len(cipher) : 1;
}

/* What a key is made of; borrowed for the call. */
struct ov_etm_spec
{
    enum ov_cipher_id cipher;  /* not AEAD */
    const uint8_t *cipher_key; /* ov_cipher_key_len(cipher) octets */
    bool has_mac;              /* false: --auth none */
    enum ov_digest_id digest;
    const uint8_t *mac_key; /* ov_digest_len(digest) octets [WP-DATA-054] */
};

/* One packet of a batch, worked on in place. body is IV and text, one piece. */
struct ov_etm_op
{
    uint8_t
        *mac; /* ov_digest_len octets; seal: written, open: compared in constant time; unused without HMAC */
    uint8_t *body; /* IV and text; CBC: seal: the text is padded */
    uint32_t body_len;
    enum ov_err
        err; /* set for each: OV_OK, OV_ERR_AUTH (open), OV_ERR_FORMAT (not whole blocks), OV_ERR_CRYPTO */
};

struct ov_etm_key; /* both keys with their schedules, one direction; wiped when freed */

struct ov_etm_ops
{
    bool (*has)(enum ov_cipher_id cipher);
    /* OV_ERR_UNSUPPORTED: cipher or digest; OV_ERR_NOMEM, OV_ERR_CRYPTO. */
    enum ov_err (*key_new)(const struct ov_etm_spec *spec, bool sealing, struct ov_etm_key **out);
    void (*key_free)(struct ov_etm_key *key); /* NULL is fine */
    /* Whole batches; every op gets its err. Open looks at the HMAC before it
     * decrypts anything [WP-DATA-055]; with an error the body is unspecified. */
    void (*seal)(struct ov_etm_key *key, struct ov_etm_op *ops, size_t count);
    void (*open)(struct ov_etm_key *key, struct ov_etm_op *ops, size_t count);
};

/* An IV, and with CBC at least one whole block behind it. */
static inline bool ov_etm_is_whole(uint32_t body_len, uint32_t iv_len, uint32_t unit)
{
    return body_len >= iv_len + (unit > 1 ? unit : 0) && (body_len - iv_len) % unit == 0;
}

#endif
