#include "session/private.h"

#include "wire/ether.h"

/* What is looked at or changed in tunnel packets on their way through, where the configuration asks for it. */

#define DSCP 0xfcu /* the other two bits tell of congestion, and belong to each path by itself (RFC 6040) */

static uint8_t class_of(const uint8_t *packet, uint32_t len)
{
    if (len >= 2 && packet[0] >> 4 == 4)
    {
        return packet[1] & DSCP;
    }
    if (len >= 2 && packet[0] >> 4 == 6)
    {
        return (uint8_t)(packet[0] << 4 | packet[1] >> 4) & DSCP;
    }
    return 0;
}

/* --passtos */
static uint8_t class_in(const struct ov_session *s, const struct ov_buf *buf)
{
    uint32_t at = 0;
    uint32_t len = buf->len;
    if (s->env.settings->config->tunnel.tap && !ov_ether_ip(ov_buf_data(buf), buf->len, &at, &len))
    {
        return 0;
    }
    return class_of(ov_buf_data(buf) + at, len);
}

static const struct ov_config *effective(const struct ov_session *s)
{
    const struct ov_pulled *pulled = ov_session_pulled(s);
    return pulled != NULL ? &pulled->effective : s->env.settings->config;
}

static void translate(const struct ov_session *s, struct ov_buf *buf, bool out)
{
    const struct ov_config *config = effective(s);
    const uint32_t self = config->tunnel.has_ip4 ? config->tunnel.ip4 : 0;
    (void)ov_nat_apply(config->nat, config->nat_count, self, out, ov_buf_data(buf), buf->len);
}

/* In frames nothing is kept out: whose address is behind a bridge is not for an end of it to say. */
static enum ov_carrier carrier_of(const struct ov_session *s)
{
    const struct ov_tunnel *tunnel = &s->env.settings->config->tunnel;
    return tunnel->tap || tunnel->recursive ? OV_CARRIER_ANY
           : s->env.settings->stream        ? OV_CARRIER_TCP
                                            : OV_CARRIER_UDP;
}

void ov_touch_prepare(struct ov_session *s)
{
    s->agreed.translates = effective(s)->nat_count > 0 && !s->env.settings->config->tunnel.tap;
    s->agreed.marks = s->env.settings->config->outer.passtos;
    s->data.carrier = carrier_of(s);
}

const char *ov_touch_obstacle(const struct ov_session *s)
{
    return s->agreed.translates ? "client-nat changes packets of both directions"
           : s->agreed.marks    ? "passtos looks at each packet"
                                : NULL;
}

void ov_touch_out(struct ov_session *s, struct ov_datagram *dg, size_t n)
{
    for (size_t i = 0; i < n; i++)
    {
        dg[i].tos = s->agreed.marks ? class_in(s, &dg[i].buf) : 0;
        if (s->agreed.translates)
        {
            translate(s, &dg[i].buf, true);
        }
    }
}

void ov_touch_in(struct ov_session *s, struct ov_buf *buf)
{
    if (s->agreed.translates)
    {
        translate(s, buf, false);
    }
}
