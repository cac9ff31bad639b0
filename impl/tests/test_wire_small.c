/* Ping, OCC, early negotiation, inner IP headers (wire-protocol.md 2.6.3, 8). */
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
#include "wire/early_neg.h"
#include "wire/inband.h"
#include "wire/ip.h"

static void test_ping_is_exact(void **state)
{
    (void)state;
    struct ov_vec_file *file = ov_vec_load("framing");
    uint8_t ping[17] = {0};
    ov_vec_exactly(ov_vec_section(file, "ping"), "message", ping, OV_PING_LEN);
    assert_memory_equal(ping, ov_ping_payload, OV_PING_LEN);
    for (size_t len = 0; len <= sizeof(ping); len++)
    {
        uint8_t *copy = ov_test_copy(ping, len);
        assert_int_equal(ov_inband_is_ping(copy, len), len == OV_PING_LEN);
        free(copy);
    }
    ping[15] ^= 1;
    assert_false(ov_inband_is_ping(ping, OV_PING_LEN));
    ov_vec_free(file);
}

/* Magic, operation, nothing behind it [WP-OCC-001]. */
static void test_occ_vectors(void **state)
{
    (void)state;
    static const struct
    {
        const char *section;
        enum ov_occ_op op;
    } rows[] = {{"occ-exit", OV_OCC_EXIT}, {"occ-request", OV_OCC_REQUEST}};
    struct ov_vec_file *file = ov_vec_load("framing");
    for (size_t i = 0; i < 2; i++)
    {
        uint8_t message[OV_OCC_HEAD_LEN];
        uint8_t out[OV_OCC_HEAD_LEN];
        struct ov_occ_message occ;
        ov_vec_exactly(ov_vec_section(file, rows[i].section), "message", message, sizeof(message));
        ov_assert_err(ov_occ_decode(message, sizeof(message), &occ), OV_OK);
        assert_int_equal(occ.op, rows[i].op);
        assert_int_equal(occ.data_len, 0);
        for (size_t cap = 0; cap <= sizeof(out); cap++)
        {
            struct ov_writer w = ov_writer_over(out, cap);
            ov_assert_err(ov_occ_encode(&occ, &w), cap < sizeof(out) ? OV_ERR_NOSPACE : OV_OK);
        }
        assert_memory_equal(out, message, sizeof(out));
        for (size_t cut = 0; cut < sizeof(message); cut++)
        {
            uint8_t *copy = ov_test_copy(message, cut);
            ov_assert_err(ov_occ_decode(copy, cut, &occ),
                          cut < OV_OCC_MAGIC_LEN ? OV_ERR_FORMAT : OV_ERR_TRUNCATED);
            assert_int_equal(ov_inband_is_occ(copy, cut), cut >= OV_OCC_MAGIC_LEN);
            free(copy);
        }
        message[16] = OV_OCC_COUNT;
        ov_assert_err(ov_occ_decode(message, sizeof(message), &occ), OV_ERR_FORMAT);
        message[0] ^= 1;
        ov_assert_err(ov_occ_decode(message, sizeof(message), &occ), OV_ERR_FORMAT);
    }
    ov_vec_free(file);
}

static void test_occ_data_is_kept(void **state)
{
    (void)state;
    uint8_t message[OV_OCC_HEAD_LEN + 3];
    memcpy(message, ov_occ_magic, OV_OCC_MAGIC_LEN);
    memcpy(message + OV_OCC_MAGIC_LEN, "\x01V4", 4);
    struct ov_occ_message occ;
    ov_assert_err(ov_occ_decode(message, sizeof(message), &occ), OV_OK);
    assert_int_equal(occ.op, OV_OCC_REPLY);
    assert_int_equal(occ.data_len, 3);
    assert_string_equal((const char *)occ.data, "V4");
}

