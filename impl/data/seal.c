#include "data/data.h"

/* Operations handed to the crypto library in one call; lives on the stack. */
#define CHUNK 64u

struct chunk
{
    struct ov_aead_op op[CHUNK];
    struct ov_datagram *dg[CHUNK];
    size_t count;
};

static void drop(struct ov_data *d, struct ov_datagram *dg, enum ov_err why)
{
    ov_datagram_drop(dg, why);
    ov_drops_count(&d->stats.seal, why);
}

static uint64_t blocks_of(uint32_t len)
{
    return ((uint64_t)len + 15) / 16;
}

/* The last packet that keeps the limit is the last that may be sealed [WP-DATA-040]. */
static bool usage_left(const struct ov_data_key *key, uint32_t len)
{
    return key->cipher == OV_AEAD_CHACHA20_POLY1305 ||
           key->sealed_packets + key->sealed_blocks + 1 + blocks_of(len) <= OV_DATA_GCM_LIMIT;
}

static enum ov_err check_packet(const struct ov_data *d, const struct ov_data_key *key,
                                const struct ov_buf *buf, uint32_t header_len)
{
    if (buf->len == 0)
    {
        return OV_ERR_FORMAT;
    }
    if (buf->len > d->tun_mtu)
    {
        return OV_ERR_LIMIT;
    }
    if (ov_buf_headroom(buf) < header_len + OV_AEAD_TAG_LEN)
    {
        return OV_ERR_NOSPACE;
    }
    return usage_left(key, buf->len) && ov_issue_left(&key->issue) > 0 ? OV_OK : OV_ERR_WRAP;
}

/* Put header and room for the tag in front of the packet and describe the operation. */
static enum ov_err prepare(struct ov_data *d, struct ov_data_key *key, struct ov_buf *buf,
                           struct ov_aead_op *op)
{
    const bool v2 = d->peer_id != OV_PEER_ID_NONE;
    const uint32_t header_len = v2 ? OV_DATA_V2_HEADER : OV_DATA_V1_HEADER;
    enum ov_err err = check_packet(d, key, buf, header_len);
    if (err != OV_OK)
    {
        return err;
    }
    uint32_t id = 0;
    err = ov_issue_take(&key->issue, 1, &id);
    if (err != OV_OK)
    {
        return err;
    }
    key->sealed_packets++;
    key->sealed_blocks += blocks_of(buf->len);
    op->text = ov_buf_data(buf);
    op->text_len = buf->len;
    op->tag = ov_buf_push(buf, OV_AEAD_TAG_LEN);
    uint8_t *header = ov_buf_push(buf, header_len);
    if (v2)
    {
        ov_data_v2_write(header, key->key_id, d->peer_id, id);
        op->ad = header; /* opcode, peer-id, packet id [WP-DATA-021] */
        op->ad_len = OV_DATA_V2_HEADER;
    }
    else
    {
        ov_data_v1_write(header, key->key_id, id);
        op->ad = header + OV_DATA_V1_PREFIX; /* the packet id alone */
        op->ad_len = OV_DATA_SHORT_ID_LEN;
    }
    ov_data_nonce(id, key->seal_iv, op->nonce);
    return OV_OK;
}

static void seal_chunk(struct ov_data *d, struct ov_data_key *key, const struct ov_addr *to,
                       struct chunk *chunk)
{
    key->ops->seal(key->seal, chunk->op, chunk->count);
    for (size_t i = 0; i < chunk->count; i++)
    {
        struct ov_datagram *dg = chunk->dg[i];
        if (chunk->op[i].err != OV_OK)
        {
            drop(d, dg, chunk->op[i].err);
            continue;
        }
        dg->fate = OV_FATE_LINK;
        dg->addr = *to;
        key->sealed_octets += dg->buf.len;
        d->stats.link_packets_out++;
        d->stats.link_octets_out += dg->buf.len;
        d->stats.tun_packets_in++;
        d->stats.tun_octets_in += chunk->op[i].text_len;
    }
    chunk->count = 0;
}

void ov_data_seal(struct ov_data *d, const struct ov_addr *to, struct ov_datagram *dg, size_t n,
                  uint64_t now_ms)
{
    struct ov_data_key *key = ov_data_sealing_key(d, now_ms);
    struct chunk chunk;
    chunk.count = 0;
    for (size_t i = 0; i < n; i++)
    {
        enum ov_err err = key == NULL ? OV_ERR_KEY_ID : prepare(d, key, &dg[i].buf, &chunk.op[chunk.count]);
        if (err != OV_OK)
        {
            drop(d, &dg[i], err);
            continue;
        }
        chunk.dg[chunk.count++] = &dg[i];
        if (chunk.count == CHUNK)
        {
            seal_chunk(d, key, to, &chunk);
        }
    }
    if (chunk.count > 0)
    {
        seal_chunk(d, key, to, &chunk);
    }
}
