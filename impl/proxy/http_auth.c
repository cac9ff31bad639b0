#include "proxy/private.h"

#include <stdio.h>
#include <string.h>

#include "base/wipe.h"
#include "proxy/digest.h"
#include "proxy/ntlm.h"
#include "wire/pem.h"

/* Logging in at an HTTP proxy [WP-PROXY-003, WP-PROXY-004, WP-PROXY-005]. */

#define CNONCE_OCTETS 12u

/* ---- Basic ---- */

static bool write_basic(struct ov_proxy *proxy, struct ov_writer *w)
{
    char both[2 * OV_PROXY_LOGIN];
    char text[4 * OV_PROXY_LOGIN];
    const int len = snprintf(both, sizeof both, "%s:%s", proxy->task.username, proxy->task.password);
    const bool good = ov_base64_encode(both, (size_t)len, text, sizeof text) == OV_OK;
    ov_proxy_text(w, "Proxy-Authorization: Basic ");
    ov_proxy_text(w, good ? text : "");
    ov_proxy_text(w, "\r\n");
    ov_wipe(both, sizeof both);
    ov_wipe(text, sizeof text);
    return good;
}

/* ---- Digest ---- */

static void write_quoted(struct ov_writer *w, const char *name, const char *value)
{
    ov_proxy_text(w, name);
    ov_proxy_text(w, "=\"");
    for (; *value != '\0'; value++)
    {
        if (*value == '"' || *value == '\\')
        {
            ov_write_u8(w, '\\');
        }
        ov_write_u8(w, (uint8_t)*value);
    }
    ov_proxy_text(w, "\"");
}

static enum ov_err make_cnonce(const struct ov_proxy *proxy, char *out, size_t cap)
{
    uint8_t octets[CNONCE_OCTETS];
    const enum ov_err err = ov_rng_fill(proxy->task.rng, octets, sizeof octets);
    return err != OV_OK ? err : ov_base64_encode(octets, sizeof octets, out, cap);
}

static bool write_digest(struct ov_proxy *proxy, struct ov_writer *w)
{
    const struct ov_http_digest *d = &proxy->challenge.digest;
    const struct ov_proxy_task *task = &proxy->task;
    char cnonce[2 * CNONCE_OCTETS];
    char uri[300];
    char response[OV_HTTP_RESPONSE];
    (void)snprintf(uri, sizeof uri, "%s:%u", task->host, task->port);
    enum ov_err err = make_cnonce(proxy, cnonce, sizeof cnonce);
    if (err == OV_OK)
    {
        err = ov_http_digest_response(task->crypto, d, task->username, task->password, uri, cnonce, response);
    }
    if (err != OV_OK)
    {
        (void)ov_proxy_fail(proxy, "the answer to the proxy's digest challenge can't be made: %s",
                            ov_err_name(err));
        return false;
    }
    write_quoted(w, "Proxy-Authorization: Digest username", task->username);
    write_quoted(w, ", realm", d->realm);
    write_quoted(w, ", nonce", d->nonce);
    write_quoted(w, ", uri", uri);
    if (d->has_qop)
    {
        ov_proxy_text(w, ", qop=auth, nc=00000001");
    }
    if (d->has_qop || d->sess)
    {
        write_quoted(w, ", cnonce", cnonce);
    }
    write_quoted(w, ", response", response);
    if (d->algorithm != NULL)
    {
        ov_proxy_text(w, ", algorithm=");
        ov_proxy_text(w, d->algorithm);
    }
    if (d->has_opaque)
    {
        write_quoted(w, ", opaque", d->opaque);
    }
    ov_proxy_text(w, "\r\n");
    return true;
}

/* ---- NTLM ---- */

static bool write_ntlm(struct ov_proxy *proxy, struct ov_writer *w)
{
    char text[OV_NTLM_TEXT] = OV_NTLM_FIRST;
    enum ov_err err = OV_OK;
    if (proxy->challenge.token[0] != '\0')
    {
        err = ov_ntlm_answer(proxy->task.crypto, proxy->task.rng, proxy->task.unix_s, proxy->challenge.token,
                             proxy->task.username, proxy->task.password, text, sizeof text);
        proxy->answered = true;
    }
    if (err != OV_OK)
    {
        (void)ov_proxy_fail(proxy, "the proxy's NTLM challenge can't be answered: %s", ov_err_name(err));
        return false;
    }
    ov_proxy_text(w, "Proxy-Connection: Keep-Alive\r\nProxy-Authorization: NTLM ");
    ov_proxy_text(w, text);
    ov_proxy_text(w, "\r\n");
    ov_wipe(text, sizeof text);
    return true;
}

/* ---- which ---- */

bool ov_http_authorize(struct ov_proxy *proxy, struct ov_writer *w)
{
    const struct ov_http_challenge *challenge = &proxy->challenge;
    const enum ov_proxy_auth auth = proxy->task.auth;
    const bool can = proxy->task.username != NULL;
    if (auth == OV_PROXY_AUTH_NTLM && can)
    {
        return write_ntlm(proxy, w);
    }
    if (auth == OV_PROXY_AUTH_BASIC && can)
    {
        proxy->answered = true;
        return write_basic(proxy, w);
    }
    if (challenge->has_digest)
    {
        proxy->answered = true;
        return write_digest(proxy, w);
    }
    if (challenge->basic)
    {
        proxy->answered = true;
        return write_basic(proxy, w);
    }
    return true;
}

static enum ov_proxy_step no_way(struct ov_proxy *proxy)
{
    const struct ov_http_challenge *challenge = &proxy->challenge;
    return ov_proxy_fail(proxy,
                         "the proxy wants a login that is not allowed or not known here (it offers:%s%s%s)",
                         challenge->basic ? " Basic" : "", challenge->has_digest ? " Digest" : "",
                         challenge->ntlm ? " NTLM" : "");
}

static enum ov_proxy_step refused_ntlm(struct ov_proxy *proxy)
{
    if (!proxy->challenge.ntlm)
    {
        return no_way(proxy);
    }
    if (proxy->challenge.token[0] == '\0' || !proxy->keeps)
    {
        return ov_proxy_fail(proxy, "the proxy sends no NTLM challenge on an open connection");
    }
    return ov_http_open(proxy); /* the answer goes on this connection */
}

enum ov_proxy_step ov_http_refused(struct ov_proxy *proxy)
{
    struct ov_http_challenge *challenge = &proxy->challenge;
    const enum ov_proxy_auth auth = proxy->task.auth;
    const bool stale = challenge->has_digest && challenge->digest.stale && auth != OV_PROXY_AUTH_BASIC;
    if (proxy->task.username == NULL)
    {
        proxy->wants_login = true;
        return ov_proxy_fail(proxy, "the proxy wants a login (http-proxy-user-pass)");
    }
    if (proxy->answered && !stale)
    {
        return ov_proxy_fail(proxy, "the proxy refuses name and password");
    }
    if (auth == OV_PROXY_AUTH_NTLM)
    {
        return refused_ntlm(proxy);
    }
    if (auth == OV_PROXY_AUTH_AUTO_NCT || auth == OV_PROXY_AUTH_DIGEST)
    {
        challenge->basic = false;
    }
    return challenge->has_digest || challenge->basic ? OV_PROXY_AGAIN : no_way(proxy);
}
