/* The probe's arithmetic: what arrived, and whether it is what was asked for. */
#include "netns-lab/linkprobe/judge.h"
#include "netns-lab/linkprobe/plan.h"
#include "netns-lab/linkprobe/tally.h"
#include "netns-lab/tests/lib/testing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RUN 99u

static void arrive(struct probe_tally *tally, uint32_t seq, int turned_bit, uint64_t at_ns)
{
    uint8_t packet[200];
    probe_packet_write(packet, sizeof packet, RUN, PROBE_PACED, seq);
    if (turned_bit >= 0)
    {
        packet[turned_bit / 8] ^= (uint8_t)(1u << turned_bit % 8);
    }
    probe_tally_take(tally, packet, sizeof packet, RUN, PROBE_PACED, at_ns);
}

static void test_tally(void **state)
{
    static const uint32_t order[] = {0, 2, 3, 1, 3, 5, 6, 7, 4};
    struct probe_tally tally;
    struct probe_facts facts;
    uint32_t displacements[9];
    (void)state;
    assert_true(probe_tally_init(&tally, 9));
    tally.sent = 9; /* the last is lost */
    for (unsigned i = 0; i < 9; i++)
    {
        tally.arrivals[i].sent_ns = 1000000;
        arrive(&tally, order[i], -1, (i + 2) * 1000000ull);
    }
    assert_true(probe_tally_facts(&tally, &facts, displacements));
    assert_int_equal(facts.lost, 1);
    assert_int_equal(facts.lost_runs, 1);
    assert_int_equal(facts.again, 1);
    assert_int_equal(facts.displaced, 2);
    assert_int_equal(facts.displacement_max, 3);
    assert_int_equal(displacements[1], 2);
    assert_int_equal(displacements[4], 3);
    assert_int_equal(displacements[8], UINT32_MAX);
    assert_int_equal(facts.displacement_log2[0], 6);
    assert_int_equal(facts.displacement_log2[2], 2);
    assert_true(facts.delay_ms[0] == 1.0);
    probe_tally_clear(&tally);
}

/* Whichever bit is turned, the packet is found to be the one it was, and damaged. */
static void test_damage(void **state)
{
    struct probe_tally tally;
    struct probe_facts facts;
    (void)state;
    assert_true(probe_tally_init(&tally, 1600));
    tally.sent = 1600;
    for (int bit = 0; bit < 1600; bit++)
    {
        arrive(&tally, (uint32_t)bit, bit, 5);
    }
    assert_true(probe_tally_facts(&tally, &facts, NULL));
    assert_int_equal(facts.strange, 0);
    assert_int_equal(facts.lost, 0);
    assert_int_equal(facts.damaged, 1600);
    /* Other packets, and shorter ones, are nothing of ours. */
    uint8_t other[200] = {0};
    for (size_t len = 0; len <= sizeof other; len++)
    {
        probe_tally_take(&tally, other, len, RUN, PROBE_PACED, 5);
    }
    assert_int_equal(tally.strange, 201);
    probe_tally_clear(&tally);
}

static const struct
{
    const char *spec;
    struct probe_facts facts;
    const char *wrong; /* name of the check that fails; NULL: all agree */
} judged[] = {
    {"", {.sent = 5000, .arrived = 5000}, NULL},
    {"", {.sent = 5000, .arrived = 4990, .lost = 10}, "lost"},
    {"", {.sent = 5000, .arrived = 5000, .displaced = 1}, "displaced"},
    {"", {.sent = 5000, .arrived = 5000, .again = 9}, "again"},
    {"", {.sent = 5000, .arrived = 5000, .delay_ms = {0, 0, 2.5}}, "delay_p50_ms"},
    {"delay=20ms", {.sent = 5000, .arrived = 5000, .delay_ms = {20, 20, 20.1}}, NULL},
    {"delay=20ms", {.sent = 5000, .arrived = 5000, .delay_ms = {0, 0, 0.1}}, "delay_p50_ms"},
    {"loss=1%", {.sent = 5000, .arrived = 4950, .lost = 50, .lost_runs = 49}, NULL},
    {"loss=1%", {.sent = 5000, .arrived = 4950, .lost = 50, .lost_runs = 8}, "lost_runs"},
    {"loss=1%", {.sent = 5000, .arrived = 4900, .lost = 100}, "lost"},
    {"loss=1%", {.sent = 5000, .arrived = 5000}, "lost"},
    {"loss-burst=1%,25%", {.sent = 5000, .arrived = 4808, .lost = 192, .lost_runs = 48}, NULL},
    /* As many lost, but each by itself. */
    {"loss-burst=1%,25%", {.sent = 5000, .arrived = 4808, .lost = 192, .lost_runs = 185}, "lost_runs"},
    {"jitter=5ms delay=10ms order=free",
     {.sent = 5000, .arrived = 5000, .displaced = 2400, .delay_ms = {5, 6, 10, 14, 15}},
     NULL},
    {"jitter=5ms delay=10ms order=free",
     {.sent = 5000, .arrived = 5000, .displaced = 0, .delay_ms = {5, 6, 10, 14, 15}},
     "displaced_freely"},
    {"jitter=5ms delay=10ms", {.sent = 5000, .arrived = 5000, .delay_ms = {5, 6, 10, 14, 15}}, NULL},
    {"jitter=5ms delay=10ms",
     {.sent = 5000, .arrived = 5000, .displaced = 3, .delay_ms = {5, 6, 10, 14, 15}},
     "displaced"},
    {"dup=1%", {.sent = 5000, .arrived = 5000, .again = 50}, NULL},
    {"dup=1%", {.sent = 5000, .arrived = 5000}, "again"},
    {"loss-burst=1%,25%", {.sent = 5000, .arrived = 4400, .lost = 600}, "lost"},
    {"corrupt=2%", {.sent = 5000, .arrived = 5000, .damaged = 100}, NULL},
    {"corrupt=2%", {.sent = 5000, .arrived = 5000}, "damaged"},
};

