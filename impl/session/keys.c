#include "session/private.h"

#include <stdio.h>
#include <string.h>

#include "base/wipe.h"

#define CIPHER_TEXT 48u

static enum ov_err derive(struct ov_session *s, struct ov_key2 *key2)
{
    const struct ov_crypto *crypto = s->env.settings->crypto;
    if (s->agreed.flags.tls_ekm)
    {
        return ov_key2_from_exporter(crypto->tls, s->ks.tls.conn, key2);
    }
    /* The seed has the ids of the session, in the order of the roles [WP-KDF-003]. */
    const bool client = s->role == OV_ROLE_CLIENT;
    const struct ov_sid *client_sid = client ? &s->own_sid : &s->peer_sid;
    const struct ov_sid *server_sid = client ? &s->peer_sid : &s->own_sid;
    return ov_key2_from_prf(crypto, &s->ks.client, &s->ks.server, client_sid->id, server_sid->id, key2);
}

/* Old and new key overlap: the old one seals for a while, so that the peer is surely ready [WP-STATE-027],
 * with a short --reneg-sec less long [WP-STATE-031], and opens until it dies [WP-STATE-028]. */
static void install(struct ov_session *s, struct ov_data_key *fresh)
{
    const struct ov_config *config = s->env.settings->config;
    uint64_t wait_s = config->hand_window_s;
    if (config->reneg_s > 0 && config->reneg_s / 2 < wait_s)
    {
        wait_s = config->reneg_s / 2;
    }
    ov_data_install(&s->data, fresh, s->ks.created_ms + wait_s * OV_SECOND_MS,
                    s->ks.created_ms + config->tran_window_s * OV_SECOND_MS);
}

static enum ov_err make_data_keys(struct ov_session *s)
{
    const struct ov_session_settings *settings = s->env.settings;
    struct ov_key2 key2;
    struct ov_data_key fresh;
    enum ov_err err = derive(s, &key2);
    if (err == OV_OK)
    {
        const struct ov_data_key_spec spec = {
            .crypto = settings->crypto,
            .rng = s->env.rng,
            .cipher = s->agreed.cipher,
            .epoch = s->agreed.flags.aead_epoch,
            .auth_none = settings->config->auth_none,
            .auth = settings->config->auth,
            .key2 = &key2,
            .role = s->role,
            .key_id = s->ks.key_id,
            .replay_window = settings->config->replay_window,
            .replay_time_s = settings->config->replay_time_s,
        };
        err = ov_data_key_init(&fresh, &spec);
    }
    if (err == OV_OK)
    {
        install(s, &fresh);
    }
    ov_wipe(&key2, sizeof key2);
    ov_wipe(&s->ks.client, sizeof s->ks.client);
    ov_wipe(&s->ks.server, sizeof s->ks.server);
    return err;
}

/* Key-ids above 0 get their own tls-crypt key, made from the first TLS session [WP-DYN-002]. It ends with the
 * session [WP-DYN-006]. */
static enum ov_err make_dynamic_key(struct ov_session *s)
{
    const struct ov_session_settings *settings = s->env.settings;
    uint8_t exported[OV_KEY2_SIZE];
    struct ov_wrap_key key = {.kind = OV_WRAP_TLS_CRYPT}; /* whatever the original is [WP-DYN-003] */
    enum ov_err err = ov_tls_export(&s->ks.tls, OV_WRAP_DYNAMIC_LABEL, exported, sizeof exported);
    if (err == OV_OK)
    {
        const bool plain = s->origin.kind == OV_WRAP_PLAIN;
        ov_wrap_dynamic_key(exported, plain ? NULL : &s->origin.key, &key.key);
        err = ov_protect_init(&s->dynamic, settings->crypto, &key, s->role, 0);
        s->has_dynamic = err == OV_OK;
    }
    ov_wipe(exported, sizeof exported);
    ov_wipe(&key, sizeof key);
    return err;
}

/* "AES-256-GCM", "AES-256-GCM with epochs", "AES-256-CBC, auth SHA256". */
static const char *cipher_text(const struct ov_session *s, char text[static CIPHER_TEXT])
{
    const struct ov_config *config = s->env.settings->config;
    const char *name = ov_cipher_name(s->agreed.cipher);
    if (ov_cipher_is_aead(s->agreed.cipher))
    {
        (void)snprintf(text, CIPHER_TEXT, "%s%s", name, s->agreed.flags.aead_epoch ? " with epochs" : "");
        return text;
    }
    (void)snprintf(text, CIPHER_TEXT, "%s, auth %s", name,
                   config->auth_none ? "none" : ov_digest_name(config->auth));
    return text;
}

static void tell_success(struct ov_session *s, bool first)
{
    char text[CIPHER_TEXT];
    const char *cipher = cipher_text(s, text);
    const char *method = s->agreed.flags.tls_ekm ? "TLS exporter" : "TLS1 PRF";
    if (first)
    {
        ov_session_log(s, OV_LOG_INFO, "Data Channel: cipher %s, keys from %s, peer-id %u%s", cipher, method,
                       s->data.peer_id, s->has_dynamic ? ", dynamic tls-crypt" : "");
        if (ov_session_octets_limit(s) != s->env.settings->config->reneg_bytes)
        {
            ov_session_log(s, OV_LOG_WARN,
                           "%s has blocks of 64 bits (SWEET32): new keys after every 64 MiB (--reneg-bytes)",
                           ov_cipher_name(s->agreed.cipher));
        }
        ov_session_tell(s, OV_EVENT_CONNECTED, OV_OK, "%s, peer-id %u", cipher, s->data.peer_id);
        return;
    }
    ov_session_log(s, OV_LOG_INFO, "Data Channel: new key, key-id %u, cipher %s", s->ks.key_id, cipher);
    ov_session_tell(s, OV_EVENT_REKEYED, OV_OK, "key-id %u", s->ks.key_id);
}

enum ov_err ov_session_generate(struct ov_session *s, struct ov_now now)
{
    const bool first = !s->agreed.keys;
    enum ov_err err = make_data_keys(s);
    if (err == OV_OK && first && s->agreed.flags.dyn_tls_crypt)
    {
        err = make_dynamic_key(s);
    }
    if (err != OV_OK)
    {
        return err;
    }
    ov_wipe(&s->origin, sizeof s->origin); /* a dynamic key is made now or never [WP-DYN-004] */
    s->agreed.keys = true;
    s->agreed.mss = ov_session_mss(s);
    ov_touch_prepare(s);
    ov_session_set_fragment(s);
    s->negotiations++;
    s->clock.keys_die_ms = OV_NEVER;
    if (first)
    {
        s->connected_wall_s = now.wall_s;
        ov_lifetime_begin(s, now);
        ov_mtu_test_begin(s, now);
    }
    ov_rekey_plan(s, now);
    tell_success(s, first);
    return OV_OK;
}
