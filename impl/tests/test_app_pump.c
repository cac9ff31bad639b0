#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "app/pump.h"

/* The pump between a fake link, a fake engine and a fake tun device, each of
 * which counts what it saw. */

struct fake_link
{
    struct ov_link link;
    size_t waiting;
    size_t hides; /* packets that one call gives at most, the rest is pending; 0: nothing is ever pending */
    size_t sent;
};

struct fake_tun
{
    struct ov_tun tun;
    size_t waiting;
    size_t hides;
    size_t written;
};

struct fake_engine
{
    size_t received;
    size_t sealed;
    size_t ticks;
    size_t control; /* packets that transmit has to give */
    size_t lost;
    size_t claims; /* to be made */
    uint64_t deadline;
    char order[64]; /* r and s, as batches came */
};

static uint8_t memory[2048];

static size_t give(struct ov_datagram *dg, size_t n, size_t *waiting, size_t hides)
{
    size_t count = *waiting < n ? *waiting : n;
    count = hides > 0 && hides < count ? hides : count;
    for (size_t i = 0; i < count; i++)
    {
        dg[i] = (struct ov_datagram){.buf = ov_buf_over(memory, sizeof memory, OV_BUF_HEADROOM)};
        dg[i].buf.len = 100;
    }
    *waiting -= count;
    return count;
}

static size_t count_fate(const struct ov_datagram *dg, size_t n, uint8_t fate)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
    {
        count += dg[i].fate == fate;
    }
    return count;
}

static size_t link_receive(struct ov_link *link, struct ov_datagram *dg, size_t n)
{
    struct fake_link *fake = (struct fake_link *)link;
    return give(dg, n, &fake->waiting, fake->hides);
}

static bool link_pending(const struct ov_link *link)
{
    const struct fake_link *fake = (const struct fake_link *)link;
    return fake->hides > 0 && fake->waiting > 0;
}

static void link_send(struct ov_link *link, struct ov_datagram *dg, size_t n)
{
    ((struct fake_link *)link)->sent += count_fate(dg, n, OV_FATE_LINK);
}

static size_t tun_read(struct ov_tun *tun, struct ov_datagram *dg, size_t n)
{
    struct fake_tun *fake = (struct fake_tun *)tun;
    return give(dg, n, &fake->waiting, fake->hides);
}

static bool tun_pending(const struct ov_tun *tun)
{
    const struct fake_tun *fake = (const struct fake_tun *)tun;
    return fake->hides > 0 && fake->waiting > 0;
}

static void tun_write(struct ov_tun *tun, struct ov_datagram *dg, size_t n)
{
    ((struct fake_tun *)tun)->written += count_fate(dg, n, OV_FATE_TUN);
}

static void note(struct fake_engine *engine, char what)
{
    size_t len = strlen(engine->order);
    if (len + 1 < sizeof engine->order)
    {
        engine->order[len] = what;
    }
}

/* Of each ten packets from the link one is for another client, one is control. */
static void engine_receive(void *ctx, struct ov_datagram *dg, size_t n, struct ov_now now)
{
    struct fake_engine *engine = ctx;
    (void)now;
    note(engine, 'r');
    for (size_t i = 0; i < n; i++)
    {
        size_t number = engine->received++ % 10;
        dg[i].fate = number == 3 ? OV_FATE_LINK : number == 7 ? OV_FATE_CONSUMED : OV_FATE_TUN;
    }
}

static void engine_send(void *ctx, struct ov_datagram *dg, size_t n, struct ov_now now)
{
    struct fake_engine *engine = ctx;
    (void)now;
    note(engine, 's');
    for (size_t i = 0; i < n; i++)
    {
        engine->sealed++;
        dg[i].fate = OV_FATE_LINK;
    }
}

static size_t engine_transmit(void *ctx, struct ov_datagram *dg, size_t n, struct ov_now now)
{
    struct fake_engine *engine = ctx;
    (void)now;
    size_t count = engine->control < n ? engine->control : n;
    for (size_t i = 0; i < count; i++)
    {
        assert_int_equal(dg[i].buf.len, 0);
        assert_true(ov_buf_tailroom(&dg[i].buf) >= OV_BUF_PACKET);
        assert_non_null(ov_buf_put(&dg[i].buf, 50));
        dg[i].fate = OV_FATE_LINK;
    }
    engine->control -= count;
    return count;
}

