/* The dialogue with SOCKS5 proxies, and the header of their relays (wire-protocol.md 10.3). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/proxy.h"
#include "tests/lib/octets.h"
#include "tests/lib/vectors.h"
#include "wire/socks_udp.h"

static struct ov_proxy proxy;

static struct ov_proxy_task task_of(const char *username, bool udp)
{
    return (struct ov_proxy_task){.kind = OV_PROXY_SOCKS5,
                                  .udp = udp,
                                  .host = "a.test",
                                  .port = 1194,
                                  .username = username,
                                  .password = "secret"};
}

static void said(const char *hex)
{
    uint8_t want[600];
    const size_t len = ov_test_hex(hex, want, sizeof want);
    assert_int_equal(proxy.out_len, len);
    assert_memory_equal(proxy.out, want, len);
    proxy.out_len = 0;
}

static enum ov_proxy_step take(const uint8_t *data, size_t len)
{
    uint8_t *copy = ov_test_copy(data, len);
    enum ov_proxy_step step = OV_PROXY_MORE;
    for (size_t used = 0; step == OV_PROXY_MORE && used < len;)
    {
        size_t taken;
        proxy.out_len = 0; /* sent */
        step = ov_proxy_take(&proxy, copy + used, len - used, &taken);
        used += taken;
    }
    free(copy);
    return step;
}

static enum ov_proxy_step take_hex(const char *hex)
{
    uint8_t octets[600];
    return take(octets, ov_test_hex(hex, octets, sizeof octets));
}

static void test_tcp(void **state)
{
    (void)state;
    const struct ov_proxy_task task = task_of("alice", false);
    ov_assert_err(ov_proxy_init(&proxy, &task), OV_OK);
    assert_int_equal(ov_proxy_open(&proxy), OV_PROXY_MORE);
    said("050102");
    assert_int_equal(take_hex("0502"), OV_PROXY_MORE);
    said("01 05 616c696365 06 736563726574");
    assert_int_equal(take_hex("0100"), OV_PROXY_MORE);
    said("05010003 06 612e74657374 04aa");
    assert_int_equal(take_hex("05000001 00000000 0000"), OV_PROXY_DONE);
}

static void test_udp(void **state)
{
    (void)state;
    const struct ov_proxy_task task = task_of(NULL, true);
    ov_assert_err(ov_proxy_init(&proxy, &task), OV_OK);
    assert_int_equal(ov_proxy_open(&proxy), OV_PROXY_MORE);
    said("050100");
    assert_int_equal(take_hex("0500"), OV_PROXY_MORE);
    said("05030001 00000000 0000");
    assert_int_equal(take_hex("05000001 c6336407 04aa"), OV_PROXY_DONE);
    char text[OV_ADDR_TEXT];
    assert_string_equal(ov_addr_text(&proxy.relay, text), "198.51.100.7:1194");
}

/* Everything the proxy says, in one string; cut at every place it means the same [WP-PROXY-020,
 * WP-PROXY-021]. */
