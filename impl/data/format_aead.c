/* AEAD with short packet ids [WP-DATA-020]:
 *
 *   | V1 or V2 prefix | packet id u32 | tag 16 | ciphertext | */
#include "data/format.h"

#include <string.h>

#include "wire/data_header.h"

static enum ov_err half_new(const struct ov_data_key_spec *spec, bool sealing, uint8_t iv[OV_IMPLICIT_IV_LEN],
                            struct ov_aead_key **out)
{
    struct ov_data_secret secret = ov_data_secret_of(ov_key2_data_half(spec->key2, spec->role, sealing));
    memcpy(iv, secret.implicit_iv, OV_IMPLICIT_IV_LEN);
    return spec->crypto->aead.key_new((enum ov_aead_id)spec->cipher, secret.key, sealing, out);
}

static enum ov_err aead_init(struct ov_data_key *key, const struct ov_data_key_spec *spec)
{
    enum ov_err err = ov_data_window_init(&key->window, spec);
    if (err == OV_OK)
    {
        err = half_new(spec, true, key->aead.seal_iv, &key->aead.seal);
    }
    return err == OV_OK ? half_new(spec, false, key->aead.open_iv, &key->aead.open) : err;
}

static void aead_clear(struct ov_data_key *key)
{
    key->crypto->aead.key_free(key->aead.seal);
    key->crypto->aead.key_free(key->aead.open);
}

static enum ov_err aead_move_seal(struct ov_data_key *from, struct ov_data_key *to)
{
    to->aead.seal = from->aead.seal;
    memcpy(to->aead.seal_iv, from->aead.seal_iv, OV_IMPLICIT_IV_LEN);
    to->issue = from->issue;
    from->aead.seal = NULL;
    return OV_OK;
}

static const char *aead_worn(const struct ov_data_key *key)
{
    if (ov_issue_wants_renegotiation(&key->issue))
    {
        return "packet ids are running out";
    }
    if (ov_data_usage_counts(key) && (key->sealed_packets + key->sealed_blocks > OV_DATA_GCM_SOFT ||
                                      key->opened_packets + key->opened_blocks > OV_DATA_GCM_SOFT))
    {
        return "usage limit of the cipher";
    }
    return NULL;
}

static struct ov_data_room aead_room(const struct ov_data_key *key, bool v2)
{
    (void)key;
    return (struct ov_data_room){(v2 ? OV_DATA_V2_HEADER : OV_DATA_V1_HEADER) + OV_AEAD_TAG_LEN, 0};
}

static uint32_t aead_fits(const struct ov_data_key *key, bool v2, uint32_t octets)
{
    const uint32_t taken = aead_room(key, v2).head;
    return octets > taken ? octets - taken : 0;
}

/* The last packet that keeps the limit is the last that may be sealed [WP-DATA-040]. */
static bool usage_left(const struct ov_data_key *key, uint32_t len)
{
    return !ov_data_usage_counts(key) ||
           key->sealed_packets + key->sealed_blocks + 1 + ov_data_blocks(len) <= OV_DATA_GCM_LIMIT;
}

/* Put header and room for the tag in front of the packet and describe the operation. */
static enum ov_err aead_seal_prepare(struct ov_data_key *key, uint32_t peer_id, struct ov_buf *buf,
                                     struct ov_data_chunk *chunk)
{
    const bool v2 = peer_id != OV_PEER_ID_NONE;
    const uint32_t header_len = v2 ? OV_DATA_V2_HEADER : OV_DATA_V1_HEADER;
    struct ov_aead_op *op = &chunk->op.aead[chunk->count];
    uint32_t id = 0;
    if (ov_buf_headroom(buf) < header_len + OV_AEAD_TAG_LEN)
    {
        return OV_ERR_NOSPACE;
    }
    if (!usage_left(key, buf->len))
    {
        return OV_ERR_WRAP;
    }
    enum ov_err err = ov_issue_take(&key->issue, 1, &id);
    if (err != OV_OK)
    {
        return err;
    }
    op->text = ov_buf_data(buf);
    op->text_len = buf->len;
    op->tag = ov_buf_push(buf, OV_AEAD_TAG_LEN);
    uint8_t *header = ov_buf_push(buf, header_len);
    if (v2)
    {
        ov_data_v2_write(header, key->key_id, peer_id, id);
        op->ad = header; /* opcode, peer-id, packet id [WP-DATA-021] */
        op->ad_len = OV_DATA_V2_HEADER;
    }
    else
    {
        ov_data_v1_write(header, key->key_id, id);
        op->ad = header + OV_DATA_V1_PREFIX; /* the packet id alone */
        op->ad_len = OV_DATA_SHORT_ID_LEN;
    }
    ov_data_nonce(id, key->aead.seal_iv, op->nonce);
    return OV_OK;
}

static void aead_seal_run(struct ov_data_key *key, struct ov_data_chunk *chunk)
{
    key->crypto->aead.seal(key->aead.seal, chunk->op.aead, chunk->count);
    ov_data_aead_verdicts(chunk);
}

/* The id is in clear, so what comes twice costs no decryption. */
static enum ov_err aead_open_prepare(struct ov_data_key *key, const struct ov_buf *buf,
                                     struct ov_data_chunk *chunk)
{
    struct ov_aead_op *op = &chunk->op.aead[chunk->count];
    struct ov_data_header header;
    uint8_t *packet = ov_buf_data(buf);
    enum ov_err err = ov_data_header_read(packet, buf->len, &header);
    if (err != OV_OK)
    {
        return err;
    }
    if (buf->len < (uint32_t)header.len + OV_AEAD_TAG_LEN)
    {
        return OV_ERR_TRUNCATED;
    }
    err = ov_replay_check(&key->window.seen.window, header.packet_id);
    if (err != OV_OK)
    {
        return err;
    }
    ov_data_nonce(header.packet_id, key->aead.open_iv, op->nonce);
    op->ad = packet + header.ad_offset;
    op->ad_len = header.ad_len;
    op->tag = packet + header.len;
    op->text = op->tag + OV_AEAD_TAG_LEN;
    op->text_len = buf->len - header.len - OV_AEAD_TAG_LEN;
    chunk->packet_id[chunk->count] = header.packet_id;
    return OV_OK;
}

static void aead_open_run(struct ov_data_key *key, struct ov_data_chunk *chunk)
{
    key->crypto->aead.open(key->aead.open, chunk->op.aead, chunk->count);
    ov_data_aead_verdicts(chunk);
}

/* Of two with one id in the same batch only the first passes [WP-DATA-064]. */
static enum ov_err aead_open_finish(struct ov_data_key *key, struct ov_data_chunk *chunk, size_t i)
{
    struct ov_buf *buf = &chunk->dg[i]->buf;
    enum ov_err err = ov_replay_mark(&key->window.seen.window, chunk->packet_id[i]);
    if (err == OV_OK)
    {
        (void)ov_buf_pull(buf, buf->len - chunk->op.aead[i].text_len);
    }
    return err;
}

const struct ov_data_format ov_data_format_aead = {
    .name = "AEAD",
    .init = aead_init,
    .clear = aead_clear,
    .tick = ov_data_format_tick,
    .worn = aead_worn,
    .room = aead_room,
    .fits = aead_fits,
    .move_seal = aead_move_seal,
    .seal_prepare = aead_seal_prepare,
    .seal_run = aead_seal_run,
    .open_prepare = aead_open_prepare,
    .open_run = aead_open_run,
    .open_finish = aead_open_finish,
};
