/* --inactive and --session-timeout: the two ways in which a session that works comes to its end. */
#include "session/private.h"

/* What the tunnel carried, both ways; pings and control packets are no activity. */
static uint64_t octets_moved(const struct ov_session *s)
{
    return s->data.stats.tun_octets_in + s->data.stats.tun_octets_out;
}

/* Looked at ten times in the period: activity costs the data path nothing, the end is at most a tenth late. */
static uint64_t look_every_ms(const struct ov_session *s)
{
    const uint64_t tenth_ms = s->agreed.keepalive.inactive_s * OV_SECOND_MS / 10;
    return tenth_ms > OV_SECOND_MS ? tenth_ms : OV_SECOND_MS;
}

void ov_lifetime_begin(struct ov_session *s, struct ov_now now)
{
    const struct ov_keepalive *keepalive = &s->agreed.keepalive;
    s->life.active_ms = now.mono_ms;
    s->life.octets = octets_moved(s);
    s->life.look_ms = keepalive->inactive_s > 0 ? now.mono_ms + look_every_ms(s) : OV_NEVER;
    s->life.ends_ms = keepalive->session_timeout_s > 0
                          ? now.mono_ms + keepalive->session_timeout_s * OV_SECOND_MS
                          : OV_NEVER;
}

uint64_t ov_lifetime_deadline(const struct ov_session *s)
{
    return ov_session_connected(s) ? ov_time_earlier(s->life.look_ms, s->life.ends_ms) : OV_NEVER;
}

static void end(struct ov_session *s, const char *reason, struct ov_now now)
{
    ov_session_end(s, s->role == OV_ROLE_CLIENT ? OV_EVENT_EXIT : OV_EVENT_CLOSED, OV_ERR_TIMEOUT, reason,
                   true, now.mono_ms);
}

static void look(struct ov_session *s, struct ov_now now)
{
    const struct ov_keepalive *keepalive = &s->agreed.keepalive;
    const uint64_t moved = octets_moved(s) - s->life.octets;
    if (moved > 0 && moved >= keepalive->inactive_octets)
    {
        s->life.octets += moved;
        s->life.active_ms = now.mono_ms;
    }
    s->life.look_ms = now.mono_ms + look_every_ms(s);
    if (now.mono_ms - s->life.active_ms >= keepalive->inactive_s * OV_SECOND_MS)
    {
        s->life.look_ms = OV_NEVER;
        end(s, "inactive", now);
    }
}

void ov_lifetime_tick(struct ov_session *s, struct ov_now now)
{
    if (now.mono_ms < ov_lifetime_deadline(s))
    {
        return;
    }
    if (now.mono_ms >= s->life.ends_ms)
    {
        end(s, "session-timeout", now);
        return;
    }
    look(s, now);
}
