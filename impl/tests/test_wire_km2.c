/* Key method 2 messages (wire-protocol.md 4.2, vectors 11.9). */
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
#include "wire/key_method2.h"

static const struct
{
    const char *section;
    enum ov_role sender;
} sides[] = {{"client", OV_ROLE_CLIENT}, {"server", OV_ROLE_SERVER}};

static size_t load(const struct ov_vec_file *file, int side, uint8_t out[static OV_KM2_MESSAGE_MAX])
{
    return ov_vec_octets(ov_vec_section(file, sides[side].section), "message", out, OV_KM2_MESSAGE_MAX);
}

static void test_vectors_decode_and_encode(void **state)
{
    (void)state;
    struct ov_vec_file *file = ov_vec_load("key-method-2");
    for (int i = 0; i < 2; i++)
    {
        const struct ov_vec_section *s = ov_vec_section(file, sides[i].section);
        uint8_t message[OV_KM2_MESSAGE_MAX];
        uint8_t again[OV_KM2_MESSAGE_MAX];
        uint8_t random[OV_KM2_RANDOM_LEN];
        uint8_t peer_info[512] = {0};
        struct ov_km2 km2;
        size_t len = load(file, i, message);
        ov_assert_err(ov_km2_decode(sides[i].sender, message, len, &km2), OV_OK);
        ov_vec_exactly(s, "random1", random, sizeof(random));
        assert_memory_equal(km2.source.random1, random, sizeof(random));
        ov_vec_exactly(s, "random2", random, sizeof(random));
        assert_memory_equal(km2.source.random2, random, sizeof(random));
        uint8_t pre_master[OV_KM2_PRE_MASTER_LEN] = {0};
        if (ov_vec_has(s, "pre_master"))
        {
            ov_vec_exactly(s, "pre_master", pre_master, sizeof(pre_master));
        }
        assert_memory_equal(km2.source.pre_master, pre_master, sizeof(pre_master));
        ov_vec_octets(s, "peer_info", peer_info, sizeof(peer_info) - 1);
        assert_string_equal(km2.options, ov_vec_text(s, "options"));
        assert_string_equal(km2.username, ov_vec_text(s, "username"));
        assert_string_equal(km2.password, ov_vec_text(s, "password"));
        assert_string_equal(km2.peer_info, (char *)peer_info);
        for (size_t cap = len - 20; cap <= len; cap++)
        {
            struct ov_writer w = ov_writer_over(again, cap);
            ov_assert_err(ov_km2_encode(sides[i].sender, &km2, &w), cap < len ? OV_ERR_NOSPACE : OV_OK);
        }
        assert_memory_equal(again, message, len);
        ov_km2_clear(&km2);
        assert_true(km2.source.random1[0] == 0 && km2.source.random2[31] == 0);
        assert_string_equal(km2.password, "");
    }
    ov_vec_free(file);
}

/* Where a message may end: after the options string and after each later one [WP-KM2-005]. */
static bool may_end(const uint8_t *message, enum ov_role sender, size_t cut)
{
    size_t at = sender == OV_ROLE_CLIENT ? 117 : 69;
    for (int string = 0; string < 4; string++)
    {
        at += 2u + ((size_t)message[at] << 8 | message[at + 1]);
        if (at == cut)
        {
            return true;
        }
    }
    return false;
}

static void test_truncation_sweep(void **state)
{
    (void)state;
    struct ov_vec_file *file = ov_vec_load("key-method-2");
    for (int i = 0; i < 2; i++)
    {
        uint8_t message[OV_KM2_MESSAGE_MAX];
        size_t len = load(file, i, message);
        int ends = 0;
        for (size_t cut = 0; cut < len; cut++)
        {
            struct ov_km2 km2;
            uint8_t *copy = ov_test_copy(message, cut);
            bool end = may_end(message, sides[i].sender, cut);
            ov_assert_err(ov_km2_decode(sides[i].sender, copy, cut, &km2), end ? OV_OK : OV_ERR_TRUNCATED);
            assert_string_equal(km2.peer_info, "");
            ends += end ? 1 : 0;
            free(copy);
        }
        assert_int_equal(ends, 3);
    }
    ov_vec_free(file);
}

