#include "data/epoch_keys.h"

#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"

static void end_clear(const struct ov_data_key *key, struct ov_epoch_end *end)
{
    key->crypto->aead.key_free(end->key);
    ov_wipe(end, sizeof *end);
}

/* Key and IV of the chain's epoch. */
static enum ov_err end_make(const struct ov_data_key *key, const struct ov_epoch_secret *chain, bool sealing,
                            struct ov_epoch_end *out)
{
    const enum ov_aead_id aead = key->epoch->aead;
    struct ov_epoch_key made;
    *out = (struct ov_epoch_end){.epoch = chain->epoch};
    enum ov_err err = ov_epoch_key_of(key->crypto, chain, aead, &made);
    if (err == OV_OK)
    {
        memcpy(out->iv, made.iv, sizeof out->iv);
        err = key->crypto->aead.key_new(aead, made.key, sealing, &out->key);
    }
    ov_wipe(&made, sizeof made);
    if (err != OV_OK)
    {
        ov_wipe(out, sizeof *out);
    }
    return err;
}

enum ov_err ov_epoch_keys_init(struct ov_data_key *key, const struct ov_data_key_spec *spec)
{
    struct ov_data_epoch *state = calloc(1, sizeof *state);
    key->epoch = state;
    if (state == NULL)
    {
        return OV_ERR_NOMEM;
    }
    state->aead = (enum ov_aead_id)spec->cipher;
    ov_epoch_first(&state->seal_chain, ov_key2_data_half(spec->key2, spec->role, true));
    ov_epoch_first(&state->open_chain, ov_key2_data_half(spec->key2, spec->role, false));
    enum ov_err err = ov_data_window_init(&state->window, spec);
    err = err == OV_OK ? ov_data_window_init(&state->previous_window, spec) : err;
    err = err == OV_OK ? end_make(key, &state->seal_chain, true, &state->seal) : err;
    return err == OV_OK ? end_make(key, &state->open_chain, false, &state->current) : err;
}

void ov_epoch_keys_clear(struct ov_data_key *key)
{
    struct ov_data_epoch *state = key->epoch;
    if (state == NULL)
    {
        return;
    }
    end_clear(key, &state->seal);
    end_clear(key, &state->current);
    end_clear(key, &state->previous);
    for (unsigned i = 0; i < OV_EPOCH_FUTURE; i++)
    {
        end_clear(key, &state->future[i]);
    }
    ov_data_window_clear(&state->window);
    ov_data_window_clear(&state->previous_window);
    ov_wipe(state, sizeof *state);
    free(state);
}

struct ov_epoch_end *ov_epoch_known(struct ov_data_epoch *state, uint16_t epoch)
{
    if (epoch == state->current.epoch)
    {
        return &state->current;
    }
    if (epoch < state->current.epoch)
    {
        return epoch != 0 && epoch == state->previous.epoch ? &state->previous : NULL;
    }
    const unsigned ahead = (unsigned)epoch - state->current.epoch - 1;
    return ahead < OV_EPOCH_FUTURE && state->future[ahead].epoch == epoch ? &state->future[ahead] : NULL;
}

struct ov_data_window *ov_epoch_window(struct ov_data_epoch *state, uint16_t epoch)
{
    if (epoch == state->current.epoch)
    {
        return &state->window;
    }
    return epoch != 0 && epoch == state->previous.epoch ? &state->previous_window : NULL;
}

/* The chain goes on link by link: every epoch up to the one that is asked for gets its key. */
static enum ov_err make_future(struct ov_data_key *key, uint16_t epoch)
{
    struct ov_data_epoch *state = key->epoch;
    while (state->open_chain.epoch < epoch)
    {
        struct ov_epoch_secret next = state->open_chain;
        struct ov_epoch_end made;
        enum ov_err err = ov_epoch_advance(key->crypto, &next);
        err = err == OV_OK ? end_make(key, &next, false, &made) : err;
        if (err == OV_OK)
        {
            state->future[next.epoch - state->current.epoch - 1] = made;
            state->open_chain = next;
        }
        ov_wipe(&next, sizeof next);
        ov_wipe(&made, sizeof made);
        if (err != OV_OK)
        {
            return err;
        }
    }
    return OV_OK;
}

