#include "compat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"

/* Octets of the peer that may wait unread. */
#define FEED_MAX 65536u

static int on_send(void *ctx, const unsigned char *data, size_t len)
{
    struct ov_tls_conn *conn = ctx;
    return ov_fifo_put(&conn->out, data, len) == OV_OK ? (int)len : MBEDTLS_ERR_SSL_ALLOC_FAILED;
}

static int on_receive(void *ctx, unsigned char *out, size_t cap)
{
    struct ov_tls_conn *conn = ctx;
    size_t len = ov_fifo_take(&conn->in, out, cap);
    return len > 0 ? (int)len : MBEDTLS_ERR_SSL_WANT_READ;
}

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
}

static void conn_free(struct ov_tls_conn *conn)
{
    if (conn != NULL)
    {
        end_waiting(conn);
        mbedtls_ssl_free(&conn->ssl);
        mbedtls_ssl_config_free(&conn->config);
        ov_fifo_clear(&conn->in);
        ov_fifo_clear(&conn->out);
        ov_wipe(conn, sizeof(*conn));
        free(conn);
    }
}

/* The library has two of its own; insecure is all that it can do. */
static void set_profile(mbedtls_ssl_config *config, enum ov_tls_profile profile)
{
    static const mbedtls_x509_crt_profile insecure = {UINT32_MAX, UINT32_MAX, UINT32_MAX, 1024};
    switch (profile)
    {
    case OV_TLS_PROFILE_DEFAULT:
    case OV_TLS_PROFILE_PREFERRED:
        mbedtls_ssl_conf_cert_profile(config, &mbedtls_x509_crt_profile_default);
        break;
    case OV_TLS_PROFILE_SUITEB:
        mbedtls_ssl_conf_cert_profile(config, &mbedtls_x509_crt_profile_suiteb);
        break;
    case OV_TLS_PROFILE_LEGACY:
    case OV_TLS_PROFILE_INSECURE:
        mbedtls_ssl_conf_cert_profile(config, &insecure);
        break;
    }
}

static int verify_mode(const struct ov_tls_conf *conf)
{
    if (conf->role == OV_ROLE_CLIENT || conf->client_cert == OV_TLS_CLIENT_CERT_REQUIRED)
    {
        return MBEDTLS_SSL_VERIFY_REQUIRED;
    }
    return conf->client_cert == OV_TLS_CLIENT_CERT_OPTIONAL ? MBEDTLS_SSL_VERIFY_OPTIONAL
                                                            : MBEDTLS_SSL_VERIFY_NONE;
}

