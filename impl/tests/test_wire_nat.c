/* --client-nat: which address becomes which, and that checksums stay as right or wrong as they were. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "offload/checksum.h"
#include "wire/nat.h"

#define IP(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))
#define SELF           IP(10, 8, 0, 6)
#define LEN            48u

static const struct ov_nat_rule rules[] = {
    {.net = IP(192, 168, 0, 0), .mask = IP(255, 255, 0, 0), .alias = IP(10, 64, 0, 0)},
    {.theirs = true, .net = IP(10, 99, 0, 0), .mask = IP(255, 255, 255, 0), .alias = IP(192, 168, 7, 0)},
    {.self = true, .mask = UINT32_MAX, .alias = IP(172, 16, 3, 3)},
};
#define RULES (sizeof rules / sizeof rules[0])

static void put32(uint8_t *at, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
    {
        at[i] = (uint8_t)(value >> (24 - 8 * i));
    }
}

static uint32_t get32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void make(uint8_t packet[static LEN], uint8_t protocol, uint32_t src, uint32_t dst)
{
    struct ov_inner inner;
    memset(packet, 0x5a, LEN);
    packet[0] = 0x45;
    packet[2] = 0;
    packet[3] = LEN;
    packet[6] = packet[7] = 0;
    packet[9] = protocol;
    put32(packet + 12, src);
    put32(packet + 16, dst);
    ov_ipv4_header_sum(packet, 20);
    if (protocol == OV_INNER_TCP)
    {
        packet[32] = 0x50;
    }
    if (protocol == OV_INNER_UDP)
    {
        packet[24] = 0;
        packet[25] = LEN - 20;
    }
    const uint32_t at = protocol == OV_INNER_TCP ? 36 : 26;
    if (protocol == OV_INNER_TCP || protocol == OV_INNER_UDP)
    {
        packet[at] = packet[at + 1] = 0;
        assert_int_equal(ov_inner_parse(packet, LEN, true, &inner), OV_OK);
        uint64_t sum = ov_sum_pseudo(packet, &inner, LEN - 20);
        const uint16_t folded = (uint16_t)~ov_sum_fold(ov_sum_add(sum, packet + 20, LEN - 20));
        memcpy(packet + at, &folded, sizeof folded);
        assert_true(ov_l4_sum_ok(packet, &inner));
    }
}

static bool sums_ok(const uint8_t *packet)
{
    struct ov_inner inner;
    return ov_ipv4_header_sum_ok(packet, 20) &&
           (ov_inner_parse(packet, LEN, true, &inner) != OV_OK || ov_l4_sum_ok(packet, &inner));
}

static const struct
{
    bool out;
    uint32_t src, dst;
    uint32_t new_src, new_dst;
} cases[] = {
    /* what is ours looks like its alias from over there, and comes back so */
    {true, IP(192, 168, 3, 4), IP(8, 8, 8, 8), IP(10, 64, 3, 4), IP(8, 8, 8, 8)},
    {false, IP(8, 8, 8, 8), IP(10, 64, 3, 4), IP(8, 8, 8, 8), IP(192, 168, 3, 4)},
    /* what is theirs is called by our name for it */
    {true, IP(1, 2, 3, 4), IP(10, 99, 0, 77), IP(1, 2, 3, 4), IP(192, 168, 7, 77)},
    {false, IP(192, 168, 7, 77), IP(1, 2, 3, 4), IP(10, 99, 0, 77), IP(1, 2, 3, 4)},
    /* both at one time */
    {true, IP(192, 168, 0, 1), IP(10, 99, 0, 1), IP(10, 64, 0, 1), IP(192, 168, 7, 1)},
    {false, IP(192, 168, 7, 1), IP(10, 64, 0, 1), IP(10, 99, 0, 1), IP(192, 168, 0, 1)},
    /* the own address in the tunnel */
    {true, SELF, IP(8, 8, 8, 8), IP(172, 16, 3, 3), IP(8, 8, 8, 8)},
    {false, IP(8, 8, 8, 8), IP(172, 16, 3, 3), IP(8, 8, 8, 8), SELF},
    /* the other address doesn't count, nor does the other direction */
    {true, IP(8, 8, 8, 8), IP(192, 168, 3, 4), IP(8, 8, 8, 8), IP(192, 168, 3, 4)},
    {false, IP(192, 168, 3, 4), IP(8, 8, 8, 8), IP(192, 168, 3, 4), IP(8, 8, 8, 8)},
    {true, IP(10, 99, 1, 1), IP(10, 99, 1, 1), IP(10, 99, 1, 1), IP(10, 99, 1, 1)},
};

