/* NTLMv2 at an HTTP proxy (wire-protocol.md 10.2, 11.12). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/md4.h"
#include "proxy/ntlm.h"
#include "tests/lib/octets.h"
#include "tests/lib/vectors.h"
#include "wire/pem.h"

#define UNIX_S 1795354529u /* the time in the vector's blob */

static enum ov_err fixed_nonce(void *ctx, uint8_t *out, size_t len)
{
    static const uint8_t nonce[] = {0x73, 0x64, 0x84, 0x08, 0x63, 0xd2, 0x9a, 0x03};
    (void)ctx;
    assert_int_equal(len, sizeof nonce);
    memcpy(out, nonce, sizeof nonce);
    return OV_OK;
}

static const struct ov_rng rng = {fixed_nonce, NULL};

/* RFC 1320, A.5, and the vector's. */
static void test_md4(void **state)
{
    static const struct
    {
        const char *text;
        const char *hex;
    } rows[] = {
        {"", "31d6cfe0d16ae931b73c59d7e0c089c0"},
        {"abc", "a448017aaf21d8525fc10ae87aa6729d"},
        {"abcdefghijklmnopqrstuvwxyz", "d79e1c308aa5bbcdeea8ed63df412da9"},
        {"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
         "043f8582f241db351ce627e153e7f0e4"},
        {"12345678901234567890123456789012345678901234567890123456789012345678901234567890",
         "e33b4ddc9c38f2199c3e7b164fcc0536"},
    };
    uint8_t got[OV_MD4_LEN];
    uint8_t want[OV_MD4_LEN];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        ov_md4(rows[i].text, strlen(rows[i].text), got);
        assert_int_equal(ov_test_hex(rows[i].hex, want, sizeof want), sizeof want);
        assert_memory_equal(got, want, sizeof want);
    }
}

/* A type 2 message with the vector's challenge. */
static size_t make_type2(const struct ov_vec_section *s, uint32_t flags, uint8_t *out)
{
    static const char head[] = "NTLMSSP\0\2\0\0";
    memset(out, 0, 64);
    memcpy(out, head, sizeof head);
    memcpy(out + 20, &(uint8_t[]){(uint8_t)flags, (uint8_t)(flags >> 8), (uint8_t)(flags >> 16), 0}, 4);
    ov_vec_exactly(s, "challenge", out + 24, 8);
    out[40] = 16;
    out[44] = 48;
    return 64;
}

static enum ov_err answer_with(const struct ov_crypto *crypto, const uint8_t *type2, size_t len,
                               const char *username, uint8_t *out, size_t *out_len)
{
    char text[OV_NTLM_TEXT];
    char back[OV_NTLM_TEXT];
    ov_assert_err(ov_base64_encode(type2, len, text, sizeof text), OV_OK);
    enum ov_err err = ov_ntlm_answer(crypto, &rng, UNIX_S, text, username, "secret", back, sizeof back);
    return err != OV_OK ? err : ov_base64_decode(back, strlen(back), out, OV_NTLM_RAW, out_len);
}

static enum ov_err answer(const uint8_t *type2, size_t len, const char *username, uint8_t *out,
                          size_t *out_len)
{
    return answer_with(ov_crypto_backends[0], type2, len, username, out, out_len);
}

/* The whole type 3 message: blob, proof, fields and their places [WP-PROXY-006, WP-PROXY-007]. */
static void test_vector(void **state)
{
    (void)state;
    struct ov_vec_file *file = ov_vec_load("proxy");
    const struct ov_vec_section *s = ov_vec_section(file, "ntlmv2");
    uint8_t type2[64];
    uint8_t want[256];
    uint8_t got[OV_NTLM_RAW];
    size_t len;
    const size_t want_len = ov_vec_octets(s, "type3_message", want, sizeof want);
    const size_t type2_len = make_type2(s, 0x202, type2);
    for (size_t i = 0; ov_crypto_backends[i] != NULL; i++)
    {
        ov_assert_err(answer_with(ov_crypto_backends[i], type2, type2_len, "DOM\\alice", got, &len), OV_OK);
        assert_int_equal(len, want_len);
        assert_memory_equal(got, want, want_len);
    }
    ov_vec_free(file);
}

/* Every length of a message that has target information: it is there, or the answer is refused. */
static void test_truncation(void **state)
{
    (void)state;
    struct ov_vec_file *file = ov_vec_load("proxy");
    uint8_t type2[64];
    uint8_t got[OV_NTLM_RAW];
    size_t got_len;
    const size_t len = make_type2(ov_vec_section(file, "ntlmv2"), 0x800202, type2);
    for (size_t cut = 0; cut < len; cut++)
    {
        ov_assert_err(answer(type2, cut, "alice", got, &got_len),
                      cut < 32 ? OV_ERR_FORMAT : OV_ERR_TRUNCATED);
    }
    ov_assert_err(answer(type2, len, "alice", got, &got_len), OV_OK);
    assert_int_equal(got_len, 0x40 + 16 + 0x20 + 16 + 5);
    ov_vec_free(file);
}

/* Lengths and places that lie [CVE-2017-7520]. */
static void test_lies(void **state)
{
    static const struct
    {
        uint8_t len[2];
        uint8_t at[4];
    } rows[] = {
        {{0xff, 0xff}, {48, 0, 0, 0}}, {{17, 0}, {48, 0, 0, 0}},           {{1, 0}, {64, 0, 0, 0}},
        {{0, 0}, {65, 0, 0, 0}},       {{1, 0}, {0xff, 0xff, 0xff, 0xff}}, {{16, 0}, {0, 0, 0, 0x80}},
    };
    (void)state;
    struct ov_vec_file *file = ov_vec_load("proxy");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        uint8_t type2[64];
        uint8_t got[OV_NTLM_RAW];
        size_t got_len;
        const size_t len = make_type2(ov_vec_section(file, "ntlmv2"), 0x800202, type2);
        memcpy(type2 + 40, rows[i].len, 2);
        memcpy(type2 + 44, rows[i].at, 4);
        ov_assert_err(answer(type2, len, "alice", got, &got_len), OV_ERR_TRUNCATED);
    }
    ov_vec_free(file);
}

static int start(void **state)
{
    char reason[256];
    (void)state;
    for (size_t i = 0; ov_crypto_backends[i] != NULL; i++)
    {
        ov_assert_err(ov_crypto_backends[i]->start(reason, sizeof reason), OV_OK);
    }
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_md4),
        cmocka_unit_test(test_vector),
        cmocka_unit_test(test_truncation),
        cmocka_unit_test(test_lies),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
