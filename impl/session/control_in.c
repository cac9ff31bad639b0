#include "session/private.h"

#include "wire/control.h"

/* A control packet passes these gates in order; the first that refuses it names the reason. Nothing in the
 * session changes before the last one is passed. */

/* Key-ids above 0 are under the dynamic key where that was agreed [WP-DYN-001, WP-DYN-005]. */
static struct ov_protect *protect_of(struct ov_session *s, uint8_t key_id)
{
    return key_id > 0 && s->has_dynamic ? &s->dynamic : &s->protect;
}

/* The session has its key: whatever WKc says now is cut off and not looked at [WP-TC2-013]. */
static enum ov_err strip_wkc(const struct ov_session *s, struct ov_buf *packet)
{
    uint16_t wkc_len = 0;
    if (!s->takes_wkc)
    {
        return OV_ERR_UNSUPPORTED;
    }
    enum ov_err err = ov_wkc_find(ov_buf_data(packet), packet->len, OV_CONTROL_HEAD_LEN, &wkc_len);
    return err == OV_OK && !ov_buf_trim(packet, wkc_len) ? OV_ERR_TRUNCATED : err;
}

static enum ov_err open_packet(struct ov_session *s, struct ov_datagram *dg, struct ov_control *control)
{
    if (!ov_addr_equal(&dg->addr, &s->addr))
    {
        return OV_ERR_ADDRESS; /* control packets never float [WP-REL-026] */
    }
    if (dg->buf.len < OV_CONTROL_HEAD_LEN)
    {
        return OV_ERR_TRUNCATED;
    }
    const uint8_t first_octet = ov_buf_data(&dg->buf)[0];
    enum ov_err err = ov_opcode_check(first_octet, s->role);
    if (err != OV_OK)
    {
        return err;
    }
    if (ov_opcode_has_wkc(ov_opcode_of(first_octet)))
    {
        err = strip_wkc(s, &dg->buf);
        if (err != OV_OK)
        {
            return err;
        }
    }
    struct ov_wrap_head head;
    err = ov_protect_open(protect_of(s, ov_opcode_key_id(first_octet)), &dg->buf, &head); /* [WP-RPL-009] */
    if (err != OV_OK)
    {
        return err;
    }
    return ov_control_decode(head.first_octet, &head.sid, ov_buf_data(&dg->buf), dg->buf.len, control);
}

/* Is it of this session? [WP-CTRL-002, WP-STATE-012, WP-REL-024] */
static enum ov_err check_session(const struct ov_session *s, const struct ov_control *control)
{
    if (control->ack_count > 0 && !ov_sid_equal(&control->remote_sid, &s->own_sid))
    {
        return OV_ERR_SESSION_ID;
    }
    if (ov_sid_is_zero(&s->peer_sid))
    {
        /* Only a reset tells a client who the server is. */
        return control->opcode == OV_OP_HARD_RESET_SERVER_V2 ? OV_OK : OV_ERR_SESSION_ID;
    }
    return ov_sid_equal(&control->sid, &s->peer_sid) ? OV_OK : OV_ERR_SESSION_ID;
}

/* Message 0 is the reset and nothing else is: a reset further back or TLS in front of it is nonsense. */
static enum ov_err check_message(const struct ov_control *control)
{
    const bool reset = ov_opcode_is_hard_reset(control->opcode) || control->opcode == OV_OP_SOFT_RESET_V1;
    if (control->has_message_id && reset != (control->message_id == 0))
    {
        return OV_ERR_FORMAT;
    }
    return OV_OK;
}

/* Both key method messages are here, and all that is missing are acknowledgements of ours. */
static bool lacks_only_acks(const struct ov_session *s)
{
    const enum ov_key_state last = s->role == OV_ROLE_SERVER ? OV_KS_SENT_KEY : OV_KS_GOT_KEY;
    return s->ks.state == last && ov_tls_pending(&s->ks.tls) == 0;
}

