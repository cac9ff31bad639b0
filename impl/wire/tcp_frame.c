#include "wire/tcp_frame.h"

#include <string.h>

enum ov_err ov_tcp_frame_push(struct ov_buf *packet)
{
    uint32_t len = packet->len;
    if (len == 0 || len > UINT16_MAX)
    {
        return OV_ERR_ARG;
    }
    uint8_t *head = ov_buf_push(packet, OV_TCP_FRAME_HEAD);
    if (head == NULL)
    {
        return OV_ERR_NOSPACE;
    }
    head[0] = (uint8_t)(len >> 8);
    head[1] = (uint8_t)len;
    return OV_OK;
}

void ov_tcp_deframer_init(struct ov_tcp_deframer *d, uint32_t max, uint8_t *mem)
{
    d->max = max < 1 ? 1 : max > OV_TCP_FRAME_MAX ? OV_TCP_FRAME_MAX : max;
    d->mem = mem;
    d->have = 0;
    d->broken = false;
}

static struct ov_buf view(uint8_t *packet, uint32_t len)
{
    struct ov_buf buf = {packet, len, 0, len};
    return buf;
}

static uint32_t frame_len(const uint8_t head[static OV_TCP_FRAME_HEAD])
{
    return (uint32_t)head[0] << 8 | head[1];
}

/* Move octets from in to the partial frame until it has want of them. */
static bool collect(struct ov_tcp_deframer *d, struct ov_buf *in, uint32_t want)
{
    uint32_t n = d->have < want ? want - d->have : 0;
    n = n < in->len ? n : in->len;
    if (n > 0)
    {
        memcpy(d->mem + d->have, ov_buf_pull(in, n), n);
        d->have += n;
    }
    return d->have >= want;
}

static bool refuse_length(struct ov_tcp_deframer *d, uint32_t len)
{
    /* Where one frame ends wrong, no later one can be found [WP-FRM-004]. */
    d->broken = len == 0 || len > d->max;
    return d->broken;
}

static enum ov_err next_in_place(struct ov_tcp_deframer *d, struct ov_buf *in, struct ov_buf *packet)
{
    uint32_t len = frame_len(ov_buf_data(in));
    if (refuse_length(d, len))
    {
        return OV_ERR_FORMAT;
    }
    if (in->len - OV_TCP_FRAME_HEAD < len)
    {
        collect(d, in, OV_TCP_FRAME_HEAD + len);
        return OV_ERR_AGAIN;
    }
    ov_buf_pull(in, OV_TCP_FRAME_HEAD);
    *packet = view(ov_buf_pull(in, len), len);
    return OV_OK;
}

enum ov_err ov_tcp_deframer_next(struct ov_tcp_deframer *d, struct ov_buf *in, struct ov_buf *packet)
{
    *packet = view(NULL, 0);
    if (d->broken)
    {
        return OV_ERR_FORMAT;
    }
    if (d->have == 0 && in->len >= OV_TCP_FRAME_HEAD)
    {
        return next_in_place(d, in, packet);
    }
    if (!collect(d, in, OV_TCP_FRAME_HEAD))
    {
        return OV_ERR_AGAIN;
    }
    uint32_t len = frame_len(d->mem);
    if (refuse_length(d, len))
    {
        return OV_ERR_FORMAT;
    }
    if (!collect(d, in, OV_TCP_FRAME_HEAD + len))
    {
        return OV_ERR_AGAIN;
    }
    d->have = 0;
    *packet = view(d->mem + OV_TCP_FRAME_HEAD, len);
    return OV_OK;
}

enum ov_err ov_tcp_deframer_carry(struct ov_tcp_deframer *d, struct ov_buf *in)
{
    uint8_t *front = ov_buf_push(in, d->have);
    if (front == NULL)
    {
        return OV_ERR_NOSPACE;
    }
    memcpy(front, d->mem, d->have);
    d->have = 0;
    return OV_OK;
}
