#include "session/private.h"

/* START: the client speaks first inside TLS [WP-STATE-002]. */
static enum ov_err finish_tls_and_write(struct ov_session *s, struct ov_now now)
{
    (void)now;
    enum ov_err err = ov_tls_step(&s->ks.tls);
    if (err == OV_OK)
    {
        err = ov_step_meet_peer(s);
    }
    if (err == OV_OK && !ov_login_ready(s))
    {
        return OV_ERR_AGAIN; /* the program is asked for name and password */
    }
    err = err == OV_OK ? ov_exchange_write(s) : err;
    if (err == OV_OK)
    {
        ov_login_sent(s);
    }
    return err;
}

static enum ov_err read_server(struct ov_session *s, struct ov_now now)
{
    (void)now;
    return ov_exchange_read(s);
}

static enum ov_err become_active(struct ov_session *s, struct ov_now now)
{
    enum ov_err err = ov_step_all_acked(s, now);
    if (err == OV_OK && !s->agreed.keys && ov_session_is_p2p(s))
    {
        return ov_p2p_begin(s);
    }
    if (err == OV_OK && !s->agreed.keys)
    {
        ov_pull_start(s, now);
    }
    return err;
}

/* The first key waits for what the pull says; later ones repeat it [WP-STATE-003, WP-STATE-025]. */
static enum ov_err generate(struct ov_session *s, struct ov_now now)
{
    return s->pull.complete ? ov_session_generate(s, now) : OV_ERR_AGAIN;
}

static const struct ov_step rows[] = {
    {OV_KS_INITIAL, ov_step_reset, OV_KS_PRE_START},     {OV_KS_PRE_START, ov_step_start_tls, OV_KS_START},
    {OV_KS_START, finish_tls_and_write, OV_KS_SENT_KEY}, {OV_KS_SENT_KEY, read_server, OV_KS_GOT_KEY},
    {OV_KS_GOT_KEY, become_active, OV_KS_ACTIVE},        {OV_KS_ACTIVE, generate, OV_KS_GENERATED_KEYS},
};

const struct ov_steps ov_client_steps = {rows, sizeof rows / sizeof rows[0]};
