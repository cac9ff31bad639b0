#include "mbedtls.h"

#include <mbedtls/chachapoly.h>
#include <mbedtls/gcm.h>
#include <stdlib.h>

struct ov_aead_key
{
    bool is_gcm;
    union
    {
        mbedtls_gcm_context gcm;
        mbedtls_chachapoly_context chachapoly;
    };
};

static mbedtls_cipher_id_t cipher_of(enum ov_aead_id id)
{
    return id >= OV_AEAD_ARIA_128_GCM ? MBEDTLS_CIPHER_ID_ARIA : MBEDTLS_CIPHER_ID_AES;
}

/* GCM makes its own mode out of single blocks; whether there is the cipher is a matter of how the library was
 * built. */
bool mbed_aead_has(enum ov_aead_id id)
{
    return (unsigned)id < OV_AEAD_COUNT &&
           (id == OV_AEAD_CHACHA20_POLY1305 ||
            mbedtls_cipher_info_from_values(cipher_of(id), (int)(8 * ov_aead_key_len(id)),
                                            MBEDTLS_MODE_ECB) != NULL);
}

static int set_key(struct ov_aead_key *fresh, enum ov_aead_id id, const uint8_t *key)
{
    if (!fresh->is_gcm)
    {
        mbedtls_chachapoly_init(&fresh->chachapoly);
        return mbedtls_chachapoly_setkey(&fresh->chachapoly, key);
    }
    mbedtls_gcm_init(&fresh->gcm);
    return mbedtls_gcm_setkey(&fresh->gcm, cipher_of(id), key, 8 * ov_aead_key_len(id));
}

enum ov_err mbed_aead_key_new(enum ov_aead_id id, const uint8_t *key, bool sealing, struct ov_aead_key **out)
{
    (void)sealing; /* counter modes have one schedule for both */
    *out = NULL;
    if (!mbed_aead_has(id))
    {
        return OV_ERR_UNSUPPORTED;
    }
    struct ov_aead_key *fresh = calloc(1, sizeof(*fresh));
    if (fresh == NULL)
    {
        return OV_ERR_NOMEM;
    }
    fresh->is_gcm = id != OV_AEAD_CHACHA20_POLY1305;
    if (set_key(fresh, id, key) != 0)
    {
        mbed_aead_key_free(fresh);
        return OV_ERR_CRYPTO;
    }
    *out = fresh;
    return OV_OK;
}

void mbed_aead_key_free(struct ov_aead_key *key)
{
    if (key == NULL)
    {
        return;
    }
    if (key->is_gcm)
    {
        mbedtls_gcm_free(&key->gcm); /* wipes */
    }
    else
    {
        mbedtls_chachapoly_free(&key->chachapoly);
    }
    free(key);
}

static int seal_one(struct ov_aead_key *key, struct ov_aead_op *op)
{
    if (key->is_gcm)
    {
        return mbedtls_gcm_crypt_and_tag(&key->gcm, MBEDTLS_GCM_ENCRYPT, op->text_len, op->nonce,
                                         OV_AEAD_NONCE_LEN, op->ad, op->ad_len, op->text, op->text,
                                         OV_AEAD_TAG_LEN, op->tag);
    }
    return mbedtls_chachapoly_encrypt_and_tag(&key->chachapoly, op->text_len, op->nonce, op->ad, op->ad_len,
                                              op->text, op->text, op->tag);
}

void mbed_aead_seal(struct ov_aead_key *key, struct ov_aead_op *ops, size_t count)
{
    for (size_t i = 0; i < count; i++)
    {
        ops[i].err = seal_one(key, &ops[i]) == 0 ? OV_OK : OV_ERR_CRYPTO;
    }
}

static int open_one(struct ov_aead_key *key, struct ov_aead_op *op)
{
    if (key->is_gcm)
    {
        return mbedtls_gcm_auth_decrypt(&key->gcm, op->text_len, op->nonce, OV_AEAD_NONCE_LEN, op->ad,
                                        op->ad_len, op->tag, OV_AEAD_TAG_LEN, op->text, op->text);
    }
    return mbedtls_chachapoly_auth_decrypt(&key->chachapoly, op->text_len, op->nonce, op->ad, op->ad_len,
                                           op->tag, op->text, op->text);
}

void mbed_aead_open(struct ov_aead_key *key, struct ov_aead_op *ops, size_t count)
{
    for (size_t i = 0; i < count; i++)
    {
        int error = open_one(key, &ops[i]);
        bool forged = error == MBEDTLS_ERR_GCM_AUTH_FAILED || error == MBEDTLS_ERR_CHACHAPOLY_AUTH_FAILED;
        ops[i].err = error == 0 ? OV_OK : forged ? OV_ERR_AUTH : OV_ERR_CRYPTO;
    }
}
