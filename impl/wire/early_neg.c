#include "wire/early_neg.h"

#include <stdbool.h>

enum ov_err ov_early_neg_decode(const void *payload, size_t len, struct ov_early_neg *out)
{
    struct ov_reader r = ov_reader_over(payload, len);
    bool bad_flags = false;
    out->flags = 0;
    while (ov_reader_left(&r) > 0)
    {
        uint16_t type = ov_read_u16(&r);
        uint16_t value_len = ov_read_u16(&r);
        const uint8_t *value = ov_read_bytes(&r, value_len);
        if (value == NULL || type != OV_EARLY_NEG_FLAGS)
        {
            continue;
        }
        bad_flags = bad_flags || value_len != 2;
        struct ov_reader flags = ov_reader_over(value, value_len);
        out->flags |= ov_read_u16(&flags);
    }
    if (r.failed || bad_flags)
    {
        out->flags = 0;
    }
    return r.failed ? OV_ERR_TRUNCATED : bad_flags ? OV_ERR_FORMAT : OV_OK;
}

enum ov_err ov_early_neg_encode(const struct ov_early_neg *early, struct ov_writer *w)
{
    ov_write_u16(w, OV_EARLY_NEG_FLAGS);
    ov_write_u16(w, 2);
    ov_write_u16(w, early->flags);
    return w->failed ? OV_ERR_NOSPACE : OV_OK;
}
