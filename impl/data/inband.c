#include "data/data.h"

#include "data/outlet.h"
#include "wire/ether.h"
#include "wire/inband.h"

/* One look at the first octet decides for nearly every packet: pings start with 0x2a, OCC messages
 * with 0x28, IP with 4 or 6 in the upper half. */
enum ov_data_kind ov_data_kind_of(const struct ov_buf *buf)
{
    const uint8_t *data = ov_buf_data(buf);
    const uint8_t version = buf->len > 0 ? data[0] >> 4 : 0;
    if (version == 4 || version == 6)
    {
        return OV_DATA_TUNNEL;
    }
    if (ov_inband_is_ping(data, buf->len))
    {
        return OV_DATA_PING;
    }
    return ov_inband_is_occ(data, buf->len) ? OV_DATA_OCC : OV_DATA_OTHER;
}

/* A frame begins with any octet; pings and OCC messages are told by 16 of them. */
enum ov_data_kind ov_data_kind_of_frame(const struct ov_buf *buf)
{
    const uint8_t *data = ov_buf_data(buf);
    if (ov_inband_is_ping(data, buf->len))
    {
        return OV_DATA_PING;
    }
    if (ov_inband_is_occ(data, buf->len))
    {
        return OV_DATA_OCC;
    }
    return buf->len >= OV_ETHER_LEN ? OV_DATA_TUNNEL : OV_DATA_OTHER;
}

void ov_data_seal_inband(struct ov_data *d, const struct ov_addr *to, struct ov_datagram *dg, uint64_t now_ms)
{
    if (d->lane != NULL)
    {
        ov_lane_hand_over(d, dg);
        return;
    }
    const uint64_t octets = d->stats.tun_octets_in;
    const uint64_t packets = d->stats.tun_packets_in;
    const bool ping = ov_data_kind_of(&dg->buf) == OV_DATA_PING;
    ov_data_seal(d, to, dg, 1, now_ms);
    d->stats.tun_packets_in = packets;
    d->stats.tun_octets_in = octets;
    d->stats.pings_out += ping && dg->fate != OV_FATE_DROPPED ? 1 : 0;
}
