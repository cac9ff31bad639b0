#include "tls/tls.h"

#include <stdio.h>
#include <string.h>

#include "base/wipe.h"

enum ov_err ov_tls_init(struct ov_tls *tls, const struct ov_tls_ops *ops, struct ov_tls_conf *conf)
{
    memset(tls, 0, sizeof(*tls));
    struct ov_tls_conn *conn = NULL;
    enum ov_err err = ops->conn_new(conf, &conn);
    if (err != OV_OK)
    {
        return err;
    }
    tls->ops = ops;
    tls->conn = conn;
    tls->state = OV_TLS_HANDSHAKE;
    return OV_OK;
}

void ov_tls_clear(struct ov_tls *tls)
{
    if (tls->conn != NULL)
    {
        tls->ops->conn_free(tls->conn);
    }
    memset(tls, 0, sizeof(*tls));
}

/* The first failure is the one to tell; what follows is its echo. */
static enum ov_err fail_with(struct ov_tls *tls, enum ov_err err, const char *reason)
{
    tls->state = err == OV_ERR_CLOSED ? OV_TLS_CLOSED : OV_TLS_FAILED;
    tls->err = err;
    (void)snprintf(tls->reason, sizeof(tls->reason), "%s", reason);
    return err;
}

/* Pass on what the backend gave; anything but success and "again" ends the connection. */
static enum ov_err judge(struct ov_tls *tls, enum ov_err err)
{
    if (err == OV_OK || err == OV_ERR_AGAIN)
    {
        return err;
    }
    return fail_with(tls, err, tls->ops->error_text(tls->conn));
}

/* The kept failure of a connection that is over, OV_OK for a live one. */
static enum ov_err over(const struct ov_tls *tls)
{
    return tls->state == OV_TLS_NONE ? OV_ERR_ARG : tls->err;
}

enum ov_err ov_tls_feed(struct ov_tls *tls, const uint8_t *data, size_t len)
{
    enum ov_err err = over(tls);
    return err != OV_OK ? err : judge(tls, tls->ops->feed(tls->conn, data, len));
}

size_t ov_tls_pending(const struct ov_tls *tls)
{
    return tls->conn == NULL ? 0 : tls->ops->pending(tls->conn);
}

enum ov_err ov_tls_drain(struct ov_tls *tls, uint8_t *out, size_t cap, size_t *len)
{
    *len = 0;
    return tls->conn == NULL ? OV_ERR_ARG : tls->ops->drain(tls->conn, out, cap, len);
}

enum ov_err ov_tls_step(struct ov_tls *tls)
{
    enum ov_err err = over(tls);
    if (err != OV_OK || tls->state == OV_TLS_OPEN)
    {
        return err;
    }
    err = judge(tls, tls->ops->handshake(tls->conn));
    if (err == OV_OK)
    {
        tls->state = OV_TLS_OPEN;
    }
    return err;
}

enum ov_err ov_tls_read(struct ov_tls *tls, uint8_t out[static OV_TLS_RECORD_MAX], size_t *len)
{
    *len = 0;
    enum ov_err err = over(tls);
    if (err != OV_OK)
    {
        return err;
    }
    if (tls->state != OV_TLS_OPEN)
    {
        return OV_ERR_AGAIN;
    }
    /* A record that is longer than allowed must not come back as two messages: one octet of extra room tells. */
    uint8_t record[OV_TLS_RECORD_MAX + 1];
    size_t got = 0;
    err = judge(tls, tls->ops->read(tls->conn, record, sizeof(record), &got));
    if (err == OV_OK && got > OV_TLS_RECORD_MAX)
    {
        err = fail_with(tls, OV_ERR_LIMIT, "record of the peer is longer than 2048 octets");
    }
    else if (err == OV_OK)
    {
        memcpy(out, record, got);
        *len = got;
    }
    ov_wipe(record, sizeof(record)); /* key method 2 carries key material and passwords */
    return err;
}

enum ov_err ov_tls_write(struct ov_tls *tls, const uint8_t *data, size_t len)
{
    enum ov_err err = over(tls);
    if (err != OV_OK)
    {
        return err;
    }
    if (tls->state != OV_TLS_OPEN || len == 0 || len > OV_TLS_RECORD_MAX)
    {
        return OV_ERR_ARG;
    }
    err = tls->ops->write(tls->conn, data, len);
    /* An open connection with an output queue in memory never has to wait. */
    return err == OV_ERR_AGAIN ? fail_with(tls, OV_ERR_TLS, "record was not written at once")
                               : judge(tls, err);
}

enum ov_err ov_tls_export(struct ov_tls *tls, const char *label, uint8_t *out, size_t len)
{
    return tls->state != OV_TLS_OPEN ? OV_ERR_ARG : tls->ops->export_key(tls->conn, label, out, len);
}

enum ov_err ov_tls_peer(struct ov_tls *tls, struct ov_tls_peer *out)
{
    return tls->state != OV_TLS_OPEN ? OV_ERR_ARG : tls->ops->peer(tls->conn, out);
}

const char *ov_tls_reason(const struct ov_tls *tls)
{
    return tls->reason;
}
