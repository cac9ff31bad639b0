/* What must not add up: clients that come and go, goodbyes without end, clocks that jump (bad-inputs 9, 46, 47). Memory
 * is the allocator's own count, exact to the octet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/hubrig.h"
#include "lib/pair.h"
#include "session/private.h"

#define CYCLES 400u

/* Of the address sanitizer, which every test runs under; its header is not where every compiler looks. */
size_t __sanitizer_get_current_allocated_bytes(void);

static struct ov_rig rig;
static struct ov_pair pair;

static void drain_events(void)
{
    struct ov_event event;
    while (ov_rig_event(&rig, OV_EVENT_EXIT, &event))
    {
    }
}

/* One client that comes, from a place it never had before, and leaves: with a goodbye, or by silence. */
static void visit(uint32_t n, bool says_goodbye)
{
    const struct ov_addr addr = ov_test_addr4((uint8_t)(1 + n % 200), (uint16_t)(2000 + n));
    struct ov_rig_client *one = ov_rig_add(&rig, 0, "visitor", &addr, "explicit-exit-notify 1\n");
    ov_rig_connect(&rig, one);
    assert_true(ov_rig_connected(one));
    if (says_goodbye)
    {
        ov_session_exit(&one->end.session, rig.now);
        ov_rig_settle(&rig);
    }
    ov_client_end_close(&one->end);
    one->open = false;
    ov_rig_wait(&rig, says_goodbye ? 6000 : 21000);
    drain_events();
    assert_int_equal(ov_rig_stats(&rig).peers, 0);
}

static void visitors_leave_nothing(void **state)
{
    (void)state;
    ov_rig_open(&rig, true, "keepalive 1 10\nconnect-freq-initial 100000 1\n");
    size_t before = 0;
    for (uint32_t n = 0; n < CYCLES; n++)
    {
        visit(n, n % 2 == 0);
        if (n == 20)
        {
            before = __sanitizer_get_current_allocated_bytes();
        }
    }
    assert_true(before > 0);
    assert_int_equal(__sanitizer_get_current_allocated_bytes(), before);
    assert_int_equal(ov_rig_stats(&rig).connected, CYCLES);
    ov_rig_close(&rig);
}

/* ---- goodbyes ---- */

static const struct ov_wire_faults quiet = {.latency_ms = 10};

static void connect_pair(const struct ov_end_spec *spec)
{
    ov_pair_open(&pair, spec, spec, &quiet, 1);
    assert_true(ov_pair_until(&pair, ov_pair_is_up, 10));
    ov_pair_wait(&pair, 1000);
}

/* Whoever says EXIT again and again is gone as soon as if it had said it once (CVE-2024-28882). */
static void goodbyes_do_not_delay(void **state)
{
    (void)state;
    struct ov_end_spec spec = ov_end_spec_default();
    spec.built.cc_exit = true;
    spec.more = "keepalive 2 60\n";
    connect_pair(&spec);
    const uint64_t start_ms = pair.now.mono_ms;
    unsigned said = 0;
    while (pair.server_peers > 0 && pair.now.mono_ms - start_ms < 60000)
    {
        said += ov_session_say(&pair.client.session, "EXIT") == OV_OK;
        ov_pair_wait(&pair, 20);
    }
    assert_in_range(pair.now.mono_ms - start_ms, 1, 7000);
    assert_true(said > 10);
    ov_pair_close(&pair);
}

/* ---- clocks ---- */

static bool exchanged_more(const struct ov_pair *p)
{
    return p->up.arrived >= 5 && p->down.arrived >= 5;
}

static bool both_rekeyed(const struct ov_pair *p)
{
    return p->rekeys[0] > 0 && p->rekeys[1] > 0;
}

static void must_be_well(void)
{
    pair.up.arrived = pair.down.arrived = 0;
    pair.rekeys[0] = pair.rekeys[1] = 0;
    pair.pace_ms = 20;
    assert_true(ov_pair_until(&pair, exchanged_more, 5));
    pair.pace_ms = 0;
    ov_pair_wait(&pair, 100);
    assert_int_equal(ov_session_renegotiate(&pair.client.session, pair.now), OV_OK);
    assert_true(ov_pair_until(&pair, both_rekeyed, 10));
    assert_int_equal(pair.restarts, 0);
    ov_pair_wait(&pair, 100);
}

static void set_time(uint32_t wall_s)
{
    pair.wall_shift_s += wall_s - pair.now.wall_s;
    pair.now.wall_s = wall_s;
}

/* The time of day is set, by a second or by years, forth and back: it is no reason to lose a session, whatever stands
 * around its control channel, and a new one can begin. */
static void time_of_day_jumps(void **state)
{
    (void)state;
    static const uint32_t times[] = {0x60000001, 0x5fffffff, 0x70000000, 0x60000000,
                                     1,          UINT32_MAX, 0,          0x60000000};
    for (enum ov_end_wrap wrap = OV_END_PLAIN; wrap < OV_END_WRAPS; wrap++)
    {
        struct ov_end_spec spec = ov_end_spec_default();
        spec.wrap = wrap;
        connect_pair(&spec);
        for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        {
            set_time(times[i]);
            must_be_well();
        }
        ov_pair_close(&pair);
    }
}

/* The same in the middle of a handshake, after each of its first steps. Where the server's stateless answer bore a later
 * time than what follows, a client with tls-auth or tls-crypt takes the rest for old: it begins again, and gets in. */
static void time_of_day_jumps_in_a_handshake(void **state)
{
    (void)state;
    static const uint32_t times[] = {0x5f000000, 0x70000000};
    for (enum ov_end_wrap wrap = OV_END_PLAIN; wrap < OV_END_WRAPS; wrap++)
    {
        for (unsigned steps = 1; steps < 16; steps++)
        {
            struct ov_end_spec spec = ov_end_spec_default();
            spec.wrap = wrap;
            ov_pair_open(&pair, &spec, &spec, &quiet, 1);
            for (unsigned i = 0; i < steps; i++)
            {
                ov_pair_step(&pair);
            }
            set_time(times[steps % 2]);
            assert_true(ov_pair_until(&pair, ov_pair_is_up, 90));
            ov_pair_close(&pair);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(visitors_leave_nothing),
        cmocka_unit_test(goodbyes_do_not_delay),
        cmocka_unit_test(time_of_day_jumps),
        cmocka_unit_test(time_of_day_jumps_in_a_handshake),
    };
    return cmocka_run_group_tests_name("hub_survive", tests, NULL, NULL);
}
