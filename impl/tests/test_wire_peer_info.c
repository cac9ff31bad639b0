/* Peer info (wire-protocol.md 4.4). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/octets.h"
#include "wire/peer_info.h"

static void test_a_client_describes_itself(void **state)
{
    (void)state;
    const struct ov_peer_info_own own = {.version = "2.6.14",
                                         .proto = 990,
                                         .mtu = 1600,
                                         .ciphers = "AES-256-GCM:AES-128-GCM:CHACHA20-POLY1305",
                                         .tcp_nonlinear = true};
    static const char want[] = "IV_VER=2.6.14\nIV_PLAT=linux\nIV_TCPNL=1\nIV_MTU=1600\nIV_NCP=2\n"
                               "IV_CIPHERS=AES-256-GCM:AES-128-GCM:CHACHA20-POLY1305\nIV_PROTO=990\n";
    char out[512];
    size_t len;
    for (size_t cap = 0; cap < sizeof(want); cap++)
    {
        ov_assert_err(ov_peer_info_build(&own, out, cap, &len), OV_ERR_NOSPACE);
        assert_int_equal(len, 0);
    }
    ov_assert_err(ov_peer_info_build(&own, out, sizeof(want), &len), OV_OK);
    assert_string_equal(out, want);
    assert_int_equal(len, sizeof(want) - 1);

    struct ov_peer_info info;
    ov_peer_info_parse(out, len, &info);
    assert_int_equal(info.proto, 990);
    assert_int_equal(info.mtu, 1600);
    assert_int_equal(info.ncp, 2);
    assert_true(info.has_ciphers && info.has_mtu && info.tcp_nonlinear);
    assert_string_equal(info.ciphers, own.ciphers);
    assert_string_equal(info.version, "2.6.14");
    assert_string_equal(info.platform, "linux");
    assert_int_equal(info.ignored, 0);
}

static void test_what_is_not_set_is_not_written(void **state)
{
    (void)state;
    char out[512];
    size_t len;
    const struct ov_peer_info_own nothing = {0};
    ov_assert_err(ov_peer_info_build(&nothing, out, sizeof(out), &len), OV_OK);
    assert_string_equal(out, "IV_PLAT=linux\n");
    /* IV_NCP=2 promises both AES-GCM ciphers, by their exact names. */
    const struct ov_peer_info_own one = {.ciphers = "AES-256-GCM:XAES-128-GCM:AES-128-GCMX"};
    ov_assert_err(ov_peer_info_build(&one, out, sizeof(out), &len), OV_OK);
    assert_null(strstr(out, "IV_NCP"));
    const struct ov_peer_info_own both = {.ciphers = "AES-128-GCM:AES-256-GCM"};
    ov_assert_err(ov_peer_info_build(&both, out, sizeof(out), &len), OV_OK);
    assert_non_null(strstr(out, "IV_NCP=2\n"));
}

static void test_lines_that_would_break_the_format_are_refused(void **state)
{
    (void)state;
    char out[1024];
    char long_value[300];
    size_t len;
    memset(long_value, 'x', sizeof(long_value) - 1);
    long_value[sizeof(long_value) - 1] = '\0';
    const struct ov_peer_info_own newline = {.version = "1\nUV_ADMIN=1"};
    const struct ov_peer_info_own too_long = {.version = long_value};
    ov_assert_err(ov_peer_info_build(&newline, out, sizeof(out), &len), OV_ERR_FORMAT);
    ov_assert_err(ov_peer_info_build(&too_long, out, sizeof(out), &len), OV_ERR_LIMIT);
}

