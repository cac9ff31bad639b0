#include "openssl.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Suites for TLS 1.2: ephemeral Diffie-Hellman, authenticated by certificate, strong [WP-TLS-004].
 * TLS 1.3 has no others. */
#define TLS12_SUITES "kEECDH+HIGH:kEDH+HIGH:!aNULL:!eNULL:!DSS:!PSK:!SRP:!CAMELLIA:!ARIA:!3DES:!AESCCM8"

const char *openssl_reason(char *text, size_t cap)
{
    unsigned long code = ERR_get_error();
    const char *reason = code == 0 ? NULL : ERR_reason_error_string(code);
    if (reason != NULL)
    {
        (void)snprintf(text, cap, "%s", reason);
    }
    else
    {
        (void)snprintf(text, cap, "error %08lx of the library", code);
    }
    ERR_clear_error();
    return text;
}

/* "cert: ee key too small" */
enum ov_err openssl_refuse(char *text, enum ov_err err, const char *what, const char *why)
{
    char reason[200];
    (void)snprintf(text, OV_TLS_ERROR_TEXT, "%s: %s", what,
                   why != NULL ? why : openssl_reason(reason, sizeof(reason)));
    ERR_clear_error();
    return err;
}

BIO *openssl_bio_over(const struct ov_pem *pem)
{
    return pem->len == 0 || pem->len > INT32_MAX ? NULL : BIO_new_mem_buf(pem->text, (int)pem->len);
}

/* The end of the input shows as the error "no start line". */
static bool at_end(void)
{
    unsigned long code = ERR_peek_last_error();
    return ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) == PEM_R_NO_START_LINE;
}

/* Takes a certificate over if it gives 1. */
typedef int take_cert_fn(SSL_CTX *ctx, X509 *cert, int index);

static int take_ca(SSL_CTX *ctx, X509 *cert, int index)
{
    (void)index;
    int fine =
        X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), cert) == 1 && SSL_CTX_add_client_CA(ctx, cert) == 1;
    if (fine)
    {
        X509_free(cert);
    }
    return fine;
}

static int take_own(SSL_CTX *ctx, X509 *cert, int index)
{
    if (index > 0)
    {
        return SSL_CTX_add0_chain_cert(ctx, cert) == 1;
    }
    int fine = SSL_CTX_use_certificate(ctx, cert) == 1;
    if (fine)
    {
        X509_free(cert);
    }
    return fine;
}

/* Every certificate of a PEM text, in order. */
static enum ov_err load_certs(SSL_CTX *ctx, const char *what, const struct ov_pem *pem, take_cert_fn *take,
                              char *text)
{
    BIO *bio = openssl_bio_over(pem);
    if (bio == NULL)
    {
        return openssl_refuse(text, OV_ERR_CERT, what, "is missing");
    }
    int count = 0;
    X509 *cert = NULL;
    ERR_clear_error();
    while ((cert = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL)
    {
        if (take(ctx, cert, count) != 1)
        {
            X509_free(cert);
            BIO_free(bio);
            return openssl_refuse(text, OV_ERR_CERT, what, NULL);
        }
        count++;
    }
    bool ended = at_end();
    BIO_free(bio);
    if (!ended)
    {
        return openssl_refuse(text, OV_ERR_CERT, what, NULL);
    }
    ERR_clear_error();
    return count > 0 ? OV_OK : openssl_refuse(text, OV_ERR_CERT, what, "no certificate in it");
}

/* A certificate that may not sign is of no use to either side here, and the library would say so only as
 * "no shared cipher" or by sending none. */
static enum ov_err check_usage(SSL_CTX *ctx, char *text)
{
    return (X509_get_key_usage(SSL_CTX_get0_certificate(ctx)) & KU_DIGITAL_SIGNATURE) != 0
               ? OV_OK
               : openssl_refuse(text, OV_ERR_CERT, "cert", "key usage does not allow signatures");
}

static int version_number(enum ov_tls_version version)
{
    switch (version)
    {
    case OV_TLS_VERSION_1_2:
        return TLS1_2_VERSION;
    case OV_TLS_VERSION_1_3:
        return TLS1_3_VERSION;
    case OV_TLS_VERSION_DEFAULT:
        break;
    }
    return 0;
}

static enum ov_err set_versions(SSL_CTX *ctx, const struct ov_tls_settings *settings, char *text)
{
    int min = version_number(settings->version_min);
    int max = version_number(settings->version_max);
    if (max != 0 && min > max)
    {
        return openssl_refuse(text, OV_ERR_TLS, "version", "minimum is above maximum");
    }
    /* WP-TLS-001: 1.2 is the floor, and 0 is the library's own ceiling. */
    bool fine = SSL_CTX_set_min_proto_version(ctx, min != 0 ? min : TLS1_2_VERSION) == 1 &&
                SSL_CTX_set_max_proto_version(ctx, max) == 1;
    return fine ? OV_OK : openssl_refuse(text, OV_ERR_TLS, "version", NULL);
}

static int verify_mode(const struct ov_tls_settings *settings)
{
    if (settings->role == OV_ROLE_CLIENT || settings->client_cert == OV_TLS_CLIENT_CERT_REQUIRED)
    {
        return SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    }
    return settings->client_cert == OV_TLS_CLIENT_CERT_OPTIONAL ? SSL_VERIFY_PEER : SSL_VERIFY_NONE;
}

/* As in 2.x: insecure is level 0, legacy 1, preferred 2. */
static void set_profile(SSL_CTX *ctx, enum ov_tls_profile profile)
{
    if (profile != OV_TLS_PROFILE_DEFAULT)
    {
        SSL_CTX_set_security_level(ctx, profile == OV_TLS_PROFILE_INSECURE ? 0
                                        : profile == OV_TLS_PROFILE_LEGACY ? 1
                                                                           : 2);
    }
}

static enum ov_err set_rules(SSL_CTX *ctx, const struct ov_tls_settings *settings, char *text)
{
    /* WP-TLS-002: every negotiation is a full handshake, and TLS itself never renegotiates. */
    SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                 SSL_OP_CIPHER_SERVER_PREFERENCE);
    (void)SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    /* A server may have thousands of idle connections. */
    (void)SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_verify(ctx, verify_mode(settings), openssl_verify);
    /* One above our limit, so that the callback is what refuses, with our words [WP-TLS-005]. */
    SSL_CTX_set_verify_depth(ctx, OV_TLS_CHAIN_MAX + 1);
    set_profile(ctx, settings->profile);
    bool fine = SSL_CTX_set_num_tickets(ctx, 0) == 1 && SSL_CTX_set_dh_auto(ctx, 1) == 1 &&
                SSL_CTX_set_cipher_list(ctx, TLS12_SUITES) == 1;
    return fine ? OV_OK : openssl_refuse(text, OV_ERR_TLS, "settings", NULL);
}

