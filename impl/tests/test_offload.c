/* Segmentation and coalescing against a model: an own slow checksum, own header
 * building, random flows; rules 1 to 11 of the data path's correctness list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "offload/checksum.h"
#include "offload/coalesce.h"
#include "offload/segment.h"

/* ---- chance ---- */

static uint64_t rng_state;

static uint32_t chance(uint32_t below)
{
    rng_state ^= rng_state << 13;
    rng_state ^= rng_state >> 7;
    rng_state ^= rng_state << 17;
    return below == 0 ? 0 : (uint32_t)((rng_state >> 16) % below);
}

/* ---- the model: one flow, built by hand ---- */

struct flow
{
    uint8_t version;
    uint8_t protocol;
    uint8_t tos;
    uint8_t ttl;
    bool df;
    uint8_t tag;          /* makes addresses and ports differ */
    uint8_t option_words; /* TCP options */
    uint8_t ext_words;    /* IPv6 destination options, in units of 8 octets */
    uint32_t seq;
    uint16_t id;
};

static uint16_t slow_sum(uint32_t start, const uint8_t *data, uint32_t len)
{
    uint32_t sum = start;
    for (uint32_t i = 0; i < len; i++)
    {
        sum += i % 2 == 0 ? (uint32_t)data[i] << 8 : data[i];
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t)sum;
}

