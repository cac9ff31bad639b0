#include "session/private.h"

#include <stdio.h>

static const struct ov_steps *steps_of(const struct ov_session *s)
{
    return s->role == OV_ROLE_CLIENT ? &ov_client_steps : &ov_server_steps;
}

/* Try the row of the present state. */
static enum ov_err step_once(struct ov_session *s, struct ov_now now)
{
    const struct ov_steps *steps = steps_of(s);
    for (size_t i = 0; i < steps->count; i++)
    {
        const struct ov_step *row = &steps->row[i];
        if (row->from == s->ks.state)
        {
            enum ov_err err = row->act(s, now);
            if (err == OV_OK)
            {
                ov_session_log(s, OV_LOG_DETAIL, "key-id %u: %s -> %s", s->ks.key_id,
                               ov_key_state_name(s->ks.state), ov_key_state_name(row->to));
                s->ks.state = row->to;
            }
            return err;
        }
    }
    return OV_ERR_AGAIN;
}

/* After ACTIVE nothing can time out any more. */
static void settle(struct ov_session *s)
{
    if (s->ks.state >= OV_KS_ACTIVE)
    {
        s->ks.give_up_ms = OV_NEVER;
    }
}

static enum ov_err drive_once(struct ov_session *s, struct ov_now now, bool *moved)
{
    enum ov_err err = ov_keystate_pump_in(&s->ks, now.mono_ms, moved);
    if (err != OV_OK)
    {
        return err;
    }
    err = step_once(s, now);
    if (err == OV_OK)
    {
        *moved = true;
        settle(s);
    }
    else if (err != OV_ERR_AGAIN)
    {
        return err;
    }
    if (s->ks.state >= OV_KS_ACTIVE)
    {
        err = ov_session_read_messages(s, now, moved);
        if (err != OV_OK)
        {
            return err;
        }
    }
    return ov_keystate_pump_out(&s->ks, ov_control_slice(s), moved);
}

void ov_session_drive(struct ov_session *s, struct ov_now now)
{
    bool moved = true;
    while (moved && s->ks.state > OV_KS_UNDEF)
    {
        moved = false;
        enum ov_err err = drive_once(s, now, &moved);
        if (err != OV_OK)
        {
            ov_session_fail(s, err, now);
            return;
        }
    }
}

void ov_session_fail(struct ov_session *s, enum ov_err err, struct ov_now now)
{
    const char *reason = ov_tls_reason(&s->ks.tls);
    bool moved = false;
    if (*reason != '\0')
    {
        ov_session_log(s, OV_LOG_ERROR, "TLS Error: %s", reason);
    }
    ov_session_log(s, OV_LOG_ERROR, "TLS Error: negotiation of key-id %u failed in state %s: %s",
                   s->ks.key_id, ov_key_state_name(s->ks.state), ov_err_name(err));
    /* What TLS still wants to say is an alert; it goes out as an ordinary message [WP-STATE-005]. */
    if (ov_keystate_pump_out(&s->ks, ov_control_slice(s), &moved) != OV_OK)
    {
        ov_session_log(s, OV_LOG_DETAIL, "the TLS alert can't be sent");
    }
    const bool deaf = err == OV_ERR_TIMEOUT || s->ks.state < OV_KS_START;
    s->ks.state = OV_KS_ERROR_PRE;
    s->ks.give_up_ms = now.mono_ms + (deaf ? 0 : OV_ALERT_MS);
    s->ks.tls.err = s->ks.tls.err != OV_OK ? s->ks.tls.err : err;
}

void ov_session_fail_tick(struct ov_session *s, struct ov_now now)
{
    const bool flushed = ov_acks_pending(&s->ks.acks) == 0 && ov_keystate_sent_all(&s->ks);
    if (!flushed && now.mono_ms < s->ks.give_up_ms)
    {
        return;
    }
    const enum ov_err err = s->ks.tls.err;
    const char *reason = ov_tls_reason(&s->ks.tls);
    char text[160];
    (void)snprintf(text, sizeof text, "tls-error: %s", *reason != '\0' ? reason : ov_err_name(err));
    if (!s->agreed.keys)
    {
        s->ks.state = OV_KS_ERROR;
        ov_session_lose(s, err, text, true, now.mono_ms);
        return;
    }
    ov_session_tell(s, OV_EVENT_REKEY_FAILED, err, "%s", text);
    s->control.retransmitted += s->ks.tx.retransmissions;
    const bool peer_took_part = s->ks.tls.state != OV_TLS_NONE;
    const uint8_t key_id = s->ks.key_id;
    ov_keystate_clear(&s->ks);
    ov_rekey_failed(s, err, peer_took_part, key_id, now);
}
