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

/* The pause is that of the connection whose handshake runs now: another may run while this one waits. */
static enum ov_err ask(const struct openssl_signing *signing, const struct ov_sign_request *request,
                       uint8_t *out, size_t cap, size_t *out_len)
{
    return ov_pause_sign(signing->pause, signing->signer, request, out, cap, out_len);
}

/* What the library asks for: PKCS#1 with the digest already in its envelope, or a block that it has padded
 * itself (PSS). */
static int rsa_sign(int len, const unsigned char *from, unsigned char *to, RSA *rsa, int padding)
{
    const struct openssl_signing *signing = RSA_get_ex_data(rsa, slot());
    const size_t size = (size_t)RSA_size(rsa);
    size_t out_len = 0;
    if (signing == NULL || len < 0 || (padding != RSA_PKCS1_PADDING && padding != RSA_NO_PADDING))
    {
        ERR_raise(ERR_LIB_RSA, RSA_R_UNKNOWN_PADDING_TYPE);
        return -1;
    }
    const struct ov_sign_request request = {
        padding == RSA_PKCS1_PADDING ? OV_SIGN_RSA_PKCS1 : OV_SIGN_RSA_RAW, from, (size_t)len, size};
    enum ov_err err = ask(signing, &request, to, size, &out_len);
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

static EVP_PKEY *wrap_rsa(EVP_PKEY *public_key, struct openssl_signing *signing)
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
        fine = RSA_set_ex_data(rsa, slot(), signing) == 1 && RSA_set_method(rsa, method) == 1;
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
    const struct openssl_signing *signing = EC_KEY_get_ex_data(ec, slot());
    const struct ov_sign_request request = {OV_SIGN_ECDSA, digest, len < 0 ? 0 : (size_t)len, 0};
    size_t got = 0;
    (void)type;
    (void)kinv;
    (void)r;
    if (signing == NULL || len < 0 || ask(signing, &request, out, (size_t)ECDSA_size(ec), &got) != OV_OK)
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

static EVP_PKEY *wrap_ec(EVP_PKEY *public_key, struct openssl_signing *signing)
{
    EC_KEY *ec = EC_KEY_dup(EVP_PKEY_get0_EC_KEY(public_key));
    EC_KEY_METHOD *method = EC_KEY_METHOD_new(EC_KEY_OpenSSL());
    EVP_PKEY *key = EVP_PKEY_new();
    bool fine = ec != NULL && method != NULL && key != NULL;
    if (fine)
    {
        EC_KEY_METHOD_set_sign(method, ec_sign, ec_sign_setup, NULL);
        EC_KEY_METHOD_set_init(method, NULL, ec_finish, NULL, NULL, NULL, NULL);
        fine = EC_KEY_set_ex_data(ec, slot(), signing) == 1 && EC_KEY_set_method(ec, method) == 1;
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

/* PSS can't be asked of this signer: signatures as TLS 1.2 had them first. Nothing changes for the peer's. */
static enum ov_err only_pkcs1(SSL_CTX *ctx, enum ov_role role, char *text)
{
    static const char old[] = "RSA+SHA256:RSA+SHA384:RSA+SHA512:RSA+SHA224:RSA+SHA1";
    static const char all[] = "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ed25519:RSA-PSS+SHA256:RSA-PSS+SHA384:"
                              "RSA-PSS+SHA512:RSA+SHA256:RSA+SHA384:RSA+SHA512";
    if (SSL_CTX_get_min_proto_version(ctx) >= TLS1_3_VERSION)
    {
        return openssl_refuse(text, OV_ERR_UNSUPPORTED, "key",
                              "whoever keeps it can't sign as TLS 1.3 wants it (RSA-PSS)");
    }
    const bool client = role == OV_ROLE_CLIENT;
    const bool fine = SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION) == 1 &&
                      SSL_CTX_set1_client_sigalgs_list(ctx, client ? old : all) == 1 &&
                      (client || SSL_CTX_set1_sigalgs_list(ctx, old) == 1);
    return fine ? OV_OK : openssl_refuse(text, OV_ERR_TLS, "key", NULL);
}

enum ov_err openssl_use_signer(SSL_CTX *ctx, const struct ov_tls_settings *settings, char *text)
{
    struct ov_tls_conf *conf = SSL_CTX_get_app_data(ctx);
    EVP_PKEY *public_key = X509_get0_pubkey(SSL_CTX_get0_certificate(ctx));
    const int type = public_key != NULL ? EVP_PKEY_get_base_id(public_key) : EVP_PKEY_NONE;
    if (type != EVP_PKEY_RSA && type != EVP_PKEY_EC)
    {
        return openssl_refuse(text, OV_ERR_UNSUPPORTED, "key",
                              "only RSA and EC keys can be kept by somebody else");
    }
    struct openssl_signing *signing = &conf->signing;
    signing->signer = settings->signer;
    EVP_PKEY *key = type == EVP_PKEY_RSA ? wrap_rsa(public_key, signing) : wrap_ec(public_key, signing);
    if (key == NULL)
    {
        return openssl_refuse(text, OV_ERR_CRYPTO, "key", NULL);
    }
    const bool fine = SSL_CTX_use_PrivateKey(ctx, key) == 1;
    EVP_PKEY_free(key);
    if (!fine)
    {
        return openssl_refuse(text, OV_ERR_CERT, "key", NULL);
    }
    const bool pss = type != EVP_PKEY_RSA || (settings->signer->can & OV_SIGN_CAN(OV_SIGN_RSA_RAW)) != 0;
    return pss ? OV_OK : only_pkcs1(ctx, settings->role, text);
}
