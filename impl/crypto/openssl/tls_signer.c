#include "openssl.h"

#include <openssl/err.h>
#include <openssl/rand.h>

#include "crypto/rsa_pad.h"

/* A private key that somebody else keeps: RSA and EC. The public half comes from the certificate. */

/* The pause is that of the connection whose handshake runs now: another may run while this one waits. */
static enum ov_err ask(const struct openssl_signing *signing, const struct ov_sign_request *request,
                       uint8_t *out, size_t cap, size_t *out_len)
{
    return (signing->signer->can & OV_SIGN_CAN(request->kind)) != 0
               ? ov_pause_sign(signing->pause, signing->signer, request, out, cap, out_len)
               : OV_ERR_UNSUPPORTED;
}

/* For who signs nothing but what is padded already. */
static enum ov_err ask_raw(const struct openssl_signing *signing, const struct ov_sign_request *pss,
                           const EVP_PKEY *public_key, uint8_t *out, size_t cap, size_t *out_len)
{
    uint8_t salt[OV_DIGEST_MAX];
    uint8_t padded[OV_SIGN_MAX];
    if (pss->key_len > sizeof padded || RAND_bytes(salt, (int)ov_digest_len(pss->digest)) != 1)
    {
        return OV_ERR_CRYPTO;
    }
    enum ov_err err = ov_rsa_pad_pss(openssl_digest, pss->digest, pss->in, salt,
                                     (size_t)EVP_PKEY_get_bits(public_key), padded);
    struct ov_sign_request raw = *pss;
    raw.kind = OV_SIGN_RSA_RAW;
    raw.in = padded;
    raw.in_len = pss->key_len;
    return err == OV_OK ? ask(signing, &raw, out, cap, out_len) : err;
}

/* PSS can't be asked of this signer: signatures as TLS 1.2 had them first. Nothing changes for the peer's,
 * nor for handshakes that have begun. */
static enum ov_err only_pkcs1(const struct openssl_signing *signing, char *text)
{
    SSL_CTX *ctx = signing->ctx;
    static const char old[] = "RSA+SHA256:RSA+SHA384:RSA+SHA512:RSA+SHA224:RSA+SHA1";
    static const char all[] = "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ed25519:RSA-PSS+SHA256:RSA-PSS+SHA384:"
                              "RSA-PSS+SHA512:RSA+SHA256:RSA+SHA384:RSA+SHA512";
    if (SSL_CTX_get_min_proto_version(ctx) >= TLS1_3_VERSION)
    {
        return openssl_refuse(text, OV_ERR_UNSUPPORTED, "key",
                              "whoever keeps it can't sign as TLS 1.3 wants it (RSA-PSS)");
    }
    const bool client = signing->role == OV_ROLE_CLIENT;
    const bool fine = SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION) == 1 &&
                      SSL_CTX_set1_client_sigalgs_list(ctx, client ? old : all) == 1 &&
                      (client || SSL_CTX_set1_sigalgs_list(ctx, old) == 1);
    return fine ? OV_OK : openssl_refuse(text, OV_ERR_TLS, "key", NULL);
}

enum ov_err openssl_sign_elsewhere(const struct openssl_signing *signing, const EVP_PKEY *public_key,
                                   bool pss, enum ov_digest_id digest, const struct ov_slice *message,
                                   uint8_t *out, size_t cap, size_t *out_len)
{
    uint8_t hash[OV_DIGEST_MAX];
    uint8_t info[OV_RSA_INFO_MAX];
    struct ov_sign_request request = {.kind = OV_SIGN_ECDSA,
                                      .in = hash,
                                      .in_len = ov_digest_len(digest),
                                      .digest = digest,
                                      .message = message->data,
                                      .message_len = message->len};
    enum ov_err err = openssl_digest(digest, message, 1, hash);
    if (err == OV_OK && EVP_PKEY_is_a(public_key, "RSA"))
    {
        request.key_len = (size_t)EVP_PKEY_get_size(public_key);
        request.kind = pss ? OV_SIGN_RSA_PSS : OV_SIGN_RSA_PKCS1;
    }
    if (err == OV_OK && request.kind == OV_SIGN_RSA_PKCS1)
    {
        err = ov_rsa_digest_info(digest, hash, info, &request.in_len);
        request.in = info;
    }
    err = err == OV_OK ? ask(signing, &request, out, cap, out_len) : err;
    if (err == OV_ERR_UNSUPPORTED && request.kind == OV_SIGN_RSA_PSS)
    {
        err = ask_raw(signing, &request, public_key, out, cap, out_len);
    }
    if (err == OV_ERR_UNSUPPORTED && request.kind == OV_SIGN_RSA_PSS)
    {
        /* That turned out now: this handshake fails, the next can do with less. */
        char text[OV_TLS_ERROR_TEXT];
        (void)(only_pkcs1(signing, text) == OV_OK);
    }
    return err == OV_OK && request.key_len != 0 && *out_len != request.key_len ? OV_ERR_CRYPTO : err;
}

enum ov_err openssl_use_signer(SSL_CTX *ctx, const struct ov_tls_settings *settings, char *text)
{
    struct ov_tls_conf *conf = SSL_CTX_get_app_data(ctx);
    EVP_PKEY *public_key = X509_get0_pubkey(SSL_CTX_get0_certificate(ctx));
    const bool rsa = public_key != NULL && EVP_PKEY_is_a(public_key, "RSA");
    if (!rsa && (public_key == NULL || !EVP_PKEY_is_a(public_key, "EC")))
    {
        return openssl_refuse(text, OV_ERR_UNSUPPORTED, "key",
                              "only RSA and EC keys can be kept by somebody else");
    }
    conf->signing.signer = settings->signer;
    conf->signing.ctx = ctx;
    conf->signing.role = settings->role;
    EVP_PKEY *key = openssl_key_elsewhere(&conf->signing, public_key);
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
    const unsigned newer = OV_SIGN_CAN(OV_SIGN_RSA_PSS) | OV_SIGN_CAN(OV_SIGN_RSA_RAW);
    return !rsa || (settings->signer->can & newer) != 0 ? OV_OK : only_pkcs1(&conf->signing, text);
}
