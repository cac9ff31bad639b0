#include "session/private.h"

#include <string.h>

#include "wire/opcode.h"

/* A soft reset is answered by one with the same key-id [WP-STATE-021]. */
static enum ov_opcode reset_opcode(const struct ov_session *s)
{
    if (s->ks.key_id > 0)
    {
        return OV_OP_SOFT_RESET_V1;
    }
    if (s->role == OV_ROLE_SERVER)
    {
        return OV_OP_HARD_RESET_SERVER_V2;
    }
    return s->env.settings->keys->wkc.len > 0 ? OV_OP_HARD_RESET_CLIENT_V3 : OV_OP_HARD_RESET_CLIENT_V2;
}

enum ov_err ov_step_reset(struct ov_session *s, struct ov_now now)
{
    (void)now;
    return ov_rel_send_queue(&s->ks.tx, (uint8_t)reset_opcode(s), NULL, 0, NULL); /* [WP-CTRL-004] */
}

/* A client without WKc that is asked for it can only go on as with any other server. */
bool ov_session_owes_wkc(const struct ov_session *s)
{
    const bool asked = (s->ks.early.flags & OV_EARLY_NEG_RESEND_WKC) != 0;
    return asked && s->ks.key_id == 0 && s->env.settings->keys->wkc.len > 0;
}

/* Own reset acknowledged, the peer's received: TLS may begin. A client must have both before it speaks, so
 * that its first TLS packet carries the acknowledgement that proves the cookie [WP-COOK-004]. */
enum ov_err ov_step_start_tls(struct ov_session *s, struct ov_now now)
{
    (void)now;
    if (!ov_rel_send_empty(&s->ks.tx) || s->ks.rx.next_id == 0)
    {
        return OV_ERR_AGAIN;
    }
    if (s->agreed.keys)
    {
        ov_data_drop_lame_duck(&s->data); /* both know of the third negotiation [WP-STATE-030] */
    }
    s->ks.wkc_len = ov_session_owes_wkc(s) ? s->env.settings->keys->wkc.len : 0;
    if (s->env.settings->before_tls != NULL)
    {
        s->env.settings->before_tls(s->env.settings->before_tls_ctx);
    }
    enum ov_err err = ov_tls_init(&s->ks.tls, s->env.settings->crypto->tls, s->env.settings->tls);
    if (err != OV_OK)
    {
        return err;
    }
    err = ov_tls_step(&s->ks.tls);
    return err == OV_ERR_AGAIN ? OV_OK : err;
}

enum ov_err ov_step_all_acked(struct ov_session *s, struct ov_now now)
{
    (void)now;
    return ov_keystate_sent_all(&s->ks) ? OV_OK : OV_ERR_AGAIN;
}

static enum ov_err same_as_before(struct ov_session *s, const struct ov_tls_peer *peer)
{
    if (!s->identity.known)
    {
        s->identity.known = true;
        s->identity.has_cert = peer->has_cert;
        memcpy(s->identity.common_name, peer->common_name, sizeof s->identity.common_name);
        memcpy(s->identity.fingerprint, peer->fingerprint, sizeof s->identity.fingerprint);
        return OV_OK;
    }
    if (s->identity.has_cert == peer->has_cert && strcmp(s->identity.common_name, peer->common_name) == 0 &&
        memcmp(s->identity.fingerprint, peer->fingerprint, sizeof peer->fingerprint) == 0)
    {
        return OV_OK;
    }
    ov_session_log(s, OV_LOG_ERROR,
                   "TLS Error: the peer's certificate changed from '%s' to '%s' in a renegotiation",
                   s->identity.common_name, peer->common_name);
    return OV_ERR_CERT;
}

enum ov_err ov_step_meet_peer(struct ov_session *s)
{
    struct ov_tls_peer peer;
    if (s->ks.met)
    {
        return OV_OK;
    }
    enum ov_err err = ov_tls_peer(&s->ks.tls, &peer);
    if (err == OV_OK)
    {
        err = same_as_before(s, &peer);
    }
    if (err != OV_OK)
    {
        return err;
    }
    s->ks.met = true;
    ov_session_log(s, OV_LOG_INFO, "Control Channel: %s, cipher %s, peer certificate: %s", peer.protocol,
                   peer.cipher, peer.subject);
    ov_session_tell(s, OV_EVENT_HANDSHAKE, OV_OK, "%s %s CN=%s", peer.protocol, peer.cipher,
                    peer.common_name);
    return OV_OK;
}
