#include "hub/private.h"

#include <string.h>

#include "base/wipe.h"
#include "wire/control.h"

/* Packets of clients that have no session yet. Until the third packet proves the address, nothing is kept but a
 * place in the queue of replies [WP-COOK-001]. */

/* Work on a copy: the session that may come out of it wants to open the packet itself. */
struct stranger
{
    struct ov_hub_key key;
    uint8_t room[2048];
    struct ov_buf buf;
    uint32_t wrap_id;
    bool again; /* it was parked: cookie and limits have let it pass */
    struct ov_control control;
};

static enum ov_err open_copy(const struct ov_hub *hub, const struct ov_buf *packet, struct ov_now now,
                             struct stranger *st)
{
    if (packet->len > sizeof st->room)
    {
        return OV_ERR_LIMIT;
    }
    enum ov_err err = ov_hub_find_key(hub, packet, now, &st->key);
    if (err != OV_OK)
    {
        return err;
    }
    st->buf = ov_buf_over(st->room, sizeof st->room, 0);
    memcpy(ov_buf_put(&st->buf, packet->len), ov_buf_data(packet), packet->len);
    (void)ov_buf_trim(&st->buf, st->key.wkc_len);
    struct ov_wrap_head head;
    /* No replay check: there is no window to check against [WP-RPL-006]. */
    err = ov_wrap_open(st->key.wrap, &st->buf, &head);
    if (err != OV_OK)
    {
        return err;
    }
    if (ov_wrap_has_id(st->key.wrap) && head.id.id == 0)
    {
        return OV_ERR_REPLAY; /* [WP-RPL-003] */
    }
    st->wrap_id = head.id.id;
    return ov_control_decode(head.first_octet, &head.sid, ov_buf_data(&st->buf), st->buf.len, &st->control);
}

static void log_key(const struct ov_hub *hub, const struct ov_peer *peer, const struct ov_hub_key *key,
                    struct ov_now now)
{
    if (key->is_v2)
    {
        ov_hub_log_metadata(hub, peer->name, &key->metadata, now);
    }
}

/* Behind the cookie and the limits: a program is not started for whoever sends a packet [WP-TC2-007]. */
static enum ov_err judge_key(const struct ov_hub *hub, const struct ov_addr *addr, const struct stranger *st)
{
    const struct ov_hub_key *key = &st->key;
    const struct ov_newcomer who = {*addr, st->control.sid};
    const struct ov_hub_settings *settings = hub->settings;
    char why[OV_TLS_JUDGE_TEXT] = "";
    char text[OV_ADDR_TEXT];
    if (!key->is_v2 || settings->judge_key == NULL)
    {
        return OV_OK;
    }
    if (!st->again && ov_parked_is_full(hub))
    {
        return OV_ERR_LIMIT;
    }
    const enum ov_err err = settings->judge_key(settings->judge_key_ctx, &who, &key->metadata, why);
    if (err != OV_OK && err != OV_ERR_AGAIN)
    {
        ov_logf(hub->log, OV_LOG_WARN, "%s tls-crypt-v2 client key is refused: %s", ov_addr_text(addr, text),
                why);
    }
    return err;
}

static enum ov_err open_session(struct ov_hub *hub, const struct ov_session_start *start,
                                const struct stranger *st, struct ov_now now, struct ov_peer **peer)
{
    if (!st->again && !ov_limit_take(&hub->sessions, now.mono_ms))
    {
        return OV_ERR_LIMIT;
    }
    const enum ov_err err = judge_key(hub, &start->addr, st);
    if (err != OV_OK)
    {
        return err;
    }
    *peer = ov_peer_new(hub, start, now);
    if (*peer == NULL)
    {
        return OV_ERR_NOMEM;
    }
    log_key(hub, *peer, &st->key, now);
    hub->stats.accepted++;
    return OV_OK;
}

/* State from the first packet: on TCP, where the connection has proved the address [WP-COOK-010] and the
 * client speaks first [WP-FRM-005], and for a tls-crypt-v2 client that can't send WKc again [WP-TC2-023]. */
static enum ov_err take_first(struct ov_hub *hub, const struct ov_datagram *dg, const struct stranger *st,
                              struct ov_now now, struct ov_peer **peer)
{
    struct ov_session_start start = {.addr = dg->addr,
                                     .peer_sid = st->control.sid,
                                     .key = st->key.key,
                                     .takes_wkc = st->key.is_v2,
                                     .reset_is_due = true};
    enum ov_err err = ov_sid_new(hub->rng, &start.own_sid);
    return err == OV_OK ? open_session(hub, &start, st, now, peer) : err;
}

