/* Packets on TCP (wire-protocol.md 1.1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/octets.h"
#include "tests/lib/vectors.h"
#include "wire/tcp_frame.h"

static struct ov_buf whole(uint8_t *data, size_t len)
{
    struct ov_buf buf = {data, (uint32_t)len, 0, (uint32_t)len};
    return buf;
}

static void test_vector(void **state)
{
    (void)state;
    struct ov_vec_file *file = ov_vec_load("framing");
    const struct ov_vec_section *s = ov_vec_section(file, "tcp-client-reset");
    uint8_t mem[64];
    uint8_t stream[64];
    size_t packet_len = ov_vec_octets(s, "packet", mem + 2, 62);
    size_t stream_len = ov_vec_octets(s, "stream", stream, sizeof(stream));
    struct ov_buf packet = {mem, sizeof(mem), 2, (uint32_t)packet_len};
    ov_assert_err(ov_tcp_frame_push(&packet), OV_OK);
    assert_int_equal(packet.len, stream_len);
    assert_memory_equal(ov_buf_data(&packet), stream, stream_len);
    struct ov_tcp_deframer d;
    static uint8_t partial[OV_TCP_FRAME_HEAD + OV_TCP_FRAME_MAX];
    struct ov_buf in = whole(stream, stream_len);
    ov_tcp_deframer_init(&d, OV_TCP_FRAME_STANDARD, partial);
    ov_assert_err(ov_tcp_deframer_next(&d, &in, &packet), OV_OK);
    assert_int_equal(packet.len, packet_len);
    assert_memory_equal(ov_buf_data(&packet), mem + 2, packet_len);
    ov_assert_err(ov_tcp_deframer_next(&d, &in, &packet), OV_ERR_AGAIN);
    ov_vec_free(file);
}

static void test_encoder_limits(void **state)
{
    (void)state;
    static uint8_t mem[70000];
    struct ov_buf none = {mem, 10, 2, 0};
    struct ov_buf tight = {mem, 10, 1, 5};
    struct ov_buf largest = {mem, sizeof(mem), 2, 65535};
    struct ov_buf larger = {mem, sizeof(mem), 2, 65536};
    ov_assert_err(ov_tcp_frame_push(&none), OV_ERR_ARG);
    ov_assert_err(ov_tcp_frame_push(&tight), OV_ERR_NOSPACE);
    assert_int_equal(tight.len, 5);
    ov_assert_err(ov_tcp_frame_push(&larger), OV_ERR_ARG);
    ov_assert_err(ov_tcp_frame_push(&largest), OV_OK);
    assert_memory_equal(mem, "\xff\xff", 2);
}

/* Random packets, cut into random reads: the same packets come out, wherever the cuts fall [WP-FRM-003]. */
static void run_stream(uint64_t seed)
{
    struct ov_test_random random = {seed};
    uint8_t stream[8192];
    uint32_t lens[64];
    uint32_t count = 0;
    uint32_t stream_len = 0;
    for (;;)
    {
        uint32_t len = 1 + ov_test_below(&random, ov_test_below(&random, 8) == 0 ? 1768 : 60);
        if (count == 64 || stream_len + 2 + len > sizeof(stream))
        {
            break;
        }
        stream[stream_len] = (uint8_t)(len >> 8);
        stream[stream_len + 1] = (uint8_t)len;
        memset(stream + stream_len + 2, (int)(count + 1), len);
        lens[count++] = len;
        stream_len += 2 + len;
    }
    struct ov_tcp_deframer d;
    static uint8_t partial[OV_TCP_FRAME_HEAD + OV_TCP_FRAME_MAX];
    ov_tcp_deframer_init(&d, OV_TCP_FRAME_STANDARD, partial);
    uint32_t got = 0;
    uint32_t most = 1 + ov_test_below(&random, 2000);
    for (uint32_t at = 0; at < stream_len;)
    {
        uint32_t n = 1 + ov_test_below(&random, most);
        n = n < stream_len - at ? n : stream_len - at;
        uint8_t *copy = ov_test_copy(stream + at, n);
        struct ov_buf in = whole(copy, n);
        struct ov_buf packet;
        enum ov_err err;
        while ((err = ov_tcp_deframer_next(&d, &in, &packet)) == OV_OK)
        {
            assert_int_equal(packet.len, lens[got]);
            for (uint32_t i = 0; i < packet.len; i++)
            {
                assert_int_equal(ov_buf_data(&packet)[i], got + 1);
                ov_buf_data(&packet)[i] = 0; /* writable */
            }
            got++;
        }
        ov_assert_err(err, OV_ERR_AGAIN);
        assert_int_equal(in.len, 0);
        free(copy);
        at += n;
    }
    assert_int_equal(got, count);
}

static void test_streams_cut_anywhere(void **state)
{
    (void)state;
    uint64_t seed = ov_test_seed(1);
    for (uint64_t i = 0; i < 300; i++)
    {
        run_stream(seed + i);
    }
}

