#include "data/key.h"

#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"
#include "data/format.h"

enum ov_err ov_data_window_init(struct ov_data_window *window, const struct ov_data_key_spec *spec)
{
    if (spec->replay_window > OV_REPLAY_SIZE_MAX)
    {
        return OV_ERR_ARG;
    }
    uint32_t words = ov_replay_ring_words(spec->replay_window);
    if (words > 0)
    {
        window->ring = calloc(words, sizeof window->ring[0]);
        if (window->ring == NULL)
        {
            return OV_ERR_NOMEM;
        }
    }
    return ov_replay_long_init(&window->seen, spec->replay_window, spec->replay_time_s, window->ring);
}

void ov_data_window_clear(struct ov_data_window *window)
{
    free(window->ring);
    memset(window, 0, sizeof *window);
}

void ov_data_format_tick(struct ov_data_key *key, uint64_t now_s)
{
    ov_replay_tick(&key->window.seen.window, now_s);
}

static const struct ov_data_format *format_of(const struct ov_data_key_spec *spec)
{
    if (spec->epoch || spec->bare)
    {
        /* Epochs are for AEAD, and static key mode has none [WP-EPOCH-001, WP-DATA-058]. */
        const bool aead = ov_cipher_is_aead(spec->cipher);
        return spec->epoch && !spec->bare && aead    ? &ov_data_format_epoch
               : spec->bare && !spec->epoch && !aead ? &ov_data_format_etm
                                                     : NULL;
    }
    return ov_cipher_is_aead(spec->cipher) ? &ov_data_format_aead : &ov_data_format_etm;
}

enum ov_err ov_data_key_init(struct ov_data_key *key, const struct ov_data_key_spec *spec)
{
    *key = (struct ov_data_key){
        .format = format_of(spec), .crypto = spec->crypto, .cipher = spec->cipher, .key_id = spec->key_id};
    if (key->format == NULL)
    {
        return OV_ERR_ARG;
    }
    enum ov_err err = key->format->init(key, spec);
    if (err != OV_OK)
    {
        ov_data_key_clear(key);
    }
    return err;
}

void ov_data_key_clear(struct ov_data_key *key)
{
    if (key->format != NULL)
    {
        key->format->clear(key);
    }
    ov_data_window_clear(&key->window);
    ov_wipe(key, sizeof *key);
}

uint32_t ov_data_key_fits(const struct ov_data_key *key, bool v2, uint32_t octets)
{
    return ov_data_key_usable(key) ? key->format->fits(key, v2, octets) : 0;
}

struct ov_data_room ov_data_key_room(const struct ov_data_key *key, bool v2)
{
    return ov_data_key_usable(key) ? key->format->room(key, v2) : (struct ov_data_room){0, 0};
}

bool ov_data_key_authenticates(const struct ov_data_key *key)
{
    return key->format != &ov_data_format_etm || key->etm.mac_len > 0;
}

static bool over(uint64_t used, uint64_t limit)
{
    return limit != 0 && used >= limit;
}

const char *ov_data_key_worn(const struct ov_data_key *key, const struct ov_data_limits *limits)
{
    const char *why = ov_data_key_usable(key) ? key->format->worn(key) : NULL;
    if (why != NULL)
    {
        return why;
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
