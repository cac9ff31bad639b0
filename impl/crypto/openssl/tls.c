#include "openssl.h"

#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Octets of the peer that may wait unread. */
#define FEED_MAX 65536u

/* The handshake is over or given up: its stack goes, and what it waited for is of no use to anybody. */
static void end_waiting(struct ov_tls_conn *conn)
{
    const struct ov_tls_conf *conf = conn->conf;
    ov_pause_clear(&conn->pause);
    if (conn->judged && conf->judge_left != NULL)
    {
        conf->judge_left(conf->judge_ctx, conn);
    }
    conn->judged = false;
    X509_STORE_free(conn->store);
    conn->store = NULL;
}

static void conn_free(struct ov_tls_conn *conn)
{
    if (conn != NULL)
    {
        end_waiting(conn);
        SSL_free(conn->ssl); /* and the BIOs */
        free(conn);
    }
}

static enum ov_err conn_new(struct ov_tls_conf *conf, struct ov_tls_conn **out)
{
    *out = NULL;
    struct ov_tls_conn *conn = calloc(1, sizeof(*conn));
    if (conn == NULL)
    {
        return OV_ERR_NOMEM;
    }
    conn->conf = conf;
    conn->ssl = SSL_new(conf->ctx);
    conn->in = BIO_new(BIO_s_mem());
    conn->out = BIO_new(BIO_s_mem());
    if (conn->ssl == NULL || conn->in == NULL || conn->out == NULL || SSL_set_app_data(conn->ssl, conn) != 1)
    {
        BIO_free(conn->in);
        BIO_free(conn->out);
        conn_free(conn);
        ERR_clear_error();
        return OV_ERR_NOMEM;
    }
    SSL_set_bio(conn->ssl, conn->in, conn->out);
    if (conf->role == OV_ROLE_SERVER)
    {
        SSL_set_accept_state(conn->ssl);
    }
    else
    {
        SSL_set_connect_state(conn->ssl);
    }
    *out = conn;
    return OV_OK;
}

static enum ov_err conn_feed(struct ov_tls_conn *conn, const uint8_t *data, size_t len)
{
    if (len > FEED_MAX || BIO_ctrl_pending(conn->in) + len > FEED_MAX)
    {
        (void)snprintf(conn->text, sizeof(conn->text), "peer sent more than anybody reads");
        return OV_ERR_LIMIT;
    }
    return len == 0 || BIO_write(conn->in, data, (int)len) == (int)len ? OV_OK : OV_ERR_NOMEM;
}

static enum ov_err conn_drain(struct ov_tls_conn *conn, uint8_t *out, size_t cap, size_t *len)
{
    *len = 0;
    int part = cap > INT32_MAX ? INT32_MAX : (int)cap;
    if (part > 0 && BIO_ctrl_pending(conn->out) > 0)
    {
        int got = BIO_read(conn->out, out, part);
        *len = got > 0 ? (size_t)got : 0;
    }
    return OV_OK;
}

static size_t conn_pending(const struct ov_tls_conn *conn)
{
    return BIO_ctrl_pending(conn->out);
}

/* Translate what an SSL call gave, and keep why. */
static enum ov_err outcome_of(struct ov_tls_conn *conn, int result)
{
    switch (SSL_get_error(conn->ssl, result))
    {
    case SSL_ERROR_NONE:
        return OV_OK;
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        return OV_ERR_AGAIN;
    case SSL_ERROR_ZERO_RETURN:
        (void)snprintf(conn->text, sizeof(conn->text), "peer closed the connection");
        return OV_ERR_CLOSED;
    default:
        break;
    }
    if (conn->fault != OV_CERT_FINE)
    {
        ERR_clear_error(); /* the verify callback has written the reason */
        return OV_ERR_CERT;
    }
    int reason = ERR_GET_REASON(ERR_peek_error());
    if (reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE)
    {
        conn->fault = OV_CERT_MISSING;
        ov_cert_fault_line(conn->text, OV_CERT_MISSING, NULL, NULL, 0);
        ERR_clear_error();
        return OV_ERR_CERT;
    }
    if (reason >= SSL_AD_REASON_OFFSET && reason < SSL_AD_REASON_OFFSET + 256)
    {
        ov_tls_alert_line(conn->text, (unsigned)(reason - SSL_AD_REASON_OFFSET));
        ERR_clear_error();
        return OV_ERR_TLS;
    }
    (void)openssl_reason(conn->text, sizeof(conn->text));
    return OV_ERR_TLS;
}

