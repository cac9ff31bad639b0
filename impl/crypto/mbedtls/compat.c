#include "compat.h"

#include <mbedtls/oid.h>
#include <mbedtls/version.h>
#include <string.h>

#include "base/wipe.h"

#if MBEDTLS_VERSION_NUMBER < 0x021c0000
#error "Mbed TLS before 2.28 is not supported"
#endif

#if MBEDTLS_VERSION_NUMBER >= 0x03000000
#define IS_3 1
#else
#define IS_3               0
#define MBEDTLS_PRIVATE(m) m
#endif

#if defined(MBEDTLS_SSL_KEYING_MATERIAL_EXPORT)
#define HAS_EXPORTER 1
#else
#define HAS_EXPORTER 0
#endif

/* TLS 1.3 without an exporter is of no use: current peers derive their keys with it. */
#if HAS_EXPORTER && defined(MBEDTLS_SSL_PROTO_TLS1_3)
#define HAS_TLS13 1
#else
#define HAS_TLS13 0
#endif

#if IS_3 && (HAS_TLS13 || defined(MBEDTLS_USE_PSA_CRYPTO))
#include <psa/crypto.h>

int mbed_library_start(void)
{
    return psa_crypto_init() == PSA_SUCCESS ? 0 : MBEDTLS_ERR_SSL_INTERNAL_ERROR;
}
#else
int mbed_library_start(void)
{
    return 0;
}
#endif

#if IS_3
int mbed_key_parse(mbedtls_pk_context *key, const uint8_t *pem, size_t len, const char *passphrase)
{
    return mbedtls_pk_parse_key(key, pem, len, (const unsigned char *)passphrase,
                                passphrase != NULL ? strlen(passphrase) : 0, mbed_random, NULL);
}

int mbed_key_matches(mbedtls_pk_context *public_key, mbedtls_pk_context *key)
{
    return mbedtls_pk_check_pair(public_key, key, mbed_random, NULL);
}
#else
int mbed_key_parse(mbedtls_pk_context *key, const uint8_t *pem, size_t len, const char *passphrase)
{
    return mbedtls_pk_parse_key(key, pem, len, (const unsigned char *)passphrase,
                                passphrase != NULL ? strlen(passphrase) : 0);
}

int mbed_key_matches(mbedtls_pk_context *public_key, mbedtls_pk_context *key)
{
    return mbedtls_pk_check_pair(public_key, key);
}
#endif

int mbed_rsa_elsewhere(mbedtls_pk_context *key, void *ctx, mbedtls_pk_rsa_alt_decrypt_func decrypt,
                       mbedtls_pk_rsa_alt_sign_func sign, mbedtls_pk_rsa_alt_key_len_func key_len)
{
    return mbedtls_pk_setup_rsa_alt(key, ctx, decrypt, sign, key_len);
}

#if IS_3
int mbed_ec_elsewhere(mbedtls_pk_context *key, const struct ov_tls_conf *conf)
{
    (void)key;
    (void)conf;
    return MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE;
}
#else
#include <mbedtls/ecdsa.h>
#include <mbedtls/pk_internal.h>
#include <stdlib.h>

/* What the library knows of such a key. */
struct ec_elsewhere
{
    const struct ov_tls_conf *conf;
};

static size_t ec_bits(const void *ctx)
{
    const struct ec_elsewhere *ec = ctx;
    return mbedtls_pk_get_bitlen(&ec->conf->own.pk);
}

static int ec_can_do(mbedtls_pk_type_t type)
{
    return type == MBEDTLS_PK_ECDSA || type == MBEDTLS_PK_ECKEY;
}

static int ec_sign(void *ctx, mbedtls_md_type_t md, const unsigned char *hash, size_t hash_len,
                   unsigned char *out, size_t *out_len, int (*rng)(void *, unsigned char *, size_t),
                   void *rng_ctx)
{
    const struct ec_elsewhere *ec = ctx;
    (void)rng;
    (void)rng_ctx;
    return mbed_sign_digest(ec->conf, md, hash, hash_len, out, MBEDTLS_ECDSA_MAX_LEN, out_len);
}

