/* AEAD with epochs [WP-EPOCH-001..011]:
 *
 *   | V2 prefix | epoch u16 | counter u48 | ciphertext | tag 16 | */
#include "data/epoch_keys.h"

#include "wire/data_header.h"

static void epoch_tick(struct ov_data_key *key, uint64_t now_s)
{
    ov_replay_tick(&key->epoch->window.seen.window, now_s);
    ov_replay_tick(&key->epoch->previous_window.seen.window, now_s);
}

static const char *epoch_worn(const struct ov_data_key *key)
{
    return key->epoch->seal.epoch >= OV_EPOCH_RENEGOTIATE ? "epochs are running out" : NULL;
}

static struct ov_data_room epoch_room(const struct ov_data_key *key, bool v2)
{
    (void)key;
    (void)v2;
    return (struct ov_data_room){OV_DATA_EPOCH_HEADER, OV_AEAD_TAG_LEN};
}

static uint32_t epoch_fits(const struct ov_data_key *key, bool v2, uint32_t octets)
{
    const uint32_t taken = OV_DATA_EPOCH_HEADER + OV_AEAD_TAG_LEN; /* [WP-EPOCH-011] */
    (void)key;
    return v2 && octets > taken ? octets - taken : 0;
}

/* Only at the last epoch there is no way out of a limit. */
static bool is_left(const struct ov_data_key *key, uint32_t len)
{
    const struct ov_data_epoch *state = key->epoch;
    const struct ov_epoch_usage *used = &state->sealed;
    return state->counter < OV_EPOCH_COUNTER_MAX &&
           (!ov_data_usage_counts(key) ||
            used->packets + used->blocks + 1 + ov_data_blocks(len) <= OV_DATA_GCM_LIMIT);
}

static enum ov_err epoch_seal_prepare(struct ov_data_key *key, uint32_t peer_id, struct ov_buf *buf,
                                      struct ov_data_chunk *chunk)
{
    struct ov_data_epoch *state = key->epoch;
    struct ov_aead_op *op = &chunk->op.aead[chunk->count];
    if (ov_buf_headroom(buf) < OV_DATA_EPOCH_HEADER || ov_buf_tailroom(buf) < OV_AEAD_TAG_LEN)
    {
        return OV_ERR_NOSPACE;
    }
    /* A chunk is sealed with one key: the epoch changes between chunks. */
    enum ov_err err = chunk->count == 0 ? ov_epoch_keep_up(key) : OV_OK;
    if (err != OV_OK)
    {
        return err;
    }
    if (!is_left(key, buf->len))
    {
        return OV_ERR_WRAP;
    }
    state->counter++;
    state->sealed.packets++;
    state->sealed.blocks += ov_data_blocks(buf->len);
    op->text = ov_buf_data(buf);
    op->text_len = buf->len;
    op->tag = ov_buf_put(buf, OV_AEAD_TAG_LEN);
    uint8_t *header = ov_buf_push(buf, OV_DATA_EPOCH_HEADER);
    ov_data_epoch_write(header, key->key_id, peer_id, state->seal.epoch, state->counter);
    op->ad = header;
    op->ad_len = OV_DATA_EPOCH_HEADER;
    ov_epoch_nonce(ov_epoch_id(state->seal.epoch, state->counter), state->seal.iv, op->nonce);
    return OV_OK;
}

static void epoch_seal_run(struct ov_data_key *key, struct ov_data_chunk *chunk)
{
    key->crypto->aead.seal(key->epoch->seal.key, chunk->op.aead, chunk->count);
    ov_data_aead_verdicts(chunk);
}

