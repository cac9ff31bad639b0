#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"

struct ov_aead_key
{
    uint8_t key[OV_AEAD_KEY_MAX];
    uint64_t id;
};

bool null_aead_has(enum ov_aead_id id)
{
    return (unsigned)id < OV_AEAD_COUNT;
}

enum ov_err null_aead_key_new(enum ov_aead_id id, const uint8_t *key, bool sealing, struct ov_aead_key **out)
{
    (void)sealing;
    *out = NULL;
    if (!null_aead_has(id))
    {
        return OV_ERR_UNSUPPORTED;
    }
    struct ov_aead_key *fresh = calloc(1, sizeof(*fresh));
    if (fresh == NULL)
    {
        return OV_ERR_NOMEM;
    }
    memcpy(fresh->key, key, ov_aead_key_len(id));
    fresh->id = id;
    *out = fresh;
    return OV_OK;
}

void null_aead_key_free(struct ov_aead_key *key)
{
    if (key != NULL)
    {
        ov_wipe(key, sizeof(*key));
        free(key);
    }
}

/* Tag over everything there is; op->text holds the ciphertext. Lengths first, so that no octet can
 * move from one field to the next. */
static void tag_of(const struct ov_aead_key *key, const struct ov_aead_op *op, uint8_t tag[OV_AEAD_TAG_LEN])
{
    struct null_mix mix;
    null_mix_start(&mix, key->id);
    null_mix_take(&mix, key->key, sizeof(key->key));
    null_mix_take(&mix, &op->ad_len, sizeof(op->ad_len));
    null_mix_take(&mix, &op->text_len, sizeof(op->text_len));
    null_mix_take(&mix, op->nonce, sizeof(op->nonce));
    null_mix_take(&mix, op->ad, op->ad_len);
    null_mix_take(&mix, op->text, op->text_len);
    null_mix_give(&mix, tag, OV_AEAD_TAG_LEN);
}

static void crypt_text(const struct ov_aead_key *key, const struct ov_aead_op *op)
{
    struct null_mix mix;
    uint64_t seed;
    null_mix_start(&mix, ~key->id);
    null_mix_take(&mix, key->key, sizeof(key->key));
    null_mix_take(&mix, op->nonce, sizeof(op->nonce));
    null_mix_give(&mix, (uint8_t *)&seed, sizeof(seed));
    null_stream(seed, op->text, op->text_len);
}

void null_aead_seal(struct ov_aead_key *key, struct ov_aead_op *ops, size_t count)
{
    for (size_t i = 0; i < count; i++)
    {
        crypt_text(key, &ops[i]);
        tag_of(key, &ops[i], ops[i].tag);
        ops[i].err = OV_OK;
    }
}

void null_aead_open(struct ov_aead_key *key, struct ov_aead_op *ops, size_t count)
{
    for (size_t i = 0; i < count; i++)
    {
        uint8_t tag[OV_AEAD_TAG_LEN];
        tag_of(key, &ops[i], tag);
        bool fine = ov_equal_secret(tag, ops[i].tag, sizeof(tag));
        if (fine)
        {
            crypt_text(key, &ops[i]);
        }
        ops[i].err = fine ? OV_OK : OV_ERR_AUTH;
    }
}
