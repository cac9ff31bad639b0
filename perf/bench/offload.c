/* Segmentation, coalescing, checksums, MSS clamp. Packets come from the tests' flow model. */
#include "perf/bench/bench.h"

#include "offload/checksum.h"
#include "offload/coalesce.h"
#include "offload/mss.h"
#include "offload/segment.h"
#include "tests/lib/flow_model.h"

#include <stdlib.h>
#include <string.h>

#define SEGMENT_PAYLOAD 1360u
#define SEGMENTS        44u
#define ROOM            (OV_BUF_PACKET + OV_BUF_HEADROOM + OV_BUF_TAILROOM)

static const struct flow tcp4 = {
    .version = 4, .protocol = OV_INNER_TCP, .ttl = 64, .df = true, .option_words = 3};
static const struct flow tcp6 = {.version = 6, .protocol = OV_INNER_TCP, .ttl = 64, .option_words = 3};

struct offload_bench
{
    struct ov_vnet vnet;
    uint8_t super[66000];
    uint32_t super_len;
    uint8_t room[ROOM];
    struct ov_coalescer coalescer;
    struct ov_datagram dg[SEGMENTS];
    uint8_t packets[SEGMENTS][ROOM];
    uint8_t headers[SEGMENTS][64]; /* of the packets, which joining rewrites */
    struct iovec iov[OV_COALESCE_SEGMENTS];
    uint32_t size;
    uint32_t sum_len;
};

static void *open_segment(const struct bench_unit *unit)
{
    struct offload_bench *bench = bench_memory(sizeof *bench);
    struct flow flow = unit->variant ? tcp6 : tcp4;
    flow_seed = 1;
    bench->super_len = flow_packet(&flow, bench->super, SEGMENTS * SEGMENT_PAYLOAD, OV_TCP_ACK | OV_TCP_PSH);
    bench->vnet = (struct ov_vnet){.flags = OV_VNET_NEEDS_CSUM,
                                   .gso_type = unit->variant ? OV_VNET_GSO_TCPV6 : OV_VNET_GSO_TCPV4,
                                   .gso_size = SEGMENT_PAYLOAD,
                                   .csum_start = (uint16_t)flow_l4(&flow),
                                   .csum_offset = 16};
    return bench;
}

static void run_segment(void *ctx, size_t count)
{
    struct offload_bench *bench = ctx;
    for (size_t done = 0; done < count; done++)
    {
        struct ov_segmenter segmenter;
        unsigned out = 0;
        bench_must(ov_segment_start(&segmenter, &bench->vnet, bench->super, bench->super_len) == OV_OK,
                   "a super-packet");
        for (; ov_segment_left(&segmenter) > 0; out++)
        {
            struct ov_buf buf = ov_buf_over(bench->room, sizeof bench->room, OV_BUF_HEADROOM);
            bench_must(ov_segment_next(&segmenter, &buf) == OV_OK, "a segment");
        }
        bench_must(out == SEGMENTS, "the number of segments");
    }
}

static void *open_coalesce(const struct bench_unit *unit)
{
    struct offload_bench *bench = bench_memory(sizeof *bench);
    uint32_t flows = unit->size;
    struct flow flow[8];
    flow_seed = 2;
    for (uint8_t i = 0; i < flows; i++)
    {
        flow[i] = tcp4;
        flow[i].tag = i;
    }
    for (size_t i = 0; i < SEGMENTS; i++)
    {
        uint32_t len =
            flow_packet(&flow[i % flows], bench->packets[i] + OV_BUF_HEADROOM, SEGMENT_PAYLOAD, OV_TCP_ACK);
        bench->dg[i].buf = ov_buf_over(bench->packets[i], ROOM, OV_BUF_HEADROOM);
        bench->dg[i].buf.len = len;
        bench->dg[i].fate = OV_FATE_TUN;
        memcpy(bench->headers[i], bench->packets[i] + OV_BUF_HEADROOM, sizeof bench->headers[i]);
    }
    bench->size = flows;
    return bench;
}

