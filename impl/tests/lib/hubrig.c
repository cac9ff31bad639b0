#include "tests/lib/hubrig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "wire/opcode.h"

#define ROUNDS_MAX 200u

static struct ov_test_batch out;
static struct ov_test_batch in;

void ov_rig_open(struct ov_rig *rig, bool tls_crypt, const char *server_text)
{
    ov_rig_open_as(rig, tls_crypt ? OV_END_TLS_CRYPT : OV_END_PLAIN, server_text);
}

/* What a client would have. */
static void take_client_keys(struct ov_rig *rig, const struct ov_end_spec *spec)
{
    static struct ov_client_end client;
    ov_client_end_open(&client, spec);
    const struct ov_control_keys *keys = client.settings.keys;
    assert_int_equal(ov_wrap_init(&rig->wrap, spec->crypto, &keys->wrap, OV_ROLE_CLIENT), OV_OK);
    rig->wkc = keys->wkc;
    rig->wrap_id.id = keys->wkc.len > 0 && !client.old ? OV_WRAP_ID_EARLY : 0;
    ov_client_end_close(&client);
}

void ov_rig_open_as(struct ov_rig *rig, enum ov_end_wrap mode, const char *server_text)
{
    struct ov_end_spec spec = ov_end_spec_default();
    memset(rig, 0, sizeof *rig);
    rig->mode = mode;
    rig->now = (struct ov_now){1000000, 0x60000000};
    rig->server_addr = ov_test_addr4(1, 1194);
    spec.wrap = mode;
    rig->wrap_id.time = rig->now.wall_s;
    take_client_keys(rig, &spec);
    spec.more = server_text;
    ov_server_end_open(&rig->server, &spec, rig->now);
}

void ov_rig_close(struct ov_rig *rig)
{
    for (size_t i = 0; i < OV_RIG_CLIENTS; i++)
    {
        if (rig->client[i].open)
        {
            ov_client_end_close(&rig->client[i].end);
        }
    }
    ov_wrap_clear(&rig->wrap);
    ov_server_end_close(&rig->server);
}

struct ov_rig_client *ov_rig_add(struct ov_rig *rig, size_t n, const char *name, const struct ov_addr *addr,
                                 const char *text)
{
    struct ov_rig_client *client = &rig->client[n];
    struct ov_end_spec spec = ov_end_spec_default();
    spec.wrap = rig->mode;
    spec.cert = name;
    spec.more = text;
    spec.seed = n + 1;
    ov_client_end_open(&client->end, &spec);
    client->addr = *addr;
    client->open = true;
    return client;
}

/* Client to hub. */
static size_t carry_up(struct ov_rig *rig, struct ov_rig_client *client)
{
    ov_test_batch_reset(&out);
    ov_test_batch_reset(&in);
    const size_t count = ov_session_transmit(&client->end.session, out.dg, OV_TEST_BATCH, rig->now);
    for (size_t i = 0; i < count; i++)
    {
        ov_test_batch_add(&in, &client->addr, ov_buf_data(&out.dg[i].buf), out.dg[i].buf.len);
    }
    ov_hub_receive(rig->server.hub, in.dg, in.count, rig->now);
    return count;
}

static struct ov_rig_client *client_at(struct ov_rig *rig, const struct ov_addr *addr)
{
    for (size_t i = 0; i < OV_RIG_CLIENTS; i++)
    {
        if (rig->client[i].open && ov_addr_equal(&rig->client[i].addr, addr))
        {
            return &rig->client[i];
        }
    }
    return NULL;
}

static size_t carry_down(struct ov_rig *rig)
{
    ov_test_batch_reset(&out);
    const size_t count = ov_hub_transmit(rig->server.hub, out.dg, OV_TEST_BATCH, rig->now);
    for (size_t i = 0; i < count; i++)
    {
        struct ov_rig_client *client = client_at(rig, &out.dg[i].addr);
        if (client != NULL)
        {
            ov_test_batch_reset(&in);
            ov_test_batch_add(&in, &rig->server_addr, ov_buf_data(&out.dg[i].buf), out.dg[i].buf.len);
            ov_session_receive(&client->end.session, in.dg, 1, rig->now);
        }
    }
    return count;
}

void ov_rig_settle(struct ov_rig *rig)
{
    size_t moved = 1;
    for (unsigned round = 0; moved > 0; round++)
    {
        assert_true(round < ROUNDS_MAX);
        moved = carry_down(rig);
        for (size_t i = 0; i < OV_RIG_CLIENTS; i++)
        {
            moved += rig->client[i].open ? carry_up(rig, &rig->client[i]) : 0;
        }
    }
}

void ov_rig_connect(struct ov_rig *rig, struct ov_rig_client *client)
{
    ov_client_end_start(&client->end, &rig->server_addr, rig->now);
    ov_rig_settle(rig);
}

