#include "tls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"

#define FEED_MAX 65536u

static enum ov_err conn_new(struct ov_tls_conf *conf, struct ov_tls_conn **out)
{
    struct ov_tls_conn *conn = calloc(1, sizeof(*conn));
    *out = conn;
    if (conn == NULL)
    {
        return OV_ERR_NOMEM;
    }
    conn->conf = conf;
    null_mix_start(&conn->transcript[0], 0x460);
    null_mix_start(&conn->transcript[1], 0x461);
    return OV_OK;
}

static void conn_free(struct ov_tls_conn *conn)
{
    if (conn != NULL)
    {
        ov_fifo_clear(&conn->in);
        ov_fifo_clear(&conn->out);
        ov_fifo_clear(&conn->plain);
        ov_wipe(conn, sizeof(*conn));
        free(conn);
    }
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

enum ov_err null_put_record(struct ov_tls_conn *conn, enum null_record type, const uint8_t *body, size_t len)
{
    const uint8_t head[NULL_HEAD_LEN] = {(uint8_t)type, (uint8_t)(len >> 8), (uint8_t)len};
    enum ov_err err = ov_fifo_put(&conn->out, head, sizeof(head));
    return err != OV_OK ? err : ov_fifo_put(&conn->out, body, len);
}

enum ov_err null_fail(struct ov_tls_conn *conn, enum ov_err err, unsigned alert, const char *reason)
{
    if (reason != NULL)
    {
        (void)snprintf(conn->text, sizeof(conn->text), "%s", reason);
    }
    conn->state = NULL_FAILED;
    conn->err = err;
    const uint8_t number = (uint8_t)alert;
    enum ov_err sent = null_put_record(conn, NULL_ALERT, &number, 1);
    return sent == OV_OK ? err : sent;
}

/* What the peer says last; no answer to that. */
static enum ov_err end_by_alert(struct ov_tls_conn *conn, unsigned alert)
{
    conn->state = NULL_FAILED;
    conn->err = alert == 0 ? OV_ERR_CLOSED : OV_ERR_TLS;
    ov_tls_alert_line(conn->text, alert);
    return conn->err;
}

enum ov_err null_next_record(struct ov_tls_conn *conn, enum null_record wanted, const uint8_t **body,
                             size_t *len)
{
    const uint8_t *front = ov_fifo_front(&conn->in);
    if (conn->in.len < NULL_HEAD_LEN)
    {
        return OV_ERR_AGAIN;
    }
    *len = (size_t)(front[1] << 8 | front[2]);
    *body = front + NULL_HEAD_LEN;
    /* Judge the head before waiting for the body: garbage must fail, not wait for ever. */
    bool alert = front[0] == NULL_ALERT && *len == 1;
    if (!alert && front[0] != (uint8_t)wanted)
    {
        return null_fail(conn, OV_ERR_TLS, 10, "record of an unexpected type");
    }
    if (*len > NULL_BODY_MAX)
    {
        return null_fail(conn, OV_ERR_TLS, 22, "record is too long");
    }
    if (conn->in.len < NULL_HEAD_LEN + *len)
    {
        return OV_ERR_AGAIN;
    }
    return alert ? end_by_alert(conn, **body) : OV_OK;
}

void null_drop_record(struct ov_tls_conn *conn, size_t len)
{
    (void)ov_fifo_take(&conn->in, NULL, NULL_HEAD_LEN + len);
}

/* One mix for each record: secret, sender and place. */
static struct null_mix record_mix(const struct ov_tls_conn *conn, bool sending, uint64_t place)
{
    struct null_mix mix;
    bool from_client = (conn->conf->role == OV_ROLE_CLIENT) == sending;
    null_mix_start(&mix, from_client ? 0x470 : 0x471);
    null_mix_take(&mix, conn->secret, sizeof(conn->secret));
    null_mix_take(&mix, &place, sizeof(place));
    return mix;
}

static void hide_text(struct null_mix mix, uint8_t *text, size_t len)
{
    uint64_t seed;
    null_mix_give(&mix, (uint8_t *)&seed, sizeof(seed));
    null_stream(seed, text, len);
}

static enum ov_err open_record(struct ov_tls_conn *conn)
{
    const uint8_t *body;
    size_t len;
    enum ov_err err = null_next_record(conn, NULL_DATA, &body, &len);
    if (err != OV_OK)
    {
        return err;
    }
    if (len <= NULL_TAG_LEN)
    {
        return null_fail(conn, OV_ERR_TLS, 50, "record is empty");
    }
    uint8_t text[NULL_PLAIN_MAX];
    uint8_t tag[NULL_TAG_LEN];
    size_t text_len = len - NULL_TAG_LEN;
    struct null_mix mix = record_mix(conn, false, conn->opened);
    struct null_mix tag_mix = mix;
    null_mix_take(&tag_mix, body, text_len);
    null_mix_give(&tag_mix, tag, sizeof(tag));
    if (!ov_equal_secret(tag, body + text_len, sizeof(tag)))
    {
        return null_fail(conn, OV_ERR_TLS, 20, "bad record mac");
    }
    memcpy(text, body, text_len);
    hide_text(mix, text, text_len);
    null_drop_record(conn, len);
    conn->opened++;
    return ov_fifo_put(&conn->plain, text, text_len);
}

static enum ov_err conn_read(struct ov_tls_conn *conn, uint8_t *out, size_t cap, size_t *len)
{
    *len = 0;
    if (conn->state != NULL_OPEN)
    {
        return conn->state == NULL_FAILED ? conn->err : OV_ERR_AGAIN;
    }
    enum ov_err err = conn->plain.len > 0 ? OV_OK : open_record(conn);
    if (err == OV_OK)
    {
        *len = ov_fifo_take(&conn->plain, out, cap);
    }
    return err;
}

static enum ov_err conn_write(struct ov_tls_conn *conn, const uint8_t *data, size_t len)
{
    if (len == 0 || len > OV_TLS_WRITE_MAX)
    {
        return OV_ERR_ARG;
    }
    if (conn->state != NULL_OPEN)
    {
        return conn->state == NULL_FAILED ? conn->err : OV_ERR_AGAIN;
    }
    uint8_t body[NULL_BODY_MAX];
    memcpy(body, data, len);
    struct null_mix mix = record_mix(conn, true, conn->sealed);
    hide_text(mix, body, len);
    null_mix_take(&mix, body, len);
    null_mix_give(&mix, body + len, NULL_TAG_LEN);
    conn->sealed++;
    return null_put_record(conn, NULL_DATA, body, len + NULL_TAG_LEN);
}

static enum ov_err conn_export(struct ov_tls_conn *conn, const char *label, uint8_t *out, size_t len)
{
    if (conn->state != NULL_OPEN)
    {
        return OV_ERR_TLS;
    }
    struct null_mix mix;
    null_mix_start(&mix, 0x480);
    null_mix_take(&mix, conn->secret, sizeof(conn->secret));
    null_mix_take(&mix, label, strlen(label));
    null_mix_give(&mix, out, len);
    return OV_OK;
}

static enum ov_err conn_peer(struct ov_tls_conn *conn, struct ov_tls_peer *out)
{
    *out = conn->peer;
    return conn->state == NULL_OPEN ? OV_OK : OV_ERR_TLS;
}

static const char *conn_error_text(const struct ov_tls_conn *conn)
{
    return conn->text;
}

const struct ov_tls_ops null_tls_ops = {
    .conf_new = null_conf_new,
    .conf_free = null_conf_free,
    .conf_set_crl = null_conf_set_crl,
    .conn_new = conn_new,
    .conn_free = conn_free,
    .feed = conn_feed,
    .drain = conn_drain,
    .pending = conn_pending,
    .handshake = null_handshake,
    .read = conn_read,
    .write = conn_write,
    .export_key = conn_export,
    .peer = conn_peer,
    .error_text = conn_error_text,
};
