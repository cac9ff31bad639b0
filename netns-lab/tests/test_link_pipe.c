/* One direction on a virtual clock: fates by index, order, delay, rate, queue; super-packets or single
 * packets, all the same. */
#include "netns-lab/linkemu/pipe.h"
#include "netns-lab/tests/lib/testing.h"
#include "netns-lab/tests/lib/trains.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MS          1000000u
#define ARRIVAL_MAX 20000u

/* Where packets come out: their numbers (the first four octets of payload), with their times. */
struct sink
{
    uint64_t now_ns;
    uint32_t count;
    uint32_t frames;
    uint32_t marked;
    uint32_t numbers[ARRIVAL_MAX];
    uint64_t times_ns[ARRIVAL_MAX];
};

struct rig
{
    struct emu_frames frames;
    struct emu_pipe pipe;
    struct sink sink;
    uint32_t next; /* number of the next packet */
};

static void note_packet(void *arg, const uint8_t *packet, size_t len)
{
    struct sink *sink = arg;
    assert_true(sink->count < ARRIVAL_MAX && len >= 32);
    memcpy(&sink->numbers[sink->count], packet + 28, 4);
    sink->marked += (packet[1] & 3) == 3;
    sink->times_ns[sink->count++] = sink->now_ns;
}

static bool write_frame(void *arg, const struct emu_slice *slice)
{
    static uint8_t frame[TRAIN_ROOM];
    struct sink *sink = arg;
    size_t len = 0;
    for (int i = 0; i < slice->iov_count; i++)
    {
        memcpy(frame + len, slice->iov[i].iov_base, slice->iov[i].iov_len);
        len += slice->iov[i].iov_len;
    }
    sink->frames++;
    assert_true(train_cut(frame, len, note_packet, sink));
    return true;
}

static struct rig *make_rig(const char *text, uint64_t seed)
{
    struct emu_spec spec;
    char why[EMU_SPEC_WHY_LEN];
    struct rig *rig = calloc(1, sizeof *rig);
    assert_true(emu_spec_parse(text, &spec, why));
    emu_pipe_init(&rig->pipe, &spec, seed, 0, &rig->frames);
    return rig;
}

/* Lets time pass, event by event. */
static void run_until(struct rig *rig, uint64_t until_ns)
{
    uint64_t next = emu_pipe_next_ns(&rig->pipe, rig->sink.now_ns);
    while (next <= until_ns)
    {
        rig->sink.now_ns = next > rig->sink.now_ns ? next : rig->sink.now_ns;
        (void)emu_pipe_next_ns(&rig->pipe, rig->sink.now_ns);
        emu_pipe_send(&rig->pipe, rig->sink.now_ns, write_frame, &rig->sink);
        next = emu_pipe_next_ns(&rig->pipe, rig->sink.now_ns);
    }
    rig->sink.now_ns = until_ns;
}

/* One frame of count numbered UDP packets of size octets of payload. */
static void put(struct rig *rig, uint64_t now_ns, uint32_t count, uint32_t size)
{
    const struct train train = {
        .udp = true, .gso_size = count > 1 ? size : 0, .payload_len = count * size, .ect = true};
    struct emu_frame *frame = emu_frame_new(&rig->frames, EMU_FRAME_ROOM);
    run_until(rig, now_ns);
    frame->len = train_write(frame->data, &train);
    for (uint32_t i = 0; i < count; i++)
    {
        uint32_t number = rig->next++;
        memcpy(frame->data + 38 + (size_t)i * size, &number, sizeof number);
    }
    emu_pipe_take(&rig->pipe, frame, now_ns);
    emu_frame_drop(&rig->frames, frame);
    run_until(rig, now_ns);
}

static void free_rig(struct rig *rig)
{
    emu_pipe_clear(&rig->pipe);
    assert_int_equal(rig->frames.octets, 0);
    emu_frames_clear(&rig->frames);
    free(rig);
}

