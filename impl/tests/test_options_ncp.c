/* Cipher lists and their negotiation (wire-protocol.md 4.5). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "options/ncp.h"

static const struct
{
    const char *text;
    enum ov_err err;
    const char *result; /* list, or the bad name */
} lists[] = {
    {"AES-256-GCM", OV_OK, "AES-256-GCM"},
    {"aes-128-gcm:Chacha20-Poly1305", OV_OK, "AES-128-GCM:CHACHA20-POLY1305"},
    {"AES-256-GCM:?AES-128-GCM:AES-256-GCM", OV_OK, "AES-256-GCM:AES-128-GCM"},
    {"DEFAULT", OV_OK, "AES-256-GCM:AES-128-GCM:CHACHA20-POLY1305"},
    {"CHACHA20-POLY1305:DEFAULT:AES-192-GCM", OV_OK, "CHACHA20-POLY1305:AES-256-GCM:AES-128-GCM:AES-192-GCM"},
    {"?AES-256-CBC:AES-256-GCM:?FOO", OV_OK, "AES-256-CBC:AES-256-GCM"},
    {"aes-256-gcm:AES-192-cbc:NONE:aes-128-cbc", OV_OK, "AES-256-GCM:AES-192-CBC:none:AES-128-CBC"},
    {"AES-256-GCM:AES-256-CTR", OV_ERR_UNSUPPORTED, "AES-256-CTR"},
    {"bf-cbc:AES-256-GCM", OV_OK, "BF-CBC:AES-256-GCM"},
    {"?AES-128-OFB:?CAMELLIA-256-CBC:AES-256-GCM", OV_OK, "AES-128-OFB:CAMELLIA-256-CBC:AES-256-GCM"},
    {"CAMELLIA-128-CBC:CAMELLIA-192-CBC:CAMELLIA-256-CBC:CAMELLIA-128-CFB:CAMELLIA-192-CFB:CAMELLIA-256-CFB:"
     "DEFAULT",
     OV_ERR_LIMIT, ""},
    {"FOO:BAR", OV_ERR_UNSUPPORTED, "FOO"},
    {"", OV_ERR_FORMAT, ""},
    {":", OV_ERR_FORMAT, ""},
    {"AES-256-GCM:", OV_ERR_FORMAT, ""},
    {"AES-256-GCM::AES-128-GCM", OV_ERR_FORMAT, ""},
    {"?", OV_ERR_FORMAT, ""},
    {"?FOO", OV_ERR_FORMAT, ""},
    {"AES-256-GCM:AES-256-GCM:AES-256-GCM:AES-256-GCM:AES-256-GCM:AES-256-GCM:AES-256-GCM:AES-256-GCM:AES-"
     "256-GCM:"
     "AES-256-GCM:AES-256-",
     OV_ERR_LIMIT, ""},
};

static void test_lists(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
    {
        struct ov_ciphers list;
        char text[OV_CIPHERS_TEXT + 1];
        assert_int_equal(ov_ciphers_parse(lists[i].text, &list, text, sizeof(text)), lists[i].err);
        if (lists[i].err == OV_OK)
        {
            ov_ciphers_text(&list, text);
        }
        assert_string_equal(text, lists[i].result);
    }
}

static bool no_chacha(enum ov_aead_id id)
{
    return id != OV_AEAD_CHACHA20_POLY1305;
}

static bool no_cbc(enum ov_cipher_id id)
{
    return id == OV_CIPHER_NONE;
}