static int set_up(struct ov_tls_conn *conn)
{
    struct ov_tls_conf *conf = conn->conf;
    mbedtls_ssl_config *config = &conn->config;
    int error = mbedtls_ssl_config_defaults(
        config, conf->role == OV_ROLE_SERVER ? MBEDTLS_SSL_IS_SERVER : MBEDTLS_SSL_IS_CLIENT,
        MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
    if (error != 0)
    {
        return error;
    }
    mbedtls_ssl_conf_rng(config, mbed_random, NULL);
    mbedtls_ssl_conf_authmode(config, verify_mode(conf));
    mbedtls_ssl_conf_ca_chain(config, &conf->ca, &conf->crl);
    set_profile(config, conf->profile);
    mbedtls_ssl_conf_verify(config, mbed_verify, conn);
    mbedtls_ssl_conf_ciphersuites(config, conf->suites);
    mbed_set_versions(config, conf->version_min, conf->version_max);
    mbed_set_strict(config);
    if (conf->groups.given)
    {
        mbed_set_groups(config, &conf->groups);
    }
    if (conf->own.raw.len > 0)
    {
        error = mbedtls_ssl_conf_own_cert(config, &conf->own, &conf->key);
    }
    mbed_watch_keys(conn);
    if (error == 0)
    {
        error = mbedtls_ssl_setup(&conn->ssl, config);
    }
    if (error == 0)
    {
        /* Peers are known by their CA, not by a host name; later versions want that said. */
        error = mbedtls_ssl_set_hostname(&conn->ssl, NULL);
    }
    mbedtls_ssl_set_bio(&conn->ssl, conn, on_send, on_receive, NULL);
    return error;
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
    mbedtls_ssl_config_init(&conn->config);
    mbedtls_ssl_init(&conn->ssl);
    int error = set_up(conn);
    if (error != 0)
    {
        conn_free(conn);
        return error == MBEDTLS_ERR_SSL_ALLOC_FAILED ? OV_ERR_NOMEM : OV_ERR_TLS;
    }
    *out = conn;
    return OV_OK;
}

static enum ov_err conn_feed(struct ov_tls_conn *conn, const uint8_t *data, size_t len)
{
    if (len > FEED_MAX || conn->in.len + len > FEED_MAX)
    {
        (void)snprintf(conn->text, sizeof(conn->text), "peer sent more than anybody reads");
        return OV_ERR_LIMIT;
    }
    return ov_fifo_put(&conn->in, data, len);
}

static enum ov_err conn_drain(struct ov_tls_conn *conn, uint8_t *out, size_t cap, size_t *len)
{
    *len = ov_fifo_take(&conn->out, out, cap);
    return OV_OK;
}

static size_t conn_pending(const struct ov_tls_conn *conn)
{
    return conn->out.len;
}

/* Translate what a call of the library gave, and keep why. */
static enum ov_err outcome_of(struct ov_tls_conn *conn, int error)
{
    switch (error)
    {
    case MBEDTLS_ERR_SSL_WANT_READ:
    case MBEDTLS_ERR_SSL_WANT_WRITE:
        return OV_ERR_AGAIN;
    case MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY:
        (void)snprintf(conn->text, sizeof(conn->text), "peer closed the connection");
        return OV_ERR_CLOSED;
    case MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE:
        ov_tls_alert_line(conn->text, mbed_alert(&conn->ssl));
        return OV_ERR_TLS;
    default:
        break;
    }
    if (error == MBEDTLS_ERR_SSL_NO_CLIENT_CERTIFICATE)
    {
        conn->fault = OV_CERT_MISSING;
        ov_cert_fault_line(conn->text, OV_CERT_MISSING, NULL, NULL, 0);
    }
    /* Our own callback has said why, unless the library refused before or after it. */
    if (conn->fault != OV_CERT_FINE || (mbed_is_about_certificate(error) && mbed_verify_outside(conn)))
    {
        return OV_ERR_CERT;
    }
    (void)mbed_reason(error, conn->text, sizeof(conn->text));
    return OV_ERR_TLS;
}

static int do_handshake(void *ctx)
{
    return mbedtls_ssl_handshake(ctx);
}

/* As far as it comes. OV_OK: it is complete. */
static enum ov_err shake_hands(struct ov_tls_conn *conn)
{
    size_t before = conn->out.len;
    int error = 0;
    enum ov_err no_stack = OV_OK;
    conn->conf->pause = &conn->pause;
    if (conn->conf->signer == NULL && !conn->conf->judge_waits)
    {
        error = mbedtls_ssl_handshake(&conn->ssl);
    }
    else if (!ov_pause_run(&conn->pause, do_handshake, &conn->ssl, &error, &no_stack))
    {
        return OV_ERR_AGAIN;
    }
    if (no_stack != OV_OK)
    {
        return no_stack;
    }
    if (error != 0)
    {
        enum ov_err err = outcome_of(conn, error);
        bool silent = conn->out.len == before && error != MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE;
        if (silent && (err == OV_ERR_TLS || err == OV_ERR_CERT))
        {
            /* Some refusals, such as that of a missing certificate, are not told to the peer by the library:
             * it would wait until its timeout. If this fails too, that is what happens. */
            (void)mbedtls_ssl_send_alert_message(&conn->ssl, MBEDTLS_SSL_ALERT_LEVEL_FATAL,
                                                 MBEDTLS_SSL_ALERT_MSG_HANDSHAKE_FAILURE);
        }
        return err;
    }
    /* Where a certificate is optional, the library lets bad ones pass too. */
    if (conn->fault != OV_CERT_FINE || mbed_has_refused(conn))
    {
        return OV_ERR_CERT;
    }
    /* Whatever the library does: no certificate passes that the rules have not seen. */
    if (conn->conf->judge != NULL && mbedtls_ssl_get_peer_cert(&conn->ssl) != NULL && !conn->leaf_seen)
    {
        (void)snprintf(conn->text, sizeof(conn->text), "the library did not show the peer's certificate");
        return OV_ERR_CERT;
    }
    conn->open = true;
    return OV_OK;
}

static enum ov_err conn_handshake(struct ov_tls_conn *conn)
{
    if (conn->open)
    {
        return OV_OK;
    }
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
    if (!conn->open)
    {
        return OV_ERR_AGAIN;
    }
    int result;
    do
    {
        result = mbedtls_ssl_read(&conn->ssl, out, cap);
    } while (mbed_is_ticket(result));
    if (result > 0)
    {
        *len = (size_t)result;
        return OV_OK;
    }
    return outcome_of(conn, result == 0 ? MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY : result);
}

static enum ov_err conn_write(struct ov_tls_conn *conn, const uint8_t *data, size_t len)
{
    if (len == 0 || len > OV_TLS_WRITE_MAX)
    {
        return OV_ERR_ARG;
    }
    if (!conn->open)
    {
        return OV_ERR_AGAIN;
    }
    int result = mbedtls_ssl_write(&conn->ssl, data, len);
    if (result > 0 && (size_t)result < len)
    {
        (void)snprintf(conn->text, sizeof(conn->text), "the library's records end at %d octets", result);
        return OV_ERR_TLS;
    }
    return result > 0 ? OV_OK : outcome_of(conn, result);
}

static enum ov_err conn_export(struct ov_tls_conn *conn, const char *label, uint8_t *out, size_t len)
{
    if (!conn->open)
    {
        (void)snprintf(conn->text, sizeof(conn->text), "the handshake is not complete");
        return OV_ERR_TLS;
    }
    return mbed_export(conn, label, out, len);
}

static const char *conn_error_text(const struct ov_tls_conn *conn)
{
    return conn->text;
}

const struct ov_tls_ops mbed_tls_ops = {
    .conf_new = mbed_conf_new,
    .conf_free = mbed_conf_free,
    .conf_set_crl = mbed_conf_set_crl,
    .conn_new = conn_new,
    .conn_free = conn_free,
    .feed = conn_feed,
    .drain = conn_drain,
    .pending = conn_pending,
    .handshake = conn_handshake,
    .read = conn_read,
    .write = conn_write,
    .export_key = conn_export,
    .peer = mbed_peer,
    .error_text = conn_error_text,
};
