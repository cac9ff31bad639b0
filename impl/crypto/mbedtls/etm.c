#include "mbedtls.h"

#include <mbedtls/cipher.h>
#include <mbedtls/md.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"

struct ov_etm_key
{
    uint32_t iv_len; /* 0: cipher none */
    uint32_t unit;
    uint32_t mac_len; /* 0: no HMAC */
    mbedtls_cipher_context_t cipher;
    mbedtls_md_context_t mac;
};

#define NAME_MAX_LEN 32u

/* The library says BLOWFISH for BF, and how many bits CFB feeds back. NULL: it lacks the cipher, as it does all of
 * CFB1 and CFB8. */
static const mbedtls_cipher_info_t *info_of(enum ov_cipher_id id)
{
    char name[NAME_MAX_LEN];
    if ((unsigned)id >= OV_CIPHER_COUNT || ov_cipher_is_aead(id))
    {
        return NULL;
    }
    const char *ours = ov_cipher_name(id);
    const size_t len = strlen(ours);
    const bool cfb = len > 4 && strcmp(ours + len - 4, "-CFB") == 0;
    const bool blowfish = strncmp(ours, "BF-", 3) == 0;
    (void)snprintf(name, sizeof name, "%s%s%s", blowfish ? "BLOWFISH" : "", ours + (blowfish ? 2 : 0),
                   !cfb                      ? ""
                   : ov_cipher_is_narrow(id) ? "64"
                                             : "128");
    return mbedtls_cipher_info_from_string(name);
}

bool mbed_etm_has(enum ov_cipher_id id)
{
    return id == OV_CIPHER_NONE || info_of(id) != NULL;
}

static int set_cipher(struct ov_etm_key *key, const struct ov_etm_spec *spec, bool sealing)
{
    const int bits = (int)(8 * ov_cipher_key_len(spec->cipher));
    key->iv_len = ov_etm_iv_len(spec->cipher);
    key->unit = ov_etm_unit(spec->cipher);
    if (key->iv_len == 0)
    {
        return 0;
    }
    int error = mbedtls_cipher_setup(&key->cipher, info_of(spec->cipher));
    if (error == 0)
    {
        error = mbedtls_cipher_setkey(&key->cipher, spec->cipher_key, bits,
                                      sealing ? MBEDTLS_ENCRYPT : MBEDTLS_DECRYPT);
    }
    if (error == 0 && key->unit > 1)
    {
        error = mbedtls_cipher_set_padding_mode(&key->cipher, MBEDTLS_PADDING_NONE);
    }
    return error;
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
    mbedtls_cipher_init(&fresh->cipher);
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
        mbedtls_cipher_free(&key->cipher); /* both wipe */
        mbedtls_md_free(&key->mac);
        free(key);
    }
}

/* In place the library takes whole blocks only, whatever the mode; what a stream cipher has beyond them goes by
 * way of another block. */
static int crypt_body(struct ov_etm_key *key, const struct ov_etm_op *op)
{
    uint8_t rest[OV_CIPHER_BLOCK_MAX], out[OV_CIPHER_BLOCK_MAX];
    uint8_t *text = op->body + key->iv_len;
    const size_t len = op->body_len - key->iv_len;
    const size_t whole = len - len % key->iv_len;
    size_t done = 0;
    int error = mbedtls_cipher_set_iv(&key->cipher, op->body, key->iv_len);
    error = error != 0 ? error : mbedtls_cipher_reset(&key->cipher);
    if (error == 0 && whole > 0)
    {
        error = mbedtls_cipher_update(&key->cipher, text, whole, text, &done);
    }
    if (error == 0 && len > whole)
    {
        memcpy(rest, text + whole, len - whole);
        error = mbedtls_cipher_update(&key->cipher, rest, len - whole, out, &done);
        memcpy(text + whole, out, len - whole);
        ov_wipe(rest, sizeof rest);
        ov_wipe(out, sizeof out);
    }
    return error;
}

static int mac_body(struct ov_etm_key *key, const struct ov_etm_op *op, uint8_t *mac)
{
    int error = mbedtls_md_hmac_reset(&key->mac);
    error = error != 0 ? error : mbedtls_md_hmac_update(&key->mac, op->body, op->body_len);
    return error != 0 ? error : mbedtls_md_hmac_finish(&key->mac, mac);
}

static enum ov_err seal_one(struct ov_etm_key *key, const struct ov_etm_op *op)
{
    if (!ov_etm_is_whole(op->body_len, key->iv_len, key->unit))
    {
        return OV_ERR_FORMAT;
    }
    int error = key->iv_len > 0 ? crypt_body(key, op) : 0;
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
    if (!ov_etm_is_whole(op->body_len, key->iv_len, key->unit))
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
    return key->iv_len == 0 || crypt_body(key, op) == 0 ? OV_OK : OV_ERR_CRYPTO;
}

void mbed_etm_open(struct ov_etm_key *key, struct ov_etm_op *ops, size_t count)
{
    for (size_t i = 0; i < count; i++)
    {
        ops[i].err = open_one(key, &ops[i]);
    }
}
