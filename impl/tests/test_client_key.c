/* Keys of tls-crypt-v2: vectors 11.3, forgeries, limits, key files (WP-TC2-001 to 006). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/octets.h"
#include "tests/lib/tlspair.h"
#include "tests/lib/vectors.h"
#include "wire/pem.h"
#include "wrap/client_key.h"

static struct ov_key_half server_key(const struct ov_vec_file *file)
{
    struct ov_key_half key;
    ov_vec_exactly(ov_vec_section(file, "server-key-file"), "body", (uint8_t *)&key, sizeof key);
    return key;
}

/* Every bit turned, every length cut: refused, and nothing is left behind. */
static void expect_forgeries_refused(const struct ov_crypto *crypto, const struct ov_key_half *server,
                                     const uint8_t *wkc, size_t len)
{
    static const struct ov_key2 no_key;
    struct ov_key2 kc;
    struct ov_wkc_metadata metadata;
    for (size_t bit = 0; bit < len * 8; bit++)
    {
        uint8_t *copy = ov_test_copy(wkc, len);
        copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
        const enum ov_err want = bit / 8 >= len - OV_WKC_LENGTH_LEN ? OV_ERR_FORMAT : OV_ERR_AUTH;
        ov_assert_err(ov_client_key_unwrap(crypto, server, copy, len, &kc, &metadata), want);
        assert_memory_equal(&kc, &no_key, sizeof kc);
        assert_int_equal(metadata.len, 0);
        free(copy);
    }
    for (size_t cut = 0; cut < len; cut++)
    {
        uint8_t *copy = ov_test_copy(wkc, cut);
        ov_assert_err(ov_client_key_unwrap(crypto, server, copy, cut, &kc, &metadata), OV_ERR_FORMAT);
        free(copy);
    }
}

static void run_wkc(const struct ov_crypto *crypto, const struct ov_vec_file *file, const char *name)
{
    const struct ov_vec_section *s = ov_vec_section(file, name);
    const struct ov_key_half server = server_key(file);
    struct ov_key2 kc, got;
    struct ov_wkc wkc;
    struct ov_wkc_metadata metadata;
    uint8_t want[OV_WKC_MAX], said[OV_WKC_METADATA_MAX];
    ov_vec_exactly(s, "kc", (uint8_t *)&kc, sizeof kc);
    const size_t said_len = ov_vec_octets(s, "metadata", said, sizeof said);
    const size_t len = ov_vec_octets(s, "wkc", want, sizeof want);
    ov_assert_err(ov_client_key_wrap(crypto, &server, &kc, said, said_len, &wkc), OV_OK);
    assert_int_equal(wkc.len, len);
    assert_memory_equal(wkc.octets, want, len);
    ov_assert_err(ov_client_key_unwrap(crypto, &server, want, len, &got, &metadata), OV_OK);
    assert_memory_equal(&got, &kc, sizeof kc);
    assert_int_equal(metadata.len, said_len);
    assert_memory_equal(metadata.octets, said, said_len);
    expect_forgeries_refused(crypto, &server, want, len);
}

static void test_vectors(void **state)
{
    (void)state;
    struct ov_vec_file *file = ov_vec_load("tls-crypt-v2");
    for (size_t i = 0; ov_test_real_backends()[i] != NULL; i++)
    {
        run_wkc(ov_test_real_backends()[i], file, "wkc-time");
        run_wkc(ov_test_real_backends()[i], file, "wkc-user");
    }
    ov_vec_free(file);
}

static void test_key_files(void **state)
{
    (void)state;
    struct ov_vec_file *file = ov_vec_load("tls-crypt-v2");
    const struct ov_vec_section *client = ov_vec_section(file, "client-key-file");
    const struct ov_key_half want = server_key(file);
    char text[2048];
    struct ov_key_half server;
    struct ov_key2 kc, want_kc;
    struct ov_wkc wkc;
    uint8_t want_wkc[OV_WKC_MAX];
    size_t len = ov_vec_octets(ov_vec_section(file, "server-key-file"), "pem", (uint8_t *)text, sizeof text);
    ov_assert_err(ov_server_key_parse(text, len, &server), OV_OK);
    assert_memory_equal(&server, &want, sizeof want);
    ov_assert_err(ov_client_key_parse(text, len, &kc, &wkc), OV_ERR_FORMAT);
    len = ov_vec_octets(client, "pem", (uint8_t *)text, sizeof text);
    ov_assert_err(ov_client_key_parse(text, len, &kc, &wkc), OV_OK);
    ov_vec_exactly(client, "kc", (uint8_t *)&want_kc, sizeof want_kc);
    assert_memory_equal(&kc, &want_kc, sizeof kc);
    assert_int_equal(wkc.len, ov_vec_octets(client, "wkc", want_wkc, sizeof want_wkc));
    assert_memory_equal(wkc.octets, want_wkc, wkc.len);
    ov_assert_err(ov_server_key_parse(text, len, &server), OV_ERR_FORMAT);
    /* The same octets make the same text. */
    uint8_t body[OV_KEY2_SIZE + OV_WKC_MAX];
    char again[2048];
    const size_t body_len = ov_vec_octets(client, "body", body, sizeof body);
    ov_assert_err(ov_pem_encode(OV_CLIENT_KEY_LABEL, body, body_len, again, sizeof again), OV_OK);
    assert_int_equal(strlen(again), len);
    assert_memory_equal(again, text, len);
    for (size_t cut = 0; cut + 1 < len; cut++)
    {
        ov_assert_err(ov_client_key_parse(text, cut, &kc, &wkc), OV_ERR_FORMAT);
    }
    ov_vec_free(file);
}

