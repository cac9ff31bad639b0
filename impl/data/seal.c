#include "data/data.h"

#include "data/format.h"
#include "data/framing.h"

static void drop(struct ov_data *d, struct ov_datagram *dg, enum ov_err why)
{
    ov_datagram_drop(dg, why);
    ov_drops_count(&d->stats.seal, why);
}

/* One more packet of the chunk; what it looks like is the format's business. */
static enum ov_err prepare(struct ov_data *d, struct ov_data_key *key, struct ov_datagram *dg,
                           struct ov_data_chunk *chunk)
{
    const uint32_t len = dg->buf.len;
    if (len == 0)
    {
        return OV_ERR_FORMAT;
    }
    if (len > d->plain_max)
    {
        return OV_ERR_LIMIT;
    }
    enum ov_err err = key->format->seal_prepare(key, d->peer_id, &dg->buf, chunk);
    if (err != OV_OK)
    {
        return err;
    }
    key->sealed_packets++;
    key->sealed_blocks += ov_data_blocks(len);
    chunk->dg[chunk->count] = dg;
    chunk->len[chunk->count++] = len;
    return OV_OK;
}

static void seal_chunk(struct ov_data *d, struct ov_data_key *key, const struct ov_addr *to,
                       struct ov_data_chunk *chunk)
{
    key->format->seal_run(key, chunk);
    for (size_t i = 0; i < chunk->count; i++)
    {
        struct ov_datagram *dg = chunk->dg[i];
        if (chunk->err[i] != OV_OK)
        {
            drop(d, dg, chunk->err[i]);
            continue;
        }
        dg->fate = OV_FATE_LINK;
        dg->addr = *to;
        key->sealed_octets += dg->buf.len;
        d->stats.link_packets_out++;
        d->stats.link_octets_out += dg->buf.len;
        d->stats.tun_packets_in++;
        d->stats.tun_octets_in += chunk->len[i];
    }
    chunk->count = 0;
}

static void seal_run(struct ov_data *d, const struct ov_addr *to, struct ov_datagram *dg, size_t n,
                     uint64_t now_ms)
{
    (d->framing != NULL ? ov_data_frame_and_seal : ov_data_seal_plain)(d, to, dg, n, now_ms);
}

/* Between packets that must not go in, everything is sealed in one run. */
void ov_data_seal(struct ov_data *d, const struct ov_addr *to, struct ov_datagram *dg, size_t n,
                  uint64_t now_ms)
{
    size_t from = 0;
    for (size_t i = 0; d->carrier != OV_CARRIER_ANY && i < n; i++)
    {
        if (ov_carrier_may_be(&dg[i].buf, to) && ov_carrier_is(&dg[i].buf, to, d->carrier))
        {
            seal_run(d, to, dg + from, i - from, now_ms);
            drop(d, &dg[i], OV_ERR_ADDRESS);
            d->stats.recursive++;
            from = i + 1;
        }
    }
    seal_run(d, to, dg + from, n - from, now_ms);
}

void ov_data_seal_plain(struct ov_data *d, const struct ov_addr *to, struct ov_datagram *dg, size_t n,
                        uint64_t now_ms)
{
    struct ov_data_key *key = ov_data_sealing_key(d, now_ms);
    struct ov_data_chunk chunk;
    chunk.count = 0;
    key = key != NULL && key->lent == 0 ? key : NULL;
    for (size_t i = 0; i < n; i++)
    {
        enum ov_err err = key == NULL ? OV_ERR_KEY_ID : prepare(d, key, &dg[i], &chunk);
        if (err != OV_OK)
        {
            drop(d, &dg[i], err);
        }
        else if (chunk.count == OV_DATA_CHUNK)
        {
            seal_chunk(d, key, to, &chunk);
        }
    }
    if (chunk.count > 0)
    {
        seal_chunk(d, key, to, &chunk);
    }
}
