/* One authenticated client that does the same thing without end: the same packet a million times, a hundred thousand
 * addresses of its own invention (bad-inputs 27, 36). Each is counted, nothing is learned beyond its bound, nothing
 * grows, little is logged, and another client goes on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "hub/private.h"
#include "lib/hubrig.h"

#define REPLAYS   1000000u
#define ADDRESSES 100000u
#define LINES     64u /* of the log, at most, whatever comes in one second */

/* Of the address sanitizer, which every test runs under; its header is not where every compiler looks. */
size_t __sanitizer_get_current_allocated_bytes(void);

static struct ov_rig rig;
static struct ov_test_batch batch;
static unsigned lines;

static void count_line(void *ctx, enum ov_level level, const char *text)
{
    (void)ctx;
    (void)text;
    lines += level <= OV_LOG_DETAIL;
}

static struct ov_rig_client *join(size_t n, const char *name, const char *text)
{
    const struct ov_addr addr = ov_test_addr4((uint8_t)(10 + n), (uint16_t)(40000 + n));
    struct ov_rig_client *client = ov_rig_add(&rig, n, name, &addr, text);
    ov_rig_connect(&rig, client);
    assert_true(ov_rig_connected(client));
    return client;
}

static void open_rig(const char *server, const char *client)
{
    ov_rig_open(&rig, false, server);
    (void)join(0, "noisy", client);
    (void)join(1, "quiet", client);
    lines = 0;
    rig.server.end.log = (struct ov_log){count_line, NULL, OV_LOG_DETAIL};
}

static void the_same_packet_a_million_times(void **state)
{
    (void)state;
    uint8_t packet[256];
    open_rig("", "");
    ov_rig_send_up(&rig, &rig.client[0], 0x0a080002, 0x0a080001, 1, &batch);
    assert_int_equal(batch.dg[0].fate, OV_FATE_TUN);
    /* The next one, kept as it went out: taken once, and never again. */
    uint8_t inner[64];
    const uint32_t inner_len = ov_test_inner4(inner, 0x0a080002, 0x0a080001, 2, sizeof inner);
    ov_test_batch_reset(&batch);
    ov_test_batch_add(&batch, NULL, inner, inner_len);
    ov_session_send(&rig.client[0].end.session, batch.dg, 1, rig.now);
    const uint32_t len = batch.dg[0].buf.len;
    assert_in_range(len, 1, sizeof packet);
    memcpy(packet, ov_buf_data(&batch.dg[0].buf), len);
    const size_t before = __sanitizer_get_current_allocated_bytes();
    unsigned taken = 0, replays = 0;
    for (uint32_t n = 0; n < REPLAYS; n += OV_TEST_BATCH)
    {
        ov_test_batch_reset(&batch);
        for (unsigned i = 0; i < OV_TEST_BATCH; i++)
        {
            ov_test_batch_add(&batch, &rig.client[0].addr, packet, len);
        }
        ov_hub_receive(rig.server.hub, batch.dg, OV_TEST_BATCH, rig.now);
        for (unsigned i = 0; i < OV_TEST_BATCH; i++)
        {
            taken += batch.dg[i].fate == OV_FATE_TUN;
            replays += batch.dg[i].fate == OV_FATE_DROPPED && batch.dg[i].why == OV_ERR_REPLAY;
        }
    }
    struct ov_hub_peer peer;
    uint32_t at = 0;
    assert_true(ov_hub_next_peer(rig.server.hub, &at, &peer));
    assert_int_equal(taken, 1);
    assert_int_equal(replays, REPLAYS - 1);
    assert_int_equal(peer.session.data.open.by[OV_ERR_REPLAY], REPLAYS - 1);
    assert_int_equal(__sanitizer_get_current_allocated_bytes(), before);
    assert_in_range(lines, 0, LINES);
    ov_rig_send_up(&rig, &rig.client[0], 0x0a080002, 0x0a080001, 3, &batch);
    assert_int_equal(batch.dg[0].fate, OV_FATE_TUN);
    assert_true(ov_rig_send_down(&rig, 0x0a080003, 4, 1));
    ov_rig_close(&rig);
}

/* A batch of tunnel packets of the first client, through its session into the hub; how many were dropped for why. */
static unsigned send_batch(unsigned count, enum ov_err why)
{
    static struct ov_test_batch up;
    unsigned dropped = 0;
    ov_session_send(&rig.client[0].end.session, batch.dg, count, rig.now);
    ov_test_batch_reset(&up);
    for (unsigned i = 0; i < count; i++)
    {
        assert_int_equal(batch.dg[i].fate, OV_FATE_LINK);
        ov_test_batch_add(&up, &rig.client[0].addr, ov_buf_data(&batch.dg[i].buf), batch.dg[i].buf.len);
    }
    ov_hub_receive(rig.server.hub, up.dg, count, rig.now);
    for (unsigned i = 0; i < count; i++)
    {
        dropped += up.dg[i].fate == OV_FATE_DROPPED && up.dg[i].why == why;
    }
    return dropped;
}

