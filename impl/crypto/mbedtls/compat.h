#ifndef OV_CRYPTO_MBEDTLS_COMPAT_H
#define OV_CRYPTO_MBEDTLS_COMPAT_H

#include "mbedtls.h"

/* One face for Mbed TLS 2.28 and 3.x. Return values are the library's unless said otherwise. */

/* Whatever a version wants before its first use. */
int mbed_library_start(void);

/* passphrase NULL: none. */
int mbed_key_parse(mbedtls_pk_context *key, const uint8_t *pem, size_t len, const char *passphrase);
/* An RSA key that is elsewhere. */
int mbed_rsa_elsewhere(mbedtls_pk_context *key, void *ctx, mbedtls_pk_rsa_alt_decrypt_func decrypt,
                       mbedtls_pk_rsa_alt_sign_func sign, mbedtls_pk_rsa_alt_key_len_func key_len);
/* The same for EC; MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE: this version has no place for it. */
int mbed_ec_elsewhere(mbedtls_pk_context *key, const struct ov_tls_conf *conf);
int mbed_key_matches(mbedtls_pk_context *public_key, mbedtls_pk_context *key);

/* Whether the certificate carries a KeyUsage extension at all. */
bool mbed_has_key_usage(const mbedtls_x509_crt *cert);
bool mbed_has_ext_key_usage(const mbedtls_x509_crt *cert);

/* The newest version that can be spoken with a key exporter [WP-KDF-001]. */
enum ov_tls_version mbed_newest_version(void);
/* Both are real versions here. */
void mbed_set_versions(mbedtls_ssl_config *config, enum ov_tls_version min, enum ov_tls_version max);
/* Groups of the key exchange, in order of preference. Borrowed for the life of config. */
void mbed_set_groups(mbedtls_ssl_config *config, const struct mbed_groups *groups);
/* No tickets, no renegotiation [WP-TLS-002]; no Diffie-Hellman group below 2048 bits. */
void mbed_set_strict(mbedtls_ssl_config *config);

/* Arrange, before the handshake, that mbed_export works after it. */
void mbed_watch_keys(struct ov_tls_conn *conn);
enum ov_err mbed_export(struct ov_tls_conn *conn, const char *label, uint8_t *out, size_t len);

/* The last fatal alert that the peer sent; ask right after the library reported one. */
unsigned mbed_alert(const mbedtls_ssl_context *ssl);
/* The library refused what it found in a certificate message. */
bool mbed_is_about_certificate(int error);
/* A new ticket, which we ignore, is no failure. */
bool mbed_is_ticket(int error);

#endif
