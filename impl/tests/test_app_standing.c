/* When packets of a queue that stands are dropped: a table of times, and a model of a queue behind a slow link. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/standing.h"

/* Drops until so many ms, if one packet is taken each ms and the queue is never empty. */
static uint64_t drops_until(struct ov_standing *standing, uint64_t from_ms, uint64_t to_ms)
{
    const uint64_t before = standing->dropped;
    for (uint64_t ms = from_ms; ms < to_ms; ms++)
    {
        (void)ov_standing_drop(standing, ms);
    }
    return standing->dropped - before;
}

static void test_law(void **state)
{
    /* The first after 100 ms, then 100, 70, 57, 50, 44, 40... later. */
    static const struct
    {
        uint64_t ms;
        uint64_t drops;
    } cases[] = {{100, 0}, {101, 1}, {200, 1}, {201, 2}, {271, 3}, {328, 4}, {378, 5}, {422, 6}, {462, 7}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        struct ov_standing standing = {0};
        assert_int_equal(drops_until(&standing, 5000, 5000 + cases[i].ms), cases[i].drops);
    }
}

static void test_empty_once_is_no_standing(void **state)
{
    struct ov_standing standing = {0};
    (void)state;
    for (uint64_t ms = 0; ms < 10000; ms += 100)
    {
        assert_int_equal(drops_until(&standing, ms, ms + 100), 0);
        ov_standing_empty(&standing);
    }
}

/* Soon again: nearly as close together as before; after a pause from the beginning. */
static void test_memory(void **state)
{
    struct ov_standing standing = {0};
    (void)state;
    assert_int_equal(drops_until(&standing, 0, 462), 7);
    ov_standing_empty(&standing);
    assert_int_equal(drops_until(&standing, 500, 601), 1);
    assert_int_equal(standing.count, 6);
    ov_standing_empty(&standing);
    assert_int_equal(drops_until(&standing, 9000, 9101), 1);
    assert_int_equal(standing.count, 1);
}

/* Nobody took anything out for long: what was missed isn't made up for at once. */
static void test_no_arrears(void **state)
{
    struct ov_standing standing = {0};
    (void)state;
    assert_int_equal(drops_until(&standing, 0, 101), 1);
    assert_int_equal(drops_until(&standing, 60000, 60001), 1);
    assert_true(drops_until(&standing, 60001, 60101) <= 3);
}

#define MODEL_RTT   40u  /* ms, without queues */
#define MODEL_HELD  20u  /* packets that are taken out ahead of the link */
#define MODEL_PLACE 500u /* places of the queue */
#define MODEL_MS    20000u

/* A sender whose window grows by a packet a round trip and is halved by a loss, once a round trip, behind a link that
 * carries a packet a ms. */
struct model
{
    struct ov_standing standing;
    double window;
    uint32_t queued;
    uint32_t held;
    uint32_t flying;
    uint64_t halved_ms;
    uint64_t waited; /* packets, summed up over ms */
    uint64_t idle_ms;
    bool arrives[MODEL_RTT]; /* by ms: an acknowledgement */
};

static void model_take(struct model *m, uint64_t ms, bool drops)
{
    while (m->held < MODEL_HELD && m->queued > 0)
    {
        m->queued--;
        if (m->queued > 0 && drops && ov_standing_drop(&m->standing, ms))
        {
            const bool again = ms - m->halved_ms <= MODEL_RTT + m->queued;
            m->window = again ? m->window : m->window / 2;
            m->halved_ms = again ? m->halved_ms : ms;
            continue;
        }
        m->held++;
    }
    if (m->queued == 0)
    {
        ov_standing_empty(&m->standing);
    }
}

static void model_ms(struct model *m, uint64_t ms, bool drops)
{
    bool *arrives = &m->arrives[ms % MODEL_RTT];
    m->flying -= *arrives;
    m->window += *arrives ? 1 / m->window : 0;
    while (m->flying + m->held + m->queued < (uint32_t)m->window && m->queued < MODEL_PLACE)
    {
        m->queued++;
    }
    model_take(m, ms, drops);
    *arrives = m->held > 0;
    m->idle_ms += m->held == 0;
    m->flying += m->held > 0;
    m->held -= m->held > 0;
    m->waited += m->queued + m->held;
}

static void test_model(void **state)
{
    static const struct
    {
        bool drops;
        uint64_t least; /* ms of mean delay */
        uint64_t most;
    } cases[] = {{false, 300, 520}, {true, 5, 60}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        struct model m = {.window = 400};
        for (uint64_t ms = 1; ms <= MODEL_MS; ms++)
        {
            model_ms(&m, ms, cases[i].drops);
        }
        assert_in_range(m.waited / MODEL_MS, cases[i].least, cases[i].most);
        assert_in_range(m.idle_ms, 0, MODEL_MS / 20);
        assert_int_equal(m.standing.dropped > 0, cases[i].drops);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_law),    cmocka_unit_test(test_empty_once_is_no_standing),
        cmocka_unit_test(test_memory), cmocka_unit_test(test_no_arrears),
        cmocka_unit_test(test_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