/* The copy of the headers is part of the figure; it is small beside the check of the sums. */
static void run_coalesce(void *ctx, size_t count)
{
    struct offload_bench *bench = ctx;
    for (size_t done = 0; done < count; done++)
    {
        for (size_t i = 0; i < bench->size; i++)
        {
            memcpy(ov_buf_data(&bench->dg[i].buf), bench->headers[i], sizeof bench->headers[i]);
        }
        ov_coalesce(&bench->coalescer, bench->dg, SEGMENTS, true);
        bench_must(bench->coalescer.run_count == bench->size, "the number of runs");
        for (size_t i = 0; i < bench->coalescer.run_count; i++)
        {
            bench_keep(ov_coalesce_run(&bench->coalescer, bench->dg, i, &bench->vnet, bench->iov));
        }
    }
}

static void *open_sum(const struct bench_unit *unit)
{
    struct offload_bench *bench = bench_memory(sizeof *bench);
    bench->sum_len = unit->size;
    memset(bench->super, 0xa5, sizeof bench->super);
    return bench;
}

static void run_sum(void *ctx, size_t count)
{
    const struct offload_bench *bench = ctx;
    for (size_t done = 0; done < count; done++)
    {
        bench_keep(ov_sum_fold(ov_sum_add(done, bench->super, bench->sum_len)));
    }
}

/* variant: a SYN whose option is lowered; else a data packet, which most are. */
static void *open_mss(const struct bench_unit *unit)
{
    struct offload_bench *bench = bench_memory(sizeof *bench);
    struct flow flow = tcp4;
    bench->super_len = flow_packet(&flow, bench->super, unit->variant ? 0 : SEGMENT_PAYLOAD,
                                   unit->variant ? OV_TCP_SYN : OV_TCP_ACK);
    if (unit->variant)
    {
        uint8_t *option = bench->super + 40;
        option[0] = 2;
        option[1] = 4;
        flow_put16(option + 2, 1460);
        flow_sums(&flow, bench->super, bench->super_len);
    }
    bench->size = unit->variant;
    return bench;
}

static void run_mss(void *ctx, size_t count)
{
    struct offload_bench *bench = ctx;
    for (size_t done = 0; done < count; done++)
    {
        /* Lower each time, within a range that never ends. */
        struct ov_mss limit = {.v4 = (uint16_t)(bench->size ? 1400 - done % 2 : 1400), .v6 = 1380};
        flow_put16(bench->super + 42, 1460);
        bench_keep(ov_mss_clamp(bench->super, bench->super_len, limit));
    }
}

void bench_add_offload(struct bench_list *list)
{
    struct bench_unit unit = {.packets = SEGMENTS,
                              .octets = SEGMENTS * SEGMENT_PAYLOAD,
                              .exact = true,
                              .open = open_segment,
                              .run = run_segment,
                              .close = free};
    bench_add(list, &unit, "segment/tcp4/%ux%u", SEGMENTS, SEGMENT_PAYLOAD);
    unit.variant = true;
    bench_add(list, &unit, "segment/tcp6/%ux%u", SEGMENTS, SEGMENT_PAYLOAD);
    unit.variant = false;
    unit.open = open_coalesce;
    unit.run = run_coalesce;
    for (unit.size = 1; unit.size <= 4; unit.size += 3)
    {
        bench_add(list, &unit, "coalesce/tcp4/%ux%u/%u-flows", SEGMENTS, SEGMENT_PAYLOAD, unit.size);
    }
    unit.packets = 1;
    unit.open = open_sum;
    unit.run = run_sum;
    static const uint32_t sizes[] = {64, 200, 1400};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
    {
        unit.size = unit.octets = sizes[i];
        bench_add(list, &unit, "checksum/%u", unit.size);
    }
    unit.octets = 0;
    unit.open = open_mss;
    unit.run = run_mss;
    bench_add(list, &unit, "mss-clamp/data");
    unit.variant = true;
    bench_add(list, &unit, "mss-clamp/syn");
}
