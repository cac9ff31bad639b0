/* A vnet header and a super-packet in any shape: what is accepted comes out whole and in order. */
#include "base/cursor.h"
#include "lib/fuzz.h"
#include "offload/segment.h"

#define LONGEST (65535u + 128u)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ov_reader r = ov_reader_over(data, size);
    struct ov_vnet vnet = {.flags = ov_read_u8(&r), .gso_type = ov_read_u8(&r)};
    vnet.hdr_len = ov_read_u16(&r);
    vnet.gso_size = ov_read_u16(&r);
    vnet.csum_start = ov_read_u16(&r);
    vnet.csum_offset = ov_read_u16(&r);
    size_t len = 0;
    const uint8_t *packet = ov_read_rest(&r, &len);
    struct ov_segmenter seg;
    if (r.failed || len > 65535 || ov_segment_start(&seg, &vnet, packet, (uint32_t)len) != OV_OK)
    {
        return 0;
    }
    uint8_t *mem = malloc(LONGEST);
    FUZZ_CHECK(mem != NULL);
    uint32_t headers = seg.plain ? 0 : seg.inner.payload;
    uint32_t at = headers;
    uint32_t left = ov_segment_left(&seg);
    while (ov_segment_left(&seg) > 0)
    {
        FUZZ_CHECK(ov_segment_left(&seg) == left--);
        struct ov_buf out = ov_buf_over(mem, LONGEST, 64);
        FUZZ_CHECK(ov_segment_next(&seg, &out) == OV_OK);
        FUZZ_CHECK(out.len > headers && out.len <= ov_segment_max_len(&seg));
        uint32_t payload = out.len - headers;
        FUZZ_CHECK(at + payload <= len);
        FUZZ_CHECK(seg.plain || memcmp(ov_buf_data(&out) + headers, packet + at, payload) == 0);
        at += payload;
    }
    FUZZ_CHECK(at == len);
    free(mem);
    return 0;
}
