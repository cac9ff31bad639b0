#include "wire/data_header.h"

#include "base/cursor.h"

static void read_prefix(struct ov_reader *r, struct ov_data_prefix *out)
{
    uint8_t first = ov_read_u8(r);
    out->opcode = ov_opcode_of(first);
    out->key_id = ov_opcode_key_id(first);
    bool v2 = out->opcode == OV_OP_DATA_V2;
    out->len = v2 ? OV_DATA_V2_PREFIX : OV_DATA_V1_PREFIX;
    out->peer_id = v2 ? ov_read_u24(r) : OV_PEER_ID_NONE;
}

static enum ov_err verdict(const struct ov_reader *r, size_t len, uint8_t opcode)
{
    if (len > 0 && !ov_opcode_is_data(opcode))
    {
        return OV_ERR_OPCODE;
    }
    return r->failed ? OV_ERR_TRUNCATED : OV_OK;
}

enum ov_err ov_data_prefix_read(const uint8_t *packet, size_t len, struct ov_data_prefix *out)
{
    struct ov_reader r = ov_reader_over(packet, len);
    read_prefix(&r, out);
    return verdict(&r, len, out->opcode);
}

enum ov_err ov_data_header_read(const uint8_t *packet, size_t len, struct ov_data_header *out)
{
    struct ov_reader r = ov_reader_over(packet, len);
    read_prefix(&r, &out->prefix);
    out->packet_id = ov_read_u32(&r);
    out->len = (uint8_t)(out->prefix.len + OV_DATA_SHORT_ID_LEN);
    /* Only DATA_V2 authenticates its opcode and peer-id [WP-DATA-021]. */
    out->ad_offset = out->prefix.opcode == OV_OP_DATA_V2 ? 0 : OV_DATA_V1_PREFIX;
    out->ad_len = (uint8_t)(out->len - out->ad_offset);
    return verdict(&r, len, out->prefix.opcode);
}

enum ov_err ov_data_epoch_read(const uint8_t *packet, size_t len, struct ov_data_epoch_header *out)
{
    struct ov_reader r = ov_reader_over(packet, len);
    read_prefix(&r, &out->prefix);
    out->epoch = ov_read_u16(&r);
    out->counter = ov_read_u48(&r);
    if (len > 0 && out->prefix.opcode != OV_OP_DATA_V2)
    {
        return OV_ERR_OPCODE;
    }
    if (r.failed)
    {
        return OV_ERR_TRUNCATED;
    }
    return out->epoch == 0 ? OV_ERR_FORMAT : OV_OK;
}
