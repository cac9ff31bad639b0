#include "session/private.h"

#include "wire/opcode.h"

/* Under one key of a cipher with blocks of 64 bits [WP-STATE-024]. */
#define NARROW_OCTETS (UINT64_C(64) << 20)

/* Both ends count from the last negotiation that both know of: the one that data flows under, or a later one that
 * failed here after the peer had taken part, because there it may have succeeded. */
static uint8_t next_key_id(const struct ov_session *s)
{
    return ov_key_id_next(s->rekey.counted);
}

static bool ready(const struct ov_session *s)
{
    return s->agreed.keys && !s->data.bare &&
           (s->ks.state == OV_KS_GENERATED_KEYS || s->ks.state == OV_KS_UNDEF);
}

/* Our own reset is out and nobody has answered: an attempt that can still give way. */
static bool unanswered(const struct ov_session *s)
{
    return s->agreed.keys && s->ks.state == OV_KS_PRE_START && s->ks.rx.next_id == 0;
}

bool ov_rekey_welcome(const struct ov_session *s, uint8_t key_id)
{
    const uint8_t next = next_key_id(s);
    const uint8_t further = ov_key_id_next(next);
    if (!ov_session_alive(s))
    {
        return false;
    }
    /* One further is welcome too: the peer counts an attempt that failed there and never got here. Of two attempts
     * that cross, the further one wins, or both would wait for ever. */
    return (ready(s) && (key_id == next || key_id == further)) ||
           (unanswered(s) && key_id == further && s->ks.key_id != key_id);
}

void ov_rekey_begin(struct ov_session *s, struct ov_now now)
{
    ov_rekey_start(s, next_key_id(s), now);
}

void ov_rekey_start(struct ov_session *s, uint8_t key_id, struct ov_now now)
{
    const struct ov_config *config = s->env.settings->config;
    ov_session_log(s, OV_LOG_INFO, "TLS: soft reset, new key-id %u", key_id);
    s->control.retransmitted += s->ks.tx.retransmissions;
    ov_keystate_clear(&s->ks);
    ov_keystate_init(&s->ks, key_id, 0, config->tls_timeout_s * (uint32_t)OV_SECOND_MS, now.mono_ms,
                     now.mono_ms + config->hand_window_s * OV_SECOND_MS);
    /* The peer goes on sealing with the oldest key until it has heard of this: only then it is dropped [WP-STATE-030]. */
    ov_data_retire_lame_duck(&s->data);
    s->rekey.due_ms = OV_NEVER;
    /* The old key has had its time even if this negotiation fails [WP-STATE-028]. */
    s->clock.keys_die_ms =
        ov_time_earlier(s->clock.keys_die_ms, now.mono_ms + config->tran_window_s * OV_SECOND_MS);
}

/* A server draws its interval, so that its clients don't all come at once [WP-STATE-023]. */
static uint64_t interval_ms(const struct ov_session *s)
{
    const struct ov_config *config = s->env.settings->config;
    const uint64_t most = config->reneg_s * OV_SECOND_MS;
    const uint64_t least = config->reneg_min_s * OV_SECOND_MS;
    uint8_t random[4];
    if (least >= most || ov_rng_fill(s->env.rng, random, sizeof random) != OV_OK)
    {
        return most;
    }
    const uint32_t draw =
        (uint32_t)random[0] << 24 | (uint32_t)random[1] << 16 | (uint32_t)random[2] << 8 | random[3];
    return least + draw % (most - least + 1);
}

void ov_rekey_plan(struct ov_session *s, struct ov_now now)
{
    s->rekey.counted = s->ks.key_id;
    s->rekey.not_before_ms = 0;
    s->rekey.due_ms = s->env.settings->config->reneg_s == 0 ? OV_NEVER : now.mono_ms + interval_ms(s);
}

void ov_rekey_failed(struct ov_session *s, enum ov_err err, bool peer_took_part, uint8_t key_id,
                     struct ov_now now)
{
    const uint64_t wait_ms = err == OV_ERR_TIMEOUT ? OV_RENEG_SOON_MS : OV_RENEG_RETRY_MS;
    s->rekey.counted = peer_took_part ? key_id : s->rekey.counted;
    const uint64_t tran_ms = s->env.settings->config->tran_window_s * OV_SECOND_MS;
    s->ks.give_up_ms = OV_NEVER;
    s->rekey.due_ms = s->rekey.not_before_ms = now.mono_ms + wait_ms;
    s->clock.keys_die_ms = ov_time_earlier(s->clock.keys_die_ms, now.mono_ms + tran_ms);
}

/* A negotiation begins only after all that was said under the old key has arrived: the peer may forget
 * its old control channel at once. And what it said was acknowledged: we forget ours. */
static bool may_start(const struct ov_session *s)
{
    return ready(s) && ov_keystate_sent_all(&s->ks) && ov_acks_pending(&s->ks.acks) == 0;
}

uint64_t ov_rekey_deadline(const struct ov_session *s)
{
    return may_start(s) ? s->rekey.due_ms : OV_NEVER;
}

void ov_rekey_tick(struct ov_session *s, struct ov_now now)
{
    if (ov_session_alive(s) && may_start(s) && now.mono_ms >= s->rekey.due_ms)
    {
        ov_rekey_begin(s, now);
    }
}

uint64_t ov_session_octets_limit(const struct ov_session *s)
{
    const struct ov_config *config = s->env.settings->config;
    const bool narrow = !config->reneg_bytes_given && ov_cipher_is_narrow(s->agreed.cipher);
    return narrow ? NARROW_OCTETS : config->reneg_bytes;
}

void ov_rekey_watch(struct ov_session *s, struct ov_now now)
{
    if (!ready(s) || s->rekey.due_ms <= now.mono_ms)
    {
        return;
    }
    const struct ov_config *config = s->env.settings->config;
    const struct ov_data_limits limits = {ov_session_octets_limit(s), config->reneg_packets};
    const char *why = ov_data_key_worn(&s->data.key[OV_DATA_CURRENT], &limits);
    if (why != NULL && now.mono_ms >= s->rekey.not_before_ms)
    {
        ov_session_log(s, OV_LOG_INFO, "TLS: soft reset is due: %s", why);
        s->rekey.due_ms = now.mono_ms;
    }
}