/* Bodies of wrong lengths in key files. */
static void test_key_file_lengths(void **state)
{
    (void)state;
    static const struct
    {
        size_t len;
        uint16_t said;
        enum ov_err err;
    } rows[] = {
        {0, 0, OV_ERR_TRUNCATED},           {256, 0, OV_ERR_TRUNCATED},
        {256 + 289, 289, OV_ERR_TRUNCATED}, {256 + 290, 290, OV_OK},
        {256 + 290, 289, OV_ERR_FORMAT},    {256 + 290, 291, OV_ERR_FORMAT},
        {256 + 290, 0xffff, OV_ERR_FORMAT}, {256 + 1024, 1024, OV_OK},
        {256 + 1025, 1025, OV_ERR_LIMIT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        uint8_t body[1400] = {1};
        char text[2048];
        struct ov_key2 kc;
        struct ov_wkc wkc;
        if (rows[i].len >= 2)
        {
            body[rows[i].len - 2] = (uint8_t)(rows[i].said >> 8);
            body[rows[i].len - 1] = (uint8_t)rows[i].said;
        }
        ov_assert_err(ov_pem_encode(OV_CLIENT_KEY_LABEL, body, rows[i].len, text, sizeof text), OV_OK);
        ov_assert_err(ov_client_key_parse(text, strlen(text), &kc, &wkc), rows[i].err);
        assert_int_equal(wkc.len, rows[i].err == OV_OK ? rows[i].len - 256 : 0);
    }
    for (size_t len = 0; len < 140; len++)
    {
        static const uint8_t body[140];
        char text[512];
        struct ov_key_half key;
        ov_assert_err(ov_pem_encode(OV_SERVER_KEY_LABEL, body, len, text, sizeof text), OV_OK);
        ov_assert_err(ov_server_key_parse(text, strlen(text), &key), len < 128   ? OV_ERR_TRUNCATED
                                                                     : len > 128 ? OV_ERR_LIMIT
                                                                                 : OV_OK);
    }
}

/* Where a WKc starts is said by two octets of a stranger (bad-inputs 20). */
static void test_find(void **state)
{
    (void)state;
    static const struct
    {
        size_t len;
        uint16_t said;
        size_t front;
        enum ov_err err;
    } rows[] = {
        {0, 0, 0, OV_ERR_TRUNCATED},     {1, 0, 0, OV_ERR_TRUNCATED}, {2, 0, 0, OV_ERR_FORMAT},
        {2, 2, 0, OV_ERR_FORMAT},        {400, 0, 9, OV_ERR_FORMAT},  {400, 1, 9, OV_ERR_FORMAT},
        {400, 2, 9, OV_ERR_FORMAT},      {400, 31, 9, OV_ERR_FORMAT}, {400, 34, 9, OV_ERR_FORMAT},
        {400, 289, 9, OV_ERR_FORMAT},    {400, 290, 9, OV_OK},        {400, 391, 9, OV_OK},
        {400, 392, 9, OV_ERR_TRUNCATED}, {400, 400, 0, OV_OK},        {400, 400, 1, OV_ERR_TRUNCATED},
        {400, 401, 0, OV_ERR_TRUNCATED}, {1200, 1024, 9, OV_OK},      {1200, 1025, 9, OV_ERR_LIMIT},
        {1200, 0xffff, 9, OV_ERR_LIMIT}, {290, 290, 0, OV_OK},        {290, 290, 290, OV_ERR_TRUNCATED},
        {289, 290, 0, OV_ERR_TRUNCATED}, {1024, 1024, 0, OV_OK},      {1023, 1024, 0, OV_ERR_TRUNCATED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        uint16_t len = 7;
        uint8_t *octets = calloc(1, rows[i].len + 1);
        assert_non_null(octets);
        if (rows[i].len >= 2)
        {
            octets[rows[i].len - 2] = (uint8_t)(rows[i].said >> 8);
            octets[rows[i].len - 1] = (uint8_t)rows[i].said;
        }
        uint8_t *copy = ov_test_copy(octets, rows[i].len);
        enum ov_err err = ov_wkc_find(copy, rows[i].len, rows[i].front, &len);
        if (err != rows[i].err || len != (err == OV_OK ? rows[i].said : 0))
        {
            fail_msg("row %zu: %s and %u", i, ov_err_name(err), len);
        }
        free(copy);
        free(octets);
    }
}

static void test_metadata(void **state)
{
    (void)state;
    static const struct
    {
        struct ov_wkc_metadata metadata;
        enum ov_err err;
        uint8_t type;
        uint64_t created_s;
        size_t rest_len;
    } rows[] = {
        {{0, {0}}, OV_ERR_AGAIN, 0, 0, 0},
        {{1, {0}}, OV_OK, OV_WKC_TYPE_USER, 0, 0},
        {{6, {0, 'h', 'e', 'l', 'l', 'o'}}, OV_OK, OV_WKC_TYPE_USER, 0, 5},
        {{9, {1, 0, 0, 0, 0, 0x60, 0, 0, 0}}, OV_OK, OV_WKC_TYPE_TIME, 0x60000000, 8},
        {{9, {1, 255, 255, 255, 255, 255, 255, 255, 255}}, OV_OK, OV_WKC_TYPE_TIME, UINT64_MAX, 8},
        {{1, {1}}, OV_ERR_FORMAT, OV_WKC_TYPE_TIME, 0, 0},
        {{8, {1}}, OV_ERR_FORMAT, OV_WKC_TYPE_TIME, 0, 7},
        {{10, {1}}, OV_ERR_FORMAT, OV_WKC_TYPE_TIME, 0, 9},
        {{3, {2, 1, 1}}, OV_OK, 2, 0, 2},
        {{734, {255}}, OV_OK, 255, 0, 733},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        struct ov_wkc_meaning says;
        ov_assert_err(ov_wkc_metadata_read(&rows[i].metadata, &says), rows[i].err);
        assert_int_equal(says.type, rows[i].type);
        assert_true(says.created_s == rows[i].created_s);
        assert_int_equal(says.rest_len, rows[i].rest_len);
    }
}

/* Many keys and all lengths of metadata, each library against each: no octet of a key or of its wrapping may be taken
 * for something else (bad-inputs 22). */
static void test_random_keys(void **state)
{
    (void)state;
    const struct ov_crypto *const *all = ov_test_real_backends();
    struct ov_test_random random = {ov_test_seed(11)};
    const struct ov_rng rng = ov_test_rng(&random);
    const size_t backends = all[1] != NULL ? 2 : 1;
    for (unsigned i = 0; i < 5000; i++)
    {
        struct ov_key_half server;
        struct ov_key2 kc, got;
        struct ov_wkc wkc;
        struct ov_wkc_metadata metadata;
        uint8_t said[OV_WKC_METADATA_MAX + 1];
        const size_t len = i % (OV_WKC_METADATA_MAX + 1);
        uint16_t found = 0;
        ov_assert_err(ov_rng_fill(&rng, (uint8_t *)&server, sizeof server), OV_OK);
        ov_assert_err(ov_rng_fill(&rng, (uint8_t *)&kc, sizeof kc), OV_OK);
        ov_assert_err(ov_rng_fill(&rng, said, sizeof said), OV_OK);
        ov_assert_err(ov_client_key_wrap(all[i % backends], &server, &kc, said, len, &wkc), OV_OK);
        assert_int_equal(wkc.len, OV_WKC_MIN + len);
        ov_assert_err(ov_wkc_find(wkc.octets, wkc.len, 0, &found), OV_OK);
        assert_int_equal(found, wkc.len);
        ov_assert_err(
            ov_client_key_unwrap(all[i / 2 % backends], &server, wkc.octets, wkc.len, &got, &metadata),
            OV_OK);
        assert_memory_equal(&got, &kc, sizeof kc);
        assert_int_equal(metadata.len, len);
        assert_memory_equal(metadata.octets, said, len);
        wkc.octets[ov_test_below(&random, wkc.len - 2u)] ^= (uint8_t)(1u << ov_test_below(&random, 8));
        ov_assert_err(ov_client_key_unwrap(all[i % backends], &server, wkc.octets, wkc.len, &got, &metadata),
                      OV_ERR_AUTH);
    }
    struct ov_wkc wkc;
    const struct ov_key_half server = {{1}, {1}};
    const struct ov_key2 kc = {{{{1}, {1}}, {{1}, {1}}}};
    const uint8_t said[OV_WKC_METADATA_MAX + 1] = {0};
    ov_assert_err(ov_client_key_wrap(all[0], &server, &kc, said, sizeof said, &wkc), OV_ERR_LIMIT);
    assert_int_equal(wkc.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),          cmocka_unit_test(test_key_files),
        cmocka_unit_test(test_key_file_lengths), cmocka_unit_test(test_find),
        cmocka_unit_test(test_metadata),         cmocka_unit_test(test_random_keys),
    };
    return cmocka_run_group_tests_name("client_key", tests, NULL, NULL);
}
