/* Compression framing and the libraries behind it (wire-protocol.md chapter 7, bad-inputs.md 32). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compress/compress.h"
#include "tests/lib/octets.h"
#include "tests/lib/vectors.h"

#define ROOM 64u

static struct ov_buf view(uint8_t mem[static 256], const uint8_t *data, size_t len)
{
    struct ov_buf buf = ov_buf_over(mem, 256, ROOM);
    memcpy(ov_buf_put(&buf, (uint32_t)len), data, len);
    return buf;
}

static const struct
{
    const char *section;
    enum ov_comp_mode mode;
    enum ov_comp_alg alg;
    bool receive_only;
} vectors[] = {
    {"compress-none", OV_COMP_OFF, OV_COMP_ALG_NONE, false},
    {"comp-lzo-no", OV_COMP_LZO_STUB, OV_COMP_ALG_NONE, false},
    {"comp-lzo-no", OV_COMP_LZO, OV_COMP_ALG_NONE, false},
    {"compress-stub", OV_COMP_STUB, OV_COMP_ALG_NONE, false},
    {"compress-stub", OV_COMP_LZ4, OV_COMP_ALG_NONE, false},
    {"compress-lz4", OV_COMP_LZ4, OV_COMP_ALG_LZ4, false},
    {"compress-stub-v2", OV_COMP_STUB_V2, OV_COMP_ALG_NONE, false},
    {"compress-stub-v2", OV_COMP_LZ4_V2, OV_COMP_ALG_NONE, false},
    {"compress-stub-v2-escape", OV_COMP_STUB_V2, OV_COMP_ALG_NONE, false},
    {"compress-stub-v2-escape-received", OV_COMP_STUB_V2, OV_COMP_ALG_NONE, true},
};

/* Swapped markers, and the escape in both spellings, octet by octet [WP-COMP-001, WP-COMP-004, WP-COMP-005].
 * */
static void follows_the_vectors(void **state)
{
    (void)state;
    struct ov_vec_file *file = ov_vec_load("framing");
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++)
    {
        const struct ov_vec_section *s = ov_vec_section(file, vectors[i].section);
        uint8_t mem[256], inner[64], framed[64];
        const char *key = vectors[i].alg == OV_COMP_ALG_LZ4 ? "lz4_block" : "payload";
        const size_t inner_len = ov_vec_octets(s, key, inner, sizeof inner);
        const size_t framed_len = ov_vec_octets(s, "framed", framed, sizeof framed);
        struct ov_buf buf = view(mem, inner, inner_len);
        enum ov_comp_alg alg = OV_COMP_ALG_LZO;
        if (!vectors[i].receive_only)
        {
            ov_assert_err(ov_comp_frame(vectors[i].mode, vectors[i].alg, &buf), OV_OK);
            assert_int_equal(buf.len, framed_len);
            assert_memory_equal(ov_buf_data(&buf), framed, framed_len);
        }
        buf = view(mem, framed, framed_len);
        ov_assert_err(ov_comp_unframe(vectors[i].mode, &buf, &alg), OV_OK);
        assert_int_equal(alg, vectors[i].alg);
        assert_int_equal(buf.len, inner_len);
        assert_memory_equal(ov_buf_data(&buf), inner, inner_len);
    }
    ov_vec_free(file);
}

/* What is not of the mode, or stops where it must not. */
static const struct
{
    enum ov_comp_mode mode;
    const char *hex;
    enum ov_err err;
} wrong[] = {
    {OV_COMP_LZO_STUB, "", OV_ERR_TRUNCATED},
    {OV_COMP_LZO_STUB, "fa", OV_ERR_TRUNCATED},
    {OV_COMP_LZO_STUB, "fb45", OV_ERR_FORMAT},
    {OV_COMP_LZO_STUB, "6645", OV_ERR_FORMAT},
    {OV_COMP_LZO_STUB, "4500", OV_ERR_FORMAT},
    {OV_COMP_LZO_STUB, "6845", OV_ERR_UNSUPPORTED},
    {OV_COMP_LZO_STUB, "6745", OV_ERR_UNSUPPORTED},
    {OV_COMP_LZO, "66", OV_ERR_TRUNCATED},
    {OV_COMP_LZO, "6900", OV_ERR_FORMAT},
    {OV_COMP_STUB, "fb", OV_ERR_TRUNCATED},
    {OV_COMP_STUB, "fa45", OV_ERR_FORMAT},
    {OV_COMP_STUB, "6945", OV_ERR_FORMAT},
    {OV_COMP_STUB, "6845", OV_ERR_UNSUPPORTED},
    {OV_COMP_LZ4, "69", OV_ERR_TRUNCATED},
    {OV_COMP_LZ4, "6645", OV_ERR_FORMAT},
    {OV_COMP_STUB_V2, "", OV_ERR_TRUNCATED},
    {OV_COMP_STUB_V2, "50", OV_ERR_TRUNCATED},
    {OV_COMP_STUB_V2, "5000", OV_ERR_TRUNCATED},
    {OV_COMP_STUB_V2, "50014500", OV_ERR_FORMAT},
    {OV_COMP_STUB_V2, "50024500", OV_ERR_UNSUPPORTED},
    {OV_COMP_LZ4_V2, "5001", OV_ERR_TRUNCATED},
    {OV_COMP_LZ4_V2, "50034500", OV_ERR_UNSUPPORTED},
    {OV_COMP_LZ4_V2, "50044500", OV_ERR_FORMAT},
    {OV_COMP_LZ4_V2, "50ff4500", OV_ERR_FORMAT},
    {OV_COMP_OFF, "", OV_ERR_TRUNCATED},
};

