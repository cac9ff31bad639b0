#include "data/framing.h"
#include "session/private.h"

/* --mssfix as numbers for this session: what sealing adds is known once the
 * data channel has its key [WP-MTU-001, WP-MTU-002, WP-MTU-003]. */

#define DEFAULT_OCTETS  1492u
#define DEFAULT_TUN_MTU 1500u /* without what a frame has beyond it */

uint32_t ov_session_outer_len(const struct ov_session *s)
{
    const uint32_t ip = s->addr.family == 6 ? 40 : 20;
    return ip + (s->env.settings->stream ? 20 : 8) + s->env.settings->outer_more;
}

/* What fits is a tunnel packet: its own headers are all that is left to take off. On TCP a length stands in
 * front of each packet. */
static struct ov_mss limit_of(const struct ov_session *s, uint32_t octets, uint32_t outer)
{
    const bool v2 = s->data.peer_id != OV_PEER_ID_NONE;
    const uint32_t taken = outer + (s->env.settings->stream ? 2 : 0);
    const uint32_t sealed = octets > taken ? octets - taken : 0;
    /* What a frame may have around its packet is taken off in full, as stock does [WP-MTU-002]. */
    const uint32_t around = s->env.settings->config->tunnel.mtu_extra;
    return ov_mss_for(ov_data_key_fits(&s->data.key[OV_DATA_CURRENT], v2, sealed), 0,
                      ov_data_framing_octets(&s->data) + around);
}

/* Without --mssfix: what --fragment would cut is better made smaller [WP-MTU-001]. */
static struct ov_mss default_limit(const struct ov_session *s)
{
    const struct ov_fragmenting *fragment = &s->env.settings->config->fragment;
    if (fragment->octets > 0)
    {
        return limit_of(s, fragment->octets, ov_session_outer_len(s)); /* as stock, with or without mtu */
    }
    const uint32_t usual = ov_tunnel_packet(&s->env.settings->config->tunnel, DEFAULT_TUN_MTU);
    return s->data.tun_mtu == usual ? limit_of(s, DEFAULT_OCTETS, ov_session_outer_len(s))
                                    : (struct ov_mss){0};
}

static struct ov_mss mss_of(const struct ov_session *s)
{
    const struct ov_mssfix *fix = &s->env.settings->config->mssfix;
    switch (fix->mode)
    {
    case OV_MSSFIX_MTU:
        return limit_of(s, fix->octets, ov_session_outer_len(s));
    case OV_MSSFIX_PAYLOAD:
        return limit_of(s, fix->octets, 0);
    case OV_MSSFIX_FIXED:
        /* The same for either family, as 2.x has it: set to n - 40. */
        return (struct ov_mss){.v4 = ov_mss_for(fix->octets, 0, 0).v4,
                               .v6 = ov_mss_for(fix->octets, 0, 0).v4};
    default:
        return default_limit(s);
    }
}

struct ov_mss ov_session_mss(const struct ov_session *s)
{
    struct ov_mss limit = mss_of(s);
    limit.in_frames = s->env.settings->config->tunnel.tap;
    return limit;
}
