#include "session/private.h"

#include <string.h>

#include "wire/opcode.h"

enum ov_err ov_step_reset(struct ov_session *s, struct ov_now now)
{
    (void)now;
    const enum ov_opcode hard =
        s->role == OV_ROLE_CLIENT ? OV_OP_HARD_RESET_CLIENT_V2 : OV_OP_HARD_RESET_SERVER_V2;
    return ov_rel_send_queue(&s->ks.tx, s->ks.key_id == 0 ? hard : OV_OP_SOFT_RESET_V1, NULL, 0, NULL);
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
        memcpy(s->identity.common_name, peer->common_name, sizeof s->identity.common_name);
        memcpy(s->identity.fingerprint, peer->fingerprint, sizeof s->identity.fingerprint);
        return OV_OK;
    }
    if (strcmp(s->identity.common_name, peer->common_name) == 0 &&
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
    enum ov_err err = ov_tls_peer(&s->ks.tls, &peer);
    if (err == OV_OK)
    {
        err = same_as_before(s, &peer);
    }
    if (err != OV_OK)
    {
        return err;
    }
    ov_session_log(s, OV_LOG_INFO, "Control Channel: %s, cipher %s, peer certificate: %s", peer.protocol,
                   peer.cipher, peer.subject);
    ov_session_tell(s, OV_EVENT_HANDSHAKE, OV_OK, "%s %s CN=%s", peer.protocol, peer.cipher,
                    peer.common_name);
    return OV_OK;
}