static void test_nothing_asked(void **state)
{
    struct rig *rig = make_rig("", 1);
    (void)state;
    put(rig, 5, 40, 1000);
    assert_int_equal(rig->sink.count, 40);
    assert_int_equal(rig->sink.frames, 1);
    assert_int_equal(rig->pipe.account.whole_frames, 1);
    assert_int_equal(rig->pipe.account.octets_in, 40 * 1028);
    assert_int_equal(rig->sink.times_ns[39], 5);
    free_rig(rig);
}

static void test_delay_keeps_frames_whole(void **state)
{
    struct rig *rig = make_rig("delay=20ms", 1);
    (void)state;
    put(rig, 5, 40, 1000);
    assert_int_equal(rig->sink.count, 0);
    run_until(rig, 20 * MS + 4);
    assert_int_equal(rig->sink.count, 0);
    run_until(rig, 20 * MS + 5);
    assert_int_equal(rig->sink.count, 40);
    assert_int_equal(rig->sink.frames, 1);
    free_rig(rig);
}

/* Same seed: the same packets in the same order, however they were packed; another seed: others. */
static void test_packing_does_not_matter(void **state)
{
    static const char *const texts[] = {
        "loss=3% dup=2% reorder-every=10 reorder-places=3 reorder-hold=1s",
        "loss-burst=2%,30% corrupt=2%",
        "reorder-every=2 reorder-places=64 reorder-hold=1s loss=1%",
    };
    static const uint32_t packings[] = {1, 2, 7, 40};
    (void)state;
    for (size_t t = 0; t < sizeof texts / sizeof texts[0]; t++)
    {
        struct rig *rigs[5];
        for (unsigned p = 0; p < 5; p++)
        {
            rigs[p] = make_rig(texts[t], p < 4 ? 11 : 12);
            for (uint32_t left = 2800; left > 0; left -= packings[p % 4])
            {
                put(rigs[p], 0, packings[p % 4], 100);
            }
            run_until(rigs[p], 2000ull * MS);
        }
        for (unsigned p = 1; p < 4; p++)
        {
            assert_int_equal(rigs[p]->sink.count, rigs[0]->sink.count);
            assert_memory_equal(rigs[p]->sink.numbers, rigs[0]->sink.numbers, rigs[0]->sink.count * 4);
            assert_int_equal(rigs[p]->pipe.decider.hash, rigs[0]->pipe.decider.hash);
        }
        assert_int_not_equal(rigs[4]->pipe.decider.hash, rigs[0]->pipe.decider.hash);
        for (unsigned p = 0; p < 5; p++)
        {
            free_rig(rigs[p]);
        }
    }
}

/* Each held packet is overtaken by exactly so many. */
static void test_displacement(void **state)
{
    static const uint32_t places[] = {1, 2, 63, 64, 200};
    (void)state;
    for (size_t p = 0; p < sizeof places / sizeof places[0]; p++)
    {
        char text[100];
        uint32_t held = 0;
        snprintf(text, sizeof text, "reorder-every=50 reorder-places=%u reorder-hold=1s", places[p]);
        struct rig *rig = make_rig(text, 1);
        for (unsigned i = 0; i < 250; i++)
        {
            put(rig, 0, 8, 100);
        }
        for (uint32_t i = 0; i < rig->sink.count; i++)
        {
            uint32_t before = 0;
            for (uint32_t j = 0; j < i; j++)
            {
                before += rig->sink.numbers[j] > rig->sink.numbers[i];
            }
            bool is_held = rig->sink.numbers[i] % 50 == 49;
            assert_int_equal(before, is_held ? places[p] : 0);
            held += is_held;
        }
        assert_true(held >= 2000 / 50 - places[p] / 50 - 1);
        assert_int_equal(rig->pipe.account.holds_expired, 0);
        free_rig(rig);
    }
}

