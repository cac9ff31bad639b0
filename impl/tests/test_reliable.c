/* The reliability layer, rule by rule (wire-protocol.md 3.1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reliable/acks.h"
#include "reliable/recv.h"
#include "reliable/send.h"
#include "tests/lib/octets.h"

#define OPCODE 4u

static void queue(struct ov_rel_send *s, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
    {
        ov_assert_err(ov_rel_send_queue(s, OPCODE, "x", 1, NULL), OV_OK);
    }
}

static void expect_next(struct ov_rel_send *s, uint64_t now_ms, uint32_t id, uint32_t attempt)
{
    struct ov_rel_message out;
    ov_assert_err(ov_rel_send_next(s, now_ms, &out), OV_OK);
    assert_int_equal(out.id, id);
    assert_int_equal(out.attempt, attempt);
}

static void expect_nothing(struct ov_rel_send *s, uint64_t now_ms)
{
    struct ov_rel_message out;
    ov_assert_err(ov_rel_send_next(s, now_ms, &out), OV_ERR_AGAIN);
}

static void test_timer_doubles(void **state)
{
    (void)state;
    static struct ov_rel_send s;
    static const uint64_t at_s[] = {0, 2, 6, 14, 30}; /* [WP-REL-010] */
    ov_rel_send_init(&s, OV_REL_TIMEOUT_MS, 0);
    assert_true(ov_rel_send_deadline(&s) == OV_NEVER);
    queue(&s, 1);
    assert_true(ov_rel_send_deadline(&s) == 0);
    for (uint32_t i = 0; i < 5; i++)
    {
        uint64_t now_ms = 5000 + at_s[i] * 1000;
        if (i > 0)
        {
            assert_true(ov_rel_send_deadline(&s) == now_ms);
            expect_nothing(&s, now_ms - 1);
        }
        expect_next(&s, now_ms, 0, i + 1);
        expect_nothing(&s, now_ms);
    }
    assert_true(s.retransmissions == 4);
}

static void test_window_is_six_ids_from_the_oldest(void **state)
{
    (void)state;
    static struct ov_rel_send s;
    ov_rel_send_init(&s, 2000, 0);
    assert_int_equal(ov_rel_send_room(&s), 6);
    queue(&s, 6);
    assert_int_equal(ov_rel_send_room(&s), 0);
    ov_assert_err(ov_rel_send_queue(&s, OPCODE, "x", 1, NULL), OV_ERR_WINDOW);
    for (uint32_t id = 0; id < 6; id++)
    {
        expect_next(&s, 0, id, 1); /* [WP-REL-014] */
    }
    /* Acks of later ids do not open the window: the peer could not store what comes [WP-REL-002]. */
    for (uint32_t id = 5; id > 0; id--)
    {
        ov_assert_err(ov_rel_send_ack(&s, id), OV_OK);
        assert_int_equal(ov_rel_send_room(&s), 0);
    }
    ov_assert_err(ov_rel_send_ack(&s, 0), OV_OK);
    assert_int_equal(ov_rel_send_room(&s), 6);
    assert_true(ov_rel_send_empty(&s));
    uint32_t id;
    ov_assert_err(ov_rel_send_queue(&s, OPCODE, NULL, 0, &id), OV_OK);
    assert_int_equal(id, 6);
}

static void test_acks_that_mean_nothing(void **state)
{
    (void)state;
    static struct ov_rel_send s;
    ov_rel_send_init(&s, 2000, 0);
    queue(&s, 2);
    ov_assert_err(ov_rel_send_ack(&s, 0), OV_ERR_DUPLICATE); /* queued, never sent */
    expect_next(&s, 0, 0, 1);
    static const uint32_t ids[] = {1, 2, 6, 12, 0x80000000, 0xFFFFFFFF};
    for (size_t i = 0; i < 6; i++)
    {
        ov_assert_err(ov_rel_send_ack(&s, ids[i]), OV_ERR_DUPLICATE);
    }
    ov_assert_err(ov_rel_send_ack(&s, 0), OV_OK);
    ov_assert_err(ov_rel_send_ack(&s, 0), OV_ERR_DUPLICATE);
    assert_int_equal(ov_rel_send_room(&s), 5);
}

