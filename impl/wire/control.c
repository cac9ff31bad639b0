#include "wire/control.h"

#include <string.h>

enum ov_err ov_control_head_read(const void *packet, size_t len, uint8_t *first_octet, struct ov_sid *sid)
{
    struct ov_reader r = ov_reader_over(packet, len);
    *first_octet = ov_read_u8(&r);
    ov_read_copy(&r, sid->id, OV_SID_LEN);
    if (len > 0 && !ov_opcode_is_control(ov_opcode_of(*first_octet)))
    {
        return OV_ERR_OPCODE;
    }
    if (r.failed)
    {
        return OV_ERR_TRUNCATED;
    }
    return ov_sid_is_zero(sid) ? OV_ERR_SESSION_ID : OV_OK;
}

static void read_acks(struct ov_reader *r, struct ov_control *out)
{
    for (uint8_t i = 0; i < out->ack_count; i++)
    {
        out->acks[i] = ov_read_u32(r); /* [WP-CTRL-008] */
    }
    if (out->ack_count > 0)
    {
        ov_read_copy(r, out->remote_sid.id, OV_SID_LEN);
    }
}

enum ov_err ov_control_decode(uint8_t first_octet, const struct ov_sid *sid, const void *body, size_t len,
                              struct ov_control *out)
{
    struct ov_reader r = ov_reader_over(body, len);
    memset(out, 0, sizeof(*out));
    out->opcode = ov_opcode_of(first_octet);
    out->key_id = ov_opcode_key_id(first_octet);
    out->sid = *sid;
    if (!ov_opcode_is_control(out->opcode))
    {
        return OV_ERR_OPCODE;
    }
    if (ov_sid_is_zero(sid))
    {
        return OV_ERR_SESSION_ID;
    }
    out->has_message_id = ov_opcode_has_message_id(out->opcode);
    out->ack_count = ov_read_u8(&r);
    if (out->ack_count > OV_CONTROL_ACKS_MAX)
    {
        out->ack_count = 0;
        return OV_ERR_LIMIT;
    }
    read_acks(&r, out);
    /* What stands behind the acknowledgements of ACK_V1 has no meaning [WP-CTRL-003]. */
    if (out->has_message_id)
    {
        out->message_id = ov_read_u32(&r);
        out->payload = ov_read_rest(&r, &out->payload_len);
    }
    return r.failed ? OV_ERR_TRUNCATED : OV_OK;
}

size_t ov_control_body_overhead(uint8_t opcode, size_t ack_count)
{
    size_t acks = ack_count > 0 ? 4 * ack_count + OV_SID_LEN : 0;
    return 1 + acks + (ov_opcode_has_message_id(opcode) ? 4 : 0);
}

size_t ov_control_body_len(const struct ov_control *control)
{
    return ov_control_body_overhead(control->opcode, control->ack_count) + control->payload_len;
}

enum ov_err ov_control_encode_body(const struct ov_control *control, struct ov_writer *w)
{
    bool has_message = ov_opcode_has_message_id(control->opcode);
    if (!ov_opcode_is_control(control->opcode) || control->ack_count > OV_CONTROL_ACKS_MAX ||
        (!has_message && control->payload_len > 0))
    {
        return OV_ERR_ARG;
    }
    ov_write_u8(w, control->ack_count);
    for (uint8_t i = 0; i < control->ack_count; i++)
    {
        ov_write_u32(w, control->acks[i]);
    }
    if (control->ack_count > 0)
    {
        ov_write_bytes(w, control->remote_sid.id, OV_SID_LEN);
    }
    if (has_message)
    {
        ov_write_u32(w, control->message_id);
        ov_write_bytes(w, control->payload, control->payload_len);
    }
    return w->failed ? OV_ERR_NOSPACE : OV_OK;
}

enum ov_err ov_control_encode(const struct ov_control *control, struct ov_writer *w)
{
    ov_write_u8(w, ov_opcode_join((enum ov_opcode)control->opcode, control->key_id));
    ov_write_bytes(w, control->sid.id, OV_SID_LEN);
    return ov_control_encode_body(control, w);
}
