#include "tls.h"

#include <stdio.h>
#include <string.h>

#include "base/wipe.h"

static enum ov_role other(enum ov_role role)
{
    return role == OV_ROLE_CLIENT ? OV_ROLE_SERVER : OV_ROLE_CLIENT;
}

static enum ov_err send_hello(struct ov_tls_conn *conn)
{
    struct ov_tls_conf *conf = conn->conf;
    uint8_t body[NULL_HELLO_HEAD + NULL_CERT_MAX];
    struct null_mix mix;
    null_mix_start(&mix, 0x420);
    null_mix_take(&mix, &conf->seed, sizeof(conf->seed));
    null_mix_take(&mix, &conf->conns, sizeof(conf->conns));
    conf->conns++;
    body[0] = (uint8_t)conf->role;
    null_mix_give(&mix, body + 1, NULL_RANDOM_LEN);
    memcpy(body + 1 + NULL_RANDOM_LEN, conf->ca, NULL_MARK_LEN);
    memcpy(body + NULL_HELLO_HEAD, conf->cert, conf->cert_len);
    size_t len = NULL_HELLO_HEAD + conf->cert_len;
    null_mix_take(&conn->transcript[conf->role], body, len);
    return null_put_record(conn, NULL_HELLO, body, len);
}

/* The name of a certificate is its first line. */
static void note_peer(struct ov_tls_conn *conn, const uint8_t *cert, size_t len)
{
    struct ov_tls_peer *peer = &conn->peer;
    peer->has_cert = true;
    const uint8_t *line_end = memchr(cert, '\n', len);
    ov_text_clean(peer->common_name, sizeof(peer->common_name), cert,
                  line_end != NULL ? (size_t)(line_end - cert) : len);
    (void)snprintf(peer->subject, sizeof(peer->subject), "CN=%s", peer->common_name);
    (void)snprintf(peer->protocol, sizeof(peer->protocol), "null");
    (void)snprintf(peer->cipher, sizeof(peer->cipher), "NULL_NOT_SECURE");
    struct null_mix mix;
    null_mix_start(&mix, 0x430);
    null_mix_take(&mix, cert, len);
    null_mix_give(&mix, peer->fingerprint, sizeof(peer->fingerprint));
}

static enum ov_err refuse_cert(struct ov_tls_conn *conn, enum ov_cert_fault fault, unsigned alert)
{
    ov_cert_fault_line(conn->text, fault, NULL, conn->peer.common_name, 0);
    return null_fail(conn, OV_ERR_CERT, alert, NULL);
}

static enum ov_err judge_hello(struct ov_tls_conn *conn, const uint8_t *body, size_t len)
{
    enum ov_role peer_role = other(conn->conf->role);
    if (len < NULL_HELLO_HEAD || body[0] != (uint8_t)peer_role)
    {
        return null_fail(conn, OV_ERR_TLS, 50, "hello is malformed");
    }
    if (len == NULL_HELLO_HEAD && conn->conf->cert_optional)
    {
        (void)snprintf(conn->peer.protocol, sizeof(conn->peer.protocol), "null");
        (void)snprintf(conn->peer.cipher, sizeof(conn->peer.cipher), "NULL_NOT_SECURE");
        null_mix_take(&conn->transcript[peer_role], body, len);
        return OV_OK;
    }
    if (len == NULL_HELLO_HEAD)
    {
        return refuse_cert(conn, OV_CERT_MISSING, 116); /* [WP-TLS-003] */
    }
    note_peer(conn, body + NULL_HELLO_HEAD, len - NULL_HELLO_HEAD);
    if (memcmp(body + 1 + NULL_RANDOM_LEN, conn->conf->ca, NULL_MARK_LEN) != 0)
    {
        return refuse_cert(conn, OV_CERT_UNTRUSTED, 48);
    }
    null_mix_take(&conn->transcript[peer_role], body, len);
    return OV_OK;
}

/* Both ends have both hellos now. */
static void make_secret(struct ov_tls_conn *conn)
{
    struct null_mix mix;
    null_mix_start(&mix, 0x440);
    for (unsigned role = 0; role < 2; role++)
    {
        uint8_t hello[NULL_SECRET_LEN];
        struct null_mix copy = conn->transcript[role];
        null_mix_give(&copy, hello, sizeof(hello));
        null_mix_take(&mix, hello, sizeof(hello));
    }
    null_mix_give(&mix, conn->secret, sizeof(conn->secret));
}

static void finished_tag(const struct ov_tls_conn *conn, enum ov_role sender, uint8_t tag[NULL_TAG_LEN])
{
    struct null_mix mix;
    null_mix_start(&mix, 0x450 + (uint64_t)sender);
    null_mix_take(&mix, conn->secret, sizeof(conn->secret));
    null_mix_give(&mix, tag, NULL_TAG_LEN);
}

static enum ov_err send_finished(struct ov_tls_conn *conn)
{
    uint8_t tag[NULL_TAG_LEN];
    finished_tag(conn, conn->conf->role, tag);
    return null_put_record(conn, NULL_FINISHED, tag, sizeof(tag));
}

static enum ov_err take_hello(struct ov_tls_conn *conn)
{
    const uint8_t *body;
    size_t len;
    enum ov_err err = null_next_record(conn, NULL_HELLO, &body, &len);
    if (err != OV_OK)
    {
        return err;
    }
    err = judge_hello(conn, body, len);
    null_drop_record(conn, len);
    if (err == OV_OK && conn->conf->role == OV_ROLE_SERVER)
    {
        err = send_hello(conn);
    }
    if (err != OV_OK)
    {
        return err;
    }
    make_secret(conn);
    conn->state = NULL_WAIT_FINISHED;
    return conn->conf->role == OV_ROLE_SERVER ? send_finished(conn) : OV_OK;
}

static enum ov_err take_finished(struct ov_tls_conn *conn)
{
    const uint8_t *body;
    size_t len;
    enum ov_err err = null_next_record(conn, NULL_FINISHED, &body, &len);
    if (err != OV_OK)
    {
        return err;
    }
    uint8_t tag[NULL_TAG_LEN];
    finished_tag(conn, other(conn->conf->role), tag);
    bool equal = len == sizeof(tag) && ov_equal_secret(tag, body, sizeof(tag));
    null_drop_record(conn, len);
    if (!equal)
    {
        return null_fail(conn, OV_ERR_TLS, 51, "finished is wrong");
    }
    conn->state = NULL_OPEN;
    return conn->conf->role == OV_ROLE_CLIENT ? send_finished(conn) : OV_OK;
}

enum ov_err null_handshake(struct ov_tls_conn *conn)
{
    enum ov_err err = OV_OK;
    while (err == OV_OK)
    {
        switch (conn->state)
        {
        case NULL_START:
            conn->state = NULL_WAIT_HELLO;
            err = conn->conf->role == OV_ROLE_CLIENT ? send_hello(conn) : OV_OK;
            break;
        case NULL_WAIT_HELLO:
            err = take_hello(conn);
            break;
        case NULL_WAIT_FINISHED:
            err = take_finished(conn);
            break;
        case NULL_OPEN:
            return OV_OK;
        case NULL_FAILED:
            return conn->err;
        }
    }
    return err;
}
