/* Two ends of the reliability layer over a pipe that loses, doubles, delays and reorders. */
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
#include "wire/control.h"

#define MESSAGES  40u
#define IN_FLIGHT 64u
#define PACKET    1600u

struct end
{
    struct ov_rel_send send;
    struct ov_rel_recv recv;
    struct ov_acks acks;
    struct ov_sid sid;
    uint32_t queued;
    uint32_t delivered;
};

struct packet
{
    bool used;
    int to;
    uint64_t arrives_ms;
    size_t len;
    uint8_t octets[PACKET];
};

struct pipe
{
    struct ov_test_random random;
    uint32_t loss_percent;
    uint32_t double_percent;
    uint32_t delay_max_ms;
    struct packet packets[IN_FLIGHT];
    struct end ends[2];
};

/* Message i of an end: its length and content follow from its number. */
static size_t message_len(uint32_t i)
{
    return i * 37 % 1200;
}

static void put_packet(struct pipe *p, int to, const uint8_t *octets, size_t len, uint64_t now_ms)
{
    for (size_t i = 0; i < IN_FLIGHT; i++)
    {
        struct packet *slot = &p->packets[i];
        if (!slot->used)
        {
            slot->used = true;
            slot->to = to;
            slot->arrives_ms = now_ms + 1 + ov_test_below(&p->random, p->delay_max_ms);
            slot->len = len;
            memcpy(slot->octets, octets, len);
            return;
        }
    }
}

static void transmit(struct pipe *p, int from, const struct ov_control *c, uint64_t now_ms)
{
    uint8_t octets[PACKET];
    struct ov_writer w = ov_writer_over(octets, sizeof(octets));
    ov_assert_err(ov_control_encode(c, &w), OV_OK);
    if (ov_test_below(&p->random, 100) >= p->loss_percent)
    {
        put_packet(p, 1 - from, octets, ov_writer_len(&w), now_ms);
    }
    if (ov_test_below(&p->random, 100) < p->double_percent)
    {
        put_packet(p, 1 - from, octets, ov_writer_len(&w), now_ms);
    }
}

static struct ov_control packet_of(struct pipe *p, int from, uint8_t opcode, uint32_t ack_max)
{
    struct end *e = &p->ends[from];
    struct ov_control c = {.opcode = opcode, .sid = e->sid, .remote_sid = p->ends[1 - from].sid};
    c.ack_count = (uint8_t)ov_acks_take(&e->acks, ack_max, c.acks);
    return c;
}

static void run_end(struct pipe *p, int which, uint64_t now_ms)
{
    struct end *e = &p->ends[which];
    uint8_t payload[1200];
    while (e->queued < MESSAGES && ov_rel_send_room(&e->send) > 0)
    {
        memset(payload, (int)e->queued, sizeof(payload));
        ov_assert_err(ov_rel_send_queue(&e->send, OV_OP_CONTROL_V1, payload, message_len(e->queued), NULL),
                      OV_OK);
        e->queued++;
    }
    struct ov_rel_message m;
    while (ov_rel_send_next(&e->send, now_ms, &m) == OV_OK)
    {
        struct ov_control c = packet_of(p, which, m.opcode, OV_CONTROL_ACKS_SENT_MAX);
        c.message_id = m.id;
        c.payload = m.payload;
        c.payload_len = m.len;
        transmit(p, which, &c, now_ms);
    }
    if (ov_acks_pending(&e->acks) > 0)
    {
        struct ov_control c = packet_of(p, which, OV_OP_ACK_V1, OV_CONTROL_ACKS_MAX);
        transmit(p, which, &c, now_ms);
    }
}

/* In the order of the ids, however they came [WP-REL-005]. */
static void deliver(struct end *e)
{
    struct ov_rel_message m;
    while (ov_rel_recv_next(&e->recv, &m) == OV_OK)
    {
        assert_int_equal(m.id, e->delivered);
        assert_int_equal(m.len, message_len(e->delivered));
        for (uint32_t i = 0; i < m.len; i++)
        {
            assert_int_equal(m.payload[i], (uint8_t)e->delivered);
        }
        e->delivered++;
    }
}

