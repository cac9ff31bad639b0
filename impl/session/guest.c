#include "session/guest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"
#include "session/private.h"
#include "wire/pem.h"

/* Server: is this client who it says? Nothing is pushed and no key is made before the answer is yes
 * (CVE-2020-15078) [WP-SRV-027]. */

static const struct ov_login_options *options_of(const struct ov_session *s)
{
    return &s->env.settings->config->login;
}

/* What a client sends is shown to programs and in logs [WP-KM2-011]. */
static void copy_printable(const char *from, char *out, size_t cap)
{
    size_t i = 0;
    for (; from[i] != '\0' && i + 1 < cap; i++)
    {
        out[i] = (unsigned char)from[i] < ' ' || from[i] == 0x7f ? '_' : from[i];
    }
    out[i] = '\0';
}

static bool is_original(const struct ov_guest *guest)
{
    return guest->renamed && strcmp(guest->username, guest->original) == 0;
}

enum ov_err ov_guest_hear(struct ov_session *s, const struct ov_km2 *km2)
{
    if (!s->env.settings->judged && !s->env.settings->keeps_info)
    {
        return OV_OK;
    }
    if (s->guest == NULL)
    {
        s->guest = calloc(1, sizeof *s->guest);
    }
    if (s->guest == NULL)
    {
        return OV_ERR_NOMEM;
    }
    struct ov_guest *guest = s->guest;
    copy_printable(km2->username, guest->username, sizeof guest->username);
    /* A token is for the name that we gave; a client that doesn't know that name sends its own. */
    if (is_original(guest) && ov_token_claimed(km2->password))
    {
        memcpy(guest->username, guest->locked, sizeof guest->username);
    }
    if (s->env.settings->judged)
    {
        copy_printable(km2->password, guest->password, sizeof guest->password);
    }
    (void)snprintf(guest->peer_info, sizeof guest->peer_info, "%s", km2->peer_info);
    guest->answer[0] = '\0';
    guest->pending_due = false;
    guest->token_state = guest->has_token ? guest->token_state : "Initial";
    s->guest_state = OV_GUEST_NONE;
    return OV_OK;
}

void ov_guest_clear(struct ov_session *s)
{
    if (s->guest != NULL)
    {
        ov_wipe(s->guest, sizeof *s->guest);
        free(s->guest);
        s->guest = NULL;
    }
}

/* ---- verdicts ---- */

static void refuse(struct ov_session *s, const char *reason)
{
    struct ov_guest *guest = s->guest;
    const bool silent = reason == NULL || reason[0] == '\0';
    (void)snprintf(guest->farewell, sizeof guest->farewell, "AUTH_FAILED%s%.290s", silent ? "" : ",",
                   silent ? "" : reason);
    /* A reason that can't be sent must not keep the refusal back. */
    for (char *p = guest->farewell; *p != '\0'; p++)
    {
        *p = (unsigned char)*p < ' ' || (unsigned char)*p > '~' ? '_' : *p;
    }
    ov_wipe(guest->password, sizeof guest->password);
    s->guest_state = OV_GUEST_BAD;
    s->says.refusal = OV_ERR_AUTH;
    s->says.farewell = guest->farewell;
    ov_session_log(s, OV_LOG_WARN, "login of '%s' is refused%s%s", guest->username, silent ? "" : ": ",
                   silent ? "" : reason);
}

/* One session id and one beginning for all tokens of a session [WP-TOK-004]. */
static enum ov_err make_token(struct ov_session *s, struct ov_now now)
{
    const struct ov_session_settings *settings = s->env.settings;
    struct ov_guest *guest = s->guest;
    if (settings->token_key == NULL)
    {
        return OV_OK;
    }
    if (!guest->has_token)
    {
        enum ov_err err = ov_rng_fill(s->env.rng, guest->token.session_id, sizeof guest->token.session_id);
        if (err != OV_OK)
        {
            return err;
        }
        guest->token.first_s = now.wall_s;
        guest->has_token = true;
    }
    guest->token.issued_s = now.wall_s > guest->token.first_s ? now.wall_s : guest->token.first_s;
    guest->token_state = "Authenticated";
    return ov_token_make(settings->crypto, settings->token_key,
                         guest->renamed ? guest->locked : guest->username, &guest->token, guest->token_text);
}

static void accept(struct ov_session *s, struct ov_now now)
{
    struct ov_guest *guest = s->guest;
    if (make_token(s, now) != OV_OK)
    {
        refuse(s, NULL);
        return;
    }
    ov_wipe(guest->password, sizeof guest->password);
    if (!guest->renamed)
    {
        memcpy(guest->locked, guest->username, sizeof guest->locked);
    }
    guest->is_locked = true;
    s->guest_state = OV_GUEST_GOOD;
    ov_session_log(s, OV_LOG_INFO, "login of '%s' is good", guest->username);
}

static void ask(struct ov_session *s)
{
    const struct ov_config *config = s->env.settings->config;
    s->guest_state = OV_GUEST_WAITS;
    s->guest_by_ms = s->ks.created_ms + config->hand_window_s * OV_SECOND_MS;
    s->logins++;
    ov_session_tell(s, OV_EVENT_LOGIN, OV_OK, "%s", s->guest->username);
}