static void test_hold_expires(void **state)
{
    struct rig *rig = make_rig("reorder-every=2 reorder-places=10 reorder-hold=5ms", 1);
    (void)state;
    put(rig, 0, 2, 100);
    assert_int_equal(rig->sink.count, 1);
    run_until(rig, 5 * MS - 1);
    assert_int_equal(rig->sink.count, 1);
    run_until(rig, 5 * MS);
    assert_int_equal(rig->sink.count, 2);
    assert_int_equal(rig->pipe.account.holds_expired, 1);
    free_rig(rig);
}

/* 1 mbit: a packet of 1000 octets of payload is 1066 on the wire, 8.528 ms. */
static void test_rate_and_queue(void **state)
{
    struct rig *rig = make_rig("rate=1mbit queue=20ms ecn-mark=10ms", 1);
    (void)state;
    put(rig, 0, 10, 1000);
    run_until(rig, 1000ull * MS);
    /* It waits 0, 8.5, 17.1, 25.6 ms: three are taken, the fourth has more than 20 ms before it. */
    assert_int_equal(rig->sink.count, 3);
    assert_int_equal(rig->pipe.account.queue_drops, 7);
    assert_int_equal(rig->sink.marked, 1);
    for (unsigned i = 0; i < 3; i++)
    {
        assert_int_equal(rig->sink.times_ns[i], 8528000 * (i + 1));
    }
    put(rig, 1001ull * MS, 1, 1000);
    run_until(rig, 2000ull * MS);
    assert_int_equal(rig->sink.times_ns[3], 1001ull * MS + 8528000);
    free_rig(rig);
}

static void test_queue_by_octets(void **state)
{
    struct rig *rig = make_rig("rate=1mbit queue=3kb", 1);
    (void)state;
    put(rig, 0, 10, 1000);
    run_until(rig, 1000ull * MS);
    /* The first finds the link idle; then 1066 and 2 * 1066 wait. */
    assert_int_equal(rig->sink.count, 2);
    free_rig(rig);
}

/* No drift: after 10000 packets the link has sent for exactly as long as their bits take. */
static void test_rate_is_exact(void **state)
{
    struct rig *rig = make_rig("rate=7.3mbit queue=100s", 1);
    (void)state;
    for (unsigned i = 0; i < 250; i++)
    {
        put(rig, 0, 40, 137);
    }
    run_until(rig, 1000000ull * MS);
    assert_int_equal(rig->sink.count, 10000);
    double wanted_ns = 10000.0 * (137 + 28 + 38) * 8 / 7.3e6 * 1e9;
    assert_true(rig->sink.times_ns[9999] <= wanted_ns && rig->sink.times_ns[9999] >= wanted_ns - 2);
    free_rig(rig);
}

/* A frame on a slow link comes out in pieces of at most 100 us. */
static void test_no_bursts(void **state)
{
    struct rig *rig = make_rig("rate=1gbit queue=100ms", 1);
    (void)state;
    put(rig, 0, 40, 1400);
    run_until(rig, 100 * MS);
    assert_int_equal(rig->sink.count, 40);
    assert_in_range(rig->sink.frames, 4, 6); /* 11.7 us each: 9 to a frame */
    free_rig(rig);
}

static void test_jitter_in_order(void **state)
{
    struct rig *rig = make_rig("delay=10ms jitter=5ms", 1);
    uint64_t last = 0;
    (void)state;
    for (unsigned i = 0; i < 1000; i++)
    {
        put(rig, i * 100000ull, 1, 100);
    }
    run_until(rig, 1000ull * MS);
    assert_int_equal(rig->sink.count, 1000);
    for (unsigned i = 0; i < 1000; i++)
    {
        uint64_t delay = rig->sink.times_ns[i] - i * 100000ull;
        assert_int_equal(rig->sink.numbers[i], i);
        assert_true(rig->sink.times_ns[i] >= last && delay >= 5 * MS && delay <= 15 * MS);
        last = rig->sink.times_ns[i];
    }
    free_rig(rig);
}