static void test_three_later_acks_send_again_at_once(void **state)
{
    (void)state;
    static struct ov_rel_send s;
    ov_rel_send_init(&s, 2000, 0);
    queue(&s, 5);
    for (uint32_t id = 0; id < 5; id++)
    {
        expect_next(&s, 100, id, 1);
    }
    ov_assert_err(ov_rel_send_ack(&s, 1), OV_OK);
    ov_assert_err(ov_rel_send_ack(&s, 2), OV_OK);
    /* Repeats say nothing new [WP-REL-021]. */
    for (int i = 0; i < 5; i++)
    {
        ov_assert_err(ov_rel_send_ack(&s, 2), OV_ERR_DUPLICATE);
    }
    expect_nothing(&s, 200);
    ov_assert_err(ov_rel_send_ack(&s, 3), OV_OK);
    assert_true(ov_rel_send_deadline(&s) == 0);
    expect_next(&s, 300, 0, 2); /* [WP-REL-012] */
    expect_nothing(&s, 300);
    assert_true(s.fast_retransmissions == 1);
    ov_assert_err(ov_rel_send_ack(&s, 4), OV_OK);
    expect_nothing(&s, 300 + 3999); /* its timer was doubled */
    expect_next(&s, 300 + 4000, 0, 3);
}

static void test_later_acks_count_from_the_last_transmission(void **state)
{
    (void)state;
    static struct ov_rel_send s;
    ov_rel_send_init(&s, 2000, 0);
    queue(&s, 5);
    for (uint32_t id = 0; id < 5; id++)
    {
        expect_next(&s, 0, id, 1);
    }
    ov_assert_err(ov_rel_send_ack(&s, 1), OV_OK);
    ov_assert_err(ov_rel_send_ack(&s, 2), OV_OK);
    expect_next(&s, 2000, 0, 2);
    ov_assert_err(ov_rel_send_ack(&s, 3), OV_OK); /* the first since then */
    expect_next(&s, 2000, 4, 2);
    expect_nothing(&s, 2000);
    assert_true(s.fast_retransmissions == 0);
}

/* [WP-REL-013] */
static void test_burst_makes_everything_due_once(void **state)
{
    (void)state;
    static struct ov_rel_send s;
    ov_rel_send_init(&s, 2000, 0);
    queue(&s, 3);
    for (uint32_t id = 0; id < 3; id++)
    {
        expect_next(&s, 0, id, 1);
    }
    ov_assert_err(ov_rel_send_ack(&s, 1), OV_OK);
    ov_rel_send_burst(&s, 500);
    expect_next(&s, 500, 0, 2);
    expect_next(&s, 500, 2, 2);
    expect_nothing(&s, 500 + 3999);
    expect_next(&s, 500 + 4000, 0, 3);
}

static void test_payloads_are_kept_until_acknowledged(void **state)
{
    (void)state;
    static struct ov_rel_send s;
    static uint8_t payload[OV_REL_SEND_PAYLOAD + 1];
    ov_rel_send_init(&s, 2000, 0);
    memset(payload, 0x5A, sizeof(payload));
    ov_assert_err(ov_rel_send_queue(&s, OPCODE, payload, sizeof(payload), NULL), OV_ERR_LIMIT);
    ov_assert_err(ov_rel_send_queue(&s, OPCODE, payload, OV_REL_SEND_PAYLOAD, NULL), OV_OK);
    struct ov_rel_message out;
    ov_assert_err(ov_rel_send_next(&s, 0, &out), OV_OK);
    assert_int_equal(out.len, OV_REL_SEND_PAYLOAD);
    assert_int_equal(out.opcode, OPCODE);
    assert_memory_equal(out.payload, payload, out.len);
    ov_rel_send_clear(&s);
    assert_true(ov_rel_send_empty(&s));
    for (size_t i = 0; i < sizeof(s); i++)
    {
        assert_int_equal(((const uint8_t *)&s)[i], 0);
    }
}

