#include "compat.h"

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <mbedtls/version.h>
#include <stdio.h>
#include <string.h>

/* The random generator is the one thing here that changes after start. The programs have one thread;
 * a library built with threading (Debian's is) locks it anyway. */
static struct
{
    bool started;
    mbedtls_entropy_context entropy;
    mbedtls_ctr_drbg_context drbg;
    char version[32];
} backend = {.version = MBEDTLS_VERSION_STRING_FULL};

const char *mbed_reason(int error, char *text, size_t cap)
{
    mbedtls_strerror(error, text, cap);
    return text;
}

static const char *backend_version(void)
{
    return backend.version;
}

static enum ov_err backend_start(char *text, size_t cap)
{
    static const unsigned char purpose[] = "ovref";
    if (backend.started)
    {
        return OV_OK;
    }
    mbedtls_version_get_string_full(backend.version); /* of the library that was found, not of its headers */
    mbedtls_entropy_init(&backend.entropy);
    mbedtls_ctr_drbg_init(&backend.drbg);
    int error = mbed_library_start();
    if (error == 0)
    {
        error = mbedtls_ctr_drbg_seed(&backend.drbg, mbedtls_entropy_func, &backend.entropy, purpose,
                                      sizeof(purpose) - 1);
    }
    if (error != 0)
    {
        char reason[128];
        (void)snprintf(text, cap, "%s: no randomness: %s", backend.version,
                       mbed_reason(error, reason, sizeof(reason)));
        mbedtls_ctr_drbg_free(&backend.drbg);
        mbedtls_entropy_free(&backend.entropy);
        return OV_ERR_CRYPTO;
    }
    backend.started = true;
    return OV_OK;
}

int mbed_random(void *ctx, unsigned char *out, size_t len)
{
    (void)ctx;
    int error = 0;
    while (error == 0 && len > 0)
    {
        size_t part = len > MBEDTLS_CTR_DRBG_MAX_REQUEST ? MBEDTLS_CTR_DRBG_MAX_REQUEST : len;
        error = mbedtls_ctr_drbg_random(&backend.drbg, out, part);
        out += part;
        len -= part;
    }
    return error;
}

static void backend_reseeds(void)
{
    mbedtls_ctr_drbg_set_prediction_resistance(&backend.drbg, MBEDTLS_CTR_DRBG_PR_ON);
}

static enum ov_err backend_random(void *ctx, uint8_t *out, size_t len)
{
    return mbed_random(ctx, out, len) == 0 ? OV_OK : OV_ERR_CRYPTO;
}

extern const struct ov_crypto ov_crypto_mbedtls;
const struct ov_crypto ov_crypto_mbedtls = {
    .name = "mbedtls",
    .version = backend_version,
    .start = backend_start,
    .aead =
        {
            .has = mbed_aead_has,
            .key_new = mbed_aead_key_new,
            .key_free = mbed_aead_key_free,
            .seal = mbed_aead_seal,
            .open = mbed_aead_open,
        },
    .etm =
        {
            .has = mbed_etm_has,
            .key_new = mbed_etm_key_new,
            .key_free = mbed_etm_key_free,
            .seal = mbed_etm_seal,
            .open = mbed_etm_open,
        },
    .hmac = mbed_hmac,
    .digest = mbed_digest,
    .aes256_ctr = mbed_aes256_ctr,
    .random = backend_random,
    .random_reseeds = backend_reseeds,
    .list = mbed_list,
    .tls = &mbed_tls_ops,
};
