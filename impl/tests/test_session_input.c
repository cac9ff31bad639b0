/* What a connected session does with packets it should not get: each is dropped for its own reason, and the connection
 * lives on (bad-inputs 5.1, 5.2, 5.4). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/pair.h"
#include "session/private.h"
#include "wire/control.h"

static const struct ov_wire_faults quiet = {.latency_ms = 10};
static struct ov_pair pair;
static struct ov_test_batch batch;

static void connect_pair(bool tls_crypt)
{
    struct ov_end_spec spec = ov_end_spec_default();
    spec.tls_crypt = tls_crypt;
    spec.built.dyn_tls_crypt = tls_crypt;
    ov_pair_open(&pair, &spec, &spec, &quiet, 1);
    assert_true(ov_pair_until(&pair, ov_pair_is_up, 10));
    ov_pair_wait(&pair, 1000);
}

static struct ov_session *client(void)
{
    return &pair.client.session;
}

static bool exchanged_more(const struct ov_pair *p)
{
    return p->up.arrived >= 5 && p->down.arrived >= 5;
}

static bool both_rekeyed(const struct ov_pair *p)
{
    return p->rekeys[0] > 0 && p->rekeys[1] > 0;
}

/* Data flows both ways and a renegotiation works. */
static void must_be_well(void)
{
    pair.up.arrived = pair.down.arrived = 0;
    pair.rekeys[0] = pair.rekeys[1] = 0;
    pair.pace_ms = 20;
    assert_true(ov_pair_until(&pair, exchanged_more, 5));
    pair.pace_ms = 0;
    ov_pair_wait(&pair, 100);
    assert_int_equal(ov_session_renegotiate(client(), pair.now), OV_OK);
    assert_true(ov_pair_until(&pair, both_rekeyed, 10));
    assert_int_equal(pair.restarts, 0);
    ov_pair_wait(&pair, 100);
}

static enum ov_err give(const void *data, size_t len, const struct ov_addr *from)
{
    ov_test_batch_reset(&batch);
    ov_test_batch_add(&batch, from, data, len);
    ov_session_receive(client(), batch.dg, 1, pair.now);
    if (batch.dg[0].fate == OV_FATE_CONSUMED)
    {
        return OV_OK;
    }
    assert_int_equal(batch.dg[0].fate, OV_FATE_DROPPED);
    assert_int_equal(batch.dg[0].buf.len, 0);
    return (enum ov_err)batch.dg[0].why;
}

static enum ov_err give_control(const struct ov_control *control, const struct ov_addr *from)
{
    uint8_t packet[1500];
    struct ov_writer w = ov_writer_over(packet, sizeof packet);
    assert_int_equal(ov_control_encode(control, &w), OV_OK);
    return give(packet, ov_writer_len(&w), from);
}

/* A control packet that would be fine, before the case changes it. */
static struct ov_control fine(void)
{
    return (struct ov_control){.opcode = OV_OP_CONTROL_V1,
                               .key_id = client()->ks.key_id,
                               .has_message_id = true,
                               .message_id = client()->ks.rx.next_id,
                               .sid = client()->peer_sid,
                               .remote_sid = client()->own_sid};
}

/* What a case changes in a fine packet. */
struct change
{
    const char *what;
    enum ov_err want;
    uint8_t opcode;     /* 0: as it is */
    uint8_t key_id;     /* 0: as it is */
    int32_t message_id; /* counted from the next expected one; INT32_MIN: message 0 */
    bool other_addr;
    bool bend_sid;
    bool bend_remote; /* with one ack, or it is not there */
    uint8_t acks;
};

#define FIRST INT32_MIN