/* First packet: remember whom to answer, nothing else. */
static enum ov_err take_reset(struct ov_hub *hub, const struct ov_datagram *dg, const struct stranger *st,
                              struct ov_now now, struct ov_peer **peer)
{
    const struct ov_control *reset = &st->control;
    const struct ov_session_settings *settings = &hub->settings->session;
    if (st->again)
    {
        return take_first(hub, dg, st, now, peer);
    }
    hub->stats.resets++;
    if (reset->message_id != 0 || reset->ack_count != 0)
    {
        return OV_ERR_FORMAT; /* no beginning of anything [WP-COOK-009] */
    }
    if (ov_hub_is_stream(hub, &dg->addr))
    {
        return take_first(hub, dg, st, now, peer);
    }
    const bool is_old = st->key.is_v2 && !ov_wrap_id_is_early(st->wrap_id);
    if (is_old && settings->config->tls_crypt_v2_force_cookie)
    {
        return OV_ERR_UNSUPPORTED;
    }
    if (hub->replies.count == OV_REPLIES_MAX || !ov_limit_take(&hub->resets, now.mono_ms))
    {
        return OV_ERR_LIMIT; /* silently [WP-COOK-008] */
    }
    if (is_old)
    {
        return take_first(hub, dg, st, now, peer);
    }
    const uint32_t at = (hub->replies.first + hub->replies.count++) % OV_REPLIES_MAX;
    hub->replies.slot[at] = (struct ov_reply){dg->addr, reset->sid, *st->key.wrap, st->key.is_v2};
    return OV_OK;
}

/* Third packet: only ids 0 and 1 can have been said [WP-COOK-004, WP-COOK-005]. */
static enum ov_err check_third(const struct ov_control *c)
{
    if (c->key_id != 0)
    {
        return OV_ERR_KEY_ID; /* [WP-COOK-006] */
    }
    if (c->ack_count == 0)
    {
        return OV_ERR_SESSION_ID;
    }
    for (unsigned i = 0; i < c->ack_count; i++)
    {
        if (c->acks[i] > 1)
        {
            return OV_ERR_WINDOW;
        }
    }
    return c->has_message_id && c->message_id > 1 ? OV_ERR_WINDOW : OV_OK;
}

static enum ov_err take_third(struct ov_hub *hub, const struct ov_datagram *dg, const struct stranger *st,
                              struct ov_now now, struct ov_peer **peer)
{
    const struct ov_control *third = &st->control;
    enum ov_err err = check_third(third);
    /* A verdict may take longer than a cookie is good for. */
    if (err == OV_OK && !st->again)
    {
        err = ov_cookie_check(&hub->cookie, &dg->addr, &third->sid, now.mono_ms / 1000, &third->remote_sid);
    }
    if (err != OV_OK)
    {
        return err;
    }
    const struct ov_session_start start = {.addr = dg->addr,
                                           .own_sid = third->remote_sid,
                                           .peer_sid = third->sid,
                                           .key = st->key.key,
                                           .takes_wkc = st->key.is_v2};
    err = open_session(hub, &start, st, now, peer);
    if (err == OV_OK)
    {
        ov_limit_return(&hub->resets);
    }
    return err;
}

static enum ov_err take(struct ov_hub *hub, const struct ov_datagram *dg, struct ov_now now, bool again,
                        struct ov_peer **peer)
{
    if (hub->shutting)
    {
        return OV_ERR_CLOSED; /* [WP-SRV-041] */
    }
    if (dg->buf.len == 0)
    {
        return OV_ERR_TRUNCATED;
    }
    const uint8_t first_octet = ov_buf_data(&dg->buf)[0];
    const uint8_t op = ov_opcode_of(first_octet);
    enum ov_err err = ov_opcode_check(first_octet, OV_ROLE_SERVER);
    if (err != OV_OK)
    {
        return err;
    }
    if (op == OV_OP_SOFT_RESET_V1)
    {
        return OV_ERR_SESSION_ID;
    }
    if (dg->addr.port == 0)
    {
        return OV_ERR_ADDRESS; /* can't be answered */
    }
    if (!again && ov_parked_has(hub, dg))
    {
        return OV_ERR_DUPLICATE; /* it says again what waits here */
    }
    struct stranger st;
    st.again = again;
    err = open_copy(hub, &dg->buf, now, &st);
    const bool is_reset = ov_opcode_is_hard_reset(op);
    if (err == OV_OK && !is_reset && ov_hub_is_stream(hub, &dg->addr))
    {
        err = OV_ERR_SESSION_ID; /* there are no cookies on TCP */
    }
    if (err == OV_OK)
    {
        err = (is_reset ? take_reset : take_third)(hub, dg, &st, now, peer);
    }
    ov_wipe(&st.key, sizeof st.key);
    return err;
}

