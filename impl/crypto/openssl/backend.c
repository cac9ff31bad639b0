#include "openssl.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/provider.h>
#include <openssl/rand.h>
#include <stdio.h>

struct openssl_algorithms openssl_algorithms;

static const char *backend_version(void)
{
    return OpenSSL_version(OPENSSL_VERSION);
}

/* Those that are not there yet. */
static void fetch_digests(void)
{
    for (unsigned i = 0; i < OV_DIGEST_COUNT; i++)
    {
        if (openssl_algorithms.digest[i] == NULL)
        {
            openssl_algorithms.digest[i] = EVP_MD_fetch(NULL, ov_digest_name((enum ov_digest_id)i), NULL);
        }
    }
    ERR_clear_error(); /* what is missing is seen in the table */
}

static void fetch_all(void)
{
    struct openssl_algorithms *all = &openssl_algorithms;
    static const char *const aead_names[OV_AEAD_COUNT] = {
        [OV_AEAD_AES_128_GCM] = "AES-128-GCM",   [OV_AEAD_AES_192_GCM] = "AES-192-GCM",
        [OV_AEAD_AES_256_GCM] = "AES-256-GCM",   [OV_AEAD_CHACHA20_POLY1305] = "ChaCha20-Poly1305",
        [OV_AEAD_ARIA_128_GCM] = "ARIA-128-GCM", [OV_AEAD_ARIA_192_GCM] = "ARIA-192-GCM",
        [OV_AEAD_ARIA_256_GCM] = "ARIA-256-GCM",
    };
    for (unsigned i = 0; i < OV_AEAD_COUNT; i++)
    {
        all->aead[i] = EVP_CIPHER_fetch(NULL, aead_names[i], NULL);
    }
    fetch_digests();
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

/* The provider stays until the process ends. The default one stays too, though it isn't named. */
static enum ov_err backend_load(const char *name, char *text, size_t cap)
{
    if (OSSL_PROVIDER_try_load(NULL, name, 1) == NULL)
    {
        char reason[160];
        (void)snprintf(text, cap, "%s", openssl_reason(reason, sizeof reason));
        return OV_ERR_CRYPTO;
    }
    fetch_digests();
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
    .load = backend_load,
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
    .list = openssl_list,
    .tls = &openssl_tls_ops,
};