static void test_answers(void **state)
{
    static const struct
    {
        const char *username;
        bool udp;
        const char *hex;
        enum ov_proxy_step step;
        const char *reason;
    } rows[] = {
        {NULL, false, "0500 05000003 04 61626364 0001", OV_PROXY_DONE, ""},
        {NULL, false, "0500 05000004 00000000000000000000000000000001 0001", OV_PROXY_DONE, ""},
        {"alice", false, "0502 0500 05000001 00000000 0000", OV_PROXY_DONE, ""},
        {"alice", false, "0500 05000001 00000000 0000", OV_PROXY_DONE, ""},
        {NULL, false, "0400", OV_PROXY_FAILED, "the proxy is no SOCKS5 proxy"},
        {NULL, false, "0502", OV_PROXY_FAILED, "the proxy wants a login (third argument of socks-proxy)"},
        {"alice", false, "05ff", OV_PROXY_FAILED, "the proxy takes no name and password"},
        {"alice", false, "0502 0101", OV_PROXY_FAILED, "the proxy refuses name and password"},
        {NULL, false, "0500 05050001 00", OV_PROXY_FAILED, "the proxy refuses: connection refused (5)"},
        {NULL, false, "0500 05fe0001 00", OV_PROXY_FAILED, "the proxy refuses: unknown (254)"},
        {NULL, false, "0500 05000007 00", OV_PROXY_FAILED, "the proxy answers with address type 7"},
        {NULL, false, "0500 04000001 00", OV_PROXY_FAILED, "the proxy's answer is no SOCKS5"},
        {NULL, true, "0500 05000001 00000000 04aa", OV_PROXY_FAILED,
         "the proxy names no usable IPv4 address for datagrams"},
        {NULL, true, "0500 05000003 01 61 04aa", OV_PROXY_FAILED,
         "the proxy names no usable IPv4 address for datagrams"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        const struct ov_proxy_task task = task_of(rows[i].username, rows[i].udp);
        uint8_t octets[64];
        const size_t len = ov_test_hex(rows[i].hex, octets, sizeof octets);
        for (size_t cut = 0; cut < len; cut++)
        {
            ov_assert_err(ov_proxy_init(&proxy, &task), OV_OK);
            assert_int_equal(ov_proxy_open(&proxy), OV_PROXY_MORE);
            assert_int_equal(take(octets, cut), OV_PROXY_MORE);
            assert_int_equal(take(octets + cut, len - cut), rows[i].step);
            assert_string_equal(proxy.reason, rows[i].reason);
        }
    }
}

/* The longest name a proxy may answer with. */
static void test_long_name(void **state)
{
    (void)state;
    const struct ov_proxy_task task = task_of(NULL, false);
    uint8_t octets[2 + 5 + 255 + 2] = {5, 0, 5, 0, 0, 3, 255};
    ov_assert_err(ov_proxy_init(&proxy, &task), OV_OK);
    assert_int_equal(ov_proxy_open(&proxy), OV_PROXY_MORE);
    assert_int_equal(take(octets, sizeof octets - 1), OV_PROXY_MORE);
    assert_int_equal(take(octets, 1), OV_PROXY_DONE);
}

/* Name and password have one octet for their length [WP-PROXY-024]. */
static void test_long_logins(void **state)
{
    (void)state;
    static char text[257];
    for (size_t len = 255; len <= 256; len++)
    {
        memset(text, 'x', len);
        text[len] = '\0';
        struct ov_proxy_task task = task_of(text, false);
        ov_assert_err(ov_proxy_init(&proxy, &task), len == 255 ? OV_OK : OV_ERR_LIMIT);
        task = task_of("alice", false);
        task.password = text;
        ov_assert_err(ov_proxy_init(&proxy, &task), len == 255 ? OV_OK : OV_ERR_LIMIT);
        if (len == 255)
        {
            assert_int_equal(ov_proxy_open(&proxy), OV_PROXY_MORE);
            assert_int_equal(take_hex("0502"), OV_PROXY_MORE);
            assert_int_equal(proxy.out_len, 1 + 1 + 5 + 1 + 255);
            assert_int_equal(proxy.out[7], 255);
        }
    }
}

/* [WP-PROXY-022] */
static void test_relay_header(void **state)
{
    (void)state;
    uint8_t want[OV_SOCKS_UDP_HEAD];
    uint8_t got[OV_SOCKS_UDP_HEAD];
    struct ov_addr addr = {.family = 4, .port = 1194, .ip = {198, 51, 100, 7}};
    struct ov_addr back;
    struct ov_vec_file *file = ov_vec_load("framing");
    ov_vec_exactly(ov_vec_section(file, "socks-udp"), "header", want, sizeof want);
    ov_vec_free(file);
    ov_assert_err(ov_socks_udp_write(&addr, got), OV_OK);
    assert_memory_equal(got, want, sizeof want);
    for (size_t len = 0; len < sizeof want; len++)
    {
        uint8_t *copy = ov_test_copy(want, len);
        ov_assert_err(ov_socks_udp_read(copy, len, &back), OV_ERR_TRUNCATED);
        free(copy);
    }
    ov_assert_err(ov_socks_udp_read(want, sizeof want, &back), OV_OK);
    assert_true(ov_addr_equal(&addr, &back));
    want[2] = 1; /* a fragment */
    ov_assert_err(ov_socks_udp_read(want, sizeof want, &back), OV_ERR_UNSUPPORTED);
    want[2] = 0;
    want[3] = 3;
    ov_assert_err(ov_socks_udp_read(want, sizeof want, &back), OV_ERR_UNSUPPORTED);
    addr.family = 6;
    ov_assert_err(ov_socks_udp_write(&addr, got), OV_ERR_ADDRESS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tcp),         cmocka_unit_test(test_udp),
        cmocka_unit_test(test_answers),     cmocka_unit_test(test_long_name),
        cmocka_unit_test(test_long_logins), cmocka_unit_test(test_relay_header),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