/* ---- tokens ---- */

static const char *token_state(enum ov_err err, bool nameless)
{
    return err == OV_OK            ? (nameless ? "AuthenticatedEmptyUser" : "Authenticated")
           : err == OV_ERR_TIMEOUT ? (nameless ? "ExpiredEmptyUser" : "Expired")
                                   : "Invalid";
}

static enum ov_err check_token(struct ov_session *s, bool *nameless, struct ov_now now)
{
    const struct ov_session_settings *settings = s->env.settings;
    const struct ov_login_options *login = options_of(s);
    struct ov_guest *guest = s->guest;
    struct ov_token token;
    enum ov_err err = ov_token_open(settings->crypto, settings->token_key, guest->username, guest->password,
                                    &token, nameless);
    if (err != OV_OK)
    {
        return err;
    }
    if (guest->has_token && memcmp(guest->token.session_id, token.session_id, sizeof token.session_id) != 0)
    {
        return OV_ERR_SESSION_ID; /* a good token of another session */
    }
    guest->has_token = true;
    guest->token = token;
    if (*nameless)
    {
        guest->username[0] = '\0'; /* [WP-TOK-006] */
    }
    return ov_token_check(&token, now.wall_s, login->token_renewal_s, login->token_lifetime_s);
}

static void judge_token(struct ov_session *s, struct ov_now now)
{
    bool nameless = false;
    struct ov_guest *guest = s->guest;
    enum ov_err err = check_token(s, &nameless, now);
    guest->token_state = token_state(err, nameless);
    if (options_of(s)->token_external)
    {
        ask(s);
    }
    else if (err == OV_OK)
    {
        accept(s, now);
    }
    else
    {
        ov_session_log(s, OV_LOG_WARN, "the token of '%s' is refused: %s", guest->username,
                       guest->token_state);
        refuse(s, err == OV_ERR_TIMEOUT ? "SESSION: token expired" : NULL); /* [WP-TOK-005] */
    }
}

/* ---- the question ---- */

enum ov_err ov_guest_judge(struct ov_session *s, struct ov_now now)
{
    struct ov_guest *guest = s->guest;
    if (!s->env.settings->judged || s->says.refusal != OV_OK)
    {
        s->guest_state = OV_GUEST_GOOD; /* nobody asks, or it is refused for another reason */
        return OV_OK;
    }
    if (guest->username[0] == '\0' && guest->password[0] == '\0' && !options_of(s)->optional)
    {
        ov_session_log(s, OV_LOG_ERROR, "TLS Error: the client sent no name and password");
        return OV_ERR_AUTH; /* [WP-KM2-009] */
    }
    if (guest->is_locked && strcmp(guest->locked, guest->username) != 0 && !is_original(guest))
    {
        ov_session_log(s, OV_LOG_ERROR, "TLS Error: the login name changed from '%s' to '%s'", guest->locked,
                       guest->username);
        refuse(s, NULL);
    }
    else if (s->env.settings->token_key != NULL && ov_token_claimed(guest->password))
    {
        judge_token(s, now);
    }
    else
    {
        ask(s);
    }
    return OV_OK;
}

uint64_t ov_guest_deadline(const struct ov_session *s)
{
    return s->guest_state == OV_GUEST_WAITS ? s->guest_by_ms : OV_NEVER;
}

void ov_guest_tick(struct ov_session *s, struct ov_now now)
{
    if (now.mono_ms >= ov_guest_deadline(s))
    {
        ov_session_log(s, OV_LOG_WARN, "nobody decided about the login in time");
        refuse(s, NULL);
    }
}

/* ---- it takes longer ---- */

/* IV_SSO=crtext,webauth */
static bool client_knows(const struct ov_guest *guest, const char *method)
{
    const char *at = strstr(guest->peer_info, "IV_SSO=");
    const size_t len = strlen(method);
    bool known = false;
    at = at == NULL || (at != guest->peer_info && at[-1] != '\n') ? "" : at + strlen("IV_SSO=");
    while (*at != '\0' && *at != '\n' && !known)
    {
        const size_t one = strcspn(at, ",\n");
        known = one == len && memcmp(at, method, len) == 0;
        at += at[one] == ',' ? one + 1 : one;
    }
    return known;
}

void ov_guest_tell_pending(struct ov_session *s)
{
    struct ov_guest *guest = s->guest;
    char text[600];
    if (guest == NULL || !guest->pending_due || s->guest_state != OV_GUEST_WAITS ||
        s->ks.state < OV_KS_ACTIVE)
    {
        return;
    }
    guest->pending_due = false;
    const bool with_time = (s->says.iv_proto & OV_IV_PROTO_AUTH_PENDING_KW) != 0; /* [WP-AUTH-010] */
    (void)snprintf(text, sizeof text, with_time ? "AUTH_PENDING,timeout %u" : "AUTH_PENDING",
                   guest->pending_s);
    enum ov_err err = ov_session_say(s, text);
    (void)snprintf(text, sizeof text, "INFO_PRE,%s", guest->pending_extra);
    if (err != OV_OK || ov_session_say(s, text) != OV_OK)
    {
        ov_session_log(s, OV_LOG_WARN, "AUTH_PENDING can't be written");
    }
}