static int take_extra(SSL_CTX *ctx, X509 *cert, int index)
{
    (void)index;
    return SSL_CTX_add0_chain_cert(ctx, cert) == 1;
}

/* A client without a certificate is legal: its server decides [WP-TLS-003]. */
static bool has_own(const struct ov_tls_settings *settings)
{
    return settings->role == OV_ROLE_SERVER || settings->cert.len > 0 || settings->key.len > 0 ||
           settings->pkcs12.len > 0;
}

static enum ov_err load_own(SSL_CTX *ctx, const struct ov_tls_settings *settings, char *text)
{
    enum ov_err err = OV_OK;
    if (settings->pkcs12.len > 0)
    {
        err = openssl_load_pkcs12(ctx, settings, text);
    }
    else
    {
        err = load_certs(ctx, "cert", &settings->cert, take_own, text);
        if (err == OV_OK)
        {
            err = settings->signer != NULL ? openssl_use_signer(ctx, settings, text)
                                           : openssl_load_key(ctx, settings, text);
        }
    }
    if (err == OV_OK && settings->extra.len > 0)
    {
        err = load_certs(ctx, "extra-certs", &settings->extra, take_extra, text);
    }
    return err == OV_OK ? check_usage(ctx, text) : err;
}

static bool needs_ca(const struct ov_tls_settings *settings)
{
    return settings->ca.len > 0 || (!settings->trust_judge && settings->pkcs12.len == 0);
}

static enum ov_err load_all(SSL_CTX *ctx, const struct ov_tls_settings *settings, char *text)
{
    enum ov_err err = set_rules(ctx, settings, text);
    if (err == OV_OK)
    {
        err = set_versions(ctx, settings, text);
    }
    if (err == OV_OK)
    {
        err = openssl_set_lists(ctx, settings, text);
    }
    if (err == OV_OK && needs_ca(settings))
    {
        err = load_certs(ctx, "ca", &settings->ca, take_ca, text);
    }
    if (err == OV_OK && has_own(settings))
    {
        err = load_own(ctx, settings, text);
    }
    if (err == OV_OK && settings->crl.len > 0)
    {
        err = openssl_load_crl(ctx, &settings->crl, text);
    }
    return err;
}

enum ov_err openssl_conf_new(const struct ov_tls_settings *settings, struct ov_tls_conf **out,
                             char text[static OV_TLS_ERROR_TEXT])
{
    *out = NULL;
    text[0] = '\0';
    ERR_clear_error();
    bool server = settings->role == OV_ROLE_SERVER;
    SSL_CTX *ctx = SSL_CTX_new(server ? TLS_server_method() : TLS_client_method());
    struct ov_tls_conf *conf = calloc(1, sizeof(*conf));
    if (ctx == NULL || conf == NULL)
    {
        SSL_CTX_free(ctx);
        free(conf);
        return openssl_refuse(text, OV_ERR_NOMEM, "TLS", "out of memory");
    }
    SSL_CTX_set_app_data(ctx, conf);
    enum ov_err err = load_all(ctx, settings, text);
    if (err != OV_OK)
    {
        SSL_CTX_free(ctx);
        openssl_signing_close(&conf->signing);
        free(conf);
        return err;
    }
    conf->ctx = ctx;
    conf->role = settings->role;
    conf->check_remote_usage = settings->check_remote_usage;
    conf->client_cert = settings->client_cert;
    conf->judge = settings->judge;
    conf->judge_ctx = settings->judge_ctx;
    conf->judge_waits = settings->judge_waits;
    conf->judge_left = settings->judge_left;
    conf->trust_judge = settings->trust_judge;
    conf->name_field = settings->name_field;
    *out = conf;
    return OV_OK;
}

void openssl_conf_free(struct ov_tls_conf *conf)
{
    if (conf != NULL)
    {
        SSL_CTX_free(conf->ctx);
        openssl_signing_close(&conf->signing);
        free(conf);
    }
}
