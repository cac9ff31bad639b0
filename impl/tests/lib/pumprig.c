#include "tests/lib/pumprig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct pumprig rig;
const struct ov_now pumprig_now = {1000, 1};
const struct ov_pump_ready pumprig_both = {true, true};

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
    fake->most = fake->reads++ == 0 ? n : fake->most;
    return give(dg, n, &fake->waiting, fake->hides);
}

static bool tun_pending(const struct ov_tun *tun)
{
    const struct fake_tun *fake = (const struct fake_tun *)tun;
    return fake->hides > 0 && fake->waiting > 0;
}

static void tun_write(struct ov_tun *tun, struct ov_datagram *dg, size_t n)
{
    struct fake_tun *fake = (struct fake_tun *)tun;
    fake->written += count_fate(dg, n, OV_FATE_TUN);
    fake->waiting += fake->answers;
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

const struct ov_engine pumprig_engine = {.receive = engine_receive,
                                         .send = engine_send,
                                         .transmit = engine_transmit,
                                         .deadline = engine_deadline,
                                         .tick = engine_tick,
                                         .lost = engine_lost,
                                         .claim = engine_claim};
static const struct ov_link_ops link_ops = {
    .receive = link_receive, .send = link_send, .pending = link_pending};

static bool wired_event(struct ov_link *link, struct ov_link_event *event)
{
    (void)link;
    *event = (struct ov_link_event){
        .up = rig.wired.up, .addr = {.family = 4, .port = 7}, .err = OV_ERR_CLOSED, .text = "gone"};
    if (rig.wired.up)
    {
        rig.wired.up = false;
        return true;
    }
    return rig.wired.lost > 0 && rig.wired.lost-- > 0;
}

static void wired_claim(struct ov_link *link, const struct ov_addr *addr, bool used)
{
    (void)link;
    assert_int_equal(addr->port, 9);
    assert_true(used);
    rig.wired.claims++;
}

static uint32_t wired_room(const struct ov_link *link)
{
    (void)link;
    return rig.wired.room > 0 ? rig.wired.room : UINT32_MAX;
}

static bool wired_full(const struct ov_link *link)
{
    (void)link;
    return rig.wired.full;
}

static void wired_tick(struct ov_link *link, struct ov_now at)
{
    (void)link;
    rig.wired.ticked_ms = at.mono_ms;
}

static uint64_t wired_deadline(const struct ov_link *link)
{
    (void)link;
    return rig.wired.deadline;
}

static void wired_send(struct ov_link *link, struct ov_datagram *dg, size_t n)
{
    link_send(link, dg, n);
    rig.wired.full = rig.wired.full || (rig.wired.fills > 0 && --rig.wired.fills == 0);
}

static const struct ov_link_connections wired_connections = {wired_event, wired_claim, wired_full,
                                                             wired_room,  wired_tick,  wired_deadline};
static const struct ov_link_ops wired_ops = {
    .connections = &wired_connections, .receive = link_receive, .send = wired_send, .pending = link_pending};
static const struct ov_tun_ops tun_ops = {.read = tun_read, .write = tun_write, .pending = tun_pending};

int pumprig_fresh(void **state)
{
    (void)state;
    memset(&rig, 0, sizeof rig);
    rig.net.link.ops = &link_ops;
    rig.tun.tun.ops = &tun_ops;
    rig.engine.deadline = OV_NEVER;
    rig.pump.engine = &pumprig_engine;
    rig.pump.ctx = &rig.engine;
    rig.pump.link = &rig.net.link;
    rig.pump.tun = &rig.tun.tun;
    rig.pump.tun_read_ms = pumprig_now.mono_ms;
    return 0;
}

void pumprig_use_wired(void)
{
    memset(&rig.wired, 0, sizeof rig.wired);
    rig.wired.deadline = OV_NEVER;
    rig.net.link.ops = &wired_ops;
}
