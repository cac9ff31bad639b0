#ifndef OV_BASE_CURSOR_H
#define OV_BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reading and writing octets with a cursor that remembers failure. A parser
 * reads all its fields and looks at .failed once at the end; after a failure
 * every read gives zero and NULL. Integers are big-endian on the wire. */

struct ov_reader
{
    const uint8_t *at;
    const uint8_t *end;
    bool failed;
};

struct ov_writer
{
    uint8_t *start;
    uint8_t *at;
    uint8_t *end;
    bool failed;
};

/* Reading is inline: the data path parses two headers a packet. */
static inline struct ov_reader ov_reader_over(const void *data, size_t len)
{
    const uint8_t *start = (const uint8_t *)data;
    struct ov_reader r = {start, start == NULL ? start : start + len, start == NULL && len > 0};
    return r;
}

/* Octets not yet read; 0 after a failure. */
static inline size_t ov_reader_left(const struct ov_reader *r)
{
    return r->failed ? 0 : (size_t)(r->end - r->at);
}

/* Borrow the next len octets, NULL on failure. */
static inline const uint8_t *ov_read_bytes(struct ov_reader *r, size_t len)
{
    if (r->failed || (size_t)(r->end - r->at) < len)
    {
        r->failed = true;
        return NULL;
    }
    const uint8_t *at = r->at;
    r->at += len;
    return at;
}

static inline uint8_t ov_read_u8(struct ov_reader *r)
{
    const uint8_t *p = ov_read_bytes(r, 1);
    return p == NULL ? 0 : p[0];
}

static inline uint16_t ov_read_u16(struct ov_reader *r)
{
    const uint8_t *p = ov_read_bytes(r, 2);
    return p == NULL ? 0 : (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t ov_read_u24(struct ov_reader *r)
{
    const uint8_t *p = ov_read_bytes(r, 3);
    return p == NULL ? 0 : (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

static inline uint32_t ov_read_u32(struct ov_reader *r)
{
    const uint8_t *p = ov_read_bytes(r, 4);
    return p == NULL ? 0 : (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Both halves are there, or both reads fail. */
static inline uint64_t ov_read_u48(struct ov_reader *r)
{
    const uint8_t *p = ov_read_bytes(r, 6);
    struct ov_reader both = {p, p == NULL ? NULL : p + 6, p == NULL};
    uint64_t high = ov_read_u16(&both);
    return high << 32 | ov_read_u32(&both);
}

static inline uint64_t ov_read_u64(struct ov_reader *r)
{
    const uint8_t *p = ov_read_bytes(r, 8);
    struct ov_reader both = {p, p == NULL ? NULL : p + 8, p == NULL};
    uint64_t high = ov_read_u32(&both);
    return high << 32 | ov_read_u32(&both);
}

/* Copy the next len octets to out; out is zeroed on failure. */
void ov_read_copy(struct ov_reader *r, void *out, size_t len);
/* Borrow everything left. *len is 0 after a failure. */
const uint8_t *ov_read_rest(struct ov_reader *r, size_t *len);

struct ov_writer ov_writer_over(void *data, size_t cap);
/* Octets written so far, meaningful while !failed. */
size_t ov_writer_len(const struct ov_writer *w);
size_t ov_writer_room(const struct ov_writer *w);
void ov_write_u8(struct ov_writer *w, uint8_t v);
void ov_write_u16(struct ov_writer *w, uint16_t v);
void ov_write_u24(struct ov_writer *w, uint32_t v);
void ov_write_u32(struct ov_writer *w, uint32_t v);
void ov_write_u48(struct ov_writer *w, uint64_t v);
void ov_write_u64(struct ov_writer *w, uint64_t v);
void ov_write_bytes(struct ov_writer *w, const void *data, size_t len);
/* Reserve len octets to be filled later; NULL on failure. */
uint8_t *ov_write_space(struct ov_writer *w, size_t len);

#endif