static void test_one_octet_at_a_time(void **state)
{
    (void)state;
    uint8_t stream[] = {0, 1, 0xAA, 0, 2, 0xBB, 0xBB, 0, 1, 0xCC};
    struct ov_tcp_deframer d;
    static uint8_t partial[OV_TCP_FRAME_HEAD + OV_TCP_FRAME_MAX];
    struct ov_buf packet;
    uint32_t got = 0;
    ov_tcp_deframer_init(&d, 10, partial);
    for (size_t i = 0; i < sizeof(stream); i++)
    {
        struct ov_buf in = whole(&stream[i], 1);
        enum ov_err err = ov_tcp_deframer_next(&d, &in, &packet);
        got += err == OV_OK ? 1 : 0;
        ov_assert_err(err, i == 2 || i == 6 || i == 9 ? OV_OK : OV_ERR_AGAIN);
    }
    assert_int_equal(got, 3);
}

static void test_bad_lengths_break_the_connection_for_good(void **state)
{
    (void)state;
    static const struct
    {
        uint8_t head[2];
        uint32_t max;
        enum ov_err err;
    } rows[] = {
        {{0x00, 0x00}, 1768, OV_ERR_FORMAT}, {{0xFF, 0xFF}, 1768, OV_ERR_FORMAT},
        {{0x06, 0xE9}, 1768, OV_ERR_FORMAT}, {{0x06, 0xE8}, 1768, OV_ERR_AGAIN},
        {{0x25, 0x80}, 9999, OV_ERR_AGAIN},  {{0x25, 0x81}, 9999, OV_ERR_FORMAT},
        {{0x00, 0x02}, 0, OV_ERR_FORMAT},    {{'G', 'E'}, 1768, OV_ERR_FORMAT}, /* HTTP */
        {{0x16, 0x03}, 1768, OV_ERR_FORMAT},                                    /* TLS ClientHello */
        {{'S', 'S'}, 1768, OV_ERR_FORMAT},                                      /* SSH banner */
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    {
        for (uint32_t split = 1; split <= 2; split++)
        {
            struct ov_tcp_deframer d;
            static uint8_t partial[OV_TCP_FRAME_HEAD + OV_TCP_FRAME_MAX];
            struct ov_buf packet;
            uint8_t head[2] = {rows[i].head[0], rows[i].head[1]};
            ov_tcp_deframer_init(&d, rows[i].max, partial);
            struct ov_buf first = whole(head, split);
            struct ov_buf second = whole(head + split, 2 - split);
            enum ov_err err = ov_tcp_deframer_next(&d, &first, &packet);
            ov_assert_err(err, split == 2 ? rows[i].err : OV_ERR_AGAIN);
            ov_assert_err(ov_tcp_deframer_next(&d, &second, &packet), rows[i].err);
            uint8_t good[] = {0, 1, 0xAA};
            struct ov_buf in = whole(good, rows[i].err == OV_ERR_FORMAT ? 3 : 0);
            ov_assert_err(ov_tcp_deframer_next(&d, &in, &packet), rows[i].err);
        }
    }
}

/* A frame cut anywhere is put together in the memory of the second piece, where it lies in one. */
static void test_carried_over(void **state)
{
    (void)state;
    uint8_t frame[2 + 9] = {0, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    for (uint32_t cut = 0; cut <= sizeof(frame); cut++)
    {
        struct ov_tcp_deframer d;
        static uint8_t partial[OV_TCP_FRAME_HEAD + OV_TCP_FRAME_MAX];
        struct ov_buf packet;
        uint8_t mem[OV_TCP_FRAME_HEAD + OV_TCP_FRAME_MAX + sizeof(frame)];
        const uint32_t room = sizeof(mem) - sizeof(frame);
        struct ov_buf first = whole(frame, cut);
        ov_tcp_deframer_init(&d, OV_TCP_FRAME_STANDARD, partial);
        ov_assert_err(ov_tcp_deframer_next(&d, &first, &packet), cut == sizeof(frame) ? OV_OK : OV_ERR_AGAIN);
        const uint32_t kept = cut == sizeof(frame) ? 0 : cut;
        memcpy(mem + room, frame + cut, sizeof(frame) - cut);
        struct ov_buf tight = {mem + room - kept + 1, sizeof(frame), kept - 1, (uint32_t)sizeof(frame) - cut};
        if (kept > 0)
        {
            ov_assert_err(ov_tcp_deframer_carry(&d, &tight), OV_ERR_NOSPACE);
        }
        struct ov_buf in = {mem, sizeof(mem), room, (uint32_t)sizeof(frame) - cut};
        ov_assert_err(ov_tcp_deframer_carry(&d, &in), OV_OK);
        assert_int_equal(in.len, sizeof(frame) - cut + kept);
        if (cut < sizeof(frame))
        {
            ov_assert_err(ov_tcp_deframer_next(&d, &in, &packet), OV_OK);
            assert_ptr_equal(packet.mem, mem + room - kept + 2);
            assert_memory_equal(packet.mem, frame + 2, 9);
        }
        ov_assert_err(ov_tcp_deframer_next(&d, &in, &packet), OV_ERR_AGAIN);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vector),
        cmocka_unit_test(test_encoder_limits),
        cmocka_unit_test(test_streams_cut_anywhere),
        cmocka_unit_test(test_one_octet_at_a_time),
        cmocka_unit_test(test_bad_lengths_break_the_connection_for_good),
        cmocka_unit_test(test_carried_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
