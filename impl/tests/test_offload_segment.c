/* Cutting super-packets, against a model: rules 1 to 6 of the data path. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "offload/checksum.h"
#include "offload/segment.h"
#include "tests/lib/flow_model.h"

#define SLOT 2048u

static uint8_t gso_type_of(const struct flow *f)
{
    if (f->protocol == OV_INNER_UDP)
    {
        return OV_VNET_GSO_UDP_L4;
    }
    return f->version == 4 ? OV_VNET_GSO_TCPV4 : OV_VNET_GSO_TCPV6;
}

/* The n-th segment must be what the sender would have built by itself. */
static void expect_segment(const struct flow *at_start, const uint8_t *super, uint32_t headers,
                           const uint8_t *got, uint32_t got_len, uint32_t offset, uint32_t index,
                           bool is_last)
{
    uint8_t want[SLOT];
    uint32_t payload = got_len - headers;
    memcpy(want, super, headers);
    memcpy(want + headers, super + headers + offset, payload);
    uint32_t l4 = flow_l4(at_start);
    if (at_start->version == 4)
    {
        flow_put16(want + 2, got_len);
        flow_put16(want + 4, at_start->id + index);
    }
    else
    {
        flow_put16(want + 4, got_len - 40);
    }
    if (at_start->protocol == OV_INNER_TCP)
    {
        uint32_t seq = at_start->seq + offset;
        flow_put16(want + l4 + 4, seq >> 16);
        flow_put16(want + l4 + 6, seq);
        want[l4 + 13] &= (uint8_t) ~(is_last ? 0 : OV_TCP_FIN | OV_TCP_PSH);
        want[l4 + 13] &= (uint8_t) ~(index > 0 ? OV_TCP_CWR : 0);
    }
    else
    {
        flow_put16(want + l4 + 4, got_len - l4);
    }
    flow_sums(at_start, want, got_len);
    assert_memory_equal(got, want, got_len);
}

static void test_segment_model(void **state)
{
    (void)state;
    uint8_t *super = malloc(65536);
    for (uint32_t round = 0; round < 400; round++)
    {
        flow_seed = UINT64_C(0x5eed0001) + round * UINT64_C(0x9e3779b97f4a7c15);
        struct flow f = flow_random(9);
        struct flow at_start = f;
        uint8_t flags =
            (uint8_t)(OV_TCP_ACK | (flow_chance(2) ? OV_TCP_PSH : 0) | (flow_chance(4) ? 0 : OV_TCP_FIN) |
                      (flow_chance(4) ? 0 : OV_TCP_CWR) | (flow_chance(4) ? 0 : OV_TCP_ECE));
        uint32_t payload = 1 + flow_chance(flow_chance(2) ? 60000 : 4000);
        uint32_t len = flow_packet(&f, super, payload, flags);
        uint32_t headers = len - payload;
        struct ov_vnet vnet = {.flags = OV_VNET_NEEDS_CSUM, .gso_type = gso_type_of(&at_start)};
        vnet.gso_size = (uint16_t)(1 + flow_chance(1400));
        vnet.hdr_len = (uint16_t)flow_chance(65536); /* a hint must not matter */
        struct ov_segmenter seg;
        assert_int_equal(ov_segment_start(&seg, &vnet, super, len), OV_OK);
        uint32_t expected = (payload + vnet.gso_size - 1) / vnet.gso_size;
        assert_int_equal(ov_segment_left(&seg), expected);
        uint32_t offset = 0;
        for (uint32_t i = 0; i < expected; i++)
        {
            uint8_t mem[SLOT];
            struct ov_buf out = ov_buf_over(mem, sizeof mem, 100);
            assert_int_equal(ov_segment_next(&seg, &out), OV_OK);
            assert_true(out.len <= ov_segment_max_len(&seg));
            expect_segment(&at_start, super, headers, ov_buf_data(&out), out.len, offset, i,
                           i + 1 == expected);
            offset += out.len - headers;
        }
        assert_int_equal(offset, payload);
        struct ov_buf none = ov_buf_over(super, 0, 0);
        assert_int_equal(ov_segment_next(&seg, &none), OV_ERR_AGAIN);
    }
    free(super);
}

static void test_segment_zero_is_empty(void **state)
{
    (void)state;
    struct ov_segmenter seg = {0};
    uint8_t mem[64];
    struct ov_buf out = ov_buf_over(mem, sizeof mem, 0);
    assert_int_equal(ov_segment_left(&seg), 0);
    assert_int_equal(ov_segment_next(&seg, &out), OV_ERR_AGAIN);
}

static void test_segment_plain_completes_sum(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < 200; round++)
    {
        flow_seed = UINT64_C(0x5eed0002) + round * UINT64_C(0x9e3779b97f4a7c15);
        struct flow f = flow_random(3);
        f.ext_words = 0;
        uint8_t packet[SLOT];
        uint8_t want[SLOT];
        uint32_t len = flow_packet(&f, packet, 1 + flow_chance(1200), OV_TCP_ACK);
        memcpy(want, packet, len);
        uint32_t l4 = flow_l4(&f);
        struct ov_vnet vnet = {.flags = OV_VNET_NEEDS_CSUM, .csum_start = (uint16_t)l4};
        vnet.csum_offset = f.protocol == OV_INNER_TCP ? 16 : 6;
        flow_put16(packet + l4 + vnet.csum_offset, flow_pseudo_sum(&f, packet, len - l4));
        struct ov_segmenter seg;
        assert_int_equal(ov_segment_start(&seg, &vnet, packet, len), OV_OK);
        uint8_t mem[SLOT];
        struct ov_buf out = ov_buf_over(mem, sizeof mem, 64);
        assert_int_equal(ov_segment_next(&seg, &out), OV_OK);
        assert_int_equal(out.len, len);
        assert_memory_equal(ov_buf_data(&out), want, len);
    }
}

