#include "wire/fragment.h"

#define TYPE_MASK  0x3u
#define SEQ_SHIFT  2
#define SEQ_MASK   0xFFu
#define ID_SHIFT   10
#define ID_MASK    0x1Fu
#define SIZE_SHIFT 15
#define SIZE_MASK  0x3FFFu
#define SIZE_UNITS 2 /* the field counts fours */
#define RESERVED   0xE0000000u

enum ov_err ov_fragment_read(const uint8_t *data, uint32_t len, struct ov_fragment *out)
{
    *out = (struct ov_fragment){.type = OV_FRAGMENT_WHOLE};
    if (len < OV_FRAGMENT_HEAD)
    {
        return OV_ERR_TRUNCATED;
    }
    const uint32_t bits =
        (uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 | (uint32_t)data[2] << 8 | data[3];
    out->type = (enum ov_fragment_type)(bits & TYPE_MASK);
    out->sequence = (uint8_t)(bits >> SEQ_SHIFT & SEQ_MASK);
    out->index = (uint8_t)(bits >> ID_SHIFT & ID_MASK);
    out->size = (bits >> SIZE_SHIFT & SIZE_MASK) << SIZE_UNITS;
    switch (out->type)
    {
    case OV_FRAGMENT_WHOLE:
        return bits == 0 ? OV_OK : OV_ERR_FORMAT;
    case OV_FRAGMENT_MORE:
        return (bits & RESERVED) == 0 && out->size == 0 ? OV_OK : OV_ERR_FORMAT;
    case OV_FRAGMENT_LAST:
        return (bits & RESERVED) == 0 ? OV_OK : OV_ERR_FORMAT;
    default:
        return OV_ERR_UNSUPPORTED;
    }
}

void ov_fragment_write(const struct ov_fragment *head, uint8_t out[static OV_FRAGMENT_HEAD])
{
    const uint32_t bits = (uint32_t)head->type | (uint32_t)head->sequence << SEQ_SHIFT |
                          (head->index & ID_MASK) << ID_SHIFT |
                          (head->size >> SIZE_UNITS & SIZE_MASK) << SIZE_SHIFT;
    out[0] = (uint8_t)(bits >> 24);
    out[1] = (uint8_t)(bits >> 16);
    out[2] = (uint8_t)(bits >> 8);
    out[3] = (uint8_t)bits;
}
