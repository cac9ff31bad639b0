#include "mbedtls.h"

#include <mbedtls/aes.h>
#include <mbedtls/md.h>
#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"

struct ov_etm_key
{
    uint32_t iv_len;  /* 0: cipher none */
    uint32_t mac_len; /* 0: no HMAC */
    mbedtls_aes_context aes;
    mbedtls_md_context_t mac;
};

bool mbed_etm_has(enum ov_cipher_id id)
{
    return !ov_cipher_is_aead(id) && (unsigned)id < OV_CIPHER_COUNT;
}

static int set_cipher(struct ov_etm_key *key, const struct ov_etm_spec *spec, bool sealing)
{
    const unsigned bits = 8 * ov_cipher_key_len(spec->cipher);
    key->iv_len = ov_etm_iv_len(spec->cipher);
    if (key->iv_len == 0)
    {
        return 0;
    }
    return sealing ? mbedtls_aes_setkey_enc(&key->aes, spec->cipher_key, bits)
                   : mbedtls_aes_setkey_dec(&key->aes, spec->cipher_key, bits);
}

static int set_mac(struct ov_etm_key *key, const struct ov_etm_spec *spec)
{
    if (!spec->has_mac)
    {
        return 0;
    }
    key->mac_len = ov_digest_len(spec->digest);
    int error = mbedtls_md_setup(&key->mac, mbed_digest_info(spec->digest), 1);
    return error != 0 ? error : mbedtls_md_hmac_starts(&key->mac, spec->mac_key, key->mac_len);
}

enum ov_err mbed_etm_key_new(const struct ov_etm_spec *spec, bool sealing, struct ov_etm_key **out)
{
    *out = NULL;
    if (!mbed_etm_has(spec->cipher) || (spec->has_mac && mbed_digest_info(spec->digest) == NULL))
    {
        return OV_ERR_UNSUPPORTED;
    }
    struct ov_etm_key *fresh = calloc(1, sizeof(*fresh));
    if (fresh == NULL)
    {
        return OV_ERR_NOMEM;
    }
    mbedtls_aes_init(&fresh->aes);
    mbedtls_md_init(&fresh->mac);
    if (set_cipher(fresh, spec, sealing) != 0 || set_mac(fresh, spec) != 0)
    {
        mbed_etm_key_free(fresh);
        return OV_ERR_CRYPTO;
    }
    *out = fresh;
    return OV_OK;
}

void mbed_etm_key_free(struct ov_etm_key *key)
{
    if (key != NULL)
    {
        mbedtls_aes_free(&key->aes); /* both wipe */
        mbedtls_md_free(&key->mac);
        free(key);
    }
}

static int crypt_body(struct ov_etm_key *key, int mode, const struct ov_etm_op *op)
{
    uint8_t iv[OV_ETM_IV_MAX]; /* the library chains in place, and the packet's must stay */
    uint8_t *text = op->body + sizeof(iv);
    memcpy(iv, op->body, sizeof(iv));
    return mbedtls_aes_crypt_cbc(&key->aes, mode, op->body_len - sizeof(iv), iv, text, text);
}

static int mac_body(struct ov_etm_key *key, const struct ov_etm_op *op, uint8_t *mac)
{
    int error = mbedtls_md_hmac_reset(&key->mac);
    error = error != 0 ? error : mbedtls_md_hmac_update(&key->mac, op->body, op->body_len);
    return error != 0 ? error : mbedtls_md_hmac_finish(&key->mac, mac);
}

static enum ov_err seal_one(struct ov_etm_key *key, const struct ov_etm_op *op)
{
    if (key->iv_len > 0 && !ov_etm_is_whole(op->body_len))
    {
        return OV_ERR_FORMAT;
    }
    int error = key->iv_len > 0 ? crypt_body(key, MBEDTLS_AES_ENCRYPT, op) : 0;
    if (error == 0 && key->mac_len > 0)
    {
        error = mac_body(key, op, op->mac);
    }
    return error == 0 ? OV_OK : OV_ERR_CRYPTO;
}

void mbed_etm_seal(struct ov_etm_key *key, struct ov_etm_op *ops, size_t count)
{
    for (size_t i = 0; i < count; i++)
    {
        ops[i].err = seal_one(key, &ops[i]);
    }
}

static enum ov_err open_one(struct ov_etm_key *key, const struct ov_etm_op *op)
{
    uint8_t mac[OV_DIGEST_MAX];
    if (key->iv_len > 0 && !ov_etm_is_whole(op->body_len))
    {
        return OV_ERR_FORMAT;
    }
    if (key->mac_len > 0)
    {
        if (mac_body(key, op, mac) != 0)
        {
            return OV_ERR_CRYPTO;
        }
        if (!ov_equal_secret(mac, op->mac, key->mac_len))
        {
            return OV_ERR_AUTH;
        }
    }
    return key->iv_len == 0 || crypt_body(key, MBEDTLS_AES_DECRYPT, op) == 0 ? OV_OK : OV_ERR_CRYPTO;
}

void mbed_etm_open(struct ov_etm_key *key, struct ov_etm_op *ops, size_t count)
{
    for (size_t i = 0; i < count; i++)
    {
        ops[i].err = open_one(key, &ops[i]);
    }
}
