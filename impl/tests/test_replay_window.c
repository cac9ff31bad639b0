/* The replay window against a model that remembers everything (wire-protocol.md 6.7). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "replay/window.h"
#include "tests/lib/octets.h"

/* ---- rows ---- */

struct step
{
    uint64_t id;
    enum ov_err err;
};

static const struct
{
    uint32_t size;
    struct step steps[12]; /* ends at id UINT64_MAX */
} rows[] = {
    /* The first id is anything but 0; duplicates are refused. */
    {64,
     {{0, OV_ERR_REPLAY}, {1, OV_OK}, {1, OV_ERR_REPLAY}, {2, OV_OK}, {1, OV_ERR_REPLAY}, {UINT64_MAX, 0}}},
    /* Displacement 63, 64, 65 behind the highest [WP-DATA-060]. */
    {64, {{36, OV_OK}, {100, OV_OK}, {37, OV_OK}, {36, OV_ERR_REPLAY}, {35, OV_ERR_REPLAY}, {UINT64_MAX, 0}}},
    {64, {{36, OV_OK}, {100, OV_OK}, {38, OV_OK}, {37, OV_OK}, {37, OV_ERR_REPLAY}, {UINT64_MAX, 0}}},
    /* A jump of exactly the window keeps it, one more starts it again [WP-DATA-062]. */
    {64, {{10, OV_OK}, {74, OV_OK}, {73, OV_OK}, {11, OV_OK}, {10, OV_ERR_REPLAY}, {UINT64_MAX, 0}}},
    {64,
     {{10, OV_OK},
      {75, OV_OK},
      {74, OV_ERR_REPLAY},
      {76, OV_OK},
      {74, OV_ERR_REPLAY},
      {75, OV_ERR_REPLAY},
      {UINT64_MAX, 0}}},
    {64, {{65, OV_OK}, {64, OV_ERR_REPLAY}, {66, OV_OK}, {UINT64_MAX, 0}}},
    {64,
     {{0xFFFFFFFE, OV_OK},
      {0xFFFFFFFF, OV_OK},
      {1, OV_ERR_REPLAY},
      {0xFFFFFFFF, OV_ERR_REPLAY},
      {UINT64_MAX, 0}}},
    {64,
     {{0xFFFFFFFFFFFE, OV_OK}, {0xFFFFFFFFFFFF, OV_OK}, {0xFFFFFFFFFFFE, OV_ERR_REPLAY}, {UINT64_MAX, 0}}},
    {10,
     {{1, OV_OK},
      {11, OV_OK},
      {2, OV_OK},
      {1, OV_ERR_REPLAY},
      {22, OV_OK},
      {21, OV_ERR_REPLAY},
      {UINT64_MAX, 0}}},
    {1, {{1, OV_OK}, {2, OV_OK}, {1, OV_ERR_REPLAY}, {4, OV_OK}, {3, OV_ERR_REPLAY}, {UINT64_MAX, 0}}},
    /* Strict: first 1, then one more each time [WP-DATA-063]. */
    {0,
     {{2, OV_ERR_REPLAY},
      {0, OV_ERR_REPLAY},
      {1, OV_OK},
      {1, OV_ERR_REPLAY},
      {3, OV_ERR_REPLAY},
      {2, OV_OK},
      {3, OV_OK},
      {UINT64_MAX, 0}}},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    {
        struct ov_replay w;
        ov_assert_err(ov_replay_init(&w, rows[i].size, 0, NULL), OV_OK);
        for (const struct step *s = rows[i].steps; s->id != UINT64_MAX; s++)
        {
            ov_assert_err(ov_replay_check(&w, s->id), s->err);
            ov_assert_err(ov_replay_mark(&w, s->id), s->err);
        }
    }
}

/* ---- model ---- */

#define MODEL_IDS 2000000u

struct model
{
    bool seen[MODEL_IDS];
    uint64_t highest;
    uint64_t floor;
};

static enum ov_err model_mark(struct model *m, uint32_t size, uint64_t id)
{
    if (id == 0 || id <= m->floor || (id <= m->highest && m->highest - id >= size) || m->seen[id])
    {
        return OV_ERR_REPLAY;
    }
    m->seen[id] = true;
    if (id > m->highest)
    {
        m->floor = id - m->highest > size ? id - 1 : m->floor;
        m->highest = id;
    }
    return OV_OK;
}

