#include "ovspec/decode.h"

#include <string.h>

enum
{
    HEAD_LEN = 1 + OVS_SID_LEN
};

size_t ovs_wrap_len(struct ovs_wrap wrap)
{
    switch (wrap.kind)
    {
    case OVS_WRAP_TLS_AUTH:
        return (size_t)wrap.digest_len + 8;
    case OVS_WRAP_TLS_CRYPT:
    case OVS_WRAP_TLS_CRYPT_V2:
        return OVS_TLS_CRYPT_HEAD_LEN - HEAD_LEN;
    case OVS_WRAP_PLAIN:
    case OVS_WRAP_UNKNOWN:
        break;
    }
    return 0;
}

/* WKc stands at the end, and its length at the very end of it [WP-TC2-010]. */
static void decode_wkc(struct ovs_control *out)
{
    const struct ovs_packet *packet = out->packet;

    if (packet->snapped)
    {
        return;
    }
    if (packet->kept_len < HEAD_LEN + 2)
    {
        out->wkc_bad = true;
        return;
    }
    uint32_t len = (uint32_t)packet->data[packet->kept_len - 2] << 8 | packet->data[packet->kept_len - 1];
    if (len < OVS_WKC_MIN || len > OVS_WKC_MAX || len + OVS_TLS_CRYPT_HEAD_LEN + 1 > packet->len)
    {
        out->wkc_bad = true;
        return;
    }
    out->wkc_len = len;
}

void ovs_control_decode_head(const struct ovs_packet *packet, struct ovs_control *out)
{
    struct ovs_cursor cursor = ovs_cursor_over(packet->data, packet->kept_len);
    uint8_t first = ovs_take_u8(&cursor);

    *out = (struct ovs_control){
        .packet = packet, .opcode = first >> 3, .key_id = first & 7, .malformed = packet->len == 0};
    if (!ovs_opcode_is_control(out->opcode))
    {
        return;
    }
    const uint8_t *sid = ovs_take(&cursor, OVS_SID_LEN);
    if (sid == NULL)
    {
        out->malformed = !packet->snapped;
        return;
    }
    out->has_sid = true;
    memcpy(out->sid, sid, OVS_SID_LEN);
    if (ovs_opcode_has_wkc(out->opcode))
    {
        decode_wkc(out);
    }
}

/* Acknowledgement record, message id, payload [WP-CTRL-002, WP-CTRL-003]. */
static bool decode_clear_body(struct ovs_control *control, struct ovs_cursor *cursor)
{
    control->ack_count = ovs_take_u8(cursor);
    control->acks = ovs_take(cursor, (size_t)control->ack_count * 4);
    if (control->ack_count > 0)
    {
        control->remote_sid = ovs_take(cursor, OVS_SID_LEN);
    }
    if (control->opcode != OVS_ACK_V1)
    {
        control->message_id = ovs_take_u32(cursor);
        control->has_message_id = !cursor->failed;
    }
    if (cursor->failed)
    {
        return false;
    }
    control->payload = cursor->at;
    control->payload_len = (uint32_t)cursor->left;
    return true;
}

void ovs_control_decode_body(struct ovs_control *control, struct ovs_wrap wrap)
{
    const struct ovs_packet *packet = control->packet;
    bool clear_body = wrap.kind == OVS_WRAP_PLAIN || wrap.kind == OVS_WRAP_TLS_AUTH;

    if (!control->has_sid || wrap.kind == OVS_WRAP_UNKNOWN)
    {
        return;
    }
    struct ovs_cursor cursor =
        ovs_cursor_over(packet->data + HEAD_LEN, (size_t)(packet->kept_len - HEAD_LEN));
    if (wrap.kind == OVS_WRAP_TLS_AUTH)
    {
        ovs_take(&cursor, wrap.digest_len);
    }
    if (wrap.kind != OVS_WRAP_PLAIN)
    {
        control->wrap_id = ovs_take_u32(&cursor);
        control->wrap_time = ovs_take_u32(&cursor);
        control->has_wrap_id = !cursor.failed;
    }
    size_t before_body = HEAD_LEN + ovs_wrap_len(wrap) + control->wkc_len;
    control->body_len = packet->len > before_body ? (uint32_t)(packet->len - before_body) : 0;
    if (packet->snapped)
    {
        return;
    }
    control->malformed = clear_body ? !decode_clear_body(control, &cursor) : control->body_len == 0;
    control->has_body = clear_body && !control->malformed;
}

uint32_t ovs_control_ack(const struct ovs_control *control, size_t index)
{
    const uint8_t *at = control->acks + index * 4;

    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

bool ovs_control_acks(const struct ovs_control *control, uint32_t message_id)
{
    for (size_t i = 0; control->has_body && i < control->ack_count; i++)
    {
        if (ovs_control_ack(control, i) == message_id)
        {
            return true;
        }
    }
    return false;
}
