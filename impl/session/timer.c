#include "session/private.h"

/* Earliest of the deadlines that only an established channel has. */
static uint64_t keepalive_deadline(const struct ov_session *s)
{
    const struct ov_keepalive *keepalive = &s->agreed.keepalive;
    if (s->addr.family == 0)
    {
        return OV_NEVER; /* nobody has come yet whose silence could be noticed (static key mode) */
    }
    const uint32_t limit_s = keepalive->ping_exit_s > 0 ? keepalive->ping_exit_s : keepalive->ping_restart_s;
    return limit_s > 0 ? s->clock.last_in_ms + limit_s * OV_SECOND_MS : OV_NEVER;
}

/* Control packets that are due. */
static uint64_t output_deadline(const struct ov_session *s)
{
    return ov_control_acks_due(s) ? 0 : ov_rel_send_deadline(&s->ks.tx);
}

static uint64_t negotiation_deadline(const struct ov_session *s)
{
    if (s->ks.state == OV_KS_ERROR_PRE && ov_acks_pending(&s->ks.acks) == 0 && ov_keystate_sent_all(&s->ks))
    {
        return 0;
    }
    return s->ks.state == OV_KS_UNDEF ? OV_NEVER : s->ks.give_up_ms;
}

uint64_t ov_session_deadline(const struct ov_session *s)
{
    if (s->ending.over)
    {
        return OV_NEVER;
    }
    uint64_t at = ov_time_earlier(output_deadline(s), ov_session_inband_deadline(s));
    if (!ov_session_alive(s))
    {
        return ov_time_earlier(at, ov_session_ending_deadline(s));
    }
    at = ov_time_earlier(at, negotiation_deadline(s));
    at = ov_time_earlier(at, keepalive_deadline(s));
    at = ov_time_earlier(at, ov_lifetime_deadline(s));
    at = ov_time_earlier(at, ov_pull_deadline(s));
    at = ov_time_earlier(at, ov_rekey_deadline(s));
    at = ov_time_earlier(at, ov_guest_deadline(s));
    at = ov_time_earlier(at, s->data.dies_ms);
    at = ov_time_earlier(at, s->clock.keys_die_ms);
    return ov_time_earlier(at, s->clock.connect_by_ms);
}

static void keepalive_tick(struct ov_session *s, struct ov_now now)
{
    if (now.mono_ms < keepalive_deadline(s))
    {
        return;
    }
    if (s->agreed.keepalive.ping_exit_s > 0)
    {
        ov_session_end(s, s->role == OV_ROLE_CLIENT ? OV_EVENT_EXIT : OV_EVENT_CLOSED, OV_ERR_TIMEOUT,
                       "ping-exit", true, now.mono_ms);
        return;
    }
    ov_session_lose(s, OV_ERR_TIMEOUT, "ping-restart", true, now.mono_ms);
}

static void handshake_tick(struct ov_session *s, struct ov_now now)
{
    if (s->ks.state == OV_KS_ERROR_PRE)
    {
        ov_session_fail_tick(s, now);
    }
    else if (s->ks.state != OV_KS_UNDEF && now.mono_ms >= s->ks.give_up_ms)
    {
        ov_session_log(s, OV_LOG_ERROR,
                       "TLS Error: TLS key negotiation failed to occur within %u seconds (check your network "
                       "connectivity)",
                       s->env.settings->config->hand_window_s);
        ov_session_fail(s, OV_ERR_TIMEOUT, now);
    }
}

void ov_session_tick(struct ov_session *s, struct ov_now now)
{
    if (s->ending.over)
    {
        return;
    }
    if (ov_session_alive(s))
    {
        if (now.mono_ms >= s->clock.connect_by_ms)
        {
            ov_session_lose(s, OV_ERR_TIMEOUT, "server_poll", true, now.mono_ms);
        }
        if (now.mono_ms >= s->clock.keys_die_ms)
        {
            ov_session_lose(s, OV_ERR_TIMEOUT, "tls-error: the last data key has expired", true, now.mono_ms);
        }
        handshake_tick(s, now);
        keepalive_tick(s, now);
        ov_lifetime_tick(s, now);
        ov_pull_tick(s, now);
        ov_guest_tick(s, now);
        ov_data_expire(&s->data, now.mono_ms);
        ov_rekey_tick(s, now);
    }
    ov_session_drive(s, now);
    ov_session_ending_tick(s, now);
}