static void test_ids_wrap(void **state)
{
    (void)state;
    static struct ov_rel_send s;
    static struct ov_rel_recv r;
    ov_rel_send_init(&s, 2000, 0xFFFFFFFD);
    ov_rel_recv_init(&r, 0xFFFFFFFD);
    for (uint32_t round = 0; round < 4; round++)
    {
        queue(&s, 6);
        for (uint32_t i = 0; i < 6; i++)
        {
            struct ov_rel_message out;
            uint32_t id = 0xFFFFFFFD + 6 * round + i;
            expect_next(&s, 0, id, 1);
            ov_assert_err(ov_rel_recv_put(&r, OPCODE, id, "x", 1), OV_OK);
            ov_assert_err(ov_rel_recv_next(&r, &out), OV_OK);
            assert_int_equal(out.id, id);
            ov_assert_err(ov_rel_recv_put(&r, OPCODE, id, "x", 1), OV_ERR_DUPLICATE);
        }
        for (uint32_t i = 6; i > 0; i--)
        {
            ov_assert_err(ov_rel_send_ack(&s, 0xFFFFFFFD + 6 * round + i - 1), OV_OK);
        }
    }
}

static void test_receive_window_rows(void **state)
{
    (void)state;
    static struct ov_rel_recv r;
    static const struct
    {
        uint32_t id;
        enum ov_err err;
        uint32_t delivered; /* messages that become ready */
    } rows[] = {
        {12, OV_ERR_WINDOW, 0},
        {0xFFFFFFFF, OV_ERR_DUPLICATE, 0},
        {0x80000000, OV_ERR_DUPLICATE, 0},
        {11, OV_OK, 0},
        {11, OV_ERR_DUPLICATE, 0},
        {0, OV_OK, 1},
        {0, OV_ERR_DUPLICATE, 0},
        {12, OV_OK, 0},
        {13, OV_ERR_WINDOW, 0},
        {2, OV_OK, 0},
        {1, OV_OK, 2},
        {3, OV_OK, 1},
        {15, OV_OK, 0},
        {16, OV_ERR_WINDOW, 0},
        {0x7FFFFFFF, OV_ERR_WINDOW, 0},
    };
    uint32_t next = 0;
    ov_rel_recv_init(&r, 0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    {
        struct ov_rel_message out;
        ov_assert_err(ov_rel_recv_check(&r, rows[i].id, 4), rows[i].err);
        ov_assert_err(ov_rel_recv_put(&r, OPCODE, rows[i].id, &rows[i].id, 4), rows[i].err);
        for (uint32_t k = 0; k < rows[i].delivered; k++)
        {
            ov_assert_err(ov_rel_recv_next(&r, &out), OV_OK);
            assert_int_equal(out.id, next);
            assert_memory_equal(out.payload, &next, 4);
            next++;
        }
        ov_assert_err(ov_rel_recv_next(&r, &out), OV_ERR_AGAIN);
    }
}

/* [WP-REL-041] */
static void test_receive_payload_limits(void **state)
{
    (void)state;
    static struct ov_rel_recv r;
    static uint8_t payload[OV_REL_RECV_PAYLOAD + 1];
    struct ov_rel_message out;
    ov_rel_recv_init(&r, 0);
    ov_assert_err(ov_rel_recv_put(&r, OPCODE, 0, payload, sizeof(payload)), OV_ERR_LIMIT);
    ov_assert_err(ov_rel_recv_put(&r, OPCODE, 0, payload, OV_REL_RECV_PAYLOAD), OV_OK);
    ov_assert_err(ov_rel_recv_put(&r, OPCODE, 1, NULL, 0), OV_OK); /* [WP-CTRL-005] */
    ov_assert_err(ov_rel_recv_next(&r, &out), OV_OK);
    assert_int_equal(out.len, OV_REL_RECV_PAYLOAD);
    ov_assert_err(ov_rel_recv_next(&r, &out), OV_OK);
    assert_int_equal(out.len, 0);
    ov_rel_recv_clear(&r);
    assert_int_equal(r.next_id, 0);
}

static void expect_take(struct ov_acks *acks, uint32_t max, uint32_t count, const uint32_t *ids)
{
    uint32_t out[OV_ACKS_TAKE];
    assert_int_equal(ov_acks_count(acks, max), count);
    assert_int_equal(ov_acks_take(acks, max, out), count);
    for (uint32_t i = 0; i < count; i++)
    {
        assert_int_equal(out[i], ids[i]);
    }
}

static void test_acks_pending_first_then_recent_ones(void **state)
{
    (void)state;
    struct ov_acks acks = {0};
    expect_take(&acks, 8, 0, NULL);
    ov_acks_add(&acks, 0);
    expect_take(&acks, 4, 1, (uint32_t[]){0});
    assert_int_equal(ov_acks_pending(&acks), 0);
    ov_acks_add(&acks, 1);
    expect_take(&acks, 4, 2, (uint32_t[]){1, 0}); /* as in the example flow of 2.1 */
    expect_take(&acks, 4, 2, (uint32_t[]){1, 0}); /* all of them again [WP-REL-021] */
    for (uint32_t id = 2; id < 8; id++)
    {
        assert_true(ov_acks_add(&acks, id));
        assert_true(ov_acks_add(&acks, id)); /* a repeat is not doubled */
    }
    assert_int_equal(ov_acks_pending(&acks), 6);
    expect_take(&acks, 4, 4, (uint32_t[]){2, 3, 4, 5});
    assert_int_equal(ov_acks_pending(&acks), 2);
    expect_take(&acks, 4, 4, (uint32_t[]){6, 7, 5, 4});
    expect_take(&acks, 8, 8, (uint32_t[]){7, 6, 5, 4, 3, 2, 1, 0});
    ov_acks_add(&acks, 3); /* acknowledged before, asked for again */
    expect_take(&acks, 8, 8, (uint32_t[]){3, 7, 6, 5, 4, 2, 1, 0});
    ov_acks_add(&acks, 8);
    expect_take(&acks, 8, 8, (uint32_t[]){8, 3, 7, 6, 5, 4, 2, 1}); /* 0 fell out */
    expect_take(&acks, 0, 0, NULL);
    expect_take(&acks, 99, 8, (uint32_t[]){8, 3, 7, 6, 5, 4, 2, 1}); /* never more than a packet holds */
}

static void test_full_ack_list(void **state)
{
    (void)state;
    struct ov_acks acks = {0};
    for (uint32_t id = 0; id < OV_ACKS_PENDING; id++)
    {
        assert_true(ov_acks_add(&acks, id));
    }
    assert_false(ov_acks_add(&acks, 99));
    assert_true(ov_acks_add(&acks, 5));
    expect_take(&acks, 8, 8, (uint32_t[]){0, 1, 2, 3, 4, 5, 6, 7});
    assert_true(ov_acks_add(&acks, 99));
    expect_take(&acks, 8, 8, (uint32_t[]){8, 9, 10, 11, 12, 13, 14, 15});
    expect_take(&acks, 2, 2, (uint32_t[]){99, 15});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_timer_doubles),
        cmocka_unit_test(test_window_is_six_ids_from_the_oldest),
        cmocka_unit_test(test_acks_that_mean_nothing),
        cmocka_unit_test(test_three_later_acks_send_again_at_once),
        cmocka_unit_test(test_later_acks_count_from_the_last_transmission),
        cmocka_unit_test(test_burst_makes_everything_due_once),
        cmocka_unit_test(test_payloads_are_kept_until_acknowledged),
        cmocka_unit_test(test_ids_wrap),
        cmocka_unit_test(test_receive_window_rows),
        cmocka_unit_test(test_receive_payload_limits),
        cmocka_unit_test(test_acks_pending_first_then_recent_ones),
        cmocka_unit_test(test_full_ack_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
