#include "session/private.h"

#include <string.h>

void ov_pull_start(struct ov_session *s, struct ov_now now)
{
    s->pull.request_ms = now.mono_ms + OV_PUSH_FIRST_MS;
    s->pull.give_up_ms = now.mono_ms + s->env.settings->config->hand_window_s * OV_SECOND_MS;
}

uint64_t ov_pull_deadline(const struct ov_session *s)
{
    return ov_time_earlier(s->pull.request_ms, s->pull.give_up_ms);
}

void ov_pull_tick(struct ov_session *s, struct ov_now now)
{
    if (!ov_session_alive(s))
    {
        return;
    }
    if (now.mono_ms >= s->pull.give_up_ms)
    {
        s->pull.request_ms = s->pull.give_up_ms = OV_NEVER;
        ov_session_lose(s, OV_ERR_TIMEOUT, "no-push-reply", true, now.mono_ms);
    }
    else if (now.mono_ms >= s->pull.request_ms)
    {
        s->pull.request_ms = now.mono_ms + OV_PUSH_AGAIN_MS;
        if (s->ks.state == OV_KS_ACTIVE && ov_session_say(s, "PUSH_REQUEST") != OV_OK)
        {
            ov_session_log(s, OV_LOG_WARN, "PUSH_REQUEST can't be written");
        }
    }
}

/* What was said before isn't said again. */
static void log_diags(struct ov_session *s, const struct ov_diags *diags)
{
    char line[OV_DIAG_LINE];
    const struct ov_diag *d = s->pull.said != NULL ? s->pull.said->next : diags->first;
    for (; d != NULL; d = d->next)
    {
        s->pull.said = d;
        ov_session_log(s, d->severity == OV_DIAG_NOTE ? OV_LOG_INFO : OV_LOG_WARN, "%s",
                       ov_diag_line(d, line));
    }
}

/* What was pushed becomes what both sides do from now on. */
static enum ov_err agree(struct ov_session *s, const struct ov_pulled *pulled)
{
    const struct ov_config *config = s->env.settings->config;
    const char *occ_cipher = s->pull.server_cipher[0] != '\0' ? s->pull.server_cipher : NULL;
    enum ov_err err = ov_ncp_client(&config->data_ciphers, config->has_fallback ? &config->fallback : NULL,
                                    pulled->has_cipher ? ov_cipher_name(pulled->cipher) : NULL, occ_cipher,
                                    &s->agreed.cipher);
    if (err != OV_OK)
    {
        return err;
    }
    if (pulled->flags.aead_epoch && (!pulled->has_peer_id || !ov_cipher_is_aead(s->agreed.cipher)))
    {
        return OV_ERR_NEGOTIATION; /* there is no such format [WP-EPOCH-001] */
    }
    s->agreed.flags = pulled->flags;
    s->agreed.keepalive = pulled->effective.keepalive;
    ov_data_set_mtu(&s->data, ov_tunnel_packet(&config->tunnel, pulled->effective.tunnel.mtu));
    s->data.peer_id = pulled->has_peer_id ? pulled->peer_id : OV_PEER_ID_NONE;
    return OV_OK;
}

static void refuse(struct ov_session *s, enum ov_err err, const char *text, struct ov_now now)
{
    ov_session_log(s, OV_LOG_ERROR, "Options error: %s (%s)", text, ov_err_name(err));
    s->pull.request_ms = s->pull.give_up_ms = OV_NEVER;
    ov_session_lose(s, err, text, true, now.mono_ms + OV_FLUSH_MS);
}

void ov_pull_reply(struct ov_session *s, const char *text, size_t len, struct ov_now now)
{
    if (s->pull.complete)
    {
        ov_login_pushed_again(s, text, len);
        return; /* besides that a second reply changes nothing [WP-PUSH-006] */
    }
    enum ov_err err = ov_pull_message(s->pull.pull, text, len);
    if (err == OV_ERR_AGAIN)
    {
        return; /* more parts follow [WP-PUSH-014] */
    }
    log_diags(s, ov_pull_diags(s->pull.pull));
    if (err == OV_ERR_FORMAT)
    {
        return;
    }
    if (err != OV_OK)
    {
        refuse(s, err, "the server's PUSH_REPLY can't be used", now);
        return;
    }
    err = agree(s, ov_pull_result(s->pull.pull));
    if (err != OV_OK)
    {
        refuse(s, err, "failed to negotiate cipher with server", now);
        return;
    }
    const struct ov_config *effective = &ov_pull_result(s->pull.pull)->effective;
    err = ov_session_set_framing(s, effective->compression.mode);
    if (err != OV_OK)
    {
        refuse(s, err, "this program was built without the compression that the server wants", now);
        return;
    }
    s->pull.complete = true;
    ov_login_pulled(s, ov_pull_result(s->pull.pull));
    s->pull.request_ms = s->pull.give_up_ms = OV_NEVER;
}

void ov_pull_updated(struct ov_session *s, const char *text, size_t len, struct ov_now now)
{
    if (!s->pull.complete)
    {
        ov_session_log(s, OV_LOG_WARN, "PUSH_UPDATE before PUSH_REPLY is ignored");
        return;
    }
    const enum ov_err err = ov_pull_update(s->pull.pull, text, len);
    log_diags(s, ov_pull_diags(s->pull.pull));
    if (err == OV_ERR_AGAIN || err == OV_ERR_FORMAT)
    {
        return;
    }
    if (err != OV_OK)
    {
        refuse(s, err, "Offending option received from server", now);
        return;
    }
    const struct ov_config *effective = &ov_pull_result(s->pull.pull)->effective;
    s->agreed.keepalive = effective->keepalive;
    ov_data_set_mtu(&s->data, ov_tunnel_packet(&effective->tunnel, effective->tunnel.mtu));
    ov_session_tell(s, OV_EVENT_UPDATED, OV_OK, "PUSH_UPDATE");
}
