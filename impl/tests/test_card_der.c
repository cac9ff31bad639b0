/* Signatures of tokens as TLS wants them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "card/card.h"

static const struct
{
    const char *raw, *der; /* "": OV_ERR_FORMAT */
} rows[] = {
    {"0102", "3006020101020102"},
    {"80ff", "300802020080020200ff"},
    {"00000000", "3006020100020100"},
    {"00010080", "3007020101"
                 "02020080"},
    {"7f01008f", "300802027f010202008f"},
    {"", ""},
    {"010203", ""},
};

static size_t unhex(const char *text, uint8_t *out)
{
    size_t len = strlen(text) / 2;
    for (size_t i = 0; i < len; i++)
    {
        const char pair[3] = {text[2 * i], text[2 * i + 1], '\0'};
        out[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return len;
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        uint8_t raw[8], der[32], out[32];
        size_t out_len = 0;
        const size_t raw_len = unhex(rows[i].raw, raw), der_len = unhex(rows[i].der, der);
        const enum ov_err err = ov_card_ecdsa_der(raw, raw_len, out, sizeof out, &out_len);
        assert_int_equal(err, der_len == 0 ? OV_ERR_FORMAT : OV_OK);
        if (der_len > 0)
        {
            assert_int_equal(out_len, der_len);
            assert_memory_equal(out, der, der_len);
            assert_int_equal(ov_card_ecdsa_der(raw, raw_len, out, der_len - 1, &out_len), OV_ERR_NOSPACE);
        }
    }
}

/* Every length of a token's answer, the worst values. */
static void test_lengths(void **state)
{
    (void)state;
    for (size_t len = 0; len < 140; len++)
    {
        uint8_t *raw = malloc(len > 0 ? len : 1), out[160];
        size_t out_len = 0;
        memset(raw, 0xff, len);
        const enum ov_err err = ov_card_ecdsa_der(raw, len, out, sizeof out, &out_len);
        const bool good = len > 0 && len % 2 == 0 && len <= 132;
        assert_int_equal(err, good ? OV_OK : OV_ERR_FORMAT);
        if (good)
        {
            const size_t body = 2 * (len / 2 + 3), head = body > 127 ? 3 : 2;
            assert_int_equal(out_len, head + body);
            assert_int_equal(out[0], 0x30);
            assert_int_equal(out[head - 1], body);
        }
        free(raw);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_lengths)};
    return cmocka_run_group_tests_name("card der", tests, NULL, NULL);
}