static const struct row
{
    const char *text;
    uint32_t proto;
    uint32_t mtu;
    uint32_t ncp;
    const char *ciphers; /* NULL: no such line */
    uint32_t ignored;
} rows[] = {
    {"", 0, 0, 0, NULL, 0},
    {"\n", 0, 0, 0, NULL, 1},
    {"IV_PROTO=990", 990, 0, 0, NULL, 0}, /* no newline at the end */
    {"IV_PROTO=990\n", 990, 0, 0, NULL, 0},
    {"IV_PROTO=4294967295\n", 4294967295u, 0, 0, NULL, 0},
    {"IV_PROTO=4294967296\n", 0, 0, 0, NULL, 1},
    {"IV_PROTO=18446744073709551616\n", 0, 0, 0, NULL, 1},
    {"IV_PROTO=99999999999999999999999999999999999999999\n", 0, 0, 0, NULL, 1},
    {"IV_PROTO=-1\n", 0, 0, 0, NULL, 1},
    {"IV_PROTO=+1\n", 0, 0, 0, NULL, 1},
    {"IV_PROTO= 1\n", 0, 0, 0, NULL, 1},
    {"IV_PROTO=0x1\n", 0, 0, 0, NULL, 1},
    {"IV_PROTO=12abc\n", 0, 0, 0, NULL, 1},
    {"IV_PROTO=\n", 0, 0, 0, NULL, 1},
    {"IV_PROTO\n", 0, 0, 0, NULL, 1},
    {"=990\n", 0, 0, 0, NULL, 1},
    {"IV-PROTO=990\n", 0, 0, 0, NULL, 1},
    {"\xff\xfe=1\n", 0, 0, 0, NULL, 1},
    /* The first line of a name wins; text inside another value is no line [WP-PI-004]. */
    {"IV_PROTO=2\nIV_PROTO=990\n", 2, 0, 0, NULL, 0},
    {"UV_X=IV_PROTO=990\nIV_PROTO=2\n", 2, 0, 0, NULL, 0},
    {"XIV_PROTO=990\nIV_PROTOX=990\n", 0, 0, 0, NULL, 0},
    {"IV_CIPHERS=\n", 0, 0, 0, "", 0},
    {"IV_CIPHERS=AES-256-GCM:AES-128-GCM\nIV_NCP=2\n", 0, 0, 2, "AES-256-GCM:AES-128-GCM", 0},
    {"IV_CIPHERS=A\x01\x80Z\n", 0, 0, 0, "A__Z", 0},
    {"IV_MTU=1600\n", 0, 1600, 0, NULL, 0},
    {"IV_MTU=lots\n", 0, 0, 0, NULL, 1},
};

/* Nothing said is protocol 0 [WP-PI-003]. */
static void test_rows_and_their_truncations(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    {
        struct ov_peer_info info;
        size_t len = strlen(rows[i].text);
        ov_peer_info_parse(rows[i].text, len, &info);
        assert_int_equal(info.proto, rows[i].proto);
        assert_int_equal(info.mtu, rows[i].mtu);
        assert_int_equal(info.ncp, rows[i].ncp);
        assert_int_equal(info.has_ciphers, rows[i].ciphers != NULL);
        assert_string_equal(info.ciphers, rows[i].ciphers == NULL ? "" : rows[i].ciphers);
        assert_int_equal(info.ignored, rows[i].ignored);
        for (size_t cut = 0; cut < len; cut++)
        {
            char *copy = (char *)ov_test_copy(rows[i].text, cut);
            ov_peer_info_parse(copy, cut, &info);
            /* A cut number is shorter, never longer. */
            assert_true(info.proto <= rows[i].proto || rows[i].ignored > 0);
            free(copy);
        }
    }
}

/* A line counts up to 255 octets [WP-PI-002]. */
static void test_a_list_that_is_cut_loses_its_broken_name(void **state)
{
    (void)state;
    static const char name[] = "AES-256-GCM:";
    char text[4096] = "IV_CIPHERS=";
    size_t len = strlen(text);
    for (; len + sizeof(name) <= sizeof(text); len += sizeof(name) - 1)
    {
        memcpy(text + len, name, sizeof(name));
    }
    struct ov_peer_info info;
    ov_peer_info_parse(text, len, &info);
    assert_true(info.has_ciphers);
    /* 255 - 11 octets hold 20 names of 12; the 21st, cut after 4 octets, is gone with its colon. */
    assert_int_equal(strlen(info.ciphers), 20 * 12 - 1);
    char one_name[600] = "IV_CIPHERS=";
    memset(one_name + strlen(one_name), 'A', 500);
    ov_peer_info_parse(one_name, strlen(one_name), &info);
    assert_string_equal(info.ciphers, "");
    char number[600] = "IV_PROTO=";
    memset(number + strlen(number), '0', 300);
    number[strlen(number)] = '7';
    ov_peer_info_parse(number, strlen(number), &info);
    assert_int_equal(info.proto, 0);
    assert_int_equal(info.ignored, 1);
}

static void test_lines_one_by_one(void **state)
{
    (void)state;
    const char *text = "UV_A=1\nbad line\nIV_SSL=\n";
    size_t len = strlen(text);
    struct ov_peer_info_line line;
    ov_assert_err(ov_peer_info_next(&text, &len, &line), OV_OK);
    assert_int_equal(line.name_len, 4);
    assert_memory_equal(line.name, "UV_A", 4);
    assert_int_equal(line.value_len, 1);
    ov_assert_err(ov_peer_info_next(&text, &len, &line), OV_ERR_FORMAT);
    ov_assert_err(ov_peer_info_next(&text, &len, &line), OV_OK);
    assert_int_equal(line.value_len, 0);
    ov_assert_err(ov_peer_info_next(&text, &len, &line), OV_ERR_AGAIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_client_describes_itself),
        cmocka_unit_test(test_what_is_not_set_is_not_written),
        cmocka_unit_test(test_lines_that_would_break_the_format_are_refused),
        cmocka_unit_test(test_rows_and_their_truncations),
        cmocka_unit_test(test_a_list_that_is_cut_loses_its_broken_name),
        cmocka_unit_test(test_lines_one_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
