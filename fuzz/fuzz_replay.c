/* The replay window against a model that remembers every id. Input: u16 window size, then one move
 * after the other: forward, back, to the edge. */
#include <stdbool.h>

#include "lib/fuzz.h"
#include "replay/window.h"

#define IDS        (1u << 20)
#define WINDOW_MAX 2048u

struct model
{
    uint8_t seen[IDS / 8];
    uint64_t highest;
    uint64_t floor;
    uint32_t size;
};

static bool model_accepts(const struct model *m, uint64_t id)
{
    if (m->size == 0)
    {
        return id == m->highest + 1;
    }
    if (id == 0 || id <= m->floor)
    {
        return false;
    }
    if (id <= m->highest && m->highest - id >= m->size)
    {
        return false;
    }
    return (m->seen[id / 8] >> id % 8 & 1) == 0;
}

static void model_take(struct model *m, uint64_t id)
{
    m->seen[id / 8] |= (uint8_t)(1u << id % 8);
    if (id > m->highest)
    {
        m->floor = m->size > 0 && id - m->highest > m->size ? id - 1 : m->floor;
        m->highest = id;
    }
}

static uint64_t choose_id(struct fuzz_in *in, const struct model *m)
{
    uint8_t move = fuzz_u8(in);
    uint64_t n = move >> 3;
    switch (move & 7)
    {
    case 0:
        return m->highest + fuzz_u16(in) % (4 * m->size + 4);
    case 1:
        return m->highest - (n < m->highest ? n : m->highest);
    case 2:
        n = m->size + 2 - n % 5; /* the edge behind */
        return m->highest - (n < m->highest ? n : m->highest);
    case 3:
        return m->highest + m->size + 2 - n % 5; /* the edge ahead */
    case 4:
        return fuzz_u16(in);
    default:
        return m->highest + 1 + n % 4;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_in in = {data, size};
    struct model *m = calloc(1, sizeof(*m));
    struct ov_replay w;
    uint64_t ring[WINDOW_MAX / 64];
    m->size = fuzz_u16(&in) % (WINDOW_MAX + 1);
    FUZZ_CHECK(ov_replay_init(&w, m->size, 0, ring) == OV_OK);
    while (in.left > 0)
    {
        uint64_t id = choose_id(&in, m);
        if (id >= IDS)
        {
            break;
        }
        bool accepts = model_accepts(m, id);
        enum ov_err want = accepts ? OV_OK : OV_ERR_REPLAY;
        FUZZ_CHECK(ov_replay_check(&w, id) == want);
        FUZZ_CHECK(ov_replay_mark(&w, id) == want);
        if (accepts)
        {
            model_take(m, id);
        }
        FUZZ_CHECK(ov_replay_check(&w, id) == OV_ERR_REPLAY);
        FUZZ_CHECK(w.highest == m->highest);
    }
    free(m);
    return 0;
}