static void test_judge(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof judged / sizeof judged[0]; i++)
    {
        struct emu_spec spec;
        struct probe_plan plan;
        struct probe_judgement judgement;
        char why[EMU_SPEC_WHY_LEN];
        struct probe_result result = {.paced = judged[i].facts, .paced_pps = 5000};
        const char *wrong = NULL;
        assert_true(emu_spec_parse(judged[i].spec, &spec, why));
        probe_plan_make(&plan, &spec, PROBE_PPS);
        plan.count = 5000;
        probe_judge(&judgement, &spec, &plan, &result, false);
        for (size_t j = 0; j < judgement.count && wrong == NULL; j++)
        {
            wrong = judgement.checks[j].good ? NULL : judgement.checks[j].name;
        }
        assert_int_equal(judgement.good, wrong == NULL);
        if ((wrong == NULL) != (judged[i].wrong == NULL) ||
            (wrong != NULL && strcmp(wrong, judged[i].wrong) != 0))
        {
            fail_msg("row %zu, '%s': %s", i, judged[i].spec, wrong != NULL ? wrong : "agrees");
        }
    }
}

/* A flood over a link with a rate: how much passes, how long it waits, and what is marked. */
static void test_judge_flood(void **state)
{
    static const struct
    {
        const char *spec;
        double mbps;
        double delay_ms;
        uint32_t marked;
        bool netem;
        const char *wrong;
    } rows[] = {
        {"rate=20mbit queue=30ms", 20, 30, 0, false, NULL},
        {"rate=20mbit queue=30ms", 22, 30, 0, false, "rate_mbps"},
        {"rate=20mbit queue=30ms", 20, 60, 0, false, "queue_ms"},
        {"rate=20mbit queue=30ms", 20, 10, 0, false, "queue_ms"},
        {"rate=20mbit queue=30ms", 20, 60, 0, true, NULL},
        {"rate=20mbit queue=30ms delay=10ms", 20, 40, 0, false, NULL},
        {"rate=20mbit queue=32kb", 20, 12.8, 0, false, NULL},
        {"rate=20mbit queue=500ms", 20, 290, 0, false, NULL}, /* not full so soon */
        {"rate=20mbit queue=30ms ecn-mark=5ms", 20, 30, 700, false, NULL},
        {"rate=20mbit queue=30ms ecn-mark=5ms", 20, 30, 0, false, "marked"},
        {"rate=20mbit queue=30ms ecn-mark=5ms", 20, 30, 100, false, "marked"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        struct emu_spec spec;
        struct probe_plan plan;
        struct probe_judgement judgement;
        char why[EMU_SPEC_WHY_LEN];
        const char *wrong = NULL;
        assert_true(emu_spec_parse(rows[i].spec, &spec, why));
        probe_plan_make(&plan, &spec, PROBE_PPS);
        double delay = (double)spec.delay_ns / 1e6;
        const struct probe_result result = {
            .paced = {.sent = plan.count, .arrived = plan.count, .delay_ms = {delay, delay, delay + 0.2}},
            .paced_pps = 5000,
            .rate_mbps = rows[i].mbps,
            .flood_arrived = 1000,
            .flood_marked = rows[i].marked,
            .flood_delay_ms = rows[i].delay_ms};
        probe_judge(&judgement, &spec, &plan, &result, rows[i].netem);
        for (size_t j = 0; j < judgement.count && wrong == NULL; j++)
        {
            wrong = judgement.checks[j].good ? NULL : judgement.checks[j].name;
        }
        if ((wrong == NULL) != (rows[i].wrong == NULL) ||
            (wrong != NULL && strcmp(wrong, rows[i].wrong) != 0))
        {
            fail_msg("row %zu, '%s': %s", i, rows[i].spec, wrong != NULL ? wrong : "agrees");
        }
    }
}

/* Every impairment gets a probe that ends, and that the link can carry. */
static void test_plan(void **state)
{
    static const char *const texts[] = {"",
                                        "rate=1kbit",
                                        "rate=1mbit delay=2s",
                                        "rate=1000gbit",
                                        "mtu=68",
                                        "mtu=68 rate=1mbit",
                                        "reorder-every=100000 reorder-places=1000000 reorder-hold=1ms"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    {
        struct emu_spec spec;
        struct probe_plan plan;
        char why[EMU_SPEC_WHY_LEN];
        assert_true(emu_spec_parse(texts[i], &spec, why));
        probe_plan_make(&plan, &spec, PROBE_PPS);
        double seconds = (double)plan.count / plan.train * (double)plan.train_ns / 1e9;
        assert_true(plan.count >= 10 && seconds < 60);
        assert_in_range(plan.size, PROBE_HEADER_LEN, PROBE_SIZE_MAX);
        assert_true(plan.flood_count == 0 ||
                    (plan.flood_size >= PROBE_HEADER_LEN && plan.flood_size <= PROBE_SIZE_MAX));
        assert_in_range(plan.train, 1, 32);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_tally), cmocka_unit_test(test_damage),
                                       cmocka_unit_test(test_judge), cmocka_unit_test(test_judge_flood),
                                       cmocka_unit_test(test_plan)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