/* Where the next packet's id lies: mostly around the highest, and again and again at the window's edge. */
static uint64_t choose_id(struct ov_test_random *random, uint64_t highest, uint32_t size)
{
    int64_t edge = (int64_t)size - 1 + (int64_t)ov_test_below(random, 3);
    int64_t id = (int64_t)highest;
    switch (ov_test_below(random, 16))
    {
    case 0:
        id -= edge;
        break;
    case 1:
        id += edge;
        break;
    case 2:
        id += ov_test_below(random, 3 * size + 1);
        break;
    case 3:
    case 4:
    case 5:
        id -= ov_test_below(random, size + 5);
        break;
    case 6:
        id = ov_test_below(random, 5);
        break;
    default:
        id += 1 + ov_test_below(random, 3);
        break;
    }
    return id < 0 ? 0 : (uint64_t)id;
}

static void run_model(uint32_t size, uint64_t seed)
{
    struct ov_test_random random = {seed};
    struct model *m = calloc(1, sizeof(*m));
    uint32_t words = ov_replay_ring_words(size);
    uint64_t *ring = words > 0 ? malloc(words * sizeof(*ring)) : NULL;
    struct ov_replay w;
    uint64_t accepted = 0;
    uint64_t refused = 0;
    assert_non_null(m);
    if (ring != NULL)
    {
        memset(ring, 0xFF, words * sizeof(*ring)); /* init clears it */
    }
    ov_assert_err(ov_replay_init(&w, size, 0, ring), OV_OK);
    for (int i = 0; i < 20000; i++)
    {
        uint64_t id = choose_id(&random, m->highest, size);
        if (id >= MODEL_IDS)
        {
            break;
        }
        enum ov_err want = model_mark(m, size, id);
        ov_assert_err(ov_replay_check(&w, id), want);
        ov_assert_err(ov_replay_mark(&w, id), want);
        ov_assert_err(ov_replay_check(&w, id), OV_ERR_REPLAY);
        *(want == OV_OK ? &accepted : &refused) += 1;
    }
    assert_true(accepted > 50 && refused > 50);
    assert_true(w.counters.accepted == accepted);
    assert_true(w.counters.duplicate + w.counters.old == refused);
    free(ring);
    free(m);
}

static void test_random_sequences_match_the_model(void **state)
{
    (void)state;
    static const uint32_t sizes[] = {1, 7, 63, 64, 65, 100, 128, 1000, 1024, 5000};
    uint64_t seed = ov_test_seed(1);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
    {
        for (uint64_t k = 0; k < 20; k++)
        {
            run_model(sizes[i], seed + k);
        }
    }
}

static void test_ring_sizes(void **state)
{
    (void)state;
    static const struct
    {
        uint32_t size;
        uint32_t words;
    } sizes[] = {{0, 0},   {1, 0},     {64, 0},       {65, 2},      {128, 2},
                 {129, 4}, {1000, 16}, {65535, 1024}, {65536, 1024}};
    static uint64_t ring[1024];
    struct ov_replay w;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
    {
        assert_int_equal(ov_replay_ring_words(sizes[i].size), sizes[i].words);
        ov_assert_err(ov_replay_init(&w, sizes[i].size, 0, NULL), sizes[i].words > 0 ? OV_ERR_ARG : OV_OK);
        ov_assert_err(ov_replay_init(&w, sizes[i].size, 0, ring), OV_OK);
    }
    ov_assert_err(ov_replay_init(&w, OV_REPLAY_SIZE_MAX + 1, 0, ring), OV_ERR_ARG);
}

static void test_largest_window_keeps_its_edge(void **state)
{
    (void)state;
    static uint64_t ring[1024];
    struct ov_replay w;
    ov_assert_err(ov_replay_init(&w, 65536, 0, ring), OV_OK);
    ov_assert_err(ov_replay_mark(&w, 100), OV_OK);
    ov_assert_err(ov_replay_mark(&w, 100 + 65536), OV_OK);
    ov_assert_err(ov_replay_mark(&w, 101), OV_OK);
    ov_assert_err(ov_replay_mark(&w, 101), OV_ERR_REPLAY);
    ov_assert_err(ov_replay_mark(&w, 100), OV_ERR_REPLAY);
}

