#include "compat.h"

#include <mbedtls/oid.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"

/* "key: is encrypted"; the library's words for error where there are no others. */
enum ov_err mbed_refuse(char *text, enum ov_err err, const char *what, const char *why, int error)
{
    char reason[200];
    (void)snprintf(text, OV_TLS_ERROR_TEXT, "%s: %s", what,
                   why != NULL ? why : mbed_reason(error, reason, sizeof(reason)));
    return err;
}

/* The parsers want a NUL behind the text, and it counts. */
static char *copy_of(const struct ov_pem *pem)
{
    char *copy = malloc(pem->len + 1);
    if (copy != NULL)
    {
        memcpy(copy, pem->text, pem->len);
        copy[pem->len] = '\0';
    }
    return copy;
}

static enum ov_err load_certs(mbedtls_x509_crt *certs, const char *what, const struct ov_pem *pem, char *text)
{
    if (pem->len == 0)
    {
        return mbed_refuse(text, OV_ERR_CERT, what, "is missing", 0);
    }
    char *copy = copy_of(pem);
    if (copy == NULL)
    {
        return mbed_refuse(text, OV_ERR_NOMEM, what, "out of memory", 0);
    }
    enum ov_err err = OV_OK;
    if (strstr(copy, "-----BEGIN CERTIFICATE-----") == NULL)
    {
        err = mbed_refuse(text, OV_ERR_CERT, what, "no certificate in it", 0);
    }
    else
    {
        /* Above zero is how many could not be read while others could. */
        int error = mbedtls_x509_crt_parse(certs, (const unsigned char *)copy, pem->len + 1);
        if (error != 0)
        {
            err = mbed_refuse(text, OV_ERR_CERT, what, error > 0 ? "a certificate in it can't be read" : NULL,
                              error);
        }
    }
    free(copy);
    return err;
}

static enum ov_err parse_key(struct ov_tls_conf *conf, const char *copy, size_t len, const char *passphrase,
                             char *text)
{
    if (strstr(copy, "PRIVATE KEY-----") == NULL)
    {
        return mbed_refuse(text, OV_ERR_CERT, "key", "no private key in it", 0);
    }
    int error = mbed_key_parse(&conf->key, (const uint8_t *)copy, len + 1, passphrase);
    if (error == MBEDTLS_ERR_PK_PASSWORD_REQUIRED ||
        (error != 0 && passphrase == NULL && strstr(copy, "BEGIN ENCRYPTED PRIVATE KEY") != NULL))
    {
        return mbed_refuse(text, OV_ERR_CERT, "key", "is encrypted and there is no passphrase", 0);
    }
    if (error == MBEDTLS_ERR_PK_PASSWORD_MISMATCH)
    {
        return mbed_refuse(text, OV_ERR_CERT, "key", "the passphrase is wrong", 0);
    }
    if (error != 0)
    {
        return mbed_refuse(text, OV_ERR_CERT, "key", NULL, error);
    }
    return mbed_key_matches(&conf->own.pk, &conf->key) == 0
               ? OV_OK
               : mbed_refuse(text, OV_ERR_CERT, "key", "does not belong to the certificate", 0);
}

static enum ov_err load_key(struct ov_tls_conf *conf, const struct ov_tls_settings *settings, char *text)
{
    const struct ov_pem *pem = &settings->key;
    if (pem->len == 0)
    {
        return mbed_refuse(text, OV_ERR_CERT, "key", "is missing", 0);
    }
    char *copy = copy_of(pem);
    if (copy == NULL)
    {
        return mbed_refuse(text, OV_ERR_NOMEM, "key", "out of memory", 0);
    }
    enum ov_err err = parse_key(conf, copy, pem->len, settings->passphrase, text);
    ov_wipe(copy, pem->len);
    free(copy);
    return err;
}

static bool starts_with(const char *name, const char *start)
{
    return strncmp(name, start, strlen(start)) == 0;
}

/* Ephemeral Diffie-Hellman with a certificate and a cipher of today [WP-TLS-004]. The library has no
 * other question that all its versions answer than the name. */
