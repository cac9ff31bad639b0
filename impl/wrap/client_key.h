#ifndef OV_WRAP_CLIENT_KEY_H
#define OV_WRAP_CLIENT_KEY_H

#include "crypto/crypto.h"
#include "wire/wkc.h"

/* Client keys of tls-crypt-v2 and their wrapping [WP-TC2-003, WP-TC2-004]. The
 * server key is one half of a key2: 32 octets of its cipher slot encrypt, 32 of
 * its hmac slot authenticate [WP-TC2-001].
 *
 *   tag = HMAC-SHA256(Ka; length, Kc, metadata)
 *   WKc = tag | AES-256-CTR(Ke, tag[0:16]; Kc, metadata) | length */

/* Wrap kc with this metadata (may be NULL if len is 0). OV_ERR_LIMIT: metadata longer than
 * OV_WKC_METADATA_MAX; OV_ERR_CRYPTO. */
OV_MUST_USE enum ov_err ov_client_key_wrap(const struct ov_crypto *crypto, const struct ov_key_half *server,
                                           const struct ov_key2 *kc, const uint8_t *metadata, size_t len,
                                           struct ov_wkc *out);

/* wkc is exactly one WKc, as ov_wkc_find found it. OV_ERR_FORMAT: len is not what its own end says, or outside
 * of the limits; OV_ERR_AUTH: forged, or wrapped by another server key; OV_ERR_CRYPTO. On error kc and metadata
 * are wiped. */
OV_MUST_USE enum ov_err ov_client_key_unwrap(const struct ov_crypto *crypto, const struct ov_key_half *server,
                                             const uint8_t *wkc, size_t len, struct ov_key2 *kc,
                                             struct ov_wkc_metadata *metadata);

/* ---- key files ---- */

#define OV_SERVER_KEY_LABEL "OpenVPN tls-crypt-v2 server key"
#define OV_CLIENT_KEY_LABEL "OpenVPN tls-crypt-v2 client key"

/* OV_ERR_FORMAT: no such PEM block, or its base64 is damaged; OV_ERR_TRUNCATED, OV_ERR_LIMIT: not 128 octets.
 * On error out is wiped. */
OV_MUST_USE enum ov_err ov_server_key_parse(const char *text, size_t len, struct ov_key_half *out);
/* Kc and WKc [WP-TC2-002]. OV_ERR_FORMAT: as above, or WKc is not as long as its own end says;
 * OV_ERR_TRUNCATED, OV_ERR_LIMIT: too few or too many octets. On error both are wiped. */
OV_MUST_USE enum ov_err ov_client_key_parse(const char *text, size_t len, struct ov_key2 *kc,
                                            struct ov_wkc *wkc);

#endif
