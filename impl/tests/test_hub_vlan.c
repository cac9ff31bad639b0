/* VLANs of a server of Ethernet clients: who gets which frame, and with which tag. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hub/private.h"
#include "lib/hubrig.h"
#include "wire/vlan.h"

#define CLIENTS 4u
#define FRAME   60u
#define TO_ALL  0xffu
#define TAP     CLIENTS
#define OS      0x100u /* the operating system got it */
#define NONE    0xffffu
#define PRIO    0u /* a tag without a VLAN */

static struct ov_rig rig;
static struct ov_test_batch batch;
static struct ov_test_batch copies;

static void put_mac(uint8_t *out, uint8_t n)
{
    const uint8_t one[6] = {2, 0, 0, 0, 0, n};
    memcpy(out, one, sizeof one);
    if (n == TO_ALL)
    {
        memset(out, 0xff, 6);
    }
}

/* tag NONE: without. */
static uint32_t make_frame(uint8_t *out, uint8_t dst, uint8_t src, uint16_t tag)
{
    uint8_t *at = out + 12;
    memset(out, 0xaa, FRAME + OV_VLAN_LEN);
    put_mac(out, dst);
    put_mac(out + 6, src);
    if (tag != NONE)
    {
        *at++ = 0x81;
        *at++ = 0x00;
        *at++ = (uint8_t)((tag == PRIO ? 0xa0 : 0) | tag >> 8);
        *at++ = (uint8_t)tag;
    }
    *at++ = 0x88;
    *at++ = 0xb5;
    return FRAME + (tag != NONE ? OV_VLAN_LEN : 0);
}

/* Clients 0 and 1 are in VLAN 10, client 2 in 20, client 3 in the server's. */
static void open_rig(const char *more)
{
    static const char *const own[CLIENTS] = {"vlan-pvid 10", "vlan-pvid 10", "vlan-pvid 20", ""};
    char text[256];
    (void)snprintf(text, sizeof text, "dev tap\nvlan-tagging\n%s", more);
    ov_rig_open(&rig, false, text);
    rig.server.settings.asks = true;
    for (size_t n = 0; n < CLIENTS; n++)
    {
        char name[16];
        struct ov_event event;
        struct ov_client_options *options = NULL;
        const struct ov_addr addr = ov_test_addr4((uint8_t)(10 + n), (uint16_t)(40000 + n));
        (void)snprintf(name, sizeof name, "client%zu", n);
        ov_rig_connect(&rig, ov_rig_add(&rig, n, name, &addr, "dev tap\n"));
        assert_true(ov_rig_event(&rig, OV_EVENT_CLIENT, &event));
        assert_int_equal(ov_client_options_new(rig.server.settings.session.config, NULL, &options), OV_OK);
        assert_int_equal(ov_client_options_add(options, "ccd", own[n], strlen(own[n])), OV_OK);
        assert_null(ov_client_options_diags(options)->first);
        assert_int_equal(ov_hub_settle(rig.server.hub, event.ticket, options, rig.now), OV_OK);
        ov_rig_settle(&rig);
        assert_true(ov_rig_connected(&rig.client[n]));
    }
}

struct outcome
{
    unsigned got;    /* clients by bit, OS */
    uint16_t os_tag; /* of the frame that the operating system got */
    uint16_t tag;    /* of those that clients got: all have the same */
    enum ov_err why;
};

static uint16_t tag_of(const struct ov_buf *buf)
{
    struct ov_vlan tag;
    assert_int_equal(ov_vlan_read(ov_buf_data(buf), buf->len, &tag), OV_OK);
    return tag.tagged ? tag.id : NONE;
}

static void deliver(struct ov_datagram *dg, struct outcome *out)
{
    size_t n = 0;
    while (n < CLIENTS && !ov_addr_equal(&rig.client[n].addr, &dg->addr))
    {
        n++;
    }
    assert_true(n < CLIENTS);
    dg->addr = rig.server_addr;
    dg->fate = OV_FATE_NONE;
    ov_session_receive(&rig.client[n].end.session, dg, 1, rig.now);
    if (dg->fate == OV_FATE_TUN)
    {
        out->got |= 1u << n;
        out->tag = tag_of(&dg->buf);
    }
}

