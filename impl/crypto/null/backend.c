#include "internal.h"
#include "null.h"

#include <string.h>

static const char *backend_version(void)
{
    return "null (no cryptography, for tests only)";
}

static enum ov_err backend_start(char *text, size_t cap)
{
    if (cap > 0)
    {
        text[0] = '\0';
    }
    return OV_OK;
}

static void take_all(struct null_mix *mix, const struct ov_slice *in, size_t count)
{
    for (size_t i = 0; i < count; i++)
    {
        null_mix_take(mix, in[i].data, in[i].len);
    }
}

static enum ov_err not_secure_hmac(enum ov_digest_id id, const uint8_t *key, size_t key_len,
                                   const struct ov_slice *in, size_t count, uint8_t *out)
{
    struct null_mix mix;
    null_mix_start(&mix, 0x100 + (uint64_t)id);
    uint64_t long_len = key_len;
    null_mix_take(&mix, &long_len, sizeof(long_len));
    null_mix_take(&mix, key, key_len);
    take_all(&mix, in, count);
    null_mix_give(&mix, out, ov_digest_len(id));
    return OV_OK;
}

static enum ov_err not_secure_digest(enum ov_digest_id id, const struct ov_slice *in, size_t count,
                                     uint8_t *out)
{
    struct null_mix mix;
    null_mix_start(&mix, 0x200 + (uint64_t)id);
    take_all(&mix, in, count);
    null_mix_give(&mix, out, ov_digest_len(id));
    return OV_OK;
}

static enum ov_err not_secure_ctr(const uint8_t key[32], const uint8_t iv[16], uint8_t *text, size_t len)
{
    struct null_mix mix;
    uint64_t seed;
    null_mix_start(&mix, 0x300);
    null_mix_take(&mix, key, 32);
    null_mix_take(&mix, iv, 16);
    null_mix_give(&mix, (uint8_t *)&seed, sizeof(seed));
    null_stream(seed, text, len);
    return OV_OK;
}

static enum ov_err seeded_random(void *ctx, uint8_t *out, size_t len)
{
    uint64_t *seed = ctx;
    if (seed == NULL)
    {
        return OV_ERR_ARG;
    }
    for (size_t at = 0; at < len; at += 8)
    {
        uint64_t word = null_next(seed);
        memcpy(out + at, &word, len - at < 8 ? len - at : 8);
    }
    return OV_OK;
}

const struct ov_crypto ov_crypto_null = {
    .name = "null",
    .version = backend_version,
    .start = backend_start,
    .aead =
        {
            .has = null_aead_has,
            .key_new = null_aead_key_new,
            .key_free = null_aead_key_free,
            .seal = null_aead_seal,
            .open = null_aead_open,
        },
    .etm =
        {
            .has = null_etm_has,
            .key_new = null_etm_key_new,
            .key_free = null_etm_key_free,
            .seal = null_etm_seal,
            .open = null_etm_open,
        },
    .hmac = not_secure_hmac,
    .digest = not_secure_digest,
    .aes256_ctr = not_secure_ctr,
    .random = seeded_random,
    .tls = &null_tls_ops,
};
