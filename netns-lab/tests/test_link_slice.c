/* Slices of super-packets: cut again, they give the packets that the whole gives, however it was sliced. */
#include "netns-lab/linkemu/slice.h"
#include "netns-lab/tests/lib/testing.h"
#include "netns-lab/tests/lib/trains.h"

#include <string.h>

static const struct train trains[] = {
    {.gso_size = 1448,
     .payload_len = 64000,
     .options_len = 12,
     .tcp_flags = 0x19,
     .id = 65530,
     .seq = 0xfffff000},
    {.gso_size = 1448, .payload_len = 1448 * 3, .tcp_flags = 0x98, .id = 7, .seq = 5, .ect = true},
    {.gso_size = 1000, .payload_len = 1001, .tcp_flags = 0x10, .options_len = 40},
    {.v6 = true, .gso_size = 1428, .payload_len = 30000, .tcp_flags = 0x91, .seq = 77, .options_len = 12},
    {.udp = true, .gso_size = 1472, .payload_len = 1472 * 40, .id = 1},
    {.udp = true, .gso_size = 13, .payload_len = 40},
    {.udp = true, .v6 = true, .gso_size = 1300, .payload_len = 5000, .ect = true},
};

#define TRAIN_COUNT (sizeof trains / sizeof trains[0])

struct cutting
{
    const struct train *train;
    uint32_t next;
};

static void expect_next(void *arg, const uint8_t *packet, size_t len)
{
    static uint8_t wanted[TRAIN_ROOM];
    struct cutting *cutting = arg;
    size_t wanted_len = train_segment(wanted, cutting->train, cutting->next);
    assert_int_equal(len, wanted_len);
    for (size_t i = 0; i < len; i++)
    {
        if (packet[i] != wanted[i])
        {
            fail_msg("segment %u, octet %zu: %02x, not %02x", cutting->next, i, packet[i], wanted[i]);
        }
    }
    cutting->next++;
}

static size_t gather(uint8_t *frame, const struct emu_slice *slice)
{
    size_t len = 0;
    for (int i = 0; i < slice->iov_count; i++)
    {
        memcpy(frame + len, slice->iov[i].iov_base, slice->iov[i].iov_len);
        len += slice->iov[i].iov_len;
    }
    return len;
}

static void test_any_cut(void **state)
{
    static uint8_t frame[TRAIN_ROOM];
    static uint8_t piece[TRAIN_ROOM];
    (void)state;
    for (size_t t = 0; t < TRAIN_COUNT; t++)
    {
        struct emu_packet packet;
        size_t len = train_write(frame, &trains[t]);
        assert_true(emu_packet_read(&packet, frame, len));
        assert_false(packet.odd);
        uint32_t segments = (trains[t].payload_len + trains[t].gso_size - 1) / trains[t].gso_size;
        assert_int_equal(packet.segments, segments);
        /* Slices of every length, the last one shorter. */
        for (uint32_t step = 1; step <= segments; step++)
        {
            struct cutting cutting = {&trains[t], 0};
            for (uint32_t first = 0; first < segments; first += step)
            {
                struct emu_slice slice;
                const struct emu_change none = {0};
                uint32_t count = segments - first < step ? segments - first : step;
                emu_slice_make(&slice, &packet, first, count, &none);
                assert_true(train_cut(piece, gather(piece, &slice), expect_next, &cutting));
            }
            assert_int_equal(cutting.next, segments);
        }
    }
}

static void test_whole_is_untouched(void **state)
{
    static uint8_t frame[TRAIN_ROOM];
    struct emu_packet packet;
    struct emu_slice slice;
    const struct emu_change none = {0};
    (void)state;
    size_t len = train_write(frame, &trains[0]);
    assert_true(emu_packet_read(&packet, frame, len));
    emu_slice_make(&slice, &packet, 0, packet.segments, &none);
    assert_int_equal(slice.iov_count, 1);
    assert_ptr_equal(slice.iov[0].iov_base, frame);
    assert_int_equal(slice.iov[0].iov_len, len);
}

static void note_packet(void *arg, const uint8_t *packet, size_t len)
{
    memcpy(arg, packet, len);
}

