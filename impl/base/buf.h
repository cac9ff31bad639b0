#ifndef OV_BASE_BUF_H
#define OV_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* A view of one packet inside memory that somebody else owns, with room in
 * front (headroom) and behind (tailroom), so that headers and tags are added
 * and removed without moving the packet. Several views may lie in one large
 * buffer (a GRO buffer cut into its datagrams); a view never frees.
 *
 *   mem            mem+off          mem+off+len      mem+cap
 *    |  headroom    |   packet       |   tailroom     |
 *
 * len 0 means "no packet": consumed or dropped. All sizes are octets. */
struct ov_buf
{
    uint8_t *mem;
    uint32_t cap;
    uint32_t off;
    uint32_t len;
};

/* Room in front of the packet that data path users must leave: the largest
 * header any format puts there, rounded up to a cache line. */
#define OV_BUF_HEADROOM 128u
/* Room behind the packet: largest tag or padding. */
#define OV_BUF_TAILROOM 64u
/* Largest tunnel packet handled as one piece (tun-mtu-max and growth), unless the MTU asks for more. */
#define OV_BUF_PACKET 2048u
/* What framing may add, with a margin. */
#define OV_BUF_GROWTH 48u

/* Room for the packets of a tunnel with this MTU: OV_BUF_PACKET or more. */
static inline uint32_t ov_buf_packet_for(uint32_t mtu)
{
    return mtu <= OV_BUF_PACKET - OV_BUF_GROWTH ? OV_BUF_PACKET : (mtu + OV_BUF_GROWTH + 63) / 64 * 64;
}

/* An empty view over mem whose packet will start at headroom. */
static inline struct ov_buf ov_buf_over(uint8_t *mem, uint32_t cap, uint32_t headroom)
{
    struct ov_buf buf = {mem, cap, headroom <= cap ? headroom : cap, 0};
    return buf;
}

static inline uint8_t *ov_buf_data(const struct ov_buf *buf)
{
    return buf->mem + buf->off;
}

static inline uint32_t ov_buf_headroom(const struct ov_buf *buf)
{
    return buf->off;
}

static inline uint32_t ov_buf_tailroom(const struct ov_buf *buf)
{
    return buf->cap - buf->off - buf->len;
}

/* Grow the packet to the front by n; returns the new start, NULL if there is
 * no such headroom (the view is then unchanged). */
static inline uint8_t *ov_buf_push(struct ov_buf *buf, uint32_t n)
{
    if (n > buf->off)
    {
        return NULL;
    }
    buf->off -= n;
    buf->len += n;
    return buf->mem + buf->off;
}

/* Take n octets off the front; returns where they were, NULL if the packet is
 * shorter (unchanged then). */
static inline uint8_t *ov_buf_pull(struct ov_buf *buf, uint32_t n)
{
    if (n > buf->len)
    {
        return NULL;
    }
    uint8_t *front = buf->mem + buf->off;
    buf->off += n;
    buf->len -= n;
    return front;
}

/* Grow the packet at the end by n; returns where the new octets start, NULL if
 * there is no such tailroom. */
static inline uint8_t *ov_buf_put(struct ov_buf *buf, uint32_t n)
{
    if (n > ov_buf_tailroom(buf))
    {
        return NULL;
    }
    uint8_t *end = buf->mem + buf->off + buf->len;
    buf->len += n;
    return end;
}

/* Cut n octets off the end; false if the packet is shorter. */
static inline bool ov_buf_trim(struct ov_buf *buf, uint32_t n)
{
    if (n > buf->len)
    {
        return false;
    }
    buf->len -= n;
    return true;
}

static inline void ov_buf_drop(struct ov_buf *buf)
{
    buf->len = 0;
}

#endif
