/* Encrypt-then-MAC: CBC, or no cipher, with an HMAC or none [WP-DATA-050..056]:
 *
 *   CBC:   | V1 or V2 prefix | HMAC | IV 16 | packet id u32, plaintext, padding 1..16, encrypted |
 *   none:  | V1 or V2 prefix | HMAC | packet id u32 | plaintext |
 *
 * The prefix is not authenticated; the HMAC covers all behind it. */
#include "data/format.h"

#include <string.h>

#include "wire/data_header.h"

static uint32_t prefix_len(bool v2)
{
    return v2 ? OV_DATA_V2_PREFIX : OV_DATA_V1_PREFIX;
}

static enum ov_err half_new(const struct ov_data_key_spec *spec, bool sealing, struct ov_etm_key **out)
{
    const struct ov_key_half *half = ov_key2_data_half(spec->key2, spec->role, sealing);
    const struct ov_etm_spec etm = {.cipher = spec->cipher,
                                    .cipher_key = half->cipher,
                                    .has_mac = !spec->auth_none,
                                    .digest = spec->auth,
                                    .mac_key = half->hmac};
    return spec->crypto->etm.key_new(&etm, sealing, out);
}

static enum ov_err etm_init(struct ov_data_key *key, const struct ov_data_key_spec *spec)
{
    key->etm.rng = spec->rng;
    key->etm.iv_len = ov_etm_iv_len(spec->cipher);
    key->etm.mac_len = spec->auth_none ? 0 : ov_digest_len(spec->auth);
    enum ov_err err =
        key->etm.iv_len > 0 && spec->rng == NULL ? OV_ERR_ARG : ov_data_window_init(&key->window, spec);
    if (err == OV_OK)
    {
        err = half_new(spec, true, &key->etm.seal);
    }
    return err == OV_OK ? half_new(spec, false, &key->etm.open) : err;
}

static void etm_clear(struct ov_data_key *key)
{
    key->crypto->etm.key_free(key->etm.seal);
    key->crypto->etm.key_free(key->etm.open);
}

static const char *etm_worn(const struct ov_data_key *key)
{
    return ov_issue_wants_renegotiation(&key->issue) ? "packet ids are running out" : NULL;
}

static struct ov_data_room etm_room(const struct ov_data_key *key, bool v2)
{
    const struct ov_data_etm *etm = &key->etm;
    return (struct ov_data_room){prefix_len(v2) + etm->mac_len + etm->iv_len + OV_DATA_SHORT_ID_LEN,
                                 etm->iv_len > 0 ? OV_ETM_BLOCK_LEN : 0};
}

/* Whole blocks, of which at least one octet is padding. */
static uint32_t etm_fits(const struct ov_data_key *key, bool v2, uint32_t octets)
{
    const uint32_t clear = prefix_len(v2) + key->etm.mac_len + key->etm.iv_len;
    uint32_t rest = octets > clear ? octets - clear : 0;
    if (key->etm.iv_len > 0)
    {
        rest = rest / OV_ETM_BLOCK_LEN * OV_ETM_BLOCK_LEN;
        rest -= rest > 0;
    }
    return rest > OV_DATA_SHORT_ID_LEN ? rest - OV_DATA_SHORT_ID_LEN : 0;
}

static uint32_t padding_of(const struct ov_data_etm *etm, uint32_t len)
{
    return etm->iv_len == 0 ? 0 : OV_ETM_BLOCK_LEN - (OV_DATA_SHORT_ID_LEN + len) % OV_ETM_BLOCK_LEN;
}

static enum ov_err etm_seal_prepare(struct ov_data_key *key, uint32_t peer_id, struct ov_buf *buf,
                                    struct ov_data_chunk *chunk)
{
    const struct ov_data_etm *etm = &key->etm;
    const bool v2 = peer_id != OV_PEER_ID_NONE;
    const uint32_t header_len = prefix_len(v2);
    const uint32_t padding = padding_of(etm, buf->len);
    struct ov_etm_op *op = &chunk->op.etm[chunk->count];
    uint32_t id = 0;
    if (ov_buf_headroom(buf) < etm_room(key, v2).head || ov_buf_tailroom(buf) < padding)
    {
        return OV_ERR_NOSPACE;
    }
    enum ov_err err = ov_issue_take(&key->issue, 1, &id);
    if (err != OV_OK)
    {
        return err;
    }
    memset(ov_buf_put(buf, padding), (int)padding, padding);
    ov_put_u32(ov_buf_push(buf, OV_DATA_SHORT_ID_LEN), id);
    op->body = ov_buf_push(buf, etm->iv_len);
    op->body_len = buf->len;
    op->mac = ov_buf_push(buf, etm->mac_len);
    uint8_t *header = ov_buf_push(buf, header_len);
    if (peer_id == OV_PEER_ID_NONE)
    {
        header[0] = ov_opcode_join(OV_OP_DATA_V1, key->key_id);
        return OV_OK;
    }
    ov_put_u32(header, (uint32_t)ov_opcode_join(OV_OP_DATA_V2, key->key_id) << 24 | (peer_id & 0xFFFFFFu));
    return OV_OK;
}

