/* Static key files (wire-protocol.md 2.2). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cursor.h"
#include "tests/lib/octets.h"
#include "wire/static_key.h"

#define BEGIN "-----BEGIN OpenVPN Static key V1-----\n"
#define END   "-----END OpenVPN Static key V1-----\n"

static void write_text(struct ov_writer *w, const char *text)
{
    ov_write_bytes(w, text, strlen(text));
}

static void write_digit(struct ov_writer *w, unsigned value, bool upper)
{
    ov_write_u8(w, (uint8_t)(upper ? "0123456789ABCDEF" : "0123456789abcdef")[value & 15]);
}

/* head, octets 00 01 02 ... in lines of 16, tail. */
static size_t make_file(char out[static 2048], const char *head, size_t octets, const char *tail)
{
    struct ov_writer w = ov_writer_over(out, 2048);
    write_text(&w, head);
    for (size_t i = 0; i < octets; i++)
    {
        write_digit(&w, (unsigned)i >> 4, false);
        write_digit(&w, (unsigned)i, false);
        write_text(&w, i % 16 == 15 ? "\n" : "");
    }
    write_text(&w, tail);
    assert_false(w.failed);
    return ov_writer_len(&w);
}

static void assert_key(const struct ov_key2 *key, size_t octets)
{
    const uint8_t *at = (const uint8_t *)key;
    for (size_t i = 0; i < OV_KEY2_SIZE; i++)
    {
        assert_int_equal(at[i], i < octets ? i : 0);
    }
}

static const struct row
{
    const char *head;
    size_t octets;
    const char *tail;
    size_t need;
    enum ov_err err;
    size_t got;
} rows[] = {
    {BEGIN, 256, END, 256, OV_OK, 256},
    {"#\n# 2048 bit OpenVPN static key\n#\n" BEGIN, 256, END "trailing\n", 256, OV_OK, 256},
    {BEGIN, 256, "-----END OpenVPN Static key V1-----", 256, OV_OK, 256},
    {BEGIN "\n \t\r\n", 256, "\n" END, 256, OV_OK, 256},
    {"-----BEGIN OpenVPN Static key V1-----\r\n", 256, "\r\n" END, 256, OV_OK, 256},
    {BEGIN, 300, "\n" END, 256, OV_OK, 256}, /* octets after the 256th are ignored */
    {BEGIN, 256, "\nff\n" END, 256, OV_OK, 256},
    {BEGIN, 128, END, 128, OV_OK, 128},
    {BEGIN, 255, "\n" END, 128, OV_OK, 255},
    {BEGIN, 255, "\n" END, 256, OV_ERR_TRUNCATED, 0},
    {BEGIN, 255, "f\n" END, 256, OV_ERR_TRUNCATED, 0}, /* 511 digits */
    {BEGIN, 255, "f\n" END, 128, OV_OK, 255},
    {BEGIN, 127, "\n" END, 128, OV_ERR_TRUNCATED, 0},
    {BEGIN, 0, END, 128, OV_ERR_TRUNCATED, 0},
    {"", 256, END, 256, OV_ERR_FORMAT, 0},
    {BEGIN, 256, "", 256, OV_ERR_FORMAT, 0},
    {END, 256, BEGIN, 256, OV_ERR_FORMAT, 0},
    {" " BEGIN, 256, END, 256, OV_ERR_FORMAT, 0},
    {BEGIN "g0\n", 256, END, 256, OV_ERR_FORMAT, 0},
    {BEGIN "# no comments here\n", 256, END, 256, OV_ERR_FORMAT, 0},
    {BEGIN, 256, "\nxyz\n" END, 256, OV_ERR_FORMAT, 0}, /* behind the key, but inside the block */
    {BEGIN "\x80\n", 256, END, 256, OV_ERR_FORMAT, 0},
    {"-----BEGIN OpenVPN tls-crypt-v2 client key-----\n", 256, END, 256, OV_ERR_FORMAT, 0},
};

/* Markers and digits: everything else is refused [WP-KEY-003]. */
static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    {
        char text[2048];
        struct ov_key2 key;
        size_t len = make_file(text, rows[i].head, rows[i].octets, rows[i].tail);
        char *copy = (char *)ov_test_copy(text, len);
        memset(&key, 0xAA, sizeof(key));
        ov_assert_err(ov_static_key_parse(copy, len, rows[i].need, &key), rows[i].err);
        assert_key(&key, rows[i].got);
        free(copy);
    }
}

static void test_truncation_sweep(void **state)
{
    (void)state;
    char text[2048];
    size_t len = make_file(text, BEGIN, 256, END);
    for (size_t cut = 0; cut < len; cut++)
    {
        char *copy = (char *)ov_test_copy(text, cut);
        struct ov_key2 key;
        memset(&key, 0xAA, sizeof(key));
        /* Only the line end behind the END mark can be missing. */
        ov_assert_err(ov_static_key_parse(copy, cut, 256, &key), cut < len - 1 ? OV_ERR_FORMAT : OV_OK);
        assert_key(&key, cut < len - 1 ? 0 : 256);
        free(copy);
    }
}

static void test_digits_may_be_upper_case_and_anywhere(void **state)
{
    (void)state;
    char text[4096];
    struct ov_writer w = ov_writer_over(text, sizeof(text));
    struct ov_key2 key;
    write_text(&w, BEGIN);
    for (unsigned i = 0; i < 256; i++)
    {
        write_digit(&w, i >> 4, true);
        write_text(&w, "\n");
        write_digit(&w, i, i % 2 == 0);
        write_text(&w, " \t\v\f\r");
    }
    write_text(&w, "\n" END);
    assert_false(w.failed);
    ov_assert_err(ov_static_key_parse(text, ov_writer_len(&w), 256, &key), OV_OK);
    assert_key(&key, 256);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_truncation_sweep),
        cmocka_unit_test(test_digits_may_be_upper_case_and_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
