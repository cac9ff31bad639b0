#include "data/outlet.h"
#include "session/private.h"

/* The session's side of sealing in another thread. */

const char *ov_session_lane_obstacle(const struct ov_session *s)
{
    const char *touched = ov_touch_obstacle(s);
    return touched != NULL ? touched : ov_lane_obstacle(&s->data);
}

void ov_session_lane_open(struct ov_session *s, struct ov_lane *lane)
{
    ov_lane_open(lane, &s->data);
}

/* What depends on the packets that were sent: pings, and limits of the key. */
static void take_counts(struct ov_session *s, struct ov_now now)
{
    struct ov_lane *lane = s->data.lane;
    ov_lane_collect(lane, &s->data);
    s->clock.last_out_ms = lane->sent_ms > s->clock.last_out_ms ? lane->sent_ms : s->clock.last_out_ms;
    ov_rekey_watch(s, now);
}

uint64_t ov_session_lane_follow(struct ov_session *s, struct ov_now now)
{
    struct ov_lane *lane = s->data.lane;
    const uint64_t next = now.mono_ms + OV_SECOND_MS;
    if (lane == NULL)
    {
        return OV_NEVER;
    }
    take_counts(s, now);
    atomic_store_explicit(&lane->closed, !ov_session_alive(s), memory_order_relaxed);
    if (ov_lane_refresh(lane, &s->data, &s->addr, s->agreed.mss, now.mono_ms) != OV_OK)
    {
        return next; /* out of memory: once more then */
    }
    return s->data.switch_ms > now.mono_ms ? ov_time_earlier(s->data.switch_ms, next) : next;
}

void ov_session_lane_close(struct ov_session *s, struct ov_now now)
{
    if (s->data.lane != NULL)
    {
        take_counts(s, now);
        ov_lane_close(s->data.lane, &s->data);
    }
}
