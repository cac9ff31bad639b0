#include "session/private.h"

/* START: a server reads before it writes [WP-STATE-002]. */
static enum ov_err finish_tls_and_read(struct ov_session *s, struct ov_now now)
{
    (void)now;
    enum ov_err err = ov_tls_step(&s->ks.tls);
    return err == OV_OK ? ov_exchange_read(s) : err;
}

static enum ov_err meet_and_write(struct ov_session *s, struct ov_now now)
{
    enum ov_err err = ov_step_meet_peer(s);
    if (err == OV_OK)
    {
        err = ov_guest_judge(s, now);
    }
    return err == OV_OK ? ov_exchange_write(s) : err;
}

/* No key before the login is good [WP-SRV-027]. The first one also waits for the hub, which gives the client its
 * place [WP-STATE-003]. */
static enum ov_err generate(struct ov_session *s, struct ov_now now)
{
    const bool again = s->agreed.keys;
    ov_guest_tell_pending(s);
    if (!s->push.admitted || s->guest_state != OV_GUEST_GOOD)
    {
        return OV_ERR_AGAIN;
    }
    enum ov_err err = ov_session_generate(s, now);
    if (err == OV_OK && again)
    {
        ov_guest_push_token(s);
    }
    return err;
}

static const struct ov_step rows[] = {
    {OV_KS_PRE_START_SKIP, ov_step_start_tls, OV_KS_START}, {OV_KS_INITIAL, ov_step_reset, OV_KS_PRE_START},
    {OV_KS_PRE_START, ov_step_start_tls, OV_KS_START},      {OV_KS_START, finish_tls_and_read, OV_KS_GOT_KEY},
    {OV_KS_GOT_KEY, meet_and_write, OV_KS_SENT_KEY},        {OV_KS_SENT_KEY, ov_step_all_acked, OV_KS_ACTIVE},
    {OV_KS_ACTIVE, generate, OV_KS_GENERATED_KEYS},
};

const struct ov_steps ov_server_steps = {rows, sizeof rows / sizeof rows[0]};