static const struct change changes[] = {
    {.what = "nothing", .want = OV_OK},
    {.what = "address [WP-REL-026]", .want = OV_ERR_ADDRESS, .other_addr = true},
    {.what = "session id [WP-STATE-012]", .want = OV_ERR_SESSION_ID, .bend_sid = true},
    /* [WP-REL-024] */
    {.what = "remote session id [WP-CTRL-002]", .want = OV_ERR_SESSION_ID, .bend_remote = true, .acks = 1},
    {.what = "key-id [WP-REL-025]", .want = OV_ERR_KEY_ID, .key_id = 5},
    {.what = "old message [WP-REL-003]", .want = OV_ERR_DUPLICATE, .message_id = -1},
    {.what = "far message [WP-REL-002]", .want = OV_ERR_WINDOW, .message_id = 12},
    {.what = "TLS as message 0", .want = OV_ERR_FORMAT, .message_id = FIRST},
    {.what = "reset again [WP-STATE-013]",
     .want = OV_ERR_DUPLICATE,
     .opcode = OV_OP_HARD_RESET_SERVER_V2,
     .message_id = FIRST},
    {.what = "reset later", .want = OV_ERR_FORMAT, .opcode = OV_OP_HARD_RESET_SERVER_V2},
    {.what = "client's reset [WP-FRM-013]",
     .want = OV_ERR_OPCODE,
     .opcode = OV_OP_HARD_RESET_CLIENT_V2,
     .message_id = FIRST},
    {.what = "soft reset of this key",
     .want = OV_ERR_DUPLICATE,
     .opcode = OV_OP_SOFT_RESET_V1,
     .message_id = FIRST},
    {.what = "soft reset of a far key",
     .want = OV_ERR_KEY_ID,
     .opcode = OV_OP_SOFT_RESET_V1,
     .key_id = 4,
     .message_id = FIRST},
    {.what = "WKC to a client", .want = OV_ERR_OPCODE, .opcode = OV_OP_CONTROL_WKC_V1},
    {.what = "acks of unknown messages [WP-REL-021]", .want = OV_OK, .opcode = OV_OP_ACK_V1, .acks = 8},
};

static enum ov_err give_changed(const struct change *change)
{
    const struct ov_addr elsewhere = ov_test_addr4(77, 1194);
    struct ov_control c = fine();
    c.opcode = change->opcode != 0 ? change->opcode : c.opcode;
    c.key_id = change->key_id != 0 ? change->key_id : c.key_id;
    c.message_id = change->message_id == FIRST ? 0 : c.message_id + (uint32_t)change->message_id;
    c.sid.id[0] ^= change->bend_sid ? 1 : 0;
    c.remote_sid.id[7] ^= change->bend_remote ? 0x80 : 0;
    c.ack_count = change->acks;
    for (uint32_t i = 0; i < change->acks; i++)
    {
        c.acks[i] = 5000 * (i + 1);
    }
    return give_control(&c, change->other_addr ? &elsewhere : &pair.server_addr);
}

static void control_reasons(void **state)
{
    (void)state;
    connect_pair(false);
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++)
    {
        const enum ov_err want = changes[i].want;
        const uint64_t counted = client()->control.in.by[want];
        const enum ov_err err = give_changed(&changes[i]);
        if (err != want || client()->control.in.by[want] != counted + (want != OV_OK))
        {
            fail_msg("%s: %s instead of %s, or not counted", changes[i].what, ov_err_name(err),
                     ov_err_name(want));
        }
    }
    /* The sound one had an empty payload, which is legal [WP-CTRL-005], but it took a message id: that is why the
     * connection is not asked to go on here. */
    ov_pair_close(&pair);
}

/* Every first octet, at every short length. */
static void short_packets(void **state)
{
    (void)state;
    for (int tls_crypt = 0; tls_crypt < 2; tls_crypt++)
    {
        connect_pair(tls_crypt != 0);
        for (unsigned octet = 0; octet < 256; octet++)
        {
            /* A whole soft reset is no error in plain mode: who can see the session id can send one. */
            const bool soft_reset = tls_crypt == 0 && octet >> 3 == OV_OP_SOFT_RESET_V1;
            for (size_t len = 0; len <= (soft_reset ? 13 : 40); len++)
            {
                uint8_t packet[64] = {(uint8_t)octet};
                memcpy(packet + 1, client()->peer_sid.id, 8);
                enum ov_err why;
                const enum ov_err err = give(packet, len, &pair.server_addr);
                /* An ACK_V1 without acks for the present key-id is well-formed, if useless. */
                assert_true(err != OV_OK || (tls_crypt == 0 && octet == 0x28));
                ov_test_batch_reset(&batch);
                ov_test_batch_add(&batch, &pair.client_addr, packet, len);
                ov_hub_receive(pair.server.hub, batch.dg, 1, pair.now);
                why = (enum ov_err)batch.dg[0].why;
                assert_true(batch.dg[0].fate == OV_FATE_DROPPED ? why != OV_OK
                                                                : octet == 0x38 || octet == 0x28);
            }
        }
        must_be_well();
        ov_pair_close(&pair);
    }
}

