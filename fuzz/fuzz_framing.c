/* Compression framing and what is behind it. Input: one octet of mode, u16 largest packet, then what was
 * decrypted. Whatever it is, nothing beyond the largest packet comes out; what is framed comes back. */
#include "compress/compress.h"
#include "lib/fuzz.h"

static void expand(enum ov_comp_alg alg, const struct ov_buf *block, uint32_t cap)
{
    const struct ov_compressor *compressor = ov_compressor_find(ov_compressors, alg);
    uint32_t len = UINT32_MAX;
    if (compressor == NULL)
    {
        return;
    }
    uint8_t *in = fuzz_copy(ov_buf_data(block), block->len);
    uint8_t *out = calloc(1, cap + 1u);
    const enum ov_err err = compressor->expand(in, block->len, out, cap, &len);
    FUZZ_CHECK(err == OV_OK || err == OV_ERR_FORMAT || err == OV_ERR_LIMIT);
    FUZZ_CHECK(len <= cap && (err == OV_OK || len == 0) && out[cap] == 0);
    if (err == OV_OK && len > 0)
    {
        uint32_t packed_len = 0, again_len = 0;
        uint8_t *packed = calloc(1, OV_COMPRESS_WORST(len)), *again = calloc(1, len);
        FUZZ_CHECK(compressor->compress(out, len, packed, OV_COMPRESS_WORST(len), &packed_len) == OV_OK);
        FUZZ_CHECK(compressor->expand(packed, packed_len, again, len, &again_len) == OV_OK);
        FUZZ_CHECK(again_len == len && memcmp(again, out, len) == 0);
        free(packed);
        free(again);
    }
    free(in);
    free(out);
}

static void frame_again(enum ov_comp_mode mode, const uint8_t *data, uint32_t len)
{
    uint8_t *mem = calloc(1, OV_COMP_HEAD_MAX + len + OV_COMP_TAIL_MAX);
    struct ov_buf buf = {mem, OV_COMP_HEAD_MAX + len + OV_COMP_TAIL_MAX, OV_COMP_HEAD_MAX, len};
    enum ov_comp_alg alg = OV_COMP_ALG_LZO;
    memcpy(ov_buf_data(&buf), data, len);
    FUZZ_CHECK(ov_comp_frame(mode, OV_COMP_ALG_NONE, &buf) == OV_OK);
    FUZZ_CHECK(ov_comp_unframe(mode, &buf, &alg) == OV_OK && alg == OV_COMP_ALG_NONE);
    FUZZ_CHECK(buf.len == len && memcmp(ov_buf_data(&buf), data, len) == 0);
    free(mem);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_in in = {data, size};
    const enum ov_comp_mode mode = (enum ov_comp_mode)(fuzz_u8(&in) % OV_COMP_MODES);
    const uint32_t cap = fuzz_u16(&in);
    const uint32_t len = in.left < 16384 ? (uint32_t)in.left : 16384;
    uint8_t *copy = fuzz_copy(in.at, len);
    struct ov_buf buf = {copy, len, 0, len};
    enum ov_comp_alg alg = OV_COMP_ALG_NONE;
    if (ov_comp_unframe(mode, &buf, &alg) == OV_OK)
    {
        FUZZ_CHECK(buf.len > 0 && buf.len <= len);
        FUZZ_CHECK(alg == OV_COMP_ALG_NONE || alg == ov_comp_mode_alg(mode));
        if (alg != OV_COMP_ALG_NONE)
        {
            expand(alg, &buf, cap);
        }
    }
    free(copy);
    if (len > 0)
    {
        frame_again(mode, in.at, len);
    }
    return 0;
}
