/* Tokens of --auth-gen-token: the vector of the specification, times, and everything that is no token. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "lib/tlspair.h"
#include "lib/vectors.h"
#include "session/auth_token.h"

#define FIRST_S UINT64_C(0x60000000)

static uint8_t key[OV_TOKEN_KEY];
static char vector[OV_TOKEN_TEXT];

static const struct ov_token *vector_token(void)
{
    static const struct ov_token token = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, FIRST_S, FIRST_S + 0x3c};
    return &token;
}

static int load(void **state)
{
    (void)state;
    struct ov_vec_file *file = ov_vec_load("auth-token");
    const struct ov_vec_section *section = ov_vec_section(file, "token");
    ov_vec_exactly(section, "hmac_key", key, sizeof key);
    assert_int_equal(strlen(ov_vec_text(section, "token")), sizeof vector - 1);
    memcpy(vector, ov_vec_text(section, "token"), sizeof vector);
    ov_vec_free(file);
    return 0;
}

/* [WP-TOK-002] */
static void matches_vector(void **state)
{
    (void)state;
    for (const struct ov_crypto *const *crypto = ov_test_real_backends(); *crypto != NULL; crypto++)
    {
        char text[OV_TOKEN_TEXT];
        struct ov_token token;
        bool nameless = true;
        assert_int_equal(ov_token_make(*crypto, key, "alice", vector_token(), text), OV_OK);
        assert_string_equal(text, vector);
        assert_int_equal(ov_token_open(*crypto, key, "alice", vector, &token, &nameless), OV_OK);
        assert_memory_equal(&token, vector_token(), sizeof token);
        assert_false(nameless);
        assert_int_equal(ov_token_open(*crypto, key, "bob", vector, &token, &nameless), OV_ERR_AUTH);
        assert_int_equal(token.first_s, 0);
        key[0] ^= 1;
        assert_int_equal(ov_token_open(*crypto, key, "alice", vector, &token, &nameless), OV_ERR_AUTH);
        key[0] ^= 1;
    }
}

/* [WP-TOK-006] */
static void empty_name(void **state)
{
    (void)state;
    const struct ov_crypto *crypto = ov_test_real_backends()[0];
    char text[OV_TOKEN_TEXT];
    struct ov_token token;
    bool nameless = false;
    assert_int_equal(ov_token_make(crypto, key, "", vector_token(), text), OV_OK);
    assert_int_equal(ov_token_open(crypto, key, "alice", text, &token, &nameless), OV_OK);
    assert_true(nameless);
}

/* Cut at every length, lengthened, and every character changed (CVE-2026-13122). */
static void bent(void **state)
{
    (void)state;
    const struct ov_crypto *crypto = ov_test_real_backends()[0];
    struct ov_token token;
    bool nameless = false;
    char text[OV_TOKEN_TEXT + 8];
    for (size_t len = 0; len < sizeof vector - 1; len++)
    {
        memset(text, 0, sizeof text);
        memcpy(text, vector, len);
        assert_int_equal(ov_token_open(crypto, key, "alice", text, &token, &nameless), OV_ERR_FORMAT);
    }
    memset(text, 0, sizeof text);
    memcpy(text, vector, sizeof vector);
    memcpy(text + sizeof vector - 1, "AAAA", 5);
    assert_int_equal(ov_token_open(crypto, key, "alice", text, &token, &nameless), OV_ERR_FORMAT);
    for (size_t i = 0; i < sizeof vector - 1; i++)
    {
        memcpy(text, vector, sizeof vector);
        text[i] = text[i] == 'B' ? 'C' : 'B';
        assert_int_equal(ov_token_open(crypto, key, "alice", text, &token, &nameless),
                         i < strlen(OV_TOKEN_PREFIX) ? OV_ERR_FORMAT : OV_ERR_AUTH);
        text[i] = '*';
        assert_int_equal(ov_token_open(crypto, key, "alice", text, &token, &nameless), OV_ERR_FORMAT);
    }
}

static void times(void **state)
{
    (void)state;
    static const struct
    {
        uint64_t first_s, issued_s, now_s;
        uint32_t renewal_s, lifetime_s;
        enum ov_err err;
    } rows[] = {
        {1000, 1000, 1000, 60, 0, OV_OK},
        {1000, 1000, 999, 60, 0, OV_ERR_TIMEOUT}, /* from the future */
        {1000, 1000, 1119, 60, 0, OV_OK},
        {1000, 1000, 1120, 60, 0, OV_ERR_TIMEOUT},
        {1000, 5000, 5010, 60, 0, OV_OK},
        {1000, 5000, 5010, 60, 4010, OV_OK},
        {1000, 5000, 5010, 60, 4009, OV_ERR_TIMEOUT},
        {1000, 999, 1000, 60, 0, OV_ERR_TIMEOUT}, /* made before its beginning */
        {UINT64_MAX, UINT64_MAX, 1000, 60, 10, OV_ERR_TIMEOUT},
        {0, 0, UINT64_MAX, UINT32_MAX, UINT32_MAX, OV_ERR_TIMEOUT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        const struct ov_token token = {{0}, rows[i].first_s, rows[i].issued_s};
        assert_int_equal(ov_token_check(&token, rows[i].now_s, rows[i].renewal_s, rows[i].lifetime_s),
                         rows[i].err);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches_vector),
        cmocka_unit_test(empty_name),
        cmocka_unit_test(bent),
        cmocka_unit_test(times),
    };
    return cmocka_run_group_tests_name("auth token", tests, load, NULL);
}