/* Packets of this very connection, damaged in every way, in every state of it: with tls-crypt nothing of that counts,
 * and the connection is well in the end. */
static void damaged_packets(void **state)
{
    (void)state;
    connect_pair(true);
    struct ov_test_random r = {4711};
    for (unsigned i = 0; i < 20000; i++)
    {
        uint8_t packet[256];
        const size_t len = ov_test_below(&r, sizeof packet);
        for (size_t k = 0; k < len; k++)
        {
            packet[k] = (uint8_t)ov_test_next(&r);
        }
        if (len > 12 && i % 2 == 0)
        {
            packet[0] = (uint8_t)(ov_test_below(&r, 9) + 3) << 3 | (uint8_t)ov_test_below(&r, 3);
            memcpy(packet + 1, i % 4 == 0 ? client()->peer_sid.id : client()->own_sid.id, 8);
        }
        (void)give(packet, len, &pair.server_addr);
        ov_test_batch_reset(&batch);
        ov_test_batch_add(&batch, &pair.client_addr, packet, len);
        ov_hub_receive(pair.server.hub, batch.dg, 1, pair.now);
        assert_int_not_equal(batch.dg[0].fate, OV_FATE_TUN);
    }
    assert_int_equal(client()->control.in.by[OV_ERR_REPLAY], 0);
    must_be_well();
    ov_pair_close(&pair);
}

/* The dynamic key replaces the static one for key-ids above 0, and only there [WP-DYN-001]. */
static void dynamic_key_is_used(void **state)
{
    (void)state;
    connect_pair(true);
    must_be_well();
    struct ov_wrap wrap;
    assert_int_equal(client()->ks.key_id, 1);
    for (int dynamic = 0; dynamic < 2; dynamic++)
    {
        /* A packet of the server, made with its static key, or with a copy of its dynamic one. */
        uint8_t mem[256];
        struct ov_buf buf = ov_buf_over(mem, sizeof mem, 100);
        struct ov_control c = fine();
        struct ov_writer w = ov_writer_over(ov_buf_data(&buf), 100);
        c.opcode = OV_OP_ACK_V1;
        c.ack_count = 1;
        assert_int_equal(ov_control_encode_body(&c, &w), OV_OK);
        (void)ov_buf_put(&buf, (uint32_t)ov_writer_len(&w));
        assert_int_equal(
            ov_wrap_tls_crypt(&wrap, pair.server.end.crypto, &pair.server.end.key2, OV_ROLE_SERVER), OV_OK);
        if (dynamic != 0)
        {
            wrap.send = client()->dynamic.wrap.recv;
        }
        const struct ov_wrap_id id = {5000, pair.now.wall_s};
        assert_int_equal(ov_wrap_seal(&wrap, id, ov_opcode_join(OV_OP_ACK_V1, 1), &c.sid, &buf), OV_OK);
        const enum ov_err err = give(ov_buf_data(&buf), buf.len, &pair.server_addr);
        assert_int_equal(err, dynamic != 0 ? OV_OK : OV_ERR_AUTH);
        ov_wrap_clear(&wrap);
    }
    ov_pair_close(&pair);
}

/* Soft resets without end, from a peer that has the keys: always one negotiation, never growth [bad-inputs
 * 15] [WP-STATE-022]. */
