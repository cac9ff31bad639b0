#include "openssl.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <stdio.h>
#include <string.h>

/* Private keys in files: plain, encrypted, and in PKCS#12. */

struct passphrase
{
    const char *text; /* NULL: none */
    bool asked;
};

/* Called by the library when a key is encrypted; nobody must be asked at a terminal from here. */
static int give_passphrase(char *buf, int size, int rwflag, void *ctx)
{
    struct passphrase *passphrase = ctx;
    (void)rwflag;
    passphrase->asked = true;
    const size_t len = passphrase->text != NULL ? strlen(passphrase->text) : 0;
    if (passphrase->text == NULL || len > (size_t)size)
    {
        return -1;
    }
    memcpy(buf, passphrase->text, len);
    return (int)len;
}

static const char *fault_of_key(const struct passphrase *passphrase)
{
    if (!passphrase->asked)
    {
        return NULL;
    }
    return passphrase->text == NULL ? "is encrypted and there is no passphrase" : "the passphrase is wrong";
}

static enum ov_err use_key(SSL_CTX *ctx, EVP_PKEY *key, const char *what, char *text)
{
    if (X509_check_private_key(SSL_CTX_get0_certificate(ctx), key) != 1)
    {
        return openssl_refuse(text, OV_ERR_CERT, what, "does not belong to the certificate");
    }
    return SSL_CTX_use_PrivateKey(ctx, key) == 1 ? OV_OK : openssl_refuse(text, OV_ERR_CERT, what, NULL);
}

enum ov_err openssl_load_key(SSL_CTX *ctx, const struct ov_tls_settings *settings, char *text)
{
    static const char mark[] = "PRIVATE KEY-----";
    const struct ov_pem *pem = &settings->key;
    BIO *bio = openssl_bio_over(pem);
    if (bio == NULL)
    {
        return openssl_refuse(text, OV_ERR_CERT, "key", "is missing");
    }
    if (memmem(pem->text, pem->len, mark, sizeof(mark) - 1) == NULL)
    {
        BIO_free(bio);
        return openssl_refuse(text, OV_ERR_CERT, "key", "no private key in it");
    }
    struct passphrase passphrase = {settings->passphrase, false};
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, give_passphrase, &passphrase);
    BIO_free(bio);
    if (key == NULL)
    {
        return openssl_refuse(text, OV_ERR_CERT, "key", fault_of_key(&passphrase));
    }
    enum ov_err err = use_key(ctx, key, "key", text);
    EVP_PKEY_free(key);
    return err;
}

/* Certificates in the container that are not our own: what others are trusted by, unless --ca says that; and then
 * what connects us to an authority. */
static bool take_others(SSL_CTX *ctx, const struct ov_tls_settings *settings, STACK_OF(X509) * others)
{
    for (int i = 0; i < sk_X509_num(others); i++)
    {
        X509 *cert = sk_X509_value(others, i);
        const bool fine = settings->ca.len > 0
                              ? SSL_CTX_add1_chain_cert(ctx, cert) == 1
                              : X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), cert) == 1 &&
                                    SSL_CTX_add_client_CA(ctx, cert) == 1;
        if (!fine)
        {
            return false;
        }
    }
    return true;
}

static enum ov_err take_parts(SSL_CTX *ctx, const struct ov_tls_settings *settings, X509 *cert, EVP_PKEY *key,
                              STACK_OF(X509) * others, char *text)
{
    if (cert == NULL || key == NULL)
    {
        return openssl_refuse(text, OV_ERR_CERT, "pkcs12", "there is no certificate with its key in it");
    }
    if (settings->ca.len == 0 && !settings->trust_judge && sk_X509_num(others) <= 0)
    {
        return openssl_refuse(text, OV_ERR_CERT, "pkcs12", "there is no authority in it, and no --ca");
    }
    if (SSL_CTX_use_certificate(ctx, cert) != 1 || !take_others(ctx, settings, others))
    {
        return openssl_refuse(text, OV_ERR_CERT, "pkcs12", NULL);
    }
    return use_key(ctx, key, "pkcs12", text);
}

enum ov_err openssl_load_pkcs12(SSL_CTX *ctx, const struct ov_tls_settings *settings, char *text)
{
    BIO *bio = openssl_bio_over(&settings->pkcs12);
    PKCS12 *container = bio != NULL ? d2i_PKCS12_bio(bio, NULL) : NULL;
    EVP_PKEY *key = NULL;
    X509 *cert = NULL;
    STACK_OF(X509) *others = NULL;
    const char *passphrase = settings->passphrase != NULL ? settings->passphrase : "";
    enum ov_err err = OV_OK;
    BIO_free(bio);
    if (container == NULL)
    {
        err = openssl_refuse(text, OV_ERR_CERT, "pkcs12", "is no PKCS#12 container");
    }
    else if (PKCS12_parse(container, passphrase, &key, &cert, &others) != 1)
    {
        const bool mac = ERR_GET_REASON(ERR_peek_last_error()) == PKCS12_R_MAC_VERIFY_FAILURE;
        const char *why = settings->passphrase == NULL ? "is encrypted and there is no passphrase"
                                                       : "the passphrase is wrong";
        err = openssl_refuse(text, OV_ERR_CERT, "pkcs12", mac ? why : NULL);
    }
    else
    {
        err = take_parts(ctx, settings, cert, key, others, text);
    }
    sk_X509_pop_free(others, X509_free);
    X509_free(cert);
    EVP_PKEY_free(key);
    PKCS12_free(container);
    return err;
}
