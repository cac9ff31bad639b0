#ifndef OV_FUZZ_LIB_VNET_H
#define OV_FUZZ_LIB_VNET_H

#include "base/cursor.h"
#include "fuzz.h"
#include "offload/segment.h"

/* What targets share whose input is a vnet header and what stands behind it. */

/* Largest packet of a tun device, and the room around it. */
#define FUZZ_VNET_MOST 65535u
#define FUZZ_VNET_ROOM (FUZZ_VNET_MOST + 128u)

/* Header and packet; false: not whole, or longer than any device hands out. */
static inline bool fuzz_vnet(const uint8_t *data, size_t size, struct ov_vnet *vnet, const uint8_t **packet,
                             uint32_t *len)
{
    struct ov_reader r = ov_reader_over(data, size);
    *vnet = (struct ov_vnet){.flags = ov_read_u8(&r), .gso_type = ov_read_u8(&r)};
    vnet->hdr_len = ov_read_u16(&r);
    vnet->gso_size = ov_read_u16(&r);
    vnet->csum_start = ov_read_u16(&r);
    vnet->csum_offset = ov_read_u16(&r);
    size_t rest = 0;
    *packet = ov_read_rest(&r, &rest);
    *len = (uint32_t)rest;
    return !r.failed && rest <= FUZZ_VNET_MOST;
}

/* All segments: they keep the first link_len octets, and one behind the other they carry what the whole carries. */
static inline void fuzz_vnet_cut(struct ov_segmenter *seg, const uint8_t *packet, uint32_t len,
                                 uint32_t link_len)
{
    uint8_t *mem = malloc(FUZZ_VNET_ROOM);
    FUZZ_CHECK(mem != NULL);
    const uint32_t headers = seg->plain ? 0 : link_len + seg->inner.payload;
    uint32_t at = headers;
    uint32_t left = ov_segment_left(seg);
    while (ov_segment_left(seg) > 0)
    {
        FUZZ_CHECK(ov_segment_left(seg) == left--);
        struct ov_buf out = ov_buf_over(mem, FUZZ_VNET_ROOM, 64);
        FUZZ_CHECK(ov_segment_next(seg, &out) == OV_OK);
        FUZZ_CHECK(out.len > headers && out.len <= ov_segment_max_len(seg) && at + out.len - headers <= len);
        FUZZ_CHECK(memcmp(ov_buf_data(&out), packet, link_len) == 0);
        FUZZ_CHECK(seg->plain || memcmp(ov_buf_data(&out) + headers, packet + at, out.len - headers) == 0);
        at += out.len - headers;
    }
    FUZZ_CHECK(at == len);
    free(mem);
}

#endif
