#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"

struct ov_etm_key
{
    uint64_t id;
    uint32_t iv_len;
    uint32_t unit;
    uint32_t mac_len; /* 0: no HMAC */
    uint8_t cipher_key[OV_CIPHER_KEY_MAX];
    uint8_t mac_key[OV_DIGEST_MAX];
};

bool null_etm_has(enum ov_cipher_id id)
{
    return !ov_cipher_is_aead(id) && (unsigned)id < OV_CIPHER_COUNT;
}

enum ov_err null_etm_key_new(const struct ov_etm_spec *spec, bool sealing, struct ov_etm_key **out)
{
    (void)sealing;
    *out = NULL;
    if (!null_etm_has(spec->cipher))
    {
        return OV_ERR_UNSUPPORTED;
    }
    struct ov_etm_key *fresh = calloc(1, sizeof(*fresh));
    if (fresh == NULL)
    {
        return OV_ERR_NOMEM;
    }
    fresh->id = 0x500 + (uint64_t)spec->cipher;
    fresh->iv_len = ov_etm_iv_len(spec->cipher);
    fresh->unit = ov_etm_unit(spec->cipher);
    memcpy(fresh->cipher_key, spec->cipher_key, ov_cipher_key_len(spec->cipher));
    if (spec->has_mac)
    {
        fresh->mac_len = ov_digest_len(spec->digest);
        memcpy(fresh->mac_key, spec->mac_key, fresh->mac_len);
    }
    *out = fresh;
    return OV_OK;
}

void null_etm_key_free(struct ov_etm_key *key)
{
    if (key != NULL)
    {
        ov_wipe(key, sizeof(*key));
        free(key);
    }
}

static void crypt_body(const struct ov_etm_key *key, const struct ov_etm_op *op)
{
    struct null_mix mix;
    uint64_t seed;
    if (key->iv_len == 0)
    {
        return;
    }
    null_mix_start(&mix, key->id);
    null_mix_take(&mix, key->cipher_key, sizeof(key->cipher_key));
    null_mix_take(&mix, op->body, key->iv_len);
    null_mix_give(&mix, (uint8_t *)&seed, sizeof(seed));
    null_stream(seed, op->body + key->iv_len, op->body_len - key->iv_len);
}

static void mac_body(const struct ov_etm_key *key, const struct ov_etm_op *op, uint8_t *mac)
{
    struct null_mix mix;
    null_mix_start(&mix, ~key->id);
    null_mix_take(&mix, key->mac_key, sizeof(key->mac_key));
    null_mix_take(&mix, &key->mac_len, sizeof(key->mac_len));
    null_mix_take(&mix, op->body, op->body_len);
    null_mix_give(&mix, mac, key->mac_len);
}

void null_etm_seal(struct ov_etm_key *key, struct ov_etm_op *ops, size_t count)
{
    for (size_t i = 0; i < count; i++)
    {
        ops[i].err = ov_etm_is_whole(ops[i].body_len, key->iv_len, key->unit) ? OV_OK : OV_ERR_FORMAT;
        if (ops[i].err == OV_OK)
        {
            crypt_body(key, &ops[i]);
            mac_body(key, &ops[i], ops[i].mac);
        }
    }
}

void null_etm_open(struct ov_etm_key *key, struct ov_etm_op *ops, size_t count)
{
    for (size_t i = 0; i < count; i++)
    {
        uint8_t mac[OV_DIGEST_MAX];
        if (!ov_etm_is_whole(ops[i].body_len, key->iv_len, key->unit))
        {
            ops[i].err = OV_ERR_FORMAT;
            continue;
        }
        mac_body(key, &ops[i], mac);
        bool fine = key->mac_len == 0 || ov_equal_secret(mac, ops[i].mac, key->mac_len);
        if (fine)
        {
            crypt_body(key, &ops[i]);
        }
        ops[i].err = fine ? OV_OK : OV_ERR_AUTH;
    }
}
