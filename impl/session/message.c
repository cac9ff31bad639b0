#include "session/private.h"

#include <string.h>

#include "base/wipe.h"
#include "wire/challenge.h"
#include "wire/message.h"

/* Answers and tokens are passwords. */
static void log_message(const struct ov_session *s, const char *what, const char *text, size_t len)
{
    const char *token = memmem(text, len, "auth-token ", 11);
    const bool answer = len > 11 && memcmp(text, "CR_RESPONSE", 11) == 0;
    const size_t shown = token != NULL ? (size_t)(token - text) + 10 : answer ? 11 : len;
    ov_session_log(s, OV_LOG_DETAIL, "%s CONTROL: '%.*s'%s", what, (int)shown, text,
                   shown < len ? " (the rest is secret)" : "");
}

enum ov_err ov_session_say(struct ov_session *s, const char *text)
{
    uint8_t record[OV_MESSAGE_MAX];
    struct ov_writer w = ov_writer_over(record, sizeof record);
    enum ov_err err = ov_message_write(text, &w);
    if (err == OV_OK)
    {
        err =
            ov_tls_write(&s->ks.tls, record, ov_writer_len(&w)); /* the NUL in the same record [WP-MSG-002] */
    }
    log_message(s, "SENT", text, strlen(text));
    return err;
}

/* ---- what each message does ---- */

static void on_auth_failed(struct ov_session *s, const struct ov_message *m, struct ov_now now)
{
    struct ov_way_back way;
    const bool temporary = ov_way_back_temp(m->arg, m->arg_len, &way);
    const char *again = ov_login_refused(s, m->arg, m->arg_len);
    ov_session_log(s, OV_LOG_ERROR, "AUTH: Received control message: %.*s", (int)m->text_len, m->text);
    ov_session_tell(s, OV_EVENT_MESSAGE, OV_ERR_AUTH, "%.*s", (int)m->text_len, m->text);
    ov_session_end(s, temporary || again != NULL ? OV_EVENT_RESTART : OV_EVENT_EXIT, OV_ERR_AUTH,
                   temporary       ? "auth-temp-failure (server temporary reject)"
                   : again != NULL ? again
                                   : "auth-failure",
                   true, now.mono_ms + OV_FLUSH_MS);
    s->ending.way = way;
}

static void on_push_request(struct ov_session *s, const struct ov_message *m, struct ov_now now)
{
    (void)m;
    ov_push_request(s, now);
}

static void on_push_reply(struct ov_session *s, const struct ov_message *m, struct ov_now now)
{
    ov_pull_reply(s, m->text, m->text_len, now);
}

static void on_push_update(struct ov_session *s, const struct ov_message *m, struct ov_now now)
{
    ov_pull_updated(s, m->text, m->text_len, now);
}

static void on_restart(struct ov_session *s, const struct ov_message *m, struct ov_now now)
{
    ov_session_log(s, OV_LOG_INFO, "Connection reset command was pushed by server ('%.*s')", (int)m->arg_len,
                   m->arg);
    ov_session_tell(s, OV_EVENT_MESSAGE, OV_OK, "%.*s", (int)m->text_len, m->text);
    ov_session_end(s, OV_EVENT_RESTART, OV_OK, "server-pushed-connection-reset", true, /* [WP-MSG-012] */
                   now.mono_ms + OV_FLUSH_MS);
    ov_way_back_restart(m->arg, m->arg_len, &s->ending.way);
}

static void on_halt(struct ov_session *s, const struct ov_message *m, struct ov_now now)
{
    ov_session_log(s, OV_LOG_INFO, "Halt command was pushed by server ('%.*s')", (int)m->arg_len, m->arg);
    ov_session_end(s, OV_EVENT_EXIT, OV_OK, "server-pushed-halt", true, now.mono_ms + OV_FLUSH_MS);
}

/* A server keeps the instance a while to acknowledge retransmissions [WP-MSG-011]. */
static void on_exit(struct ov_session *s, const struct ov_message *m, struct ov_now now)
{
    (void)m;
    const uint64_t linger_ms = s->role == OV_ROLE_SERVER ? OV_LINGER_MS : OV_FLUSH_MS;
    ov_session_log(s, OV_LOG_INFO, "peer is leaving: EXIT received");
    ov_session_lose(s, OV_OK, "remote-exit", s->role == OV_ROLE_CLIENT, now.mono_ms + linger_ms);
}

