/* Answers of --block-ipv6, against the layout of RFC 4443 and its checksum. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "offload/unreachable.h"

static uint8_t memory[4096];
static struct ov_buf buf;

/* An IPv6 packet of len octets with this next header. */
static void packet(uint32_t len, uint8_t next, uint8_t first)
{
    memset(memory, 0, sizeof memory);
    buf = ov_buf_over(memory, sizeof memory, OV_BUF_HEADROOM);
    uint8_t *p = ov_buf_put(&buf, len);
    const uint8_t head[8] = {0x60, 0, 0, 0, (uint8_t)((len - 40) >> 8), (uint8_t)(len - 40), next, 64};
    for (uint32_t i = 0; i < len; i++)
    {
        p[i] = (uint8_t)i;
    }
    memcpy(p, head, len < 8 ? len : 8);
    if (len > 40)
    {
        p[8] = p[24] = 0xfd;
        p[40] = first;
    }
}

/* The sum over pseudo header and message, done the simple way. */
static uint16_t simple_sum(const uint8_t *p, uint32_t len)
{
    uint32_t sum = len - 40 + 58;
    for (uint32_t i = 8; i < len; i++)
    {
        sum += i % 2 == 0 ? (uint32_t)p[i] << 8 : p[i];
    }
    while (sum >> 16 != 0)
    {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t)sum;
}

static void answers(void **state)
{
    static const uint32_t sizes[] = {41, 60, 61, 1231, 1232, 1233, 1500, 3000};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
    {
        packet(sizes[i], 17, 7);
        uint8_t original[4096];
        memcpy(original, ov_buf_data(&buf), sizes[i]);
        const uint32_t kept = sizes[i] < 1232 ? sizes[i] : 1232;
        assert_true(ov_ip6_unreachable(&buf));
        const uint8_t *p = ov_buf_data(&buf);
        assert_int_equal(buf.len, kept + 48);
        assert_int_equal(p[0] >> 4, 6);
        assert_int_equal(p[4] << 8 | p[5], kept + 8);
        assert_int_equal(p[6], 58);
        assert_memory_equal(p + 8, original + 24, 16);
        assert_memory_equal(p + 24, original + 8, 16);
        assert_int_equal(p[40], 1);
        assert_int_equal(p[41], 0);
        assert_memory_equal(p + 48, original, kept);
        assert_int_equal(simple_sum(p, buf.len), 0xffff);
    }
}

static void ip4_stays(void **state)
{
    (void)state;
    packet(60, 17, 0);
    ov_buf_data(&buf)[0] = 0x45;
    assert_false(ov_ip6_unreachable(&buf));
    assert_int_equal(buf.len, 60);
    assert_int_equal(ov_buf_data(&buf)[0], 0x45);
    ov_buf_drop(&buf);
    assert_false(ov_ip6_unreachable(&buf));
}

/* Errors aren't answered by errors, and neither is what goes to or comes from many, or is cut. */
static void silence(void **state)
{
    (void)state;
    packet(60, 58, 1);
    assert_true(ov_ip6_unreachable(&buf));
    assert_int_equal(buf.len, 0);
    packet(60, 58, 128); /* an echo request is */
    assert_true(ov_ip6_unreachable(&buf));
    assert_int_equal(buf.len, 108);
    packet(60, 17, 0);
    ov_buf_data(&buf)[24] = 0xff;
    assert_true(ov_ip6_unreachable(&buf));
    assert_int_equal(buf.len, 0);
    packet(60, 17, 0);
    memset(ov_buf_data(&buf) + 8, 0, 16);
    assert_true(ov_ip6_unreachable(&buf));
    assert_int_equal(buf.len, 0);
    for (uint32_t len = 1; len < 40; len++)
    {
        packet(len, 17, 0);
        assert_true(ov_ip6_unreachable(&buf));
        assert_int_equal(buf.len, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers),
        cmocka_unit_test(ip4_stays),
        cmocka_unit_test(silence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