static void receive(struct end *e, const struct packet *packet)
{
    struct ov_control c;
    struct ov_sid sid;
    uint8_t first_octet;
    ov_assert_err(ov_control_head_read(packet->octets, packet->len, &first_octet, &sid), OV_OK);
    ov_assert_err(ov_control_decode(first_octet, &sid, packet->octets + OV_CONTROL_HEAD_LEN,
                                    packet->len - OV_CONTROL_HEAD_LEN, &c),
                  OV_OK);
    for (uint8_t i = 0; i < c.ack_count; i++)
    {
        enum ov_err err = ov_rel_send_ack(&e->send, c.acks[i]);
        assert_true(err == OV_OK || err == OV_ERR_DUPLICATE);
    }
    if (!c.has_message_id)
    {
        return;
    }
    /* The sender's window is the smaller one, so nothing ever lies beyond ours. */
    enum ov_err err = ov_rel_recv_put(&e->recv, c.opcode, c.message_id, c.payload, c.payload_len);
    assert_true(err == OV_OK || err == OV_ERR_DUPLICATE);
    ov_acks_add(&e->acks, c.message_id);
    deliver(e);
}

static uint64_t next_arrival(const struct pipe *p)
{
    uint64_t at = OV_NEVER;
    for (size_t i = 0; i < IN_FLIGHT; i++)
    {
        at = p->packets[i].used ? ov_time_earlier(at, p->packets[i].arrives_ms) : at;
    }
    return at;
}

static bool is_done(const struct pipe *p)
{
    return p->ends[0].delivered == MESSAGES && p->ends[1].delivered == MESSAGES &&
           ov_rel_send_empty(&p->ends[0].send) && ov_rel_send_empty(&p->ends[1].send);
}

static void run_pipe(struct pipe *p)
{
    uint64_t now_ms = 0;
    for (;;)
    {
        for (size_t i = 0; i < IN_FLIGHT; i++)
        {
            if (p->packets[i].used && p->packets[i].arrives_ms <= now_ms)
            {
                p->packets[i].used = false;
                receive(&p->ends[p->packets[i].to], &p->packets[i]);
            }
        }
        run_end(p, 0, now_ms);
        run_end(p, 1, now_ms);
        if (is_done(p))
        {
            return;
        }
        uint64_t next = next_arrival(p);
        next = ov_time_earlier(next, ov_rel_send_deadline(&p->ends[0].send));
        next = ov_time_earlier(next, ov_rel_send_deadline(&p->ends[1].send));
        assert_true(next != OV_NEVER); /* otherwise it hangs */
        now_ms = next > now_ms ? next : now_ms + 1;
        assert_true(now_ms < 100ull * 24 * 3600 * 1000);
    }
}

static const struct network
{
    const char *name;
    uint32_t loss_percent;
    uint32_t double_percent;
    uint32_t delay_max_ms;
} networks[] = {
    {"perfect", 0, 0, 1},       {"loss 20 %", 20, 0, 10},
    {"loss 50 %", 50, 0, 10},   {"everything twice", 0, 100, 10},
    {"reordered", 0, 10, 3000}, {"all of it", 20, 20, 500},
};

/* [WP-REL-042] */
static void test_everything_arrives_once_and_in_order(void **state)
{
    (void)state;
    struct pipe *p = malloc(sizeof(*p));
    assert_non_null(p);
    uint64_t seed = ov_test_seed(1);
    for (size_t n = 0; n < sizeof(networks) / sizeof(networks[0]); n++)
    {
        for (uint64_t i = 0; i < 100; i++)
        {
            memset(p, 0, sizeof(*p));
            p->random.state = seed + i;
            p->loss_percent = networks[n].loss_percent;
            p->double_percent = networks[n].double_percent;
            p->delay_max_ms = networks[n].delay_max_ms;
            for (int e = 0; e < 2; e++)
            {
                p->ends[e].sid.id[0] = (uint8_t)(1 + e);
                ov_rel_send_init(&p->ends[e].send, OV_REL_TIMEOUT_MS, 0);
                ov_rel_recv_init(&p->ends[e].recv, 0);
            }
            run_pipe(p);
            if (n == 0)
            {
                assert_true(p->ends[0].send.retransmissions == 0);
            }
        }
    }
    free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everything_arrives_once_and_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
