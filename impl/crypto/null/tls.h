#ifndef OV_CRYPTO_NULL_TLS_H
#define OV_CRYPTO_NULL_TLS_H

#include "crypto/fifo.h"
#include "crypto/verdict.h"
#include "internal.h"

/* The imitation of TLS.
 *
 *   client                              server
 *   HELLO(random, ca, cert)     ->
 *                               <-      HELLO(random, ca, cert) FINISHED(tag)
 *   FINISHED(tag)               ->
 *   DATA                       <->      DATA
 *
 * record   type u8 | length u16 | body
 * HELLO    role u8 | random 16 | mark of the ca 16 | certificate
 * FINISHED tag 16 over both hellos
 * DATA     text, hidden | tag 16
 * ALERT    number u8, as in TLS
 */

#define NULL_RANDOM_LEN 16u
#define NULL_TAG_LEN    16u
#define NULL_MARK_LEN   16u
#define NULL_SECRET_LEN 32u
#define NULL_HEAD_LEN   3u
#define NULL_PLAIN_MAX  OV_TLS_WRITE_MAX
#define NULL_CERT_MAX   8192u
#define NULL_HELLO_HEAD (1u + NULL_RANDOM_LEN + NULL_MARK_LEN)
#define NULL_BODY_MAX   (NULL_PLAIN_MAX + NULL_TAG_LEN)

enum null_record
{
    NULL_HELLO = 1,
    NULL_FINISHED,
    NULL_DATA,
    NULL_ALERT
};

enum null_state
{
    NULL_START = 0, /* nothing sent yet */
    NULL_WAIT_HELLO,
    NULL_WAIT_FINISHED,
    NULL_OPEN,
    NULL_FAILED
};

struct ov_tls_conf
{
    enum ov_role role;
    bool cert_optional; /* of the peer */
    uint8_t ca[NULL_MARK_LEN];
    uint64_t seed;
    uint64_t conns; /* connections so far: each gets other randomness */
    size_t cert_len;
    uint8_t cert[NULL_CERT_MAX];
};

struct ov_tls_conn
{
    struct ov_tls_conf *conf;
    enum null_state state;
    enum ov_err err;               /* why FAILED */
    struct ov_fifo in;             /* from the peer */
    struct ov_fifo out;            /* to the peer */
    struct ov_fifo plain;          /* rest of the record that is being read */
    struct null_mix transcript[2]; /* hellos of the client and of the server */
    uint8_t secret[NULL_SECRET_LEN];
    uint64_t sealed; /* records, to bind each to its place */
    uint64_t opened;
    struct ov_tls_peer peer;
    char text[OV_TLS_ERROR_TEXT];
};

enum ov_err null_conf_new(const struct ov_tls_settings *settings, struct ov_tls_conf **out,
                          char text[static OV_TLS_ERROR_TEXT]);
void null_conf_free(struct ov_tls_conf *conf);
/* OV_ERR_UNSUPPORTED: there is nothing to revoke. */
enum ov_err null_conf_set_crl(struct ov_tls_conf *conf, const struct ov_pem *crl,
                              char text[static OV_TLS_ERROR_TEXT]);

/* Fail for good, with an alert to the peer. The reason is in conn->text already or is given here. */
enum ov_err null_fail(struct ov_tls_conn *conn, enum ov_err err, unsigned alert, const char *reason);
/* One whole record out of conn->in: its body, valid until the next put; OV_ERR_AGAIN if it is not there yet.
 * An alert ends the connection here. */
enum ov_err null_next_record(struct ov_tls_conn *conn, enum null_record wanted, const uint8_t **body,
                             size_t *len);
/* Drop the record that null_next_record showed. */
void null_drop_record(struct ov_tls_conn *conn, size_t len);
enum ov_err null_put_record(struct ov_tls_conn *conn, enum null_record type, const uint8_t *body, size_t len);

enum ov_err null_handshake(struct ov_tls_conn *conn);

#endif