static void pend(struct ov_session *s, const struct ov_verdict *verdict, struct ov_now now)
{
    const struct ov_config *config = s->env.settings->config;
    struct ov_guest *guest = s->guest;
    const uint32_t most_s =
        config->reneg_s / 2 > config->hand_window_s ? config->reneg_s / 2 : config->hand_window_s;
    if (verdict->method != NULL && !client_knows(guest, verdict->method))
    {
        char reason[160];
        (void)snprintf(reason, sizeof reason,
                       "Authentication failed, required pending auth method '%.60s' not supported",
                       verdict->method);
        refuse(s, reason); /* [WP-AUTH-014] */
        return;
    }
    guest->pending_due = true;
    guest->pending_s = verdict->timeout_s < most_s ? verdict->timeout_s : most_s; /* [WP-AUTH-012] */
    (void)snprintf(guest->pending_extra, sizeof guest->pending_extra, "%s", verdict->extra);
    s->guest_by_ms = now.mono_ms + guest->pending_s * OV_SECOND_MS;
}

enum ov_err ov_session_rename(struct ov_session *s, const char *name, struct ov_now now)
{
    struct ov_guest *guest = s->guest;
    if (guest == NULL || !guest->is_locked)
    {
        return OV_ERR_ARG;
    }
    if (strlen(name) >= sizeof guest->locked)
    {
        return OV_ERR_LIMIT;
    }
    memcpy(guest->original, guest->locked, sizeof guest->original);
    guest->renamed = true;
    copy_printable(name, guest->locked, sizeof guest->locked);
    memcpy(guest->username, guest->locked, sizeof guest->username);
    return guest->has_token ? make_token(s, now) : OV_OK;
}

const char *ov_guest_new_name(const struct ov_session *s)
{
    return s->guest != NULL && s->guest->renamed ? s->guest->locked : NULL;
}

/* ---- the answer ---- */

bool ov_session_login(const struct ov_session *s, struct ov_login_request *out)
{
    const struct ov_guest *guest = s->guest;
    if (guest == NULL || s->guest_state != OV_GUEST_WAITS)
    {
        return false;
    }
    const bool tokens = s->env.settings->token_key != NULL;
    if (!tokens || ov_base64_encode(guest->token.session_id, sizeof guest->token.session_id,
                                    s->guest->token_id, sizeof guest->token_id) != OV_OK)
    {
        s->guest->token_id[0] = '\0';
    }
    *out = (struct ov_login_request){
        .username = guest->username,
        .password = guest->password,
        .fingerprint = s->identity.has_cert ? s->identity.fingerprint : NULL,
        .common_name = s->identity.common_name,
        .peer_info = guest->peer_info,
        .answer = guest->answer,
        .session_id = guest->token_id,
        .session_state = tokens ? guest->token_state : "",
        .addr = s->addr,
        .renegotiation = s->agreed.keys,
    };
    return true;
}

enum ov_err ov_session_verdict(struct ov_session *s, const struct ov_verdict *verdict, struct ov_now now)
{
    if (s->guest == NULL || s->guest_state != OV_GUEST_WAITS || !ov_session_alive(s))
    {
        return OV_ERR_DUPLICATE;
    }
    if (verdict->kind == OV_VERDICT_ACCEPT)
    {
        accept(s, now);
    }
    else if (verdict->kind == OV_VERDICT_REFUSE)
    {
        refuse(s, verdict->reason);
    }
    else
    {
        pend(s, verdict, now);
    }
    ov_session_drive(s, now);
    return OV_OK;
}

void ov_guest_answered(struct ov_session *s, const char *answer, size_t len)
{
    struct ov_guest *guest = s->guest;
    if (guest == NULL || s->guest_state != OV_GUEST_WAITS || len >= sizeof guest->answer)
    {
        ov_session_log(s, OV_LOG_WARN, "an answer of the client that nobody waits for is ignored");
        return;
    }
    memcpy(guest->answer, answer, len);
    guest->answer[len] = '\0';
    ov_session_tell(s, OV_EVENT_ANSWER, OV_OK, "%s", guest->username);
}

void ov_guest_push_token(struct ov_session *s)
{
    char text[OV_TOKEN_TEXT + 32];
    if (s->guest == NULL || !s->guest->has_token || s->env.settings->token_key == NULL)
    {
        return;
    }
    (void)snprintf(text, sizeof text, "PUSH_REPLY,auth-token %s", s->guest->token_text); /* [WP-STATE-025] */
    if (ov_session_say(s, text) != OV_OK)
    {
        ov_session_log(s, OV_LOG_WARN, "the new token can't be written");
    }
    ov_wipe(text, sizeof text);
}

const char *ov_guest_token(const struct ov_session *s)
{
    const bool has = s->guest != NULL && s->guest->has_token && s->env.settings->token_key != NULL;
    return has ? s->guest->token_text : NULL;
}