static void soft_reset_storm(void **state)
{
    (void)state;
    connect_pair(false);
    for (unsigned i = 0; i < 1000; i++)
    {
        struct ov_control c = fine();
        c.opcode = OV_OP_SOFT_RESET_V1;
        c.key_id = (uint8_t)(i % 8);
        c.message_id = 0;
        (void)give_control(&c, &pair.server_addr);
    }
    assert_int_equal(client()->ks.key_id, 1);
    assert_true(client()->ks.state == OV_KS_PRE_START);
    ov_pair_close(&pair);
}

/* ---- tables of the steps ---- */

/* A client sends its key first, a server answers [WP-STATE-002]. */
static void step_tables(void **state)
{
    (void)state;
    static const enum ov_key_state client_path[] = {OV_KS_INITIAL,       OV_KS_PRE_START, OV_KS_START,
                                                    OV_KS_SENT_KEY,      OV_KS_GOT_KEY,   OV_KS_ACTIVE,
                                                    OV_KS_GENERATED_KEYS};
    static const enum ov_key_state server_path[] = {OV_KS_INITIAL,       OV_KS_PRE_START, OV_KS_START,
                                                    OV_KS_GOT_KEY,       OV_KS_SENT_KEY,  OV_KS_ACTIVE,
                                                    OV_KS_GENERATED_KEYS};
    const struct
    {
        const struct ov_steps *steps;
        const enum ov_key_state *path;
    } roles[] = {{&ov_client_steps, client_path}, {&ov_server_steps, server_path}};
    for (size_t r = 0; r < 2; r++)
    {
        for (size_t i = 0; i + 1 < 7; i++)
        {
            unsigned rows = 0;
            for (size_t k = 0; k < roles[r].steps->count; k++)
            {
                if (roles[r].steps->row[k].from == roles[r].path[i])
                {
                    assert_int_equal(roles[r].steps->row[k].to, roles[r].path[i + 1]); /* [WP-STATE-001] */
                    rows++;
                }
            }
            assert_int_equal(rows, 1);
        }
    }
    assert_string_equal(ov_key_state_name(OV_KS_ERROR), "ERROR");
    assert_string_equal(ov_key_state_name(OV_KS_GENERATED_KEYS), "GENERATED_KEYS");
    assert_string_equal(ov_key_state_name((enum ov_key_state)99), "?");
}

/* ---- flags in RESTART and AUTH_FAILED ---- */

static void ways_back(void **state)
{
    (void)state;
    static const struct
    {
        const char *arg;
        bool temp;
        struct ov_way_back way;
    } cases[] = {
        {"", false, {0}},
        {"wrong password", false, {0}},
        {"TEMP", true, {0}},
        {"TEMP:try later", true, {0}},
        {"TEMP[backoff 42,advance addr]:text", true, {.next_addr = true, .wait_s = 42}},
        {"TEMP[advance remote]", true, {.next_remote = true}},
        {"TEMP[advance no]", true, {0}},
        {"TEMP[backoff 99999999999999]", true, {.wait_s = 3600}},
        {"TEMP[backoff x,,advance]", true, {0}},
        {"TEMP[backoff 5", true, {0}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        struct ov_way_back way;
        assert_int_equal(ov_way_back_temp(cases[i].arg, strlen(cases[i].arg), &way), cases[i].temp);
        assert_int_equal(way.next_remote, cases[i].way.next_remote);
        assert_int_equal(way.next_addr, cases[i].way.next_addr);
        assert_int_equal(way.wait_s, cases[i].way.wait_s);
    }
    struct ov_way_back way = {.next_remote = false};
    ov_way_back_restart("[NP]bye", 7, &way);
    assert_true(way.next_remote);
    ov_way_back_restart("[P]Now", 6, &way);
    assert_false(way.next_remote);
    ov_way_back_restart("[N", 2, &way);
    assert_false(way.next_remote);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(control_reasons),  cmocka_unit_test(short_packets),
        cmocka_unit_test(damaged_packets),  cmocka_unit_test(dynamic_key_is_used),
        cmocka_unit_test(soft_reset_storm), cmocka_unit_test(step_tables),
        cmocka_unit_test(ways_back),
    };
    return cmocka_run_group_tests_name("session_input", tests, NULL, NULL);
}