/* With tun nothing is learned: a client has what the pool and iroute gave it. */
static void a_hundred_thousand_sources(void **state)
{
    (void)state;
    unsigned dropped = 0;
    open_rig("route 10.9.0.0 255.255.0.0\n", "");
    const size_t before = __sanitizer_get_current_allocated_bytes();
    for (uint32_t n = 0; n < ADDRESSES; n += OV_TEST_BATCH)
    {
        ov_test_batch_reset(&batch);
        for (unsigned i = 0; i < OV_TEST_BATCH; i++)
        {
            uint8_t inner[64];
            const uint32_t len = ov_test_inner4(inner, 0x0a090000 + n + i, 0x0a080001, n + i, sizeof inner);
            ov_test_batch_add(&batch, NULL, inner, len);
        }
        dropped += send_batch(OV_TEST_BATCH, OV_ERR_ADDRESS);
    }
    assert_int_equal(dropped, ADDRESSES);
    assert_int_equal(ov_rig_stats(&rig).routed.by[OV_ERR_ADDRESS], ADDRESSES);
    assert_int_equal(__sanitizer_get_current_allocated_bytes(), before);
    assert_in_range(lines, 0, LINES);
    for (uint32_t n = 0; n < ADDRESSES; n += 997)
    {
        assert_false(ov_rig_send_down(&rig, 0x0a090000 + n, n, 0));
    }
    assert_true(ov_rig_send_down(&rig, 0x0a080003, 4, 1));
    ov_rig_close(&rig);
}

static uint32_t make_frame(uint8_t *out, uint32_t src)
{
    static const uint8_t head[14] = {2, 0, 0, 0, 0, 0x80, 2, 1, 0, 0, 0, 0, 0x88, 0xb5};
    memset(out, 0, 64);
    memcpy(out, head, sizeof head);
    out[8] = (uint8_t)(src >> 24);
    out[9] = (uint8_t)(src >> 16);
    out[10] = (uint8_t)(src >> 8);
    out[11] = (uint8_t)src;
    return 64;
}

/* A switch learns so many stations of one client, and no more; those of others are not driven out. */
static void a_hundred_thousand_stations(void **state)
{
    (void)state;
    uint8_t frame[64];
    unsigned dropped = 0;
    size_t before = 0;
    open_rig("dev tap\nmax-routes-per-client 200\n", "dev tap\n");
    const struct ov_hub *hub = rig.server.hub;
    /* One station of the other client, first. */
    ov_test_batch_reset(&batch);
    ov_test_batch_add(&batch, NULL, frame, make_frame(frame, 0xffffff01));
    ov_session_send(&rig.client[1].end.session, batch.dg, 1, rig.now);
    struct ov_datagram up = batch.dg[0];
    up.addr = rig.client[1].addr;
    up.fate = OV_FATE_NONE;
    ov_hub_receive(rig.server.hub, &up, 1, rig.now);
    assert_int_equal(up.fate, OV_FATE_TUN);
    for (uint32_t n = 0; n < ADDRESSES; n += OV_TEST_BATCH)
    {
        ov_test_batch_reset(&batch);
        for (unsigned i = 0; i < OV_TEST_BATCH; i++)
        {
            ov_test_batch_add(&batch, NULL, frame, make_frame(frame, n + i));
        }
        dropped += send_batch(OV_TEST_BATCH, OV_ERR_LIMIT);
        before = n == 512 ? __sanitizer_get_current_allocated_bytes() : before;
        assert_in_range(hub->macs.count, 1, 201);
    }
    assert_int_equal(dropped, ADDRESSES - 200);
    assert_int_equal(hub->macs.count, 201);
    assert_int_equal(__sanitizer_get_current_allocated_bytes(), before);
    assert_in_range(lines, 0, LINES);
    /* To the station behind the other client. */
    ov_test_batch_reset(&batch);
    (void)make_frame(frame, 0);
    memcpy(frame, (const uint8_t[]){2, 1, 0xff, 0xff, 0xff, 1}, 6);
    ov_test_batch_add(&batch, NULL, frame, sizeof frame);
    ov_hub_send(rig.server.hub, batch.dg, 1, rig.now);
    assert_int_equal(batch.dg[0].fate, OV_FATE_LINK);
    assert_true(ov_addr_equal(&batch.dg[0].addr, &rig.client[1].addr));
    ov_rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_packet_a_million_times),
        cmocka_unit_test(a_hundred_thousand_sources),
        cmocka_unit_test(a_hundred_thousand_stations),
    };
    return cmocka_run_group_tests_name("hub_floods", tests, NULL, NULL);
}
