/* A server of Ethernet clients: who gets which frame. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hub/private.h"
#include "lib/hubrig.h"

#define CLIENTS 4u
#define FRAME   64u
#define TO_ALL  0xffu

static struct ov_rig rig;
static struct ov_test_batch batch;
static struct ov_test_batch copies;

static const uint8_t tap_mac[6] = {2, 0, 0, 0, 0, 0xfe};

/* Station n; TO_ALL: broadcast. */
static void put_mac(uint8_t *out, uint8_t n)
{
    static const uint8_t one[6] = {2, 0, 0, 0, 0, 0};
    memcpy(out, one, sizeof one);
    out[5] = n;
    if (n == TO_ALL)
    {
        memset(out, 0xff, 6);
    }
}

static uint32_t make_frame(uint8_t *out, uint8_t dst, uint8_t src, uint8_t mark)
{
    memset(out, mark, FRAME);
    put_mac(out, dst);
    put_mac(out + 6, src);
    out[12] = 0x88;
    out[13] = 0xb5;
    return FRAME;
}

static void open_rig(const char *more)
{
    char text[256];
    (void)snprintf(text, sizeof text, "dev tap\n%s", more);
    ov_rig_open(&rig, false, text);
    for (size_t n = 0; n < CLIENTS; n++)
    {
        char name[16];
        const struct ov_addr addr = ov_test_addr4((uint8_t)(10 + n), (uint16_t)(40000 + n));
        (void)snprintf(name, sizeof name, "client%zu", n);
        ov_rig_connect(&rig, ov_rig_add(&rig, n, name, &addr, "dev tap\n"));
        assert_true(ov_rig_connected(&rig.client[n]));
    }
}

static size_t client_of(const struct ov_addr *addr)
{
    size_t n = 0;
    while (n < CLIENTS && !ov_addr_equal(&rig.client[n].addr, addr))
    {
        n++;
    }
    return n;
}

/* A sealed datagram at its client: is it this frame? */
static void deliver(struct ov_datagram *dg, const uint8_t *frame, uint32_t len, unsigned *got)
{
    const size_t n = client_of(&dg->addr);
    assert_true(n < CLIENTS);
    dg->addr = rig.server_addr;
    dg->fate = OV_FATE_NONE;
    ov_session_receive(&rig.client[n].end.session, dg, 1, rig.now);
    if (dg->fate == OV_FATE_TUN)
    {
        assert_int_equal(dg->buf.len, len);
        assert_memory_equal(ov_buf_data(&dg->buf), frame, len);
        assert_int_equal(*got & 1u << n, 0); /* once */
        *got |= 1u << n;
    }
}

/* Which clients get the copies that wait, as bits. */
static unsigned collect(const uint8_t *frame, uint32_t len, unsigned got)
{
    size_t count = 0;
    do
    {
        ov_test_batch_reset(&copies);
        count = ov_hub_transmit(rig.server.hub, copies.dg, 3, rig.now);
        for (size_t i = 0; i < count; i++)
        {
            deliver(&copies.dg[i], frame, len, &got);
        }
    } while (count > 0);
    return got;
}

#define OS 0x100u /* the operating system got it */

/* A frame from client n, to the hub. Who gets it, as bits; *why where nobody does. */
static unsigned up_octets(size_t n, const uint8_t *frame, uint32_t len, enum ov_err *why)
{
    unsigned got = 0;
    ov_test_batch_reset(&copies);
    ov_test_batch_add(&copies, NULL, frame, len);
    ov_session_send(&rig.client[n].end.session, copies.dg, 1, rig.now);
    assert_int_equal(copies.dg[0].fate, OV_FATE_LINK);
    ov_test_batch_reset(&batch);
    ov_test_batch_add(&batch, &rig.client[n].addr, ov_buf_data(&copies.dg[0].buf), copies.dg[0].buf.len);
    ov_hub_receive(rig.server.hub, batch.dg, 1, rig.now);
    *why = batch.dg[0].fate == OV_FATE_DROPPED ? (enum ov_err)batch.dg[0].why : OV_OK;
    if (batch.dg[0].fate == OV_FATE_TUN)
    {
        assert_memory_equal(ov_buf_data(&batch.dg[0].buf), frame, len);
        got = OS;
    }
    else if (batch.dg[0].fate == OV_FATE_LINK)
    {
        deliver(&batch.dg[0], frame, len, &got);
    }
    return collect(frame, len, got);
}

