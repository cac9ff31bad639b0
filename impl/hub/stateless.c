#include "hub/private.h"

#include <string.h>

#include "wire/control.h"

/* Packets of clients that have no session yet. Until the third packet proves the address, nothing is kept but a
 * place in the queue of replies [WP-COOK-001]. */

/* Work on a copy: the session that may come out of it wants to open the packet itself. */
struct stranger
{
    uint8_t room[2048];
    struct ov_buf buf;
    struct ov_control control;
};

static enum ov_err open_copy(const struct ov_hub *hub, const struct ov_buf *packet, struct stranger *st)
{
    if (packet->len > sizeof st->room)
    {
        return OV_ERR_LIMIT;
    }
    st->buf = ov_buf_over(st->room, sizeof st->room, 0);
    memcpy(ov_buf_put(&st->buf, packet->len), ov_buf_data(packet), packet->len);
    struct ov_wrap_head head;
    /* No replay check: there is no window to check against [WP-RPL-006]. */
    enum ov_err err = ov_wrap_open(&hub->stateless.wrap, &st->buf, &head);
    if (err != OV_OK)
    {
        return err;
    }
    if (ov_wrap_has_id(&hub->stateless.wrap) && head.id.id == 0)
    {
        return OV_ERR_REPLAY; /* [WP-RPL-003] */
    }
    return ov_control_decode(head.first_octet, &head.sid, ov_buf_data(&st->buf), st->buf.len, &st->control);
}

/* First packet: remember whom to answer, nothing else. */
static enum ov_err take_reset(struct ov_hub *hub, const struct ov_datagram *dg,
                              const struct ov_control *reset, struct ov_now now)
{
    hub->stats.resets++;
    if (reset->message_id != 0 || reset->ack_count != 0)
    {
        return OV_ERR_FORMAT; /* no beginning of anything */
    }
    if (hub->replies.count == OV_REPLIES_MAX || !ov_limit_take(&hub->resets, now.mono_ms))
    {
        return OV_ERR_LIMIT; /* silently [WP-COOK-008] */
    }
    const uint32_t at = (hub->replies.first + hub->replies.count++) % OV_REPLIES_MAX;
    hub->replies.slot[at] = (struct ov_reply){dg->addr, reset->sid};
    return OV_OK;
}

static enum ov_err open_session(struct ov_hub *hub, const struct ov_session_start *start, struct ov_now now,
                                struct ov_peer **peer)
{
    *peer = ov_peer_new(hub, start, now);
    if (*peer == NULL)
    {
        return OV_ERR_NOMEM;
    }
    hub->stats.accepted++;
    return OV_OK;
}

/* On TCP the connection has proved the address, and the first packet opens the session [WP-COOK-010]. */
static enum ov_err take_first(struct ov_hub *hub, const struct ov_datagram *dg,
                              const struct ov_control *reset, struct ov_now now, struct ov_peer **peer)
{
    const struct ov_session_start start = {.addr = dg->addr, .peer_sid = reset->sid};
    hub->stats.resets++;
    if (reset->message_id != 0 || reset->ack_count != 0)
    {
        return OV_ERR_FORMAT;
    }
    return open_session(hub, &start, now, peer);
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

static enum ov_err take_third(struct ov_hub *hub, const struct ov_datagram *dg,
                              const struct ov_control *third, struct ov_now now, struct ov_peer **peer)
{
    enum ov_err err = check_third(third);
    if (err == OV_OK)
    {
        err = ov_cookie_check(&hub->cookie, &dg->addr, &third->sid, now.mono_ms / 1000, &third->remote_sid);
    }
    if (err != OV_OK)
    {
        return err;
    }
    const struct ov_session_start start = {dg->addr, third->remote_sid, third->sid};
    err = open_session(hub, &start, now, peer);
    if (err == OV_OK)
    {
        ov_limit_return(&hub->resets);
    }
    return err;
}

static enum ov_err take(struct ov_hub *hub, const struct ov_datagram *dg, struct ov_now now,
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
    const bool reset = op == OV_OP_HARD_RESET_CLIENT_V2;
    if (!reset && op != OV_OP_CONTROL_V1 && op != OV_OP_ACK_V1)
    {
        return op == OV_OP_SOFT_RESET_V1 ? OV_ERR_SESSION_ID : OV_ERR_UNSUPPORTED;
    }
    if (dg->addr.port == 0)
    {
        return OV_ERR_ADDRESS; /* can't be answered */
    }
    struct stranger st;
    err = open_copy(hub, &dg->buf, &st);
    if (err != OV_OK)
    {
        return err;
    }
    if (hub->settings->session.stream)
    {
        return reset ? take_first(hub, dg, &st.control, now, peer) : OV_ERR_SESSION_ID;
    }
    return reset ? take_reset(hub, dg, &st.control, now) : take_third(hub, dg, &st.control, now, peer);
}

struct ov_peer *ov_hub_stranger(struct ov_hub *hub, struct ov_datagram *dg, struct ov_now now)
{
    struct ov_peer *peer = NULL;
    enum ov_err err = take(hub, dg, now, &peer);
    if (peer != NULL)
    {
        return peer;
    }
    if (err == OV_OK)
    {
        dg->fate = OV_FATE_CONSUMED;
        ov_buf_drop(&dg->buf);
        return NULL;
    }
    char addr[OV_ADDR_TEXT];
    ov_logf(hub->log, OV_LOG_DROP, "packet of %u octets from %s belongs to no session: %s", dg->buf.len,
            ov_addr_text(&dg->addr, addr), ov_err_name(err));
    ov_drops_count(&hub->stats.dropped, err);
    ov_datagram_drop(dg, err);
    return NULL;
}

static enum ov_err build_reply(struct ov_hub *hub, const struct ov_reply *reply, struct ov_datagram *dg,
                               struct ov_now now)
{
    struct ov_control reset = {.opcode = OV_OP_HARD_RESET_SERVER_V2,
                               .has_message_id = true,
                               .ack_count = 1,
                               .remote_sid = reply->client};
    enum ov_err err =
        ov_cookie_make(&hub->cookie, &reply->addr, &reply->client, now.mono_ms / 1000, &reset.sid);
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
    return ov_wrap_seal(&hub->stateless.wrap, id, ov_opcode_join(OV_OP_HARD_RESET_SERVER_V2, 0), &reset.sid,
                        &dg->buf);
}

enum ov_err ov_hub_reply(struct ov_hub *hub, struct ov_datagram *dg, struct ov_now now)
{
    while (hub->replies.count > 0)
    {
        const struct ov_reply *reply = &hub->replies.slot[hub->replies.first];
        hub->replies.first = (hub->replies.first + 1) % OV_REPLIES_MAX;
        hub->replies.count--;
        enum ov_err err = build_reply(hub, reply, dg, now);
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