static void test_early_negotiation_rows(void **state)
{
    (void)state;
    static const struct
    {
        const char *hex;
        enum ov_err err;
        uint16_t flags;
    } rows[] = {
        {"", OV_OK, 0},
        {"0001 0002 0001", OV_OK, OV_EARLY_NEG_RESEND_WKC},
        {"0001 0002 8001", OV_OK, 0x8001},
        {"0002 0003 aabbcc 0001 0002 0001", OV_OK, 1}, /* unknown types are skipped [WP-TC2-031] */
        {"0001 0002 0001 ffff 0000", OV_OK, 1},
        {"ffff 0000", OV_OK, 0},
        {"0001 0000", OV_ERR_FORMAT, 0},
        {"0001 0001 01", OV_ERR_FORMAT, 0},
        {"0001 0003 000100", OV_ERR_FORMAT, 0},
        {"00", OV_ERR_TRUNCATED, 0},
        {"0001", OV_ERR_TRUNCATED, 0},
        {"0001 00", OV_ERR_TRUNCATED, 0},
        {"0001 0002", OV_ERR_TRUNCATED, 0},
        {"0001 0002 00", OV_ERR_TRUNCATED, 0},
        {"0001 0002 0001 00", OV_ERR_TRUNCATED, 0},
        {"0001 0002 0001 0009 ffff 0001", OV_ERR_TRUNCATED, 0},
        {"0001 ffff 0001", OV_ERR_TRUNCATED, 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    {
        uint8_t octets[32];
        struct ov_early_neg early;
        size_t len = ov_test_hex(rows[i].hex, octets, sizeof(octets));
        uint8_t *copy = ov_test_copy(octets, len);
        ov_assert_err(ov_early_neg_decode(copy, len, &early), rows[i].err);
        assert_int_equal(early.flags, rows[i].flags);
        free(copy);
    }
}

static void test_early_negotiation_vector(void **state)
{
    (void)state;
    struct ov_vec_file *file = ov_vec_load("framing");
    uint8_t tlv[OV_EARLY_NEG_LEN];
    uint8_t out[OV_EARLY_NEG_LEN];
    const struct ov_early_neg early = {OV_EARLY_NEG_RESEND_WKC};
    ov_vec_exactly(ov_vec_section(file, "early-negotiation"), "tlv", tlv, sizeof(tlv));
    for (size_t cap = 0; cap <= sizeof(out); cap++)
    {
        struct ov_writer w = ov_writer_over(out, cap);
        ov_assert_err(ov_early_neg_encode(&early, &w), cap < sizeof(out) ? OV_ERR_NOSPACE : OV_OK);
    }
    assert_memory_equal(out, tlv, sizeof(out));
    ov_vec_free(file);
}

#define IPV4 "45000018 00000000 40110000 0a080002 0a080001 aabbccdd"
#define IPV6 "60000000 0002 3a 40 fd000008000000000000000000001000 fd000008000000000000000000000001 0102"

static void test_ip_rows(void **state)
{
    (void)state;
    static const struct
    {
        const char *hex;
        enum ov_err err;
        uint8_t version;
        uint16_t header_len;
        uint32_t total_len;
        uint8_t protocol;
    } rows[] = {
        {IPV4, OV_OK, 4, 20, 24, 17},
        {IPV4 "00000000", OV_OK, 4, 20, 24, 17}, /* octets behind the packet */
        {IPV6, OV_OK, 6, 40, 42, 58},
        {"46000018 00000000 40110000 0a080002 0a080001 01010101", OV_OK, 4, 24, 24, 17},
        {"40000018 00000000 40110000 0a080002 0a080001 aabbccdd", OV_ERR_FORMAT, 0, 0, 0, 0},
        {"44000018 00000000 40110000 0a080002 0a080001 aabbccdd", OV_ERR_FORMAT, 0, 0, 0, 0},
        {"4f000018 00000000 40110000 0a080002 0a080001 aabbccdd", OV_ERR_TRUNCATED, 0, 0, 0, 0},
        {"46000017 00000000 40110000 0a080002 0a080001 01010101", OV_ERR_FORMAT, 0, 0, 0, 0},
        {"45000013 00000000 40110000 0a080002 0a080001 aabbccdd", OV_ERR_FORMAT, 0, 0, 0, 0},
        {"45000000 00000000 40110000 0a080002 0a080001 aabbccdd", OV_ERR_FORMAT, 0, 0, 0, 0},
        {"45000019 00000000 40110000 0a080002 0a080001 aabbccdd", OV_ERR_TRUNCATED, 0, 0, 0, 0},
        {"4500ffff 00000000 40110000 0a080002 0a080001 aabbccdd", OV_ERR_TRUNCATED, 0, 0, 0, 0},
        {"fa000018", OV_ERR_FORMAT, 0, 0, 0, 0},
        {"00", OV_ERR_FORMAT, 0, 0, 0, 0},
        {"", OV_ERR_TRUNCATED, 0, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    {
        uint8_t octets[128];
        struct ov_ip ip;
        size_t len = ov_test_hex(rows[i].hex, octets, sizeof(octets));
        uint8_t *copy = ov_test_copy(octets, len);
        ov_assert_err(ov_ip_read(copy, len, &ip), rows[i].err);
        if (rows[i].err == OV_OK)
        {
            assert_int_equal(ip.version, rows[i].version);
            assert_int_equal(ip.header_len, rows[i].header_len);
            assert_int_equal(ip.total_len, rows[i].total_len);
            assert_int_equal(ip.protocol, rows[i].protocol);
            assert_int_equal(ip.addr_len, ip.version == 4 ? 4 : 16);
            assert_ptr_equal(ip.src, copy + (ip.version == 4 ? 12 : 8));
            assert_ptr_equal(ip.dst, copy + (ip.version == 4 ? 16 : 24));
        }
        free(copy);
    }
}

static void test_ip_truncation_sweep(void **state)
{
    (void)state;
    static const char *const packets[] = {IPV4, IPV6};
    for (size_t i = 0; i < 2; i++)
    {
        uint8_t octets[128];
        struct ov_ip ip;
        size_t len = ov_test_hex(packets[i], octets, sizeof(octets));
        for (size_t cut = 0; cut < len; cut++)
        {
            uint8_t *copy = ov_test_copy(octets, cut);
            ov_assert_err(ov_ip_read(copy, cut, &ip), OV_ERR_TRUNCATED);
            free(copy);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ping_is_exact),
        cmocka_unit_test(test_occ_vectors),
        cmocka_unit_test(test_occ_data_is_kept),
        cmocka_unit_test(test_early_negotiation_rows),
        cmocka_unit_test(test_early_negotiation_vector),
        cmocka_unit_test(test_ip_rows),
        cmocka_unit_test(test_ip_truncation_sweep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
