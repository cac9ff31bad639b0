/* --shaper: how much leaves in which time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/shaper.h"

/* A sender that always has packets of this size, and a loop that sleeps until the deadline: what leaves in so many
 * seconds. */
static uint64_t leaves(uint32_t rate, uint32_t packet, uint32_t seconds)
{
    struct ov_shaper shaper = {.octets_s = rate};
    struct ov_now now = {.mono_ms = 1000};
    uint64_t octets = 0;
    while (now.mono_ms < 1000 + UINT64_C(1000) * seconds)
    {
        while (ov_shaper_room(&shaper, now) > 0)
        {
            ov_shaper_spend(&shaper, packet);
            octets += packet;
        }
        const uint64_t next = ov_shaper_deadline(&shaper);
        assert_true(next > now.mono_ms && next != OV_NEVER);
        now.mono_ms = next;
    }
    return octets;
}

static void rates(void **state)
{
    (void)state;
    static const uint32_t all[] = {100, 1000, 12500, 250000, 10000000, 100000000};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
    {
        const uint32_t seconds = all[i] < 10000 ? 200 : 10;
        const uint64_t octets = leaves(all[i], 1428, seconds);
        const uint64_t want = (uint64_t)all[i] * seconds;
        const uint64_t slack = want / 100 + 2 * 1600 + all[i] / 50;
        assert_in_range(octets, want > slack ? want - slack : 0, want + slack);
    }
}

/* Silence saves up no more than a burst, and no limit is none. */
static void pauses(void **state)
{
    (void)state;
    struct ov_shaper shaper = {.octets_s = 250000};
    struct ov_now now = {.mono_ms = 5};
    assert_int_equal(ov_shaper_room(&shaper, now), 5000);
    now.mono_ms += UINT64_C(86400000) * 365;
    assert_int_equal(ov_shaper_room(&shaper, now), 5000);
    ov_shaper_spend(&shaper, 65000);
    assert_int_equal(ov_shaper_room(&shaper, now), 0);
    assert_int_equal(ov_shaper_deadline(&shaper), now.mono_ms + 241);
    now.mono_ms += 240;
    assert_int_equal(ov_shaper_room(&shaper, now), 0);
    now.mono_ms += 1;
    assert_true(ov_shaper_room(&shaper, now) > 0);
    struct ov_shaper none = {.octets_s = 0};
    ov_shaper_spend(&none, 1u << 30);
    assert_true(ov_shaper_room(&none, now) == UINT32_MAX);
    assert_true(ov_shaper_deadline(&none) == OV_NEVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates),
        cmocka_unit_test(pauses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