static void translates(void **state)
{
    (void)state;
    static const uint8_t protocols[] = {OV_INNER_TCP, OV_INNER_UDP, 1 /* ICMP */};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        for (size_t p = 0; p < sizeof protocols; p++)
        {
            uint8_t packet[LEN];
            make(packet, protocols[p], cases[i].src, cases[i].dst);
            const bool changed = ov_nat_apply(rules, RULES, SELF, cases[i].out, packet, LEN);
            assert_int_equal(changed, cases[i].src != cases[i].new_src || cases[i].dst != cases[i].new_dst);
            assert_int_equal(get32(packet + 12), cases[i].new_src);
            assert_int_equal(get32(packet + 16), cases[i].new_dst);
            assert_true(sums_ok(packet));
            /* A wrong checksum stays wrong. */
            make(packet, protocols[p], cases[i].src, cases[i].dst);
            packet[10] ^= 1;
            packet[40] ^= 1;
            (void)ov_nat_apply(rules, RULES, SELF, cases[i].out, packet, LEN);
            assert_false(ov_ipv4_header_sum_ok(packet, 20));
        }
    }
}

/* The first rule that fits an address decides. */
static void first_rule_counts(void **state)
{
    (void)state;
    const struct ov_nat_rule two[] = {
        {.net = IP(10, 0, 0, 0), .mask = IP(255, 0, 0, 0), .alias = IP(11, 0, 0, 0)},
        {.net = IP(11, 0, 0, 0), .mask = IP(255, 0, 0, 0), .alias = IP(12, 0, 0, 0)},
    };
    uint8_t packet[LEN];
    make(packet, OV_INNER_UDP, IP(10, 1, 1, 1), IP(9, 9, 9, 9));
    assert_true(ov_nat_apply(two, 2, 0, true, packet, LEN));
    assert_int_equal(get32(packet + 12), IP(11, 1, 1, 1));
    assert_true(sums_ok(packet));
}

/* Without an own address "localhost" means nothing; a UDP sum of zero stays none; of a fragment only addresses and
 * the header's sum change. */
static void what_stays(void **state)
{
    (void)state;
    uint8_t packet[LEN], before[LEN];
    make(packet, OV_INNER_UDP, 0, IP(9, 9, 9, 9));
    assert_false(ov_nat_apply(&rules[2], 1, 0, true, packet, LEN));
    make(packet, OV_INNER_UDP, IP(192, 168, 1, 1), IP(9, 9, 9, 9));
    packet[26] = packet[27] = 0;
    assert_true(ov_nat_apply(rules, RULES, SELF, true, packet, LEN));
    assert_int_equal(packet[26] | packet[27], 0);
    make(packet, OV_INNER_TCP, IP(192, 168, 1, 1), IP(9, 9, 9, 9));
    packet[7] = 1; /* a later fragment */
    ov_ipv4_header_sum(packet, 20);
    memcpy(before, packet, LEN);
    assert_true(ov_nat_apply(rules, RULES, SELF, true, packet, LEN));
    assert_true(ov_ipv4_header_sum_ok(packet, 20));
    assert_memory_equal(packet + 20, before + 20, LEN - 20);
}

/* Every shorter packet, in memory that ends with it, and what is no IPv4. */
static void truncated(void **state)
{
    (void)state;
    uint8_t whole[LEN];
    make(whole, OV_INNER_TCP, IP(192, 168, 1, 1), IP(9, 9, 9, 9));
    for (uint32_t len = 0; len <= LEN; len++)
    {
        uint8_t *cut = malloc(len > 0 ? len : 1);
        assert_non_null(cut);
        memcpy(cut, whole, len);
        assert_int_equal(ov_nat_apply(rules, RULES, SELF, true, cut, len), len >= 20);
        free(cut);
    }
    static const uint8_t heads[] = {0x60, 0x44, 0x4f, 0x00, 0x55};
    for (size_t i = 0; i < sizeof heads; i++)
    {
        uint8_t packet[LEN], before[LEN];
        memcpy(packet, whole, LEN);
        packet[0] = heads[i];
        memcpy(before, packet, LEN);
        assert_false(ov_nat_apply(rules, RULES, SELF, true, packet, LEN));
        assert_memory_equal(packet, before, LEN);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(translates),
        cmocka_unit_test(first_rule_counts),
        cmocka_unit_test(what_stays),
        cmocka_unit_test(truncated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