static void *ec_alloc(void)
{
    return calloc(1, sizeof(struct ec_elsewhere));
}

static const mbedtls_pk_info_t ec_info = {.type = MBEDTLS_PK_ECDSA,
                                          .name = "EC, kept by somebody else",
                                          .get_bitlen = ec_bits,
                                          .can_do = ec_can_do,
                                          .sign_func = ec_sign,
                                          .ctx_alloc_func = ec_alloc,
                                          .ctx_free_func = free};

int mbed_ec_elsewhere(mbedtls_pk_context *key, const struct ov_tls_conf *conf)
{
    const int error = mbedtls_pk_setup(key, &ec_info);
    if (error == 0)
    {
        ((struct ec_elsewhere *)key->pk_ctx)->conf = conf;
    }
    return error;
}
#endif

bool mbed_has_key_usage(const mbedtls_x509_crt *cert)
{
    return (cert->MBEDTLS_PRIVATE(ext_types) & MBEDTLS_OID_X509_EXT_KEY_USAGE) != 0;
}

bool mbed_has_ext_key_usage(const mbedtls_x509_crt *cert)
{
    return (cert->MBEDTLS_PRIVATE(ext_types) & MBEDTLS_OID_X509_EXT_EXTENDED_KEY_USAGE) != 0;
}

enum ov_tls_version mbed_newest_version(void)
{
    return HAS_TLS13 ? OV_TLS_VERSION_1_3 : OV_TLS_VERSION_1_2;
}

#if MBEDTLS_VERSION_NUMBER >= 0x03020000
static mbedtls_ssl_protocol_version version_number(enum ov_tls_version version)
{
    return version == OV_TLS_VERSION_1_3 ? MBEDTLS_SSL_VERSION_TLS1_3 : MBEDTLS_SSL_VERSION_TLS1_2;
}

