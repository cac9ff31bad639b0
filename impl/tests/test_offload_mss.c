/* --mssfix: which packets are changed, to what, and that checksums stay right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "offload/checksum.h"
#include "offload/inner.h"
#include "offload/mss.h"
#include "tests/lib/flow_model.h"

/* A SYN of version 4 or 6 whose option area holds the given octets. */
static uint32_t syn(uint8_t version, const uint8_t *options, uint8_t words, uint8_t flags, uint8_t *packet)
{
    struct flow f = {.version = version, .protocol = OV_INNER_TCP, .ttl = 64, .option_words = words};
    uint32_t len = flow_packet(&f, packet, 0, flags);
    memcpy(packet + flow_l4(&f) + 20, options, words * 4u);
    flow_sums(&f, packet, len);
    return len;
}

static void test_limits(void **state)
{
    (void)state;
    /* GCM over UDP/IPv4: 1492-28-24-40 [WP-MTU-002]. */
    struct ov_mss mss = ov_mss_for(1492, 28, 24);
    assert_int_equal(mss.v4, 1400);
    assert_int_equal(mss.v6, 1380);
    mss = ov_mss_for(1492, 48, 24);
    assert_int_equal(mss.v4, 1380);
    mss = ov_mss_for(150, 28, 24);
    assert_int_equal(mss.v4, 0);
    assert_int_equal(mss.v6, 0);
}

static void test_clamp(void **state)
{
    (void)state;
    static const struct
    {
        const char *what;
        uint8_t version;
        uint8_t flags;
        uint8_t words;
        uint8_t options[12];
        int at; /* offset of the changed value in the options, -1: unchanged */
    } rows[] = {
        {"first option", 4, OV_TCP_SYN, 1, {2, 4, 5, 180}, 2},
        {"SYN+ACK", 4, OV_TCP_SYN | OV_TCP_ACK, 1, {2, 4, 5, 180}, 2},
        {"IPv6", 6, OV_TCP_SYN, 1, {2, 4, 5, 180}, 2},
        {"behind a NOP, odd offset", 4, OV_TCP_SYN, 2, {1, 2, 4, 5, 180, 1, 1, 0}, 3},
        {"behind another option", 4, OV_TCP_SYN, 2, {3, 3, 7, 2, 4, 5, 180, 0}, 5},
        {"small already", 4, OV_TCP_SYN, 1, {2, 4, 2, 24}, -1},
        {"equal", 4, OV_TCP_SYN, 1, {2, 4, 1000 >> 8, 1000 & 255}, -1},
        {"not a SYN", 4, OV_TCP_ACK, 1, {2, 4, 5, 180}, -1},
        {"behind the end", 4, OV_TCP_SYN, 2, {0, 0, 0, 0, 2, 4, 5, 180}, -1},
        {"option length 0", 4, OV_TCP_SYN, 2, {9, 0, 1, 1, 2, 4, 5, 180}, -1},
        {"option length 1", 4, OV_TCP_SYN, 2, {9, 1, 1, 1, 2, 4, 5, 180}, -1},
        {"option length 255", 4, OV_TCP_SYN, 2, {9, 255, 1, 1, 2, 4, 5, 180}, -1},
        {"MSS length 1", 4, OV_TCP_SYN, 1, {2, 1, 5, 180}, -1},
        {"MSS cut off", 4, OV_TCP_SYN, 1, {1, 1, 2, 4}, -1},
        {"no options", 4, OV_TCP_SYN, 0, {0}, -1},
    };
    const struct ov_mss limit = {.v4 = 1000, .v6 = 1000};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        uint8_t packet[256];
        uint8_t before[256];
        uint32_t len = syn(rows[i].version, rows[i].options, rows[i].words, rows[i].flags, packet);
        memcpy(before, packet, len);
        bool changed = ov_mss_clamp(packet, len, limit);
        if (changed != (rows[i].at >= 0))
        {
            fail_msg("%s: %s", rows[i].what, changed ? "changed" : "left alone");
        }
        if (changed)
        {
            struct flow f = {.version = rows[i].version, .protocol = OV_INNER_TCP};
            flow_put16(before + flow_l4(&f) + 20 + rows[i].at, 1000);
            flow_sums(&f, before, len);
        }
        if (memcmp(packet, before, len) != 0)
        {
            fail_msg("%s: wrong octets", rows[i].what);
        }
    }
}

static void test_wrong_checksum_stays_wrong(void **state)
{
    (void)state;
    static const uint8_t options[4] = {2, 4, 5, 180};
    uint8_t packet[256];
    uint32_t len = syn(4, options, 1, OV_TCP_SYN, packet);
    packet[36] ^= 0x11;
    assert_true(ov_mss_clamp(packet, len, (struct ov_mss){.v4 = 500, .v6 = 500}));
    struct ov_inner inner;
    assert_int_equal(ov_inner_parse(packet, len, true, &inner), OV_OK);
    assert_false(ov_l4_sum_ok(packet, &inner));
}

static void test_truncation_sweep(void **state)
{
    (void)state;
    static const uint8_t options[8] = {1, 2, 4, 5, 180, 1, 1, 0};
    for (uint8_t version = 4; version <= 6; version += 2)
    {
        uint8_t packet[256];
        uint32_t len = syn(version, options, 2, OV_TCP_SYN, packet);
        for (uint32_t cut = 0; cut < len; cut++)
        {
            uint8_t *exact = malloc(cut == 0 ? 1 : cut);
            memcpy(exact, packet, cut);
            assert_false(ov_mss_clamp(exact, cut, (struct ov_mss){.v4 = 500, .v6 = 500}));
            free(exact);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_clamp),
        cmocka_unit_test(test_wrong_checksum_stays_wrong),
        cmocka_unit_test(test_truncation_sweep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