static void store16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static uint32_t load16(const uint8_t *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t l4_at(const struct flow *f)
{
    return f->version == 4 ? 20 : 40 + f->ext_words * 8u;
}

static uint16_t pseudo_sum(const struct flow *f, const uint8_t *packet, uint32_t l4_len)
{
    uint16_t sum = f->version == 4 ? slow_sum(0, packet + 12, 8) : slow_sum(0, packet + 8, 32);
    uint8_t tail[4] = {(uint8_t)(l4_len >> 8), (uint8_t)l4_len, 0, f->protocol};
    return slow_sum(sum, tail, 4);
}

static void model_sums(const struct flow *f, uint8_t *packet, uint32_t len)
{
    uint32_t l4 = l4_at(f);
    if (f->version == 4)
    {
        store16(packet + 10, 0);
        store16(packet + 10, (uint16_t)~slow_sum(0, packet, 20));
    }
    uint8_t *field = packet + l4 + (f->protocol == OV_PROTO_TCP ? 16 : 6);
    store16(field, 0);
    uint16_t sum = (uint16_t)~slow_sum(pseudo_sum(f, packet, len - l4), packet + l4, len - l4);
    store16(field, sum == 0 && f->protocol == OV_PROTO_UDP ? 0xffff : sum);
}

static uint32_t model_ip(const struct flow *f, uint8_t *packet, uint32_t l4_len)
{
    uint32_t l4 = l4_at(f);
    memset(packet, 0, l4);
    if (f->version == 4)
    {
        packet[0] = 0x45;
        packet[1] = f->tos;
        store16(packet + 2, l4 + l4_len);
        store16(packet + 4, f->id);
        packet[6] = f->df ? 0x40 : 0;
        packet[8] = f->ttl;
        packet[9] = f->protocol;
        packet[15] = f->tag;
        packet[19] = 1;
        return l4;
    }
    packet[0] = (uint8_t)(0x60 | f->tos >> 4);
    packet[1] = (uint8_t)(f->tos << 4);
    store16(packet + 4, l4 - 40 + l4_len);
    packet[6] = f->ext_words > 0 ? 60 : f->protocol;
    packet[7] = f->ttl;
    packet[23] = f->tag;
    packet[39] = 1;
    if (f->ext_words > 0)
    {
        packet[40] = f->protocol;
        packet[41] = (uint8_t)(f->ext_words - 1);
        packet[42] = 1; /* PadN */
        packet[43] = (uint8_t)(f->ext_words * 8 - 4);
    }
    return l4;
}

/* Write the flow's next packet; returns its length and moves the flow on. */
static uint32_t model_packet(struct flow *f, uint8_t *packet, uint32_t payload_len, uint8_t tcp_flags)
{
    uint32_t header = f->protocol == OV_PROTO_TCP ? 20u + f->option_words * 4u : 8u;
    uint32_t l4 = model_ip(f, packet, header + payload_len);
    uint8_t *t = packet + l4;
    memset(t, 0, header);
    store16(t, 1000u + f->tag);
    store16(t + 2, 443);
    if (f->protocol == OV_PROTO_TCP)
    {
        store16(t + 4, f->seq >> 16);
        store16(t + 6, f->seq);
        store16(t + 10, 77);
        t[12] = (uint8_t)(header / 4 << 4);
        t[13] = tcp_flags;
        store16(t + 14, 501);
        memset(t + 20, 1, header - 20); /* NOPs */
    }
    else
    {
        store16(t + 4, header + payload_len);
    }
    for (uint32_t i = 0; i < payload_len; i++)
    {
        t[header + i] = (uint8_t)chance(256);
    }
    model_sums(f, packet, l4 + header + payload_len);
    f->seq += payload_len;
    f->id++;
    return l4 + header + payload_len;
}

static struct flow random_flow(uint8_t tag)
{
    struct flow f = {
        .version = chance(2) ? 4 : 6, .protocol = chance(4) ? OV_PROTO_TCP : OV_PROTO_UDP, .tag = tag};
    f.tos = (uint8_t)(chance(4) * 8 + chance(4));
    f.ttl = (uint8_t)(32 + chance(3));
    f.df = chance(2);
    f.option_words = (uint8_t)(chance(2) ? 3 : chance(11));
    f.ext_words = (uint8_t)(f.version == 6 && chance(4) == 0 ? 1 + chance(3) : 0);
    f.seq = chance(2) ? 0xfffff000u + chance(4096) : chance(0xffffffff);
    f.id = (uint16_t)(chance(2) ? 0xfff0 : chance(65536));
    return f;
}

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

/* ---- tests: segmentation ---- */

static uint8_t gso_type_of(const struct flow *f)
{
    if (f->protocol == OV_PROTO_UDP)
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
    uint32_t l4 = l4_at(at_start);
    if (at_start->version == 4)
    {
        store16(want + 2, got_len);
        store16(want + 4, at_start->id + index);
    }
    else
    {
        store16(want + 4, got_len - 40);
    }
    if (at_start->protocol == OV_PROTO_TCP)
    {
        uint32_t seq = at_start->seq + offset;
        store16(want + l4 + 4, seq >> 16);
        store16(want + l4 + 6, seq);
        want[l4 + 13] &= (uint8_t) ~(is_last ? 0 : OV_TCP_FIN | OV_TCP_PSH);
        want[l4 + 13] &= (uint8_t) ~(index > 0 ? OV_TCP_CWR : 0);
    }
    else
    {
        store16(want + l4 + 4, got_len - l4);
    }
    model_sums(at_start, want, got_len);
    assert_memory_equal(got, want, got_len);
}

static void test_segment_model(void **state)
{
    (void)state;
    uint8_t *super = malloc(65536);
    for (uint32_t round = 0; round < 400; round++)
    {
        rng_state = UINT64_C(0x5eed0001) + round * UINT64_C(0x9e3779b97f4a7c15);
        struct flow f = random_flow(9);
        struct flow at_start = f;
        uint8_t flags = (uint8_t)(OV_TCP_ACK | (chance(2) ? OV_TCP_PSH : 0) | (chance(4) ? 0 : OV_TCP_FIN) |
                                  (chance(4) ? 0 : OV_TCP_CWR) | (chance(4) ? 0 : OV_TCP_ECE));
        uint32_t payload = 1 + chance(chance(2) ? 60000 : 4000);
        uint32_t len = model_packet(&f, super, payload, flags);
        uint32_t headers = len - payload;
        struct ov_vnet vnet = {.flags = OV_VNET_NEEDS_CSUM, .gso_type = gso_type_of(&at_start)};
        vnet.gso_size = (uint16_t)(1 + chance(1400));
        vnet.hdr_len = (uint16_t)chance(65536); /* a hint must not matter */
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

static void test_segment_plain_completes_sum(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < 200; round++)
    {
        rng_state = UINT64_C(0x5eed0002) + round * UINT64_C(0x9e3779b97f4a7c15);
        struct flow f = random_flow(3);
        f.ext_words = 0;
        uint8_t packet[SLOT];
        uint8_t want[SLOT];
        uint32_t len = model_packet(&f, packet, 1 + chance(1200), OV_TCP_ACK);
        memcpy(want, packet, len);
        uint32_t l4 = l4_at(&f);
        struct ov_vnet vnet = {.flags = OV_VNET_NEEDS_CSUM, .csum_start = (uint16_t)l4};
        vnet.csum_offset = f.protocol == OV_PROTO_TCP ? 16 : 6;
        store16(packet + l4 + vnet.csum_offset, pseudo_sum(&f, packet, len - l4));
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
        struct flow f = {.version = 4, .protocol = OV_PROTO_TCP, .ttl = 64};
        uint8_t packet[SLOT];
        uint32_t len = model_packet(&f, packet, 900, OV_TCP_ACK);
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
        rng_state = 77 + round;
        struct flow f = random_flow(2);
        uint8_t packet[SLOT];
        uint32_t len = model_packet(&f, packet, 300, OV_TCP_ACK);
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

/* ---- tests: coalescing ---- */

/* Cut run i again and compare with the packets of its flow, in order. IPv4 ids
 * of packets with DF set carry no meaning and may differ. */
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
    uint8_t which = (uint8_t)chance(count);
    struct flow *f = &flows[which];
    uint8_t flags = OV_TCP_ACK;
    uint32_t payload = sizes[which];
    switch (chance(24))
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
        payload = chance(1300);
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
    uint32_t len = model_packet(f, packet, payload, flags);
    if (chance(30) == 0)
    {
        packet[len - 1] ^= 0x40; /* breaks the checksum, or a header without payload */
    }
    batch_add(b, packet, len, which);
}

static void test_coalesce_model(void **state)
{
    (void)state;
    struct ov_coalescer *c = malloc(sizeof *c);
    uint64_t joined = 0;
    for (uint32_t round = 0; round < 300; round++)
    {
        rng_state = UINT64_C(0x5eed0003) + round * UINT64_C(0x9e3779b97f4a7c15);
        struct batch b;
        batch_init(&b);
        struct flow flows[6];
        uint32_t sizes[6];
        uint8_t count = (uint8_t)(1 + chance(6));
        for (uint8_t i = 0; i < count; i++)
        {
            flows[i] = random_flow(i);
            sizes[i] = 1 + chance(1300);
        }
        uint32_t packets = 1 + chance(OV_COALESCE_BATCH);
        while (b.count < packets)
        {
            add_random_packet(&b, flows, count, sizes);
        }
        ov_coalesce(c, b.dg, b.count, chance(2) == 0);
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
    struct ov_coalescer *c = malloc(sizeof *c);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        struct batch b;
        batch_init(&b);
        struct flow f = {.version = 4, .protocol = OV_PROTO_TCP, .ttl = 64, .option_words = 3, .tag = 4};
        uint8_t packet[SLOT];
        uint32_t len = model_packet(&f, packet, 500, OV_TCP_ACK);
        batch_add(&b, packet, len, 0);
        len = model_packet(&f, packet, 500, OV_TCP_ACK);
        if (rows[i].at >= 0)
        {
            packet[rows[i].at] ^= rows[i].flip;
            model_sums(&f, packet, len);
        }
        packet[len - 1] ^= rows[i].bad_sum ? 1 : 0;
        batch_add(&b, packet, len, 0);
        ov_coalesce(c, b.dg, b.count, false);
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

static void test_checksum_any_length(void **state)
{
    (void)state;
    uint8_t data[300];
    rng_state = 5;
    for (size_t i = 0; i < sizeof data; i++)
    {
        data[i] = (uint8_t)chance(256);
    }
    for (uint32_t len = 0; len <= sizeof data; len++)
    {
        uint16_t got = ov_sum_fold(ov_sum_add(0, data, len));
        uint8_t octets[2];
        memcpy(octets, &got, 2);
        assert_int_equal(load16(octets), slow_sum(0, data, len));
    }
    memset(data, 0xff, sizeof data);
    uint16_t ones = ov_sum_fold(ov_sum_add(0, data, sizeof data));
    assert_int_equal(ones, 0xffff);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_checksum_any_length),
        cmocka_unit_test(test_segment_model),
        cmocka_unit_test(test_segment_plain_completes_sum),
        cmocka_unit_test(test_segment_refuses),
        cmocka_unit_test(test_segment_truncation_sweep),
        cmocka_unit_test(test_coalesce_model),
        cmocka_unit_test(test_coalesce_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