/* A marker of another algorithm is no packet [WP-COMP-002]. */
static void refuses_what_is_not_of_the_mode(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
    {
        uint8_t octets[16];
        const size_t len = ov_test_hex(wrong[i].hex, octets, sizeof octets);
        uint8_t *copy = ov_test_copy(octets, len);
        struct ov_buf buf = {copy, (uint32_t)len, 0, (uint32_t)len};
        enum ov_comp_alg alg;
        const enum ov_err err = ov_comp_unframe(wrong[i].mode, &buf, &alg);
        if (err != wrong[i].err)
        {
            fail_msg("%s, mode %s: %s, expected %s", wrong[i].hex, ov_comp_mode_name(wrong[i].mode),
                     ov_err_name(err), ov_err_name(wrong[i].err));
        }
        free(copy);
    }
}

/* Every mode, every first two octets: nothing is read or written outside, and what is framed comes back. */
static void every_beginning_in_every_mode(void **state)
{
    (void)state;
    for (unsigned mode = 0; mode < OV_COMP_MODES; mode++)
    {
        for (unsigned head = 0; head < 65536; head += mode % 2 + 1)
        {
            uint8_t mem[256];
            const uint8_t packet[5] = {(uint8_t)(head >> 8), (uint8_t)head, 3, 4, 5};
            enum ov_comp_alg alg;
            for (uint32_t len = 1; len <= sizeof packet; len += 2)
            {
                struct ov_buf buf = view(mem, packet, len);
                (void)!ov_comp_unframe((enum ov_comp_mode)mode, &buf, &alg);
                assert_true(buf.len <= len);
                buf = view(mem, packet, len);
                ov_assert_err(ov_comp_frame((enum ov_comp_mode)mode, OV_COMP_ALG_NONE, &buf), OV_OK);
                assert_true(buf.len <= len + OV_COMP_HEAD_MAX);
                ov_assert_err(ov_comp_unframe((enum ov_comp_mode)mode, &buf, &alg), OV_OK);
                assert_int_equal(alg, OV_COMP_ALG_NONE);
                assert_int_equal(buf.len, len);
                assert_memory_equal(ov_buf_data(&buf), packet, len);
            }
        }
    }
}

static void framing_needs_room(void **state)
{
    (void)state;
    uint8_t mem[8] = {0x50, 1, 2, 3, 4, 5, 6, 7};
    for (unsigned mode = OV_COMP_OFF + 1; mode < OV_COMP_MODES; mode++)
    {
        struct ov_buf tight = {mem, sizeof mem, 0, sizeof mem};
        struct ov_buf empty = {mem, sizeof mem, 4, 0};
        ov_assert_err(ov_comp_frame((enum ov_comp_mode)mode, OV_COMP_ALG_NONE, &tight), OV_ERR_NOSPACE);
        assert_int_equal(tight.len, sizeof mem);
        assert_int_equal(mem[0], 0x50);
        ov_assert_err(ov_comp_frame((enum ov_comp_mode)mode, OV_COMP_ALG_NONE, &empty), OV_ERR_ARG);
    }
    struct ov_buf other = {mem, sizeof mem, 4, 2};
    ov_assert_err(ov_comp_frame(OV_COMP_LZ4, OV_COMP_ALG_LZO, &other), OV_ERR_ARG);
}

/* ---- the libraries ---- */

static void blocks_come_back(void **state)
{
    (void)state;
    static uint8_t text[9000], block[OV_COMPRESS_WORST(sizeof text)], out[sizeof text];
    struct ov_test_random random = {ov_test_seed(1)};
    for (size_t c = 0; ov_compressors[c] != NULL; c++)
    {
        const struct ov_compressor *compressor = ov_compressors[c];
        ov_assert_err(compressor->start(), OV_OK);
        assert_true(compressor->version()[0] != '\0');
        for (unsigned turn = 0; turn < 400; turn++)
        {
            const uint32_t len = 1 + ov_test_below(&random, sizeof text);
            const uint32_t letters = 1 + ov_test_below(&random, 256);
            uint32_t block_len = 0, out_len = 0;
            for (uint32_t i = 0; i < len; i++)
            {
                text[i] = (uint8_t)ov_test_below(&random, letters);
            }
            ov_assert_err(compressor->compress(text, len, block, OV_COMPRESS_WORST(len), &block_len), OV_OK);
            assert_true(block_len <= OV_COMPRESS_WORST(len));
            uint8_t *exact = malloc(len);
            ov_assert_err(compressor->expand(block, block_len, exact, len, &out_len), OV_OK);
            assert_int_equal(out_len, len);
            assert_memory_equal(exact, text, len);
            free(exact);
            /* One octet too much. */
            if (len > 1)
            {
                assert_int_not_equal(compressor->expand(block, block_len, out, len - 1, &out_len), OV_OK);
            }
        }
    }
}

