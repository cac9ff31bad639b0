/* Joining packets, against a model: rules 7 to 11 of the data path. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "offload/coalesce.h"
#include "offload/inner.h"
#include "offload/segment.h"
#include "tests/lib/flow_model.h"

/* ---- memory for a batch ---- */

#define SLOT 2048u

struct batch
{
    struct ov_datagram dg[OV_COALESCE_BATCH];
    uint8_t (*mem)[SLOT];
    uint8_t (*copy)[SLOT]; /* what went in */
    uint32_t len[OV_COALESCE_BATCH];
    uint8_t flow[OV_COALESCE_BATCH];
    size_t count;
};

static void batch_init(struct batch *b)
{
    memset(b, 0, sizeof *b);
    b->mem = calloc(OV_COALESCE_BATCH, SLOT);
    b->copy = calloc(OV_COALESCE_BATCH, SLOT);
    assert_non_null(b->mem);
    assert_non_null(b->copy);
}

static void batch_clear(struct batch *b)
{
    free(b->mem);
    free(b->copy);
}

static void batch_add(struct batch *b, const uint8_t *packet, uint32_t len, uint8_t flow)
{
    size_t i = b->count++;
    b->dg[i].buf = ov_buf_over(b->mem[i], SLOT, OV_BUF_HEADROOM);
    memcpy(ov_buf_put(&b->dg[i].buf, len), packet, len);
    b->dg[i].fate = OV_FATE_TUN;
    memcpy(b->copy[i], packet, len);
    b->len[i] = len;
    b->flow[i] = flow;
}

static void expect_run(struct batch *b, const struct ov_coalescer *c, size_t i, size_t *position)
{
    struct ov_vnet vnet;
    struct iovec iov[OV_COALESCE_SEGMENTS];
    size_t pieces = ov_coalesce_run(c, b->dg, i, &vnet, iov);
    uint8_t *joined = malloc(65536);
    uint32_t len = 0;
    for (size_t k = 0; k < pieces; k++)
    {
        assert_true(len + iov[k].iov_len <= OV_COALESCE_LEN);
        memcpy(joined + len, iov[k].iov_base, iov[k].iov_len);
        len += (uint32_t)iov[k].iov_len;
    }
    struct ov_segmenter seg;
    assert_int_equal(ov_segment_start(&seg, &vnet, joined, len), OV_OK);
    assert_int_equal(ov_segment_left(&seg), c->runs[i].count);
    uint8_t flow = b->flow[c->runs[i].first];
    for (size_t k = 0; k < c->runs[i].count; k++)
    {
        uint8_t mem[SLOT];
        struct ov_buf out = ov_buf_over(mem, sizeof mem, 0);
        assert_int_equal(ov_segment_next(&seg, &out), OV_OK);
        size_t want = position[flow];
        while (want < b->count && b->flow[want] != flow)
        {
            want++;
        }
        assert_true(want < b->count);
        position[flow] = want + 1;
        uint8_t *original = b->copy[want];
        if (original[0] >> 4 == 4 && (original[6] & 0x40) != 0)
        {
            memcpy(mem + 4, original + 4, 2);
            memcpy(mem + 10, original + 10, 2);
        }
        assert_int_equal(out.len, b->len[want]);
        assert_memory_equal(mem, original, out.len);
    }
    free(joined);
}

static void add_random_packet(struct batch *b, struct flow *flows, uint8_t count, uint32_t *sizes)
{
    uint8_t which = (uint8_t)flow_chance(count);
    struct flow *f = &flows[which];
    uint8_t flags = OV_TCP_ACK;
    uint32_t payload = sizes[which];
    switch (flow_chance(24))
    {
    case 0:
        flags |= OV_TCP_PSH;
        break;
    case 1:
        flags |= OV_TCP_FIN;
        break;
    case 2:
        flags |= OV_TCP_SYN;
        break;
    case 3:
        flags |= OV_TCP_RST;
        break;
    case 4:
        flags |= OV_TCP_CWR;
        break;
    case 5:
        payload = flow_chance(1300);
        break;
    case 6:
        payload = 0;
        break;
    case 7:
        f->id = (uint16_t)(f->id + 5);
        break;
    case 8:
        f->seq += 17;
        break;
    case 9:
        f->ttl ^= 1;
        break;
    case 10:
        f->tos ^= 1;
        break;
    case 11:
        f->df = !f->df;
        break;
    default:
        break;
    }
    uint8_t packet[SLOT];
    uint32_t len = flow_packet(f, packet, payload, flags);
    if (flow_chance(30) == 0)
    {
        packet[len - 1] ^= 0x40; /* breaks the checksum, or a header without payload */
    }
    batch_add(b, packet, len, which);
}