/* A server's message with these strings behind its randoms. */
static enum ov_err decode_strings(const char *hex, struct ov_km2 *km2, uint8_t memory[static 4096])
{
    memset(memory, 0, 69);
    memory[4] = 2;
    return ov_km2_decode(OV_ROLE_SERVER, memory, 69 + ov_test_hex(hex, memory + 69, 4000), km2);
}

/* Absent is two octets of zero, present counts its NUL [WP-KM2-003]. */
static void test_string_rows(void **state)
{
    (void)state;
    static const struct
    {
        const char *hex;
        enum ov_err err;
        const char *options;
        const char *username;
    } rows[] = {
        {"0000 0000 0000 0000", OV_OK, "", ""},
        {"0003 5634 00", OV_OK, "V4", ""},
        {"0001 00 0001 00 0001 00 0001 00", OV_OK, "", ""},
        /* An embedded NUL ends the string, the next one starts where the length says [WP-KM2-011]. */
        {"0006 5634 00 787800 0003 6162 00 0000 0000", OV_OK, "V4", "ab"},
        {"0003 5634 00 0000 0000 0000 50555348", OV_OK, "V4", ""},
        {"0002 5634", OV_ERR_FORMAT, "", ""},
        {"0003 5634 00 0002 6162 0000 0000", OV_ERR_FORMAT, "", ""},
        {"0003 5634 00 0000 0000 0001 41", OV_ERR_FORMAT, "", ""},
        {"", OV_ERR_TRUNCATED, "", ""},
        {"00", OV_ERR_TRUNCATED, "", ""},
        {"0001", OV_ERR_TRUNCATED, "", ""},
        {"ffff 5634 00", OV_ERR_TRUNCATED, "", ""},
        {"0003 5634 00 ffff", OV_ERR_TRUNCATED, "", ""},
        {"0003 5634 00 0000 0000 00", OV_ERR_TRUNCATED, "", ""},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    {
        struct ov_km2 km2;
        uint8_t memory[4096];
        ov_assert_err(decode_strings(rows[i].hex, &km2, memory), rows[i].err);
        assert_string_equal(km2.options, rows[i].options);
        assert_string_equal(km2.username, rows[i].username);
    }
}

/* Without a login two empty strings stand in front of the peer info, of two octets each [WP-KM2-006,
 * WP-KM2-012]. */
static void test_no_login(void **state)
{
    (void)state;
    uint8_t message[OV_KM2_MESSAGE_MAX];
    static const uint8_t tail[] = {0, 3, 'V', '4', 0, 0, 0, 0, 0, 0, 5, 'A', '=', '1', '\n', 0};
    const struct ov_km2 km2 = {.options = "V4", .username = "", .password = "", .peer_info = "A=1\n"};
    struct ov_km2 back;
    struct ov_writer w = ov_writer_over(message, sizeof message);
    ov_assert_err(ov_km2_encode(OV_ROLE_CLIENT, &km2, &w), OV_OK);
    const size_t len = ov_writer_len(&w);
    assert_int_equal(len, 5 + 48 + 32 + 32 + sizeof tail);
    assert_memory_equal(message + len - sizeof tail, tail, sizeof tail);
    ov_assert_err(ov_km2_decode(OV_ROLE_CLIENT, message, len, &back), OV_OK);
    assert_string_equal(back.peer_info, "A=1\n");
    assert_string_equal(back.username, "");
}

/* Four octets that nobody looks at, then the method [WP-KM2-001]. */
static void test_method_octet(void **state)
{
    (void)state;
    for (unsigned octet = 0; octet < 256; octet++)
    {
        uint8_t message[71] = {0xDE, 0xAD, 0xBE, 0xEF, (uint8_t)octet}; /* the first four are ignored */
        struct ov_km2 km2;
        ov_assert_err(ov_km2_decode(OV_ROLE_SERVER, message, sizeof(message), &km2),
                      (octet & 15) == 2 ? OV_OK : OV_ERR_UNSUPPORTED);
    }
}

static char *filled(size_t len)
{
    char *text = malloc(len + 1);
    assert_non_null(text);
    memset(text, 'x', len);
    text[len] = '\0';
    return text;
}

/* Lengths around each limit: what we write, and what we read from somebody who wrote it anyway [WP-KM2-007].
 * */
static void test_limits_of_the_writer(void **state)
{
    (void)state;
    static const struct
    {
        size_t options;
        size_t username;
        size_t password;
        size_t peer_info;
        enum ov_err err;
    } rows[] = {
        {511, 127, 127, 0, OV_OK},           {512, 0, 0, 0, OV_ERR_LIMIT},
        {0, 512, 0, 0, OV_ERR_LIMIT},        {0, 511, 0, 0, OV_OK},
        {0, 0, 512, 0, OV_ERR_LIMIT},        {0, 0, 0, 2048 - 125 - 1, OV_OK},
        {0, 0, 0, 2048 - 125, OV_ERR_LIMIT},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    {
        uint8_t out[4096];
        struct ov_writer w = ov_writer_over(out, sizeof(out));
        struct ov_km2 km2 = {.options = filled(rows[i].options),
                             .username = filled(rows[i].username),
                             .password = filled(rows[i].password),
                             .peer_info = filled(rows[i].peer_info)};
        ov_assert_err(ov_km2_encode(OV_ROLE_CLIENT, &km2, &w), rows[i].err);
        assert_true(rows[i].err == OV_OK || ov_writer_len(&w) == 0);
        free((char *)km2.options);
        free((char *)km2.username);
        free((char *)km2.password);
        free((char *)km2.peer_info);
    }
}

static size_t put_string(uint8_t *at, size_t counted)
{
    at[0] = (uint8_t)(counted >> 8);
    at[1] = (uint8_t)counted;
    memset(at + 2, 'x', counted);
    at[1 + counted] = counted > 0 ? 0 : at[1 + counted];
    return 2 + counted;
}

static void test_limits_of_the_reader(void **state)
{
    (void)state;
    static const struct
    {
        size_t counted[4]; /* lengths with NUL: options, username, password, peer info */
        enum ov_err err;
        bool too_long;
    } rows[] = {
        {{512, 128, 128, 10}, OV_OK, false},
        {{513, 0, 0, 0}, OV_ERR_LIMIT, false},
        {{10, 129, 10, 10}, OV_OK, true}, /* the peer is told: AUTH_FAILED [WP-KM2-008] */
        {{10, 10, 129, 10}, OV_OK, true},
        {{10, 10, 10, 2048 - 69 - 8 - 30}, OV_OK, false},
        {{10, 10, 10, 2048 - 69 - 8 - 29}, OV_ERR_LIMIT, false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    {
        uint8_t message[4096] = {0, 0, 0, 0, 2};
        struct ov_km2 km2;
        size_t len = 69;
        for (int s = 0; s < 4; s++)
        {
            len += put_string(message + len, rows[i].counted[s]);
        }
        ov_assert_err(ov_km2_decode(OV_ROLE_SERVER, message, len, &km2), rows[i].err);
        assert_int_equal(km2.credentials_too_long, rows[i].too_long);
        if (rows[i].err == OV_OK)
        {
            assert_int_equal(strlen(km2.peer_info) + 1, rows[i].counted[3]);
            assert_int_equal(strlen(km2.username), rows[i].too_long ? 0 : rows[i].counted[1] - 1);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors_decode_and_encode),
        cmocka_unit_test(test_truncation_sweep),
        cmocka_unit_test(test_string_rows),
        cmocka_unit_test(test_no_login),
        cmocka_unit_test(test_method_octet),
        cmocka_unit_test(test_limits_of_the_writer),
        cmocka_unit_test(test_limits_of_the_reader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
