/* PEM blocks and base64 (key files of tls-crypt-v2). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/octets.h"
#include "wire/pem.h"

#define CAP 8u

/* RFC 4648, section 10, and what must be refused. */
static const struct
{
    const char *text;
    enum ov_err err;
    const char *octets;
} base64[] = {
    {"", OV_OK, ""},
    {"Zg==", OV_OK, "f"},
    {"Zm8=", OV_OK, "fo"},
    {"Zm9v", OV_OK, "foo"},
    {"Zm9vYg==", OV_OK, "foob"},
    {"Zm9vYmE=", OV_OK, "fooba"},
    {"Zm9vYmFy", OV_OK, "foobar"},
    {" Zm\r\n9v\tYm\nFy \n", OV_OK, "foobar"},
    {"fn5+", OV_OK, "~~~"},
    {"Pz8/", OV_OK, "\?\?\?"},
    {"Z", OV_ERR_FORMAT, ""},
    {"Zm", OV_ERR_FORMAT, ""},
    {"Zm9", OV_ERR_FORMAT, ""},
    {"Zg=", OV_ERR_FORMAT, ""},
    {"Zg===", OV_ERR_FORMAT, ""},
    {"Z===", OV_ERR_FORMAT, ""},
    {"====", OV_ERR_FORMAT, ""},
    {"=", OV_ERR_FORMAT, ""},
    {"Zg=g", OV_ERR_FORMAT, ""},
    {"Zg==Zg==", OV_ERR_FORMAT, ""}, /* nothing follows padding */
    {"Zm9v====", OV_ERR_FORMAT, ""},
    {"Zm9-", OV_ERR_FORMAT, ""}, /* the alphabet of URLs is another */
    {"Zm9_", OV_ERR_FORMAT, ""},
    {"Zm\x80v", OV_ERR_FORMAT, ""},
    {"Zm9vYmFyZm8=", OV_OK, "foobarfo"},
    {"Zm9vYmFyZm9v", OV_ERR_LIMIT, ""},
    {"Zm9vYmFyZm9vZ", OV_ERR_LIMIT, ""},
};

static void test_base64(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof base64 / sizeof base64[0]; i++)
    {
        uint8_t out[CAP];
        size_t len = 99;
        memset(out, 0xee, sizeof out);
        enum ov_err err = ov_base64_decode(base64[i].text, strlen(base64[i].text), out, sizeof out, &len);
        if (err != base64[i].err || len != strlen(base64[i].octets) ||
            memcmp(out, base64[i].octets, len) != 0)
        {
            fail_msg("'%s': %s and %zu octets instead of %s and '%s'", base64[i].text, ov_err_name(err), len,
                     ov_err_name(base64[i].err), base64[i].octets);
        }
        static const uint8_t zero[CAP];
        assert_true(err == OV_OK || memcmp(out, zero, sizeof zero) == 0);
    }
}

#define BEGIN "-----BEGIN a key-----\n"
#define END   "-----END a key-----\n"

static const struct
{
    const char *text;
    enum ov_err err;
    const char *octets;
} blocks[] = {
    {BEGIN "Zm9v\n" END, OV_OK, "foo"},
    {"words\n" BEGIN "Zm9v\n" END "more", OV_OK, "foo"},
    {BEGIN END, OV_OK, ""},
    {"-----BEGIN a key-----Zm9v-----END a key-----", OV_OK, "foo"},
    {"-----BEGIN other-----\nYmFy\n-----END other-----\n" BEGIN "Zm9v\n" END, OV_OK, "foo"},
    {BEGIN "Zm9v\n" END BEGIN "YmFy\n" END, OV_OK, "foo"},
    {"", OV_ERR_FORMAT, ""},
    {BEGIN "Zm9v\n", OV_ERR_FORMAT, ""},
    {"Zm9v\n" END, OV_ERR_FORMAT, ""},
    {END "Zm9v\n" BEGIN, OV_ERR_FORMAT, ""},
    {"-----BEGIN a key2-----\nZm9v\n-----END a key2-----\n", OV_ERR_FORMAT, ""},
    {BEGIN "Zm9v\n-----END other-----\n" END, OV_ERR_FORMAT, ""},
    {BEGIN "Zm9vYmFyZm9v\n" END, OV_ERR_LIMIT, ""},
};

static void test_blocks(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++)
    {
        uint8_t out[CAP];
        size_t len = 99;
        enum ov_err err =
            ov_pem_decode("a key", blocks[i].text, strlen(blocks[i].text), out, sizeof out, &len);
        if (err != blocks[i].err || len != strlen(blocks[i].octets) ||
            memcmp(out, blocks[i].octets, len) != 0)
        {
            fail_msg("row %zu: %s and %zu octets", i, ov_err_name(err), len);
        }
    }
}

/* What is encoded decodes; no shorter text does. */
static void test_round_trip(void **state)
{
    (void)state;
    struct ov_test_random random = {ov_test_seed(5)};
    const struct ov_rng rng = ov_test_rng(&random);
    for (size_t len = 0; len < 200; len++)
    {
        uint8_t data[200], out[200];
        char text[512];
        size_t got = 0;
        assert_int_equal(ov_rng_fill(&rng, data, sizeof data), OV_OK);
        assert_int_equal(ov_pem_encode("a key", data, len, text, sizeof text), OV_OK);
        const size_t text_len = strlen(text);
        assert_int_equal(ov_pem_decode("a key", text, text_len, out, len, &got), OV_OK);
        assert_int_equal(got, len);
        assert_memory_equal(out, data, len);
        for (size_t cut = 0; cut + 1 < text_len; cut++)
        {
            char *copy = (char *)ov_test_copy(text, cut);
            assert_int_equal(ov_pem_decode("a key", copy, cut, out, len, &got), OV_ERR_FORMAT);
            free(copy);
            assert_int_equal(ov_pem_encode("a key", data, len, text, cut), OV_ERR_NOSPACE);
            assert_int_equal(ov_pem_encode("a key", data, len, text, sizeof text), OV_OK);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_base64),
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_round_trip),
    };
    return cmocka_run_group_tests_name("wire_pem", tests, NULL, NULL);
}
