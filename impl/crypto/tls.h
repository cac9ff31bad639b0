#ifndef OV_CRYPTO_TLS_H
#define OV_CRYPTO_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/key2.h"
#include "base/rng.h"
#include "crypto/digest.h"

/* TLS as a pair of byte streams in memory: no socket, no file, no callback; no ALPN, no SNI [WP-TLS-010].
 * Floor tls/ adds what OpenVPN wants on top (record boundaries, limits). */

enum ov_tls_version
{
    OV_TLS_VERSION_DEFAULT = 0, /* minimum 1.2, maximum what the library offers [WP-TLS-001] */
    OV_TLS_VERSION_1_2 = 12,
    OV_TLS_VERSION_1_3 = 13
};

/* One certificate of the peer's chain, as rules of the configuration want it. Texts without control characters. */
struct ov_tls_cert
{
    int depth;        /* 0: the leaf */
    const char *name; /* last common name, or the field of settings.name_field; "": none */
    bool
        name_has_nul; /* what follows a NUL in it is hidden from everybody who reads C strings (CVE-2017-7522) */
    const char *subject; /* as in struct ov_tls_peer */
    const char *serial;  /* decimal */
    const uint8_t *der;
    size_t der_len;
    const void *handshake; /* names the handshake: the same for its whole chain, see judge_left */
};

/* A private key that somebody else keeps: management, a token. What is asked of it: */
enum ov_sign_kind
{
    OV_SIGN_RSA_PKCS1, /* in: DigestInfo; PKCS#1 v1.5 padding is to be added */
    OV_SIGN_RSA_RAW,   /* in: the padded block, as long as the modulus */
    OV_SIGN_ECDSA,     /* in: the digest; out: DER */
    OV_SIGN_RSA_PSS, /* in: the digest, which makes the mask too; the salt is as long as it [RFC 8446, 4.2.3] */
    OV_SIGN_KINDS
};

#define OV_SIGN_CAN(kind) (1u << (kind))
#define OV_SIGN_MAX       1024u /* octets of in and of a signature: RSA of 8192 bits */

struct ov_sign_request
{
    enum ov_sign_kind kind;
    const uint8_t *in;
    size_t in_len;
    size_t key_len;           /* octets of an RSA modulus; 0 for other keys */
    enum ov_digest_id digest; /* of what in was made; without a meaning for RAW */
    const uint8_t
        *message; /* what was digested, for those who do that themselves; NULL: the library keeps it */
    size_t message_len;
};

struct ov_tls_signer
{
    /* OV_ERR_AGAIN: not yet; the handshake pauses, nothing else does, and each later step of it asks again with the
     * same request. A request that differs means that nobody waits for the one before. OV_ERR_UNSUPPORTED: it turns
     * out that it can't do this kind, and another may be asked for, in this handshake or the next. OV_ERR_CRYPTO, OV_ERR_NOSPACE: refused, and the
     * handshake fails. */
    enum ov_err (*sign)(void *ctx, const struct ov_sign_request *request, uint8_t *out, size_t cap,
                        size_t *out_len);
    void *ctx;
    /* OV_SIGN_CAN of each kind; of RSA keys always PKCS1. RSA with neither PSS nor RAW: TLS 1.2, PKCS#1 v1.5 only. */
    unsigned can;
};

/* --tls-cert-profile */
enum ov_tls_profile
{
    OV_TLS_PROFILE_DEFAULT = 0, /* the library's own */
    OV_TLS_PROFILE_INSECURE,
    OV_TLS_PROFILE_LEGACY,
    OV_TLS_PROFILE_PREFERRED,
    OV_TLS_PROFILE_SUITEB
};

#define OV_TLS_JUDGE_TEXT 200

/* Everything one side needs; text fields are PEM, borrowed for the call of conf_new only. */
struct ov_tls_settings
{
    enum ov_role role;
    struct ov_pem
    {
        const char *text;
        size_t len;
    } ca, cert, key;        /* cert may hold a chain, leaf first. ca may be missing if trust_judge is set */
    struct ov_pem extra;    /* --extra-certs: sent behind cert; len 0: none */
    struct ov_pem pkcs12;   /* --pkcs12, octets: stands for cert and key, and for ca where that is missing */
    const char *passphrase; /* of key or pkcs12; NULL: none */
    const struct ov_tls_signer *signer; /* instead of key; NULL: none. Borrowed for the life of the conf */
    struct ov_pem crl;                  /* --crl-verify; len 0: none. See conf_set_crl */
    enum ov_tls_profile profile;
    const char *name_field; /* --x509-username-field, such as "emailAddress"; NULL: CN. Borrowed as signer */
    /* Rules beside the library's: called for each certificate of the chain that it found good. Not OV_OK:
     * refused, and why. NULL: none. OV_ERR_AGAIN, of one that waits: not yet; the handshake pauses, nothing else
     * does, and each later step of it asks again about the same certificate. */
    enum ov_err (*judge)(void *ctx, const struct ov_tls_cert *cert, char why[static OV_TLS_JUDGE_TEXT]);
    void *judge_ctx;
    bool judge_waits;
    /* Of a judge that waits, NULL: none: this handshake is complete, has failed or is given up, and nobody asks on its
     * behalf any more. Its name may be another one's afterwards. */
    void (*judge_left)(void *ctx, const void *handshake);
    bool trust_judge; /* --peer-fingerprint without --ca: the judge alone decides about trust */
    enum ov_tls_version version_min;
    enum ov_tls_version version_max;
    /* Names in order of preference, parted by ':'; NULL: the library's own. A library skips names that it doesn't
     * have; none left: OV_ERR_TLS. */
    const char *ciphers; /* --tls-cipher: of TLS 1.2, as IANA or the library writes them */
    const char
        *ciphersuites;  /* --tls-ciphersuites: of TLS 1.3; without effect where the library has no 1.3 */
    const char *groups; /* --tls-groups */
    /* --remote-cert-tls: the peer's certificate must carry a KeyUsage extension and the
     * extended key usage of the other role [WP-TLS-006]. */
    bool check_remote_usage;
    /* Server: --verify-client-cert. */
    enum ov_tls_client_cert
    {
        OV_TLS_CLIENT_CERT_REQUIRED = 0,
        OV_TLS_CLIENT_CERT_OPTIONAL,
        OV_TLS_CLIENT_CERT_UNASKED
    } client_cert;
};

