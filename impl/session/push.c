#include "session/private.h"

static enum ov_err say_part(void *ctx, const char *text, size_t len)
{
    (void)len;
    return ov_session_say(ctx, text);
}

/* Asked for, or announced as welcome; not twice within half a minute [WP-PUSH-003, WP-PUSH-005]. */
static bool due(const struct ov_session *s, struct ov_now now)
{
    if (s->ks.state != OV_KS_GENERATED_KEYS || ov_session_is_p2p(s))
    {
        return false;
    }
    if (s->push.sent_ms == 0)
    {
        return s->push.requested || (s->says.iv_proto & OV_IV_PROTO_REQUEST_PUSH) != 0;
    }
    return s->push.requested && now.mono_ms - s->push.sent_ms >= OV_PUSH_QUIET_MS;
}

void ov_push_reply(struct ov_session *s, struct ov_now now)
{
    const bool go = due(s, now);
    if (s->push.sent_ms != 0)
    {
        s->push.requested = go;
    }
    if (!go)
    {
        return;
    }
    s->push.requested = false;
    s->push.sent_ms = now.mono_ms > 0 ? now.mono_ms : 1;
    enum ov_err err = ov_push_compose(s->env.settings->config, &s->push.client, say_part, s);
    if (err != OV_OK)
    {
        ov_session_log(s, OV_LOG_ERROR, "PUSH_REPLY can't be sent: %s", ov_err_name(err));
    }
}

void ov_push_request(struct ov_session *s, struct ov_now now)
{
    s->push.requested = true;
    ov_push_reply(s, now);
}

enum ov_err ov_session_push_update(struct ov_session *s, const char *options, struct ov_now now)
{
    if ((s->says.iv_proto & OV_IV_PROTO_PUSH_UPDATE) == 0)
    {
        return OV_ERR_UNSUPPORTED;
    }
    if (s->push.sent_ms == 0 || s->ks.state < OV_KS_ACTIVE || !ov_session_alive(s))
    {
        return OV_ERR_AGAIN;
    }
    /* Looked at as a whole before the first part goes. */
    enum ov_err err = ov_push_update(options, NULL, NULL, NULL);
    if (err == OV_OK)
    {
        err = ov_push_update(options, NULL, say_part, s);
        ov_session_drive(s, now);
    }
    return err;
}
