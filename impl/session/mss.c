#include "session/private.h"

/* --mssfix as numbers for this session: what sealing adds is known once the
 * data channel has its key [WP-MTU-001, WP-MTU-002, WP-MTU-003]. */

#define DEFAULT_OCTETS  1492u
#define DEFAULT_TUN_MTU 1500u

static uint32_t outer_len(const struct ov_session *s)
{
    const uint32_t ip = s->addr.family == 6 ? 40 : 20;
    return ip + (s->env.settings->stream ? 20 : 8);
}

/* DATA_V2 header, packet id, tag; DATA_V1 has no peer-id; TCP has a length in front. */
static uint32_t overhead(const struct ov_session *s)
{
    const uint32_t length = s->env.settings->stream ? 2 : 0;
    return length + (s->data.peer_id == OV_PEER_ID_NONE ? 1 + 4 + 16 : 4 + 4 + 16);
}

struct ov_mss ov_session_mss(const struct ov_session *s)
{
    const struct ov_mssfix *fix = &s->env.settings->config->mssfix;
    switch (fix->mode)
    {
    case OV_MSSFIX_MTU:
        return ov_mss_for(fix->octets, outer_len(s), overhead(s));
    case OV_MSSFIX_PAYLOAD:
        return ov_mss_for(fix->octets, 0, overhead(s));
    case OV_MSSFIX_FIXED:
        /* The same for either family, as 2.x has it: set to n - 40. */
        return (struct ov_mss){ov_mss_for(fix->octets, 0, 0).v4, ov_mss_for(fix->octets, 0, 0).v4};
    default:
        return s->data.tun_mtu == DEFAULT_TUN_MTU ? ov_mss_for(DEFAULT_OCTETS, outer_len(s), overhead(s))
                                                  : (struct ov_mss){0, 0};
    }
}
