#include "replay/window.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

uint32_t ov_replay_ring_words(uint32_t size)
{
    uint32_t words = 1;
    while (words * 64 < size)
    {
        words *= 2;
    }
    return words == 1 ? 0 : words;
}

enum ov_err ov_replay_init(struct ov_replay *w, uint32_t size, uint32_t time_s, uint64_t *ring)
{
    memset(w, 0, sizeof(*w));
    if (size > OV_REPLAY_SIZE_MAX)
    {
        return OV_ERR_ARG;
    }
    uint32_t words = ov_replay_ring_words(size);
    if (words > 0 && ring == NULL)
    {
        return OV_ERR_ARG;
    }
    w->size = size;
    w->time_s = time_s;
    w->ring = words > 0 ? ring : NULL;
    w->mask = (words > 0 ? words : 1) * 64 - 1;
    if (w->ring != NULL)
    {
        memset(w->ring, 0, words * sizeof(*w->ring));
    }
    return OV_OK;
}

static bool get_bit(const struct ov_replay *w, uint64_t id)
{
    const uint64_t *words = w->ring != NULL ? w->ring : &w->word;
    return (words[(id & w->mask) / 64] >> (id & 63) & 1) != 0;
}

static void set_bit(struct ov_replay *w, uint64_t id)
{
    uint64_t *words = w->ring != NULL ? w->ring : &w->word;
    words[(id & w->mask) / 64] |= (uint64_t)1 << (id & 63);
}

/* Clear the bits of count ids from first on; count is at most the ring. */
static void clear_bits(struct ov_replay *w, uint64_t first, uint64_t count)
{
    uint64_t *words = w->ring != NULL ? w->ring : &w->word;
    while (count > 0)
    {
        uint64_t bit = first & 63;
        uint64_t n = 64 - bit < count ? 64 - bit : count;
        uint64_t ones = n == 64 ? UINT64_MAX : ((uint64_t)1 << n) - 1;
        words[(first & w->mask) / 64] &= ~(ones << bit);
        first += n;
        count -= n;
    }
}

enum verdict
{
    NEWER,
    LATE,
    DUPLICATE,
    OLD
};

static enum verdict judge(const struct ov_replay *w, uint64_t id)
{
    if (id == 0)
    {
        return DUPLICATE; /* never issued [WP-DATA-023, WP-RPL-003] */
    }
    if (w->size == 0)
    {
        return id == w->highest + 1 ? NEWER : OLD; /* [WP-DATA-063] */
    }
    if (id > w->highest)
    {
        return NEWER;
    }
    if (w->highest - id >= w->size || id <= w->floor)
    {
        return OLD;
    }
    return get_bit(w, id) ? DUPLICATE : LATE;
}

enum ov_err ov_replay_check(const struct ov_replay *w, uint64_t id)
{
    enum verdict verdict = judge(w, id);
    return verdict == NEWER || verdict == LATE ? OV_OK : OV_ERR_REPLAY;
}

static void advance(struct ov_replay *w, uint64_t id)
{
    uint64_t step = id - w->highest;
    uint64_t ring_bits = (uint64_t)w->mask + 1;
    if (step > w->size)
    {
        /* Behind a jump nothing is known any more: the window starts again at id [WP-DATA-062]. */
        w->floor = id - 1;
    }
    clear_bits(w, w->highest + 1, step < ring_bits ? step : ring_bits);
    w->highest = id;
}

enum ov_err ov_replay_mark(struct ov_replay *w, uint64_t id)
{
    switch (judge(w, id))
    {
    case NEWER:
        advance(w, id);
        break;
    case LATE:
        w->counters.late++;
        break;
    case DUPLICATE:
        w->counters.duplicate++;
        return OV_ERR_REPLAY;
    case OLD:
        w->counters.old++;
        return OV_ERR_REPLAY;
    }
    set_bit(w, id);
    w->counters.accepted++;
    return OV_OK;
}

/* Which ids had been filled time_s ago is what highest was then: every id up to it is either seen or closed. So
 * a few samples of highest do the work of a time stamp per slot [WP-DATA-061]. */
void ov_replay_tick(struct ov_replay *w, uint64_t now_s)
{
    uint64_t spacing = (w->time_s + OV_REPLAY_SAMPLES - 2) / (OV_REPLAY_SAMPLES - 1);
    if (w->time_s == 0 || w->size == 0)
    {
        return;
    }
    while (w->sampled > 0 && now_s > w->sample[0].at_s && now_s - w->sample[0].at_s > w->time_s)
    {
        w->floor = w->sample[0].highest > w->floor ? w->sample[0].highest : w->floor;
        w->sampled--;
        memmove(&w->sample[0], &w->sample[1], w->sampled * sizeof(w->sample[0]));
    }
    bool is_time = w->sampled == 0 || now_s >= w->sample[w->sampled - 1].at_s + spacing;
    if (is_time && w->sampled < OV_REPLAY_SAMPLES)
    {
        w->sample[w->sampled].at_s = now_s;
        w->sample[w->sampled].highest = w->highest;
        w->sampled++;
    }
}

enum ov_err ov_replay_long_init(struct ov_replay_long *w, uint32_t size, uint32_t time_s, uint64_t *ring)
{
    w->time = 0;
    return ov_replay_init(&w->window, size, time_s, ring);
}

static bool is_new_window(const struct ov_replay_long *w, struct ov_wrap_id id)
{
    return id.time > w->time && id.id != 0;
}

enum ov_err ov_replay_long_check(const struct ov_replay_long *w, struct ov_wrap_id id)
{
    if (is_new_window(w, id))
    {
        return w->window.size == 0 && id.id != 1 ? OV_ERR_REPLAY : OV_OK;
    }
    return id.time < w->time ? OV_ERR_REPLAY : ov_replay_check(&w->window, id.id);
}

enum ov_err ov_replay_long_mark(struct ov_replay_long *w, struct ov_wrap_id id)
{
    if (ov_replay_long_check(w, id) != OV_OK && id.time != w->time)
    {
        w->window.counters.old++;
        return OV_ERR_REPLAY;
    }
    if (is_new_window(w, id))
    {
        struct ov_replay_counters counters = w->window.counters;
        w->time = id.time;
        w->window.highest = 0;
        w->window.floor = 0;
        w->window.sampled = 0;
        w->window.word = 0;
        w->window.counters = counters;
    }
    return ov_replay_mark(&w->window, id.id);
}