static uint64_t engine_deadline(void *ctx)
{
    return ((struct fake_engine *)ctx)->deadline;
}

static void engine_lost(void *ctx, const struct ov_addr *addr, enum ov_err err, const char *text,
                        struct ov_now at)
{
    struct fake_engine *engine = ctx;
    (void)at;
    assert_int_equal(addr->port, 7);
    assert_int_equal(err, OV_ERR_CLOSED);
    assert_string_equal(text, "gone");
    engine->lost++;
}

static bool engine_claim(void *ctx, struct ov_addr *addr, bool *used)
{
    struct fake_engine *engine = ctx;
    *addr = (struct ov_addr){.family = 4, .port = 9};
    *used = true;
    return engine->claims > 0 && engine->claims-- > 0;
}

static void engine_tick(void *ctx, struct ov_now now)
{
    struct fake_engine *engine = ctx;
    engine->ticks++;
    engine->deadline = now.mono_ms + 500;
}

static const struct ov_engine fake_engine = {.receive = engine_receive,
                                             .send = engine_send,
                                             .transmit = engine_transmit,
                                             .deadline = engine_deadline,
                                             .tick = engine_tick,
                                             .lost = engine_lost,
                                             .claim = engine_claim};
static const struct ov_link_ops link_ops = {
    .receive = link_receive, .send = link_send, .pending = link_pending};

/* The same as a link with connections. */
static struct
{
    size_t lost; /* events to come */
    bool up;     /* before them */
    size_t claims;
    bool full;
    size_t fills; /* sends until it is full */
    uint64_t ticked_ms;
    uint64_t deadline;
} wired;

static bool wired_event(struct ov_link *link, struct ov_link_event *event)
{
    (void)link;
    *event = (struct ov_link_event){
        .up = wired.up, .addr = {.family = 4, .port = 7}, .err = OV_ERR_CLOSED, .text = "gone"};
    if (wired.up)
    {
        wired.up = false;
        return true;
    }
    return wired.lost > 0 && wired.lost-- > 0;
}

static void wired_claim(struct ov_link *link, const struct ov_addr *addr, bool used)
{
    (void)link;
    assert_int_equal(addr->port, 9);
    assert_true(used);
    wired.claims++;
}

static bool wired_full(const struct ov_link *link)
{
    (void)link;
    return wired.full;
}

static void wired_tick(struct ov_link *link, struct ov_now at)
{
    (void)link;
    wired.ticked_ms = at.mono_ms;
}

static uint64_t wired_deadline(const struct ov_link *link)
{
    (void)link;
    return wired.deadline;
}

static void wired_send(struct ov_link *link, struct ov_datagram *dg, size_t n)
{
    link_send(link, dg, n);
    wired.full = wired.full || (wired.fills > 0 && --wired.fills == 0);
}

static const struct ov_link_connections wired_connections = {wired_event, wired_claim, wired_full, wired_tick,
                                                             wired_deadline};
static const struct ov_link_ops wired_ops = {
    .connections = &wired_connections, .receive = link_receive, .send = wired_send, .pending = link_pending};
static const struct ov_tun_ops tun_ops = {.read = tun_read, .write = tun_write, .pending = tun_pending};

static struct ov_pump pump;
static struct fake_link net;
static struct fake_tun tun;
static struct fake_engine engine;
static const struct ov_now now = {1000, 1};
static const struct ov_pump_ready both = {true, true};

static int fresh(void **state)
{
    (void)state;
    memset(&pump, 0, sizeof pump);
    memset(&net, 0, sizeof net);
    memset(&tun, 0, sizeof tun);
    memset(&engine, 0, sizeof engine);
    net.link.ops = &link_ops;
    tun.tun.ops = &tun_ops;
    engine.deadline = OV_NEVER;
    pump.engine = &fake_engine;
    pump.ctx = &engine;
    pump.link = &net.link;
    pump.tun = &tun.tun;
    return 0;
}

