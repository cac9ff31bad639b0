#include "session/private.h"

#include <string.h>

#include "base/wipe.h"
#include "options/occ.h"
#include "wire/inband.h"

/* Static key mode (section 6.6): no handshake, and no peer but the one who has the key. Data flows from the start; the
 * connection counts as made when the first packet of the peer has come. */

#define OCC_EVERY_MS (10 * OV_SECOND_MS) /* [WP-OCC-002] */
#define OCC_TRIES    12u

bool ov_session_is_static(const struct ov_session *s)
{
    return s->env.settings->keys->has_secret;
}

/* Without a direction one half serves both ways [WP-GEN-001]. */
static enum ov_err make_key(struct ov_session *s, struct ov_now now)
{
    const struct ov_session_settings *settings = s->env.settings;
    const struct ov_config *config = settings->config;
    const struct ov_key_half *half = settings->keys->secret.half;
    struct ov_key2 own = {.half = {half[config->key_direction == 1], half[config->key_direction == 0]}};
    struct ov_data_key key;
    const struct ov_data_key_spec spec = {
        .crypto = settings->crypto,
        .rng = s->env.rng,
        .wall_s = (uint32_t)now.wall_s,
        .cipher = config->static_cipher,
        .bare = true,
        .auth_none = config->auth_none,
        .auth = config->auth,
        .key2 = &own,
        .role = OV_ROLE_CLIENT, /* seals with the first half */
        .replay_window = config->replay_window,
        .replay_time_s = config->replay_time_s,
    };
    enum ov_err err = ov_data_key_init(&key, &spec);
    ov_wipe(&own, sizeof own);
    if (err == OV_OK)
    {
        ov_data_install(&s->data, &key, 0, OV_NEVER);
    }
    return err;
}

/* An address without a port is one of which any port will do, an empty one is anybody's. */
static void set_peer(struct ov_session *s, const struct ov_addr *peer)
{
    const bool exact = peer->family != 0 && peer->port != 0;
    s->bare.wanted = *peer;
    s->bare.follows = !exact || s->env.settings->config->float_allowed;
    s->addr = exact ? *peer : (struct ov_addr){0};
}

enum ov_err ov_static_begin(struct ov_session *s, const struct ov_addr *peer, struct ov_now now)
{
    static const char nothing[] = "PUSH_REPLY";
    const struct ov_config *config = s->env.settings->config;
    enum ov_err err = ov_pull_message(s->pull.pull, nothing, sizeof nothing - 1);
    s->pull.complete = err == OV_OK; /* what is configured is what holds */
    s->data.bare = true;
    s->agreed.cipher = config->static_cipher;
    err = err == OV_OK ? ov_session_set_framing(s, config->compression.mode) : err;
    err = err == OV_OK ? make_key(s, now) : err;
    if (err != OV_OK)
    {
        return err;
    }
    set_peer(s, peer);
    s->agreed.keys = true;
    s->agreed.mss = ov_session_mss(s);
    ov_touch_prepare(s);
    ov_session_set_fragment(s);
    s->bare.occ_left = config->no_occ ? 0 : OCC_TRIES;
    s->bare.occ_ms = now.mono_ms;
    ov_lifetime_begin(s, now);
    ov_mtu_test_begin(s, now);
    ov_session_log(s, OV_LOG_INFO, "Data Channel: cipher %s, auth %s, a static key%s",
                   ov_cipher_name(config->static_cipher),
                   config->auth_none ? "none" : ov_digest_name(config->auth),
                   config->key_direction < 0 ? ", the same both ways" : "");
    return OV_OK;
}

static bool may_come_from(const struct ov_session *s, const struct ov_addr *addr)
{
    const struct ov_addr *wanted = &s->bare.wanted;
    struct ov_addr here = *addr;
    here.port = wanted->port == 0 ? 0 : here.port;
    return wanted->family == 0 || s->env.settings->config->float_allowed || ov_addr_equal(&here, wanted);
}

void ov_static_check_addresses(struct ov_session *s, struct ov_datagram *dg, size_t n)
{
    for (size_t i = 0; i < n; i++)
    {
        if (!may_come_from(s, &dg[i].addr))
        {
            ov_datagram_drop(&dg[i], OV_ERR_ADDRESS);
            ov_drops_count(&s->data.stats.open, OV_ERR_ADDRESS);
        }
    }
}