void mbed_set_versions(mbedtls_ssl_config *config, enum ov_tls_version min, enum ov_tls_version max)
{
    mbedtls_ssl_conf_min_tls_version(config, version_number(min));
    mbedtls_ssl_conf_max_tls_version(config, version_number(max));
}
#else
void mbed_set_versions(mbedtls_ssl_config *config, enum ov_tls_version min, enum ov_tls_version max)
{
    (void)min; /* 1.2 is all there is */
    (void)max;
    mbedtls_ssl_conf_min_version(config, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
    mbedtls_ssl_conf_max_version(config, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
}
#endif

void mbed_set_groups(mbedtls_ssl_config *config, const struct mbed_groups *groups)
{
#if MBEDTLS_VERSION_NUMBER >= 0x03010000
    mbedtls_ssl_conf_groups(config, groups->tls_id);
#else
    mbedtls_ssl_conf_curves(config, groups->id);
#endif
}

void mbed_set_strict(mbedtls_ssl_config *config)
{
    (void)config;
#if defined(MBEDTLS_SSL_SESSION_TICKETS) && defined(MBEDTLS_SSL_CLI_C)
    mbedtls_ssl_conf_session_tickets(config, MBEDTLS_SSL_SESSION_TICKETS_DISABLED);
#endif
#if defined(MBEDTLS_DHM_C) && defined(MBEDTLS_SSL_CLI_C)
    mbedtls_ssl_conf_dhm_min_bitlen(config, 2048);
#endif
#if defined(MBEDTLS_SSL_RENEGOTIATION)
    mbedtls_ssl_conf_renegotiation(config, MBEDTLS_SSL_RENEGOTIATION_DISABLED);
#endif
#if HAS_TLS13
    mbedtls_ssl_conf_tls13_key_exchange_modes(config, MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL);
#endif
}

#if !HAS_EXPORTER
static void keep_secrets(struct mbed_exporter *exporter, const uint8_t *master,
                         const uint8_t client_random[32], const uint8_t server_random[32], int prf)
{
    exporter->known = true;
    memcpy(exporter->master, master, sizeof(exporter->master));
    memcpy(exporter->randoms, client_random, 32);
    memcpy(exporter->randoms + 32, server_random, 32);
    exporter->prf = prf;
}
#endif

#if HAS_EXPORTER
void mbed_watch_keys(struct ov_tls_conn *conn)
{
    (void)conn;
}
#elif IS_3
static void on_keys(void *ctx, mbedtls_ssl_key_export_type type, const unsigned char *secret,
                    size_t secret_len, const unsigned char client_random[32],
                    const unsigned char server_random[32], mbedtls_tls_prf_types prf)
{
    if (type == MBEDTLS_SSL_KEY_EXPORT_TLS12_MASTER_SECRET && secret_len == 48)
    {
        keep_secrets(ctx, secret, client_random, server_random, (int)prf);
    }
}

void mbed_watch_keys(struct ov_tls_conn *conn)
{
    mbedtls_ssl_set_export_keys_cb(&conn->ssl, on_keys, &conn->exporter);
}
#else
static int on_keys(void *ctx, const unsigned char *master, const unsigned char *keys, size_t mac_len,
                   size_t key_len, size_t iv_len, const unsigned char client_random[32],
                   const unsigned char server_random[32], mbedtls_tls_prf_types prf)
{
    (void)keys;
    (void)mac_len;
    (void)key_len;
    (void)iv_len;
    keep_secrets(ctx, master, client_random, server_random, (int)prf);
    return 0;
}

void mbed_watch_keys(struct ov_tls_conn *conn)
{
    mbedtls_ssl_conf_export_keys_ext_cb(&conn->config, on_keys, &conn->exporter);
}
#endif

#if HAS_EXPORTER
static int export_from(struct ov_tls_conn *conn, const char *label, uint8_t *out, size_t len)
{
    return mbedtls_ssl_export_keying_material(&conn->ssl, out, len, label, strlen(label), NULL, 0, 0);
}
#else
/* RFC 5705: PRF(master secret, label, client random | server random). */
static int export_from(struct ov_tls_conn *conn, const char *label, uint8_t *out, size_t len)
{
    const struct mbed_exporter *from = &conn->exporter;
    return !from->known
               ? MBEDTLS_ERR_SSL_BAD_INPUT_DATA
               : mbedtls_ssl_tls_prf((mbedtls_tls_prf_types)from->prf, from->master, sizeof(from->master),
                                     label, from->randoms, sizeof(from->randoms), out, len);
}
#endif

enum ov_err mbed_export(struct ov_tls_conn *conn, const char *label, uint8_t *out, size_t len)
{
    int error = export_from(conn, label, out, len);
    if (error == 0)
    {
        return OV_OK;
    }
    ov_wipe(out, len);
    (void)mbed_reason(error, conn->text, sizeof(conn->text));
    return OV_ERR_TLS;
}

unsigned mbed_alert(const mbedtls_ssl_context *ssl)
{
    /* The library has no question for this: the record it has just read is level, number. */
    const unsigned char *record = ssl->MBEDTLS_PRIVATE(in_msg);
    return record == NULL ? 255 : record[1];
}

#if IS_3
#define BAD_CERTIFICATE MBEDTLS_ERR_SSL_BAD_CERTIFICATE
#else
#define BAD_CERTIFICATE MBEDTLS_ERR_SSL_BAD_HS_CERTIFICATE
#endif

bool mbed_is_about_certificate(int error)
{
    return error == MBEDTLS_ERR_X509_CERT_VERIFY_FAILED || error == MBEDTLS_ERR_X509_FATAL_ERROR ||
           error == BAD_CERTIFICATE;
}

bool mbed_is_ticket(int error)
{
#if defined(MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET)
    return error == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET;
#else
    (void)error;
    return false;
#endif
}
