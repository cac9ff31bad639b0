#include "session/private.h"

#include <stdio.h>

void ov_session_end(struct ov_session *s, enum ov_event_kind kind, enum ov_err err, const char *text,
                    bool early, uint64_t at_ms)
{
    if (!ov_session_alive(s))
    {
        return;
    }
    s->ending = (struct ov_ending){.kind = kind, .err = err, .early = early, .at_ms = at_ms};
    (void)snprintf(s->ending.text, sizeof s->ending.text, "%s", text);
}

void ov_session_lose(struct ov_session *s, enum ov_err err, const char *text, bool early, uint64_t at_ms)
{
    ov_session_end(s, s->role == OV_ROLE_CLIENT ? OV_EVENT_RESTART : OV_EVENT_CLOSED, err, text, early,
                   at_ms);
}

void ov_session_lost(struct ov_session *s, enum ov_err err, const char *text, struct ov_now now)
{
    ov_session_log(s, err == OV_ERR_FORMAT ? OV_LOG_WARN : OV_LOG_INFO, "TCP: connection lost: %s", text);
    ov_session_lose(s, err, "connection-reset", false, now.mono_ms); /* [WP-CLI-010] */
    /* Nothing can be sent or acknowledged any more: an ending that waits for that waits in vain. */
    s->ending.at_ms = ov_time_earlier(s->ending.at_ms, now.mono_ms);
}

static bool everything_left(const struct ov_session *s)
{
    return ov_acks_pending(&s->ks.acks) == 0 && ov_keystate_sent_all(&s->ks) && s->inband.exits_left == 0;
}

uint64_t ov_session_ending_deadline(const struct ov_session *s)
{
    if (ov_session_alive(s) || s->ending.over)
    {
        return OV_NEVER;
    }
    return s->ending.early && everything_left(s) ? 0 : s->ending.at_ms;
}

void ov_session_ending_tick(struct ov_session *s, struct ov_now now)
{
    if (now.mono_ms < ov_session_ending_deadline(s))
    {
        return;
    }
    s->ending.over = true;
    ov_session_log(s, OV_LOG_INFO, "session ends: %s", s->ending.text);
    struct ov_event event = {.kind = s->ending.kind,
                             .err = s->ending.err,
                             .key_id = s->ks.key_id,
                             .peer_id = s->data.peer_id,
                             .next_remote = s->ending.way.next_remote,
                             .next_addr = s->ending.way.next_addr,
                             .wait_s = s->ending.way.wait_s};
    ov_event_text(&event, "%s", s->ending.text);
    ov_events_add(&s->events, &event);
}

/* A session that never was connected has nobody to tell; neither has one without --explicit-exit-notify. */
void ov_session_exit(struct ov_session *s, struct ov_now now)
{
    /* The end of a TCP connection is notice enough [WP-CLI-012]. */
    const uint32_t notify = s->env.settings->stream ? 0 : s->env.settings->config->exit_notify;
    uint64_t at_ms = now.mono_ms;
    bool early = true;
    if (ov_session_connected(s) && notify > 0)
    {
        at_ms += notify * OV_SECOND_MS;
        /* Where it was agreed, the control channel says it, reliably [WP-FLAG-004]. */
        if (s->agreed.flags.cc_exit && s->ks.state == OV_KS_GENERATED_KEYS &&
            ov_session_say(s, "EXIT") == OV_OK)
        {
            ov_session_drive(s, now);
        }
        else
        {
            s->inband.exits_left = notify; /* [WP-OCC-020] */
            s->inband.exit_ms = now.mono_ms;
            early = false;
        }
    }
    ov_session_end(s, OV_EVENT_EXIT, OV_OK, "exit", early, at_ms);
}
