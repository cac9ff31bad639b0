#include "session/private.h"

#include <string.h>

#include "wire/control.h"

/* Outer headers that count against max-packet-size [WP-REL-040]. */
#define UDP_HEADER 8u
#define TCP_HEADER 22u /* with the length field */
#define IP4_HEADER 20u
#define IP6_HEADER 40u
#define SLICE_MIN  64u

static struct ov_protect *protect_now(struct ov_session *s)
{
    return s->ks.key_id > 0 && s->has_dynamic ? &s->dynamic : &s->protect;
}

/* Counts the most acknowledgements that may ride along, so that a retransmission with a longer list still
 * fits. */
uint32_t ov_control_slice(const struct ov_session *s)
{
    const struct ov_wrap *wrap = s->ks.key_id > 0 && s->has_dynamic ? &s->dynamic.wrap : &s->protect.wrap;
    const uint32_t transport = s->env.settings->stream ? TCP_HEADER : UDP_HEADER;
    const uint32_t outer = transport + (s->addr.family == 6 ? IP6_HEADER : IP4_HEADER);
    const uint32_t inner = OV_CONTROL_HEAD_LEN + ov_wrap_overhead(wrap) +
                           (uint32_t)ov_control_body_overhead(OV_OP_CONTROL_V1, OV_CONTROL_ACKS_SENT_MAX);
    const uint32_t size = s->env.settings->config->max_packet_size;
    const uint32_t slice = size > outer + inner + SLICE_MIN ? size - outer - inner : SLICE_MIN;
    return slice < OV_REL_SEND_PAYLOAD ? slice : OV_REL_SEND_PAYLOAD;
}

/* Foreign servers choke on long ACK_V1 lists before they know us better [WP-REL-022]. */
static uint32_t ack_only_max(const struct ov_session *s)
{
    const bool shy =
        s->role == OV_ROLE_CLIENT && !ov_wrap_has_id(&s->protect.wrap) && !s->agreed.flags.tls_ekm;
    return shy ? OV_CONTROL_ACKS_SENT_MAX : OV_CONTROL_ACKS_MAX;
}

/* Before the server has seen WKc an acknowledgement alone would be lost on it, and would make it look as if the reset
 * had been understood: acknowledgements wait for CONTROL_WKC_V1 to carry them and to arrive [WP-TC2-033]. */
bool ov_control_acks_due(const struct ov_session *s)
{
    const bool unknown = ov_session_owes_wkc(s) && ov_rel_send_waits(&s->ks.tx, OV_KS_WKC_MESSAGE);
    return ov_acks_pending(&s->ks.acks) > 0 && !unknown;
}

/* What goes out next: a message that is due, with acknowledgements in it, else acknowledgements alone. */
static enum ov_err choose(struct ov_session *s, struct ov_control *control, struct ov_now now)
{
    struct ov_rel_message message;
    uint32_t acks_max = OV_CONTROL_ACKS_SENT_MAX;
    *control = (struct ov_control){.key_id = s->ks.key_id, .sid = s->own_sid, .remote_sid = s->peer_sid};
    if (ov_rel_send_next(&s->ks.tx, now.mono_ms, &message) == OV_OK)
    {
        control->opcode = message.opcode;
        control->has_message_id = true;
        control->message_id = message.id;
        control->payload = message.payload;
        control->payload_len = message.len;
    }
    else if (ov_control_acks_due(s))
    {
        control->opcode = OV_OP_ACK_V1;
        acks_max = ack_only_max(s);
    }
    else
    {
        return OV_ERR_AGAIN;
    }
    control->ack_count = (uint8_t)ov_acks_take(&s->ks.acks, acks_max, control->acks);
    return OV_OK;
}

/* In clear, and every time the message is sent [WP-TC2-010, WP-TC2-012]. */
static enum ov_err append_wkc(const struct ov_session *s, struct ov_buf *packet)
{
    const struct ov_wkc *wkc = &s->env.settings->keys->wkc;
    uint8_t *end = ov_buf_put(packet, wkc->len);
    if (end == NULL)
    {
        return OV_ERR_NOSPACE;
    }
    memcpy(end, wkc->octets, wkc->len);
    return OV_OK;
}

static enum ov_err build(struct ov_session *s, const struct ov_control *control, struct ov_datagram *dg,
                         struct ov_now now)
{
    dg->buf = ov_buf_over(dg->buf.mem, dg->buf.cap, OV_BUF_HEADROOM);
    struct ov_writer w = ov_writer_over(ov_buf_data(&dg->buf), ov_buf_tailroom(&dg->buf));
    enum ov_err err = ov_control_encode_body(control, &w);
    if (err != OV_OK)
    {
        return err;
    }
    (void)ov_buf_put(&dg->buf, (uint32_t)ov_writer_len(&w));
    err = ov_protect_seal(protect_now(s), now.wall_s, ov_opcode_join(control->opcode, control->key_id),
                          &s->own_sid, &dg->buf);
    return err == OV_OK && ov_opcode_has_wkc(control->opcode) ? append_wkc(s, &dg->buf) : err;
}

enum ov_err ov_control_transmit(struct ov_session *s, struct ov_datagram *dg, struct ov_now now)
{
    struct ov_control control;
    enum ov_err err = choose(s, &control, now);
    if (err != OV_OK)
    {
        return err;
    }
    err = build(s, &control, dg, now);
    if (err != OV_OK)
    {
        /* The message stays in the window and is tried again; without a working wrap its time runs out. */
        ov_session_log(s, OV_LOG_ERROR, "%s can't be sent: %s", ov_opcode_name(control.opcode),
                       ov_err_name(err));
        ov_buf_drop(&dg->buf);
        return err;
    }
    dg->addr = s->addr;
    dg->fate = OV_FATE_LINK;
    s->control.packets_out++;
    s->control.octets_out += dg->buf.len;
    ov_session_log(s, OV_LOG_PACKET, "sent %s key-id %u message %u, %u acks, %zu octets",
                   ov_opcode_name(control.opcode), control.key_id, control.message_id, control.ack_count,
                   control.payload_len);
    return OV_OK;
}