void ov_rig_wait(struct ov_rig *rig, uint32_t ms)
{
    const uint64_t end_ms = rig->now.mono_ms + ms;
    while (rig->now.mono_ms < end_ms)
    {
        rig->now.mono_ms += 100;
        rig->now.wall_s = 0x60000000 + (uint32_t)((rig->now.mono_ms - 1000000) / 1000);
        ov_hub_tick(rig->server.hub, rig->now);
        for (size_t i = 0; i < OV_RIG_CLIENTS; i++)
        {
            if (rig->client[i].open)
            {
                ov_session_tick(&rig->client[i].end.session, rig->now);
            }
        }
        ov_rig_settle(rig);
    }
}

bool ov_rig_connected(const struct ov_rig_client *client)
{
    struct ov_session_status status;
    ov_session_status(&client->end.session, &status);
    return status.connected;
}

void ov_rig_send_up(struct ov_rig *rig, struct ov_rig_client *client, uint32_t src, uint32_t dst,
                    uint32_t number, struct ov_test_batch *batch)
{
    uint8_t inner[64];
    const uint32_t len = ov_test_inner4(inner, src, dst, number, sizeof inner);
    ov_test_batch_reset(&out);
    ov_test_batch_add(&out, NULL, inner, len);
    ov_session_send(&client->end.session, out.dg, 1, rig->now);
    assert_int_equal(out.dg[0].fate, OV_FATE_LINK);
    ov_test_batch_reset(batch);
    ov_test_batch_add(batch, &client->addr, ov_buf_data(&out.dg[0].buf), out.dg[0].buf.len);
    ov_hub_receive(rig->server.hub, batch->dg, 1, rig->now);
}

bool ov_rig_send_down(struct ov_rig *rig, uint32_t dst, uint32_t number, size_t n)
{
    uint8_t inner[64];
    uint32_t got = 0;
    const uint32_t len = ov_test_inner4(inner, 0x0a080001, dst, number, sizeof inner);
    ov_test_batch_reset(&out);
    ov_test_batch_add(&out, NULL, inner, len);
    ov_hub_send(rig->server.hub, out.dg, 1, rig->now);
    if (out.dg[0].fate != OV_FATE_LINK || client_at(rig, &out.dg[0].addr) != &rig->client[n])
    {
        return false;
    }
    out.dg[0].addr = rig->server_addr;
    out.dg[0].fate = OV_FATE_NONE;
    ov_session_receive(&rig->client[n].end.session, out.dg, 1, rig->now);
    return out.dg[0].fate == OV_FATE_TUN &&
           ov_test_inner4_number(ov_buf_data(&out.dg[0].buf), out.dg[0].buf.len, &got) && got == number;
}

enum ov_fate ov_rig_raw(struct ov_rig *rig, const struct ov_addr *from, const void *data, size_t len,
                        enum ov_err *why)
{
    ov_test_batch_reset(&in);
    ov_test_batch_add(&in, from, data, len);
    ov_hub_receive(rig->server.hub, in.dg, 1, rig->now);
    *why = in.dg[0].fate == OV_FATE_DROPPED ? (enum ov_err)in.dg[0].why : OV_OK;
    return (enum ov_fate)in.dg[0].fate;
}

enum ov_fate ov_rig_control(struct ov_rig *rig, const struct ov_addr *from, const struct ov_control *control,
                            enum ov_err *why)
{
    uint8_t mem[2048];
    struct ov_buf buf = ov_buf_over(mem, sizeof mem, 128);
    struct ov_writer w = ov_writer_over(ov_buf_data(&buf), ov_buf_tailroom(&buf));
    assert_int_equal(ov_control_encode_body(control, &w), OV_OK);
    (void)ov_buf_put(&buf, (uint32_t)ov_writer_len(&w));
    rig->wrap_id.id++;
    assert_int_equal(ov_wrap_seal(&rig->wrap, rig->wrap_id,
                                  ov_opcode_join((enum ov_opcode)control->opcode, control->key_id),
                                  &control->sid, &buf),
                     OV_OK);
    if (ov_opcode_has_wkc(control->opcode))
    {
        memcpy(ov_buf_put(&buf, rig->wkc.len), rig->wkc.octets, rig->wkc.len);
    }
    return ov_rig_raw(rig, from, ov_buf_data(&buf), buf.len, why);
}

bool ov_rig_reply(struct ov_rig *rig, struct ov_control *control, struct ov_addr *to, struct ov_wrap_id *id)
{
    struct ov_wrap_head head;
    ov_test_batch_reset(&out);
    if (ov_hub_transmit(rig->server.hub, out.dg, 1, rig->now) == 0)
    {
        return false;
    }
    *to = out.dg[0].addr;
    assert_int_equal(ov_wrap_open(&rig->wrap, &out.dg[0].buf, &head), OV_OK);
    *id = head.id;
    assert_int_equal(ov_control_decode(head.first_octet, &head.sid, ov_buf_data(&out.dg[0].buf),
                                       out.dg[0].buf.len, control),
                     OV_OK);
    return true;
}

struct ov_hub_stats ov_rig_stats(const struct ov_rig *rig)
{
    struct ov_hub_stats stats;
    ov_hub_stats(rig->server.hub, &stats);
    return stats;
}

bool ov_rig_event(struct ov_rig *rig, enum ov_event_kind kind, struct ov_event *event)
{
    while (ov_hub_event(rig->server.hub, event))
    {
        if (event->kind == kind)
        {
            return true;
        }
    }
    return false;
}
