#ifndef OV_CRYPTO_MBEDTLS_MBEDTLS_H
#define OV_CRYPTO_MBEDTLS_MBEDTLS_H

#include <mbedtls/md.h>
#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crl.h>
#include <mbedtls/x509_crt.h>

#include "crypto/crypto.h"
#include "crypto/fifo.h"
#include "crypto/pause.h"
#include "crypto/verdict.h"

/* What the files of this directory share. Only ov_crypto_mbedtls is for others. What differs between
 * the library's versions is in compat.c alone. */

/* The library's random generator, seeded by start; the f_rng that the library's own calls want. */
int mbed_random(void *ctx, unsigned char *out, size_t len);

bool mbed_aead_has(enum ov_aead_id id);
enum ov_err mbed_aead_key_new(enum ov_aead_id id, const uint8_t *key, bool sealing, struct ov_aead_key **out);
void mbed_aead_key_free(struct ov_aead_key *key);
void mbed_aead_seal(struct ov_aead_key *key, struct ov_aead_op *ops, size_t count);
void mbed_aead_open(struct ov_aead_key *key, struct ov_aead_op *ops, size_t count);

bool mbed_etm_has(enum ov_cipher_id id);
enum ov_err mbed_etm_key_new(const struct ov_etm_spec *spec, bool sealing, struct ov_etm_key **out);
void mbed_etm_key_free(struct ov_etm_key *key);
void mbed_etm_seal(struct ov_etm_key *key, struct ov_etm_op *ops, size_t count);
void mbed_etm_open(struct ov_etm_key *key, struct ov_etm_op *ops, size_t count);

/* NULL: the library was built without it. */
const mbedtls_md_info_t *mbed_digest_info(enum ov_digest_id id);
enum ov_err mbed_hmac(enum ov_digest_id id, const uint8_t *key, size_t key_len, const struct ov_slice *in,
                      size_t count, uint8_t *out);
enum ov_err mbed_digest(enum ov_digest_id id, const struct ov_slice *in, size_t count, uint8_t *out);
enum ov_err mbed_aes256_ctr(const uint8_t key[32], const uint8_t iv[16], uint8_t *text, size_t len);

extern const struct ov_tls_ops mbed_tls_ops;

#define MBED_GROUPS 16u

/* --tls-groups as one version of the library or the other wants them, ended by none and 0. */
struct mbed_groups
{
    bool given;
    mbedtls_ecp_group_id id[MBED_GROUPS];
    uint16_t tls_id[MBED_GROUPS];
};

struct ov_tls_conf
{
    enum ov_role role;
    bool check_remote_usage;
    enum ov_tls_client_cert client_cert; /* of a server */
    enum ov_err (*judge)(void *ctx, const struct ov_tls_cert *cert, char why[static OV_TLS_JUDGE_TEXT]);
    void *judge_ctx;
    bool judge_waits;
    void (*judge_left)(void *ctx, const void *handshake);
    bool trust_judge;
    const char *name_field;
    const struct ov_tls_signer *signer; /* NULL: the key is here */
    struct ov_pause *pause;             /* of the connection that is working now */
    enum ov_tls_profile profile;
    mbedtls_x509_crl crl;
    enum ov_tls_version version_min; /* never DEFAULT */
    enum ov_tls_version version_max; /* never DEFAULT */
    mbedtls_x509_crt ca;
    mbedtls_x509_crt own; /* leaf first; empty for a client without */
    mbedtls_pk_context key;
    int *suites; /* 0-terminated [WP-TLS-004] */
    struct mbed_groups groups;
};

/* What a TLS 1.2 exporter is computed from, for libraries without one of their own. */
struct mbed_exporter
{
    bool known;
    uint8_t master[48];
    uint8_t randoms[64]; /* client, server */
    int prf;             /* mbedtls_tls_prf_types */
};

/* The library keeps some callbacks in the config, so each connection has its own config; keys and
 * certificates are shared. */
struct ov_tls_conn
{
    struct ov_tls_conf *conf;
    mbedtls_ssl_config config;
    mbedtls_ssl_context ssl;
    struct ov_fifo in;     /* from the peer */
    struct ov_fifo out;    /* to the peer */
    struct ov_pause pause; /* used where somebody else signs or judges, while the handshake lasts */
    bool judged;           /* the judge knows this handshake */
    bool open;             /* handshake complete */
    enum ov_cert_fault fault;
    bool leaf_seen;     /* the peer's certificate passed all rules */
    char leaf_name[65]; /* common name of the peer's certificate, once the callback has seen it */
    struct mbed_exporter exporter;
    char text[OV_TLS_ERROR_TEXT];
};

enum ov_err mbed_conf_new(const struct ov_tls_settings *settings, struct ov_tls_conf **out,
                          char text[static OV_TLS_ERROR_TEXT]);
void mbed_conf_free(struct ov_tls_conf *conf);
enum ov_err mbed_conf_set_crl(struct ov_tls_conf *conf, const struct ov_pem *pem,
                              char text[static OV_TLS_ERROR_TEXT]);
/* "key: is encrypted"; why NULL: the library's words for error. Returns err. */
enum ov_err mbed_refuse(char *text, enum ov_err err, const char *what, const char *why, int error);
/* tls_signer.c: somebody else keeps the key of conf->own. */
enum ov_err mbed_use_signer(struct ov_tls_conf *conf, char *text);
/* An error of the library; out is DER. */
int mbed_sign_digest(const struct ov_tls_conf *conf, mbedtls_md_type_t md, const uint8_t *digest, size_t len,
                     uint8_t *out, size_t cap, size_t *out_len);
/* tls_judge.c: the name of a certificate by --x509-username-field [WP-TLS-009], and the rules beside the library's. */
void mbed_name_of(const struct ov_tls_conf *conf, const mbedtls_x509_crt *cert, char *out, size_t cap,
                  bool *has_nul);
enum ov_err mbed_judge(struct ov_tls_conn *conn, const mbedtls_x509_crt *x509, int depth,
                       char why[static OV_TLS_JUDGE_TEXT]);

/* The verify callback of every connection; conn is its ov_tls_conn. */
int mbed_verify(void *conn, mbedtls_x509_crt *cert, int depth, uint32_t *flags);
/* Reason for a refusal that the library made outside the callback; false if it was not about the content
 * of a certificate. */
bool mbed_verify_outside(struct ov_tls_conn *conn);
/* The handshake went on although a certificate is bad, because none was required. */
bool mbed_has_refused(struct ov_tls_conn *conn);
enum ov_err mbed_peer(struct ov_tls_conn *conn, struct ov_tls_peer *out);

/* "SSL - The message is malformed". Returns text. */
const char *mbed_reason(int error, char *text, size_t cap);

/* tls_lists.c: list NULL changes nothing. OV_ERR_TLS: no name of it is of use. */
enum ov_err mbed_order_suites(struct ov_tls_conf *conf, const char *list, char *text);
enum ov_err mbed_read_groups(struct mbed_groups *groups, const char *list, char *text);
/* As struct ov_crypto's list. */
void mbed_list(enum ov_crypto_list which, void (*line)(void *ctx, const char *text), void *ctx);

#endif