static enum ov_err epoch_open_prepare(struct ov_data_key *key, const struct ov_buf *buf,
                                      struct ov_data_chunk *chunk)
{
    struct ov_aead_op *op = &chunk->op.aead[chunk->count];
    struct ov_data_epoch_header header;
    struct ov_epoch_end *end = NULL;
    uint8_t *packet = ov_buf_data(buf);
    enum ov_err err = ov_data_epoch_read(packet, buf->len, &header);
    if (err != OV_OK)
    {
        return err;
    }
    if (buf->len < OV_DATA_EPOCH_HEADER + OV_AEAD_TAG_LEN)
    {
        return OV_ERR_TRUNCATED;
    }
    /* What comes twice costs no decryption, and counter 0 not even a key. */
    const struct ov_data_window *window = ov_epoch_window(key->epoch, header.epoch);
    err = window != NULL ? ov_replay_check(&window->seen.window, header.counter)
                         : (header.counter == 0 ? OV_ERR_REPLAY : OV_OK);
    err = err == OV_OK ? ov_epoch_find(key, header.epoch, &end) : err;
    if (err != OV_OK)
    {
        return err;
    }
    chunk->packet_id[chunk->count] = ov_epoch_id(header.epoch, header.counter);
    ov_epoch_nonce(chunk->packet_id[chunk->count], end->iv, op->nonce);
    op->ad = packet;
    op->ad_len = OV_DATA_EPOCH_HEADER;
    op->text = packet + OV_DATA_EPOCH_HEADER;
    op->text_len = buf->len - OV_DATA_EPOCH_HEADER - OV_AEAD_TAG_LEN;
    op->tag = op->text + op->text_len;
    return OV_OK;
}

static uint16_t epoch_of(uint64_t packet_id)
{
    return (uint16_t)(packet_id >> 48);
}

/* One call for each run of packets of one epoch; nearly always that is the whole chunk. */
static void epoch_open_run(struct ov_data_key *key, struct ov_data_chunk *chunk)
{
    size_t run = 0;
    for (size_t first = 0; first < chunk->count; first += run)
    {
        const uint16_t epoch = epoch_of(chunk->packet_id[first]);
        run = 1;
        while (first + run < chunk->count && epoch_of(chunk->packet_id[first + run]) == epoch)
        {
            run++;
        }
        /* Since prepare, no epoch was promoted: the key is still there. */
        key->crypto->aead.open(ov_epoch_known(key->epoch, epoch)->key, &chunk->op.aead[first], run);
    }
    ov_data_aead_verdicts(chunk);
}

static enum ov_err epoch_open_finish(struct ov_data_key *key, struct ov_data_chunk *chunk, size_t i)
{
    struct ov_data_epoch *state = key->epoch;
    struct ov_buf *buf = &chunk->dg[i]->buf;
    const uint16_t epoch = epoch_of(chunk->packet_id[i]);
    enum ov_err err = epoch > state->current.epoch ? ov_epoch_promote(key, epoch) : OV_OK;
    if (err != OV_OK)
    {
        return err;
    }
    struct ov_data_window *window = ov_epoch_window(state, epoch);
    if (window == NULL)
    {
        return OV_ERR_WINDOW; /* a packet before it in this chunk closed this epoch */
    }
    err = ov_replay_mark(&window->seen.window, chunk->packet_id[i] & OV_EPOCH_COUNTER_MAX);
    if (err != OV_OK)
    {
        return err;
    }
    if (epoch == state->current.epoch)
    {
        state->opened.packets++;
        state->opened.blocks += ov_data_blocks(chunk->op.aead[i].text_len);
    }
    (void)ov_buf_pull(buf, OV_DATA_EPOCH_HEADER);
    (void)ov_buf_trim(buf, OV_AEAD_TAG_LEN);
    return OV_OK;
}

const struct ov_data_format ov_data_format_epoch = {
    .name = "AEAD with epochs",
    .init = ov_epoch_keys_init,
    .clear = ov_epoch_keys_clear,
    .tick = epoch_tick,
    .worn = epoch_worn,
    .room = epoch_room,
    .fits = epoch_fits,
    .move_seal = ov_epoch_move_seal,
    .seal_prepare = epoch_seal_prepare,
    .seal_run = epoch_seal_run,
    .open_prepare = epoch_open_prepare,
    .open_run = epoch_open_run,
    .open_finish = epoch_open_finish,
};
