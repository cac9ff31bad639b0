/* Reading octets: a cursor that remembers failure. All integers are in network order. */
#ifndef OV_OVSPEC_BYTES_H
#define OV_OVSPEC_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * After the first read beyond the end, every read gives zero or NULL and
 * `failed` stays set; the caller looks at it once, at the end.
 */
struct ovs_cursor
{
    const uint8_t *at;
    size_t left;
    bool failed;
};

static inline struct ovs_cursor ovs_cursor_over(const uint8_t *octets, size_t len)
{
    return (struct ovs_cursor){.at = octets, .left = len};
}

/* Borrows the next `len` octets; NULL when there are fewer. */
static inline const uint8_t *ovs_take(struct ovs_cursor *cursor, size_t len)
{
    const uint8_t *taken = cursor->at;

    if (cursor->failed || cursor->left < len)
    {
        cursor->failed = true;
        return NULL;
    }
    cursor->at += len;
    cursor->left -= len;
    return taken;
}

/* An unsigned integer of `len` (at most 8) octets. */
static inline uint64_t ovs_take_uint(struct ovs_cursor *cursor, size_t len)
{
    const uint8_t *octets = ovs_take(cursor, len);
    uint64_t value = 0;

    for (size_t i = 0; octets != NULL && i < len; i++)
    {
        value = value << 8 | octets[i];
    }
    return value;
}

static inline uint8_t ovs_take_u8(struct ovs_cursor *cursor)
{
    return (uint8_t)ovs_take_uint(cursor, 1);
}

static inline uint16_t ovs_take_u16(struct ovs_cursor *cursor)
{
    return (uint16_t)ovs_take_uint(cursor, 2);
}

static inline uint32_t ovs_take_u32(struct ovs_cursor *cursor)
{
    return (uint32_t)ovs_take_uint(cursor, 4);
}

#endif
