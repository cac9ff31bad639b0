/* Ethernet headers: rows, every truncation, and the IP packet inside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/octets.h"
#include "wire/ether.h"

#define MACS "ffffffffffff 020000000001 "
#define IPV4 "45000018 00000000 40110000 0a080002 0a080001 aabbccdd"
#define IPV6 "60000000 0002 3a40 fd000008000000000000000000000002 fd000008000000000000000000000001 8000"

static const struct
{
    const char *hex;
    enum ov_err err;
    uint16_t type;
    uint8_t tags;
    uint8_t header_len;
    bool has_ip;
    uint32_t ip_len;
} rows[] = {
    {MACS "0800" IPV4, OV_OK, 0x0800, 0, 14, true, 24},
    {MACS "86dd" IPV6, OV_OK, 0x86dd, 0, 14, true, 42},
    {MACS "0800" IPV4 "000000000000", OV_OK, 0x0800, 0, 14, true, 24}, /* padded */
    {MACS "8100 0005 0800" IPV4, OV_OK, 0x0800, 1, 18, true, 24},
    {MACS "88a8 0007 8100 0005 86dd" IPV6, OV_OK, 0x86dd, 2, 22, true, 42},
    {MACS "8100 0001 8100 0002 8100 0003 0800" IPV4, OV_OK, 0x8100, 2, 22, false,
     0}, /* the third is payload */
    {MACS "0806 0001 0800 06 04 0001", OV_OK, 0x0806, 0, 14, false, 0},
    {MACS "0800", OV_OK, 0x0800, 0, 14, false, 0},      /* nothing in it */
    {MACS "0800" IPV6, OV_OK, 0x0800, 0, 14, false, 0}, /* says one thing, carries another */
    {MACS "86dd" IPV4, OV_OK, 0x86dd, 0, 14, false, 0},
    {MACS "0800 45000019 00000000 40110000 0a080002 0a080001 aabbccdd", OV_OK, 0x0800, 0, 14, false, 0},
    {MACS "0040 aaaa03", OV_OK, 0x0040, 0, 14, false, 0}, /* a length */
    {MACS "08", OV_ERR_TRUNCATED, 0, 0, 0, false, 0},
    {MACS "8100", OV_ERR_TRUNCATED, 0, 0, 0, false, 0},
    {MACS "8100 0005 08", OV_ERR_TRUNCATED, 0, 0, 0, false, 0},
    {MACS "8100 0005 88a8 0001", OV_ERR_TRUNCATED, 0, 0, 0, false, 0},
    {"", OV_ERR_TRUNCATED, 0, 0, 0, false, 0},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        uint8_t octets[128];
        struct ov_ether ether;
        uint32_t at = 0;
        uint32_t len_ip = 0;
        const size_t len = ov_test_hex(rows[i].hex, octets, sizeof octets);
        uint8_t *copy = ov_test_copy(octets, len);
        ov_assert_err(ov_ether_read(copy, len, &ether), rows[i].err);
        assert_int_equal(ov_ether_ip(copy, len, &at, &len_ip), rows[i].has_ip);
        if (rows[i].err == OV_OK)
        {
            assert_int_equal(ether.type, rows[i].type);
            assert_int_equal(ether.tags, rows[i].tags);
            assert_int_equal(ether.header_len, rows[i].header_len);
            assert_ptr_equal(ether.dst, copy);
            assert_ptr_equal(ether.src, copy + 6);
            assert_true(ov_mac_is_group(ether.dst));
            assert_false(ov_mac_is_group(ether.src));
        }
        if (rows[i].has_ip)
        {
            assert_int_equal(at, rows[i].header_len);
            assert_int_equal(len_ip, rows[i].ip_len);
        }
        free(copy);
    }
}

/* Below the header nothing is read; below the IP packet there is none. */
static void test_truncation_sweep(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        uint8_t octets[128];
        const size_t len = ov_test_hex(rows[i].hex, octets, sizeof octets);
        for (size_t cut = 0; cut < len && rows[i].err == OV_OK; cut++)
        {
            struct ov_ether ether;
            uint32_t at, len_ip;
            uint8_t *copy = ov_test_copy(octets, cut);
            ov_assert_err(ov_ether_read(copy, cut, &ether),
                          cut < rows[i].header_len ? OV_ERR_TRUNCATED : OV_OK);
            assert_int_equal(ov_ether_ip(copy, cut, &at, &len_ip),
                             rows[i].has_ip && cut >= rows[i].header_len + rows[i].ip_len);
            free(copy);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_truncation_sweep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
