#include "compat.h"

#include <mbedtls/rsa.h>

#include "crypto/rsa_pad.h"

/* A private key that somebody else keeps. The library has room for a foreign RSA key, and TLS 1.2 wants
 * PKCS#1 v1.5 of it; a foreign EC key has a place in 2.x only. */

static bool find_digest(mbedtls_md_type_t md, enum ov_digest_id *out)
{
    for (unsigned id = 0; id < OV_DIGEST_COUNT; id++)
    {
        const mbedtls_md_info_t *info = mbed_digest_info((enum ov_digest_id)id);
        if (info != NULL && mbedtls_md_get_type(info) == md)
        {
            *out = (enum ov_digest_id)id;
            return true;
        }
    }
    return false;
}

/* TLS 1.2 digests with what both sides know, and the library gives nothing but the digest. */
static int sign(void *ctx, int (*rng)(void *, unsigned char *, size_t), void *rng_ctx, int mode,
                mbedtls_md_type_t md, unsigned int hash_len, const unsigned char *hash, unsigned char *out)
{
    const struct ov_tls_conf *conf = ctx;
    const size_t size = mbedtls_pk_get_len(&conf->own.pk);
    uint8_t info[OV_RSA_INFO_MAX];
    struct ov_sign_request request = {.kind = OV_SIGN_RSA_PKCS1, .in = info, .key_len = size};
    size_t out_len = 0;
    (void)rng;
    (void)rng_ctx;
    (void)mode;
    if (!find_digest(md, &request.digest) || (hash_len != 0 && hash_len != ov_digest_len(request.digest)) ||
        ov_rsa_digest_info(request.digest, hash, info, &request.in_len) != OV_OK ||
        ov_pause_sign(conf->pause, conf->signer, &request, out, size, &out_len) != OV_OK || out_len != size)
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

int mbed_sign_digest(const struct ov_tls_conf *conf, mbedtls_md_type_t md, const uint8_t *digest, size_t len,
                     uint8_t *out, size_t cap, size_t *out_len)
{
    struct ov_sign_request request = {.kind = OV_SIGN_ECDSA, .in = digest, .in_len = len};
    return find_digest(md, &request.digest) && len == ov_digest_len(request.digest) &&
                   ov_pause_sign(conf->pause, conf->signer, &request, out, cap, out_len) == OV_OK
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
