#include "session/private.h"

#include <string.h>

#include "data/framing.h"
#include "options/occ.h"
#include "wire/inband.h"

/* The session is over, or nobody knows where its peer is (static key mode). */
static void drop_all(struct ov_session *s, struct ov_datagram *dg, size_t n, enum ov_err why)
{
    for (size_t i = 0; i < n; i++)
    {
        ov_datagram_drop(&dg[i], why);
        ov_drops_count(&s->data.stats.seal, why);
    }
}

void ov_session_send(struct ov_session *s, struct ov_datagram *dg, size_t n, struct ov_now now)
{
    if (!ov_session_alive(s) || s->addr.family == 0)
    {
        drop_all(s, dg, n, ov_session_alive(s) ? OV_ERR_ADDRESS : OV_ERR_CLOSED);
        return;
    }
    for (size_t i = 0; i < n; i++)
    {
        (void)ov_mss_clamp(ov_buf_data(&dg[i].buf), dg[i].buf.len, s->agreed.mss);
    }
    if (ov_touches(s))
    {
        ov_touch_out(s, dg, n);
    }
    const uint64_t before = s->data.stats.link_packets_out;
    const uint64_t went_round = s->data.stats.recursive;
    ov_data_seal(&s->data, &s->addr, dg, n, now.mono_ms);
    if (went_round == 0 && s->data.stats.recursive != 0)
    {
        ov_session_log(s, OV_LOG_WARN,
                       "a route leads the tunnel's own packets into the tunnel: they are dropped "
                       "('allow-recursive-routing' lets them pass)");
    }
    if (s->data.stats.link_packets_out != before)
    {
        s->clock.last_out_ms = now.mono_ms;
    }
    ov_rekey_watch(s, now);
}

static uint64_t ping_deadline(const struct ov_session *s)
{
    const uint32_t ping_s = s->agreed.keepalive.ping_s;
    return ping_s > 0 && ov_session_connected(s) ? s->clock.last_out_ms + ping_s * OV_SECOND_MS : OV_NEVER;
}

uint64_t ov_session_inband_deadline(const struct ov_session *s)
{
    if (!s->agreed.keys || s->addr.family == 0)
    {
        return OV_NEVER;
    }
    if (s->inband.occ_reply || ov_data_has_more(&s->data))
    {
        return 0;
    }
    const uint64_t exit_ms = s->inband.exits_left > 0 ? s->inband.exit_ms : OV_NEVER;
    const uint64_t occ_ms = ov_time_earlier(ov_static_occ_deadline(s), ov_mtu_test_deadline(s));
    return ov_time_earlier(ov_time_earlier(exit_ms, ping_deadline(s)), occ_ms);
}

static void write_occ(struct ov_session *s, enum ov_occ_op op, struct ov_writer *w)
{
    char options[OV_OCC_MAX] = "";
    struct ov_occ_message occ = {.op = op, .data = NULL, .data_len = 0};
    if (op == OV_OCC_REPLY)
    {
        struct ov_occ own;
        ov_session_occ(s, &own);
        if (ov_occ_text(&own, options, sizeof options) != OV_OK)
        {
            options[0] = '\0';
        }
        occ.data = (const uint8_t *)options;
        occ.data_len = strlen(options) + 1;
    }
    w->failed = ov_occ_encode(&occ, w) != OV_OK;
}

/* The most urgent one first; what is chosen counts as done. */
static void write_next(struct ov_session *s, struct ov_writer *w, struct ov_now now)
{
    if (s->inband.exits_left > 0 && now.mono_ms >= s->inband.exit_ms)
    {
        s->inband.exits_left--;
        s->inband.exit_ms = now.mono_ms + OV_SECOND_MS;
        write_occ(s, OV_OCC_EXIT, w);
    }
    else if (s->inband.occ_reply)
    {
        s->inband.occ_reply = false;
        write_occ(s, OV_OCC_REPLY, w);
    }
    else if (ov_static_occ_due(s, now))
    {
        write_occ(s, OV_OCC_REQUEST, w);
    }
    else if (!ov_mtu_test_write(s, w, now))
    {
        ov_write_bytes(w, ov_ping_payload, OV_PING_LEN);
    }
}

enum ov_err ov_session_inband_out(struct ov_session *s, struct ov_datagram *dg, struct ov_now now)
{
    if (now.mono_ms < ov_session_inband_deadline(s))
    {
        return OV_ERR_AGAIN;
    }
    dg->buf = ov_buf_over(dg->buf.mem, dg->buf.cap, OV_BUF_HEADROOM);
    struct ov_writer w = ov_writer_over(ov_buf_data(&dg->buf), ov_buf_tailroom(&dg->buf));
    write_next(s, &w, now);
    if (w.failed)
    {
        return OV_ERR_NOSPACE;
    }
    s->clock.last_out_ms = now.mono_ms; /* even if sealing fails: not again at once */
    (void)ov_buf_put(&dg->buf, (uint32_t)ov_writer_len(&w));
    ov_data_seal_inband(&s->data, &s->addr, dg, now.mono_ms);
    if (dg->fate == OV_FATE_CONSUMED)
    {
        return ov_session_piece_out(s, dg, now); /* larger than a piece */
    }
    return dg->fate == OV_FATE_LINK ? OV_OK : (enum ov_err)dg->why;
}

/* What can't be sealed is lost, and the next one is looked at: the queue is short. */
enum ov_err ov_session_piece_out(struct ov_session *s, struct ov_datagram *dg, struct ov_now now)
{
    enum ov_err err = OV_ERR_AGAIN;
    do
    {
        err = ov_data_more(&s->data, &s->addr, dg, now.mono_ms);
    } while (err != OV_OK && err != OV_ERR_AGAIN);
    return err;
}
