#include "reliable/acks.h"

#include <string.h>

static bool has(const uint32_t *ids, uint32_t count, uint32_t id)
{
    for (uint32_t i = 0; i < count; i++)
    {
        if (ids[i] == id)
        {
            return true;
        }
    }
    return false;
}

bool ov_acks_add(struct ov_acks *acks, uint32_t id)
{
    if (has(acks->pending, acks->pending_count, id))
    {
        return true;
    }
    if (acks->pending_count == OV_ACKS_PENDING)
    {
        return false;
    }
    acks->pending[acks->pending_count++] = id;
    return true;
}

uint32_t ov_acks_pending(const struct ov_acks *acks)
{
    return acks->pending_count;
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Fill out without changing anything; *fresh says how many came from pending. */
static uint32_t choose(const struct ov_acks *acks, uint32_t max, uint32_t out[static OV_ACKS_TAKE],
                       uint32_t *fresh)
{
    max = smaller(max, OV_ACKS_TAKE);
    uint32_t count = smaller(acks->pending_count, max);
    *fresh = count;
    memcpy(out, acks->pending, count * sizeof(out[0]));
    for (uint32_t i = 0; i < acks->mru_count && count < max; i++)
    {
        if (!has(out, count, acks->mru[i]))
        {
            out[count++] = acks->mru[i];
        }
    }
    return count;
}

uint32_t ov_acks_count(const struct ov_acks *acks, uint32_t max)
{
    uint32_t ids[OV_ACKS_TAKE];
    uint32_t fresh;
    return choose(acks, max, ids, &fresh);
}

static void move_to_front(struct ov_acks *acks, uint32_t id)
{
    uint32_t at = 0;
    while (at < acks->mru_count && acks->mru[at] != id)
    {
        at++;
    }
    if (at == acks->mru_count)
    {
        acks->mru_count = smaller(acks->mru_count + 1, OV_ACKS_MRU);
        at = acks->mru_count - 1;
    }
    memmove(&acks->mru[1], &acks->mru[0], at * sizeof(acks->mru[0]));
    acks->mru[0] = id;
}

uint32_t ov_acks_take(struct ov_acks *acks, uint32_t max, uint32_t out[static OV_ACKS_TAKE])
{
    uint32_t fresh;
    uint32_t count = choose(acks, max, out, &fresh);
    for (uint32_t i = 0; i < fresh; i++)
    {
        move_to_front(acks, out[i]);
    }
    acks->pending_count -= fresh;
    memmove(acks->pending, acks->pending + fresh, acks->pending_count * sizeof(acks->pending[0]));
    return count;
}