static unsigned up(size_t n, uint8_t dst, uint8_t src, enum ov_err *why)
{
    uint8_t frame[FRAME];
    return up_octets(n, frame, make_frame(frame, dst, src, (uint8_t)(dst ^ src)), why);
}

/* The same from the tap device. */
static unsigned down_octets(const uint8_t *frame, uint32_t len, enum ov_err *why)
{
    unsigned got = 0;
    ov_test_batch_reset(&batch);
    ov_test_batch_add(&batch, NULL, frame, len);
    ov_hub_send(rig.server.hub, batch.dg, 1, rig.now);
    *why = batch.dg[0].fate == OV_FATE_DROPPED ? (enum ov_err)batch.dg[0].why : OV_OK;
    if (batch.dg[0].fate == OV_FATE_LINK)
    {
        deliver(&batch.dg[0], frame, len, &got);
    }
    return collect(frame, len, got);
}

static unsigned down(uint8_t dst, enum ov_err *why)
{
    uint8_t frame[FRAME];
    return down_octets(frame, make_frame(frame, dst, 0x80, 7), why);
}

/* ---- tests ---- */

struct step
{
    size_t from; /* client, or CLIENTS: the tap device */
    uint8_t dst, src;
    unsigned got;
    enum ov_err why;
};

static void run(const struct step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++)
    {
        enum ov_err why;
        const struct step *s = &steps[i];
        const unsigned got = s->from == CLIENTS ? down(s->dst, &why) : up(s->from, s->dst, s->src, &why);
        if (got != s->got || why != s->why)
        {
            fail_msg("step %zu: got %x, not %x; %s, not %s", i, got, s->got, ov_err_name(why),
                     ov_err_name(s->why));
        }
    }
}

/* [WP-SRV-008, WP-SRV-015] */
static void without_client_to_client(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {CLIENTS, 1, 0x80, 0, OV_ERR_ADDRESS}, /* nobody has spoken yet */
        {0, 0x80, 1, OS, OV_OK},
        {1, 0x80, 2, OS, OV_OK},
        {CLIENTS, 1, 0x80, 1, OV_OK},
        {CLIENTS, 2, 0x80, 2, OV_OK},
        {0, 2, 1, OS, OV_OK},      /* that is for the operating system to decide */
        {0, TO_ALL, 1, OS, OV_OK}, /* so is that */
        {CLIENTS, TO_ALL, 0x80, 0xf, OV_OK},
        {CLIENTS, 9, 0x80, 0, OV_ERR_ADDRESS},
        {0, 0x80, 3, OS, OV_OK}, /* a second station behind the first client */
        {CLIENTS, 3, 0x80, 1, OV_OK},
        {2, 0x80, 1, OS, OV_OK}, /* the first one moved */
        {CLIENTS, 1, 0x80, 4, OV_OK},
        {0, 0x80, TO_ALL, 0, OV_ERR_ADDRESS},
        {0, 0x80, 0xfe, 0, OV_ERR_ADDRESS}, /* our own */
        {0, 0x80, 0, OS, OV_OK},
    };
    open_rig("");
    rig.server.hub->macs.has_own = true;
    memcpy(rig.server.hub->macs.own, tap_mac, sizeof tap_mac);
    run(steps, sizeof steps / sizeof steps[0]);
    ov_rig_close(&rig);
}

