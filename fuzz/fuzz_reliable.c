/* The reliability layer: any order of calls, with the clock as input, keeps its promises. Input: one
 * operation after the other. */
#include <stdbool.h>

#include "lib/fuzz.h"
#include "reliable/acks.h"
#include "reliable/recv.h"
#include "reliable/send.h"

struct world
{
    struct ov_rel_send send;
    struct ov_rel_recv recv;
    struct ov_acks acks;
    uint64_t now_ms;
    uint32_t first_id;
    uint32_t oldest;   /* lowest id not acknowledged */
    uint64_t acked;    /* bit i: oldest + i is acknowledged */
    uint64_t sent;     /* bit i: oldest + i was sent */
    uint32_t next_in;  /* id delivered next */
    uint64_t buffered; /* bit i: next_in + i was stored */
};

static void queue(struct world *w, struct fuzz_in *in)
{
    uint8_t payload[OV_REL_SEND_PAYLOAD + 1] = {0};
    size_t len = fuzz_u16(in) % (sizeof(payload) + 1);
    uint32_t waiting = w->send.next_id - w->oldest;
    uint32_t id;
    enum ov_err want = len > OV_REL_SEND_PAYLOAD      ? OV_ERR_LIMIT
                       : waiting >= OV_REL_SEND_SLOTS ? OV_ERR_WINDOW
                                                      : OV_OK;
    FUZZ_CHECK(ov_rel_send_queue(&w->send, 4, payload, len, &id) == want);
    FUZZ_CHECK(want != OV_OK || id == w->oldest + waiting);
}

static void send_due(struct world *w)
{
    struct ov_rel_message m;
    uint64_t deadline = ov_rel_send_deadline(&w->send);
    enum ov_err err = ov_rel_send_next(&w->send, w->now_ms, &m);
    FUZZ_CHECK(err == (deadline <= w->now_ms ? OV_OK : OV_ERR_AGAIN));
    if (err != OV_OK)
    {
        return;
    }
    uint32_t offset = m.id - w->oldest;
    FUZZ_CHECK(offset < OV_REL_SEND_SLOTS && (w->acked >> offset & 1) == 0);
    FUZZ_CHECK((m.attempt > 1) == ((w->sent >> offset & 1) != 0));
    w->sent |= UINT64_C(1) << offset;
    FUZZ_CHECK(ov_rel_send_deadline(&w->send) > 0 || !ov_rel_send_empty(&w->send));
}

static void take_ack(struct world *w, uint32_t id)
{
    uint32_t offset = id - w->oldest;
    uint32_t waiting = w->send.next_id - w->oldest;
    bool known = offset < waiting && (w->sent >> offset & 1) != 0 && (w->acked >> offset & 1) == 0;
    FUZZ_CHECK(ov_rel_send_ack(&w->send, id) == (known ? OV_OK : OV_ERR_DUPLICATE));
    if (known)
    {
        w->acked |= UINT64_C(1) << offset;
    }
    while ((w->acked & 1) != 0)
    {
        w->acked >>= 1;
        w->sent >>= 1;
        w->oldest++;
    }
    FUZZ_CHECK(ov_rel_send_room(&w->send) == OV_REL_SEND_SLOTS - (w->send.next_id - w->oldest));
}

static void put(struct world *w, uint32_t id, size_t len)
{
    static const uint8_t payload[OV_REL_RECV_PAYLOAD + 1];
    int32_t ahead = ov_rel_distance(w->next_in, id);
    enum ov_err want = ahead < 0                                   ? OV_ERR_DUPLICATE
                       : ahead >= (int32_t)OV_REL_RECV_SLOTS       ? OV_ERR_WINDOW
                       : (w->buffered >> (uint32_t)ahead & 1) != 0 ? OV_ERR_DUPLICATE
                       : len > OV_REL_RECV_PAYLOAD                 ? OV_ERR_LIMIT
                                                                   : OV_OK;
    FUZZ_CHECK(ov_rel_recv_check(&w->recv, id, len) == want);
    FUZZ_CHECK(ov_rel_recv_put(&w->recv, 4, id, payload, len) == want);
    if (want == OV_OK)
    {
        w->buffered |= UINT64_C(1) << ahead;
    }
    if (want == OV_OK || want == OV_ERR_DUPLICATE)
    {
        bool room = ov_acks_pending(&w->acks) < OV_ACKS_PENDING;
        FUZZ_CHECK(ov_acks_add(&w->acks, id) || !room);
    }
}

static void deliver(struct world *w)
{
    struct ov_rel_message m;
    bool ready = (w->buffered & 1) != 0;
    FUZZ_CHECK(ov_rel_recv_next(&w->recv, &m) == (ready ? OV_OK : OV_ERR_AGAIN));
    if (ready)
    {
        FUZZ_CHECK(m.id == w->next_in);
        w->next_in++;
        w->buffered >>= 1;
    }
}

static void take_acks(struct world *w, uint32_t max)
{
    uint32_t ids[OV_ACKS_TAKE];
    uint32_t pending = ov_acks_pending(&w->acks);
    uint32_t expected = ov_acks_count(&w->acks, max);
    uint32_t count = ov_acks_take(&w->acks, max, ids);
    FUZZ_CHECK(count == expected && count <= max && count <= OV_ACKS_TAKE);
    uint32_t fresh = pending < count ? pending : count;
    FUZZ_CHECK(ov_acks_pending(&w->acks) == pending - fresh);
    for (uint32_t i = 0; i < count; i++)
    {
        for (uint32_t k = 0; k < i; k++)
        {
            FUZZ_CHECK(ids[i] != ids[k]);
        }
    }
}

static void step(struct world *w, struct fuzz_in *in)
{
    uint8_t op = fuzz_u8(in);
    uint8_t n = op >> 3;
    switch (op & 7)
    {
    case 0:
        queue(w, in);
        break;
    case 1:
        send_due(w);
        break;
    case 2:
        take_ack(w, w->oldest + n % 8 - 1);
        break;
    case 3:
        take_ack(w, fuzz_u32(in));
        break;
    case 4:
        put(w, n == 31 ? fuzz_u32(in) : w->next_in + n % 16 - 2, n == 30 ? OV_REL_RECV_PAYLOAD + 1 : n);
        break;
    case 5:
        deliver(w);
        break;
    case 6:
        take_acks(w, n % 10);
        break;
    default:
        if (n == 31)
        {
            ov_rel_send_burst(&w->send, w->now_ms);
        }
        w->now_ms += (uint64_t)n * fuzz_u16(in);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct world w;
    struct fuzz_in in = {data, size};
    memset(&w, 0, sizeof(w));
    w.first_id = 0u - fuzz_u8(&in) % 32; /* begin near the wrap as well */
    w.oldest = w.next_in = w.first_id;
    ov_rel_send_init(&w.send, OV_REL_TIMEOUT_MS, w.first_id);
    ov_rel_recv_init(&w.recv, w.first_id);
    while (in.left > 0)
    {
        step(&w, &in);
    }
    return 0;
}
