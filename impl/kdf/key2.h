#ifndef OV_KDF_KEY2_H
#define OV_KDF_KEY2_H

#include <stdbool.h>
#include <stdint.h>

#include "base/key2.h"
#include "crypto/crypto.h"

/* From what both ends know to the 256 octets of a key2, and from those to the
 * keys of the data channel. Everything here is a secret; the owner wipes it. */

#define OV_PRE_MASTER_LEN  48u
#define OV_KEY_RANDOM_LEN  32u
#define OV_KEY_SID_LEN     8u
#define OV_IMPLICIT_IV_LEN 8u

/* What one side contributed in its key method 2 message. The server has no
 * pre_master: that field is not read there. */
struct ov_key_source
{
    uint8_t pre_master[OV_PRE_MASTER_LEN];
    uint8_t random1[OV_KEY_RANDOM_LEN];
    uint8_t random2[OV_KEY_RANDOM_LEN];
};

/* Key derivation of OpenVPN 2.x: two steps of the TLS 1.0 PRF [WP-KDF-002].
 * The session ids are those of the session, not of the renegotiation
 * [WP-KDF-003]. OV_ERR_UNSUPPORTED: no MD5 in the library. OV_ERR_CRYPTO.
 * out is zeroed on failure. */
OV_MUST_USE enum ov_err ov_key2_from_prf(const struct ov_crypto *crypto, const struct ov_key_source *client,
                                         const struct ov_key_source *server,
                                         const uint8_t client_sid[static OV_KEY_SID_LEN],
                                         const uint8_t server_sid[static OV_KEY_SID_LEN],
                                         struct ov_key2 *out);

/* Key derivation by TLS exporter [WP-KDF-001]. The handshake must be complete.
 * OV_ERR_UNSUPPORTED: the library has no exporter. OV_ERR_CRYPTO. out is
 * zeroed on failure. */
OV_MUST_USE enum ov_err ov_key2_from_exporter(const struct ov_tls_ops *ops, struct ov_tls_conn *conn,
                                              struct ov_key2 *out);

/* The half that one role uses on the data channel in TLS mode: the client
 * sends with K0, the server with K1 [WP-GEN-001]. */
const struct ov_key_half *ov_key2_data_half(const struct ov_key2 *key2, enum ov_role role, bool sending);

/* One direction of the data channel, AEAD, 32 bit packet ids. */
struct ov_data_secret
{
    const uint8_t *key;         /* ov_aead_key_len(id) octets inside the half */
    const uint8_t *implicit_iv; /* OV_IMPLICIT_IV_LEN octets inside the half [WP-KDF-004] */
};

/* Points into half, which must outlive the result. */
struct ov_data_secret ov_data_secret_of(const struct ov_key_half *half);

/* nonce = packet id | implicit IV [WP-DATA-020]. */
void ov_data_nonce(uint32_t packet_id, const uint8_t implicit_iv[static OV_IMPLICIT_IV_LEN],
                   uint8_t nonce[static OV_AEAD_NONCE_LEN]);

#endif
