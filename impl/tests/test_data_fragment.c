/* Fragments: header, cutting, putting together (wire-protocol.md 8.3, bad-inputs.md 33). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/pieces.h"
#include "data/reassembly.h"
#include "tests/lib/octets.h"
#include "tests/lib/vectors.h"

#define PACKET_MAX 1502u

struct rig
{
    struct ov_rooms rooms;
    struct ov_reassembly r;
    uint64_t now_ms;
};

static void rig_open(struct rig *rig)
{
    memset(rig, 0, sizeof *rig);
    ov_rooms_init(&rig->rooms, PACKET_MAX);
    rig->now_ms = 5000;
}

static void rig_close(struct rig *rig)
{
    ov_reassembly_clear(&rig->r);
    ov_rooms_clear(&rig->rooms);
}

/* ---- header ---- */

/* Whole packets have a header of zeros [WP-FRAG-003, WP-FRAG-004]. */
static void header_follows_the_vectors(void **state)
{
    (void)state;
    static const char *const names[] = {"fragment-first",  "fragment-last",   "fragment-1-of-3",
                                        "fragment-2-of-3", "fragment-3-of-3", "fragment-whole"};
    struct ov_vec_file *file = ov_vec_load("framing");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    {
        const struct ov_vec_section *s = ov_vec_section(file, names[i]);
        struct ov_fragment head;
        uint8_t octets[OV_FRAGMENT_HEAD], made[OV_FRAGMENT_HEAD];
        ov_vec_exactly(s, "header", octets, sizeof octets);
        ov_assert_err(ov_fragment_read(octets, sizeof octets, &head), OV_OK);
        assert_int_equal(head.type, ov_vec_number(s, "type"));
        assert_int_equal(head.sequence, ov_vec_number(s, "sequence"));
        assert_int_equal(head.index, ov_vec_number(s, "fragment_id"));
        assert_int_equal(head.size, ov_vec_has(s, "size") ? ov_vec_number(s, "size") : 0);
        ov_fragment_write(&head, made);
        assert_memory_equal(made, octets, sizeof octets);
    }
    ov_vec_free(file);
}

