/* LZ4 blocks. */
#include <lz4.h>

#include "compress/compress.h"

static const char *lz4_version(void)
{
    return LZ4_versionString();
}

static enum ov_err lz4_start(void)
{
    return OV_OK;
}

/* Bounded on both sides by the library; it has one word for every error. */
static enum ov_err lz4_expand(const uint8_t *in, uint32_t len, uint8_t *out, uint32_t cap, uint32_t *out_len)
{
    const int made = LZ4_decompress_safe((const char *)in, (char *)out, (int)len, (int)cap);
    *out_len = made > 0 ? (uint32_t)made : 0;
    return made < 0 ? OV_ERR_FORMAT : OV_OK;
}

static enum ov_err lz4_compress(const uint8_t *in, uint32_t len, uint8_t *out, uint32_t cap,
                                uint32_t *out_len)
{
    const int made = LZ4_compress_default((const char *)in, (char *)out, (int)len, (int)cap);
    *out_len = made > 0 ? (uint32_t)made : 0;
    return made > 0 ? OV_OK : OV_ERR_CRYPTO;
}

const struct ov_compressor ov_compressor_lz4 = {
    .name = "lz4",
    .alg = OV_COMP_ALG_LZ4,
    .version = lz4_version,
    .start = lz4_start,
    .expand = lz4_expand,
    .compress = lz4_compress,
};