static void test_limit_to_library(void **state)
{
    (void)state;
    struct ov_ciphers list = ov_ciphers_default;
    const struct ov_crypto poor = {.aead = {.has = no_chacha}, .etm = {.has = no_cbc}};
    enum ov_cipher_id missing = OV_CIPHER_COUNT;
    char text[OV_CIPHERS_TEXT + 1];
    assert_int_equal(ov_ciphers_limit(&list, &poor, &missing), OV_OK);
    ov_ciphers_text(&list, text);
    assert_string_equal(text, "AES-256-GCM:AES-128-GCM");

    assert_int_equal(ov_ciphers_parse("AES-256-GCM:CHACHA20-POLY1305", &list, text, sizeof(text)), OV_OK);
    assert_int_equal(ov_ciphers_limit(&list, &poor, &missing), OV_ERR_UNSUPPORTED);
    assert_int_equal(missing, OV_CIPHER_CHACHA20_POLY1305);
    assert_int_equal(list.count, 2);

    assert_int_equal(ov_ciphers_parse("?CHACHA20-POLY1305", &list, text, sizeof(text)), OV_OK);
    assert_int_equal(ov_ciphers_limit(&list, &poor, &missing), OV_ERR_UNSUPPORTED);

    assert_int_equal(ov_ciphers_parse("?AES-256-CBC:none", &list, text, sizeof(text)), OV_OK);
    assert_int_equal(ov_ciphers_limit(&list, &poor, &missing), OV_OK);
    ov_ciphers_text(&list, text);
    assert_string_equal(text, "none");
    assert_int_equal(ov_ciphers_parse("none:AES-256-CBC", &list, text, sizeof(text)), OV_OK);
    assert_int_equal(ov_ciphers_limit(&list, &poor, &missing), OV_ERR_UNSUPPORTED);
    assert_int_equal(missing, OV_CIPHER_AES_256_CBC);
}

#define NONE NULL

/* Own list, fallback, the client's IV_CIPHERS, IV_NCP, OCC cipher; result ("" fails), and whether it is pushed. */
static const struct
{
    const char *own;
    const char *fallback;
    struct ov_ncp_peer peer;
    const char *cipher;
    bool push;
} servers[] = {
    /* [WP-NCP-001] the server's order decides */
    {"DEFAULT", NONE, {"CHACHA20-POLY1305:AES-128-GCM:AES-256-GCM", 2, NONE}, "AES-256-GCM", true},
    {"CHACHA20-POLY1305:AES-256-GCM",
     NONE,
     {"AES-256-GCM:CHACHA20-POLY1305", 0, NONE},
     "CHACHA20-POLY1305",
     true},
    {"DEFAULT", NONE, {"AES-128-CBC:CHACHA20-POLY1305", 2, "AES-256-GCM"}, "CHACHA20-POLY1305", true},
    {"DEFAULT", NONE, {NONE, 2, "BF-CBC"}, "AES-256-GCM", true},
    {"AES-128-GCM", NONE, {NONE, 3, NONE}, "AES-128-GCM", true},
    {"CHACHA20-POLY1305", NONE, {NONE, 2, "CHACHA20-POLY1305"}, "", true},
    {"AES-256-CBC:DEFAULT", NONE, {"AES-256-GCM:AES-256-CBC", 2, "BF-CBC"}, "AES-256-CBC", true},
    {"none:AES-256-GCM", NONE, {"AES-256-GCM:none", 2, NONE}, "none", true},
    {"AES-256-CBC", NONE, {NONE, 0, "AES-256-CBC"}, "AES-256-CBC", false},
    {"none", NONE, {NONE, 0, "none"}, "none", false},
    {"DEFAULT", "AES-256-CBC", {NONE, 0, NONE}, "AES-256-CBC", false},
    {"DEFAULT", NONE, {"none", 2, "none"}, "", true},
    /* OCC only: not pushed [WP-NCP-002] */
    {"DEFAULT", NONE, {NONE, 0, "AES-128-GCM"}, "AES-128-GCM", false},
    {"DEFAULT", NONE, {NONE, 1, "AES-128-GCM"}, "AES-128-GCM", false},
    /* [WP-NCP-003] */
    {"DEFAULT", NONE, {NONE, 0, "BF-CBC"}, "", false},
    {"DEFAULT", NONE, {"AES-256-CBC", 0, "AES-256-GCM"}, "", true},
    {"DEFAULT", NONE, {"", 2, "AES-256-GCM"}, "", true},
    /* names are text: no other case, no prefix */
    {"DEFAULT", NONE, {"aes-256-gcm", 0, NONE}, "", true},
    {"DEFAULT", NONE, {"AES-256-GCM2:XAES-128-GCM:AES-128-GC", 0, NONE}, "", true},
    {"DEFAULT", NONE, {"::AES-128-GCM:", 0, NONE}, "AES-128-GCM", true},
    /* [WP-NCP-004] */
    {"DEFAULT", "AES-192-GCM", {NONE, 0, NONE}, "AES-192-GCM", false},
    {"DEFAULT", NONE, {NONE, 0, NONE}, "", false},
    {"DEFAULT", "AES-192-GCM", {NONE, 0, "BF-CBC"}, "", false},
};

