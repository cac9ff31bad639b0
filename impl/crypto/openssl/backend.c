#include "openssl.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <stdio.h>

struct openssl_algorithms openssl_algorithms;

static const char *backend_version(void)
{
    return OpenSSL_version(OPENSSL_VERSION);
}

static void fetch_all(void)
{
    struct openssl_algorithms *all = &openssl_algorithms;
    static const char *const aead_names[OV_AEAD_COUNT] = {
        [OV_AEAD_AES_128_GCM] = "AES-128-GCM",
        [OV_AEAD_AES_192_GCM] = "AES-192-GCM",
        [OV_AEAD_AES_256_GCM] = "AES-256-GCM",
        [OV_AEAD_CHACHA20_POLY1305] = "ChaCha20-Poly1305",
    };
    for (unsigned i = 0; i < OV_AEAD_COUNT; i++)
    {
        all->aead[i] = EVP_CIPHER_fetch(NULL, aead_names[i], NULL);
    }
    for (unsigned i = OV_CIPHER_AES_128_CBC; i <= OV_CIPHER_AES_256_CBC; i++)
    {
        all->cbc[i] = EVP_CIPHER_fetch(NULL, ov_cipher_name((enum ov_cipher_id)i), NULL);
    }
    for (unsigned i = 0; i < OV_DIGEST_COUNT; i++)
    {
        all->digest[i] = EVP_MD_fetch(NULL, ov_digest_name((enum ov_digest_id)i), NULL);
    }
    all->aes256_ctr = EVP_CIPHER_fetch(NULL, "AES-256-CTR", NULL);
    all->hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
}

/* A library may lack MD5 or ChaCha20 (FIPS mode), but nothing works without these. */
static enum ov_err backend_start(char *text, size_t cap)
{
    const struct openssl_algorithms *all = &openssl_algorithms;
    if (all->hmac == NULL)
    {
        fetch_all();
        ERR_clear_error(); /* what is missing is seen in the table */
    }
    if (all->hmac == NULL || all->aes256_ctr == NULL || all->aead[OV_AEAD_AES_256_GCM] == NULL ||
        all->digest[OV_DIGEST_SHA256] == NULL)
    {
        (void)snprintf(text, cap, "%s offers no %s: is its default provider disabled in openssl.cnf?",
                       backend_version(),
                       all->hmac == NULL                        ? "HMAC"
                       : all->aes256_ctr == NULL                ? "AES-256-CTR"
                       : all->aead[OV_AEAD_AES_256_GCM] == NULL ? "AES-256-GCM"
                                                                : "SHA256");
        return OV_ERR_CRYPTO;
    }
    return OV_OK;
}

static enum ov_err backend_random(void *ctx, uint8_t *out, size_t len)
{
    (void)ctx;
    while (len > 0)
    {
        int part = len > 65536 ? 65536 : (int)len;
        if (RAND_bytes(out, part) != 1)
        {
            ERR_clear_error();
            return OV_ERR_CRYPTO;
        }
        out += part;
        len -= (size_t)part;
    }
    return OV_OK;
}

extern const struct ov_crypto ov_crypto_openssl;
const struct ov_crypto ov_crypto_openssl = {
    .name = "openssl",
    .version = backend_version,
    .start = backend_start,
    .aead =
        {
            .has = openssl_aead_has,
            .key_new = openssl_aead_key_new,
            .key_free = openssl_aead_key_free,
            .seal = openssl_aead_seal,
            .open = openssl_aead_open,
        },
    .etm =
        {
            .has = openssl_etm_has,
            .key_new = openssl_etm_key_new,
            .key_free = openssl_etm_key_free,
            .seal = openssl_etm_seal,
            .open = openssl_etm_open,
        },
    .hmac = openssl_hmac,
    .digest = openssl_digest,
    .aes256_ctr = openssl_aes256_ctr,
    .random = backend_random,
    .tls = &openssl_tls_ops,
};
