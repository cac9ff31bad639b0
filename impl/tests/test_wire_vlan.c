/* Tags of VLANs: read, taken away, put in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/octets.h"
#include "wire/vlan.h"

#define ADDRESSES "0102030405060a0b0c0d0e0f"

static const struct
{
    const char *hex;
    bool tagged;
    uint16_t id;
    const char *stripped; /* as it is without its tag */
    const char *put;      /* with tag 4094 */
} rows[] = {
    {ADDRESSES "0800aabb", false, 0, ADDRESSES "0800aabb", ADDRESSES "81000ffe0800aabb"},
    {ADDRESSES "810000640800aabb", true, 100, ADDRESSES "0800aabb", ADDRESSES "81000ffe0800aabb"},
    {ADDRESSES "8100a0000800aabb", true, 0, ADDRESSES "0800aabb",
     ADDRESSES "8100affe0800aabb"}, /* priority 5 */
    {ADDRESSES "8100ffff86dd", true, 4095, ADDRESSES "86dd", ADDRESSES "8100fffe86dd"},
    /* Two of them: the inner one is payload. */
    {ADDRESSES "81000002810000030800", true, 2, ADDRESSES "810000030800", ADDRESSES "81000ffe810000030800"},
    {ADDRESSES "88a800020800", false, 0, ADDRESSES "88a800020800", ADDRESSES "81000ffe88a800020800"},
};

static struct ov_buf over(uint8_t *mem, size_t cap, const char *hex, uint32_t headroom)
{
    struct ov_buf buf = ov_buf_over(mem, (uint32_t)cap, headroom);
    uint8_t octets[64];
    const size_t len = ov_test_hex(hex, octets, sizeof octets);
    memcpy(ov_buf_put(&buf, (uint32_t)len), octets, len);
    return buf;
}

static void expect(const struct ov_buf *buf, const char *hex)
{
    uint8_t octets[64];
    const size_t len = ov_test_hex(hex, octets, sizeof octets);
    assert_int_equal(buf->len, len);
    assert_memory_equal(ov_buf_data(buf), octets, len);
}

static void tags(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        uint8_t mem[80];
        struct ov_vlan tag;
        struct ov_buf buf = over(mem, sizeof mem, rows[i].hex, 4);
        ov_assert_err(ov_vlan_read(ov_buf_data(&buf), buf.len, &tag), OV_OK);
        assert_int_equal(tag.tagged, rows[i].tagged);
        assert_int_equal(tag.id, rows[i].id);
        ov_assert_err(ov_vlan_put(&buf, OV_VLAN_MAX), OV_OK);
        expect(&buf, rows[i].put);
        buf = over(mem, sizeof mem, rows[i].hex, 0);
        if (rows[i].tagged)
        {
            ov_vlan_strip(&buf);
        }
        else
        {
            ov_assert_err(ov_vlan_put(&buf, 1), OV_ERR_NOSPACE);
        }
        expect(&buf, rows[i].stripped);
    }
}

static void truncated(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        uint8_t octets[64];
        const size_t whole = rows[i].tagged ? 18 : 14;
        (void)ov_test_hex(rows[i].hex, octets, sizeof octets);
        for (size_t len = 0; len < whole; len++)
        {
            uint8_t *copy = ov_test_copy(octets, len);
            struct ov_buf buf = {copy, (uint32_t)len, 0, (uint32_t)len};
            struct ov_vlan tag;
            ov_assert_err(ov_vlan_read(copy, len, &tag), OV_ERR_TRUNCATED);
            assert_false(tag.tagged);
            ov_assert_err(ov_vlan_put(&buf, 1), OV_ERR_TRUNCATED);
            free(copy);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(tags), cmocka_unit_test(truncated)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