static void take(struct ov_datagram *dg, struct outcome *out)
{
    size_t count = 0;
    out->why = dg->fate == OV_FATE_DROPPED ? (enum ov_err)dg->why : OV_OK;
    if (dg->fate == OV_FATE_TUN)
    {
        out->got |= OS;
        out->os_tag = tag_of(&dg->buf);
        assert_int_equal(dg->buf.len, FRAME + (out->os_tag != NONE ? OV_VLAN_LEN : 0));
    }
    else if (dg->fate == OV_FATE_LINK)
    {
        deliver(dg, out);
    }
    do
    {
        ov_test_batch_reset(&copies);
        count = ov_hub_transmit(rig.server.hub, copies.dg, 3, rig.now);
        for (size_t i = 0; i < count; i++)
        {
            deliver(&copies.dg[i], out);
        }
    } while (count > 0);
}

static struct outcome carry(size_t from, const uint8_t *frame, uint32_t len)
{
    struct outcome out = {0, NONE, NONE, OV_OK};
    ov_test_batch_reset(&batch);
    if (from == TAP)
    {
        ov_test_batch_add(&batch, NULL, frame, len);
        ov_hub_send(rig.server.hub, batch.dg, 1, rig.now);
    }
    else
    {
        ov_test_batch_reset(&copies);
        ov_test_batch_add(&copies, NULL, frame, len);
        ov_session_send(&rig.client[from].end.session, copies.dg, 1, rig.now);
        ov_test_batch_add(&batch, &rig.client[from].addr, ov_buf_data(&copies.dg[0].buf),
                          copies.dg[0].buf.len);
        ov_hub_receive(rig.server.hub, batch.dg, 1, rig.now);
    }
    take(&batch.dg[0], &out);
    return out;
}

struct step
{
    size_t from; /* client or TAP */
    uint8_t dst, src;
    uint16_t tag;
    struct outcome wanted;
};

static void run(const char *text, const struct step *steps, size_t count)
{
    open_rig(text);
    for (size_t i = 0; i < count; i++)
    {
        uint8_t frame[FRAME + OV_VLAN_LEN];
        const struct step *s = &steps[i];
        const struct outcome *w = &s->wanted;
        const struct outcome o = carry(s->from, frame, make_frame(frame, s->dst, s->src, s->tag));
        if (o.got != w->got || o.os_tag != w->os_tag || o.tag != w->tag || o.why != w->why)
        {
            fail_msg("%s step %zu: got %x tag %x/%x %s, not %x tag %x/%x %s", text, i, o.got, o.os_tag, o.tag,
                     ov_err_name(o.why), w->got, w->os_tag, w->tag, ov_err_name(w->why));
        }
    }
    ov_rig_close(&rig);
}

#define RUN(text, steps) run(text, steps, sizeof steps / sizeof steps[0])

#define TO_OS(t)                                                                                             \
    {                                                                                                        \
        OS, t, NONE, OV_OK                                                                                   \
    }
#define TO(who)                                                                                              \
    {                                                                                                        \
        who, NONE, NONE, OV_OK                                                                               \
    }
#define DROPPED(e)                                                                                           \
    {                                                                                                        \
        0, NONE, NONE, e                                                                                     \
    }