static void note_mtu(void *arg, const struct emu_packet *packet, uint32_t mtu)
{
    assert_int_equal(mtu, 1028);
    assert_int_equal(packet->version, 4);
    ++*(unsigned *)arg;
}

static void test_size_limit(void **state)
{
    struct rig *rig = make_rig("mtu=1028", 1);
    unsigned told = 0;
    (void)state;
    rig->pipe.too_big = note_mtu;
    rig->pipe.too_big_arg = &told;
    put(rig, 0, 1, 1000);
    put(rig, 0, 1, 1001);
    put(rig, 0, 3, 1001);
    assert_int_equal(rig->sink.count, 1);
    assert_int_equal(told, 2);
    assert_int_equal(rig->pipe.account.mtu_drops, 4);
    free_rig(rig);
}

static void test_replay(void **state)
{
    static const struct emu_decision list[] = {{3, EMU_LOSS, 0}, {5, EMU_DUP, 0}, {6, EMU_HOLD, 2}};
    static const uint32_t wanted[] = {0, 1, 2, 4, 5, 5, 7, 8, 6, 9};
    struct rig *rig = make_rig("loss=100%", 1);
    (void)state;
    rig->pipe.decider.replaying = true;
    rig->pipe.decider.replay = list;
    rig->pipe.decider.replay_count = 3;
    for (unsigned round = 0; round < 2; round++)
    {
        rig->next = 0;
        rig->sink.count = 0;
        put(rig, 0, 10, 100);
        assert_int_equal(rig->sink.count, 10);
        assert_memory_equal(rig->sink.numbers, wanted, sizeof wanted);
        emu_pipe_reset(&rig->pipe);
    }
    free_rig(rig);
}

/* Shares come out as asked for: 5 sigma. */
static void test_shares(void **state)
{
    struct emu_spec spec;
    char why[EMU_SPEC_WHY_LEN];
    struct emu_decider decider = {.spec = &spec, .key = 77};
    struct emu_fate fate;
    uint64_t lost = 0;
    (void)state;
    assert_true(emu_spec_parse("loss=1% dup=10% corrupt=0.5% reorder-time=2%,1ms", &spec, why));
    for (unsigned i = 0; i < 200000; i++)
    {
        emu_decide(&decider, &fate);
    }
    assert_in_range(decider.counts[EMU_LOSS], 2000 - 223, 2000 + 223);
    assert_in_range(decider.counts[EMU_DUP], 19800 - 667, 19800 + 667);
    assert_in_range(decider.counts[EMU_CORRUPT], 990 - 157, 990 + 157);
    assert_in_range(decider.counts[EMU_LATE], 3960 - 311, 3960 + 311);
    /* Bursts: a tenth of them lost, a mean burst of four. */
    assert_true(emu_spec_parse("loss-burst=2.7777777%,25%", &spec, why));
    emu_decider_rewind(&decider);
    uint64_t bursts = 0;
    for (unsigned i = 0; i < 200000; i++)
    {
        bool before = decider.bursting;
        emu_decide(&decider, &fate);
        lost += fate.lost;
        bursts += fate.lost && !before;
    }
    assert_in_range(lost, 18500, 21500);
    assert_in_range(lost * 100 / bursts, 380, 420);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_asked),
        cmocka_unit_test(test_delay_keeps_frames_whole),
        cmocka_unit_test(test_packing_does_not_matter),
        cmocka_unit_test(test_displacement),
        cmocka_unit_test(test_hold_expires),
        cmocka_unit_test(test_rate_and_queue),
        cmocka_unit_test(test_queue_by_octets),
        cmocka_unit_test(test_rate_is_exact),
        cmocka_unit_test(test_no_bursts),
        cmocka_unit_test(test_jitter_in_order),
        cmocka_unit_test(test_size_limit),
        cmocka_unit_test(test_replay),
        cmocka_unit_test(test_shares),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