static bool suite_is_good(const char *name)
{
    bool ephemeral = starts_with(name, "TLS-ECDHE-ECDSA-WITH-") || starts_with(name, "TLS-ECDHE-RSA-WITH-") ||
                     starts_with(name, "TLS-DHE-RSA-WITH-") || starts_with(name, "TLS1-3-");
    bool modern = strstr(name, "-AES-") != NULL || strstr(name, "-CHACHA20-") != NULL;
    bool short_tag = strstr(name, "-CCM-8") != NULL;
    return ephemeral && modern && !short_tag;
}

static enum ov_err choose_suites(struct ov_tls_conf *conf, char *text)
{
    const int *all = mbedtls_ssl_list_ciphersuites();
    size_t count = 0;
    while (all[count] != 0)
    {
        count++;
    }
    conf->suites = calloc(count + 1, sizeof(*conf->suites));
    if (conf->suites == NULL)
    {
        return mbed_refuse(text, OV_ERR_NOMEM, "TLS", "out of memory", 0);
    }
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
    {
        if (suite_is_good(mbedtls_ssl_get_ciphersuite_name(all[i])))
        {
            conf->suites[kept++] = all[i];
        }
    }
    return kept > 0 ? OV_OK : mbed_refuse(text, OV_ERR_TLS, "settings", "the library has no usable suite", 0);
}

static enum ov_err choose_versions(struct ov_tls_conf *conf, const struct ov_tls_settings *settings,
                                   char *text)
{
    enum ov_tls_version newest = mbed_newest_version();
    conf->version_min = settings->version_min != OV_TLS_VERSION_DEFAULT ? settings->version_min
                                                                        : OV_TLS_VERSION_1_2; /* WP-TLS-001 */
    conf->version_max = settings->version_max != OV_TLS_VERSION_DEFAULT ? settings->version_max : newest;
    if (conf->version_min > newest)
    {
        return mbed_refuse(text, OV_ERR_TLS, "version", "this library offers TLS 1.2 only", 0);
    }
    if (conf->version_max > newest)
    {
        conf->version_max = newest; /* a ceiling, not a demand */
    }
    return conf->version_min <= conf->version_max
               ? OV_OK
               : mbed_refuse(text, OV_ERR_TLS, "version", "minimum is above maximum", 0);
}

/* The library's server does not even offer a certificate that does not suit it, and says "no ciphersuites
 * in common" at each handshake. Say it at the start, and what it is. */
static enum ov_err check_server_usage(const struct ov_tls_conf *conf, char *text)
{
    if (conf->role != OV_ROLE_SERVER)
    {
        return OV_OK;
    }
    if (mbedtls_x509_crt_check_extended_key_usage(&conf->own, MBEDTLS_OID_SERVER_AUTH,
                                                  MBEDTLS_OID_SIZE(MBEDTLS_OID_SERVER_AUTH)) != 0)
    {
        return mbed_refuse(text, OV_ERR_CERT, "cert", "extended key usage does not allow a server", 0);
    }
    return mbedtls_x509_crt_check_key_usage(&conf->own, MBEDTLS_X509_KU_DIGITAL_SIGNATURE) == 0
               ? OV_OK
               : mbed_refuse(text, OV_ERR_CERT, "cert", "key usage does not allow signatures", 0);
}

/* A client without a certificate is legal: its server decides [WP-TLS-003]. */
static bool has_own(const struct ov_tls_settings *settings)
{
    return settings->role == OV_ROLE_SERVER || settings->cert.len > 0 || settings->key.len > 0 ||
           settings->pkcs12.len > 0;
}

static enum ov_err load_own(struct ov_tls_conf *conf, const struct ov_tls_settings *settings, char *text)
{
    if (settings->pkcs12.len > 0)
    {
        return mbed_refuse(text, OV_ERR_UNSUPPORTED, "pkcs12", "Mbed TLS reads no PKCS#12 containers", 0);
    }
    enum ov_err err = load_certs(&conf->own, "cert", &settings->cert, text);
    if (err == OV_OK)
    {
        err = settings->signer != NULL ? mbed_use_signer(conf, text) : load_key(conf, settings, text);
    }
    if (err == OV_OK && settings->extra.len > 0)
    {
        err =
            load_certs(&conf->own, "extra-certs", &settings->extra, text); /* they go behind what is there */
    }
    return err == OV_OK ? check_server_usage(conf, text) : err;
}

