#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/pumprig.h"

static void test_directions_alternate(void **state)
{
    (void)state;
    rig.net.waiting = 3 * OV_PUMP_BATCH;
    rig.tun.waiting = 2 * OV_TUN_BATCH + 1;
    ov_pump_run(&rig.pump, pumprig_both, pumprig_now);
    assert_string_equal(rig.engine.order, "rsrsrs");
    /* Of 768 packets 77 end in 3 and 77 in 7. */
    assert_int_equal(OV_PUMP_BATCH, 256);
    assert_int_equal(rig.engine.received, 768);
    assert_int_equal(rig.engine.sealed, 2 * OV_TUN_BATCH + 1);
    assert_int_equal(rig.tun.written, 768 - 77 - 77);
    assert_int_equal(rig.net.sent, 2 * OV_TUN_BATCH + 1 + 77);
}

static void test_budget(void **state)
{
    (void)state;
    rig.net.waiting = 100000;
    rig.tun.waiting = 5;
    ov_pump_run(&rig.pump, pumprig_both, pumprig_now);
    assert_int_equal(rig.engine.received, OV_PUMP_TURNS * OV_PUMP_BATCH);
    assert_int_equal(rig.engine.sealed, 5);
    assert_memory_equal(rig.engine.order, "rsrr", 4);
}

static void test_only_what_is_ready(void **state)
{
    (void)state;
    rig.net.waiting = rig.tun.waiting = 5;
    ov_pump_run(&rig.pump, (struct ov_pump_ready){.tun = true}, pumprig_now);
    assert_string_equal(rig.engine.order, "s");
    ov_pump_run(&rig.pump, (struct ov_pump_ready){.link = true}, pumprig_now);
    assert_string_equal(rig.engine.order, "sr");
}

/* What answers a packet that was just written to the tun device is fetched at once, though its file was not
 * ready when this wake-up began; where nobody answers, only now and then; in the middle of a bulk transfer
 * never, since more will have come until the next wake-up. */
static void test_answers_are_fetched(void **state)
{
    (void)state;
    rig.tun.answers = true;
    rig.net.waiting = 3 * OV_PUMP_FEW;
    rig.net.hides = OV_PUMP_FEW;
    ov_pump_run(&rig.pump, (struct ov_pump_ready){.link = true}, pumprig_now);
    assert_string_equal(rig.engine.order, "rsrsrs");
    assert_int_equal(rig.tun.reads, 3);
    (void)pumprig_fresh(state);
    rig.net.waiting = OV_PUMP_FEW + 1;
    ov_pump_run(&rig.pump, (struct ov_pump_ready){.link = true}, pumprig_now);
    assert_int_equal(rig.tun.reads, 0);
    (void)pumprig_fresh(state);
    for (unsigned i = 0; i < 2 * OV_PUMP_SILENCE + 1; i++)
    {
        rig.net.waiting = 1;
        ov_pump_run(&rig.pump, (struct ov_pump_ready){.link = true}, pumprig_now);
    }
    assert_int_equal(rig.engine.received, 2 * OV_PUMP_SILENCE + 1);
    assert_int_equal(rig.tun.reads, 2);
    /* A question of our own is no answer. */
    rig.tun.waiting = 1;
    ov_pump_run(&rig.pump, (struct ov_pump_ready){.tun = true}, pumprig_now);
    rig.net.waiting = 1;
    ov_pump_run(&rig.pump, (struct ov_pump_ready){.link = true}, pumprig_now);
    assert_int_equal(rig.tun.reads, 3);
}

/* After a pause one packet is read and sent, without a look for a second. */
static void test_first_after_pause(void **state)
{
    (void)state;
    const struct ov_now later = {pumprig_now.mono_ms + OV_PUMP_IDLE_MS, 1};
    rig.tun.waiting = 3;
    ov_pump_run(&rig.pump, (struct ov_pump_ready){.tun = true}, later);
    assert_int_equal(rig.tun.reads, 1);
    assert_int_equal(rig.net.sent, 1);
    assert_true(ov_pump_settle(&rig.pump, later) == OV_NEVER); /* its file says that there is more */
    ov_pump_run(&rig.pump, (struct ov_pump_ready){.tun = true}, later);
    assert_int_equal(rig.net.sent, 3);
}

/* Where packets come one by one, each behind an answer to the last, each is sent without a look for a second; the
 * first that has company, or that comes by itself, ends this. */
