/* Cursors and packet buffers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "tests/lib/octets.h"

static void write_all(struct ov_writer *w)
{
    ov_write_u8(w, 0x01);
    ov_write_u16(w, 0x0203);
    ov_write_u24(w, 0x040506);
    ov_write_u32(w, 0x0708090A);
    ov_write_u48(w, 0x0B0C0D0E0F10u);
    ov_write_u64(w, 0x1112131415161718u);
    ov_write_bytes(w, "\x19\x1A", 2);
    uint8_t *space = ov_write_space(w, 1);
    if (space != NULL)
    {
        *space = 0x1B;
    }
}

#define ALL_LEN 27u

static void test_integers_are_big_endian(void **state)
{
    (void)state;
    uint8_t out[ALL_LEN];
    struct ov_writer w = ov_writer_over(out, sizeof(out));
    write_all(&w);
    assert_false(w.failed);
    assert_int_equal(ov_writer_len(&w), ALL_LEN);
    assert_int_equal(ov_writer_room(&w), 0);
    for (uint8_t i = 0; i < ALL_LEN; i++)
    {
        assert_int_equal(out[i], i + 1);
    }
    struct ov_reader r = ov_reader_over(out, sizeof(out));
    uint8_t two[2];
    assert_int_equal(ov_read_u8(&r), 0x01);
    assert_int_equal(ov_read_u16(&r), 0x0203);
    assert_int_equal(ov_read_u24(&r), 0x040506);
    assert_int_equal(ov_read_u32(&r), 0x0708090A);
    assert_true(ov_read_u48(&r) == 0x0B0C0D0E0F10u);
    assert_true(ov_read_u64(&r) == 0x1112131415161718u);
    ov_read_copy(&r, two, sizeof(two));
    assert_memory_equal(two, "\x19\x1A", 2);
    size_t left;
    assert_ptr_equal(ov_read_rest(&r, &left), out + ALL_LEN - 1);
    assert_int_equal(left, 1);
    assert_false(r.failed);
    assert_int_equal(ov_reader_left(&r), 0);
}

static void read_all(struct ov_reader *r)
{
    uint8_t two[2];
    ov_read_u8(r);
    ov_read_u16(r);
    ov_read_u24(r);
    ov_read_u32(r);
    ov_read_u48(r);
    ov_read_u64(r);
    ov_read_copy(r, two, sizeof(two));
    ov_read_u8(r);
}

static void test_every_shorter_input_and_output_fails_and_stays_failed(void **state)
{
    (void)state;
    uint8_t all[ALL_LEN] = {0};
    for (size_t len = 0; len < ALL_LEN; len++)
    {
        uint8_t *copy = ov_test_copy(all, len);
        struct ov_reader r = ov_reader_over(copy, len);
        read_all(&r);
        assert_true(r.failed);
        assert_int_equal(ov_reader_left(&r), 0);
        assert_int_equal(ov_read_u64(&r), 0);
        assert_null(ov_read_bytes(&r, 0));
        struct ov_writer w = ov_writer_over(copy, len);
        write_all(&w);
        assert_true(w.failed);
        assert_int_equal(ov_writer_room(&w), 0);
        assert_null(ov_write_space(&w, 0));
        free(copy);
    }
}

static void test_failed_copy_is_zero(void **state)
{
    (void)state;
    uint8_t out[4] = {1, 2, 3, 4};
    struct ov_reader r = ov_reader_over("abc", 3);
    ov_read_copy(&r, out, sizeof(out));
    assert_true(r.failed);
    assert_memory_equal(out, "\0\0\0\0", 4);
    size_t left = 99;
    assert_null(ov_read_rest(&r, &left));
    assert_int_equal(left, 0);
}

static void test_null_is_an_empty_input(void **state)
{
    (void)state;
    struct ov_reader r = ov_reader_over(NULL, 0);
    assert_false(r.failed);
    assert_int_equal(ov_reader_left(&r), 0);
    struct ov_reader bad = ov_reader_over(NULL, 1);
    assert_true(bad.failed);
    struct ov_writer w = ov_writer_over(NULL, 0);
    ov_write_bytes(&w, NULL, 0);
    assert_false(w.failed);
    ov_write_u8(&w, 1);
    assert_true(w.failed);
}

static void test_buffer_never_leaves_its_memory(void **state)
{
    (void)state;
    uint8_t mem[100];
    struct ov_buf buf = ov_buf_over(mem, sizeof(mem), 40);
    assert_int_equal(ov_buf_headroom(&buf), 40);
    assert_int_equal(ov_buf_tailroom(&buf), 60);
    assert_ptr_equal(ov_buf_put(&buf, 60), mem + 40);
    assert_null(ov_buf_put(&buf, 1));
    assert_null(ov_buf_push(&buf, 41));
    assert_int_equal(buf.len, 60);
    assert_ptr_equal(ov_buf_push(&buf, 40), mem);
    assert_int_equal(buf.len, 100);
    assert_null(ov_buf_pull(&buf, 101));
    assert_ptr_equal(ov_buf_pull(&buf, 10), mem);
    assert_ptr_equal(ov_buf_data(&buf), mem + 10);
    assert_false(ov_buf_trim(&buf, 91));
    assert_true(ov_buf_trim(&buf, 90));
    assert_int_equal(buf.len, 0);
    struct ov_buf small = ov_buf_over(mem, 10, 40);
    assert_int_equal(ov_buf_headroom(&small), 10);
    assert_int_equal(ov_buf_tailroom(&small), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_integers_are_big_endian),
        cmocka_unit_test(test_every_shorter_input_and_output_fails_and_stays_failed),
        cmocka_unit_test(test_failed_copy_is_zero),
        cmocka_unit_test(test_null_is_an_empty_input),
        cmocka_unit_test(test_buffer_never_leaves_its_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
