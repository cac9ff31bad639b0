#include "wire/inband.h"

#include <string.h>

const uint8_t ov_ping_payload[OV_PING_LEN] = {0x2a, 0x18, 0x7b, 0xf3, 0x64, 0x1e, 0xb4, 0xcb,
                                              0x07, 0xed, 0x2d, 0x0a, 0x98, 0x1f, 0xc7, 0x48};

const uint8_t ov_occ_magic[OV_OCC_MAGIC_LEN] = {0x28, 0x7f, 0x34, 0x6b, 0xd4, 0xef, 0x7a, 0x81,
                                                0x2d, 0x56, 0xb8, 0xd3, 0xaf, 0xc5, 0x45, 0x9c};

bool ov_inband_is_ping(const uint8_t *data, size_t len)
{
    return len == OV_PING_LEN && memcmp(data, ov_ping_payload, OV_PING_LEN) == 0;
}

bool ov_inband_is_occ(const uint8_t *data, size_t len)
{
    return len >= OV_OCC_MAGIC_LEN && memcmp(data, ov_occ_magic, OV_OCC_MAGIC_LEN) == 0;
}

enum ov_err ov_occ_decode(const uint8_t *data, size_t len, struct ov_occ_message *out)
{
    memset(out, 0, sizeof(*out));
    if (!ov_inband_is_occ(data, len))
    {
        return OV_ERR_FORMAT;
    }
    struct ov_reader r = ov_reader_over(data, len);
    ov_read_bytes(&r, OV_OCC_MAGIC_LEN);
    uint8_t op = ov_read_u8(&r);
    out->data = ov_read_rest(&r, &out->data_len);
    out->op = (enum ov_occ_op)op;
    if (r.failed)
    {
        return OV_ERR_TRUNCATED;
    }
    return op < OV_OCC_COUNT ? OV_OK : OV_ERR_FORMAT;
}

enum ov_err ov_occ_encode(const struct ov_occ_message *occ, struct ov_writer *w)
{
    ov_write_bytes(w, ov_occ_magic, OV_OCC_MAGIC_LEN);
    ov_write_u8(w, (uint8_t)occ->op);
    ov_write_bytes(w, occ->data, occ->data_len);
    return w->failed ? OV_ERR_NOSPACE : OV_OK;
}
