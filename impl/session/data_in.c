#include "session/private.h"

#include "wire/inband.h"

static void drop(struct ov_session *s, struct ov_datagram *dg, enum ov_err why)
{
    ov_datagram_drop(dg, why);
    ov_drops_count(&s->data.stats.open, why);
}

/* A client takes data from its server's address only, unless --float; a server looks after addresses in its hub
 * [WP-CLI-009, WP-SRV-004]. */
static void check_addresses(struct ov_session *s, struct ov_datagram *dg, size_t n)
{
    if (s->data.bare)
    {
        ov_static_check_addresses(s, dg, n);
        return;
    }
    if (s->role == OV_ROLE_SERVER || s->env.settings->config->float_allowed)
    {
        return;
    }
    for (size_t i = 0; i < n; i++)
    {
        if (!ov_addr_equal(&dg[i].addr, &s->addr))
        {
            drop(s, &dg[i], OV_ERR_ADDRESS);
        }
    }
}

static void take_occ(struct ov_session *s, const struct ov_buf *buf, struct ov_now now)
{
    struct ov_occ_message occ;
    if (ov_occ_decode(ov_buf_data(buf), buf->len, &occ) != OV_OK)
    {
        return;
    }
    if (occ.op == OV_OCC_REQUEST)
    {
        s->inband.occ_reply = true;
    }
    else if (occ.op == OV_OCC_REPLY && s->data.bare)
    {
        ov_static_occ_reply(s, &occ);
    }
    else if (occ.op == OV_OCC_EXIT)
    {
        ov_session_lose(s, OV_OK, "remote-exit", true, now.mono_ms); /* at once [WP-OCC-021] */
    }
    else
    {
        ov_mtu_test_hear(s, &occ);
    }
}

static void consume(struct ov_datagram *dg)
{
    dg->fate = OV_FATE_CONSUMED;
    ov_buf_drop(&dg->buf);
}

static void sort_out(struct ov_session *s, struct ov_datagram *dg, struct ov_now now)
{
    const bool frames = s->env.settings->config->tunnel.tap;
    switch (frames ? ov_data_kind_of_frame(&dg->buf) : ov_data_kind_of(&dg->buf))
    {
    case OV_DATA_TUNNEL:
        (void)ov_mss_clamp(ov_buf_data(&dg->buf), dg->buf.len, s->agreed.mss);
        ov_touch_in(s, &dg->buf);
        s->data.stats.tun_packets_out++;
        s->data.stats.tun_octets_out += dg->buf.len;
        break;
    case OV_DATA_PING:
        s->data.stats.pings_in++;
        consume(dg); /* [WP-PING-002] */
        break;
    case OV_DATA_OCC:
        take_occ(s, &dg->buf, now);
        consume(dg);
        break;
    case OV_DATA_OTHER:
        drop(s, dg, OV_ERR_FORMAT);
        break;
    }
}

void ov_session_data_in(struct ov_session *s, struct ov_datagram *dg, size_t n, struct ov_now now)
{
    if (now.mono_ms - s->clock.last_tick_ms >= OV_SECOND_MS)
    {
        s->clock.last_tick_ms = now.mono_ms;
        ov_data_tick(&s->data, now.mono_ms);
    }
    check_addresses(s, dg, n);
    if (ov_data_open(&s->data, dg, n) > 0)
    {
        s->clock.last_in_ms = now.mono_ms; /* [WP-DATA-003] */
    }
    if (s->data.bare)
    {
        ov_static_heard(s, dg, n, now);
    }
    for (size_t i = 0; i < n; i++)
    {
        if (dg[i].fate == OV_FATE_TUN)
        {
            sort_out(s, &dg[i], now);
        }
        else if (s->env.settings->stream && dg[i].fate == OV_FATE_DROPPED && dg[i].why == OV_ERR_AUTH &&
                 ov_session_is_at(s, &dg[i].addr))
        {
            /* TCP damages nothing: where one packet begins wrong, all that follow do [WP-FRM-006]. */
            ov_session_lose(s, OV_ERR_AUTH, "decryption-error", false, now.mono_ms);
        }
    }
    ov_rekey_watch(s, now);
}
