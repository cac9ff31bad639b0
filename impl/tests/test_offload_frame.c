/* Segmentation and joining of Ethernet frames. The model is the same work on IP packets, which has tests of its own:
 * what comes out of frames must be that, with the Ethernet header of the frame in front. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "offload/coalesce.h"
#include "offload/mss.h"
#include "offload/segment.h"
#include "tests/lib/flow_model.h"
#include "tests/lib/octets.h"
#include "wire/ether.h"

#define SLOT  2048u
#define BATCH 48u

/* Header of a frame with so many tags; returns its length. */
static uint32_t put_header(uint8_t *out, const struct flow *f, uint8_t station, unsigned tags)
{
    static const uint8_t macs[12] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};
    uint32_t at = sizeof macs;
    memcpy(out, macs, at);
    out[5] = station;
    for (unsigned i = 0; i < tags; i++, at += OV_VLAN_LEN)
    {
        flow_put16(out + at, i + 1 < tags ? 0x88a8 : 0x8100);
        flow_put16(out + at + 2, 5 + i);
    }
    flow_put16(out + at, f->version == 4 ? OV_ETHER_IP4 : OV_ETHER_IP6);
    return at + 2;
}

static uint8_t gso_type_of(const struct flow *f)
{
    return f->protocol == OV_INNER_UDP ? OV_VNET_GSO_UDP_L4
           : f->version == 4           ? OV_VNET_GSO_TCPV4
                                       : OV_VNET_GSO_TCPV6;
}

/* ---- cutting ---- */

static void same_segments(struct ov_segmenter *plain, struct ov_segmenter *framed, const uint8_t *header,
                          uint32_t link)
{
    while (ov_segment_left(plain) > 0)
    {
        uint8_t want[SLOT], got[SLOT];
        struct ov_buf a = ov_buf_over(want, sizeof want, 0);
        struct ov_buf b = ov_buf_over(got, sizeof got, 64);
        assert_int_equal(ov_segment_left(framed), ov_segment_left(plain));
        assert_int_equal(ov_segment_max_len(framed), ov_segment_max_len(plain) + link);
        assert_int_equal(ov_segment_next(plain, &a), OV_OK);
        assert_int_equal(ov_segment_next(framed, &b), OV_OK);
        assert_int_equal(b.len, a.len + link);
        assert_memory_equal(ov_buf_data(&b), header, link);
        assert_memory_equal(ov_buf_data(&b) + link, want, a.len);
    }
    assert_int_equal(ov_segment_left(framed), 0);
}

static void cuts_as_packets(void **state)
{
    (void)state;
    uint8_t *super = malloc(65536);
    uint8_t *frame = malloc(65536 + 64);
    for (uint32_t round = 0; round < 300; round++)
    {
        flow_seed = UINT64_C(0x5eed1001) + round * UINT64_C(0x9e3779b97f4a7c15);
        struct flow f = flow_random(9);
        const struct flow at_start = f;
        const uint32_t len = flow_packet(&f, super, 1 + flow_chance(40000), OV_TCP_ACK | OV_TCP_PSH);
        const uint32_t link = put_header(frame, &at_start, 1, round % 3);
        struct ov_vnet vnet = {.flags = OV_VNET_NEEDS_CSUM, .gso_type = gso_type_of(&at_start)};
        vnet.gso_size = (uint16_t)(1 + flow_chance(1400));
        struct ov_segmenter plain, framed;
        memcpy(frame + link, super, len);
        assert_int_equal(ov_segment_start(&plain, &vnet, super, len), OV_OK);
        assert_int_equal(ov_segment_start_frame(&framed, &vnet, frame, link + len), OV_OK);
        same_segments(&plain, &framed, frame, link);
    }
    free(super);
    free(frame);
}

/* A frame that isn't cut may be of any kind; its checksum is where the vnet header says, counted from its start. */
static void completes_a_sum(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < 100; round++)
    {
        flow_seed = UINT64_C(0x5eed1002) + round * UINT64_C(0x9e3779b97f4a7c15);
        struct flow f = flow_random(3);
        f.ext_words = 0;
        uint8_t frame[SLOT], want[SLOT], got[SLOT];
        const uint32_t link = put_header(frame, &f, 1, round % 3);
        const uint32_t len = link + flow_packet(&f, frame + link, 1 + flow_chance(1200), OV_TCP_ACK);
        memcpy(want, frame, len);
        const uint32_t l4 = link + flow_l4(&f);
        struct ov_vnet vnet = {.flags = OV_VNET_NEEDS_CSUM, .csum_start = (uint16_t)l4};
        vnet.csum_offset = f.protocol == OV_INNER_TCP ? 16 : 6;
        flow_put16(frame + l4 + vnet.csum_offset, flow_pseudo_sum(&f, frame + link, len - l4));
        struct ov_segmenter seg;
        struct ov_buf out = ov_buf_over(got, sizeof got, 0);
        assert_int_equal(ov_segment_start_frame(&seg, &vnet, frame, len), OV_OK);
        assert_int_equal(ov_segment_next(&seg, &out), OV_OK);
        assert_int_equal(out.len, len);
        assert_memory_equal(got, want, len);
    }
}

