/* Packets of any shape, each with a length in front: joined and cut again they
 * are the same packets, and each flow keeps its order. */
#include "base/cursor.h"
#include "lib/fuzz.h"
#include "offload/coalesce.h"
#include "offload/segment.h"

#define PACKETS 48u

struct input
{
    struct ov_datagram dg[PACKETS];
    uint8_t *original[PACKETS];
    size_t count;
};

static void take_packets(struct input *in, const uint8_t *data, size_t size)
{
    struct ov_reader r = ov_reader_over(data, size);
    while (in->count < PACKETS)
    {
        uint16_t len = ov_read_u16(&r) & 0x7ff;
        const uint8_t *packet = ov_read_bytes(&r, len);
        if (r.failed || len == 0)
        {
            return;
        }
        struct ov_datagram *dg = &in->dg[in->count];
        dg->buf = ov_buf_over(malloc(len), len, 0);
        in->original[in->count] = malloc(len);
        FUZZ_CHECK(dg->buf.mem != NULL && in->original[in->count] != NULL);
        dg->buf.len = len;
        dg->fate = OV_FATE_TUN;
        memcpy(dg->buf.mem, packet, len);
        memcpy(in->original[in->count++], packet, len);
    }
}

/* Cut run i again; its packets are those of its chain, octet by octet, but for
 * the id of IPv4 packets with DF set, which means nothing. */
static void check_run(const struct ov_coalescer *c, const struct input *in, size_t i, uint8_t *joined)
{
    struct ov_vnet vnet;
    struct iovec iov[OV_COALESCE_SEGMENTS];
    size_t pieces = ov_coalesce_run(c, in->dg, i, &vnet, iov);
    uint32_t len = 0;
    for (size_t k = 0; k < pieces; k++)
    {
        memcpy(joined + len, iov[k].iov_base, iov[k].iov_len);
        len += (uint32_t)iov[k].iov_len;
    }
    FUZZ_CHECK(len == c->runs[i].len && len <= OV_COALESCE_LEN);
    struct ov_segmenter seg;
    FUZZ_CHECK(ov_segment_start(&seg, &vnet, joined, len) == OV_OK);
    uint16_t at = c->runs[i].first;
    for (uint16_t k = 0; k < c->runs[i].count; k++)
    {
        uint8_t mem[4096];
        struct ov_buf out = ov_buf_over(mem, sizeof mem, 0);
        FUZZ_CHECK(ov_segment_next(&seg, &out) == OV_OK && out.len == in->dg[at].buf.len);
        const uint8_t *want = in->original[at];
        if (c->runs[i].count > 1 && want[0] >> 4 == 4 && (want[6] & 0x40) != 0)
        {
            memcpy(mem + 4, want + 4, 2);
            memcpy(mem + 10, want + 10, 2);
        }
        FUZZ_CHECK(memcmp(mem, want, out.len) == 0);
        at = c->next[at];
    }
    FUZZ_CHECK(ov_segment_left(&seg) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {.count = 0};
    take_packets(&in, data, size);
    struct ov_coalescer *c = calloc(1, sizeof *c);
    uint8_t *joined = malloc(65536);
    FUZZ_CHECK(c != NULL && joined != NULL);
    ov_coalesce(c, in.dg, in.count, true);
    size_t total = 0;
    for (size_t i = 0; i < c->run_count; i++)
    {
        check_run(c, &in, i, joined);
        total += c->runs[i].count;
    }
    FUZZ_CHECK(total == in.count);
    for (size_t i = 0; i < in.count; i++)
    {
        free(in.dg[i].buf.mem);
        free(in.original[i]);
    }
    free(joined);
    free(c);
    return 0;
}
