#include "compat.h"

#include <mbedtls/oid.h>
#include <mbedtls/rsa.h>
#include <stdio.h>
#include <string.h>

/* A private key that somebody else keeps. The library has room for a foreign RSA key, and TLS 1.2 wants
 * PKCS#1 v1.5 of it; a foreign EC key has a place in 2.x only. */

/* DigestInfo: SEQUENCE { SEQUENCE { OID, NULL }, OCTET STRING }. */
static size_t envelope(mbedtls_md_type_t md, const unsigned char *hash, size_t hash_len, uint8_t *out,
                       size_t cap)
{
    const char *oid = NULL;
    size_t oid_len = 0;
    if (md == MBEDTLS_MD_NONE)
    {
        const bool fits = hash_len <= cap;
        memcpy(out, hash, fits ? hash_len : 0);
        return fits ? hash_len : 0;
    }
    if (mbedtls_oid_get_oid_by_md(md, &oid, &oid_len) != 0 || 10 + oid_len + hash_len > cap ||
        8 + oid_len + hash_len > 127)
    {
        return 0;
    }
    const uint8_t head[] = {
        0x30, (uint8_t)(8 + oid_len + hash_len), 0x30, (uint8_t)(4 + oid_len), 0x06, (uint8_t)oid_len};
    const uint8_t middle[] = {0x05, 0x00, 0x04, (uint8_t)hash_len};
    memcpy(out, head, sizeof(head));
    memcpy(out + sizeof(head), oid, oid_len);
    memcpy(out + sizeof(head) + oid_len, middle, sizeof(middle));
    memcpy(out + sizeof(head) + oid_len + sizeof(middle), hash, hash_len);
    return sizeof(head) + oid_len + sizeof(middle) + hash_len;
}

static int sign(void *ctx, int (*rng)(void *, unsigned char *, size_t), void *rng_ctx, int mode,
                mbedtls_md_type_t md, unsigned int hash_len, const unsigned char *hash, unsigned char *out)
{
    const struct ov_tls_conf *conf = ctx;
    const size_t size = mbedtls_pk_get_len(&conf->own.pk);
    const size_t wanted = hash_len != 0 ? hash_len : mbedtls_md_get_size(mbedtls_md_info_from_type(md));
    uint8_t info[128];
    size_t out_len = 0;
    (void)rng;
    (void)rng_ctx;
    (void)mode;
    const size_t len = envelope(md, hash, wanted, info, sizeof(info));
    const struct ov_sign_request request = {OV_SIGN_RSA_PKCS1, info, len, size};
    if (len == 0 || ov_pause_sign(conf->pause, conf->signer, &request, out, size, &out_len) != OV_OK ||
        out_len != size)
    {
        return MBEDTLS_ERR_RSA_PRIVATE_FAILED;
    }
    return 0;
}

static int decrypt(void *ctx, int mode, size_t *len, const unsigned char *in, unsigned char *out, size_t cap)
{
    (void)ctx;
    (void)mode;
    (void)len;
    (void)in;
    (void)out;
    (void)cap;
    return MBEDTLS_ERR_RSA_PRIVATE_FAILED; /* suites without ephemeral keys are off [WP-TLS-004] */
}

static size_t key_len(void *ctx)
{
    const struct ov_tls_conf *conf = ctx;
    return mbedtls_pk_get_len(&conf->own.pk);
}

int mbed_sign_digest(const struct ov_tls_conf *conf, const uint8_t *digest, size_t len, uint8_t *out,
                     size_t cap, size_t *out_len)
{
    const struct ov_sign_request request = {OV_SIGN_ECDSA, digest, len, 0};
    return ov_pause_sign(conf->pause, conf->signer, &request, out, cap, out_len) == OV_OK
               ? 0
               : MBEDTLS_ERR_ECP_INVALID_KEY;
}

enum ov_err mbed_use_signer(struct ov_tls_conf *conf, char *text)
{
    const bool rsa = mbedtls_pk_get_type(&conf->own.pk) == MBEDTLS_PK_RSA;
    if (!rsa && !mbedtls_pk_can_do(&conf->own.pk, MBEDTLS_PK_ECDSA))
    {
        return mbed_refuse(text, OV_ERR_UNSUPPORTED, "key",
                           "only RSA and EC keys can be kept by somebody else", 0);
    }
    const int error = rsa ? mbed_rsa_elsewhere(&conf->key, conf, decrypt, sign, key_len)
                          : mbed_ec_elsewhere(&conf->key, conf);
    if (error == MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE)
    {
        return mbed_refuse(text, OV_ERR_UNSUPPORTED, "key",
                           "this Mbed TLS lets somebody else keep RSA keys only, and this is none", 0);
    }
    return error == 0 ? OV_OK : mbed_refuse(text, OV_ERR_CRYPTO, "key", NULL, error);
}
