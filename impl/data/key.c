#include "data/key.h"

#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"

static enum ov_err half_new(const struct ov_data_key_spec *spec, bool sealing, uint8_t iv[OV_IMPLICIT_IV_LEN],
                            struct ov_aead_key **out)
{
    struct ov_data_secret secret = ov_data_secret_of(ov_key2_data_half(spec->key2, spec->role, sealing));
    memcpy(iv, secret.implicit_iv, OV_IMPLICIT_IV_LEN);
    return spec->ops->key_new(spec->cipher, secret.key, sealing, out);
}

static enum ov_err window_init(struct ov_data_key *key, const struct ov_data_key_spec *spec)
{
    if (spec->replay_window > OV_REPLAY_SIZE_MAX)
    {
        return OV_ERR_ARG;
    }
    uint32_t words = ov_replay_ring_words(spec->replay_window);
    if (words > 0)
    {
        key->ring = calloc(words, sizeof key->ring[0]);
        if (key->ring == NULL)
        {
            return OV_ERR_NOMEM;
        }
    }
    return ov_replay_init(&key->replay, spec->replay_window, spec->replay_time_s, key->ring);
}

enum ov_err ov_data_key_init(struct ov_data_key *key, const struct ov_data_key_spec *spec)
{
    *key = (struct ov_data_key){.ops = spec->ops, .key_id = spec->key_id, .cipher = spec->cipher};
    enum ov_err err = window_init(key, spec);
    if (err == OV_OK)
    {
        err = half_new(spec, true, key->seal_iv, &key->seal);
    }
    if (err == OV_OK)
    {
        err = half_new(spec, false, key->open_iv, &key->open);
    }
    if (err != OV_OK)
    {
        ov_data_key_clear(key);
    }
    return err;
}

void ov_data_key_clear(struct ov_data_key *key)
{
    if (key->ops != NULL)
    {
        key->ops->key_free(key->seal);
        key->ops->key_free(key->open);
    }
    free(key->ring);
    ov_wipe(key, sizeof *key);
}

static bool over(uint64_t used, uint64_t limit)
{
    return limit != 0 && used >= limit;
}

const char *ov_data_key_worn(const struct ov_data_key *key, const struct ov_data_limits *limits)
{
    const uint64_t gcm_soft = OV_DATA_GCM_LIMIT / 8 * 7;
    if (ov_issue_wants_renegotiation(&key->issue))
    {
        return "packet ids are running out";
    }
    /* ChaCha20-Poly1305 has no such limit. */
    if (key->cipher != OV_AEAD_CHACHA20_POLY1305 && (key->sealed_packets + key->sealed_blocks > gcm_soft ||
                                                     key->opened_packets + key->opened_blocks > gcm_soft))
    {
        return "usage limit of the cipher";
    }
    if (key->failed >= OV_DATA_FAILED_RENEG)
    {
        return "too many forged packets";
    }
    if (over(key->sealed_octets + key->opened_octets, limits->octets))
    {
        return "reneg-bytes";
    }
    if (over(key->sealed_packets + key->opened_packets, limits->packets))
    {
        return "reneg-pkts";
    }
    return NULL;
}