static void test_directions_alternate(void **state)
{
    (void)state;
    net.waiting = 3 * OV_PUMP_BATCH;
    tun.waiting = 2 * OV_PUMP_BATCH + 1;
    ov_pump_run(&pump, both, now);
    assert_string_equal(engine.order, "rsrsrs");
    /* Of 192 packets 19 end in 3 and 19 in 7. */
    assert_int_equal(OV_PUMP_BATCH, 64);
    assert_int_equal(engine.received, 192);
    assert_int_equal(engine.sealed, 129);
    assert_int_equal(tun.written, 192 - 19 - 19);
    assert_int_equal(net.sent, 129 + 19);
}

static void test_budget(void **state)
{
    (void)state;
    net.waiting = 100000;
    tun.waiting = 5;
    ov_pump_run(&pump, both, now);
    assert_int_equal(engine.received, OV_PUMP_TURNS * OV_PUMP_BATCH);
    assert_int_equal(engine.sealed, 5);
    assert_memory_equal(engine.order, "rsrr", 4);
}

static void test_only_what_is_ready(void **state)
{
    (void)state;
    net.waiting = tun.waiting = 5;
    ov_pump_run(&pump, (struct ov_pump_ready){.tun = true}, now);
    assert_string_equal(engine.order, "s");
    ov_pump_run(&pump, (struct ov_pump_ready){.link = true}, now);
    assert_string_equal(engine.order, "sr");
}

/* What a train or a super-packet left inside link or tun is pumped though neither file is ready. */
static void test_hidden_is_pumped(void **state)
{
    static const struct
    {
        size_t net;
        size_t tun;
        const char *order;
    } cases[] = {{7, 0, "rrr"}, {0, 4, "ss"}, {4, 7, "rsrss"}, {0, 0, ""}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        (void)fresh(state);
        net.waiting = cases[i].net;
        tun.waiting = cases[i].tun;
        net.hides = tun.hides = 3;
        ov_pump_run(&pump, (struct ov_pump_ready){0}, now);
        assert_string_equal(engine.order, cases[i].order);
        assert_int_equal(engine.received, cases[i].net);
        assert_int_equal(engine.sealed, cases[i].tun);
        assert_true(ov_pump_settle(&pump, now) == OV_NEVER);
    }
}