static void test_marks(void **state)
{
    static uint8_t frame[TRAIN_ROOM];
    static uint8_t piece[TRAIN_ROOM];
    static uint8_t out[TRAIN_ROOM];
    static uint8_t wanted[TRAIN_ROOM];
    const struct emu_change mark = {.mark = true};
    (void)state;
    for (size_t t = 0; t < TRAIN_COUNT; t++)
    {
        struct emu_packet packet;
        struct emu_slice slice;
        assert_true(emu_packet_read(&packet, frame, train_write(frame, &trains[t])));
        emu_slice_make(&slice, &packet, 1, 1, &mark);
        assert_true(train_cut(piece, gather(piece, &slice), note_packet, out));
        size_t len = train_segment(wanted, &trains[t], 1);
        unsigned ecn = (trains[t].v6 ? out[1] >> 4 : out[1]) & 3u;
        assert_int_equal(ecn, trains[t].ect ? 3 : 0);
        assert_true(train_sum_ok(out, len));
    }
}

/* UDP: the damage arrives with a sum that fits. TCP: the sum finds it. */
static void test_damage(void **state)
{
    static uint8_t frame[TRAIN_ROOM];
    static uint8_t piece[TRAIN_ROOM];
    static uint8_t out[TRAIN_ROOM];
    static uint8_t wanted[TRAIN_ROOM];
    (void)state;
    for (size_t t = 0; t < TRAIN_COUNT; t++)
    {
        for (uint32_t bit = 0; bit < 20000; bit += 997)
        {
            struct emu_packet packet;
            struct emu_slice slice;
            const struct emu_change turn = {.corrupt = true, .bit = bit};
            unsigned different = 0;
            assert_true(emu_packet_read(&packet, frame, train_write(frame, &trains[t])));
            emu_slice_make(&slice, &packet, 1, 1, &turn);
            assert_true(train_cut(piece, gather(piece, &slice), note_packet, out));
            size_t len = train_segment(wanted, &trains[t], 1);
            for (size_t i = packet.headers_len; i < len; i++)
            {
                different += (unsigned)__builtin_popcount(out[i] ^ wanted[i]);
            }
            assert_int_equal(different, 1);
            assert_int_equal(train_sum_ok(out, len), trains[t].udp);
        }
    }
}

/* A packet whose sum is complete already, with every bit turned once. */
static void test_damage_with_sum(void **state)
{
    static uint8_t frame[2000];
    static uint8_t piece[2000];
    const struct train train = {.udp = true, .payload_len = 101};
    (void)state;
    memset(frame, 0, 10);
    size_t len = train_segment(frame + 10, &train, 0);
    for (uint32_t bit = 0; bit < 101 * 8; bit++)
    {
        struct emu_packet packet;
        struct emu_slice slice;
        const struct emu_change turn = {.corrupt = true, .bit = bit};
        assert_true(emu_packet_read(&packet, frame, len + 10));
        emu_slice_make(&slice, &packet, 0, 1, &turn);
        assert_int_equal(gather(piece, &slice), len + 10);
        assert_true(train_sum_ok(piece + 10, len));
        assert_memory_not_equal(piece + 10 + 28, frame + 10 + 28, 101);
    }
}

/* Frames cut short, at every length, and with every octet of the headers changed: refused or odd, and never
 * read behind their end. */
static void test_truncation(void **state)
{
    static uint8_t frame[TRAIN_ROOM];
    (void)state;
    for (size_t t = 0; t < TRAIN_COUNT; t++)
    {
        size_t whole = train_write(frame, &trains[t]);
        for (size_t len = 0; len < 200 && len < whole; len++)
        {
            struct emu_packet packet;
            uint8_t *copy = test_malloc(len + 1);
            memcpy(copy, frame, len);
            assert_false(emu_packet_read(&packet, copy, len));
            test_free(copy);
        }
        for (size_t at = 0; at < 80 && at < whole; at++)
        {
            struct emu_packet packet;
            uint8_t *copy = test_malloc(whole);
            memcpy(copy, frame, whole);
            copy[at] ^= 0xff;
            if (emu_packet_read(&packet, copy, whole))
            {
                struct emu_slice slice;
                const struct emu_change none = {0};
                emu_slice_make(&slice, &packet, packet.segments - 1, 1, &none);
                assert_true(gather(frame, &slice) <= whole);
            }
            test_free(copy);
            (void)train_write(frame, &trains[t]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_cut),         cmocka_unit_test(test_whole_is_untouched),
        cmocka_unit_test(test_marks),           cmocka_unit_test(test_damage),
        cmocka_unit_test(test_damage_with_sum), cmocka_unit_test(test_truncation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
