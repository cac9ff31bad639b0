#ifndef OV_SESSION_SERVER_H
#define OV_SESSION_SERVER_H

/* What only a hub asks of a session of role server. */
#include "session/session.h"
#include "wire/session_id.h"

/* What the third packet of a handshake proved [WP-COOK-004], or the first one where there is no stateless
 * answer: on TCP [WP-COOK-010], and of an old tls-crypt-v2 client [WP-TC2-023]. */
struct ov_session_start
{
    struct ov_addr addr;
    struct ov_sid own_sid; /* the cookie that went out as our session id; random if reset_is_due */
    struct ov_sid peer_sid;
    const struct ov_wrap_key *key; /* of the control channel; copied */
    bool takes_wkc;                /* key is the Kc of a tls-crypt-v2 client */
    bool reset_is_due;             /* our reset was not sent yet */
};

/* A session that waits for the packet that opened it: give it that by ov_session_receive next. Errors as
 * ov_session_init. */
OV_MUST_USE enum ov_err ov_session_accept(struct ov_session *s, const struct ov_session_env *env,
                                          const struct ov_session_start *start, struct ov_now now);

/* The client is authenticated and has no place yet: the hub answers with admit or refuse. */
bool ov_session_wants_admission(const struct ov_session *s);
/* OV_OK, or why this client can't be served; refuse then tells it the reason by itself. */
enum ov_err ov_session_refusal(const struct ov_session *s);
/* The login that waits for a verdict; false: none. */
bool ov_session_login(const struct ov_session *s, struct ov_login_request *out);
/* OV_ERR_DUPLICATE: no login waits (any more). */
OV_MUST_USE enum ov_err ov_session_verdict(struct ov_session *s, const struct ov_verdict *verdict,
                                           struct ov_now now);
/* A client that was connected is refused in a renegotiation: the hub answers with refuse. */
bool ov_session_wants_refusal(const struct ov_session *s);
/* Name of the peer: common name of its certificate, or the login name where that is wanted; "" before the handshake is complete. Borrowed. */
const char *ov_session_common_name(const struct ov_session *s);
/* The name of its login, and what it said of itself; "": none. Borrowed. */
const char *ov_session_username(const struct ov_session *s);
const char *ov_session_peer_info(const struct ov_session *s);
/* Of the certificate, 32 octets of SHA-256; NULL: it has none. Borrowed. */
const uint8_t *ov_session_fingerprint(const struct ov_session *s);
/* Both showed the same certificate and have the same login name. */
bool ov_session_same_cert(const struct ov_session *a, const struct ov_session *b);

/* settings, which outlive the session, are this client's own: its ciphers, framing, timers [WP-SRV-033]; before
 * admit. Then ask again by ov_session_refusal. */
void ov_session_adapt(struct ov_session *s, const struct ov_session_settings *settings);
/* override-username: the login's name from now on. OV_ERR_ARG: there is no login; OV_ERR_LIMIT: too long; OV_ERR_CRYPTO: no
 * token for it. */
OV_MUST_USE enum ov_err ov_session_rename(struct ov_session *s, const char *name, struct ov_now now);
/* place: addresses and peer-id; the session fills in the rest. Data keys are made and pushed. */
void ov_session_admit(struct ov_session *s, const struct ov_push_client *place, struct ov_now now);
/* PUSH_UPDATE: options as of ov_push_update. OV_ERR_UNSUPPORTED: this client doesn't know that; OV_ERR_AGAIN: it has
 * no options yet; OV_ERR_OPTION, OV_ERR_LIMIT: nothing was sent. */
OV_MUST_USE enum ov_err ov_session_push_update(struct ov_session *s, const char *options, struct ov_now now);
/* Tell the client why not (a whole control message such as "AUTH_FAILED,..."; NULL: nothing), then end. */
void ov_session_refuse(struct ov_session *s, const char *message, enum ov_err err, const char *text,
                       struct ov_now now);

/* Send a control message and end: shutdown, kill. linger_ms: how long to wait for its acknowledgement. */
void ov_session_dismiss(struct ov_session *s, const char *message, const char *text, uint64_t linger_ms,
                        struct ov_now now);

/* The client sends from a new address, proven by a data packet [WP-SRV-004]. */
void ov_session_float(struct ov_session *s, const struct ov_addr *addr);

/* Session ids as seen by this end. */
const struct ov_sid *ov_session_peer_sid(const struct ov_session *s);
const struct ov_addr *ov_session_addr(const struct ov_session *s);

/* Connected and not ending. */
bool ov_session_connected(const struct ov_session *s);
/* Its last event is given: clear it. */
bool ov_session_over(const struct ov_session *s);

#endif