static void with_client_to_client(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {0, TO_ALL, 1, OS | 0xe, OV_OK},
        {1, 1, 2, 1, OV_OK}, /* the operating system doesn't see it */
        {0, 9, 1, OS, OV_OK},
        {0, 0x80, 1, OS, OV_OK},
        {0, 0x80, 3, OS, OV_OK},
        {0, 3, 1, 0, OV_ERR_ADDRESS}, /* behind the same client: it is there already */
        {2, TO_ALL, 1, OS | 0xb, OV_OK},
        {1, 1, 2, 4, OV_OK},
        {CLIENTS, TO_ALL, 0x80, 0xf, OV_OK},
    };
    open_rig("client-to-client\n");
    run(steps, sizeof steps / sizeof steps[0]);
    ov_rig_close(&rig);
}

/* Frames of less than a header, tags that are cut, from both sides: a counted drop. */
static void runts(void **state)
{
    (void)state;
    uint8_t frame[FRAME];
    enum ov_err why;
    open_rig("");
    (void)make_frame(frame, 0x80, 1, 0);
    for (uint32_t len = 1; len < 18; len++)
    {
        frame[12] = 0x81;
        frame[13] = 0x00;
        assert_int_equal(up_octets(0, frame, len, &why), 0);
        ov_assert_err(why, len < OV_ETHER_LEN ? OV_ERR_FORMAT : OV_ERR_TRUNCATED);
        assert_int_equal(down_octets(frame, len, &why), 0);
        ov_assert_err(why, OV_ERR_TRUNCATED);
    }
    assert_int_equal(up_octets(0, frame, 18, &why), OS);
    const struct ov_hub_stats stats = ov_rig_stats(&rig);
    assert_int_equal(stats.routed.by[OV_ERR_TRUNCATED], 17 + 4);
    ov_rig_close(&rig);
}

static void a_client_that_leaves(void **state)
{
    (void)state;
    enum ov_err why;
    open_rig("");
    assert_int_equal(up(1, 0x80, 5, &why), OS);
    assert_int_equal(down(5, &why), 2);
    assert_int_equal(ov_hub_kill(rig.server.hub, 1, NULL, rig.now), OV_OK);
    ov_rig_wait(&rig, 3000);
    assert_int_equal(down(5, &why), 0);
    ov_assert_err(why, OV_ERR_ADDRESS);
    assert_int_equal(rig.server.hub->macs.count, 0);
    assert_int_equal(down(TO_ALL, &why), 0xd);
    ov_rig_close(&rig);
}

static void limits(void **state)
{
    (void)state;
    enum ov_err why;
    open_rig("max-routes-per-client 3\nstale-routes-check 5\nbcast-buffers 2\n");
    for (uint8_t n = 1; n <= 5; n++)
    {
        assert_int_equal(up(0, 0x80, n, &why), n <= 3 ? OS : 0);
        ov_assert_err(why, n <= 3 ? OV_OK : OV_ERR_LIMIT);
    }
    assert_int_equal(up(1, 0x80, 7, &why), OS);
    rig.now.mono_ms += 5000;
    assert_int_equal(down(2, &why), 0); /* too old */
    assert_int_equal(up(0, 0x80, 5, &why), OS);
    assert_int_equal(down(5, &why), 1);
    /* More broadcasts than may wait. */
    ov_test_batch_reset(&batch);
    for (uint8_t n = 0; n < 3; n++)
    {
        uint8_t frame[FRAME];
        ov_test_batch_add(&batch, NULL, frame, make_frame(frame, TO_ALL, 0x80, n));
    }
    ov_hub_send(rig.server.hub, batch.dg, 3, rig.now);
    assert_int_equal(batch.dg[0].fate, OV_FATE_CONSUMED);
    assert_int_equal(batch.dg[1].fate, OV_FATE_CONSUMED);
    assert_int_equal(batch.dg[2].fate, OV_FATE_DROPPED);
    ov_assert_err((enum ov_err)batch.dg[2].why, OV_ERR_LIMIT);
    assert_int_equal(ov_hub_deadline(rig.server.hub), 0);
    const struct ov_hub_stats stats = ov_rig_stats(&rig);
    assert_int_equal(stats.flood_most, 2);
    assert_int_equal(stats.flooded, 3);
    ov_rig_close(&rig);
}