static void refuses(void **state)
{
    (void)state;
    struct flow f = {.version = 4, .protocol = OV_INNER_TCP, .ttl = 64};
    uint8_t frame[SLOT];
    const uint32_t link = put_header(frame, &f, 1, 0);
    const uint32_t len = link + flow_packet(&f, frame + link, 900, OV_TCP_ACK);
    const struct ov_vnet gso = {.flags = OV_VNET_NEEDS_CSUM, .gso_type = OV_VNET_GSO_TCPV4, .gso_size = 500};
    const struct ov_vnet plain = {0};
    struct ov_segmenter seg;
    for (uint32_t cut = 0; cut < OV_ETHER_LEN; cut++)
    {
        uint8_t *copy = ov_test_copy(frame, cut);
        ov_assert_err(ov_segment_start_frame(&seg, &gso, copy, cut), OV_ERR_TRUNCATED);
        ov_assert_err(ov_segment_start_frame(&seg, &plain, copy, cut), OV_ERR_TRUNCATED);
        free(copy);
    }
    for (uint32_t cut = OV_ETHER_LEN; cut < link + 40; cut++)
    {
        uint8_t *copy = ov_test_copy(frame, cut);
        ov_assert_err(ov_segment_start_frame(&seg, &gso, copy, cut), OV_ERR_TRUNCATED);
        free(copy);
    }
    flow_put16(frame + 12, OV_ETHER_IP6);
    ov_assert_err(ov_segment_start_frame(&seg, &gso, frame, len), OV_ERR_FORMAT);
    flow_put16(frame + 12, 0x88b5);
    ov_assert_err(ov_segment_start_frame(&seg, &plain, frame, len), OV_OK);
}

/* ---- joining ---- */

struct batch
{
    struct ov_datagram dg[BATCH];
    uint8_t mem[BATCH][SLOT + OV_BUF_HEADROOM];
    uint8_t copy[BATCH][SLOT];
    uint32_t len[BATCH];
    size_t count;
};

static void batch_add(struct batch *b, const uint8_t *octets, uint32_t len)
{
    const size_t i = b->count++;
    b->dg[i] = (struct ov_datagram){.buf = ov_buf_over(b->mem[i], sizeof b->mem[i], OV_BUF_HEADROOM)};
    memcpy(ov_buf_put(&b->dg[i].buf, len), octets, len);
    b->dg[i].fate = OV_FATE_TUN;
    memcpy(b->copy[i], octets, len);
    b->len[i] = len;
}

/* Cut again, run i is what went in. */
static void same_frames(const struct ov_coalescer *c, const struct batch *b, size_t i, uint8_t *joined)
{
    struct ov_vnet vnet;
    struct iovec iov[OV_COALESCE_SEGMENTS];
    const size_t pieces = ov_coalesce_run(c, b->dg, i, &vnet, iov);
    uint32_t len = 0;
    for (size_t k = 0; k < pieces; k++)
    {
        memcpy(joined + len, iov[k].iov_base, iov[k].iov_len);
        len += (uint32_t)iov[k].iov_len;
    }
    assert_int_equal(len, c->runs[i].len);
    struct ov_segmenter seg;
    assert_int_equal(ov_segment_start_frame(&seg, &vnet, joined, len), OV_OK);
    uint16_t at = c->runs[i].first;
    for (uint16_t k = 0; k < c->runs[i].count; k++, at = c->next[at])
    {
        uint8_t got[SLOT];
        struct ov_buf out = ov_buf_over(got, sizeof got, 0);
        assert_int_equal(ov_segment_next(&seg, &out), OV_OK);
        assert_int_equal(out.len, b->len[at]);
        const uint8_t *want = b->copy[at];
        if (c->runs[i].count > 1 && want[OV_ETHER_LEN] >> 4 == 4 && (want[OV_ETHER_LEN + 6] & 0x40) != 0)
        {
            memcpy(got + OV_ETHER_LEN + 4, want + OV_ETHER_LEN + 4, 2);
            memcpy(got + OV_ETHER_LEN + 10, want + OV_ETHER_LEN + 10, 2);
        }
        assert_memory_equal(got, want, out.len);
    }
    assert_int_equal(ov_segment_left(&seg), 0);
}