static void test_segment_refuses(void **state)
{
    (void)state;
    static const struct
    {
        const char *what;
        uint8_t gso_type;
        uint16_t gso_size;
        int at; /* octet to overwrite, -1 none */
        uint8_t value;
        enum ov_err err;
    } rows[] = {
        {"gso_size 0", OV_VNET_GSO_TCPV4, 0, -1, 0, OV_ERR_FORMAT},
        {"v6 type for a v4 packet", OV_VNET_GSO_TCPV6, 100, -1, 0, OV_ERR_FORMAT},
        {"udp type for a tcp packet", OV_VNET_GSO_UDP_L4, 100, -1, 0, OV_ERR_FORMAT},
        {"unknown type", 7, 100, -1, 0, OV_ERR_FORMAT},
        {"IHL 0", OV_VNET_GSO_TCPV4, 100, 0, 0x40, OV_ERR_FORMAT},
        {"IHL 4", OV_VNET_GSO_TCPV4, 100, 0, 0x44, OV_ERR_FORMAT},
        {"version 5", OV_VNET_GSO_TCPV4, 100, 0, 0x55, OV_ERR_FORMAT},
        {"fragment", OV_VNET_GSO_TCPV4, 100, 6, 0x20, OV_ERR_FORMAT},
        {"tcp header of 0", OV_VNET_GSO_TCPV4, 100, 32, 0x00, OV_ERR_FORMAT},
        {"urgent", OV_VNET_GSO_TCPV4, 100, 33, OV_TCP_ACK | OV_TCP_URG, OV_ERR_FORMAT},
        {"not tcp at all", OV_VNET_GSO_TCPV4, 100, 9, 1, OV_ERR_FORMAT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        struct flow f = {.version = 4, .protocol = OV_INNER_TCP, .ttl = 64};
        uint8_t packet[SLOT];
        uint32_t len = flow_packet(&f, packet, 900, OV_TCP_ACK);
        if (rows[i].at >= 0)
        {
            packet[rows[i].at] = rows[i].value;
        }
        struct ov_vnet vnet = {.gso_type = rows[i].gso_type, .gso_size = rows[i].gso_size};
        struct ov_segmenter seg;
        enum ov_err err = ov_segment_start(&seg, &vnet, packet, len);
        if (err != rows[i].err)
        {
            fail_msg("%s: %s instead of %s", rows[i].what, ov_err_name(err), ov_err_name(rows[i].err));
        }
    }
}

/* Every truncation is refused, or gives segments inside what is there. */
static void test_segment_truncation_sweep(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < 8; round++)
    {
        flow_seed = 77 + round;
        struct flow f = flow_random(2);
        uint8_t packet[SLOT];
        uint32_t len = flow_packet(&f, packet, 300, OV_TCP_ACK);
        struct ov_vnet vnet = {.gso_type = gso_type_of(&f), .gso_size = 100};
        for (uint32_t cut = 0; cut < len; cut++)
        {
            uint8_t *exact = malloc(cut == 0 ? 1 : cut);
            memcpy(exact, packet, cut);
            struct ov_segmenter seg;
            enum ov_err err = ov_segment_start(&seg, &vnet, exact, cut);
            uint8_t mem[SLOT];
            struct ov_buf out = ov_buf_over(mem, sizeof mem, 0);
            while (err == OV_OK && ov_segment_next(&seg, &out) == OV_OK)
            {
                ov_buf_drop(&out);
            }
            assert_true(err == OV_OK || err == OV_ERR_TRUNCATED || err == OV_ERR_FORMAT);
            free(exact);
        }
    }
}

static void test_checksum_any_length(void **state)
{
    (void)state;
    uint8_t data[300];
    flow_seed = 5;
    for (size_t i = 0; i < sizeof data; i++)
    {
        data[i] = (uint8_t)flow_chance(256);
    }
    for (uint32_t len = 0; len <= sizeof data; len++)
    {
        uint16_t got = ov_sum_fold(ov_sum_add(0, data, len));
        uint8_t octets[2];
        memcpy(octets, &got, 2);
        assert_int_equal(flow_get16(octets), flow_slow_sum(0, data, len));
    }
    memset(data, 0xff, sizeof data);
    uint16_t ones = ov_sum_fold(ov_sum_add(0, data, sizeof data));
    assert_int_equal(ones, 0xffff);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_checksum_any_length), cmocka_unit_test(test_segment_zero_is_empty),
        cmocka_unit_test(test_segment_model),       cmocka_unit_test(test_segment_plain_completes_sum),
        cmocka_unit_test(test_segment_refuses),     cmocka_unit_test(test_segment_truncation_sweep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
