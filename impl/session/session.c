#include "session/private.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/wipe.h"
#include "data/framing.h"

void ov_session_log(const struct ov_session *s, enum ov_level level, const char *format, ...)
{
    if (s->env.log->line == NULL || level > s->env.log->max)
    {
        return;
    }
    char text[1024];
    const char *name = s->env.log_name != NULL ? s->env.log_name : "";
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    ov_logf(s->env.log, level, "%s%s%s", name, *name != '\0' ? " " : "", text);
}

void ov_session_tell(struct ov_session *s, enum ov_event_kind kind, enum ov_err err, const char *format, ...)
{
    struct ov_event event = {.kind = kind, .err = err, .key_id = s->ks.key_id, .peer_id = s->data.peer_id};
    char text[sizeof event.text];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    ov_event_text(&event, "%s", text);
    ov_events_add(&s->events, &event);
}

static uint64_t hand_window_ms(const struct ov_session *s)
{
    return s->env.settings->config->hand_window_s * OV_SECOND_MS;
}

/* Where a session starts: with its own reset, or after one that was sent statelessly. */
struct beginning
{
    const struct ov_wrap_key *key;
    uint32_t message_id; /* first of ours */
    uint32_t wrap_id;    /* last that was used */
};

/* What both roles start with. */
static enum ov_err begin(struct ov_session *s, const struct ov_session_env *env, const struct ov_addr *addr,
                         const struct beginning *at, struct ov_now now)
{
    const struct ov_config *config = env->settings->config;
    memset(s, 0, sizeof *s);
    s->env = *env;
    s->role = config->role;
    s->addr = *addr;
    s->origin = *at->key;
    if (!ov_session_is_static(s))
    {
        ov_keystate_init(&s->ks, 0, at->message_id, config->tls_timeout_s * (uint32_t)OV_SECOND_MS,
                         now.mono_ms, now.mono_ms + hand_window_ms(s));
    }
    ov_data_init(&s->data, ov_tunnel_packet(&config->tunnel, config->tunnel.mtu));
    s->agreed.keepalive = config->keepalive;
    s->pull.request_ms = s->pull.give_up_ms = OV_NEVER;
    s->clock = (struct ov_session_clock){
        .last_in_ms = now.mono_ms,
        .last_out_ms = now.mono_ms,
        .connect_by_ms = OV_NEVER,
        .keys_die_ms = OV_NEVER,
    };
    s->rekey.due_ms = OV_NEVER;
    return ov_protect_init(&s->protect, env->settings->crypto, at->key, s->role, at->wrap_id);
}

enum ov_err ov_session_init(struct ov_session *s, const struct ov_session_env *env,
                            const struct ov_addr *server, struct ov_now now)
{
    const struct ov_session_settings *settings = env->settings;
    const struct ov_control_keys *keys = settings->keys;
    const struct beginning at = {&keys->wrap, 0, keys->wkc.len > 0 ? OV_WRAP_ID_EARLY : 0};
    enum ov_err err = begin(s, env, server, &at, now);
    if (err == OV_OK)
    {
        err = ov_sid_new(env->rng, &s->own_sid);
    }
    if (err == OV_OK)
    {
        err = ov_pull_new(settings->config, &settings->built, &s->pull.pull);
    }
    if (err == OV_OK && ov_session_is_static(s))
    {
        err = ov_static_begin(s, server, now);
    }
    if (err != OV_OK)
    {
        ov_session_clear(s);
        return err;
    }
    if (ov_session_is_static(s))
    {
        return OV_OK;
    }
    s->clock.connect_by_ms = now.mono_ms + settings->config->connect_timeout_s * OV_SECOND_MS;
    ov_session_drive(s, now);
    return OV_OK;
}

enum ov_err ov_session_accept(struct ov_session *s, const struct ov_session_env *env,
                              const struct ov_session_start *start, struct ov_now now)
{
    /* The stateless reset had message 0 and wrap id 1 [WP-RPL-005]. Where ours is still due, ids begin as the
     * kind of key asks for [WP-TC2-023]. */
    const uint32_t wrap_id = !start->reset_is_due ? 1 : start->takes_wkc ? OV_WRAP_ID_EARLY : 0;
    const struct beginning at = {start->key, start->reset_is_due ? 0 : 1, wrap_id};
    enum ov_err err = begin(s, env, &start->addr, &at, now);
    if (err != OV_OK)
    {
        ov_session_clear(s);
        return err;
    }
    s->own_sid = start->own_sid;
    s->peer_sid = start->peer_sid;
    s->takes_wkc = start->takes_wkc;
    return OV_OK;
}

void ov_session_clear(struct ov_session *s)
{
    ov_pull_free(s->pull.pull);
    ov_keystate_clear(&s->ks);
    ov_guest_clear(s);
    ov_data_clear(&s->data);
    ov_protect_clear(&s->protect);
    ov_protect_clear(&s->dynamic);
    ov_wipe(s, sizeof *s);
}

bool ov_session_event(struct ov_session *s, struct ov_event *event)
{
    return ov_events_take(&s->events, event);
}

const struct ov_pulled *ov_session_pulled(const struct ov_session *s)
{
    return s->pull.complete ? ov_pull_result(s->pull.pull) : NULL;
}

size_t ov_session_transmit(struct ov_session *s, struct ov_datagram *dg, size_t n, struct ov_now now)
{
    size_t count = 0;
    while (count < n && !s->ending.over)
    {
        enum ov_err err = ov_control_transmit(s, &dg[count], now);
        if (err != OV_OK)
        {
            err = ov_session_piece_out(s, &dg[count], now);
        }
        if (err == OV_ERR_AGAIN)
        {
            err = ov_session_inband_out(s, &dg[count], now);
        }
        if (err != OV_OK)
        {
            break;
        }
        s->clock.last_out_ms = now.mono_ms;
        count++;
    }
    return count;
}

enum ov_err ov_session_renegotiate(struct ov_session *s, struct ov_now now)
{
    if (!ov_session_alive(s) || s->ks.state != OV_KS_GENERATED_KEYS || !ov_keystate_sent_all(&s->ks))
    {
        return OV_ERR_AGAIN;
    }
    ov_rekey_begin(s, now);
    ov_session_drive(s, now);
    return OV_OK;
}

void ov_session_status(const struct ov_session *s, struct ov_session_status *out)
{
    *out = (struct ov_session_status){
        .state = ov_session_is_static(s) ? "STATIC_KEY" : ov_key_state_name(s->ks.state),
        .connected = ov_session_connected(s),
        .addr = s->addr,
        .peer_id = s->data.peer_id,
        .key_id = s->ks.key_id,
        .data_key_id = s->data.key[OV_DATA_CURRENT].key_id,
        .cipher = s->agreed.cipher,
        .connected_wall_s = s->connected_wall_s,
        .last_in_ms = s->clock.last_in_ms,
        .negotiations = s->negotiations,
        .data = s->data.stats,
        .framing = ov_data_framing_stats(&s->data),
        .control = s->control,
    };
    (void)snprintf(out->common_name, sizeof out->common_name, "%s", ov_session_common_name(s));
    out->control.retransmitted += s->ks.tx.retransmissions;
}
