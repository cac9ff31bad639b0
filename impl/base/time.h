#ifndef OV_BASE_TIME_H
#define OV_BASE_TIME_H

#include <stdint.h>

/* The core has no clock: whoever calls says what time it is. */
struct ov_now
{
    uint64_t mono_ms; /* monotonic milliseconds, any epoch */
    uint32_t wall_s;  /* seconds since 1970, for wrap packet ids [WP-RPL-002] */
};

/* A deadline in mono_ms; OV_NEVER means none. */
#define OV_NEVER UINT64_MAX

static inline uint64_t ov_time_earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

#endif