/* New lists replace the old ones in place: handshakes look at them only while they check a chain. */
enum ov_err mbed_conf_set_crl(struct ov_tls_conf *conf, const struct ov_pem *pem,
                              char text[static OV_TLS_ERROR_TEXT])
{
    mbedtls_x509_crl fresh;
    char *copy = copy_of(pem);
    if (copy == NULL)
    {
        return mbed_refuse(text, OV_ERR_NOMEM, "crl-verify", "out of memory", 0);
    }
    mbedtls_x509_crl_init(&fresh);
    const bool any = strstr(copy, "-----BEGIN X509 CRL-----") != NULL;
    const int error = any ? mbedtls_x509_crl_parse(&fresh, (const unsigned char *)copy, pem->len + 1) : 0;
    free(copy);
    if (!any || error != 0)
    {
        mbedtls_x509_crl_free(&fresh);
        return mbed_refuse(text, OV_ERR_CERT, "crl-verify", any ? NULL : "no revocation list in it", error);
    }
    mbedtls_x509_crl_free(&conf->crl);
    conf->crl = fresh;
    return OV_OK;
}

static enum ov_err load_all(struct ov_tls_conf *conf, const struct ov_tls_settings *settings, char *text)
{
    enum ov_err err = choose_suites(conf, text);
    if (err == OV_OK)
    {
        err = mbed_order_suites(conf, settings->ciphers, text);
    }
    if (err == OV_OK)
    {
        err = mbed_read_groups(&conf->groups, settings->groups, text);
    }
    if (err == OV_OK)
    {
        err = choose_versions(conf, settings, text);
    }
    if (err == OV_OK && (settings->ca.len > 0 || !settings->trust_judge))
    {
        err = load_certs(&conf->ca, "ca", &settings->ca, text);
    }
    if (err == OV_OK && has_own(settings))
    {
        err = load_own(conf, settings, text);
    }
    if (err == OV_OK && settings->crl.len > 0)
    {
        err = mbed_conf_set_crl(conf, &settings->crl, text);
    }
    return err;
}

static void set_rules(struct ov_tls_conf *conf, const struct ov_tls_settings *settings)
{
    conf->role = settings->role;
    conf->check_remote_usage = settings->check_remote_usage;
    conf->client_cert = settings->client_cert;
    conf->judge = settings->judge;
    conf->judge_ctx = settings->judge_ctx;
    conf->judge_waits = settings->judge_waits;
    conf->judge_left = settings->judge_left;
    conf->trust_judge = settings->trust_judge;
    conf->name_field = settings->name_field;
    conf->signer = settings->signer;
    conf->profile = settings->profile;
}

enum ov_err mbed_conf_new(const struct ov_tls_settings *settings, struct ov_tls_conf **out,
                          char text[static OV_TLS_ERROR_TEXT])
{
    *out = NULL;
    text[0] = '\0';
    struct ov_tls_conf *conf = calloc(1, sizeof(*conf));
    if (conf == NULL)
    {
        return mbed_refuse(text, OV_ERR_NOMEM, "TLS", "out of memory", 0);
    }
    set_rules(conf, settings);
    mbedtls_x509_crl_init(&conf->crl);
    mbedtls_x509_crt_init(&conf->ca);
    mbedtls_x509_crt_init(&conf->own);
    mbedtls_pk_init(&conf->key);
    enum ov_err err = load_all(conf, settings, text);
    if (err != OV_OK)
    {
        mbed_conf_free(conf);
        return err;
    }
    *out = conf;
    return OV_OK;
}

void mbed_conf_free(struct ov_tls_conf *conf)
{
    if (conf != NULL)
    {
        mbedtls_x509_crl_free(&conf->crl);
        mbedtls_x509_crt_free(&conf->ca);
        mbedtls_x509_crt_free(&conf->own);
        mbedtls_pk_free(&conf->key);
        free(conf->suites);
        free(conf);
    }
}
