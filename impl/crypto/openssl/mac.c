#include "openssl.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

static enum ov_err hmac_pieces(EVP_MAC_CTX *ctx, const struct ov_slice *in, size_t count, uint8_t *out,
                               size_t out_len)
{
    for (size_t i = 0; i < count; i++)
    {
        if (in[i].len > 0 && EVP_MAC_update(ctx, in[i].data, in[i].len) != 1)
        {
            return OV_ERR_CRYPTO;
        }
    }
    size_t made = 0;
    return EVP_MAC_final(ctx, out, &made, out_len) == 1 && made == out_len ? OV_OK : OV_ERR_CRYPTO;
}

EVP_MAC_CTX *openssl_hmac_new(enum ov_digest_id id, const uint8_t *key, size_t key_len)
{
    EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(openssl_algorithms.hmac);
    if (ctx == NULL)
    {
        return NULL;
    }
    /* The parameter list is not const in the library's interface, but it only reads the name. */
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
                                         (char *)EVP_MD_get0_name(openssl_algorithms.digest[id]), 0),
        OSSL_PARAM_construct_end(),
    };
    /* An empty key still needs a pointer: NULL would mean "the key of before". */
    const uint8_t empty = 0;
    if (EVP_MAC_init(ctx, key_len > 0 ? key : &empty, key_len, params) != 1)
    {
        EVP_MAC_CTX_free(ctx);
        return NULL;
    }
    return ctx;
}

enum ov_err openssl_hmac(enum ov_digest_id id, const uint8_t *key, size_t key_len, const struct ov_slice *in,
                         size_t count, uint8_t *out)
{
    if (openssl_algorithms.digest[id] == NULL)
    {
        return OV_ERR_UNSUPPORTED;
    }
    EVP_MAC_CTX *ctx = openssl_hmac_new(id, key, key_len);
    if (ctx == NULL)
    {
        return OV_ERR_CRYPTO;
    }
    enum ov_err err = hmac_pieces(ctx, in, count, out, ov_digest_len(id));
    EVP_MAC_CTX_free(ctx);
    return err;
}

enum ov_err openssl_digest(enum ov_digest_id id, const struct ov_slice *in, size_t count, uint8_t *out)
{
    const EVP_MD *md = openssl_algorithms.digest[id];
    if (md == NULL)
    {
        return OV_ERR_UNSUPPORTED;
    }
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (ctx == NULL)
    {
        return OV_ERR_NOMEM;
    }
    bool fine = EVP_DigestInit_ex2(ctx, md, NULL) == 1;
    for (size_t i = 0; fine && i < count; i++)
    {
        fine = EVP_DigestUpdate(ctx, in[i].data, in[i].len) == 1;
    }
    fine = fine && EVP_DigestFinal_ex(ctx, out, NULL) == 1;
    EVP_MD_CTX_free(ctx);
    return fine ? OV_OK : OV_ERR_CRYPTO;
}

enum ov_err openssl_aes256_ctr(const uint8_t key[32], const uint8_t iv[16], uint8_t *text, size_t len)
{
    if (len > INT32_MAX)
    {
        return OV_ERR_ARG;
    }
    if (len == 0)
    {
        return OV_OK;
    }
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    if (ctx == NULL)
    {
        return OV_ERR_NOMEM;
    }
    int moved = 0;
    bool fine = EVP_EncryptInit_ex2(ctx, openssl_algorithms.aes256_ctr, key, iv, NULL) == 1 &&
                EVP_EncryptUpdate(ctx, text, &moved, text, (int)len) == 1;
    EVP_CIPHER_CTX_free(ctx);
    return fine ? OV_OK : OV_ERR_CRYPTO;
}
