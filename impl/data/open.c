#include "data/data.h"

#define CHUNK 64u

/* Operations of one key, gathered from anywhere in the batch. */
struct chunk
{
    struct ov_aead_op op[CHUNK];
    struct ov_datagram *dg[CHUNK];
    uint32_t packet_id[CHUNK];
    size_t count;
};

static void drop(struct ov_data *d, struct ov_datagram *dg, enum ov_err why)
{
    ov_datagram_drop(dg, why);
    ov_drops_count(&d->stats.open, why);
}

/* A receiver knows the key by its key-id alone [WP-STATE-029]. */
static struct ov_data_key *find_key(struct ov_data *d, uint8_t key_id)
{
    for (unsigned i = 0; i < OV_DATA_SLOTS; i++)
    {
        if (ov_data_key_usable(&d->key[i]) && d->key[i].key_id == key_id)
        {
            return &d->key[i];
        }
    }
    return NULL;
}

/* Everything that can be said before decryption: which key, and is the id worth trying. */
static enum ov_err prepare(struct ov_data_key *key, const struct ov_data_header *header, struct ov_buf *buf,
                           struct ov_aead_op *op)
{
    if (buf->len < (uint32_t)header->len + OV_AEAD_TAG_LEN)
    {
        return OV_ERR_TRUNCATED;
    }
    if (key->failed >= OV_DATA_FAILED_LIMIT)
    {
        return OV_ERR_LIMIT; /* [WP-DATA-041] */
    }
    enum ov_err err = ov_replay_check(&key->replay, header->packet_id);
    if (err != OV_OK)
    {
        return err;
    }
    uint8_t *packet = ov_buf_data(buf);
    ov_data_nonce(header->packet_id, key->open_iv, op->nonce);
    op->ad = packet + header->ad_offset;
    op->ad_len = header->ad_len;
    op->tag = packet + header->len;
    op->text = op->tag + OV_AEAD_TAG_LEN;
    op->text_len = buf->len - header->len - OV_AEAD_TAG_LEN;
    return OV_OK;
}

/* After decryption: only an authentic packet moves the window, and of two with one id in the same
 * batch only the first passes [WP-DATA-064]. */
static enum ov_err judge(struct ov_data *d, struct ov_data_key *key, const struct ov_aead_op *op,
                         uint32_t packet_id)
{
    if (op->err != OV_OK)
    {
        key->failed++;
        return op->err;
    }
    enum ov_err err = ov_replay_mark(&key->replay, packet_id);
    if (err != OV_OK)
    {
        return err;
    }
    key->opened_packets++;
    key->opened_blocks += ((uint64_t)op->text_len + 15) / 16;
    if (op->text_len == 0)
    {
        return OV_ERR_FORMAT; /* legal, and nothing to deliver [WP-DATA-003] */
    }
    return op->text_len > d->tun_mtu ? OV_ERR_LIMIT : OV_OK;
}

static size_t open_chunk(struct ov_data *d, struct ov_data_key *key, struct chunk *chunk)
{
    size_t good = 0;
    key->ops->open(key->open, chunk->op, chunk->count);
    for (size_t i = 0; i < chunk->count; i++)
    {
        struct ov_datagram *dg = chunk->dg[i];
        const struct ov_aead_op *op = &chunk->op[i];
        const uint32_t whole_len = dg->buf.len;
        enum ov_err err = judge(d, key, op, chunk->packet_id[i]);
        if (err != OV_OK)
        {
            drop(d, dg, err);
            continue;
        }
        (void)ov_buf_pull(&dg->buf, whole_len - op->text_len);
        dg->fate = OV_FATE_TUN;
        key->opened_octets += whole_len;
        d->stats.link_packets_in++;
        d->stats.link_octets_in += whole_len;
        good++;
    }
    chunk->count = 0;
    return good;
}

/* One more packet: into the chunk of its key, or dropped. */
static void sort_in(struct ov_data *d, struct ov_datagram *dg, struct chunk chunks[OV_DATA_SLOTS])
{
    struct ov_data_header header;
    enum ov_err err = ov_data_header_read(ov_buf_data(&dg->buf), dg->buf.len, &header);
    struct ov_data_key *key = err == OV_OK ? find_key(d, header.prefix.key_id) : NULL;
    if (err == OV_OK && key == NULL)
    {
        err = OV_ERR_KEY_ID;
    }
    if (err == OV_OK)
    {
        struct chunk *chunk = &chunks[key - d->key];
        err = prepare(key, &header, &dg->buf, &chunk->op[chunk->count]);
        if (err == OV_OK)
        {
            chunk->dg[chunk->count] = dg;
            chunk->packet_id[chunk->count++] = header.packet_id;
        }
    }
    if (err != OV_OK)
    {
        drop(d, dg, err);
    }
}

size_t ov_data_open(struct ov_data *d, struct ov_datagram *dg, size_t n)
{
    struct chunk chunks[OV_DATA_SLOTS];
    size_t good = 0;
    for (unsigned slot = 0; slot < OV_DATA_SLOTS; slot++)
    {
        chunks[slot].count = 0;
    }
    for (size_t i = 0; i < n; i++)
    {
        if (dg[i].fate != OV_FATE_NONE)
        {
            continue;
        }
        sort_in(d, &dg[i], chunks);
        for (unsigned slot = 0; slot < OV_DATA_SLOTS; slot++)
        {
            if (chunks[slot].count == CHUNK)
            {
                good += open_chunk(d, &d->key[slot], &chunks[slot]);
            }
        }
    }
    for (unsigned slot = 0; slot < OV_DATA_SLOTS; slot++)
    {
        if (chunks[slot].count > 0)
        {
            good += open_chunk(d, &d->key[slot], &chunks[slot]);
        }
    }
    return good;
}
