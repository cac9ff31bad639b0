#ifndef OV_HUB_LIMIT_H
#define OV_HUB_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

/* At most count per period [WP-COOK-008]. All-zero: no limit. */
struct ov_limit
{
    uint32_t count;
    uint32_t period_s;
    uint32_t used;
    uint64_t until_ms; /* end of the running period */
};

static inline bool ov_limit_take(struct ov_limit *limit, uint64_t now_ms)
{
    if (limit->count == 0)
    {
        return true;
    }
    if (now_ms >= limit->until_ms)
    {
        limit->until_ms = now_ms + limit->period_s * UINT64_C(1000);
        limit->used = 0;
    }
    if (limit->used >= limit->count)
    {
        return false;
    }
    limit->used++;
    return true;
}

/* One taken turned out to be a real client. */
static inline void ov_limit_return(struct ov_limit *limit)
{
    if (limit->used > 0)
    {
        limit->used--;
    }
}

#endif