/* The server needs more time for authentication: as much as it says, hand-window if it says nothing, and never
 * more than the larger of half the renegotiation time and hand-window [WP-AUTH-012]. */
static void on_auth_pending(struct ov_session *s, const struct ov_message *m, struct ov_now now)
{
    const struct ov_config *config = s->env.settings->config;
    const uint32_t most_s =
        config->reneg_s / 2 > config->hand_window_s ? config->reneg_s / 2 : config->hand_window_s;
    uint32_t wait_s = config->hand_window_s;
    ov_way_back_number(m->arg, m->arg_len, "timeout ", &wait_s);
    wait_s = wait_s < most_s ? wait_s : most_s;
    if (s->pull.give_up_ms != OV_NEVER)
    {
        s->pull.give_up_ms = now.mono_ms + wait_s * OV_SECOND_MS;
    }
    ov_session_tell(s, OV_EVENT_MESSAGE, OV_OK, "%.*s", (int)m->text_len, m->text);
}

static void on_cr_response(struct ov_session *s, const struct ov_message *m, struct ov_now now)
{
    (void)now;
    ov_guest_answered(s, m->arg, m->arg_len);
}

static void on_other(struct ov_session *s, const struct ov_message *m, struct ov_now now)
{
    (void)now;
    ov_session_tell(s, OV_EVENT_MESSAGE, OV_OK, "%.*s", (int)m->text_len, m->text);
}

/* A text for the user, which may be a question [WP-AUTH-011]. */
static void on_info(struct ov_session *s, const struct ov_message *m, struct ov_now now)
{
    struct ov_challenge challenge;
    if (ov_challenge_cr_text(m->arg, m->arg_len, &challenge) != OV_OK)
    {
        on_other(s, m, now);
        return;
    }
    ov_session_tell(s, OV_EVENT_CHALLENGE, OV_OK, "%.*s", (int)m->arg_len, m->arg);
}

/* Who listens to what; a message to the wrong side is only told. */
static const struct
{
    enum ov_message_kind kind;
    bool client;
    bool server;
    void (*act)(struct ov_session *s, const struct ov_message *m, struct ov_now now);
} actions[] = {
    {OV_MSG_AUTH_FAILED, true, false, on_auth_failed},
    {OV_MSG_PUSH_REQUEST, false, true, on_push_request},
    {OV_MSG_PUSH_REPLY, true, false, on_push_reply},
    {OV_MSG_PUSH_UPDATE, true, false, on_push_update},
    {OV_MSG_RESTART, true, false, on_restart},
    {OV_MSG_HALT, true, false, on_halt},
    {OV_MSG_EXIT, true, true, on_exit},
    {OV_MSG_AUTH_PENDING, true, false, on_auth_pending},
    {OV_MSG_INFO_PRE, true, false, on_info},
    {OV_MSG_INFO, true, false, on_info},
    {OV_MSG_CR_RESPONSE, false, true, on_cr_response},
};

static void obey(struct ov_session *s, const struct ov_message *m, struct ov_now now)
{
    const bool client = s->role == OV_ROLE_CLIENT;
    log_message(s, "RECEIVED", m->text, m->text_len);
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
    {
        if (actions[i].kind == m->kind && (client ? actions[i].client : actions[i].server))
        {
            actions[i].act(s, m, now);
            return;
        }
    }
    on_other(s, m, now);
}

static void read_record(struct ov_session *s, const uint8_t *record, size_t len, struct ov_now now)
{
    struct ov_reader r = ov_reader_over(record, len);
    struct ov_message message;
    enum ov_err err = OV_OK;
    while ((err = ov_message_next(&r, &message)) != OV_ERR_AGAIN)
    {
        if (err != OV_OK)
        {
            ov_drops_count(&s->control.in, err);
            ov_session_log(s, OV_LOG_WARN, "control message of %zu octets ignored: %s", message.text_len,
                           ov_err_name(err));
        }
        else if (ov_session_alive(s))
        {
            obey(s, &message, now);
        }
    }
}

enum ov_err ov_session_read_messages(struct ov_session *s, struct ov_now now, bool *moved)
{
    uint8_t record[OV_TLS_RECORD_MAX];
    size_t len = 0;
    enum ov_err err = OV_OK;
    while ((err = ov_tls_read(&s->ks.tls, record, &len)) == OV_OK)
    {
        *moved = true;
        read_record(s, record, len, now);
        ov_wipe(record, len);
    }
    return err == OV_ERR_AGAIN ? OV_OK : err;
}