static void drop(struct ov_hub *hub, struct ov_datagram *dg, enum ov_err err)
{
    char addr[OV_ADDR_TEXT];
    ov_logf(hub->log, OV_LOG_DROP, "packet of %u octets from %s belongs to no session: %s", dg->buf.len,
            ov_addr_text(&dg->addr, addr), ov_err_name(err));
    ov_drops_count(&hub->stats.dropped, err);
    ov_datagram_drop(dg, err);
}

struct ov_peer *ov_hub_stranger(struct ov_hub *hub, struct ov_datagram *dg, struct ov_now now)
{
    struct ov_peer *peer = NULL;
    enum ov_err err = take(hub, dg, now, false, &peer);
    if (peer != NULL)
    {
        return peer;
    }
    err = err == OV_ERR_AGAIN ? ov_parked_add(hub, dg, now) : err;
    if (err != OV_OK)
    {
        drop(hub, dg, err);
        return NULL;
    }
    dg->fate = OV_FATE_CONSUMED;
    ov_buf_drop(&dg->buf);
    return NULL;
}

struct ov_peer *ov_hub_stranger_again(struct ov_hub *hub, struct ov_datagram *dg, struct ov_now now,
                                      bool *waits)
{
    struct ov_peer *peer = NULL;
    const enum ov_err err = take(hub, dg, now, true, &peer);
    *waits = err == OV_ERR_AGAIN;
    if (peer == NULL && err != OV_OK && !*waits)
    {
        drop(hub, dg, err);
    }
    return peer;
}

static enum ov_err build_reply(struct ov_hub *hub, const struct ov_reply *reply, struct ov_datagram *dg,
                               struct ov_now now)
{
    struct ov_control reset = {.opcode = OV_OP_HARD_RESET_SERVER_V2,
                               .has_message_id = true,
                               .ack_count = 1,
                               .remote_sid = reply->client};
    uint8_t early[OV_EARLY_NEG_LEN];
    struct ov_writer e = ov_writer_over(early, sizeof early);
    enum ov_err err =
        reply->resend_wkc ? ov_early_neg_encode(&(struct ov_early_neg){OV_EARLY_NEG_RESEND_WKC}, &e) : OV_OK;
    reset.payload = early;
    reset.payload_len = ov_writer_len(&e);
    if (err == OV_OK)
    {
        err = ov_cookie_make(&hub->cookie, &reply->addr, &reply->client, now.mono_ms / 1000, &reset.sid);
    }
    if (err != OV_OK)
    {
        return err;
    }
    dg->buf = ov_buf_over(dg->buf.mem, dg->buf.cap, OV_BUF_HEADROOM);
    struct ov_writer w = ov_writer_over(ov_buf_data(&dg->buf), ov_buf_tailroom(&dg->buf));
    err = ov_control_encode_body(&reset, &w);
    if (err != OV_OK)
    {
        return err;
    }
    (void)ov_buf_put(&dg->buf, (uint32_t)ov_writer_len(&w));
    /* Every stateless reply is the first packet of its session [WP-RPL-005, WP-COOK-007]. */
    const struct ov_wrap_id id = {1, now.wall_s};
    return ov_wrap_seal(&reply->wrap, id, ov_opcode_join(OV_OP_HARD_RESET_SERVER_V2, 0), &reset.sid,
                        &dg->buf);
}

enum ov_err ov_hub_reply(struct ov_hub *hub, struct ov_datagram *dg, struct ov_now now)
{
    while (hub->replies.count > 0)
    {
        struct ov_reply *reply = &hub->replies.slot[hub->replies.first];
        hub->replies.first = (hub->replies.first + 1) % OV_REPLIES_MAX;
        hub->replies.count--;
        enum ov_err err = build_reply(hub, reply, dg, now);
        ov_wrap_clear(&reply->wrap);
        if (err == OV_OK)
        {
            dg->addr = reply->addr;
            dg->fate = OV_FATE_LINK;
            hub->stats.replies++;
            return OV_OK;
        }
        ov_drops_count(&hub->stats.dropped, err);
        ov_buf_drop(&dg->buf);
    }
    return OV_ERR_AGAIN;
}
