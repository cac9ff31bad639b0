#ifndef OV_TLS_TLS_H
#define OV_TLS_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/tls.h"

/* One TLS connection as the control channel wants it: payloads of control
 * packets in, octets to be cut into control packets out, whole records on top.
 * Time, sockets and retransmission are the caller's.
 *
 *     control packets in order -> feed -> step -> drain -> control packets
 *                                 read (one record)      write (one record)
 */

/* The longest plaintext record that is accepted, and the longest that is
 * written [WP-KM2-010]. */
#define OV_TLS_RECORD_MAX 2048u

enum ov_tls_state
{
    OV_TLS_NONE = 0,  /* all-zero: no connection */
    OV_TLS_HANDSHAKE, /* init done, step goes on */
    OV_TLS_OPEN,      /* read and write */
    OV_TLS_CLOSED,    /* the peer sent close_notify */
    OV_TLS_FAILED     /* err and ov_tls_reason say why; drain what is left (an alert), then clear */
};

struct ov_tls
{
    const struct ov_tls_ops *ops;
    struct ov_tls_conn *conn;
    enum ov_tls_state state;
    enum ov_err err; /* the first failure, kept */
    char reason[OV_TLS_ERROR_TEXT];
};

/* A new handshake; conf is borrowed until clear. OV_ERR_NOMEM, OV_ERR_TLS;
 * tls is all-zero on failure. */
OV_MUST_USE enum ov_err ov_tls_init(struct ov_tls *tls, const struct ov_tls_ops *ops,
                                    struct ov_tls_conf *conf);
/* Frees and zeroes. An all-zero value is fine. */
void ov_tls_clear(struct ov_tls *tls);

/* The payload of the next control packet, taken whole and copied. OV_ERR_LIMIT:
 * the peer sends more than anybody reads; OV_ERR_NOMEM; OV_ERR_CLOSED: no
 * longer open; after a failure that failure again. */
OV_MUST_USE enum ov_err ov_tls_feed(struct ov_tls *tls, const uint8_t *data, size_t len);

/* Octets waiting for the peer. */
size_t ov_tls_pending(const struct ov_tls *tls);
/* Take at most cap of them, in order; *len is how many, 0 when there are none.
 * Works in state FAILED too, for the alert. OV_ERR_TLS. */
OV_MUST_USE enum ov_err ov_tls_drain(struct ov_tls *tls, uint8_t *out, size_t cap, size_t *len);

/* Go on with the handshake after feed (a client also calls it once at the
 * start). OV_OK: open (and every time after that). OV_ERR_AGAIN: needs more
 * from the peer. OV_ERR_CERT: the peer's certificate is refused; OV_ERR_TLS:
 * anything else. Either way drain afterwards. */
OV_MUST_USE enum ov_err ov_tls_step(struct ov_tls *tls);

/* The plaintext of the next record, whole [WP-KM2-004]. OV_ERR_AGAIN: none yet.
 * OV_ERR_LIMIT: longer than OV_TLS_RECORD_MAX, the connection has failed.
 * OV_ERR_CLOSED: close_notify. OV_ERR_TLS: a broken record or an alert: with
 * TLS 1.3 a client learns here that the server refused its certificate. */
OV_MUST_USE enum ov_err ov_tls_read(struct ov_tls *tls, uint8_t out[static OV_TLS_RECORD_MAX], size_t *len);

/* All of data as one record. OV_ERR_ARG: empty, longer than OV_TLS_RECORD_MAX,
 * or not open yet. OV_ERR_TLS. */
OV_MUST_USE enum ov_err ov_tls_write(struct ov_tls *tls, const uint8_t *data, size_t len);

/* Keying material of this connection; see ov_key2_from_exporter for data
 * channel keys. OV_ERR_ARG: not open. OV_ERR_UNSUPPORTED, OV_ERR_TLS. */
OV_MUST_USE enum ov_err ov_tls_export(struct ov_tls *tls, const char *label, uint8_t *out, size_t len);

/* Who the peer is. OV_ERR_ARG: not open. OV_ERR_TLS. */
OV_MUST_USE enum ov_err ov_tls_peer(struct ov_tls *tls, struct ov_tls_peer *out);

/* Why it failed, one line, "" while it did not. Never NULL. */
const char *ov_tls_reason(const struct ov_tls *tls);

#endif
