/* Encrypt-then-MAC: a cipher that is not AEAD, or none, with an HMAC or none [WP-DATA-050..058]. TLS mode:
 *
 *   CBC:      | V1 or V2 prefix | HMAC | IV b | packet id u32, plaintext, padding 1..b, encrypted |
 *   CFB, OFB: | V1 or V2 prefix | HMAC | IV b = packet id u32, time u32, zeros | plaintext, encrypted |
 *   none:     | V1 or V2 prefix | HMAC | packet id u32 | plaintext |
 *
 * Static key mode has no prefix, and the time behind the packet id:
 *
 *   CBC:      | HMAC | IV b | packet id u32, time u32, plaintext, padding, encrypted |
 *   none:     | HMAC | packet id u32, time u32 | plaintext |
 *
 * The prefix is not authenticated; the HMAC covers all behind it. */
#include "data/format.h"

#include <string.h>

#include "wire/data_header.h"

static uint32_t prefix_len(const struct ov_data_etm *etm, bool v2)
{
    return etm->bare ? 0 : v2 ? OV_DATA_V2_PREFIX : OV_DATA_V1_PREFIX;
}

/* Is there a time in the packet id? */
static bool is_long(const struct ov_data_etm *etm)
{
    return etm->id_len != OV_DATA_SHORT_ID_LEN;
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
    const enum ov_cipher_mode mode = ov_cipher_mode(spec->cipher);
    if ((mode == OV_MODE_CBC && spec->rng == NULL) || (mode == OV_MODE_STREAM && spec->bare))
    {
        return OV_ERR_ARG;
    }
    key->etm = (struct ov_data_etm){
        .rng = spec->rng,
        .mac_len = (uint8_t)(spec->auth_none ? 0 : ov_digest_len(spec->auth)),
        .iv_len = (uint8_t)ov_etm_iv_len(spec->cipher),
        .unit = (uint8_t)ov_etm_unit(spec->cipher),
        .id_len = mode == OV_MODE_STREAM ? 0
                  : spec->bare           ? OV_DATA_LONG_ID_LEN
                                         : OV_DATA_SHORT_ID_LEN,
        .bare = spec->bare,
        .wall_s = spec->wall_s,
    };
    enum ov_err err = ov_data_window_init(&key->window, spec);
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

/* A static key can't be replaced: there the time goes on when ids have run out. */
static const char *etm_worn(const struct ov_data_key *key)
{
    const bool out = is_long(&key->etm) ? key->etm.issue.last >= OV_ISSUE_RENEGOTIATE && !key->etm.bare
                                        : ov_issue_wants_renegotiation(&key->issue);
    return out ? "packet ids are running out" : NULL;
}

static struct ov_data_room etm_room(const struct ov_data_key *key, bool v2)
{
    const struct ov_data_etm *etm = &key->etm;
    return (struct ov_data_room){prefix_len(etm, v2) + etm->mac_len + etm->iv_len + etm->id_len,
                                 etm->unit > 1 ? etm->unit : 0};
}

/* With CBC whole blocks, of which at least one octet is padding. */
static uint32_t etm_fits(const struct ov_data_key *key, bool v2, uint32_t octets)
{
    const struct ov_data_etm *etm = &key->etm;
    const uint32_t clear = prefix_len(etm, v2) + etm->mac_len + etm->iv_len;
    uint32_t rest = octets > clear ? octets - clear : 0;
    if (etm->unit > 1)
    {
        rest = rest / etm->unit * etm->unit;
        rest -= rest > 0;
    }
    return rest > etm->id_len ? rest - etm->id_len : 0;
}

static uint32_t padding_of(const struct ov_data_etm *etm, uint32_t len)
{
    return etm->unit == 1 ? 0 : etm->unit - (etm->id_len + len) % etm->unit;
}

/* Ids of 32 bits can't all be used within a second: after them comes the next one, which has never been anybody's
 * time [WP-RPL-002]. */
static enum ov_err next_id(struct ov_data_key *key, struct ov_wrap_id *id)
{
    struct ov_issue_long *issue = &key->etm.issue;
    id->time = 0;
    if (!is_long(&key->etm))
    {
        return ov_issue_take(&key->issue, 1, &id->id);
    }
    return ov_issue_long_take(issue, issue->time == 0 ? key->etm.wall_s : issue->time + 1, id);
}

static void write_prefix(uint8_t *header, uint8_t key_id, uint32_t peer_id)
{
    if (peer_id == OV_PEER_ID_NONE)
    {
        header[0] = ov_opcode_join(OV_OP_DATA_V1, key_id);
        return;
    }
    ov_put_u32(header, (uint32_t)ov_opcode_join(OV_OP_DATA_V2, key_id) << 24 | (peer_id & 0xFFFFFFu));
}

static void write_id(uint8_t *out, struct ov_wrap_id id, uint32_t len)
{
    ov_put_u32(out, id.id);
    if (len > OV_DATA_SHORT_ID_LEN)
    {
        ov_put_u32(out + OV_DATA_SHORT_ID_LEN, id.time);
    }
}

static enum ov_err etm_seal_prepare(struct ov_data_key *key, uint32_t peer_id, struct ov_buf *buf,
                                    struct ov_data_chunk *chunk)
{
    const struct ov_data_etm *etm = &key->etm;
    const bool v2 = peer_id != OV_PEER_ID_NONE;
    const uint32_t padding = padding_of(etm, buf->len);
    struct ov_etm_op *op = &chunk->op.etm[chunk->count];
    struct ov_wrap_id id;
    if (ov_buf_headroom(buf) < etm_room(key, v2).head || ov_buf_tailroom(buf) < padding)
    {
        return OV_ERR_NOSPACE;
    }
    enum ov_err err = next_id(key, &id);
    if (err != OV_OK)
    {
        return err;
    }
    memset(ov_buf_put(buf, padding), (int)padding, padding);
    uint8_t *in_text = ov_buf_push(buf, etm->id_len);
    op->body = ov_buf_push(buf, etm->iv_len);
    op->body_len = buf->len;
    op->mac = ov_buf_push(buf, etm->mac_len);
    if (etm->id_len > 0)
    {
        write_id(in_text, id, etm->id_len);
    }
    else
    {
        memset(op->body, 0, etm->iv_len);
        write_id(op->body, id, OV_DATA_LONG_ID_LEN); /* [WP-DATA-052] */
    }
    if (!etm->bare)
    {
        write_prefix(ov_buf_push(buf, prefix_len(etm, v2)), key->key_id, peer_id);
    }
    return OV_OK;
}

/* An IV that nobody can foresee [WP-DATA-051]; the generator is asked once for all of them. */
static bool draw_ivs(const struct ov_data_etm *etm, struct ov_data_chunk *chunk)
{
    uint8_t ivs[OV_DATA_CHUNK * OV_ETM_IV_MAX];
    if (etm->unit == 1)
    {
        return true; /* none, or one that is the packet id */
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

/* Lengths are all there is to look at before the HMAC [WP-DATA-055]. */
static enum ov_err etm_open_prepare(struct ov_data_key *key, const struct ov_buf *buf,
                                    struct ov_data_chunk *chunk)
{
    const struct ov_data_etm *etm = &key->etm;
    struct ov_etm_op *op = &chunk->op.etm[chunk->count];
    struct ov_data_prefix prefix = {.len = 0};
    enum ov_err err = etm->bare ? OV_OK : ov_data_prefix_read(ov_buf_data(buf), buf->len, &prefix);
    if (err != OV_OK)
    {
        return err;
    }
    const uint32_t clear = (uint32_t)prefix.len + etm->mac_len;
    const uint32_t least = etm->iv_len + (etm->unit > 1 ? etm->unit : etm->id_len);
    if (buf->len < clear + least)
    {
        return OV_ERR_TRUNCATED;
    }
    op->mac = ov_buf_data(buf) + prefix.len;
    op->body = op->mac + etm->mac_len;
    op->body_len = buf->len - clear;
    return ov_etm_is_whole(op->body_len, etm->iv_len, etm->unit) ? OV_OK : OV_ERR_FORMAT;
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
static uint32_t padding_at(const uint8_t *end, uint32_t block)
{
    const uint32_t count = end[-1];
    uint32_t wrong = count - 1u >= block;
    for (uint32_t i = 1; i <= block; i++)
    {
        wrong |= (i <= count) & (end[-(int)i] != count);
    }
    return wrong ? 0 : count;
}

static uint32_t read_u32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Mark the id that stands here. */
static enum ov_err mark_id(struct ov_data_key *key, const uint8_t *at)
{
    const struct ov_wrap_id id = {.id = read_u32(at),
                                  .time = is_long(&key->etm) ? read_u32(at + OV_DATA_SHORT_ID_LEN) : 0};
    return ov_replay_long_mark(&key->window.seen, id);
}

static enum ov_err etm_open_finish(struct ov_data_key *key, struct ov_data_chunk *chunk, size_t i)
{
    const struct ov_data_etm *etm = &key->etm;
    const struct ov_etm_op *op = &chunk->op.etm[i];
    struct ov_buf *buf = &chunk->dg[i]->buf;
    const uint8_t *text = op->body + etm->iv_len;
    uint32_t len = op->body_len - etm->iv_len;
    if (etm->unit > 1)
    {
        const uint32_t padding = padding_at(text + len, etm->unit);
        if (padding == 0)
        {
            return OV_ERR_FORMAT;
        }
        len -= padding;
    }
    if (len < etm->id_len)
    {
        return OV_ERR_TRUNCATED;
    }
    enum ov_err err = mark_id(key, etm->id_len > 0 ? text : op->body);
    if (err == OV_OK)
    {
        (void)ov_buf_pull(buf, (uint32_t)(text - ov_buf_data(buf)) + etm->id_len);
        (void)ov_buf_trim(buf, buf->len - (len - etm->id_len));
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
