/* The library's old interface for foreign keys is still the only one that needs no provider of one's own. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "openssl.h"

#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

/* A private key that somebody else keeps: RSA and EC. The public half comes from the certificate. */

static int slot(void)
{
    return 0; /* of ex data: application data */
}

static const struct ov_tls_signer *signer_of_rsa(const RSA *rsa)
{
    return RSA_get_ex_data(rsa, slot());
}

/* What the library asks for: PKCS#1 with the digest already in its envelope, or a block that it has padded
 * itself (PSS). */
static int rsa_sign(int len, const unsigned char *from, unsigned char *to, RSA *rsa, int padding)
{
    const struct ov_tls_signer *signer = signer_of_rsa(rsa);
    const size_t size = (size_t)RSA_size(rsa);
    size_t out_len = 0;
    if (signer == NULL || len < 0 || (padding != RSA_PKCS1_PADDING && padding != RSA_NO_PADDING))
    {
        ERR_raise(ERR_LIB_RSA, RSA_R_UNKNOWN_PADDING_TYPE);
        return -1;
    }
    const enum ov_sign_kind kind = padding == RSA_PKCS1_PADDING ? OV_SIGN_RSA_PKCS1 : OV_SIGN_RSA_RAW;
    enum ov_err err = signer->sign(signer->ctx, kind, from, (size_t)len, to, size, &out_len);
    if (err != OV_OK || out_len != size)
    {
        ERR_raise(ERR_LIB_RSA, RSA_R_VALUE_MISSING);
        return -1;
    }
    return (int)size;
}

static int rsa_finish(RSA *rsa)
{
    RSA_meth_free((RSA_METHOD *)(uintptr_t)RSA_get_method(rsa));
    return 1;
}

static EVP_PKEY *wrap_rsa(EVP_PKEY *public_key, const struct ov_tls_signer *signer)
{
    const RSA *known = EVP_PKEY_get0_RSA(public_key);
    RSA *rsa = known != NULL ? RSA_new() : NULL;
    RSA_METHOD *method = RSA_meth_dup(RSA_get_default_method());
    EVP_PKEY *key = EVP_PKEY_new();
    bool fine = rsa != NULL && method != NULL && key != NULL &&
                RSA_meth_set_priv_enc(method, rsa_sign) == 1 &&
                RSA_meth_set_finish(method, rsa_finish) == 1 &&
                RSA_set0_key(rsa, BN_dup(RSA_get0_n(known)), BN_dup(RSA_get0_e(known)), NULL) == 1;
    if (fine)
    {
        RSA_set_flags(rsa, RSA_flags(known) | RSA_FLAG_EXT_PKEY);
        fine =
            RSA_set_ex_data(rsa, slot(), (void *)(uintptr_t)signer) == 1 && RSA_set_method(rsa, method) == 1;
        method = fine ? NULL : method; /* the RSA frees it now */
    }
    fine = fine && EVP_PKEY_assign_RSA(key, rsa) == 1;
    if (!fine)
    {
        RSA_free(rsa);
        EVP_PKEY_free(key);
    }
    RSA_meth_free(method);
    return fine ? key : NULL;
}

/* ---- EC ---- */

static int ec_sign(int type, const unsigned char *digest, int len, unsigned char *out, unsigned int *out_len,
                   const BIGNUM *kinv, const BIGNUM *r, EC_KEY *ec)
{
    const struct ov_tls_signer *signer = EC_KEY_get_ex_data(ec, slot());
    size_t got = 0;
    (void)type;
    (void)kinv;
    (void)r;
    if (signer == NULL || len < 0 ||
        signer->sign(signer->ctx, OV_SIGN_ECDSA, digest, (size_t)len, out, (size_t)ECDSA_size(ec), &got) !=
            OV_OK)
    {
        ERR_raise(ERR_LIB_EC, EC_R_MISSING_PRIVATE_KEY);
        return 0;
    }
    *out_len = (unsigned int)got;
    return 1;
}

static int ec_sign_setup(EC_KEY *ec, BN_CTX *ctx, BIGNUM **kinv, BIGNUM **r)
{
    (void)ec;
    (void)ctx;
    (void)kinv;
    (void)r;
    return 1;
}

static void ec_finish(EC_KEY *ec)
{
    EC_KEY_METHOD_free((EC_KEY_METHOD *)(uintptr_t)EC_KEY_get_method(ec));
}

static EVP_PKEY *wrap_ec(EVP_PKEY *public_key, const struct ov_tls_signer *signer)
{
    EC_KEY *ec = EC_KEY_dup(EVP_PKEY_get0_EC_KEY(public_key));
    EC_KEY_METHOD *method = EC_KEY_METHOD_new(EC_KEY_OpenSSL());
    EVP_PKEY *key = EVP_PKEY_new();
    bool fine = ec != NULL && method != NULL && key != NULL;
    if (fine)
    {
        EC_KEY_METHOD_set_sign(method, ec_sign, ec_sign_setup, NULL);
        EC_KEY_METHOD_set_init(method, NULL, ec_finish, NULL, NULL, NULL, NULL);
        fine = EC_KEY_set_ex_data(ec, slot(), (void *)(uintptr_t)signer) == 1 &&
               EC_KEY_set_method(ec, method) == 1;
        method = fine ? NULL : method;
    }
    fine = fine && EVP_PKEY_assign_EC_KEY(key, ec) == 1;
    if (!fine)
    {
        EC_KEY_free(ec);
        EVP_PKEY_free(key);
    }
    if (method != NULL)
    {
        EC_KEY_METHOD_free(method); /* does not like NULL */
    }
    return fine ? key : NULL;
}

enum ov_err openssl_use_signer(SSL_CTX *ctx, const struct ov_tls_signer *signer, char *text)
{
    EVP_PKEY *public_key = X509_get0_pubkey(SSL_CTX_get0_certificate(ctx));
    const int type = public_key != NULL ? EVP_PKEY_get_base_id(public_key) : EVP_PKEY_NONE;
    if (type != EVP_PKEY_RSA && type != EVP_PKEY_EC)
    {
        return openssl_refuse(text, OV_ERR_UNSUPPORTED, "key",
                              "only RSA and EC keys can be kept by somebody else");
    }
    EVP_PKEY *key = type == EVP_PKEY_RSA ? wrap_rsa(public_key, signer) : wrap_ec(public_key, signer);
    if (key == NULL)
    {
        return openssl_refuse(text, OV_ERR_CRYPTO, "key", NULL);
    }
    const bool fine = SSL_CTX_use_PrivateKey(ctx, key) == 1;
    EVP_PKEY_free(key);
    return fine ? OV_OK : openssl_refuse(text, OV_ERR_CERT, "key", NULL);
}
