/* Replay window and control packets. */
#include "perf/bench/bench.h"

#include "base/cursor.h"
#include "replay/window.h"
#include "wire/control.h"
#include "wire/opcode.h"

#include <stdlib.h>
#include <string.h>

#define WINDOW_LARGE 2048u

struct small_bench
{
    struct ov_replay window;
    uint64_t ring[WINDOW_LARGE / 32];
    uint64_t base;
    bool shuffled;
    uint8_t packet[512];
    size_t packet_len;
};

static void *open_replay(const struct bench_unit *unit)
{
    struct small_bench *bench = bench_memory(sizeof *bench);
    bool large = unit->size > 64;
    bench_must(ov_replay_ring_words(unit->size) <= sizeof bench->ring / sizeof bench->ring[0], "the ring");
    bench_must(ov_replay_init(&bench->window, unit->size, 0, large ? bench->ring : NULL) == OV_OK,
               "a window");
    bench->shuffled = unit->variant;
    return bench;
}

/* Each id is checked, then marked, as a packet that arrives and is authentic. variant: every 16 ids
 * come in another order. */
static void run_replay(void *ctx, size_t count)
{
    static const uint8_t order[BENCH_BATCH] = {3, 0, 1, 7, 2, 4, 15, 5, 6, 9, 8, 14, 10, 13, 11, 12};
    struct small_bench *bench = ctx;
    uint64_t refused = 0;
    for (size_t done = 0; done < count; done++)
    {
        for (size_t i = 0; i < BENCH_BATCH; i++)
        {
            uint64_t id = bench->base + 1 + (bench->shuffled ? order[i] : i);
            refused +=
                ov_replay_check(&bench->window, id) != OV_OK || ov_replay_mark(&bench->window, id) != OV_OK;
        }
        bench->base += BENCH_BATCH;
    }
    bench_must(refused == 0, "the replay window");
}

static void *open_control(const struct bench_unit *unit)
{
    struct small_bench *bench = bench_memory(sizeof *bench);
    struct ov_writer writer = ov_writer_over(bench->packet, 256);
    struct ov_control control = {.opcode = OV_OP_CONTROL_V1,
                                 .has_message_id = true,
                                 .ack_count = (uint8_t)unit->size,
                                 .acks = {7, 8, 9, 10},
                                 .message_id = 11,
                                 .payload = bench->packet + 256,
                                 .payload_len = 100};
    memset(&control.sid, 0x11, sizeof control.sid);
    memset(&control.remote_sid, 0x22, sizeof control.remote_sid);
    bench_must(ov_control_encode(&control, &writer) == OV_OK, "a control packet");
    bench->packet_len = ov_writer_len(&writer);
    return bench;
}

static void run_control(void *ctx, size_t count)
{
    const struct small_bench *bench = ctx;
    for (size_t done = 0; done < count; done++)
    {
        uint8_t first;
        struct ov_sid sid;
        struct ov_control control;
        bench_must(ov_control_head_read(bench->packet, bench->packet_len, &first, &sid) == OV_OK &&
                       ov_control_decode(first, &sid, bench->packet + OV_CONTROL_HEAD_LEN,
                                         bench->packet_len - OV_CONTROL_HEAD_LEN, &control) == OV_OK,
                   "decoding a control packet");
        bench_keep(control.message_id);
    }
}

void bench_add_small(struct bench_list *list)
{
    struct bench_unit unit = {.packets = BENCH_BATCH,
                              .exact = true,
                              .size = OV_REPLAY_STANDARD_SIZE,
                              .open = open_replay,
                              .run = run_replay,
                              .close = free};
    bench_add(list, &unit, "replay/64/in-order");
    unit.variant = true;
    bench_add(list, &unit, "replay/64/shuffled");
    unit.size = WINDOW_LARGE;
    bench_add(list, &unit, "replay/%u/shuffled", WINDOW_LARGE);
    unit = (struct bench_unit){
        .packets = 1, .exact = true, .size = 4, .open = open_control, .run = run_control, .close = free};
    bench_add(list, &unit, "control-decode/4-acks");
}