static void test_question_and_answer(void **state)
{
    (void)state;
    rig.tun.waiting = 1;
    ov_pump_run(&rig.pump, (struct ov_pump_ready){.tun = true}, pumprig_now);
    assert_int_equal(rig.pump.tun_single, true);
    for (unsigned i = 0; i < 5; i++)
    {
        rig.net.waiting = 1;
        ov_pump_run(&rig.pump, (struct ov_pump_ready){.link = true}, pumprig_now);
        rig.tun.waiting = 1;
        rig.tun.reads = 0;
        ov_pump_run(&rig.pump, (struct ov_pump_ready){.tun = true}, pumprig_now);
        assert_int_equal(rig.tun.most, 1);
    }
    rig.net.waiting = 1;
    ov_pump_run(&rig.pump, (struct ov_pump_ready){.link = true}, pumprig_now);
    rig.tun.waiting = 3;
    ov_pump_run(&rig.pump, (struct ov_pump_ready){.tun = true}, pumprig_now);
    assert_int_equal(rig.tun.waiting, 2); /* their file says so */
    ov_pump_run(&rig.pump, (struct ov_pump_ready){.tun = true}, pumprig_now);
    assert_int_equal(rig.tun.waiting, 0);
    rig.net.waiting = 2;
    ov_pump_run(&rig.pump, (struct ov_pump_ready){.link = true}, pumprig_now);
    rig.tun.waiting = 3;
    ov_pump_run(&rig.pump, (struct ov_pump_ready){.tun = true}, pumprig_now);
    assert_int_equal(rig.tun.waiting, 0);
}

/* While there is enough, packets are taken in whole trains: 65,000 octets, and 64 at most. */
static void test_whole_trains(void **state)
{
    static const struct
    {
        uint32_t len;
        size_t room; /* packets that are asked for */
    } cases[] = {{1464, 88}, {100, 128}, {1016, 126}, {1000, 128}, {65001, 128}, {0, 128}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        (void)pumprig_fresh(state);
        rig.pump.sealed_len = cases[i].len;
        rig.tun.waiting = 1;
        ov_pump_run(&rig.pump, (struct ov_pump_ready){.tun = true}, pumprig_now);
        assert_int_equal(rig.tun.most, cases[i].room);
        assert_int_equal(rig.pump.sealed_len, 100);
    }
}

/* What a train or a super-packet left inside link or tun is pumped though neither file is ready. */
static void test_hidden_is_pumped(void **state)
{
    static const struct
    {
        size_t net;
        size_t tun;
        const char *order;
    } cases[] = {{7, 0, "rrr"}, {0, 4, "ss"}, {4, 7, "rsrss"}, {0, 0, ""}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        (void)pumprig_fresh(state);
        rig.net.waiting = cases[i].net;
        rig.tun.waiting = cases[i].tun;
        rig.net.hides = rig.tun.hides = 3;
        ov_pump_run(&rig.pump, (struct ov_pump_ready){0}, pumprig_now);
        assert_string_equal(rig.engine.order, cases[i].order);
        assert_int_equal(rig.engine.received, cases[i].net);
        assert_int_equal(rig.engine.sealed, cases[i].tun);
        assert_true(ov_pump_settle(&rig.pump, pumprig_now) == OV_NEVER);
    }
}