static void follow(struct ov_session *s, const struct ov_addr *addr)
{
    char text[OV_ADDR_TEXT];
    const bool family = s->addr.family != addr->family;
    s->addr = *addr;
    s->agreed.mss = family ? ov_session_mss(s) : s->agreed.mss;
    if (s->bare.heard)
    {
        ov_session_log(s, OV_LOG_INFO, "the peer has moved to %s", ov_addr_text(addr, text));
    }
}

/* The echo of a farewell that was said several times: nobody has come by it. */
static bool is_stray_farewell(const struct ov_session *s, const struct ov_buf *buf)
{
    struct ov_occ_message occ;
    return !s->bare.heard && ov_inband_is_occ(ov_buf_data(buf), buf->len) &&
           ov_occ_decode(ov_buf_data(buf), buf->len, &occ) == OV_OK && occ.op == OV_OCC_EXIT;
}

/* Of a batch with packets from several places the last one tells where the peer is. */
void ov_static_heard(struct ov_session *s, struct ov_datagram *dg, size_t n, struct ov_now now)
{
    char text[OV_ADDR_TEXT];
    const struct ov_datagram *last = NULL;
    for (size_t i = 0; i < n; i++)
    {
        if (dg[i].fate == OV_FATE_TUN && is_stray_farewell(s, &dg[i].buf))
        {
            dg[i].fate = OV_FATE_CONSUMED;
            ov_buf_drop(&dg[i].buf);
        }
        last = dg[i].fate == OV_FATE_TUN ? &dg[i] : last;
    }
    if (last == NULL)
    {
        return;
    }
    if (s->bare.follows && !ov_addr_equal(&last->addr, &s->addr))
    {
        follow(s, &last->addr);
    }
    if (!s->bare.heard)
    {
        s->bare.heard = true;
        s->connected_wall_s = now.wall_s;
        ov_session_log(s, OV_LOG_INFO, "Peer Connection Initiated with %s", ov_addr_text(&s->addr, text));
        ov_session_tell(s, OV_EVENT_CONNECTED, OV_OK, "%s, static key", ov_cipher_name(s->agreed.cipher));
    }
}

bool ov_session_claim(struct ov_session *s, struct ov_addr *addr, bool *used)
{
    struct ov_addr *claimed = &s->bare.claimed;
    if (!ov_session_is_static(s) || !s->env.settings->config->listens || ov_addr_equal(claimed, &s->addr))
    {
        return false;
    }
    *used = claimed->family == 0;
    *addr = *used ? s->addr : *claimed;
    *claimed = *used ? s->addr : (struct ov_addr){0};
    return true;
}

bool ov_session_is_at(const struct ov_session *s, const struct ov_addr *addr)
{
    return !ov_session_is_static(s) || ov_addr_equal(addr, &s->addr);
}

/* ---- options of the peer ---- */

uint64_t ov_static_occ_deadline(const struct ov_session *s)
{
    return s->bare.occ_left > 0 ? s->bare.occ_ms : OV_NEVER;
}

bool ov_static_occ_due(struct ov_session *s, struct ov_now now)
{
    if (now.mono_ms < ov_static_occ_deadline(s))
    {
        return false;
    }
    s->bare.occ_left--;
    s->bare.occ_ms = now.mono_ms + OCC_EVERY_MS;
    return true;
}

struct findings
{
    const struct ov_session *s;
    bool any;
};

static void log_difference(void *ctx, const char *text)
{
    struct findings *findings = ctx;
    findings->any = true;
    ov_session_log(findings->s, OV_LOG_WARN, "options of the peer: %s", text);
}

void ov_static_occ_reply(struct ov_session *s, const struct ov_occ_message *reply)
{
    char theirs[OV_OCC_MAX], expected[OV_OCC_MAX];
    struct ov_occ own;
    if (s->bare.occ_left == 0 || reply->data_len == 0 || reply->data_len > sizeof theirs ||
        reply->data[reply->data_len - 1] != '\0')
    {
        return; /* not asked for, or no string */
    }
    memcpy(theirs, reply->data, reply->data_len);
    s->bare.occ_left = 0;
    ov_session_occ(s, &own);
    const struct ov_occ peer = ov_occ_of_peer(&own);
    struct findings findings = {s, false};
    if (ov_occ_text(&peer, expected, sizeof expected) == OV_OK)
    {
        ov_occ_compare(expected, theirs, log_difference, &findings);
    }
    if (!findings.any)
    {
        ov_session_log(s, OV_LOG_INFO, "options of the peer are as expected");
    }
}