struct ov_tls_conf; /* parsed keys and certificates, shared by all connections */
struct ov_tls_conn; /* one handshake and what follows */

/* What is known of the peer once the handshake is done. Strings never contain
 * control characters or NUL; cut at their size. */
struct ov_tls_peer
{
    bool has_cert; /* false: a client without one; the rest of what a certificate says is then empty */
    char common_name[65];
    char subject[512];       /* "C=KG, O=Test, CN=server": in the order of the certificate */
    uint8_t fingerprint[32]; /* SHA-256 of the leaf's DER */
    char protocol[16];       /* "TLSv1.3" */
    char cipher[64];         /* "TLS_AES_256_GCM_SHA384" */
};

#define OV_TLS_ERROR_TEXT 512

/* The longest record that every library writes: a little below the 16384 of TLS, because one of them takes
 * octets of it for its own use. */
#define OV_TLS_WRITE_MAX 16000u

struct ov_tls_ops
{
    /* OV_ERR_CERT or OV_ERR_TLS with a one-line reason in text: which of ca, cert, key is wrong and why. */
    enum ov_err (*conf_new)(const struct ov_tls_settings *settings, struct ov_tls_conf **out,
                            char text[static OV_TLS_ERROR_TEXT]);
    void (*conf_free)(struct ov_tls_conf *conf);
    /* Other revocation lists from now on, also for handshakes that have begun. OV_ERR_CERT with a reason in
     * text: the old ones stay. */
    enum ov_err (*conf_set_crl)(struct ov_tls_conf *conf, const struct ov_pem *crl,
                                char text[static OV_TLS_ERROR_TEXT]);

    /* A connection borrows conf. No tickets, no session cache, no renegotiation [WP-TLS-002];
     * client certificate required by servers [WP-TLS-003]; chains of at most 16 certificates, root and leaf
     * counted [WP-TLS-005], less where the library itself holds less (Mbed TLS: 8 intermediates). */
    enum ov_err (*conn_new)(struct ov_tls_conf *conf, struct ov_tls_conn **out);
    void (*conn_free)(struct ov_tls_conn *conn);

    /* Octets from the peer, all taken (copied). OV_ERR_NOMEM, OV_ERR_LIMIT if more than
     * 64 KiB wait unread. */
    enum ov_err (*feed)(struct ov_tls_conn *conn, const uint8_t *data, size_t len);
    /* Octets for the peer: at most cap, *len how many; 0 when there are none. */
    enum ov_err (*drain)(struct ov_tls_conn *conn, uint8_t *out, size_t cap, size_t *len);
    /* Octets waiting for drain. */
    size_t (*pending)(const struct ov_tls_conn *conn);

    /* Go on with the handshake. OV_OK: complete. OV_ERR_AGAIN: needs feed or drain, or the signer's or judge's answer.
     * OV_ERR_CERT: peer's certificate refused; OV_ERR_TLS: anything else; see error_text. An alert
     * may still wait in drain. */
    enum ov_err (*handshake)(struct ov_tls_conn *conn);
    /* Plaintext of one record (at most cap; the rest comes with the next read). OV_ERR_AGAIN: none
     * yet; OV_ERR_CLOSED: close_notify; OV_ERR_TLS. */
    enum ov_err (*read)(struct ov_tls_conn *conn, uint8_t *out, size_t cap, size_t *len);
    /* Write all of data as one record, 1 to OV_TLS_WRITE_MAX octets [WP-KM2-004]. OV_ERR_ARG: other
     * lengths. OV_ERR_AGAIN: the handshake is not complete. OV_ERR_TLS. */
    enum ov_err (*write)(struct ov_tls_conn *conn, const uint8_t *data, size_t len);
    /* RFC 5705 / TLS 1.3 exporter, no context [WP-KDF-001]. OV_ERR_TLS before the handshake is complete;
     * OV_ERR_UNSUPPORTED if the library has none. */
    enum ov_err (*export_key)(struct ov_tls_conn *conn, const char *label, uint8_t *out, size_t len);
    /* Who the peer is. OV_ERR_TLS before the handshake is complete; OV_ERR_NOMEM, OV_ERR_CRYPTO. */
    enum ov_err (*peer)(struct ov_tls_conn *conn, struct ov_tls_peer *out);
    /* Why the last call failed, one line without line end, never NULL, e.g.
     * "certificate verify failed: certificate has expired (CN=old client, depth 0)". The words for faults of
     * certificates and for alerts are those of crypto/verdict.h in every backend. */
    const char *(*error_text)(const struct ov_tls_conn *conn);
};

#endif
