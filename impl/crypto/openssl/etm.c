#include "openssl.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <stdlib.h>

#include "base/wipe.h"

struct ov_etm_key
{
    EVP_CIPHER_CTX *cipher; /* holds the expanded key; a packet only sets the IV. NULL: none */
    EVP_MAC_CTX *mac;       /* holds the key; NULL: no HMAC */
    uint32_t mac_len;
    uint32_t iv_len;
    uint32_t unit;
};

/* Fetched when asked for: there are some eighty of them, most of which nobody uses, and a key is made rarely.
 * NULL: the library, with the providers it has now, lacks it. */
static EVP_CIPHER *fetch(enum ov_cipher_id id)
{
    EVP_CIPHER *found = (unsigned)id < OV_CIPHER_COUNT && !ov_cipher_is_aead(id)
                            ? EVP_CIPHER_fetch(NULL, ov_cipher_name(id), NULL)
                            : NULL;
    ERR_clear_error();
    return found;
}

bool openssl_etm_has(enum ov_cipher_id id)
{
    EVP_CIPHER *found = id != OV_CIPHER_NONE ? fetch(id) : NULL;
    const bool has = found != NULL || id == OV_CIPHER_NONE;
    EVP_CIPHER_free(found);
    return has;
}

static enum ov_err set_cipher(struct ov_etm_key *key, const struct ov_etm_spec *spec, bool sealing)
{
    key->iv_len = ov_etm_iv_len(spec->cipher);
    key->unit = ov_etm_unit(spec->cipher);
    if (spec->cipher == OV_CIPHER_NONE)
    {
        return OV_OK;
    }
    EVP_CIPHER *algorithm = fetch(spec->cipher);
    if (algorithm == NULL)
    {
        return OV_ERR_UNSUPPORTED;
    }
    key->cipher = EVP_CIPHER_CTX_new();
    const bool fine =
        key->cipher != NULL &&
        EVP_CipherInit_ex2(key->cipher, algorithm, spec->cipher_key, NULL, sealing, NULL) == 1 &&
        EVP_CIPHER_CTX_set_padding(key->cipher, 0) == 1;
    EVP_CIPHER_free(algorithm); /* the context has its own reference */
    return fine ? OV_OK : key->cipher == NULL ? OV_ERR_NOMEM : OV_ERR_CRYPTO;
}

static enum ov_err set_mac(struct ov_etm_key *key, const struct ov_etm_spec *spec)
{
    if (!spec->has_mac)
    {
        return OV_OK;
    }
    key->mac = openssl_hmac_new(spec->digest, spec->mac_key, ov_digest_len(spec->digest));
    key->mac_len = ov_digest_len(spec->digest);
    return key->mac != NULL ? OV_OK : OV_ERR_CRYPTO;
}

enum ov_err openssl_etm_key_new(const struct ov_etm_spec *spec, bool sealing, struct ov_etm_key **out)
{
    *out = NULL;
    if (spec->has_mac && openssl_algorithms.digest[spec->digest] == NULL)
    {
        return OV_ERR_UNSUPPORTED;
    }
    struct ov_etm_key *fresh = calloc(1, sizeof(*fresh));
    if (fresh == NULL)
    {
        return OV_ERR_NOMEM;
    }
    enum ov_err err = set_cipher(fresh, spec, sealing);
    err = err == OV_OK ? set_mac(fresh, spec) : err;
    if (err != OV_OK)
    {
        openssl_etm_key_free(fresh);
        return err;
    }
    *out = fresh;
    return OV_OK;
}

void openssl_etm_key_free(struct ov_etm_key *key)
{
    if (key != NULL)
    {
        EVP_CIPHER_CTX_free(key->cipher); /* both wipe, and take NULL */
        EVP_MAC_CTX_free(key->mac);
        free(key);
    }
}

static bool crypt_body(const struct ov_etm_key *key, const struct ov_etm_op *op)
{
    int moved = 0;
    uint8_t *text = op->body + key->iv_len;
    int len = (int)(op->body_len - key->iv_len);
    return len == 0 || (EVP_CipherInit_ex2(key->cipher, NULL, NULL, op->body, -1, NULL) == 1 &&
                        EVP_CipherUpdate(key->cipher, text, &moved, text, len) == 1 && moved == len);
}

static bool mac_body(const struct ov_etm_key *key, const struct ov_etm_op *op, uint8_t *mac)
{
    size_t made = 0;
    /* Without a key: start again with the one of before. */
    return EVP_MAC_init(key->mac, NULL, 0, NULL) == 1 &&
           EVP_MAC_update(key->mac, op->body, op->body_len) == 1 &&
           EVP_MAC_final(key->mac, mac, &made, key->mac_len) == 1 && made == key->mac_len;
}

void openssl_etm_seal(struct ov_etm_key *key, struct ov_etm_op *ops, size_t count)
{
    for (size_t i = 0; i < count; i++)
    {
        struct ov_etm_op *op = &ops[i];
        if (!ov_etm_is_whole(op->body_len, key->iv_len, key->unit))
        {
            op->err = OV_ERR_FORMAT;
            continue;
        }
        bool done =
            (key->cipher == NULL || crypt_body(key, op)) && (key->mac == NULL || mac_body(key, op, op->mac));
        op->err = done ? OV_OK : OV_ERR_CRYPTO;
    }
}

static enum ov_err open_one(struct ov_etm_key *key, const struct ov_etm_op *op)
{
    uint8_t mac[OV_DIGEST_MAX];
    if (!ov_etm_is_whole(op->body_len, key->iv_len, key->unit))
    {
        return OV_ERR_FORMAT;
    }
    if (key->mac != NULL)
    {
        if (!mac_body(key, op, mac))
        {
            return OV_ERR_CRYPTO;
        }
        if (!ov_equal_secret(mac, op->mac, key->mac_len))
        {
            return OV_ERR_AUTH;
        }
    }
    return key->cipher == NULL || crypt_body(key, op) ? OV_OK : OV_ERR_CRYPTO;
}

void openssl_etm_open(struct ov_etm_key *key, struct ov_etm_op *ops, size_t count)
{
    for (size_t i = 0; i < count; i++)
    {
        ops[i].err = open_one(key, &ops[i]);
    }
}