enum ov_err ov_epoch_find(struct ov_data_key *key, uint16_t epoch, struct ov_epoch_end **out)
{
    struct ov_data_epoch *state = key->epoch;
    if (epoch > state->current.epoch && (unsigned)epoch - state->current.epoch <= OV_EPOCH_FUTURE)
    {
        enum ov_err err = make_future(key, epoch);
        if (err != OV_OK)
        {
            return err;
        }
    }
    *out = ov_epoch_known(state, epoch);
    return *out != NULL ? OV_OK : OV_ERR_WINDOW;
}

enum ov_err ov_epoch_promote(struct ov_data_key *key, uint16_t epoch)
{
    struct ov_data_epoch *state = key->epoch;
    const unsigned ahead = (unsigned)epoch - state->current.epoch - 1;
    const struct ov_replay *form = &state->window.seen.window;
    struct ov_data_window fresh = {.ring = state->previous_window.ring};
    enum ov_err err = ov_replay_init(&fresh.seen.window, form->size, form->time_s, fresh.ring);
    if (err != OV_OK)
    {
        return err;
    }
    end_clear(key, &state->previous);
    state->previous = state->current;
    state->previous_window = state->window;
    state->window = fresh;
    state->current = state->future[ahead];
    for (unsigned i = 0; i < ahead; i++)
    {
        end_clear(key, &state->future[i]);
    }
    /* What lies ahead of the new epoch keeps its keys and moves to the front. */
    const unsigned left = OV_EPOCH_FUTURE - (ahead + 1);
    memmove(state->future, state->future + ahead + 1, left * sizeof state->future[0]);
    memset(state->future + left, 0, (ahead + 1) * sizeof state->future[0]);
    state->opened = (struct ov_epoch_usage){0, 0};
    return OV_OK;
}

static bool is_used_up(const struct ov_data_key *key, const struct ov_epoch_usage *usage)
{
    return ov_data_usage_counts(key) && usage->packets + usage->blocks > OV_DATA_GCM_SOFT;
}

/* Where the peer's key is used up, we go ahead and the peer follows. */
uint16_t ov_epoch_wanted(const struct ov_data_key *key)
{
    const struct ov_data_epoch *state = key->epoch;
    const uint16_t now = state->seal.epoch;
    if (now < state->current.epoch)
    {
        return state->current.epoch; /* [WP-EPOCH-008] */
    }
    const bool on = is_used_up(key, &state->sealed) || state->counter >= OV_EPOCH_COUNTER_SOFT ||
                    (now == state->current.epoch && is_used_up(key, &state->opened));
    return on && now < UINT16_MAX ? now + 1 : now;
}

enum ov_err ov_epoch_keep_up(struct ov_data_key *key)
{
    struct ov_data_epoch *state = key->epoch;
    const uint16_t wanted = ov_epoch_wanted(key);
    if (wanted == state->seal.epoch)
    {
        return OV_OK;
    }
    struct ov_epoch_secret chain = state->seal_chain;
    struct ov_epoch_end made = {0};
    enum ov_err err = OV_OK;
    while (err == OV_OK && chain.epoch < wanted)
    {
        err = ov_epoch_advance(key->crypto, &chain);
    }
    err = err == OV_OK ? end_make(key, &chain, true, &made) : err;
    if (err == OV_OK)
    {
        end_clear(key, &state->seal);
        state->seal = made;
        state->seal_chain = chain;
        state->sealed = (struct ov_epoch_usage){0, 0};
        state->counter = 0;
    }
    ov_wipe(&chain, sizeof chain);
    ov_wipe(&made, sizeof made);
    return err;
}

enum ov_err ov_epoch_move_seal(struct ov_data_key *from, struct ov_data_key *to)
{
    struct ov_data_epoch *source = from->epoch;
    if (to->epoch == NULL)
    {
        to->epoch = calloc(1, sizeof *to->epoch);
        if (to->epoch == NULL)
        {
            return OV_ERR_NOMEM;
        }
        to->epoch->aead = source->aead;
        to->epoch->current.epoch = source->current.epoch;
    }
    to->epoch->seal_chain = source->seal_chain;
    to->epoch->seal = source->seal;
    to->epoch->sealed = source->sealed;
    to->epoch->counter = source->counter;
    ov_wipe(&source->seal_chain, sizeof source->seal_chain);
    source->sealed = (struct ov_epoch_usage){0, 0};
    source->counter = 0;
    source->seal.key = NULL; /* its number stays: the opening half compares with it */
    return OV_OK;
}