/* What a status file lists. */
static void stations_are_listed(void **state)
{
    (void)state;
    enum ov_err why;
    struct ov_hub_mac at = {0};
    open_rig("");
    assert_int_equal(up(2, 0x80, 5, &why), OS);
    rig.now.mono_ms += 10;
    assert_int_equal(up(2, 0x80, 6, &why), OS);
    rig.now.mono_ms += 10;
    assert_int_equal(up(2, 0x80, 5, &why), OS);
    assert_true(ov_hub_next_mac(rig.server.hub, 2, &at));
    assert_int_equal(at.mac[5], 6);
    assert_int_equal(at.seen_ms, rig.now.mono_ms - 10);
    assert_true(ov_hub_next_mac(rig.server.hub, 2, &at));
    assert_int_equal(at.mac[5], 5);
    assert_false(ov_hub_next_mac(rig.server.hub, 2, &at));
    at = (struct ov_hub_mac){0};
    assert_false(ov_hub_next_mac(rig.server.hub, 1, &at));
    assert_false(ov_hub_next_mac(rig.server.hub, 9, &at));
    ov_rig_close(&rig);
}

/* ---- somebody is asked about stations ---- */

struct asked
{
    enum ov_err says;
    unsigned calls;
    uint8_t last;
};

static enum ov_err on_station(void *ctx, uint64_t ticket, const uint8_t mac[static 6], uint16_t vlan,
                              struct ov_now now)
{
    struct asked *asked = ctx;
    (void)ticket;
    (void)now;
    assert_int_equal(vlan, 0);
    asked->calls++;
    asked->last = mac[5];
    return asked->says;
}

static void judged_stations(void **state)
{
    static const enum ov_err refusals[] = {OV_ERR_AGAIN, OV_ERR_ADDRESS, OV_ERR_LIMIT};
    struct asked asked = {.calls = 0};
    struct ov_hub_mac at = {0};
    enum ov_err why;
    (void)state;
    open_rig("client-to-client\n");
    rig.server.settings.learn = on_station;
    rig.server.settings.learn_ctx = &asked;
    for (size_t i = 0; i < 3; i++)
    {
        asked.says = refusals[i];
        assert_int_equal(up(1, TO_ALL, 7, &why), 0);
        assert_int_equal(why, refusals[i]);
        assert_int_equal(asked.calls, i + 1); /* each frame asks again */
        assert_int_equal(asked.last, 7);
        assert_false(ov_hub_next_mac(rig.server.hub, 1, &at));
    }
    asked.says = OV_OK;
    assert_int_equal(up(1, TO_ALL, 7, &why), OS | 1u | 4u | 8u);
    assert_int_equal(up(1, TO_ALL, 7, &why), OS | 1u | 4u | 8u);
    assert_int_equal(asked.calls, 4); /* it is known now */
    assert_int_equal(up(2, 7, 8, &why), 2u);
    assert_int_equal(asked.calls, 5);
    asked.says = OV_ERR_ADDRESS;
    assert_int_equal(up(3, TO_ALL, 7, &why), 0); /* it doesn't move without being asked about */
    assert_int_equal(asked.calls, 6);
    assert_int_equal(up(2, 7, 8, &why), 2u);
    assert_int_equal(up(3, TO_ALL, TO_ALL, &why), 0);
    assert_int_equal(why, OV_ERR_ADDRESS);
    assert_int_equal(asked.calls, 6); /* nobody has this one */
    ov_rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_client_to_client),
        cmocka_unit_test(with_client_to_client),
        cmocka_unit_test(runts),
        cmocka_unit_test(a_client_that_leaves),
        cmocka_unit_test(limits),
        cmocka_unit_test(stations_are_listed),
        cmocka_unit_test(judged_stations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
