#include "session/private.h"

#include <string.h>

bool ov_session_wants_admission(const struct ov_session *s)
{
    const bool decided = s->guest_state == OV_GUEST_GOOD || s->guest_state == OV_GUEST_BAD;
    return decided && s->ks.state == OV_KS_ACTIVE && !s->push.admitted && ov_session_alive(s);
}

bool ov_session_wants_refusal(const struct ov_session *s)
{
    return s->guest_state == OV_GUEST_BAD && s->ks.state == OV_KS_ACTIVE && s->push.admitted &&
           ov_session_alive(s);
}

enum ov_err ov_session_refusal(const struct ov_session *s)
{
    return s->says.refusal;
}

const char *ov_session_common_name(const struct ov_session *s)
{
    const bool by_login =
        s->role == OV_ROLE_SERVER && s->env.settings->config->login.username_as_name && s->guest != NULL;
    return by_login ? (s->guest->is_locked ? s->guest->locked : "") : s->identity.common_name;
}

const char *ov_session_username(const struct ov_session *s)
{
    return s->guest != NULL && s->guest->is_locked ? s->guest->locked : "";
}

const char *ov_session_peer_info(const struct ov_session *s)
{
    return s->guest != NULL ? s->guest->peer_info : "";
}

const uint8_t *ov_session_fingerprint(const struct ov_session *s)
{
    return s->identity.has_cert ? s->identity.fingerprint : NULL;
}

bool ov_session_same_cert(const struct ov_session *a, const struct ov_session *b)
{
    const bool same_name = strcmp(ov_session_username(a), ov_session_username(b)) == 0;
    if (!a->identity.has_cert || !b->identity.has_cert)
    {
        /* Without certificates there is only the name. */
        return !a->identity.has_cert && !b->identity.has_cert && same_name &&
               ov_session_username(a)[0] != '\0';
    }
    return same_name &&
           memcmp(a->identity.fingerprint, b->identity.fingerprint, sizeof a->identity.fingerprint) == 0;
}

/* The one peer of a server without clients. */
static void admit_peer(struct ov_session *s, struct ov_now now)
{
    s->push.admitted = true;
    if (ov_p2p_agree(s) != OV_OK)
    {
        ov_session_lose(s, OV_ERR_NEGOTIATION, "the peers can't agree", true, now.mono_ms);
        return;
    }
    ov_session_drive(s, now);
}

void ov_session_admit(struct ov_session *s, const struct ov_push_client *place, struct ov_now now)
{
    if (ov_session_is_p2p(s))
    {
        admit_peer(s, now);
        return;
    }
    struct ov_push_client *client = &s->push.client;
    *client = *place;
    /* Without DATA_V2 there is no use for a peer-id [WP-PI-010]. */
    client->has_peer_id = place->has_peer_id && (s->says.iv_proto & OV_IV_PROTO_DATA_V2) != 0;
    client->has_cipher = s->says.push_cipher;
    client->cipher = s->agreed.cipher;
    client->iv_proto = s->says.iv_proto;
    client->has_tun_mtu = s->says.has_mtu;
    client->flags = ov_push_flags(s->says.iv_proto, &s->env.settings->built);
    client->flags.aead_epoch &=
        client->has_peer_id && ov_cipher_is_aead(s->agreed.cipher); /* [WP-FLAG-002] */
    client->auth_token = ov_guest_token(s);
    client->token_user = client->auth_token != NULL ? ov_guest_new_name(s) : NULL;
    s->agreed.flags = client->flags;
    s->data.peer_id = client->has_peer_id ? client->peer_id : OV_PEER_ID_NONE;
    s->push.admitted = true;
    const enum ov_err err = ov_session_set_framing(s, ov_session_client_framing(s, &client->compression));
    if (err != OV_OK)
    {
        ov_session_lose(
            s, err, err == OV_ERR_NOMEM ? "no memory for the data channel" : "framing that is not built in",
            true, now.mono_ms);
        return;
    }
    ov_session_drive(s, now);
    ov_push_reply(s, now);
    ov_session_drive(s, now);
}

static void farewell(struct ov_session *s, const char *message, struct ov_now now)
{
    if (message == NULL || s->ks.state < OV_KS_ACTIVE)
    {
        return;
    }
    if (ov_session_say(s, message) != OV_OK)
    {
        ov_session_log(s, OV_LOG_WARN, "'%s' can't be written", message);
    }
    ov_session_drive(s, now);
}

void ov_session_refuse(struct ov_session *s, const char *message, enum ov_err err, const char *text,
                       struct ov_now now)
{
    const char *words = s->says.farewell != NULL ? s->says.farewell : message;
    farewell(s, words, now);
    ov_session_end(s, OV_EVENT_CLOSED, err, text, words == NULL, now.mono_ms + OV_LINGER_MS);
}

void ov_session_dismiss(struct ov_session *s, const char *message, const char *text, uint64_t linger_ms,
                        struct ov_now now)
{
    farewell(s, message, now);
    ov_session_end(s, OV_EVENT_CLOSED, OV_OK, text, true, now.mono_ms + linger_ms);
}

void ov_session_float(struct ov_session *s, const struct ov_addr *addr)
{
    s->addr = *addr;
}

const struct ov_sid *ov_session_peer_sid(const struct ov_session *s)
{
    return &s->peer_sid;
}

const struct ov_addr *ov_session_addr(const struct ov_session *s)
{
    return &s->addr;
}

bool ov_session_connected(const struct ov_session *s)
{
    return s->agreed.keys && ov_session_alive(s);
}

bool ov_session_over(const struct ov_session *s)
{
    return s->ending.over;
}