static void test_two_packets_with_one_id_in_a_batch(void **state)
{
    (void)state;
    struct ov_replay w;
    ov_assert_err(ov_replay_init(&w, 64, 0, NULL), OV_OK);
    ov_assert_err(ov_replay_check(&w, 5), OV_OK);
    ov_assert_err(ov_replay_check(&w, 5), OV_OK); /* neither is decrypted yet */
    ov_assert_err(ov_replay_mark(&w, 5), OV_OK);
    ov_assert_err(ov_replay_mark(&w, 5), OV_ERR_REPLAY);
    assert_true(w.counters.accepted == 1 && w.counters.duplicate == 1);
}

/* ---- time ---- */

/* After 15 s what is older closes, seen or not [WP-DATA-061]. */
static void test_old_ids_close_with_time(void **state)
{
    (void)state;
    struct ov_replay w;
    ov_assert_err(ov_replay_init(&w, 64, 15, NULL), OV_OK);
    for (uint64_t id = 1; id <= 40; id += 2)
    {
        ov_assert_err(ov_replay_mark(&w, id), OV_OK); /* even ones are late; highest is 39 */
    }
    ov_replay_tick(&w, 1000);
    for (uint64_t now = 1001; now <= 1015; now++)
    {
        ov_replay_tick(&w, now);
    }
    ov_assert_err(ov_replay_mark(&w, 2), OV_OK); /* 15 s: still open */
    ov_assert_err(ov_replay_mark(&w, 50), OV_OK);
    ov_replay_tick(&w, 1016);
    ov_assert_err(ov_replay_mark(&w, 4), OV_ERR_REPLAY);
    ov_assert_err(ov_replay_mark(&w, 38), OV_ERR_REPLAY);
    ov_assert_err(ov_replay_mark(&w, 40), OV_OK); /* nothing older than 15 s lies above it */
    ov_assert_err(ov_replay_mark(&w, 51), OV_OK);
    assert_true(w.counters.old == 2);
}

static void test_time_part_never_closes_early(void **state)
{
    (void)state;
    struct ov_test_random random = {ov_test_seed(7)};
    for (uint32_t time_s = 1; time_s <= 40; time_s++)
    {
        struct ov_replay w;
        uint64_t highest_at[400] = {0};
        ov_assert_err(ov_replay_init(&w, 64, time_s, NULL), OV_OK);
        for (uint64_t now = 0; now < 400; now++)
        {
            ov_assert_err(ov_replay_mark(&w, w.highest + 1 + ov_test_below(&random, 4)), OV_OK);
            highest_at[now] = w.highest;
            ov_replay_tick(&w, now);
            uint64_t limit = now > time_s ? highest_at[now - time_s - 1] : 0;
            assert_true(w.floor <= limit);
            /* Late by at most the spacing of the samples. */
            uint64_t slack = time_s + (time_s + 2) / 3 + 1;
            assert_true(now <= slack || w.floor >= highest_at[now - slack - 1]);
        }
    }
}

/* ---- long form ---- */

