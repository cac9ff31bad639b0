#include "mbedtls.h"

#include <mbedtls/aes.h>
#include <mbedtls/md.h>

#include "base/wipe.h"

/* The library's own names are those of the field, where it has the digest at all. */
const mbedtls_md_info_t *mbed_digest_info(enum ov_digest_id id)
{
    return mbedtls_md_info_from_string(ov_digest_name(id));
}

static int run_hmac(mbedtls_md_context_t *ctx, const uint8_t *key, size_t key_len, const struct ov_slice *in,
                    size_t count, uint8_t *out)
{
    int error = mbedtls_md_hmac_starts(ctx, key, key_len);
    for (size_t i = 0; error == 0 && i < count; i++)
    {
        error = in[i].len == 0 ? 0 : mbedtls_md_hmac_update(ctx, in[i].data, in[i].len);
    }
    return error != 0 ? error : mbedtls_md_hmac_finish(ctx, out);
}

enum ov_err mbed_hmac(enum ov_digest_id id, const uint8_t *key, size_t key_len, const struct ov_slice *in,
                      size_t count, uint8_t *out)
{
    const mbedtls_md_info_t *info = mbed_digest_info(id);
    if (info == NULL)
    {
        return OV_ERR_UNSUPPORTED;
    }
    const uint8_t empty = 0;
    mbedtls_md_context_t ctx;
    mbedtls_md_init(&ctx);
    enum ov_err err = OV_ERR_NOMEM;
    if (mbedtls_md_setup(&ctx, info, 1) == 0)
    {
        int error = run_hmac(&ctx, key_len > 0 ? key : &empty, key_len, in, count, out);
        err = error == 0 ? OV_OK : OV_ERR_CRYPTO;
    }
    mbedtls_md_free(&ctx);
    return err;
}

static int run_digest(mbedtls_md_context_t *ctx, const struct ov_slice *in, size_t count, uint8_t *out)
{
    int error = mbedtls_md_starts(ctx);
    for (size_t i = 0; error == 0 && i < count; i++)
    {
        error = in[i].len == 0 ? 0 : mbedtls_md_update(ctx, in[i].data, in[i].len);
    }
    return error != 0 ? error : mbedtls_md_finish(ctx, out);
}

enum ov_err mbed_digest(enum ov_digest_id id, const struct ov_slice *in, size_t count, uint8_t *out)
{
    const mbedtls_md_info_t *info = mbed_digest_info(id);
    if (info == NULL)
    {
        return OV_ERR_UNSUPPORTED;
    }
    mbedtls_md_context_t ctx;
    mbedtls_md_init(&ctx);
    enum ov_err err = OV_ERR_NOMEM;
    if (mbedtls_md_setup(&ctx, info, 0) == 0)
    {
        err = run_digest(&ctx, in, count, out) == 0 ? OV_OK : OV_ERR_CRYPTO;
    }
    mbedtls_md_free(&ctx);
    return err;
}

enum ov_err mbed_aes256_ctr(const uint8_t key[32], const uint8_t iv[16], uint8_t *text, size_t len)
{
    mbedtls_aes_context aes;
    uint8_t counter[16];
    uint8_t pad[16] = {0};
    size_t used = 0;
    for (unsigned i = 0; i < sizeof(counter); i++)
    {
        counter[i] = iv[i]; /* the library counts in place */
    }
    mbedtls_aes_init(&aes);
    int error = mbedtls_aes_setkey_enc(&aes, key, 256);
    if (error == 0)
    {
        error = mbedtls_aes_crypt_ctr(&aes, len, &used, counter, pad, text, text);
    }
    mbedtls_aes_free(&aes);
    ov_wipe(pad, sizeof(pad));
    return error == 0 ? OV_OK : OV_ERR_CRYPTO;
}