static void joins_as_packets(void **state)
{
    (void)state;
    static struct batch plain, framed;
    static struct ov_coalescer of_packets, of_frames;
    uint8_t *joined = malloc(65536 + 64);
    uint32_t longest = 0;
    of_frames.in_frames = true;
    for (uint32_t round = 0; round < 200; round++)
    {
        flow_seed = UINT64_C(0x5eed1003) + round * UINT64_C(0x9e3779b97f4a7c15);
        struct flow flows[3] = {flow_random(1), flow_random(2), flow_random(3)};
        plain.count = framed.count = 0;
        for (unsigned i = 0; i < BATCH; i++)
        {
            uint8_t frame[SLOT];
            struct flow *f = &flows[flow_chance(3)];
            const uint32_t link = put_header(frame, f, 1, 0);
            const uint32_t len =
                flow_packet(f, frame + link, flow_chance(6) ? 1200 : flow_chance(1200), OV_TCP_ACK);
            batch_add(&plain, frame + link, len);
            batch_add(&framed, frame, link + len);
        }
        ov_coalesce(&of_packets, plain.dg, plain.count, true);
        ov_coalesce(&of_frames, framed.dg, framed.count, true);
        assert_int_equal(of_frames.run_count, of_packets.run_count);
        for (size_t i = 0; i < of_frames.run_count; i++)
        {
            assert_int_equal(of_frames.runs[i].first, of_packets.runs[i].first);
            assert_int_equal(of_frames.runs[i].count, of_packets.runs[i].count);
            assert_int_equal(of_frames.runs[i].len, of_packets.runs[i].len + OV_ETHER_LEN);
            longest = of_frames.runs[i].count > longest ? of_frames.runs[i].count : longest;
            same_frames(&of_frames, &framed, i, joined);
        }
    }
    assert_true(longest >= 10); /* the joining was really tried */
    free(joined);
}

/* What makes two packets of one flow two runs. */
static void what_is_not_joined(void **state)
{
    (void)state;
    static const struct
    {
        const char *what;
        uint8_t station; /* of the second frame */
        uint8_t tags;    /* of both */
        uint8_t padding; /* of both */
        uint16_t type;   /* of the second one; 0: the right one */
        uint16_t runs;
    } rows[] = {
        {"nothing", 1, 0, 0, 0, 1},          {"another station", 9, 0, 0, 0, 2},
        {"a VLAN", 1, 1, 0, 0, 2},           {"two VLANs", 1, 2, 0, 0, 2},
        {"octets behind", 1, 0, 6, 0, 2},    {"not IP", 1, 0, 0, 0x88b5, 2},
        {"not that IP", 1, 0, 0, 0x86dd, 2},
    };
    static struct batch b;
    static struct ov_coalescer c;
    c.in_frames = true;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        struct flow f = {.version = 4, .protocol = OV_INNER_TCP, .ttl = 64, .df = true};
        b.count = 0;
        for (unsigned k = 0; k < 2; k++)
        {
            uint8_t frame[SLOT] = {0};
            const uint32_t link = put_header(frame, &f, k == 1 ? rows[i].station : 1, rows[i].tags);
            const uint32_t len = link + flow_packet(&f, frame + link, 1000, OV_TCP_ACK) + rows[i].padding;
            if (k == 1 && rows[i].type != 0)
            {
                flow_put16(frame + 12, rows[i].type);
            }
            batch_add(&b, frame, len);
        }
        ov_coalesce(&c, b.dg, b.count, true);
        if (c.run_count != rows[i].runs)
        {
            fail_msg("%s: %u runs, not %u", rows[i].what, c.run_count, rows[i].runs);
        }
    }
}

/* ---- MSS ---- */

static void clamps_in_frames(void **state)
{
    (void)state;
    const struct ov_mss limit = {.v4 = 1000, .v6 = 900, .in_frames = true};
    static const uint8_t option[4] = {2, 4, 0x05, 0xb4};
    for (unsigned i = 0; i < 12; i++)
    {
        struct flow f = {
            .version = i % 2 == 0 ? 4 : 6, .protocol = OV_INNER_TCP, .ttl = 64, .option_words = 1};
        uint8_t frame[SLOT] = {0}, want[SLOT];
        const uint32_t link = put_header(frame, &f, 1, i % 3);
        const uint32_t packet_len = flow_packet(&f, frame + link, 0, OV_TCP_SYN);
        const uint32_t len = link + packet_len + (i >= 6 ? 4 : 0); /* padded as on a wire */
        memcpy(frame + link + flow_l4(&f) + 20, option, sizeof option);
        flow_sums(&f, frame + link, packet_len);
        memcpy(want, frame, len);
        flow_put16(want + link + flow_l4(&f) + 22, f.version == 4 ? 1000 : 900);
        flow_sums(&f, want + link, packet_len);
        for (uint32_t cut = 0; cut < link + packet_len; cut++)
        {
            uint8_t *copy = ov_test_copy(frame, cut);
            assert_false(ov_mss_clamp(copy, cut, limit));
            free(copy);
        }
        assert_true(ov_mss_clamp(frame, len, limit));
        assert_memory_equal(frame, want, len);
        assert_false(ov_mss_clamp(frame, len, limit));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_as_packets),
        cmocka_unit_test(completes_a_sum),
        cmocka_unit_test(refuses),
        cmocka_unit_test(joins_as_packets),
        cmocka_unit_test(what_is_not_joined),
        cmocka_unit_test(clamps_in_frames),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