static void test_long_form_rows(void **state)
{
    (void)state;
    static const struct
    {
        struct ov_wrap_id id; /* id, time */
        enum ov_err err;
    } steps[] = {
        {{0, 100}, OV_ERR_REPLAY}, /* [WP-RPL-003] */
        {{1, 100}, OV_OK},
        {{1, 100}, OV_ERR_REPLAY},
        {{2, 100}, OV_OK},
        {{2, 99}, OV_ERR_REPLAY}, /* time goes back [WP-RPL-004] */
        {{9, 0}, OV_ERR_REPLAY},
        {{0, 101}, OV_ERR_REPLAY}, /* must not open a window */
        {{3, 100}, OV_OK},
        {{1, 101}, OV_OK}, /* larger time: new window */
        {{1, 101}, OV_ERR_REPLAY},
        {{4, 100}, OV_ERR_REPLAY},
        {{0x0F000001, 102}, OV_OK},
        {{0x0F000000, 102}, OV_ERR_REPLAY},
        {{0x0F000002, 102}, OV_OK},
        {{1, 0xFFFFFFFF}, OV_OK},
        {{2, 0xFFFFFFFE}, OV_ERR_REPLAY},
        {{2, 0}, OV_ERR_REPLAY},
        {{2, 0xFFFFFFFF}, OV_OK},
    };
    struct ov_replay_long w;
    uint64_t accepted = 0;
    uint64_t refused = 0;
    ov_assert_err(ov_replay_long_init(&w, 64, 15, NULL), OV_OK);
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
    {
        ov_assert_err(ov_replay_long_check(&w, steps[i].id), steps[i].err);
        ov_assert_err(ov_replay_long_mark(&w, steps[i].id), steps[i].err);
        *(steps[i].err == OV_OK ? &accepted : &refused) += 1;
    }
    assert_true(w.window.counters.accepted == accepted);
    assert_true(w.window.counters.old + w.window.counters.duplicate == refused);
    ov_assert_err(ov_replay_long_init(&w, 65, 15, NULL), OV_ERR_ARG);
}

static void test_long_form_with_time_zero_and_strict(void **state)
{
    (void)state;
    struct ov_replay_long w;
    ov_assert_err(ov_replay_long_init(&w, 64, 0, NULL), OV_OK);
    ov_assert_err(ov_replay_long_mark(&w, (struct ov_wrap_id){1, 0}), OV_OK);
    ov_assert_err(ov_replay_long_mark(&w, (struct ov_wrap_id){1, 0}), OV_ERR_REPLAY);
    ov_assert_err(ov_replay_long_init(&w, 0, 0, NULL), OV_OK);
    ov_assert_err(ov_replay_long_mark(&w, (struct ov_wrap_id){2, 5}), OV_ERR_REPLAY);
    ov_assert_err(ov_replay_long_mark(&w, (struct ov_wrap_id){1, 5}), OV_OK);
    ov_assert_err(ov_replay_long_mark(&w, (struct ov_wrap_id){3, 5}), OV_ERR_REPLAY);
    ov_assert_err(ov_replay_long_mark(&w, (struct ov_wrap_id){2, 5}), OV_OK);
    ov_assert_err(ov_replay_long_mark(&w, (struct ov_wrap_id){2, 6}), OV_ERR_REPLAY);
    ov_assert_err(ov_replay_long_mark(&w, (struct ov_wrap_id){1, 6}), OV_OK);
}

/* A window larger than a word: what an earlier time has left in the ring means nothing to the next one. */
static void test_long_form_with_a_ring(void **state)
{
    (void)state;
    uint64_t ring[16];
    struct ov_replay_long w;
    assert_int_equal(ov_replay_ring_words(1024), 16);
    ov_assert_err(ov_replay_long_init(&w, 1024, 15, ring), OV_OK);
    for (uint32_t id = 1; id <= 5000; id++)
    {
        ov_assert_err(ov_replay_long_mark(&w, (struct ov_wrap_id){id, 5}), OV_OK);
    }
    for (uint32_t id = 700; id >= 1; id--) /* the last of them first */
    {
        ov_assert_err(ov_replay_long_mark(&w, (struct ov_wrap_id){id, 6}), OV_OK);
    }
    for (uint32_t id = 1; id <= 700; id++)
    {
        ov_assert_err(ov_replay_long_mark(&w, (struct ov_wrap_id){id, 6}), OV_ERR_REPLAY);
        ov_assert_err(ov_replay_long_mark(&w, (struct ov_wrap_id){5000 + id, 5}), OV_ERR_REPLAY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_random_sequences_match_the_model),
        cmocka_unit_test(test_ring_sizes),
        cmocka_unit_test(test_largest_window_keeps_its_edge),
        cmocka_unit_test(test_two_packets_with_one_id_in_a_batch),
        cmocka_unit_test(test_old_ids_close_with_time),
        cmocka_unit_test(test_time_part_never_closes_early),
        cmocka_unit_test(test_long_form_rows),
        cmocka_unit_test(test_long_form_with_time_zero_and_strict),
        cmocka_unit_test(test_long_form_with_a_ring),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