/* An IV that nobody can foresee [WP-DATA-051]; the generator is asked once for all of them. */
static bool draw_ivs(const struct ov_data_etm *etm, struct ov_data_chunk *chunk)
{
    uint8_t ivs[OV_DATA_CHUNK * OV_ETM_IV_MAX];
    if (etm->iv_len == 0)
    {
        return true;
    }
    if (ov_rng_fill(etm->rng, ivs, chunk->count * etm->iv_len) != OV_OK)
    {
        return false;
    }
    for (size_t i = 0; i < chunk->count; i++)
    {
        memcpy(chunk->op.etm[i].body, ivs + i * etm->iv_len, etm->iv_len);
    }
    return true;
}

static void etm_seal_run(struct ov_data_key *key, struct ov_data_chunk *chunk)
{
    const bool drawn = draw_ivs(&key->etm, chunk);
    if (drawn)
    {
        key->crypto->etm.seal(key->etm.seal, chunk->op.etm, chunk->count);
    }
    for (size_t i = 0; i < chunk->count; i++)
    {
        chunk->err[i] = drawn ? chunk->op.etm[i].err : OV_ERR_CRYPTO;
    }
}

/* The packet id is protected: lengths are all there is to look at [WP-DATA-055]. */
static enum ov_err etm_open_prepare(struct ov_data_key *key, const struct ov_buf *buf,
                                    struct ov_data_chunk *chunk)
{
    const struct ov_data_etm *etm = &key->etm;
    struct ov_etm_op *op = &chunk->op.etm[chunk->count];
    struct ov_data_prefix prefix;
    enum ov_err err = ov_data_prefix_read(ov_buf_data(buf), buf->len, &prefix);
    if (err != OV_OK)
    {
        return err;
    }
    const uint32_t clear = (uint32_t)prefix.len + etm->mac_len;
    const uint32_t least = etm->iv_len > 0 ? etm->iv_len + OV_ETM_BLOCK_LEN : OV_DATA_SHORT_ID_LEN;
    if (buf->len < clear + least)
    {
        return OV_ERR_TRUNCATED;
    }
    op->mac = ov_buf_data(buf) + prefix.len;
    op->body = op->mac + etm->mac_len;
    op->body_len = buf->len - clear;
    return etm->iv_len > 0 && op->body_len % OV_ETM_BLOCK_LEN != 0 ? OV_ERR_FORMAT : OV_OK;
}

static void etm_open_run(struct ov_data_key *key, struct ov_data_chunk *chunk)
{
    key->crypto->etm.open(key->etm.open, chunk->op.etm, chunk->count);
    for (size_t i = 0; i < chunk->count; i++)
    {
        chunk->err[i] = chunk->op.etm[i].err;
    }
}

/* Octets of padding at the end of a decrypted text, 0 if they are wrong. The last block is looked at as
 * a whole, wherever the padding begins: time tells nothing about it. */
static uint32_t padding_at(const uint8_t *end)
{
    const uint32_t count = end[-1];
    uint32_t wrong = count - 1u >= OV_ETM_BLOCK_LEN;
    for (uint32_t i = 1; i <= OV_ETM_BLOCK_LEN; i++)
    {
        wrong |= (i <= count) & (end[-(int)i] != count);
    }
    return wrong ? 0 : count;
}

static enum ov_err etm_open_finish(struct ov_data_key *key, struct ov_data_chunk *chunk, size_t i)
{
    const struct ov_data_etm *etm = &key->etm;
    const struct ov_etm_op *op = &chunk->op.etm[i];
    struct ov_buf *buf = &chunk->dg[i]->buf;
    const uint8_t *text = op->body + etm->iv_len;
    uint32_t len = op->body_len - etm->iv_len;
    if (etm->iv_len > 0)
    {
        const uint32_t padding = padding_at(text + len);
        if (padding == 0)
        {
            return OV_ERR_FORMAT;
        }
        len -= padding;
    }
    if (len < OV_DATA_SHORT_ID_LEN)
    {
        return OV_ERR_TRUNCATED;
    }
    const uint32_t id = (uint32_t)text[0] << 24 | (uint32_t)text[1] << 16 | (uint32_t)text[2] << 8 | text[3];
    enum ov_err err = ov_replay_mark(&key->window.replay, id);
    if (err == OV_OK)
    {
        (void)ov_buf_pull(buf, (uint32_t)(text - ov_buf_data(buf)) + OV_DATA_SHORT_ID_LEN);
        (void)ov_buf_trim(buf, buf->len - (len - OV_DATA_SHORT_ID_LEN));
    }
    return err;
}

const struct ov_data_format ov_data_format_etm = {
    .name = "encrypt-then-MAC",
    .init = etm_init,
    .clear = etm_clear,
    .tick = ov_data_format_tick,
    .worn = etm_worn,
    .room = etm_room,
    .fits = etm_fits,
    .seal_prepare = etm_seal_prepare,
    .seal_run = etm_seal_run,
    .open_prepare = etm_open_prepare,
    .open_run = etm_open_run,
    .open_finish = etm_open_finish,
};