/* Who begins the next negotiation has finished this one, so it has all of our messages, whatever became of its last
 * acknowledgements: it may not be able to repeat them. Otherwise its new key would be unknown here until this
 * negotiation's time is up. */
static void finish_by_next(struct ov_session *s, const struct ov_control *control, struct ov_now now)
{
    if (control->key_id == ov_key_id_next(s->ks.key_id) && lacks_only_acks(s))
    {
        ov_rel_send_all_acked(&s->ks.tx);
        ov_session_drive(s, now);
    }
}

/* The key-id must be that of the present negotiation, or a soft reset starts the next one [WP-REL-025]. */
static enum ov_err check_key_id(struct ov_session *s, const struct ov_control *control, struct ov_now now)
{
    if (control->opcode == OV_OP_SOFT_RESET_V1)
    {
        finish_by_next(s, control, now);
    }
    if (control->opcode == OV_OP_SOFT_RESET_V1 && ov_rekey_welcome(s, control->key_id))
    {
        ov_rekey_start(s, control->key_id, now);
        return OV_OK;
    }
    const bool usable = s->ks.state != OV_KS_UNDEF && s->ks.state != OV_KS_ERROR;
    return usable && control->key_id == s->ks.key_id ? OV_OK : OV_ERR_KEY_ID;
}

static void take_acks(struct ov_session *s, const struct ov_control *control)
{
    for (unsigned i = 0; i < control->ack_count; i++)
    {
        if (ov_rel_send_ack(&s->ks.tx, control->acks[i]) != OV_OK)
        {
            s->control.stale_acks++; /* unknown ids are normal [WP-REL-021] */
        }
    }
}

static enum ov_err take_message(struct ov_session *s, const struct ov_control *control)
{
    if (!control->has_message_id)
    {
        return OV_OK;
    }
    enum ov_err err = ov_rel_recv_put(&s->ks.rx, control->opcode, control->message_id, control->payload,
                                      control->payload_len);
    if (err == OV_OK || err == OV_ERR_DUPLICATE)
    {
        (void)ov_acks_add(&s->ks.acks,
                          control->message_id); /* again, or the peer's window never moves [WP-REL-003] */
    }
    return err;
}

static enum ov_err receive(struct ov_session *s, struct ov_datagram *dg, struct ov_now now)
{
    struct ov_control control;
    enum ov_err err = open_packet(s, dg, &control);
    if (err == OV_OK)
    {
        err = check_session(s, &control);
    }
    if (err == OV_OK)
    {
        err = check_message(&control);
    }
    if (err == OV_OK)
    {
        err = check_key_id(s, &control, now);
    }
    if (err != OV_OK)
    {
        return err;
    }
    if (ov_sid_is_zero(&s->peer_sid))
    {
        s->peer_sid = control.sid;
        s->clock.connect_by_ms = OV_NEVER;
    }
    s->clock.last_in_ms = now.mono_ms;
    take_acks(s, &control);
    return take_message(s, &control);
}

void ov_control_receive(struct ov_session *s, struct ov_datagram *dg, struct ov_now now)
{
    const uint32_t len = dg->buf.len;
    const uint8_t first_octet = len > 0 ? ov_buf_data(&dg->buf)[0] : 0;
    enum ov_err err = receive(s, dg, now);
    if (err == OV_OK || err == OV_ERR_DUPLICATE)
    {
        s->control.packets_in++;
        s->control.octets_in += len;
        ov_session_drive(s, now);
    }
    if (err == OV_OK)
    {
        dg->fate = OV_FATE_CONSUMED;
        ov_buf_drop(&dg->buf);
        return;
    }
    ov_drops_count(&s->control.in, err);
    ov_session_log(s, OV_LOG_DROP, "%s key-id %u of %u octets dropped: %s",
                   ov_opcode_name(ov_opcode_of(first_octet)), ov_opcode_key_id(first_octet), len,
                   ov_err_name(err));
    ov_datagram_drop(dg, err);
}