static enum ov_cipher_id id_of(const char *name)
{
    enum ov_cipher_id id = OV_CIPHER_COUNT;
    assert_true(name[0] == '\0' || ov_cipher_by_name(name, &id) == OV_OK);
    return id;
}

static struct ov_ciphers list_of(const char *text)
{
    struct ov_ciphers list;
    char bad[32];
    assert_int_equal(ov_ciphers_parse(text, &list, bad, sizeof(bad)), OV_OK);
    return list;
}

static void test_server(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(servers) / sizeof(servers[0]); i++)
    {
        struct ov_ciphers own = list_of(servers[i].own);
        enum ov_cipher_id fallback =
            servers[i].fallback != NULL ? id_of(servers[i].fallback) : OV_CIPHER_COUNT;
        enum ov_cipher_id cipher = OV_CIPHER_COUNT;
        bool push = false;
        enum ov_err err = ov_ncp_server(&own, servers[i].fallback != NULL ? &fallback : NULL,
                                        &servers[i].peer, &cipher, &push);
        if (err != (servers[i].cipher[0] != '\0' ? OV_OK : OV_ERR_NEGOTIATION) ||
            cipher != id_of(servers[i].cipher) || push != servers[i].push)
        {
            fail_msg("row %zu: %s, cipher %d, push %d", i, ov_err_name(err), (int)cipher, push);
        }
    }
}

/* Own list, fallback, pushed, the server's OCC cipher; result. */
static const struct
{
    const char *own;
    const char *fallback;
    const char *pushed;
    const char *occ;
    const char *cipher;
} clients[] = {
    {"DEFAULT", NONE, "AES-128-GCM", "BF-CBC", "AES-128-GCM"},
    {"DEFAULT", "AES-256-GCM", "AES-192-GCM", NONE, ""}, /* [WP-NCP-006] */
    {"DEFAULT", NONE, "AES-256-CBC", NONE, ""},
    {"DEFAULT", NONE, "aes-128-gcm", NONE, ""},
    {"DEFAULT", NONE, NONE, "AES-128-GCM", "AES-128-GCM"}, /* [WP-NCP-007] */
    {"DEFAULT", "AES-256-GCM", NONE, "BF-CBC", ""},
    {"DEFAULT:AES-256-CBC", NONE, "AES-256-CBC", "BF-CBC", "AES-256-CBC"},
    {"DEFAULT:none", NONE, "none", "BF-CBC", "none"},
    {"DEFAULT:none", NONE, NONE, "none", "none"}, /* [null-cipher] in the string */
    {"DEFAULT", NONE, "none", "none", ""},
    {"DEFAULT", "AES-128-CBC", NONE, NONE, "AES-128-CBC"},
    {"DEFAULT", "AES-192-GCM", NONE, NONE, "AES-192-GCM"},
    {"DEFAULT", NONE, NONE, NONE, ""},
};

static void test_client(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(clients) / sizeof(clients[0]); i++)
    {
        struct ov_ciphers own = list_of(clients[i].own);
        enum ov_cipher_id fallback =
            clients[i].fallback != NULL ? id_of(clients[i].fallback) : OV_CIPHER_COUNT;
        enum ov_cipher_id cipher = OV_CIPHER_COUNT;
        enum ov_err err = ov_ncp_client(&own, clients[i].fallback != NULL ? &fallback : NULL,
                                        clients[i].pushed, clients[i].occ, &cipher);
        if (err != (clients[i].cipher[0] != '\0' ? OV_OK : OV_ERR_NEGOTIATION) ||
            cipher != id_of(clients[i].cipher))
        {
            fail_msg("row %zu: %s, cipher %d", i, ov_err_name(err), (int)cipher);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_limit_to_library),
        cmocka_unit_test(test_server),
        cmocka_unit_test(test_client),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
