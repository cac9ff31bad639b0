/* LZO blocks (lzo1x). */
#include <lzo/lzo1x.h>

#include "compress/compress.h"

static const char *lzo_name_and_version(void)
{
    return lzo_version_string();
}

/* The library checks that it was compiled for this kind of machine. */
static enum ov_err lzo_start(void)
{
    return lzo_init() == LZO_E_OK ? OV_OK : OV_ERR_UNSUPPORTED;
}

static enum ov_err lzo_expand(const uint8_t *in, uint32_t len, uint8_t *out, uint32_t cap, uint32_t *out_len)
{
    lzo_uint made = cap;
    const int result = lzo1x_decompress_safe(in, len, out, &made, NULL);
    *out_len = result == LZO_E_OK ? (uint32_t)made : 0;
    return result == LZO_E_OK ? OV_OK : result == LZO_E_OUTPUT_OVERRUN ? OV_ERR_LIMIT : OV_ERR_FORMAT;
}

/* Any compressor of the family makes blocks that lzo1x expands; this one needs the least memory to work in. */
static enum ov_err lzo_compress(const uint8_t *in, uint32_t len, uint8_t *out, uint32_t cap,
                                uint32_t *out_len)
{
    union
    {
        uint8_t octets[LZO1X_1_11_MEM_COMPRESS];
        lzo_voidp align;
    } work;
    lzo_uint made = cap;
    const int result = lzo1x_1_11_compress(in, len, out, &made, work.octets);
    *out_len = (uint32_t)made;
    return result == LZO_E_OK ? OV_OK : OV_ERR_CRYPTO;
}

const struct ov_compressor ov_compressor_lzo = {
    .name = "lzo",
    .alg = OV_COMP_ALG_LZO,
    .version = lzo_name_and_version,
    .start = lzo_start,
    .expand = lzo_expand,
    .compress = lzo_compress,
};
