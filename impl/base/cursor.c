#include "base/cursor.h"

#include <string.h>

void ov_read_copy(struct ov_reader *r, void *out, size_t len)
{
    const uint8_t *p = ov_read_bytes(r, len);
    if (len == 0)
    {
        return;
    }
    if (p == NULL)
    {
        memset(out, 0, len);
        return;
    }
    memcpy(out, p, len);
}

const uint8_t *ov_read_rest(struct ov_reader *r, size_t *len)
{
    *len = ov_reader_left(r);
    return ov_read_bytes(r, *len);
}

struct ov_writer ov_writer_over(void *data, size_t cap)
{
    uint8_t *start = data;
    struct ov_writer w = {start, start, start == NULL ? start : start + cap, start == NULL && cap > 0};
    return w;
}

size_t ov_writer_len(const struct ov_writer *w)
{
    return (size_t)(w->at - w->start);
}

size_t ov_writer_room(const struct ov_writer *w)
{
    return w->failed ? 0 : (size_t)(w->end - w->at);
}

uint8_t *ov_write_space(struct ov_writer *w, size_t len)
{
    if (w->failed || (size_t)(w->end - w->at) < len)
    {
        w->failed = true;
        return NULL;
    }
    uint8_t *at = w->at;
    w->at += len;
    return at;
}

static void write_integer(struct ov_writer *w, uint64_t v, size_t width)
{
    uint8_t *p = ov_write_space(w, width);
    for (size_t i = 0; p != NULL && i < width; i++)
    {
        p[i] = (uint8_t)(v >> 8 * (width - 1 - i));
    }
}

void ov_write_u8(struct ov_writer *w, uint8_t v)
{
    write_integer(w, v, 1);
}

void ov_write_u16(struct ov_writer *w, uint16_t v)
{
    write_integer(w, v, 2);
}

void ov_write_u24(struct ov_writer *w, uint32_t v)
{
    write_integer(w, v, 3);
}

void ov_write_u32(struct ov_writer *w, uint32_t v)
{
    write_integer(w, v, 4);
}

void ov_write_u48(struct ov_writer *w, uint64_t v)
{
    write_integer(w, v, 6);
}

void ov_write_u64(struct ov_writer *w, uint64_t v)
{
    write_integer(w, v, 8);
}

void ov_write_bytes(struct ov_writer *w, const void *data, size_t len)
{
    uint8_t *p = ov_write_space(w, len);
    if (p != NULL && len > 0)
    {
        memcpy(p, data, len);
    }
}
