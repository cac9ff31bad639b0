#include "data/data.h"

#include "data/format.h"
#include "data/framing.h"

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

/* After decryption: only an authentic packet moves the window [WP-DATA-064]. */
static enum ov_err judge(struct ov_data *d, struct ov_data_key *key, struct ov_data_chunk *chunk, size_t i)
{
    if (chunk->err[i] != OV_OK)
    {
        key->failed++;
        return chunk->err[i];
    }
    const struct ov_buf *buf = &chunk->dg[i]->buf;
    enum ov_err err = key->format->open_finish(key, chunk, i);
    if (err != OV_OK)
    {
        return err;
    }
    key->opened_packets++;
    key->opened_blocks += ov_data_blocks(buf->len);
    if (buf->len == 0)
    {
        return OV_ERR_FORMAT; /* legal, and nothing to deliver [WP-DATA-003] */
    }
    return buf->len > d->plain_max ? OV_ERR_LIMIT : OV_OK;
}

static size_t open_chunk(struct ov_data *d, struct ov_data_key *key, struct ov_data_chunk *chunk)
{
    size_t good = 0;
    key->format->open_run(key, chunk);
    for (size_t i = 0; i < chunk->count; i++)
    {
        struct ov_datagram *dg = chunk->dg[i];
        enum ov_err err = judge(d, key, chunk, i);
        if (err != OV_OK)
        {
            drop(d, dg, err);
            continue;
        }
        dg->fate = OV_FATE_TUN;
        key->opened_octets += chunk->len[i];
        d->stats.link_packets_in++;
        d->stats.link_octets_in += chunk->len[i];
        good++;
    }
    chunk->count = 0;
    return good;
}

/* One more packet: into the chunk of its key, or dropped. */
static enum ov_err sort_in(struct ov_data *d, struct ov_datagram *dg,
                           struct ov_data_chunk chunks[OV_DATA_SLOTS])
{
    if (dg->buf.len == 0)
    {
        return OV_ERR_TRUNCATED;
    }
    const uint8_t first = ov_buf_data(&dg->buf)[0];
    if (!d->bare && !ov_opcode_is_data(ov_opcode_of(first)))
    {
        return OV_ERR_OPCODE;
    }
    struct ov_data_key *key = find_key(d, d->bare ? 0 : ov_opcode_key_id(first));
    if (key == NULL)
    {
        return OV_ERR_KEY_ID;
    }
    if (key->failed >= OV_DATA_FAILED_LIMIT)
    {
        return OV_ERR_LIMIT; /* [WP-DATA-041] */
    }
    struct ov_data_chunk *chunk = &chunks[key - d->key];
    enum ov_err err = key->format->open_prepare(key, &dg->buf, chunk);
    if (err == OV_OK)
    {
        chunk->dg[chunk->count] = dg;
        chunk->len[chunk->count++] = dg->buf.len;
    }
    return err;
}

size_t ov_data_open(struct ov_data *d, struct ov_datagram *dg, size_t n)
{
    struct ov_data_chunk chunks[OV_DATA_SLOTS];
    const uint32_t life = d->key[OV_DATA_CURRENT].window.seen.time;
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
        enum ov_err err = sort_in(d, &dg[i], chunks);
        if (err != OV_OK)
        {
            drop(d, &dg[i], err);
        }
        for (unsigned slot = 0; slot < OV_DATA_SLOTS; slot++)
        {
            if (chunks[slot].count == OV_DATA_CHUNK)
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
    if (d->framing != NULL)
    {
        if (d->bare && d->key[OV_DATA_CURRENT].window.seen.time != life)
        {
            ov_data_forget_pieces(d);
        }
        ov_data_unframe(d, dg, n);
    }
    return good;
}