/* Damaged and cut blocks: an error or some octets, never one outside the room. */
static void damage_stays_in_its_room(void **state)
{
    (void)state;
    uint8_t text[600], block[OV_COMPRESS_WORST(sizeof text)];
    struct ov_test_random random = {ov_test_seed(2)};
    for (size_t c = 0; ov_compressors[c] != NULL; c++)
    {
        const struct ov_compressor *compressor = ov_compressors[c];
        for (unsigned turn = 0; turn < 3000; turn++)
        {
            uint32_t block_len = 0, out_len = 0;
            for (size_t i = 0; i < sizeof text; i++)
            {
                text[i] = (uint8_t)ov_test_below(&random, 4);
            }
            ov_assert_err(compressor->compress(text, sizeof text, block, sizeof block, &block_len), OV_OK);
            block[ov_test_below(&random, block_len)] ^= (uint8_t)(1u << ov_test_below(&random, 8));
            const uint32_t cut = 1 + ov_test_below(&random, block_len);
            uint8_t *in = ov_test_copy(block, cut);
            uint8_t *out = malloc(sizeof text);
            const enum ov_err err = compressor->expand(in, cut, out, sizeof text, &out_len);
            assert_true(err == OV_OK || err == OV_ERR_FORMAT || err == OV_ERR_LIMIT);
            assert_true(out_len <= sizeof text && (err == OV_OK || out_len == 0));
            free(in);
            free(out);
        }
    }
}

/* Blocks made by hand [bad-inputs 32]. */
static const struct
{
    enum ov_comp_alg alg;
    const char *what;
    const char *hex;
} bombs[] = {
    {OV_COMP_ALG_LZ4, "offset 0", "1f410000ff"},
    {OV_COMP_ALG_LZ4, "offset before the start", "1f41ffff0a"},
    {OV_COMP_ALG_LZ4, "literals beyond the end", "f0ff10"},
    {OV_COMP_ALG_LZ4, "255 times", "1f410100ffffffffffffffffffffffffffffffffffffffffffffffffffffffff00"},
    {OV_COMP_ALG_LZO, "no end", "1541414141"},
    {OV_COMP_ALG_LZO, "distance before the start", "12412cff0f110000"},
    {OV_COMP_ALG_LZO, "run of zeros: a huge literal", "000000000000000000000000000000000000000000000000ff"},
};

static void bombs_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bombs / sizeof bombs[0]; i++)
    {
        const struct ov_compressor *compressor = ov_compressor_find(ov_compressors, bombs[i].alg);
        uint8_t octets[64];
        const size_t len = ov_test_hex(bombs[i].hex, octets, sizeof octets);
        if (compressor == NULL)
        {
            continue; /* built without it */
        }
        uint8_t *in = ov_test_copy(octets, len);
        uint8_t *out = malloc(1500);
        uint32_t out_len = 7;
        const enum ov_err err = compressor->expand(in, (uint32_t)len, out, 1500, &out_len);
        if (err != OV_ERR_FORMAT && err != OV_ERR_LIMIT)
        {
            fail_msg("%s, %s: %s, %u octets", compressor->name, bombs[i].what, ov_err_name(err), out_len);
        }
        assert_int_equal(out_len, 0);
        free(in);
        free(out);
    }
}

static void find_takes_any_list(void **state)
{
    (void)state;
    static const struct ov_compressor *const none[] = {NULL};
    assert_null(ov_compressor_find(NULL, OV_COMP_ALG_LZ4));
    assert_null(ov_compressor_find(none, OV_COMP_ALG_LZ4));
    assert_null(ov_compressor_find(ov_compressors, OV_COMP_ALG_NONE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(follows_the_vectors),
        cmocka_unit_test(refuses_what_is_not_of_the_mode),
        cmocka_unit_test(every_beginning_in_every_mode),
        cmocka_unit_test(framing_needs_room),
        cmocka_unit_test(blocks_come_back),
        cmocka_unit_test(damage_stays_in_its_room),
        cmocka_unit_test(bombs_are_refused),
        cmocka_unit_test(find_takes_any_list),
    };
    return cmocka_run_group_tests_name("comp_frame", tests, NULL, NULL);
}
