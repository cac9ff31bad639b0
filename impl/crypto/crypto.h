#ifndef OV_CRYPTO_CRYPTO_H
#define OV_CRYPTO_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/cipher.h"
#include "crypto/digest.h"
#include "crypto/etm.h"
#include "crypto/tls.h"

/* What a crypto library does for us. Each directory beside this file exports
 * one constant struct ov_crypto and nothing else; vendor headers stay there. */

/* ---- AEAD: data channel [WP-DATA-020] ---- */

#define OV_AEAD_TAG_LEN   16u
#define OV_AEAD_NONCE_LEN 12u
#define OV_AEAD_KEY_MAX   32u

/* One packet of a batch. text is encrypted or decrypted in place; tag lies
 * anywhere outside text. ad may be NULL when ad_len is 0. */
struct ov_aead_op
{
    uint8_t nonce[OV_AEAD_NONCE_LEN];
    const uint8_t *ad;
    uint32_t ad_len;
    uint32_t text_len;
    uint8_t *text;
    uint8_t *tag;    /* seal: written; open: read */
    enum ov_err err; /* set for each: OV_OK, OV_ERR_AUTH (open), OV_ERR_CRYPTO */
};

struct ov_aead_key; /* a key with its schedule, one direction; wiped when freed */

struct ov_aead_ops
{
    bool (*has)(enum ov_aead_id id);
    /* OV_ERR_UNSUPPORTED, OV_ERR_NOMEM, OV_ERR_CRYPTO. sealing tells the direction. */
    enum ov_err (*key_new)(enum ov_aead_id id, const uint8_t *key, bool sealing, struct ov_aead_key **out);
    void (*key_free)(struct ov_aead_key *key); /* NULL is fine */
    /* Whole batches; every op gets its err. No allocation, no lock. On
     * OV_ERR_AUTH the text is unspecified and must not be used. */
    void (*seal)(struct ov_aead_key *key, struct ov_aead_op *ops, size_t count);
    void (*open)(struct ov_aead_key *key, struct ov_aead_op *ops, size_t count);
};

/* ---- digests, HMAC, AES-CTR: control channel, key derivation ---- */

/* A piece of scattered input. */
struct ov_slice
{
    const void *data;
    size_t len;
};

/* ---- the backend ---- */

/* What a TLS library may be asked to list. */
enum ov_crypto_list
{
    OV_LIST_TLS13,  /* cipher suites of TLS 1.3 */
    OV_LIST_TLS12,  /* cipher suites of TLS 1.2 that it would negotiate */
    OV_LIST_GROUPS, /* for the key exchange */
    OV_LIST_COUNT
};

struct ov_crypto
{
    const char *name; /* "openssl", "mbedtls", "null" */
    /* Library version, such as "OpenSSL 3.0.17 1 Jul 2025". */
    const char *(*version)(void);
    /* Process-wide start, once, before anything else; text gets a reason of at most cap octets on failure. */
    enum ov_err (*start)(char *text, size_t cap);
    /* After start: more algorithms from a part of the library with this name (--providers). OV_ERR_CRYPTO with a
     * reason. NULL: this library has no such parts. */
    enum ov_err (*load)(const char *name, char *text, size_t cap);

    struct ov_aead_ops aead;
    struct ov_etm_ops etm;

    /* HMAC over the slices in order; out gets ov_digest_len(id) octets. OV_ERR_UNSUPPORTED where the
     * library lacks the digest (MD5 in FIPS mode), OV_ERR_CRYPTO. */
    enum ov_err (*hmac)(enum ov_digest_id id, const uint8_t *key, size_t key_len, const struct ov_slice *in,
                        size_t count, uint8_t *out);
    /* Plain digest over the slices in order. */
    enum ov_err (*digest)(enum ov_digest_id id, const struct ov_slice *in, size_t count, uint8_t *out);
    /* AES-256-CTR in place with a 16 octet initial big-endian counter block [WP-TLC-003]. */
    enum ov_err (*aes256_ctr)(const uint8_t key[32], const uint8_t iv[16], uint8_t *text, size_t len);
    /* The library's own random generator. Suits struct ov_rng (ctx unused). */
    enum ov_err (*random)(void *ctx, uint8_t *out, size_t len);

    /* After start: the random generator takes new entropy for each request. NULL: it has no such switch. */
    void (*random_reseeds)(void);
    /* After start: names for --tls-ciphersuites, --tls-cipher and --tls-groups, one a line. NULL: it has none. */
    void (*list)(enum ov_crypto_list which, void (*line)(void *ctx, const char *text), void *ctx);

    const struct ov_tls_ops *tls;
};

/* Backends compiled into this program, NULL-terminated, preferred first. The
 * list is a file that the Makefile writes from BACKENDS. */
extern const struct ov_crypto *const ov_crypto_backends[];
/* NULL if this program was built without it. */
const struct ov_crypto *ov_crypto_by_name(const char *name);
/* Does it have this data channel cipher? */
bool ov_crypto_has_cipher(const struct ov_crypto *crypto, enum ov_cipher_id id);

#endif
