#ifndef OV_CRYPTO_OPENSSL_OPENSSL_H
#define OV_CRYPTO_OPENSSL_OPENSSL_H

#include <openssl/evp.h>
#include <openssl/provider.h>
#include <openssl/ssl.h>

#include "crypto/crypto.h"
#include "crypto/pause.h"
#include "crypto/verdict.h"

/* What the files of this directory share. Only ov_crypto_openssl is for others. */

/* Algorithms, fetched by start and load and constant from then on: a fetch takes locks
 * and walks provider tables, which is nothing for a packet path. NULL is an
 * algorithm that this library does not offer. */
struct openssl_algorithms
{
    EVP_CIPHER *aead[OV_AEAD_COUNT];
    EVP_CIPHER *aes256_ctr;
    EVP_MD *digest[OV_DIGEST_COUNT];
    EVP_MAC *hmac;
};
extern struct openssl_algorithms openssl_algorithms;

bool openssl_aead_has(enum ov_aead_id id);
enum ov_err openssl_aead_key_new(enum ov_aead_id id, const uint8_t *key, bool sealing,
                                 struct ov_aead_key **out);
void openssl_aead_key_free(struct ov_aead_key *key);
void openssl_aead_seal(struct ov_aead_key *key, struct ov_aead_op *ops, size_t count);
void openssl_aead_open(struct ov_aead_key *key, struct ov_aead_op *ops, size_t count);

bool openssl_etm_has(enum ov_cipher_id id);
enum ov_err openssl_etm_key_new(const struct ov_etm_spec *spec, bool sealing, struct ov_etm_key **out);
void openssl_etm_key_free(struct ov_etm_key *key);
void openssl_etm_seal(struct ov_etm_key *key, struct ov_etm_op *ops, size_t count);
void openssl_etm_open(struct ov_etm_key *key, struct ov_etm_op *ops, size_t count);

/* A context that is ready for input; NULL: out of memory, or no such digest. */
EVP_MAC_CTX *openssl_hmac_new(enum ov_digest_id id, const uint8_t *key, size_t key_len);
enum ov_err openssl_hmac(enum ov_digest_id id, const uint8_t *key, size_t key_len, const struct ov_slice *in,
                         size_t count, uint8_t *out);
enum ov_err openssl_digest(enum ov_digest_id id, const struct ov_slice *in, size_t count, uint8_t *out);
enum ov_err openssl_aes256_ctr(const uint8_t key[32], const uint8_t iv[16], uint8_t *text, size_t len);

extern const struct ov_tls_ops openssl_tls_ops;

/* A key that somebody else keeps, and the handshake that may have to wait for it. */
struct openssl_signing
{
    const struct ov_tls_signer *signer; /* NULL: the key is here */
    struct ov_pause *pause;             /* of the connection that is working now */
    SSL_CTX *ctx;                       /* whose key it is; borrowed */
    enum ov_role role;
    OSSL_LIB_CTX *library; /* where the provider of such a key lives: nobody else finds it there */
    OSSL_PROVIDER *provider;
};

struct ov_tls_conf
{
    SSL_CTX *ctx; /* its app data is this */
    struct openssl_signing signing;
    enum ov_role role;
    bool check_remote_usage;
    enum ov_tls_client_cert client_cert; /* of a server */
    enum ov_err (*judge)(void *ctx, const struct ov_tls_cert *cert, char why[static OV_TLS_JUDGE_TEXT]);
    void *judge_ctx;
    bool judge_waits;
    void (*judge_left)(void *ctx, const void *handshake);
    bool trust_judge;
    const char *name_field;
};

/* The SSL owns both BIOs. */
struct ov_tls_conn
{
    struct ov_tls_conf *conf;
    struct ov_pause pause; /* used where somebody else signs or judges, while the handshake lasts */
    bool judged;           /* the judge knows this handshake */
    X509_STORE *store; /* what it verifies by, while it may wait: new revocation lists come with a new one */
    SSL *ssl;
    BIO *in;  /* from the peer */
    BIO *out; /* to the peer */
    enum ov_cert_fault fault;
    bool leaf_seen; /* the peer's certificate passed all rules */
    char text[OV_TLS_ERROR_TEXT];
};

enum ov_err openssl_conf_new(const struct ov_tls_settings *settings, struct ov_tls_conf **out,
                             char text[static OV_TLS_ERROR_TEXT]);
void openssl_conf_free(struct ov_tls_conf *conf);
enum ov_err openssl_conf_set_crl(struct ov_tls_conf *conf, const struct ov_pem *crl,
                                 char text[static OV_TLS_ERROR_TEXT]);

/* "cert: ee key too small"; why NULL: the library's oldest error. Returns err. */
enum ov_err openssl_refuse(char *text, enum ov_err err, const char *what, const char *why);
/* NULL: empty. */
BIO *openssl_bio_over(const struct ov_pem *pem);
/* tls_key.c: the private key for the certificate that ctx has already; pkcs12 brings both. */
enum ov_err openssl_load_key(SSL_CTX *ctx, const struct ov_tls_settings *settings, char *text);
enum ov_err openssl_load_pkcs12(SSL_CTX *ctx, const struct ov_tls_settings *settings, char *text);
/* tls_signer.c */
enum ov_err openssl_use_signer(SSL_CTX *ctx, const struct ov_tls_settings *settings, char *text);
/* What somebody else signs for public_key. OV_ERR_CRYPTO, OV_ERR_UNSUPPORTED: refused. */
enum ov_err openssl_sign_elsewhere(const struct openssl_signing *signing, const EVP_PKEY *public_key,
                                   bool pss, enum ov_digest_id digest, const struct ov_slice *message,
                                   uint8_t *out, size_t cap, size_t *out_len);
/* provider.c: a key of which only public_key is here. NULL: the library refused. signing must stay where it is until
 * close, and no key may be left then. */
EVP_PKEY *openssl_key_elsewhere(struct openssl_signing *signing, EVP_PKEY *public_key);
void openssl_signing_close(struct openssl_signing *signing);
/* tls_crl.c */
enum ov_err openssl_load_crl(SSL_CTX *ctx, const struct ov_pem *crl, char *text);

/* Reason of the oldest error in the thread's queue; empties the queue. */
const char *openssl_reason(char *text, size_t cap);

/* The verify callback of every connection; the SSL's app data is its ov_tls_conn. */
int openssl_verify(int library_says_fine, X509_STORE_CTX *store);
/* tls_judge.c: the name of a certificate by --x509-username-field [WP-TLS-009], and the rules beside the library's. */
void openssl_name_of(const struct ov_tls_conf *conf, const X509 *cert, char *out, size_t cap, bool *has_nul);
enum ov_err openssl_judge(struct ov_tls_conn *conn, X509 *x509, int depth,
                          char why[static OV_TLS_JUDGE_TEXT]);
enum ov_err openssl_subject_of(const X509 *cert, char *out, size_t cap);
enum ov_err openssl_peer(struct ov_tls_conn *conn, struct ov_tls_peer *out);

/* tls_lists.c: suites and groups that are given. OV_ERR_TLS. */
enum ov_err openssl_set_lists(SSL_CTX *ctx, const struct ov_tls_settings *settings, char *text);
/* As struct ov_crypto's list. */
void openssl_list(enum ov_crypto_list which, void (*line)(void *ctx, const char *text), void *ctx);

#endif