static void test_coalesce_model(void **state)
{
    (void)state;
    struct ov_coalescer *c = calloc(1, sizeof *c);
    uint64_t joined = 0;
    for (uint32_t round = 0; round < 300; round++)
    {
        flow_seed = UINT64_C(0x5eed0003) + round * UINT64_C(0x9e3779b97f4a7c15);
        struct batch b;
        batch_init(&b);
        struct flow flows[6];
        uint32_t sizes[6];
        uint8_t count = (uint8_t)(1 + flow_chance(6));
        for (uint8_t i = 0; i < count; i++)
        {
            flows[i] = flow_random(i);
            sizes[i] = 1 + flow_chance(1300);
        }
        uint32_t packets = 1 + flow_chance(OV_COALESCE_BATCH);
        while (b.count < packets)
        {
            add_random_packet(&b, flows, count, sizes);
        }
        ov_coalesce(c, b.dg, b.count, flow_chance(2) == 0);
        size_t position[6] = {0};
        size_t total = 0;
        for (size_t i = 0; i < c->run_count; i++)
        {
            expect_run(&b, c, i, position);
            total += c->runs[i].count;
            joined += c->runs[i].count > 1 ? c->runs[i].count : 0;
        }
        assert_int_equal(total, b.count);
        batch_clear(&b);
    }
    free(c);
    assert_true(joined > 5000); /* the model must really have met joined runs */
}

static void test_coalesce_rules(void **state)
{
    (void)state;
    static const struct
    {
        const char *what;
        int at; /* octet of the second packet to change before its sums are made, -1 none */
        uint8_t flip;
        bool bad_sum;
        uint16_t runs; /* expected for two packets */
    } rows[] = {
        {"two in a row", -1, 0, false, 1},         {"other TOS", 1, 0x04, false, 2},
        {"other ECN", 1, 0x01, false, 2},          {"other TTL", 8, 0x01, false, 2},
        {"id gap, DF clear", 5, 0x08, false, 2},   {"DF differs", 6, 0x40, false, 2},
        {"other source", 15, 0x01, false, 2},      {"other port", 21, 0x01, false, 2},
        {"sequence gap", 27, 0x01, false, 2},      {"other ack", 31, 0x01, false, 2},
        {"SYN", 33, OV_TCP_SYN, false, 2},         {"RST", 33, OV_TCP_RST, false, 2},
        {"URG", 33, OV_TCP_URG, false, 2},         {"CWR", 33, OV_TCP_CWR, false, 2},
        {"ECE differs", 33, OV_TCP_ECE, false, 2}, {"PSH joins", 33, OV_TCP_PSH, false, 1},
        {"FIN joins", 33, OV_TCP_FIN, false, 1},   {"other window", 34, 0x01, false, 2},
        {"other options", 45, 0x02, false, 2},     {"bad checksum", -1, 0, true, 2},
        {"more fragments", 6, 0x20, false, 2},
    };
    struct ov_coalescer *c = calloc(1, sizeof *c);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        struct batch b;
        batch_init(&b);
        struct flow f = {.version = 4, .protocol = OV_INNER_TCP, .ttl = 64, .option_words = 3, .tag = 4};
        uint8_t packet[SLOT];
        uint32_t len = flow_packet(&f, packet, 500, OV_TCP_ACK);
        batch_add(&b, packet, len, 0);
        len = flow_packet(&f, packet, 500, OV_TCP_ACK);
        if (rows[i].at >= 0)
        {
            packet[rows[i].at] ^= rows[i].flip;
            flow_sums(&f, packet, len);
        }
        packet[len - 1] ^= rows[i].bad_sum ? 1 : 0;
        batch_add(&b, packet, len, 0);
        uint64_t bad_sums = c->bad_sums;
        ov_coalesce(c, b.dg, b.count, false);
        assert_int_equal(c->bad_sums - bad_sums, rows[i].bad_sum);
        if (c->run_count != rows[i].runs)
        {
            fail_msg("%s: %u runs instead of %u", rows[i].what, c->run_count, rows[i].runs);
        }
        if (c->run_count == 2)
        {
            assert_memory_equal(ov_buf_data(&b.dg[0].buf), b.copy[0], b.len[0]);
            assert_memory_equal(ov_buf_data(&b.dg[1].buf), b.copy[1], b.len[1]);
        }
        batch_clear(&b);
    }
    free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_coalesce_model),
        cmocka_unit_test(test_coalesce_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