/* What every mode has in common: clients are kept apart, and may not name a VLAN themselves. */
static void accept_all(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {0, 0x80, 1, NONE, TO_OS(10)},
        {1, 0x80, 2, NONE, TO_OS(10)},
        {2, 0x80, 3, NONE, TO_OS(20)},
        {3, 0x80, 4, NONE, TO_OS(NONE)}, /* its VLAN is the one without a tag */
        {3, 0x80, 4, PRIO, TO_OS(PRIO)},
        {0, 0x80, 1, PRIO, TO_OS(10)},
        {0, 0x80, 1, 10, DROPPED(OV_ERR_UNSUPPORTED)},
        {0, 0x80, 1, 20, DROPPED(OV_ERR_UNSUPPORTED)},
        {TAP, 1, 0x80, 10, TO(1)},
        {TAP, 1, 0x80, 20, DROPPED(OV_ERR_ADDRESS)},
        {TAP, 1, 0x80, NONE, DROPPED(OV_ERR_ADDRESS)},
        {TAP, 4, 0x80, NONE, TO(8)},
        {TAP, 4, 0x80, PRIO, {8, NONE, PRIO, OV_OK}},
        {TAP, 4, 0x80, 7, TO(8)},
        {TAP, TO_ALL, 0x80, 10, TO(3)},
        {TAP, TO_ALL, 0x80, 20, TO(4)},
        {TAP, TO_ALL, 0x80, NONE, TO(8)},
        {TAP, TO_ALL, 0x80, 30, DROPPED(OV_ERR_ADDRESS)},
        {TAP, TO_ALL, 0x80, 4095, DROPPED(OV_ERR_FORMAT)},
        /* The same station in two VLANs is two stations. */
        {2, 0x80, 1, NONE, TO_OS(20)},
        {TAP, 1, 0x80, 10, TO(1)},
        {TAP, 1, 0x80, 20, TO(4)},
    };
    RUN("vlan-pvid 7\n", steps);
}

static void accept_tagged(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {0, 0x80, 1, NONE, TO_OS(10)},
        {3, 0x80, 4, NONE, TO_OS(1)},
        {3, 0x80, 4, PRIO, TO_OS(1)},
        {TAP, 1, 0x80, 10, TO(1)},
        {TAP, 4, 0x80, 1, TO(8)},
        {TAP, 4, 0x80, NONE, DROPPED(OV_ERR_UNSUPPORTED)},
        {TAP, 4, 0x80, PRIO, {8, NONE, PRIO, OV_OK}},
        {TAP, TO_ALL, 0x80, NONE, DROPPED(OV_ERR_UNSUPPORTED)},
    };
    RUN("vlan-accept tagged\n", steps);
}

static void accept_untagged(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {0, 0x80, 1, NONE, DROPPED(OV_ERR_ADDRESS)}, /* the tap device is in another VLAN */
        {3, 0x80, 4, NONE, TO_OS(NONE)},
        {TAP, 4, 0x80, NONE, TO(8)},
        {TAP, 4, 0x80, PRIO, {8, NONE, PRIO, OV_OK}},
        {TAP, 4, 0x80, 1, DROPPED(OV_ERR_UNSUPPORTED)},
        {TAP, 1, 0x80, NONE, DROPPED(OV_ERR_ADDRESS)},
        {TAP, TO_ALL, 0x80, NONE, TO(8)},
    };
    RUN("vlan-accept untagged\n", steps);
}

static void client_to_client(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {1, 0x80, 2, NONE, TO_OS(10)},
        {2, 0x80, 3, NONE, TO_OS(20)},
        {0, 2, 1, NONE, TO(2)},
        {0, 3, 1, NONE, TO_OS(10)}, /* nobody of its VLAN: as an unknown station */
        {0, TO_ALL, 1, NONE, {OS | 2, 10, NONE, OV_OK}},
        {3, TO_ALL, 4, NONE, TO_OS(NONE)},
    };
    RUN("client-to-client\n", steps);
}

/* Frames that are cut, both ways: counted drops. */
static void runts(void **state)
{
    (void)state;
    uint8_t frame[FRAME + OV_VLAN_LEN];
    open_rig("");
    (void)make_frame(frame, 0x80, 1, 10);
    for (uint32_t len = 1; len < 18; len++)
    {
        assert_int_equal(carry(TAP, frame, len).why, OV_ERR_TRUNCATED);
        ov_assert_err(carry(0, frame, len).why, len < 14 ? OV_ERR_FORMAT : OV_ERR_TRUNCATED);
    }
    ov_rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accept_all),      cmocka_unit_test(accept_tagged),
        cmocka_unit_test(accept_untagged), cmocka_unit_test(client_to_client),
        cmocka_unit_test(runts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