static void header_refuses(void **state)
{
    (void)state;
    static const struct
    {
        const char *hex;
        enum ov_err err;
    } rows[] = {
        {"", OV_ERR_TRUNCATED},       {"00", OV_ERR_TRUNCATED},         {"0000", OV_ERR_TRUNCATED},
        {"000000", OV_ERR_TRUNCATED}, {"00000004", OV_ERR_FORMAT},      {"00000400", OV_ERR_FORMAT},
        {"00008000", OV_ERR_FORMAT},  {"80000001", OV_ERR_FORMAT},      {"20000002", OV_ERR_FORMAT},
        {"00008001", OV_ERR_FORMAT},  {"00000003", OV_ERR_UNSUPPORTED}, {"1fffffffaa", OV_ERR_UNSUPPORTED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        uint8_t octets[8];
        const size_t len = ov_test_hex(rows[i].hex, octets, sizeof octets);
        uint8_t *copy = ov_test_copy(octets, len);
        struct ov_fragment head;
        ov_assert_err(ov_fragment_read(copy, (uint32_t)len, &head), rows[i].err);
        free(copy);
    }
}

/* ---- putting together ---- */

struct piece
{
    enum ov_fragment_type type;
    uint8_t sequence, index;
    uint32_t size; /* in LAST */
    uint32_t len;
    enum ov_err err;
    uint32_t wait_ms; /* before it */
};

static uint8_t octet_of(uint8_t sequence, uint32_t at)
{
    return (uint8_t)(sequence * 7 + at * 31 + at / 251);
}

/* A piece has the octets that belong to its place if every piece before it has size octets. */
static enum ov_err give(struct rig *rig, const struct piece *p, uint32_t size, struct ov_buf *whole)
{
    const struct ov_fragment head = {p->type, p->sequence, p->index,
                                     p->type == OV_FRAGMENT_LAST ? p->size : 0};
    uint8_t *data = malloc(p->len > 0 ? p->len : 1);
    for (uint32_t i = 0; i < p->len; i++)
    {
        data[i] = octet_of(p->sequence, size * p->index + i);
    }
    rig->now_ms += p->wait_ms;
    enum ov_err err = ov_reassembly_add(&rig->r, &rig->rooms, &head, data, p->len, rig->now_ms, whole);
    free(data);
    return err;
}

#define MORE(seq, id, len, err)                                                                              \
    {                                                                                                        \
        OV_FRAGMENT_MORE, seq, id, 0, len, err, 0                                                            \
    }
#define LAST(seq, id, size, len, err)                                                                        \
    {                                                                                                        \
        OV_FRAGMENT_LAST, seq, id, size, len, err, 0                                                         \
    }

/* Trains of pieces: equal sizes but for the last, at most 32 of them, and ten seconds [WP-FRAG-001,
 * WP-FRAG-002]. */
static const struct
{
    const char *what;
    struct piece piece[6];
} trains[] = {
    {"in order", {MORE(1, 0, 572, OV_ERR_AGAIN), MORE(1, 1, 572, OV_ERR_AGAIN), LAST(1, 2, 572, 10, OV_OK)}},
    {"backwards", {LAST(1, 2, 572, 10, OV_ERR_AGAIN), MORE(1, 1, 572, OV_ERR_AGAIN), MORE(1, 0, 572, OV_OK)}},
    {"one alone", {LAST(9, 0, 572, 10, OV_OK)}},
    {"duplicate",
     {MORE(1, 0, 572, OV_ERR_AGAIN), MORE(1, 0, 572, OV_ERR_DUPLICATE), LAST(1, 1, 572, 10, OV_OK)}},
    {"size 0",
     {LAST(1, 1, 0, 0, OV_ERR_FORMAT), LAST(1, 1, 0, 10, OV_ERR_FORMAT), MORE(1, 0, 0, OV_ERR_FORMAT)}},
    {"uneven size", {MORE(1, 0, 571, OV_ERR_FORMAT), MORE(1, 0, 2, OV_ERR_FORMAT)}},
    {"last larger than the others", {LAST(1, 1, 572, 573, OV_ERR_FORMAT)}},
    {"another size in between",
     {MORE(1, 0, 572, OV_ERR_AGAIN), MORE(1, 1, 568, OV_ERR_FORMAT), LAST(1, 1, 568, 4, OV_ERR_FORMAT),
      LAST(1, 1, 572, 4, OV_OK)}},
    {"behind the last",
     {LAST(1, 1, 4, 4, OV_ERR_AGAIN), MORE(1, 2, 4, OV_ERR_FORMAT), LAST(1, 2, 4, 4, OV_ERR_FORMAT),
      LAST(1, 1, 4, 4, OV_ERR_DUPLICATE), MORE(1, 0, 4, OV_OK)}},
    {"last before one that was there",
     {MORE(1, 3, 4, OV_ERR_AGAIN), LAST(1, 2, 4, 4, OV_ERR_FORMAT), LAST(1, 4, 4, 4, OV_ERR_AGAIN)}},
    {"id 31 is only for the last", {MORE(1, 31, 4, OV_ERR_FORMAT), LAST(1, 31, 4, 4, OV_ERR_AGAIN)}},
    {"larger than any packet",
     {MORE(1, 2, 572, OV_ERR_LIMIT), LAST(1, 30, 572, 1, OV_ERR_LIMIT), LAST(1, 31, 65532, 4, OV_ERR_LIMIT),
      MORE(1, 0, 1504, OV_ERR_LIMIT), MORE(1, 0, 1500, OV_ERR_AGAIN), LAST(1, 1, 1500, 3, OV_ERR_LIMIT)}},
    {"exactly the largest", {MORE(1, 0, 1500, OV_ERR_AGAIN), LAST(1, 1, 1500, 2, OV_OK)}},
    {"another packet in the same place",
     {MORE(1, 0, 8, OV_ERR_AGAIN), MORE(26, 0, 4, OV_ERR_AGAIN), LAST(1, 1, 8, 4, OV_ERR_AGAIN),
      MORE(1, 0, 8, OV_OK)}},
    {"too late",
     {MORE(1, 0, 8, OV_ERR_AGAIN),
      {OV_FRAGMENT_LAST, 1, 1, 8, 4, OV_ERR_AGAIN, OV_REASSEMBLY_TTL_MS},
      MORE(1, 0, 8, OV_OK)}},
    {"in time",
     {MORE(1, 0, 8, OV_ERR_AGAIN), {OV_FRAGMENT_LAST, 1, 1, 8, 4, OV_OK, OV_REASSEMBLY_TTL_MS - 1}}},
    {"sequence starts over",
     {MORE(255, 0, 8, OV_ERR_AGAIN), MORE(0, 0, 8, OV_ERR_AGAIN), LAST(255, 1, 8, 8, OV_OK),
      LAST(0, 1, 8, 8, OV_OK)}},
};

static void trains_are_put_together(void **state)
{
    (void)state;
    for (size_t t = 0; t < sizeof trains / sizeof trains[0]; t++)
    {
        struct rig rig;
        rig_open(&rig);
        for (size_t i = 0; i < 6 && trains[t].piece[i].type != OV_FRAGMENT_WHOLE; i++)
        {
            const struct piece *p = &trains[t].piece[i];
            const uint32_t size = p->type == OV_FRAGMENT_LAST ? p->size : p->len;
            struct ov_buf whole = {0};
            const enum ov_err err = give(&rig, p, size, &whole);
            if (err != p->err)
            {
                fail_msg("%s, piece %zu: %s, expected %s", trains[t].what, i, ov_err_name(err),
                         ov_err_name(p->err));
            }
            for (uint32_t at = 0; err == OV_OK && at < whole.len; at++)
            {
                assert_int_equal(ov_buf_data(&whole)[at], octet_of(p->sequence, at));
            }
        }
        rig_close(&rig);
    }
}

/* 25 packets under way and never finished: the memory of 25, and one more begins in the place of the oldest.
 * */
static void memory_is_bounded(void **state)
{
    (void)state;
    struct rig rig;
    struct ov_buf whole;
    unsigned rooms = 0;
    rig_open(&rig);
    for (unsigned turn = 0; turn < 10000; turn++)
    {
        const struct piece p = MORE((uint8_t)turn, (uint8_t)(turn % 3), 400, OV_ERR_AGAIN);
        ov_assert_err(give(&rig, &p, 400, &whole), OV_ERR_AGAIN);
    }
    for (unsigned i = 0; i < OV_ROOMS_COUNT; i++)
    {
        rooms += rig.rooms.room[i] != NULL;
    }
    assert_int_equal(rooms, 0);
    rig_close(&rig);
}

/* ---- both ends ---- */

/* Packets of any length, cut to any size, pieces shuffled: they come out whole, each once, and stay untouched
 * until a batch later. */
static void whatever_is_cut_comes_back(void **state)
{
    (void)state;
    struct ov_test_random random = {ov_test_seed(3)};
    struct rig rig;
    struct ov_pieces pieces;
    rig_open(&rig);
    ov_pieces_init(&pieces, PACKET_MAX);
    for (unsigned turn = 0; turn < 3000; turn++)
    {
        static uint8_t packet[PACKET_MAX], mem[64][2048];
        struct ov_buf out[64], whole = {0};
        const uint32_t len = 1 + ov_test_below(&random, PACKET_MAX);
        uint32_t count = 0, done = 0;
        pieces.size = (12 + ov_test_below(&random, 300)) * OV_FRAGMENT_UNIT;
        for (uint32_t i = 0; i < len; i++)
        {
            packet[i] = octet_of((uint8_t)turn, i);
        }
        assert_int_equal(ov_pieces_pass(&pieces, len), len <= pieces.size);
        ov_assert_err(ov_pieces_add(&pieces, packet, len), OV_OK);
        assert_false(ov_pieces_pass(&pieces, 1)); /* nothing overtakes */
        for (; count < 64; count++)
        {
            out[count] = ov_buf_over(mem[count], sizeof mem[count], OV_BUF_HEADROOM);
            if (ov_pieces_next(&pieces, &out[count]) != OV_OK)
            {
                break;
            }
        }
        assert_int_equal(count, (len + pieces.size - 1) / pieces.size);
        for (uint32_t left = count; left > 0; left--)
        {
            const uint32_t pick = ov_test_below(&random, left);
            const struct ov_buf buf = out[pick];
            struct ov_fragment head;
            out[pick] = out[left - 1];
            ov_assert_err(ov_fragment_read(ov_buf_data(&buf), buf.len, &head), OV_OK);
            if (head.type == OV_FRAGMENT_WHOLE)
            {
                assert_int_equal(count, 1);
                assert_memory_equal(ov_buf_data(&buf) + OV_FRAGMENT_HEAD, packet, len);
                done++;
                continue;
            }
            const enum ov_err err =
                ov_reassembly_add(&rig.r, &rig.rooms, &head, ov_buf_data(&buf) + OV_FRAGMENT_HEAD,
                                  buf.len - OV_FRAGMENT_HEAD, rig.now_ms, &whole);
            ov_assert_err(err, left == 1 ? OV_OK : OV_ERR_AGAIN);
            if (err == OV_OK)
            {
                assert_int_equal(whole.len, len);
                assert_memory_equal(ov_buf_data(&whole), packet, len);
                assert_true(ov_buf_headroom(&whole) >= OV_BUF_HEADROOM);
                assert_true(ov_buf_tailroom(&whole) >= OV_BUF_TAILROOM);
                done++;
            }
        }
        assert_int_equal(done, 1);
    }
    ov_pieces_clear(&pieces);
    rig_close(&rig);
}

static void the_queue_is_bounded(void **state)
{
    (void)state;
    struct ov_pieces pieces;
    uint8_t packet[PACKET_MAX] = {0x45}, mem[256];
    ov_pieces_init(&pieces, PACKET_MAX);
    ov_assert_err(ov_pieces_add(&pieces, packet, 100), OV_ERR_LIMIT); /* no size yet */
    pieces.size = 40;
    ov_assert_err(ov_pieces_add(&pieces, packet, 0), OV_ERR_LIMIT);
    ov_assert_err(ov_pieces_add(&pieces, packet, 40 * 32 + 1), OV_ERR_LIMIT);
    ov_assert_err(ov_pieces_add(&pieces, packet, PACKET_MAX + 1), OV_ERR_LIMIT);
    for (unsigned i = 0; i < OV_PIECES_PACKETS; i++)
    {
        ov_assert_err(ov_pieces_add(&pieces, packet, 40 * 32), OV_OK);
    }
    ov_assert_err(ov_pieces_add(&pieces, packet, 1), OV_ERR_LIMIT);
    for (unsigned i = 0; i < OV_PIECES_PACKETS * 32; i++)
    {
        struct ov_buf out = ov_buf_over(mem, sizeof mem, OV_BUF_HEADROOM);
        ov_assert_err(ov_pieces_next(&pieces, &out), OV_OK);
        assert_int_equal(out.len, 44);
    }
    struct ov_buf out = ov_buf_over(mem, sizeof mem, OV_BUF_HEADROOM);
    ov_assert_err(ov_pieces_next(&pieces, &out), OV_ERR_AGAIN);
    pieces.size = 400;
    ov_assert_err(ov_pieces_add(&pieces, packet, 800), OV_OK);
    ov_assert_err(ov_pieces_next(&pieces, &out), OV_ERR_NOSPACE);
    ov_assert_err(ov_pieces_next(&pieces, &out), OV_ERR_AGAIN);
    ov_pieces_clear(&pieces);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(header_follows_the_vectors), cmocka_unit_test(header_refuses),
        cmocka_unit_test(trains_are_put_together),    cmocka_unit_test(memory_is_bounded),
        cmocka_unit_test(whatever_is_cut_comes_back), cmocka_unit_test(the_queue_is_bounded),
    };
    return cmocka_run_group_tests_name("fragment", tests, NULL, NULL);
}