/* The budget ends before what is hidden does: the next wake-up is due at once, and goes on there. */
static void test_hidden_wakes_again(void **state)
{
    enum
    {
        MORE = 3 * OV_PUMP_TURNS + 1
    };
    static const struct
    {
        size_t net;
        size_t tun;
        bool engine;
    } cases[] = {{MORE, 0, true}, {0, MORE, true}, {MORE, MORE, true}, {MORE, MORE, false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        (void)pumprig_fresh(state);
        rig.net.waiting = cases[i].net;
        rig.tun.waiting = cases[i].tun;
        rig.net.hides = rig.tun.hides = 3;
        rig.pump.ctx = cases[i].engine ? &rig.engine : NULL;
        rig.engine.deadline = 5000;
        ov_pump_run(&rig.pump, pumprig_both, pumprig_now);
        assert_int_equal(rig.net.waiting + rig.tun.waiting, (cases[i].net > 0) + (cases[i].tun > 0));
        assert_true(ov_pump_settle(&rig.pump, pumprig_now) == pumprig_now.mono_ms);
        ov_pump_run(&rig.pump, (struct ov_pump_ready){0}, pumprig_now);
        assert_int_equal(rig.net.waiting + rig.tun.waiting, 0);
        assert_true(ov_pump_settle(&rig.pump, pumprig_now) == (cases[i].engine ? 5000 : OV_NEVER));
    }
}

/* Between two sessions the device is drained: what waited there is old news. */
static void test_without_engine(void **state)
{
    (void)state;
    rig.net.waiting = rig.tun.waiting = 40;
    rig.pump.ctx = NULL;
    ov_pump_run(&rig.pump, pumprig_both, pumprig_now);
    assert_int_equal(rig.net.waiting + rig.tun.waiting, 0);
    assert_int_equal(rig.pump.tun_dropped, 40);
    assert_int_equal(rig.net.sent + rig.tun.written, 0);
    assert_true(ov_pump_settle(&rig.pump, pumprig_now) == OV_NEVER);
    rig.pump.link = NULL;
    rig.pump.tun = NULL;
    ov_pump_run(&rig.pump, pumprig_both, pumprig_now);
}

static void test_settle(void **state)
{
    static const struct
    {
        uint64_t deadline;
        size_t control;
        size_t ticks;
        size_t sent;
        uint64_t next;
    } cases[] = {
        {OV_NEVER, 0, 0, 0, OV_NEVER}, {2000, 3, 0, 0, 2000},
        {1000, 16, 1, 16, 1500},       {0, 40, 1, 40, 1500},
        {1001, 0, 0, 0, 1001},         {0, 100000, 1, OV_PUMP_TURNS * OV_PUMP_CONTROL, 1500},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        (void)pumprig_fresh(state);
        rig.engine.deadline = cases[i].deadline;
        rig.engine.control = cases[i].control;
        assert_true(ov_pump_settle(&rig.pump, pumprig_now) == cases[i].next);
        assert_int_equal(rig.engine.ticks, cases[i].ticks);
        assert_int_equal(rig.net.sent, cases[i].sent);
    }
}

static void stubborn_tick(void *ctx, struct ov_now at)
{
    (void)ctx;
    (void)at;
}

/* An engine whose deadline stays in the past is called again, but a millisecond later. */
static void test_no_spin(void **state)
{
    struct ov_engine stubborn = pumprig_engine;
    (void)state;
    stubborn.tick = stubborn_tick;
    rig.pump.engine = &stubborn;
    rig.engine.deadline = 0;
    assert_true(ov_pump_settle(&rig.pump, pumprig_now) == pumprig_now.mono_ms + 1);
}

static void test_connections_are_followed(void **state)
{
    (void)state;
    pumprig_use_wired();
    rig.wired.up = true;
    rig.wired.lost = 3;
    rig.engine.claims = 2;
    ov_pump_run(&rig.pump, pumprig_both, pumprig_now);
    assert_int_equal(rig.wired.ticked_ms, pumprig_now.mono_ms);
    assert_int_equal(rig.engine.lost, 3);
    assert_int_equal(rig.wired.claims, 2);
    /* What comes up while control packets are sent, too. */
    rig.engine.claims = 1;
    rig.wired.deadline = 1700;
    assert_true(ov_pump_settle(&rig.pump, pumprig_now) == 1700);
    assert_int_equal(rig.wired.claims, 3);
    /* Without an engine the program asks by itself. */
    rig.pump.ctx = NULL;
    rig.wired.lost = 1;
    ov_pump_run(&rig.pump, pumprig_both, pumprig_now);
    assert_int_equal(rig.wired.lost, 1);
}

/* A full link stops the tun device, not the other direction; and nothing spins meanwhile. */
static void test_full_link(void **state)
{
    (void)state;
    pumprig_use_wired();
    rig.tun.waiting = 5 * OV_PUMP_BATCH;
    rig.tun.hides = 10;
    rig.wired.fills = 2;
    ov_pump_run(&rig.pump, pumprig_both, pumprig_now);
    assert_true(rig.pump.tun_waits);
    assert_int_equal(rig.engine.sealed, 20);
    assert_true(ov_pump_settle(&rig.pump, pumprig_now) == OV_NEVER);
    rig.net.waiting = 20;
    ov_pump_run(&rig.pump, (struct ov_pump_ready){.link = true}, pumprig_now);
    assert_true(rig.pump.tun_waits);
    assert_int_equal(rig.engine.received, 20);
    assert_int_equal(rig.engine.sealed, 20);
    rig.wired.full =
        false; /* the link got rid of it: the tun device goes on though nothing said it was ready */
    ov_pump_run(&rig.pump, (struct ov_pump_ready){.link = true}, pumprig_now);
    assert_false(rig.pump.tun_waits);
    assert_int_equal(rig.engine.sealed, 20 + 10 * OV_PUMP_TURNS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_directions_alternate, pumprig_fresh),
        cmocka_unit_test_setup(test_budget, pumprig_fresh),
        cmocka_unit_test_setup(test_only_what_is_ready, pumprig_fresh),
        cmocka_unit_test_setup(test_answers_are_fetched, pumprig_fresh),
        cmocka_unit_test_setup(test_first_after_pause, pumprig_fresh),
        cmocka_unit_test_setup(test_question_and_answer, pumprig_fresh),
        cmocka_unit_test_setup(test_whole_trains, pumprig_fresh),
        cmocka_unit_test_setup(test_hidden_is_pumped, pumprig_fresh),
        cmocka_unit_test_setup(test_hidden_wakes_again, pumprig_fresh),
        cmocka_unit_test_setup(test_without_engine, pumprig_fresh),
        cmocka_unit_test_setup(test_settle, pumprig_fresh),
        cmocka_unit_test_setup(test_no_spin, pumprig_fresh),
        cmocka_unit_test_setup(test_connections_are_followed, pumprig_fresh),
        cmocka_unit_test_setup(test_full_link, pumprig_fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