static int do_handshake(void *ctx)
{
    return SSL_do_handshake(ctx);
}

/* As far as it comes. OV_OK: it is complete. */
static enum ov_err shake_hands(struct ov_tls_conn *conn)
{
    int result = 0;
    enum ov_err err = OV_OK;
    ERR_clear_error();
    conn->conf->signing.pause = &conn->pause;
    if (conn->conf->signing.signer == NULL && !conn->conf->judge_waits)
    {
        result = SSL_do_handshake(conn->ssl);
    }
    else if (!ov_pause_run(&conn->pause, do_handshake, conn->ssl, &result, &err))
    {
        return OV_ERR_AGAIN;
    }
    if (err != OV_OK)
    {
        return err;
    }
    if (result != 1)
    {
        return outcome_of(conn, result);
    }
    /* Whatever the library does: no certificate passes that the rules have not seen. */
    if (conn->conf->judge != NULL && SSL_get0_peer_certificate(conn->ssl) != NULL && !conn->leaf_seen)
    {
        (void)snprintf(conn->text, sizeof(conn->text), "the library did not show the peer's certificate");
        return OV_ERR_CERT;
    }
    return OV_OK;
}

static enum ov_err conn_handshake(struct ov_tls_conn *conn)
{
    const enum ov_err err = shake_hands(conn);
    if (err != OV_ERR_AGAIN)
    {
        end_waiting(conn);
    }
    return err;
}

static enum ov_err conn_read(struct ov_tls_conn *conn, uint8_t *out, size_t cap, size_t *len)
{
    *len = 0;
    ERR_clear_error();
    /* Without read-ahead this gives octets of one record at a time. */
    int result = SSL_read_ex(conn->ssl, out, cap, len);
    return result == 1 ? OV_OK : outcome_of(conn, result);
}

static enum ov_err conn_write(struct ov_tls_conn *conn, const uint8_t *data, size_t len)
{
    if (len == 0 || len > OV_TLS_WRITE_MAX)
    {
        return OV_ERR_ARG;
    }
    ERR_clear_error();
    size_t written = 0;
    int result = SSL_write_ex(conn->ssl, data, len, &written);
    if (result == 1)
    {
        return written == len ? OV_OK : OV_ERR_TLS;
    }
    return outcome_of(conn, result);
}

static enum ov_err conn_export(struct ov_tls_conn *conn, const char *label, uint8_t *out, size_t len)
{
    ERR_clear_error();
    if (SSL_export_keying_material(conn->ssl, out, len, label, strlen(label), NULL, 0, 0) == 1)
    {
        return OV_OK;
    }
    (void)openssl_reason(conn->text, sizeof(conn->text));
    return OV_ERR_TLS;
}

static const char *conn_error_text(const struct ov_tls_conn *conn)
{
    return conn->text;
}

const struct ov_tls_ops openssl_tls_ops = {
    .conf_new = openssl_conf_new,
    .conf_free = openssl_conf_free,
    .conf_set_crl = openssl_conf_set_crl,
    .conn_new = conn_new,
    .conn_free = conn_free,
    .feed = conn_feed,
    .drain = conn_drain,
    .pending = conn_pending,
    .handshake = conn_handshake,
    .read = conn_read,
    .write = conn_write,
    .export_key = conn_export,
    .peer = openssl_peer,
    .error_text = conn_error_text,
};