/* The budget ends before what is hidden does: the next wake-up is due at once, and goes on there. */
static void test_hidden_wakes_again(void **state)
{
    enum
    {
        MORE = 3 * OV_PUMP_TURNS + 1
    };
    static const struct
    {
        size_t net;
        size_t tun;
        bool engine;
    } cases[] = {{MORE, 0, true}, {0, MORE, true}, {MORE, MORE, true}, {MORE, MORE, false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        (void)fresh(state);
        net.waiting = cases[i].net;
        tun.waiting = cases[i].tun;
        net.hides = tun.hides = 3;
        pump.ctx = cases[i].engine ? &engine : NULL;
        engine.deadline = 5000;
        ov_pump_run(&pump, both, now);
        assert_int_equal(net.waiting + tun.waiting, (cases[i].net > 0) + (cases[i].tun > 0));
        assert_true(ov_pump_settle(&pump, now) == now.mono_ms);
        ov_pump_run(&pump, (struct ov_pump_ready){0}, now);
        assert_int_equal(net.waiting + tun.waiting, 0);
        assert_true(ov_pump_settle(&pump, now) == (cases[i].engine ? 5000 : OV_NEVER));
    }
}

/* Between two sessions the device is drained: what waited there is old news. */
static void test_without_engine(void **state)
{
    (void)state;
    net.waiting = tun.waiting = 40;
    pump.ctx = NULL;
    ov_pump_run(&pump, both, now);
    assert_int_equal(net.waiting + tun.waiting, 0);
    assert_int_equal(pump.tun_dropped, 40);
    assert_int_equal(net.sent + tun.written, 0);
    assert_true(ov_pump_settle(&pump, now) == OV_NEVER);
    pump.link = NULL;
    pump.tun = NULL;
    ov_pump_run(&pump, both, now);
}

static void test_settle(void **state)
{
    static const struct
    {
        uint64_t deadline;
        size_t control;
        size_t ticks;
        size_t sent;
        uint64_t next;
    } cases[] = {
        {OV_NEVER, 0, 0, 0, OV_NEVER}, {2000, 3, 0, 0, 2000},
        {1000, 16, 1, 16, 1500},       {0, 40, 1, 40, 1500},
        {1001, 0, 0, 0, 1001},         {0, 100000, 1, OV_PUMP_TURNS * OV_PUMP_CONTROL, 1500},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        (void)fresh(state);
        engine.deadline = cases[i].deadline;
        engine.control = cases[i].control;
        assert_true(ov_pump_settle(&pump, now) == cases[i].next);
        assert_int_equal(engine.ticks, cases[i].ticks);
        assert_int_equal(net.sent, cases[i].sent);
    }
}

static void stubborn_tick(void *ctx, struct ov_now at)
{
    (void)ctx;
    (void)at;
}

/* An engine whose deadline stays in the past is called again, but a millisecond later. */
static void test_no_spin(void **state)
{
    static const struct ov_engine stubborn = {.receive = engine_receive,
                                              .send = engine_send,
                                              .transmit = engine_transmit,
                                              .deadline = engine_deadline,
                                              .tick = stubborn_tick};
    (void)state;
    pump.engine = &stubborn;
    engine.deadline = 0;
    assert_true(ov_pump_settle(&pump, now) == now.mono_ms + 1);
}

static void use_wired(void)
{
    memset(&wired, 0, sizeof wired);
    wired.deadline = OV_NEVER;
    net.link.ops = &wired_ops;
}

static void test_connections_are_followed(void **state)
{
    (void)state;
    use_wired();
    wired.up = true;
    wired.lost = 3;
    engine.claims = 2;
    ov_pump_run(&pump, both, now);
    assert_int_equal(wired.ticked_ms, now.mono_ms);
    assert_int_equal(engine.lost, 3);
    assert_int_equal(wired.claims, 2);
    /* What comes up while control packets are sent, too. */
    engine.claims = 1;
    wired.deadline = 1700;
    assert_true(ov_pump_settle(&pump, now) == 1700);
    assert_int_equal(wired.claims, 3);
    /* Without an engine the program asks by itself. */
    pump.ctx = NULL;
    wired.lost = 1;
    ov_pump_run(&pump, both, now);
    assert_int_equal(wired.lost, 1);
}

/* A full link stops the tun device, not the other direction; and nothing spins meanwhile. */
static void test_full_link(void **state)
{
    (void)state;
    use_wired();
    tun.waiting = 5 * OV_PUMP_BATCH;
    tun.hides = 10;
    wired.fills = 2;
    ov_pump_run(&pump, both, now);
    assert_true(pump.tun_waits);
    assert_int_equal(engine.sealed, 20);
    assert_true(ov_pump_settle(&pump, now) == OV_NEVER);
    net.waiting = 20;
    ov_pump_run(&pump, (struct ov_pump_ready){.link = true}, now);
    assert_true(pump.tun_waits);
    assert_int_equal(engine.received, 20);
    assert_int_equal(engine.sealed, 20);
    wired.full = false; /* the link got rid of it: the tun device goes on though nothing said it was ready */
    ov_pump_run(&pump, (struct ov_pump_ready){.link = true}, now);
    assert_false(pump.tun_waits);
    assert_int_equal(engine.sealed, 20 + 10 * OV_PUMP_TURNS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_directions_alternate, fresh),
        cmocka_unit_test_setup(test_budget, fresh),
        cmocka_unit_test_setup(test_only_what_is_ready, fresh),
        cmocka_unit_test_setup(test_hidden_is_pumped, fresh),
        cmocka_unit_test_setup(test_hidden_wakes_again, fresh),
        cmocka_unit_test_setup(test_without_engine, fresh),
        cmocka_unit_test_setup(test_settle, fresh),
        cmocka_unit_test_setup(test_no_spin, fresh),
        cmocka_unit_test_setup(test_connections_are_followed, fresh),
        cmocka_unit_test_setup(test_full_link, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
